package wire

import (
	"context"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// collection has one record of each family, with what a listing shorten or renames filled in.
func collection() []*world.Record {
	one := aws.Int32(1)
	return []*world.Record{
		{Life: life(9 * day), Family: world.NotebookInstance, Name: "nb", Output: &api.DescribeNotebookInstanceOutput{
			InstanceType: types.InstanceTypeMlT3Medium, VolumeSizeInGB: aws.Int32(50), NotebookInstanceLifecycleConfigName: aws.String("stop-idle")}},
		{Life: life(9 * day), Family: world.NotebookInstanceLifecycleConfig, Name: "stop-idle", Output: &api.DescribeNotebookInstanceLifecycleConfigOutput{
			OnStart: []types.NotebookInstanceLifecycleHook{{Content: aws.String("ZWNobwo=")}}}},
		{Life: life(9 * day), Family: world.StudioLifecycleConfig, Name: "setup", Output: &api.DescribeStudioLifecycleConfigOutput{
			StudioLifecycleConfigAppType: types.StudioLifecycleConfigAppTypeJupyterLab}},
		{Life: life(9 * day), Family: world.TrainingJob, Name: "train", Ended: ago(8 * day), Output: &api.DescribeTrainingJobOutput{
			ResourceConfig:    &types.ResourceConfig{InstanceType: types.TrainingInstanceTypeMlG5Xlarge, InstanceCount: one, KeepAlivePeriodInSeconds: aws.Int32(600), TrainingPlanArn: aws.String("arn:plan")},
			StoppingCondition: &types.StoppingCondition{MaxRuntimeInSeconds: aws.Int32(86400)}}},
		{Life: life(9 * day), Family: world.ProcessingJob, Name: "clean", Ended: ago(8 * day), Output: &api.DescribeProcessingJobOutput{
			ProcessingResources: &types.ProcessingResources{ClusterConfig: &types.ProcessingClusterConfig{InstanceType: types.ProcessingInstanceTypeMlM5Large, InstanceCount: one, VolumeSizeInGB: aws.Int32(30)}}}},
		{Life: life(9 * day), Family: world.TransformJob, Name: "score", Ended: ago(8 * day), Output: &api.DescribeTransformJobOutput{
			ModelName: aws.String("churn"), TransformResources: &types.TransformResources{InstanceType: types.TransformInstanceTypeMlM5Large, InstanceCount: one}}},
		{Life: life(9 * day), Family: world.TuningJob, Name: "tune", Output: &api.DescribeHyperParameterTuningJobOutput{
			HyperParameterTuningJobConfig: &types.HyperParameterTuningJobConfig{Strategy: types.HyperParameterTuningJobStrategyTypeBayesian, ResourceLimits: &types.ResourceLimits{MaxParallelTrainingJobs: one}}}},
		{Life: life(9 * day), Family: world.AutoMLJob, Name: "auto"},
		{Life: life(9 * day), Family: world.LabelingJob, Name: "label", Output: &api.DescribeLabelingJobOutput{
			HumanTaskConfig: &types.HumanTaskConfig{WorkteamArn: aws.String("arn:team"), PreHumanTaskLambdaArn: aws.String("arn:pre"),
				AnnotationConsolidationConfig: &types.AnnotationConsolidationConfig{AnnotationConsolidationLambdaArn: aws.String("arn:consolidate")}}}},
		{Life: life(9 * day), Family: world.CompilationJob, Name: "neo", Output: &api.DescribeCompilationJobOutput{
			OutputConfig: &types.OutputConfig{TargetPlatform: &types.TargetPlatform{Os: types.TargetPlatformOsLinux, Arch: types.TargetPlatformArchArm64}}}},
		{Life: life(9 * day), Family: world.OptimizationJob, Name: "quantize", Output: &api.DescribeOptimizationJobOutput{
			OptimizationConfigs: []types.OptimizationConfig{&types.OptimizationConfigMemberModelQuantizationConfig{}}}},
		{Life: life(9 * day), Family: world.TrainingPlan, Name: "plan", Ended: ago(-9 * day), Output: &api.DescribeTrainingPlanOutput{
			UpfrontFee: aws.String("3000.00"), TotalInstanceCount: aws.Int32(4), TargetResources: []types.SageMakerResourceName{types.SageMakerResourceNameTrainingJob}}},
		{Life: life(9 * day), Family: world.Cluster, Name: "pod", Output: &api.DescribeClusterOutput{
			InstanceGroups: []types.ClusterInstanceGroupDetails{{InstanceGroupName: aws.String("gpu"), CurrentCount: one, InstanceType: types.ClusterInstanceTypeMlG5Xlarge, TrainingPlanArn: aws.String("arn:plan")}}}},
		{Life: life(9 * day), Family: world.ClusterNode, Parent: "pod", Name: "i-1", Output: &api.DescribeClusterNodeOutput{
			NodeDetails: &types.ClusterNodeDetails{InstanceGroupName: aws.String("gpu"), InstanceType: types.ClusterInstanceTypeMlG5Xlarge}}},
		{Life: life(9 * day), Family: world.TrackingServer, Name: "flow", Output: &api.DescribeMlflowTrackingServerOutput{TrackingServerSize: types.TrackingServerSizeS}},
		{Life: life(9 * day), Family: world.MlflowApp, Name: "flow-app"},
		{Life: life(9 * day), Family: world.PartnerApp, Name: "comet", Output: &api.DescribePartnerAppOutput{Type: types.PartnerAppTypeComet, Tier: aws.String("small")}},
		{Life: life(9 * day), Family: world.FeatureGroup, Name: "clicks", Output: &api.DescribeFeatureGroupOutput{
			OnlineStoreConfig: &types.OnlineStoreConfig{EnableOnlineStore: aws.Bool(true)}, OfflineStoreStatus: &types.OfflineStoreStatus{Status: types.OfflineStoreStatusValueActive}}},
		{Life: life(9 * day), Family: world.Pipeline, Name: "nightly", Output: &api.DescribePipelineOutput{LastRunTime: aws.Time(ago(day))}},
		{Life: life(day), Family: world.PipelineExecution, Parent: "nightly", Name: "0abc", Status: "Failed", Output: &api.DescribePipelineExecutionOutput{FailureReason: aws.String("no data")}},
		{Life: life(9 * day), Family: world.MonitoringSchedule, Name: "drift", Output: &api.DescribeMonitoringScheduleOutput{
			EndpointName: aws.String("churn"), MonitoringScheduleConfig: &types.MonitoringScheduleConfig{MonitoringJobDefinitionName: aws.String("drift-1")}}},
		{Life: life(9 * day), Family: world.Image, Name: "base"},
		{Life: life(9 * day), Family: world.AppImageConfig, Name: "kernel"},
		{Life: life(9 * day), Family: world.Hub, Name: "models", Output: &api.DescribeHubOutput{HubDescription: aws.String("ours")}},
		{Life: life(9 * day), Family: world.HubContent, Parent: "models", Name: "llm", Output: &api.DescribeHubContentOutput{HubContentVersion: aws.String("2.1.0")}},
		{Life: life(9 * day), Family: world.ModelPackageGroup, Name: "churn"},
		{Life: life(9 * day), Family: world.ModelPackage, Parent: "churn", Name: "3", Output: &api.DescribeModelPackageOutput{ModelApprovalStatus: types.ModelApprovalStatusApproved}},
		{Life: life(9 * day), Family: world.Workteam, Name: "labelers", Output: &api.DescribeWorkteamOutput{Workteam: &types.Workteam{Description: aws.String("ours")}}},
	}
}

// said is the name, the ARN and the status in an answer, or in the first that it lists.
func said(f world.Family, out any) string {
	face := reflect.ValueOf(out).Elem()
	if strings.HasPrefix(face.Type().Name(), "List") {
		face = face.FieldByIndex(summariesOf(face.Type()).Index).Index(0)
	} else {
		face = world.Members(out)
	}
	name, arn, status := spoken(f, face)
	return strings.Join(strings.Fields(line(name, arn, status)), " ")
}

// recorded are the contracts of a family's two operations.
func recorded[LI, LO, DI, DO any](
	f world.Family, list method[LI, LO], listed *LI, describe method[DI, DO], asked *DI, want string,
) map[string]contract {
	want = strings.Replace(want, "*", "arn:aws:sagemaker:us-east-1:"+research+":", 1)
	operation := func(in any) string {
		return "sagemaker:" + strings.TrimSuffix(reflect.TypeOf(in).Elem().Name(), "Input")
	}
	return map[string]contract{
		operation(listed): {func(ctx context.Context, cfg aws.Config) (string, error) {
			out, err := list(api.NewFromConfig(cfg), ctx, listed)
			if err != nil {
				return "", err
			}
			return said(f, out), nil
		}, strings.TrimSuffix(want, unlisted[f])},
		operation(asked): {func(ctx context.Context, cfg aws.Config) (string, error) {
			out, err := describe(api.NewFromConfig(cfg), ctx, asked)
			if err != nil {
				return "", err
			}
			return said(f, out), nil
		}, want},
	}
}

// unlisted is what a family's summaries leave out.
var unlisted = map[world.Family]string{world.Pipeline: " Active"}

func init() {
	s := aws.String
	arn := func(resource string) *string { return s("arn:aws:sagemaker:us-east-1:" + research + ":" + resource) }
	for _, cases := range []map[string]contract{
		recorded(world.NotebookInstance, (*api.Client).ListNotebookInstances, &api.ListNotebookInstancesInput{},
			(*api.Client).DescribeNotebookInstance, &api.DescribeNotebookInstanceInput{NotebookInstanceName: s("nb")}, "nb *notebook-instance/nb InService"),
		recorded(world.NotebookInstanceLifecycleConfig, (*api.Client).ListNotebookInstanceLifecycleConfigs, &api.ListNotebookInstanceLifecycleConfigsInput{},
			(*api.Client).DescribeNotebookInstanceLifecycleConfig, &api.DescribeNotebookInstanceLifecycleConfigInput{NotebookInstanceLifecycleConfigName: s("stop-idle")}, "stop-idle *notebook-instance-lifecycle-config/stop-idle"),
		recorded(world.StudioLifecycleConfig, (*api.Client).ListStudioLifecycleConfigs, &api.ListStudioLifecycleConfigsInput{},
			(*api.Client).DescribeStudioLifecycleConfig, &api.DescribeStudioLifecycleConfigInput{StudioLifecycleConfigName: s("setup")}, "setup *studio-lifecycle-config/setup"),
		recorded(world.TrainingJob, (*api.Client).ListTrainingJobs, &api.ListTrainingJobsInput{},
			(*api.Client).DescribeTrainingJob, &api.DescribeTrainingJobInput{TrainingJobName: s("train")}, "train *training-job/train Completed"),
		recorded(world.ProcessingJob, (*api.Client).ListProcessingJobs, &api.ListProcessingJobsInput{},
			(*api.Client).DescribeProcessingJob, &api.DescribeProcessingJobInput{ProcessingJobName: s("clean")}, "clean *processing-job/clean Completed"),
		recorded(world.TransformJob, (*api.Client).ListTransformJobs, &api.ListTransformJobsInput{},
			(*api.Client).DescribeTransformJob, &api.DescribeTransformJobInput{TransformJobName: s("score")}, "score *transform-job/score Completed"),
		recorded(world.TuningJob, (*api.Client).ListHyperParameterTuningJobs, &api.ListHyperParameterTuningJobsInput{},
			(*api.Client).DescribeHyperParameterTuningJob, &api.DescribeHyperParameterTuningJobInput{HyperParameterTuningJobName: s("tune")}, "tune *hyper-parameter-tuning-job/tune InProgress"),
		recorded(world.AutoMLJob, (*api.Client).ListAutoMLJobs, &api.ListAutoMLJobsInput{},
			(*api.Client).DescribeAutoMLJobV2, &api.DescribeAutoMLJobV2Input{AutoMLJobName: s("auto")}, "auto *automl-job/auto InProgress"),
		recorded(world.LabelingJob, (*api.Client).ListLabelingJobs, &api.ListLabelingJobsInput{},
			(*api.Client).DescribeLabelingJob, &api.DescribeLabelingJobInput{LabelingJobName: s("label")}, "label *labeling-job/label InProgress"),
		recorded(world.CompilationJob, (*api.Client).ListCompilationJobs, &api.ListCompilationJobsInput{},
			(*api.Client).DescribeCompilationJob, &api.DescribeCompilationJobInput{CompilationJobName: s("neo")}, "neo *compilation-job/neo INPROGRESS"),
		recorded(world.OptimizationJob, (*api.Client).ListOptimizationJobs, &api.ListOptimizationJobsInput{},
			(*api.Client).DescribeOptimizationJob, &api.DescribeOptimizationJobInput{OptimizationJobName: s("quantize")}, "quantize *optimization-job/quantize INPROGRESS"),
		recorded(world.TrainingPlan, (*api.Client).ListTrainingPlans, &api.ListTrainingPlansInput{},
			(*api.Client).DescribeTrainingPlan, &api.DescribeTrainingPlanInput{TrainingPlanName: s("plan")}, "plan *training-plan/plan Active"),
		recorded(world.Cluster, (*api.Client).ListClusters, &api.ListClustersInput{},
			(*api.Client).DescribeCluster, &api.DescribeClusterInput{ClusterName: s("pod")}, "pod *cluster/ijoit3k3w6fh InService"),
		recorded(world.ClusterNode, (*api.Client).ListClusterNodes, &api.ListClusterNodesInput{ClusterName: s("pod")},
			(*api.Client).DescribeClusterNode, &api.DescribeClusterNodeInput{ClusterName: s("pod"), NodeId: s("i-1")}, "i-1 Running"),
		recorded(world.TrackingServer, (*api.Client).ListMlflowTrackingServers, &api.ListMlflowTrackingServersInput{},
			(*api.Client).DescribeMlflowTrackingServer, &api.DescribeMlflowTrackingServerInput{TrackingServerName: s("flow")}, "flow *mlflow-tracking-server/flow Created"),
		recorded(world.MlflowApp, (*api.Client).ListMlflowApps, &api.ListMlflowAppsInput{},
			(*api.Client).DescribeMlflowApp, &api.DescribeMlflowAppInput{Arn: arn("mlflow-app/app-BFVMT3NB4MZ6")}, "flow-app *mlflow-app/app-BFVMT3NB4MZ6 Created"),
		recorded(world.PartnerApp, (*api.Client).ListPartnerApps, &api.ListPartnerAppsInput{},
			(*api.Client).DescribePartnerApp, &api.DescribePartnerAppInput{Arn: arn("partner-app/app-2UPXSECRYLS7")}, "comet *partner-app/app-2UPXSECRYLS7 Available"),
		recorded(world.FeatureGroup, (*api.Client).ListFeatureGroups, &api.ListFeatureGroupsInput{},
			(*api.Client).DescribeFeatureGroup, &api.DescribeFeatureGroupInput{FeatureGroupName: s("clicks")}, "clicks *feature-group/clicks Created"),
		recorded(world.Pipeline, (*api.Client).ListPipelines, &api.ListPipelinesInput{},
			(*api.Client).DescribePipeline, &api.DescribePipelineInput{PipelineName: s("nightly")}, "nightly *pipeline/nightly Active"),
		recorded(world.PipelineExecution, (*api.Client).ListPipelineExecutions, &api.ListPipelineExecutionsInput{PipelineName: s("nightly")},
			(*api.Client).DescribePipelineExecution, &api.DescribePipelineExecutionInput{PipelineExecutionArn: arn("pipeline/nightly/execution/0abc")}, "*pipeline/nightly/execution/0abc Failed"),
		recorded(world.MonitoringSchedule, (*api.Client).ListMonitoringSchedules, &api.ListMonitoringSchedulesInput{},
			(*api.Client).DescribeMonitoringSchedule, &api.DescribeMonitoringScheduleInput{MonitoringScheduleName: s("drift")}, "drift *monitoring-schedule/drift Scheduled"),
		recorded(world.Image, (*api.Client).ListImages, &api.ListImagesInput{},
			(*api.Client).DescribeImage, &api.DescribeImageInput{ImageName: s("base")}, "base *image/base CREATED"),
		recorded(world.AppImageConfig, (*api.Client).ListAppImageConfigs, &api.ListAppImageConfigsInput{},
			(*api.Client).DescribeAppImageConfig, &api.DescribeAppImageConfigInput{AppImageConfigName: s("kernel")}, "kernel *app-image-config/kernel"),
		recorded(world.Hub, (*api.Client).ListHubs, &api.ListHubsInput{},
			(*api.Client).DescribeHub, &api.DescribeHubInput{HubName: s("models")}, "models *hub/models InService"),
		recorded(world.HubContent, (*api.Client).ListHubContents, &api.ListHubContentsInput{HubName: s("models"), HubContentType: types.HubContentTypeModel},
			(*api.Client).DescribeHubContent, &api.DescribeHubContentInput{HubName: s("models"), HubContentType: types.HubContentTypeModel, HubContentName: s("llm")}, "llm *hub-content/models/Model/llm/2.1.0 Available"),
		recorded(world.ModelPackageGroup, (*api.Client).ListModelPackageGroups, &api.ListModelPackageGroupsInput{},
			(*api.Client).DescribeModelPackageGroup, &api.DescribeModelPackageGroupInput{ModelPackageGroupName: s("churn")}, "churn *model-package-group/churn Completed"),
		recorded(world.ModelPackage, (*api.Client).ListModelPackages, &api.ListModelPackagesInput{ModelPackageGroupName: s("churn")},
			(*api.Client).DescribeModelPackage, &api.DescribeModelPackageInput{ModelPackageName: arn("model-package/churn/3")}, "churn *model-package/churn/3 Completed"),
		recorded(world.Workteam, (*api.Client).ListWorkteams, &api.ListWorkteamsInput{},
			(*api.Client).DescribeWorkteam, &api.DescribeWorkteamInput{WorkteamName: s("labelers")}, "labelers *workteam/private-crowd/labelers"),
	} {
		maps.Copy(contracts, cases)
	}
	contracts["sagemaker:Search"] = contract{func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := api.NewFromConfig(cfg).Search(ctx, &api.SearchInput{Resource: types.ResourceTypeTrainingJob})
		if err != nil {
			return "", err
		}
		job := out.Results[0].TrainingJob
		return line(*job.TrainingJobArn, string(job.SecondaryStatus), *job.Tags[0].Value), nil
	}, "arn:aws:sagemaker:us-east-1:111111111111:training-job/train Completed growth"}
}

// Each family that a world knows can be listed and described.
func TestEveryFamilyIsServed(t *testing.T) {
	if want, got := 2*len(world.Families()), len(families); got != want {
		t.Errorf("%d operations for %d families", got, want/2)
	}
}
