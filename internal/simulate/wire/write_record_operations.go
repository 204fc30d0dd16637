package wire

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	sm "github.com/aws/aws-sdk-go-v2/service/sagemaker/schemas"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// Statuses of tracking servers: of those that run and of those that do not.
var (
	serversOn  = []string{"Created", "Started", "Updated", "MaintenanceComplete"}
	serversOff = []string{"Stopped", "CreateFailed", "StartFailed"}
)

// recordWrites are the operations that change what a world keeps as records.
var recordWrites = []offered{
	transits(world.TrainingJob, (*api.Client).StopTrainingJob, sm.StopTrainingJob, nil, jobStop),
	transits(world.ProcessingJob, (*api.Client).StopProcessingJob, sm.StopProcessingJob, nil, jobStop),
	transits(world.TransformJob, (*api.Client).StopTransformJob, sm.StopTransformJob, nil, jobStop),
	transits(world.TuningJob, (*api.Client).StopHyperParameterTuningJob, sm.StopHyperParameterTuningJob, nil, groupStop),
	transits(world.AutoMLJob, (*api.Client).StopAutoMLJob, sm.StopAutoMLJob, nil, groupStop),
	transits(world.LabelingJob, (*api.Client).StopLabelingJob, sm.StopLabelingJob, nil, labelStop),
	transits(world.CompilationJob, (*api.Client).StopCompilationJob, sm.StopCompilationJob, nil, loudStop),
	transits(world.OptimizationJob, (*api.Client).StopOptimizationJob, sm.StopOptimizationJob, nil, loudStop),
	transits(world.PipelineExecution, (*api.Client).StopPipelineExecution, sm.StopPipelineExecution, sm.StopPipelineExecutionResponse,
		passage{from: []string{"Executing"}, goes: "Stopping", over: "Stopped", takes: jobStops}),
	changes(world.TrainingJob, sm.UpdateTrainingJob, sm.UpdateTrainingJobResponse, (*view).updateTrainingJob),

	changes(world.Cluster, sm.UpdateCluster, sm.UpdateClusterResponse, (*view).updateCluster),
	transits(world.Cluster, (*api.Client).DeleteCluster, sm.DeleteCluster, sm.DeleteClusterResponse,
		passage{from: []string{"InService", "Failed"}, goes: "Deleting", takes: clusterMoves}),

	transits(world.TrackingServer, (*api.Client).StopMlflowTrackingServer, sm.StopMlflowTrackingServer, sm.StopMlflowTrackingServerResponse,
		passage{from: append([]string{"StopFailed"}, serversOn...), goes: "Stopping", over: "Stopped", takes: serverMoves}),
	transits(world.TrackingServer, (*api.Client).StartMlflowTrackingServer, sm.StartMlflowTrackingServer, sm.StartMlflowTrackingServerResponse,
		passage{from: []string{"Stopped", "StartFailed"}, goes: "Starting", over: "Started", takes: serverMoves, starts: true}),
	transits(world.TrackingServer, (*api.Client).DeleteMlflowTrackingServer, sm.DeleteMlflowTrackingServer, sm.DeleteMlflowTrackingServerResponse,
		passage{from: slices.Concat(serversOn, serversOff, []string{"StopFailed", "UpdateFailed", "MaintenanceFailed", "DeleteFailed"}), goes: "Deleting", takes: serverMoves}),
	makes[api.CreateMlflowTrackingServerInput, api.CreateMlflowTrackingServerOutput, api.DescribeMlflowTrackingServerOutput](world.TrackingServer,
		(*api.Client).CreateMlflowTrackingServer, sm.CreateMlflowTrackingServer, sm.CreateMlflowTrackingServerResponse, birth{"Creating", serverMoves}, nil),
	transits(world.MlflowApp, (*api.Client).DeleteMlflowApp, sm.DeleteMlflowApp, sm.DeleteMlflowAppResponse,
		passage{from: []string{"Created", "Updated", "CreateFailed", "UpdateFailed", "DeleteFailed"}, goes: "Deleting", takes: serverMoves}),
	transits(world.PartnerApp, (*api.Client).DeletePartnerApp, sm.DeletePartnerApp, sm.DeletePartnerAppResponse,
		passage{from: []string{"Available", "Failed", "UpdateFailed"}, goes: "Deleting", takes: serverMoves}),

	changes(world.FeatureGroup, sm.UpdateFeatureGroup, sm.UpdateFeatureGroupResponse, (*view).updateFeatureGroup),
	transits(world.FeatureGroup, (*api.Client).DeleteFeatureGroup, sm.DeleteFeatureGroup, nil,
		passage{from: []string{"Created", "CreateFailed", "DeleteFailed"}, goes: "Deleting", takes: featuresMove}),
	makes(world.FeatureGroup, (*api.Client).CreateFeatureGroup, sm.CreateFeatureGroup, sm.CreateFeatureGroupResponse, birth{"Creating", featuresMove}, provisioned),

	transits(world.MonitoringSchedule, (*api.Client).StopMonitoringSchedule, sm.StopMonitoringSchedule, nil,
		passage{from: []string{"Scheduled"}, goes: "Pending", over: "Stopped", takes: scheduleMoves}),
	transits(world.MonitoringSchedule, (*api.Client).StartMonitoringSchedule, sm.StartMonitoringSchedule, nil,
		passage{from: []string{"Stopped"}, goes: "Pending", over: "Scheduled", takes: scheduleMoves, starts: true}),
	transits(world.MonitoringSchedule, (*api.Client).DeleteMonitoringSchedule, sm.DeleteMonitoringSchedule, nil,
		passage{from: []string{"Scheduled", "Stopped", "Failed"}}),
	makes(world.MonitoringSchedule, (*api.Client).CreateMonitoringSchedule, sm.CreateMonitoringSchedule, sm.CreateMonitoringScheduleResponse,
		birth{"Pending", scheduleMoves}, watches),

	transits(world.Image, (*api.Client).DeleteImage, sm.DeleteImage, sm.DeleteImageResponse,
		passage{from: []string{"CREATED", "CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED"}, goes: "DELETING", takes: imageMoves, also: dropVersions}),
	makes[api.CreateImageInput, api.CreateImageOutput, api.DescribeImageOutput](world.Image, (*api.Client).CreateImage, sm.CreateImage, sm.CreateImageResponse,
		birth{"CREATING", imageMoves}, nil),
	{"sagemaker:CreateImageVersion", modeled(sm.CreateImageVersion, sm.CreateImageVersionResponse, (*view).createImageVersion,
		func(v *view, in *api.CreateImageVersionInput) string {
			return *v.arn((&world.ImageVersion{Image: aws.ToString(in.ImageName)}).Resource())
		})},
	transits(world.AppImageConfig, (*api.Client).DeleteAppImageConfig, sm.DeleteAppImageConfig, nil, passage{}),
	makes[api.CreateAppImageConfigInput, api.CreateAppImageConfigOutput, api.DescribeAppImageConfigOutput](world.AppImageConfig,
		(*api.Client).CreateAppImageConfig, sm.CreateAppImageConfig, sm.CreateAppImageConfigResponse, birth{}, nil),

	transits(world.HubContent, (*api.Client).DeleteHubContent, sm.DeleteHubContent, nil, contentGoes),
	transits(world.HubContent, (*api.Client).DeleteHubContentReference, sm.DeleteHubContentReference, nil, contentGoes),
	makes[api.ImportHubContentInput, api.ImportHubContentOutput, api.DescribeHubContentOutput](world.HubContent, (*api.Client).ImportHubContent,
		sm.ImportHubContent, sm.ImportHubContentResponse, birth{"Importing", contentMoves}, nil),
	{"sagemaker:CreateHubContentReference", modeled(sm.CreateHubContentReference, sm.CreateHubContentReferenceResponse, (*view).createHubReference,
		func(v *view, in *api.CreateHubContentReferenceInput) string { return v.container(world.HubContent, in) })},

	transits(world.Workteam, (*api.Client).DeleteWorkteam, sm.DeleteWorkteam, sm.DeleteWorkteamResponse, passage{}),
}

var contentGoes = passage{from: []string{"Available", "ImportFailed", "DeleteFailed"}, goes: "Deleting", takes: contentMoves}
