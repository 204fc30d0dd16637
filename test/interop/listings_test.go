//go:build interop

package interop_test

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A listing is how boto3 and the AWS CLI, which writes it with dashes, list a family.
type listing struct {
	Family    world.Family `json:"family"`
	Operation string       `json:"operation"`
	// Within is the listing of what the family's members belong to, and Parent the member that names it.
	Within string `json:"within,omitempty"`
	Parent string `json:"parent,omitempty"`
	// Sort is a member of which the API takes one value at a time.
	Sort  string   `json:"sort,omitempty"`
	Sorts []string `json:"sorts,omitempty"`
}

// listings are of every family that the world keeps as records.
var listings = []listing{
	{Family: world.NotebookInstance, Operation: "list_notebook_instances"},
	{Family: world.NotebookInstanceLifecycleConfig, Operation: "list_notebook_instance_lifecycle_configs"},
	{Family: world.StudioLifecycleConfig, Operation: "list_studio_lifecycle_configs"},
	{Family: world.TrainingJob, Operation: "list_training_jobs"},
	{Family: world.ProcessingJob, Operation: "list_processing_jobs"},
	{Family: world.TransformJob, Operation: "list_transform_jobs"},
	{Family: world.TuningJob, Operation: "list_hyper_parameter_tuning_jobs"},
	{Family: world.AutoMLJob, Operation: "list_auto_ml_jobs"},
	{Family: world.LabelingJob, Operation: "list_labeling_jobs"},
	{Family: world.CompilationJob, Operation: "list_compilation_jobs"},
	{Family: world.OptimizationJob, Operation: "list_optimization_jobs"},
	{Family: world.TrainingPlan, Operation: "list_training_plans"},
	{Family: world.Cluster, Operation: "list_clusters"},
	{Family: world.ClusterNode, Operation: "list_cluster_nodes", Within: "list_clusters", Parent: "ClusterName"},
	{Family: world.TrackingServer, Operation: "list_mlflow_tracking_servers"},
	{Family: world.MlflowApp, Operation: "list_mlflow_apps"},
	{Family: world.PartnerApp, Operation: "list_partner_apps"},
	{Family: world.FeatureGroup, Operation: "list_feature_groups"},
	{Family: world.Pipeline, Operation: "list_pipelines"},
	{Family: world.PipelineExecution, Operation: "list_pipeline_executions", Within: "list_pipelines", Parent: "PipelineName"},
	{Family: world.MonitoringSchedule, Operation: "list_monitoring_schedules"},
	{Family: world.Image, Operation: "list_images"},
	{Family: world.AppImageConfig, Operation: "list_app_image_configs"},
	{Family: world.Hub, Operation: "list_hubs"},
	{Family: world.HubContent, Operation: "list_hub_contents", Within: "list_hubs", Parent: "HubName", Sort: "HubContentType", Sorts: []string{"Model", "Notebook"}},
	{Family: world.ModelPackageGroup, Operation: "list_model_package_groups"},
	{Family: world.ModelPackage, Operation: "list_model_packages", Within: "list_model_package_groups", Parent: "ModelPackageGroupName"},
	{Family: world.Workteam, Operation: "list_workteams"},
}

// kindOf is the family as a scan calls it, empty for those that it does not list by themselves.
func kindOf(f world.Family) estate.Kind {
	switch f {
	case world.NotebookInstanceLifecycleConfig:
		return "notebook-lifecycle-config"
	case world.TuningJob:
		return "tuning-job"
	case world.AutoMLJob:
		return "auto-ml-job"
	case world.ClusterNode, world.Pipeline, world.Hub, world.ModelPackage:
		return ""
	}
	return estate.Kind(f)
}

// countKinds is what a scan must find in a region, by kind.
func countKinds(a *world.Account, r *world.Region, c census, now time.Time) map[estate.Kind]int {
	n := map[estate.Kind]int{"studio-domain": c["domains"], "user-profile": c["users"], "studio-space": c["spaces"], "studio-app": c["apps"],
		"endpoint": c["endpoints"], "inference-component": c["components"], "endpoint-config": c["configurations"], "model": c["models"]}
	for _, rec := range r.Records {
		switch kind := kindOf(rec.Family); {
		case !rec.At(now) || rec.Vanishes || kind == "":
		case warm(a, r, rec, now):
			n["warm-pool"]++
		case !ended(rec, now):
			n[kind]++
		}
	}
	maps.DeleteFunc(n, func(_ estate.Kind, count int) bool { return count == 0 })
	return n
}

// ended reports whether it is a job or the like that is over.
func ended(r *world.Record, now time.Time) bool {
	if !strings.HasSuffix(string(r.Family), "-job") && r.Family != world.PipelineExecution && r.Family != world.TrainingPlan {
		return false
	}
	return slices.Contains([]string{"completed", "failed", "stopped", "succeeded", "expired"}, strings.ToLower(r.StatusAt(now)))
}

// warm reports whether it is a training job that has left a warm pool.
func warm(a *world.Account, r *world.Region, rec *world.Record, now time.Time) bool {
	if rec.Family != world.TrainingJob || !rec.Over(now) {
		return false
	}
	job := rec.Describe(now, func(resource string) string { return a.ARN(r.Name, resource) }).(*sagemaker.DescribeTrainingJobOutput)
	return job.WarmPoolStatus != nil && job.WarmPoolStatus.Status == types.WarmPoolResourceStatusAvailable
}
