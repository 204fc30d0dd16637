package acts

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	alarms "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// at is when the world is looked at first.
var at = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)

// target is where everything is: not in the partition that everybody thinks of.
var target = estate.Target{Partition: "aws-us-gov", Account: "111111111111", Region: "us-gov-west-1"}

func arn(resource string) string { return target.SageMakerARN(resource) }

const role = "arn:aws-us-gov:iam::111111111111:role/studio"

func life(days int) world.Life { return world.Life{Created: at.AddDate(0, 0, -days)} }

// furnished is a world with one of everything that is stopped, scaled or deleted, with all that may be lost on the way.
func furnished() *world.World {
	idle := func(minutes int32) *types.AppLifecycleManagement {
		return &types.AppLifecycleManagement{IdleSettings: &types.IdleSettings{LifecycleManagement: types.LifecycleManagementEnabled,
			IdleTimeoutInMinutes: &minutes, MinIdleTimeoutInMinutes: aws.Int32(60), MaxIdleTimeoutInMinutes: aws.Int32(600)}}
	}
	script := arn("studio-lifecycle-config/setup")
	domain := &world.Domain{Life: life(90), ID: "d-1", Name: "studio", UserSettings: &types.UserSettings{
		ExecutionRole: aws.String(role), SecurityGroups: []string{"sg-1"},
		JupyterLabAppSettings: &types.JupyterLabAppSettings{AppLifecycleManagement: idle(300), LifecycleConfigArns: []string{script},
			DefaultResourceSpec: &types.ResourceSpec{LifecycleConfigArn: &script}},
	}, SpaceSettings: &types.DefaultSpaceSettings{ExecutionRole: aws.String(role)},
		Users: []*world.User{
			{Life: life(80), Name: "ann", SSOUser: "ann@example.com", Settings: &types.UserSettings{ExecutionRole: aws.String(role),
				CodeEditorAppSettings: &types.CodeEditorAppSettings{LifecycleConfigArns: []string{script}},
				JupyterLabAppSettings: &types.JupyterLabAppSettings{AppLifecycleManagement: idle(120)}}},
			{Life: life(80), Name: "ben"},
		},
		Spaces: []*world.Space{
			{Life: life(70), Name: "lab", Owner: "ann", AppType: "JupyterLab", VolumeGB: 50, DisplayName: "Ann's lab", Settings: &types.SpaceSettings{
				CustomFileSystems: []types.CustomFileSystem{&types.CustomFileSystemMemberEFSFileSystem{Value: types.EFSFileSystem{FileSystemId: aws.String("fs-1")}}},
				JupyterLabAppSettings: &types.SpaceJupyterLabAppSettings{CodeRepositories: []types.CodeRepository{{RepositoryUrl: aws.String("https://example.com/lab")}},
					AppLifecycleManagement: &types.SpaceAppLifecycleManagement{IdleSettings: &types.SpaceIdleSettings{IdleTimeoutInMinutes: aws.Int32(400)}}}}},
			{Life: life(70), Name: "attic", Owner: "ben", AppType: "CodeEditor", VolumeGB: 5},
		},
		Apps: []*world.App{
			{Life: life(50), Space: "lab", Type: "JupyterLab", Name: "default", InstanceType: "ml.g5.xlarge", Spec: &types.ResourceSpec{
				SageMakerImageArn: aws.String(arn("image/own")), SageMakerImageVersionArn: aws.String(arn("image-version/own/1")), LifecycleConfigArn: &script}},
			{Life: life(50), User: "ann", Type: "KernelGateway", Name: "kg", InstanceType: "ml.t3.medium"},
			{Life: life(40), User: "ben", Type: "JupyterServer", Name: "default"},
			{Life: life(40), User: "ben", Type: "KernelGateway", Name: "never-ran", Status: "Failed"},
		},
	}
	empty := &world.Domain{Life: life(90), ID: "d-2", Name: "empty", Users: []*world.User{{Life: life(80), Name: "cleo"}}}
	weight := func(f float32) *float32 { return &f }
	plain := []world.Variant{{Name: "a", Model: "churn", InstanceType: "ml.m5.large", Count: 2}, {Name: "b", Model: "churn", InstanceType: "ml.m5.xlarge", Count: 1}}
	packed := []world.Variant{{Name: "all", InstanceType: "ml.g5.xlarge", Count: 1, MaxScale: 2}}
	queue := []world.Variant{{Name: "all", Model: "churn", InstanceType: "ml.m5.large", Count: 2}}
	grown := []world.Variant{{Name: "a", Model: "churn", InstanceType: "ml.m5.large", Count: 4, Weight: weight(3)}, {Name: "b", Model: "churn", InstanceType: "ml.m5.xlarge", Count: 1, Weight: weight(1)}}
	component := func(c world.Component, spec types.InferenceComponentSpecificationSummary) *world.Component {
		c.Life, c.Endpoint, c.Variant, c.Output = life(30), "packed", "all", &sagemaker.DescribeInferenceComponentOutput{Specification: &spec}
		return &c
	}
	return &world.World{At: at, Accounts: []*world.Account{{ID: target.Account, Name: "lab", Partition: target.Partition, Regions: []*world.Region{{
		Name: target.Region, Domains: []*world.Domain{domain, empty},
		Models: []*world.Model{{Life: life(60), Name: "churn", Containers: []string{"main"}}, {Life: life(60), Name: "old", Output: &sagemaker.DescribeModelOutput{
			ExecutionRoleArn: aws.String(role), EnableNetworkIsolation: aws.Bool(true), VpcConfig: &types.VpcConfig{Subnets: []string{"subnet-1"}, SecurityGroupIds: []string{"sg-1"}},
			PrimaryContainer: &types.ContainerDefinition{Image: aws.String("image"), ModelDataUrl: aws.String("s3://models/old"), Environment: map[string]string{"LEVEL": "3"}}}}},
		Configs: []*world.EndpointConfig{
			{Life: life(50), Name: "plain-1", Variants: plain}, {Life: life(50), Name: "packed-1", Variants: packed}, {Life: life(50), Name: "queue-1", Variants: queue, Async: true},
			{Life: life(50), Name: "old", Output: &sagemaker.DescribeEndpointConfigOutput{ExecutionRoleArn: aws.String(role), KmsKeyId: aws.String("key"),
				ProductionVariants: []types.ProductionVariant{{VariantName: aws.String("v"), ModelName: aws.String("churn"), InstanceType: "ml.m5.large", InitialInstanceCount: aws.Int32(1),
					InitialVariantWeight: aws.Float32(1), VolumeSizeInGB: aws.Int32(30)}}}},
		},
		Endpoints: []*world.Endpoint{
			{Life: life(40), Name: "plain", Config: "plain-1", Variants: grown}, {Life: life(40), Name: "packed", Config: "packed-1", Variants: packed},
			{Life: life(40), Name: "queue", Config: "queue-1", Variants: queue, Async: true},
		},
		Components: []*world.Component{
			component(world.Component{Name: "base", Copies: 2}, types.InferenceComponentSpecificationSummary{ModelName: aws.String("churn"),
				ComputeResourceRequirements: &types.InferenceComponentComputeResourceRequirements{MinMemoryRequiredInMb: aws.Int32(1024)}}),
			component(world.Component{Name: "adapter", Base: "base"}, types.InferenceComponentSpecificationSummary{BaseInferenceComponentName: aws.String("base"),
				Container: &types.InferenceComponentContainerSpecificationSummary{ArtifactUrl: aws.String("s3://adapters/1")}}),
			component(world.Component{Name: "small", Copies: 1}, types.InferenceComponentSpecificationSummary{Container: &types.InferenceComponentContainerSpecificationSummary{
				DeployedImage: &types.DeployedImage{SpecifiedImage: aws.String("image")}, Environment: map[string]string{"LEVEL": "3"}}}),
		},
		Scalings: []*world.Scaling{scaled("endpoint/plain/variant/a", scaling.ScalableDimensionSageMakerVariantDesiredInstanceCount, 1, 6, "p1", "p2"),
			scaled("inference-component/base", scaling.ScalableDimensionSageMakerInferenceComponentDesiredCopyCount, 1, 4, "p3")},
		Alarms: []*world.Alarm{alarm("busy", policyARN("p1")), alarm("quiet", policyARN("p2"), "arn:aws-us-gov:sns:us-gov-west-1:111111111111:ops"), alarm("base-busy", policyARN("p3"))},
		Records: []*world.Record{
			{Life: life(90), Family: world.StudioLifecycleConfig, Name: "setup", Output: &sagemaker.DescribeStudioLifecycleConfigOutput{StudioLifecycleConfigAppType: "JupyterLab"}},
			{Life: life(90), Family: world.NotebookInstanceLifecycleConfig, Name: "setup"},
			{Life: life(60), Family: world.NotebookInstance, Name: "nb", Output: notebook()},
			{Life: life(60), Family: world.NotebookInstance, Name: "off", Ended: at.AddDate(0, 0, -3), Output: notebook()},
		},
		Tags: map[string]map[string]string{
			arn("app/d-1/lab/jupyterlab/default"): {"team": "growth"}, arn("space/d-1/lab"): {"team": "growth", "keep": "no"}, arn("user-profile/d-1/ann"): {"team": "growth"},
			arn("notebook-instance/nb"): {"team": "risk"}, arn("endpoint/plain"): {"team": "risk", "aws:made-by": "aws"}, arn("endpoint-config/old"): {"team": "risk"},
			arn("model/old"): {"team": "risk"}, arn("inference-component/base"): {"team": "risk"},
		},
	}}}}}
}

