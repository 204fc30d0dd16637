package wire

import (
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// machines are records that can be stopped, started or updated at once.
func machines() []*world.Record {
	return []*world.Record{
		{Life: life(day), Family: world.TrainingJob, Name: "train-on", Output: &api.DescribeTrainingJobOutput{
			TuningJobArn: aws.String("arn:aws:sagemaker:us-east-1:" + research + ":hyper-parameter-tuning-job/tune")}},
		{Life: life(day), Family: world.TrainingJob, Name: "warm", Ended: ago(5 * time.Minute), Output: &api.DescribeTrainingJobOutput{
			ResourceConfig: &types.ResourceConfig{InstanceType: types.TrainingInstanceTypeMlG5Xlarge, KeepAlivePeriodInSeconds: aws.Int32(3600)}}},
		{Life: life(day), Family: world.ProcessingJob, Name: "clean-on"},
		{Life: life(day), Family: world.TransformJob, Name: "score-on"},
		{Life: life(day), Family: world.PipelineExecution, Parent: "nightly", Name: "0run"},
		{Life: life(9 * day), Family: world.TrackingServer, Name: "flow-off", Ended: ago(day), Output: &api.DescribeMlflowTrackingServerOutput{TrackingServerSize: types.TrackingServerSizeM}},
		{Life: life(9 * day), Family: world.MonitoringSchedule, Name: "calm", Ended: ago(day)},
		{Life: life(9 * day), Family: world.HubContent, Parent: "models", Name: "borrowed", Output: &api.DescribeHubContentOutput{
			HubContentType: types.HubContentTypeModelReference, SageMakerPublicHubContentArn: aws.String("arn:public")}},
		{Life: life(9 * day), Family: world.FeatureGroup, Name: "fixed", Output: &api.DescribeFeatureGroupOutput{
			OnlineStoreConfig: &types.OnlineStoreConfig{EnableOnlineStore: aws.Bool(true)}, ThroughputConfig: &types.ThroughputConfigDescription{
				ThroughputMode: types.ThroughputModeProvisioned, ProvisionedReadCapacityUnits: aws.Int32(20), ProvisionedWriteCapacityUnits: aws.Int32(10)}}},
	}
}

// pictures are the versions of the collection's image.
func pictures() []*world.ImageVersion {
	return []*world.ImageVersion{{Life: life(8 * day), Image: "base", Number: 1, Aliases: []string{"stable"},
		Output: api.DescribeImageVersionOutput{BaseImage: aws.String("ecr/base:1"), JobType: types.JobTypeNotebookKernel}}}
}

var gpus = &api.UpdateClusterInput{ClusterName: aws.String("pod"), InstanceGroups: []types.ClusterInstanceGroupSpecification{{InstanceGroupName: aws.String("gpu"),
	InstanceCount: aws.Int32(0), InstanceType: types.ClusterInstanceTypeMlG5Xlarge, ExecutionRole: aws.String("arn:role")}}}

func init() {
	s := aws.String
	arn := func(resource string) string { return "arn:aws:sagemaker:us-east-1:" + research + ":" + resource }
	of := func(f world.Family, name string) string {
		return arn((&world.Record{Family: f, Name: name}).Resource())
	}
	maps.Copy(contracts, map[string]contract{
		"sagemaker:ListImageVersions": answers((*api.Client).ListImageVersions, &api.ListImageVersionsInput{ImageName: s("base")},
			func(o *api.ListImageVersionsOutput) *string { return o.ImageVersions[0].ImageVersionArn }, arn("image-version/base/1")),
		"sagemaker:DescribeImageVersion": answers((*api.Client).DescribeImageVersion, &api.DescribeImageVersionInput{ImageName: s("base"), Version: aws.Int32(1)},
			func(o *api.DescribeImageVersionOutput) *string { return o.BaseImage }, "ecr/base:1"),
		"sagemaker:ListAliases": answers((*api.Client).ListAliases, &api.ListAliasesInput{ImageName: s("base")},
			func(o *api.ListAliasesOutput) *string { return &o.SageMakerImageVersionAliases[0] }, "stable"),

		"sagemaker:StopTrainingJob":             does((*api.Client).StopTrainingJob, &api.StopTrainingJobInput{TrainingJobName: s("train-on")}),
		"sagemaker:StopProcessingJob":           does((*api.Client).StopProcessingJob, &api.StopProcessingJobInput{ProcessingJobName: s("clean-on")}),
		"sagemaker:StopTransformJob":            does((*api.Client).StopTransformJob, &api.StopTransformJobInput{TransformJobName: s("score-on")}),
		"sagemaker:StopHyperParameterTuningJob": does((*api.Client).StopHyperParameterTuningJob, &api.StopHyperParameterTuningJobInput{HyperParameterTuningJobName: s("tune")}),
		"sagemaker:StopAutoMLJob":               does((*api.Client).StopAutoMLJob, &api.StopAutoMLJobInput{AutoMLJobName: s("auto")}),
		"sagemaker:StopLabelingJob":             does((*api.Client).StopLabelingJob, &api.StopLabelingJobInput{LabelingJobName: s("label")}),
		"sagemaker:StopCompilationJob":          does((*api.Client).StopCompilationJob, &api.StopCompilationJobInput{CompilationJobName: s("neo")}),
		"sagemaker:StopOptimizationJob":         does((*api.Client).StopOptimizationJob, &api.StopOptimizationJobInput{OptimizationJobName: s("quantize")}),
		"sagemaker:StopPipelineExecution": answers((*api.Client).StopPipelineExecution, &api.StopPipelineExecutionInput{PipelineExecutionArn: s(arn("pipeline/nightly/execution/0run"))},
			func(o *api.StopPipelineExecutionOutput) *string { return o.PipelineExecutionArn }, arn("pipeline/nightly/execution/0run")),
		"sagemaker:UpdateTrainingJob": answers((*api.Client).UpdateTrainingJob,
			&api.UpdateTrainingJobInput{TrainingJobName: s("warm"), ResourceConfig: &types.ResourceConfigForUpdate{KeepAlivePeriodInSeconds: aws.Int32(0)}},
			func(o *api.UpdateTrainingJobOutput) *string { return o.TrainingJobArn }, arn("training-job/warm")),

		"sagemaker:UpdateCluster": answers((*api.Client).UpdateCluster, gpus, func(o *api.UpdateClusterOutput) *string { return o.ClusterArn }, of(world.Cluster, "pod")),
		"sagemaker:DeleteCluster": answers((*api.Client).DeleteCluster, &api.DeleteClusterInput{ClusterName: s("pod")},
			func(o *api.DeleteClusterOutput) *string { return o.ClusterArn }, of(world.Cluster, "pod")),

		"sagemaker:StopMlflowTrackingServer": answers((*api.Client).StopMlflowTrackingServer, &api.StopMlflowTrackingServerInput{TrackingServerName: s("flow")},
			func(o *api.StopMlflowTrackingServerOutput) *string { return o.TrackingServerArn }, arn("mlflow-tracking-server/flow")),
		"sagemaker:StartMlflowTrackingServer": answers((*api.Client).StartMlflowTrackingServer, &api.StartMlflowTrackingServerInput{TrackingServerName: s("flow-off")},
			func(o *api.StartMlflowTrackingServerOutput) *string { return o.TrackingServerArn }, arn("mlflow-tracking-server/flow-off")),
		"sagemaker:DeleteMlflowTrackingServer": answers((*api.Client).DeleteMlflowTrackingServer, &api.DeleteMlflowTrackingServerInput{TrackingServerName: s("flow")},
			func(o *api.DeleteMlflowTrackingServerOutput) *string { return o.TrackingServerArn }, arn("mlflow-tracking-server/flow")),
		"sagemaker:CreateMlflowTrackingServer": answers((*api.Client).CreateMlflowTrackingServer,
			&api.CreateMlflowTrackingServerInput{TrackingServerName: s("flow-2"), ArtifactStoreUri: s("s3://flow"), RoleArn: s("arn:role")},
			func(o *api.CreateMlflowTrackingServerOutput) *string { return o.TrackingServerArn }, arn("mlflow-tracking-server/flow-2")),
		"sagemaker:DeleteMlflowApp": answers((*api.Client).DeleteMlflowApp, &api.DeleteMlflowAppInput{Arn: s(of(world.MlflowApp, "flow-app"))},
			func(o *api.DeleteMlflowAppOutput) *string { return o.Arn }, of(world.MlflowApp, "flow-app")),
		"sagemaker:DeletePartnerApp": answers((*api.Client).DeletePartnerApp, &api.DeletePartnerAppInput{Arn: s(of(world.PartnerApp, "comet"))},
			func(o *api.DeletePartnerAppOutput) *string { return o.Arn }, of(world.PartnerApp, "comet")),

		"sagemaker:UpdateFeatureGroup": answers((*api.Client).UpdateFeatureGroup,
			&api.UpdateFeatureGroupInput{FeatureGroupName: s("fixed"), ThroughputConfig: &types.ThroughputConfigUpdate{ThroughputMode: types.ThroughputModeOnDemand}},
			func(o *api.UpdateFeatureGroupOutput) *string { return o.FeatureGroupArn }, arn("feature-group/fixed")),
		"sagemaker:DeleteFeatureGroup": does((*api.Client).DeleteFeatureGroup, &api.DeleteFeatureGroupInput{FeatureGroupName: s("clicks")}),
		"sagemaker:CreateFeatureGroup": answers((*api.Client).CreateFeatureGroup, &api.CreateFeatureGroupInput{FeatureGroupName: s("views"), EventTimeFeatureName: s("at"),
			RecordIdentifierFeatureName: s("id"), FeatureDefinitions: []types.FeatureDefinition{{FeatureName: s("id"), FeatureType: types.FeatureTypeString}}},
			func(o *api.CreateFeatureGroupOutput) *string { return o.FeatureGroupArn }, arn("feature-group/views")),

		"sagemaker:StopMonitoringSchedule":   does((*api.Client).StopMonitoringSchedule, &api.StopMonitoringScheduleInput{MonitoringScheduleName: s("drift")}),
		"sagemaker:StartMonitoringSchedule":  does((*api.Client).StartMonitoringSchedule, &api.StartMonitoringScheduleInput{MonitoringScheduleName: s("calm")}),
		"sagemaker:DeleteMonitoringSchedule": does((*api.Client).DeleteMonitoringSchedule, &api.DeleteMonitoringScheduleInput{MonitoringScheduleName: s("drift")}),
		"sagemaker:CreateMonitoringSchedule": answers((*api.Client).CreateMonitoringSchedule, &api.CreateMonitoringScheduleInput{MonitoringScheduleName: s("drift-2"),
			MonitoringScheduleConfig: &types.MonitoringScheduleConfig{MonitoringJobDefinitionName: s("drift-1")}},
			func(o *api.CreateMonitoringScheduleOutput) *string { return o.MonitoringScheduleArn }, arn("monitoring-schedule/drift-2")),

		"sagemaker:DeleteImage": does((*api.Client).DeleteImage, &api.DeleteImageInput{ImageName: s("base")}),
		"sagemaker:CreateImage": answers((*api.Client).CreateImage, &api.CreateImageInput{ImageName: s("base-2"), RoleArn: s("arn:role")},
			func(o *api.CreateImageOutput) *string { return o.ImageArn }, arn("image/base-2")),
		"sagemaker:CreateImageVersion": answers((*api.Client).CreateImageVersion, &api.CreateImageVersionInput{ImageName: s("base"), BaseImage: s("ecr/base:2")},
			func(o *api.CreateImageVersionOutput) *string { return o.ImageVersionArn }, arn("image-version/base/2")),
		"sagemaker:DeleteAppImageConfig": does((*api.Client).DeleteAppImageConfig, &api.DeleteAppImageConfigInput{AppImageConfigName: s("kernel")}),
		"sagemaker:CreateAppImageConfig": answers((*api.Client).CreateAppImageConfig, &api.CreateAppImageConfigInput{AppImageConfigName: s("lab")},
			func(o *api.CreateAppImageConfigOutput) *string { return o.AppImageConfigArn }, arn("app-image-config/lab")),

		"sagemaker:DeleteHubContent": does((*api.Client).DeleteHubContent,
			&api.DeleteHubContentInput{HubName: s("models"), HubContentName: s("llm"), HubContentType: types.HubContentTypeModel, HubContentVersion: s("2.1.0")}),
		"sagemaker:DeleteHubContentReference": does((*api.Client).DeleteHubContentReference,
			&api.DeleteHubContentReferenceInput{HubName: s("models"), HubContentName: s("borrowed"), HubContentType: types.HubContentTypeModelReference}),
		"sagemaker:ImportHubContent": answers((*api.Client).ImportHubContent, &api.ImportHubContentInput{HubName: s("models"), HubContentName: s("slm"), HubContentType: types.HubContentTypeModel,
			HubContentVersion: s("1.0.0"), HubContentDocument: s("{}"), DocumentSchemaVersion: s("2.3.0")},
			func(o *api.ImportHubContentOutput) *string { return o.HubContentArn }, arn("hub-content/models/Model/slm/1.0.0")),
		"sagemaker:CreateHubContentReference": answers((*api.Client).CreateHubContentReference,
			&api.CreateHubContentReferenceInput{HubName: s("models"), HubContentName: s("lent"), SageMakerPublicHubContentArn: s("arn:public")},
			func(o *api.CreateHubContentReferenceOutput) *string { return o.HubArn }, arn("hub/models")),

		"sagemaker:DeleteWorkteam": does((*api.Client).DeleteWorkteam, &api.DeleteWorkteamInput{WorkteamName: s("labelers")}),
	})
}
