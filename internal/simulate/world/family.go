package world

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// A Family is a sort of SageMaker resource that a world keeps as records. It is named as the type in its ARNs, if it has one.
type Family string

// The families that records are of.
const (
	NotebookInstance                Family = "notebook-instance"
	NotebookInstanceLifecycleConfig Family = "notebook-instance-lifecycle-config"
	StudioLifecycleConfig           Family = "studio-lifecycle-config"
	TrainingJob                     Family = "training-job"
	ProcessingJob                   Family = "processing-job"
	TransformJob                    Family = "transform-job"
	TuningJob                       Family = "hyper-parameter-tuning-job"
	AutoMLJob                       Family = "automl-job"
	LabelingJob                     Family = "labeling-job"
	CompilationJob                  Family = "compilation-job"
	OptimizationJob                 Family = "optimization-job"
	TrainingPlan                    Family = "training-plan"
	Cluster                         Family = "cluster"
	ClusterNode                     Family = "cluster-node"
	TrackingServer                  Family = "mlflow-tracking-server"
	MlflowApp                       Family = "mlflow-app"
	PartnerApp                      Family = "partner-app"
	FeatureGroup                    Family = "feature-group"
	Pipeline                        Family = "pipeline"
	PipelineExecution               Family = "pipeline-execution"
	MonitoringSchedule              Family = "monitoring-schedule"
	Image                           Family = "image"
	AppImageConfig                  Family = "app-image-config"
	Hub                             Family = "hub"
	HubContent                      Family = "hub-content"
	ModelPackageGroup               Family = "model-package-group"
	ModelPackage                    Family = "model-package"
	Workteam                        Family = "workteam"
)

// A shape is how the API spells a family.
type shape struct {
	// output is what its Describe operation answers.
	output any
	// stem begins the members of its name, its ARN and its status, where anything does.
	stem string
	// run begins the members of the instants at which a job started and ended.
	run string
	// goes and over are the usual statuses of what goes on and of what came to its end, over empty where nothing ends.
	goes, over string
	// parent is the family of what it belongs to.
	parent Family
}

var shapes = map[Family]shape{
	NotebookInstance:                {output: sagemaker.DescribeNotebookInstanceOutput{}, stem: "NotebookInstance", goes: "InService", over: "Stopped"},
	NotebookInstanceLifecycleConfig: {output: sagemaker.DescribeNotebookInstanceLifecycleConfigOutput{}, stem: "NotebookInstanceLifecycleConfig"},
	StudioLifecycleConfig:           {output: sagemaker.DescribeStudioLifecycleConfigOutput{}, stem: "StudioLifecycleConfig"},
	TrainingJob:                     {output: sagemaker.DescribeTrainingJobOutput{}, stem: "TrainingJob", run: "Training", goes: "InProgress", over: "Completed"},
	ProcessingJob:                   {output: sagemaker.DescribeProcessingJobOutput{}, stem: "ProcessingJob", run: "Processing", goes: "InProgress", over: "Completed"},
	TransformJob:                    {output: sagemaker.DescribeTransformJobOutput{}, stem: "TransformJob", run: "Transform", goes: "InProgress", over: "Completed"},
	TuningJob:                       {output: sagemaker.DescribeHyperParameterTuningJobOutput{}, stem: "HyperParameterTuningJob", run: "HyperParameterTuning", goes: "InProgress", over: "Completed"},
	AutoMLJob:                       {output: sagemaker.DescribeAutoMLJobV2Output{}, stem: "AutoMLJob", goes: "InProgress", over: "Completed"},
	LabelingJob:                     {output: sagemaker.DescribeLabelingJobOutput{}, stem: "LabelingJob", run: "Labeling", goes: "InProgress", over: "Completed"},
	CompilationJob:                  {output: sagemaker.DescribeCompilationJobOutput{}, stem: "CompilationJob", run: "Compilation", goes: "INPROGRESS", over: "COMPLETED"},
	OptimizationJob:                 {output: sagemaker.DescribeOptimizationJobOutput{}, stem: "OptimizationJob", run: "Optimization", goes: "INPROGRESS", over: "COMPLETED"},
	TrainingPlan:                    {output: sagemaker.DescribeTrainingPlanOutput{}, stem: "TrainingPlan", goes: "Active", over: "Expired"},
	Cluster:                         {output: sagemaker.DescribeClusterOutput{}, stem: "Cluster", goes: "InService"},
	ClusterNode:                     {output: sagemaker.DescribeClusterNodeOutput{}, stem: "Instance", goes: "Running", parent: Cluster},
	TrackingServer:                  {output: sagemaker.DescribeMlflowTrackingServerOutput{}, stem: "TrackingServer", goes: "Created", over: "Stopped"},
	MlflowApp:                       {output: sagemaker.DescribeMlflowAppOutput{}, stem: "MlflowApp", goes: "Created"},
	PartnerApp:                      {output: sagemaker.DescribePartnerAppOutput{}, stem: "PartnerApp", goes: "Available"},
	FeatureGroup:                    {output: sagemaker.DescribeFeatureGroupOutput{}, stem: "FeatureGroup", goes: "Created"},
	Pipeline:                        {output: sagemaker.DescribePipelineOutput{}, stem: "Pipeline", goes: "Active"},
	PipelineExecution:               {output: sagemaker.DescribePipelineExecutionOutput{}, stem: "PipelineExecution", goes: "Executing", over: "Succeeded", parent: Pipeline},
	MonitoringSchedule:              {output: sagemaker.DescribeMonitoringScheduleOutput{}, stem: "MonitoringSchedule", goes: "Scheduled", over: "Stopped"},
	Image:                           {output: sagemaker.DescribeImageOutput{}, stem: "Image", goes: "CREATED"},
	AppImageConfig:                  {output: sagemaker.DescribeAppImageConfigOutput{}, stem: "AppImageConfig"},
	Hub:                             {output: sagemaker.DescribeHubOutput{}, stem: "Hub", goes: "InService"},
	HubContent:                      {output: sagemaker.DescribeHubContentOutput{}, stem: "HubContent", goes: "Available", parent: Hub},
	ModelPackageGroup:               {output: sagemaker.DescribeModelPackageGroupOutput{}, stem: "ModelPackageGroup", goes: "Completed"},
	ModelPackage:                    {output: sagemaker.DescribeModelPackageOutput{}, stem: "ModelPackage", goes: "Completed", parent: ModelPackageGroup},
	Workteam:                        {output: sagemaker.DescribeWorkteamOutput{}, stem: "Workteam"},
}