func notebook() *sagemaker.DescribeNotebookInstanceOutput {
	return &sagemaker.DescribeNotebookInstanceOutput{InstanceType: types.InstanceTypeMlT3Medium, RoleArn: aws.String(role), VolumeSizeInGB: aws.Int32(30),
		NotebookInstanceLifecycleConfigName: aws.String("setup"), SecurityGroups: []string{"sg-1"}, SubnetId: aws.String("subnet-1"), RootAccess: types.RootAccessDisabled}
}

func policyARN(name string) string {
	return "arn:aws-us-gov:autoscaling:us-gov-west-1:111111111111:scalingPolicy:1:policyName/" + name
}

// scaled is what scales a thing by steps, one policy for each name, and at night.
func scaled(thing string, dimension scaling.ScalableDimension, least, most int32, policies ...string) *world.Scaling {
	s := &world.Scaling{Life: life(20), Target: scaling.ScalableTarget{ServiceNamespace: scaling.ServiceNamespaceSagemaker, ResourceId: &thing, ScalableDimension: dimension,
		MinCapacity: &least, MaxCapacity: &most, ScalableTargetARN: aws.String("arn:aws-us-gov:application-autoscaling:us-gov-west-1:111111111111:scalable-target/1"),
		SuspendedState: &scaling.SuspendedState{DynamicScalingInSuspended: aws.Bool(false), DynamicScalingOutSuspended: aws.Bool(true), ScheduledScalingSuspended: aws.Bool(false)}}}
	for _, name := range policies {
		s.Policies = append(s.Policies, scaling.ScalingPolicy{ServiceNamespace: scaling.ServiceNamespaceSagemaker, ResourceId: &thing, ScalableDimension: dimension, PolicyName: &name,
			PolicyARN: aws.String(policyARN(name)), PolicyType: scaling.PolicyTypeStepScaling, StepScalingPolicyConfiguration: &scaling.StepScalingPolicyConfiguration{
				AdjustmentType: scaling.AdjustmentTypeChangeInCapacity, StepAdjustments: []scaling.StepAdjustment{{ScalingAdjustment: aws.Int32(1)}}}})
	}
	for _, name := range []string{"evening", "morning"} {
		s.Schedules = append(s.Schedules, scaling.ScheduledAction{ServiceNamespace: scaling.ServiceNamespaceSagemaker, ResourceId: &thing, ScalableDimension: dimension,
			ScheduledActionName: &name, ScheduledActionARN: aws.String("arn:aws-us-gov:autoscaling:us-gov-west-1:111111111111:scheduledAction:1:" + thing + name), Schedule: aws.String("cron(0 20 * * ? *)"),
			Timezone: aws.String("Asia/Seoul"), ScalableTargetAction: &scaling.ScalableTargetAction{MinCapacity: aws.Int32(1)}})
	}
	return s
}

func alarm(name string, actions ...string) *world.Alarm {
	return &world.Alarm{Life: life(20), Alarm: alarms.MetricAlarm{AlarmName: &name, AlarmArn: aws.String("arn:aws-us-gov:cloudwatch:us-gov-west-1:111111111111:alarm:" + name),
		AlarmActions: actions, ActionsEnabled: aws.Bool(true), Namespace: aws.String("AWS/SageMaker"), MetricName: aws.String("Invocations"), Statistic: alarms.StatisticSum,
		Period: aws.Int32(60), EvaluationPeriods: aws.Int32(2), Threshold: aws.Float64(100), ComparisonOperator: alarms.ComparisonOperatorGreaterThanThreshold}}
}
