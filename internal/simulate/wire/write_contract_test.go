package wire

import (
	"context"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scaled "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	alarms "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	api "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// spare adds what can be deleted or started at once.
func spare(w *world.World) {
	r := w.Accounts[0].Regions[0]
	r.Domains = append(r.Domains, &world.Domain{Life: life(9 * day), ID: "d-empty", Name: "empty"})
	d := r.Domains[0]
	d.Users = append(d.Users, &world.User{Life: life(9 * day), Name: "bob"})
	d.Spaces = append(d.Spaces, &world.Space{Life: life(9 * day), Name: "attic", Owner: "ann", AppType: "JupyterLab", VolumeGB: 5})
	r.Records = append(r.Records, machines()...)
	r.Endpoints = append(r.Endpoints, &world.Endpoint{Life: life(9 * day), Name: "spare", Config: "churn-1", Variants: []world.Variant{{Name: "v", Model: "churn", Count: 1}}})
	r.Components = append(r.Components, &world.Component{Life: life(9 * day), Name: "spare", Endpoint: "churn", Variant: "AllTraffic", Copies: 1})
	r.Scalings = append(r.Scalings, &world.Scaling{Life: life(9 * day),
		Target: scaled.ScalableTarget{ServiceNamespace: namespaceScaled, ResourceId: aws.String("inference-component/ic"), MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(4),
			ScalableDimension: scaled.ScalableDimensionSageMakerInferenceComponentDesiredCopyCount, ScalableTargetARN: aws.String("arn:aws:application-autoscaling:us-east-1:" + research + ":scalable-target/1")},
		Policies: []scaled.ScalingPolicy{{ServiceNamespace: namespaceScaled, ResourceId: aws.String("inference-component/ic"), PolicyName: aws.String("out"), PolicyType: scaled.PolicyTypeStepScaling,
			ScalableDimension: scaled.ScalableDimensionSageMakerInferenceComponentDesiredCopyCount, PolicyARN: aws.String("arn:aws:autoscaling:us-east-1:" + research + ":scalingPolicy:1"),
			StepScalingPolicyConfiguration: &scaled.StepScalingPolicyConfiguration{AdjustmentType: scaled.AdjustmentTypeChangeInCapacity}}},
		Schedules: []scaled.ScheduledAction{{ServiceNamespace: namespaceScaled, ResourceId: aws.String("inference-component/ic"), ScheduledActionName: aws.String("night"),
			ScalableDimension: scaled.ScalableDimensionSageMakerInferenceComponentDesiredCopyCount, Schedule: aws.String("cron(0 20 * * ? *)"),
			ScalableTargetAction: &scaled.ScalableTargetAction{MinCapacity: aws.Int32(1)}}}})
	r.Alarms = append(r.Alarms, &world.Alarm{Life: life(9 * day), Alarm: alarms.MetricAlarm{AlarmName: aws.String("busy"), AlarmArn: aws.String("arn:aws:cloudwatch:us-east-1:" + research + ":alarm:busy"),
		AlarmActions: []string{"arn:aws:autoscaling:us-east-1:" + research + ":scalingPolicy:1"}}})
	r.Records = append(r.Records,
		&world.Record{Life: life(9 * day), Family: world.NotebookInstance, Name: "off", Ended: ago(day)},
		&world.Record{Life: life(9 * day), Family: world.NotebookInstanceLifecycleConfig, Name: "unused"})
}

// scales is the contract of a call to Application Auto Scaling.
func scales[I, O any](call func(*autoscaling.Client, context.Context, *I, ...func(*autoscaling.Options)) (*O, error), in *I, pick func(*O) *string, want string) contract {
	return contract{func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := call(autoscaling.NewFromConfig(cfg), ctx, in)
		if err != nil {
			return "", err
		}
		return aws.ToString(pick(out)), nil
	}, want}
}

// rings is the contract of a call about alarms.
func rings[I, O any](call func(*cloudwatch.Client, context.Context, *I, ...func(*cloudwatch.Options)) (*O, error), in *I, pick func(*O) *string, want string) contract {
	return contract{func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := call(cloudwatch.NewFromConfig(cfg), ctx, in)
		if err != nil {
			return "", err
		}
		return aws.ToString(pick(out)), nil
	}, want}
}