// Families are all families that records are of, in order.
func Families() []Family { return slices.Sorted(maps.Keys(shapes)) }

// Known reports whether there is such a family.
func (f Family) Known() bool { _, known := shapes[f]; return known }

// Parent is the family of what the family's members belong to, empty for most.
func (f Family) Parent() Family { return shapes[f].parent }

// Stem is what the members of the family's name, ARN and status begin with in the API, such as TrainingJob in TrainingJobStatus.
func (f Family) Stem() string { return shapes[f].stem }

// NewOutput is an empty answer of the family's Describe operation: a pointer to the SDK's type.
func (f Family) NewOutput() any { return reflect.New(reflect.TypeOf(shapes[f].output)).Interface() }

// Statuses are the statuses that a member of the family may have; none for a family without.
func (f Family) Statuses() []string {
	if f == ClusterNode {
		return Enum(reflect.TypeFor[types.ClusterInstanceStatus]())
	}
	if field := member(Members(f.NewOutput()), f.status()...); field.IsValid() {
		return Enum(field.Type())
	}
	return nil
}

// Enum are the values that the SDK knows of an enumeration; none where the type is not one.
func Enum(t reflect.Type) []string {
	list, ok := t.MethodByName("Values")
	if !ok {
		return nil
	}
	values := list.Func.Call([]reflect.Value{reflect.Zero(t)})[0]
	var words []string
	for i := range values.Len() {
		words = append(words, values.Index(i).String())
	}
	return words
}

// Moves reports whether a member of the family's description follows from the record and the instant, so that no output can give it.
func (f Family) Moves(name string) bool {
	return slices.Contains(slices.Concat(f.name(), f.arn(), f.status(), createdMembers, modifiedMembers, f.ended()), name)
}

// The members that hold what moves, the family's own spelling first.

func (f Family) name() []string {
	if f == ClusterNode {
		return []string{"InstanceId"}
	}
	return []string{f.Stem() + "Name", "Name"}
}

func (f Family) arn() []string     { return []string{f.Stem() + "Arn", "Arn"} }
func (f Family) status() []string  { return []string{f.Stem() + "Status", "Status"} }
func (f Family) started() []string { return []string{shapes[f].run + "StartTime"} }
func (f Family) ended() []string   { return []string{shapes[f].run + "EndTime"} }

var (
	createdMembers  = []string{"CreationTime", "CreateDate", "LaunchTime"}
	modifiedMembers = []string{"LastModifiedTime", "LastUpdatedDate"}
)

// resource is the resource part of a member's ARN.
func (f Family) resource(path ...string) string { return string(f) + "/" + strings.Join(path, "/") }