func nobody[O any](*O) *string { return nil }

// does is the contract of a call that answers nothing.
func does[I, O any](call method[I, O], in *I) contract {
	return contract{func(ctx context.Context, cfg aws.Config) (string, error) {
		_, err := call(api.NewFromConfig(cfg), ctx, in)
		return "", err
	}, ""}
}

// answers is the contract of a call that answers with what the function picks, an ARN most often.
func answers[I, O any](call method[I, O], in *I, pick func(*O) *string, want string) contract {
	return contract{func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := call(api.NewFromConfig(cfg), ctx, in)
		if err != nil {
			return "", err
		}
		return aws.ToString(pick(out)), nil
	}, want}
}

const (
	namespaceScaled = scaled.ServiceNamespaceSagemaker
	copiesScaled    = scaled.ScalableDimensionSageMakerInferenceComponentDesiredCopyCount
)

const script = "ZWNobyBoaQo="

func init() {
	s := aws.String
	arn := func(resource string) string { return "arn:aws:sagemaker:us-east-1:" + research + ":" + resource }
	maps.Copy(contracts, map[string]contract{
		"sagemaker:CreateApp": answers((*api.Client).CreateApp,
			&api.CreateAppInput{DomainId: s("d-1"), SpaceName: s("attic"), AppType: types.AppTypeJupyterLab, AppName: s("default")},
			func(o *api.CreateAppOutput) *string { return o.AppArn }, arn("app/d-1/attic/jupyterlab/default")),
		"sagemaker:DeleteApp": does((*api.Client).DeleteApp,
			&api.DeleteAppInput{DomainId: s("d-1"), SpaceName: s("lab"), AppType: types.AppTypeJupyterLab, AppName: s("default")}),
		"sagemaker:UpdateDomain": answers((*api.Client).UpdateDomain, &api.UpdateDomainInput{DomainId: s("d-1"), DefaultUserSettings: native(90)},
			func(o *api.UpdateDomainOutput) *string { return o.DomainArn }, arn("domain/d-1")),
		"sagemaker:DeleteDomain": does((*api.Client).DeleteDomain, &api.DeleteDomainInput{DomainId: s("d-empty")}),
		"sagemaker:UpdateUserProfile": answers((*api.Client).UpdateUserProfile,
			&api.UpdateUserProfileInput{DomainId: s("d-1"), UserProfileName: s("ann"), UserSettings: native(60)},
			func(o *api.UpdateUserProfileOutput) *string { return o.UserProfileArn }, arn("user-profile/d-1/ann")),
		"sagemaker:DeleteUserProfile": does((*api.Client).DeleteUserProfile, &api.DeleteUserProfileInput{DomainId: s("d-1"), UserProfileName: s("bob")}),
		"sagemaker:UpdateSpace": answers((*api.Client).UpdateSpace, &api.UpdateSpaceInput{DomainId: s("d-1"), SpaceName: s("lab")},
			func(o *api.UpdateSpaceOutput) *string { return o.SpaceArn }, arn("space/d-1/lab")),
		"sagemaker:DeleteSpace": does((*api.Client).DeleteSpace, &api.DeleteSpaceInput{DomainId: s("d-1"), SpaceName: s("attic")}),

		"sagemaker:CreateStudioLifecycleConfig": answers((*api.Client).CreateStudioLifecycleConfig, &api.CreateStudioLifecycleConfigInput{
			StudioLifecycleConfigName: s("agent"), StudioLifecycleConfigAppType: types.StudioLifecycleConfigAppTypeJupyterLab, StudioLifecycleConfigContent: s(script)},
			func(o *api.CreateStudioLifecycleConfigOutput) *string { return o.StudioLifecycleConfigArn }, arn("studio-lifecycle-config/agent")),
		"sagemaker:DeleteStudioLifecycleConfig": does((*api.Client).DeleteStudioLifecycleConfig, &api.DeleteStudioLifecycleConfigInput{StudioLifecycleConfigName: s("setup")}),
		"sagemaker:CreateNotebookInstanceLifecycleConfig": answers((*api.Client).CreateNotebookInstanceLifecycleConfig,
			&api.CreateNotebookInstanceLifecycleConfigInput{NotebookInstanceLifecycleConfigName: s("agent"), OnStart: []types.NotebookInstanceLifecycleHook{{Content: s(script)}}},
			func(o *api.CreateNotebookInstanceLifecycleConfigOutput) *string {
				return o.NotebookInstanceLifecycleConfigArn
			},
			arn("notebook-instance-lifecycle-config/agent")),
		"sagemaker:DeleteNotebookInstanceLifecycleConfig": does((*api.Client).DeleteNotebookInstanceLifecycleConfig,
			&api.DeleteNotebookInstanceLifecycleConfigInput{NotebookInstanceLifecycleConfigName: s("unused")}),

		"sagemaker:StopNotebookInstance":   does((*api.Client).StopNotebookInstance, &api.StopNotebookInstanceInput{NotebookInstanceName: s("nb")}),
		"sagemaker:StartNotebookInstance":  does((*api.Client).StartNotebookInstance, &api.StartNotebookInstanceInput{NotebookInstanceName: s("off")}),
		"sagemaker:UpdateNotebookInstance": does((*api.Client).UpdateNotebookInstance, &api.UpdateNotebookInstanceInput{NotebookInstanceName: s("off"), LifecycleConfigName: s("stop-idle")}),

		"sagemaker:CreateEndpoint": answers((*api.Client).CreateEndpoint, &api.CreateEndpointInput{EndpointName: s("again"), EndpointConfigName: s("churn-1")},
			func(o *api.CreateEndpointOutput) *string { return o.EndpointArn }, arn("endpoint/again")),
		"sagemaker:DeleteEndpoint": does((*api.Client).DeleteEndpoint, &api.DeleteEndpointInput{EndpointName: s("spare")}),
		"sagemaker:UpdateEndpointWeightsAndCapacities": answers((*api.Client).UpdateEndpointWeightsAndCapacities, &api.UpdateEndpointWeightsAndCapacitiesInput{
			EndpointName: s("churn"), DesiredWeightsAndCapacities: []types.DesiredWeightAndCapacity{{VariantName: s("AllTraffic"), DesiredInstanceCount: aws.Int32(0)}}},
			func(o *api.UpdateEndpointWeightsAndCapacitiesOutput) *string { return o.EndpointArn }, arn("endpoint/churn")),
		"sagemaker:DeleteEndpointConfig": does((*api.Client).DeleteEndpointConfig, &api.DeleteEndpointConfigInput{EndpointConfigName: s("churn-1")}),
		"sagemaker:DeleteModel":          does((*api.Client).DeleteModel, &api.DeleteModelInput{ModelName: s("churn")}),

		"sagemaker:UpdateEndpoint": answers((*api.Client).UpdateEndpoint, &api.UpdateEndpointInput{EndpointName: s("spare"), EndpointConfigName: s("churn-1")},
			func(o *api.UpdateEndpointOutput) *string { return o.EndpointArn }, arn("endpoint/spare")),
		"sagemaker:CreateModel": answers((*api.Client).CreateModel, &api.CreateModelInput{ModelName: s("new"), PrimaryContainer: &types.ContainerDefinition{Image: s("image")}},
			func(o *api.CreateModelOutput) *string { return o.ModelArn }, arn("model/new")),
		"sagemaker:CreateEndpointConfig": answers((*api.Client).CreateEndpointConfig, &api.CreateEndpointConfigInput{EndpointConfigName: s("new"),
			ProductionVariants: []types.ProductionVariant{{VariantName: s("v"), ModelName: s("churn"), InstanceType: types.ProductionVariantInstanceTypeMlM5Large, InitialInstanceCount: aws.Int32(1)}}},
			func(o *api.CreateEndpointConfigOutput) *string { return o.EndpointConfigArn }, arn("endpoint-config/new")),
		"sagemaker:CreateInferenceComponent": answers((*api.Client).CreateInferenceComponent, &api.CreateInferenceComponentInput{InferenceComponentName: s("new"), EndpointName: s("churn"),
			VariantName: s("AllTraffic"), Specification: &types.InferenceComponentSpecification{ModelName: s("churn")}, RuntimeConfig: &types.InferenceComponentRuntimeConfig{CopyCount: aws.Int32(1)}},
			func(o *api.CreateInferenceComponentOutput) *string { return o.InferenceComponentArn }, arn("inference-component/new")),
		"sagemaker:DeleteInferenceComponent": does((*api.Client).DeleteInferenceComponent, &api.DeleteInferenceComponentInput{InferenceComponentName: s("spare")}),
		"sagemaker:UpdateInferenceComponentRuntimeConfig": answers((*api.Client).UpdateInferenceComponentRuntimeConfig, &api.UpdateInferenceComponentRuntimeConfigInput{
			InferenceComponentName: s("spare"), DesiredRuntimeConfig: &types.InferenceComponentRuntimeConfig{CopyCount: aws.Int32(0)}},
			func(o *api.UpdateInferenceComponentRuntimeConfigOutput) *string { return o.InferenceComponentArn }, arn("inference-component/spare")),
		"sagemaker:CreateNotebookInstance": answers((*api.Client).CreateNotebookInstance, &api.CreateNotebookInstanceInput{NotebookInstanceName: s("new"),
			InstanceType: types.InstanceTypeMlT3Medium, RoleArn: s("arn:aws:iam::" + research + ":role/notebooks")},
			func(o *api.CreateNotebookInstanceOutput) *string { return o.NotebookInstanceArn }, arn("notebook-instance/new")),
		"sagemaker:DeleteNotebookInstance": does((*api.Client).DeleteNotebookInstance, &api.DeleteNotebookInstanceInput{NotebookInstanceName: s("off")}),
		"sagemaker:CreateSpace": answers((*api.Client).CreateSpace, &api.CreateSpaceInput{DomainId: s("d-1"), SpaceName: s("new"), OwnershipSettings: &types.OwnershipSettings{OwnerUserProfileName: s("ann")},
			SpaceSharingSettings: &types.SpaceSharingSettings{SharingType: types.SharingTypePrivate}, SpaceSettings: &types.SpaceSettings{AppType: types.AppTypeJupyterLab}},
			func(o *api.CreateSpaceOutput) *string { return o.SpaceArn }, arn("space/d-1/new")),
		"sagemaker:CreateUserProfile": answers((*api.Client).CreateUserProfile, &api.CreateUserProfileInput{DomainId: s("d-1"), UserProfileName: s("new"), UserSettings: native(60)},
			func(o *api.CreateUserProfileOutput) *string { return o.UserProfileArn }, arn("user-profile/d-1/new")),

		"application-autoscaling:RegisterScalableTarget": scales((*autoscaling.Client).RegisterScalableTarget, &autoscaling.RegisterScalableTargetInput{ServiceNamespace: namespaceScaled,
			ResourceId: s("endpoint/spare/variant/v"), ScalableDimension: scaled.ScalableDimensionSageMakerVariantDesiredInstanceCount, MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(2)},
			func(o *autoscaling.RegisterScalableTargetOutput) *string { return o.ScalableTargetARN },
			"arn:aws:application-autoscaling:us-east-1:"+research+":scalable-target/"+mark("endpoint/spare/variant/v", 20)),
		"application-autoscaling:DeregisterScalableTarget": scales((*autoscaling.Client).DeregisterScalableTarget, &autoscaling.DeregisterScalableTargetInput{ServiceNamespace: namespaceScaled,
			ResourceId: s("inference-component/ic"), ScalableDimension: copiesScaled}, nobody, ""),
		"application-autoscaling:PutScalingPolicy": scales((*autoscaling.Client).PutScalingPolicy, &autoscaling.PutScalingPolicyInput{ServiceNamespace: namespaceScaled,
			ResourceId: s("inference-component/ic"), ScalableDimension: copiesScaled, PolicyName: s("out"), PolicyType: scaled.PolicyTypeStepScaling},
			func(o *autoscaling.PutScalingPolicyOutput) *string { return o.PolicyARN }, "arn:aws:autoscaling:us-east-1:"+research+":scalingPolicy:1"),
		"application-autoscaling:DeleteScalingPolicy": scales((*autoscaling.Client).DeleteScalingPolicy, &autoscaling.DeleteScalingPolicyInput{ServiceNamespace: namespaceScaled,
			ResourceId: s("inference-component/ic"), ScalableDimension: copiesScaled, PolicyName: s("out")}, nobody, ""),
		"application-autoscaling:PutScheduledAction": scales((*autoscaling.Client).PutScheduledAction, &autoscaling.PutScheduledActionInput{ServiceNamespace: namespaceScaled,
			ResourceId: s("inference-component/ic"), ScalableDimension: copiesScaled, ScheduledActionName: s("morning"), Schedule: s("cron(0 8 * * ? *)")}, nobody, ""),
		"application-autoscaling:DescribeScalableTargets": scales((*autoscaling.Client).DescribeScalableTargets, &autoscaling.DescribeScalableTargetsInput{ServiceNamespace: namespaceScaled},
			func(o *autoscaling.DescribeScalableTargetsOutput) *string { return o.ScalableTargets[0].ResourceId }, "inference-component/ic"),
		"application-autoscaling:DescribeScalingPolicies": scales((*autoscaling.Client).DescribeScalingPolicies, &autoscaling.DescribeScalingPoliciesInput{ServiceNamespace: namespaceScaled},
			func(o *autoscaling.DescribeScalingPoliciesOutput) *string { return o.ScalingPolicies[0].PolicyName }, "out"),
		"application-autoscaling:DescribeScheduledActions": scales((*autoscaling.Client).DescribeScheduledActions, &autoscaling.DescribeScheduledActionsInput{ServiceNamespace: namespaceScaled},
			func(o *autoscaling.DescribeScheduledActionsOutput) *string {
				return o.ScheduledActions[0].ScheduledActionName
			}, "night"),
		"cloudwatch:PutMetricAlarm": rings((*cloudwatch.Client).PutMetricAlarm, &cloudwatch.PutMetricAlarmInput{AlarmName: s("new"), MetricName: s("Invocations"), Namespace: s("AWS/SageMaker"),
			ComparisonOperator: alarms.ComparisonOperatorGreaterThanThreshold, EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1)}, nobody, ""),
		"cloudwatch:DeleteAlarms": rings((*cloudwatch.Client).DeleteAlarms, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"busy"}}, nobody, ""),
		"cloudwatch:DescribeAlarms": rings((*cloudwatch.Client).DescribeAlarms, &cloudwatch.DescribeAlarmsInput{ActionPrefix: s("arn:aws:autoscaling:us-east-1:" + research)},
			func(o *cloudwatch.DescribeAlarmsOutput) *string { return o.MetricAlarms[0].AlarmName }, "busy"),

		"sagemaker:AddTags": answers((*api.Client).AddTags, &api.AddTagsInput{ResourceArn: s(arn("endpoint/churn")), Tags: []types.Tag{{Key: s("keep"), Value: s("yes")}}},
			func(o *api.AddTagsOutput) *string { return o.Tags[0].Key }, "keep"),
		"sagemaker:DeleteTags": does((*api.Client).DeleteTags, &api.DeleteTagsInput{ResourceArn: s(arn("endpoint/churn")), TagKeys: []string{"team"}}),
	})
}

// native is the idle setting of JupyterLab.
func native(minutes int32) *types.UserSettings {
	return &types.UserSettings{JupyterLabAppSettings: &types.JupyterLabAppSettings{AppLifecycleManagement: &types.AppLifecycleManagement{
		IdleSettings: &types.IdleSettings{LifecycleManagement: types.LifecycleManagementEnabled, IdleTimeoutInMinutes: &minutes},
	}}}
}
