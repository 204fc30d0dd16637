package scan_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// bookLab is a world with books to be read.
func bookLab() *lab {
	l := newLab()
	l.kinds = named("endpoint-config", "model", "monitoring-schedule", "notebook-lifecycle-config", "image", "app-image-config",
		"studio-lifecycle-config", "hub-content", "model-package-group", "workteam")
	books(l.east)
	return l
}

// books adds an endpoint, what was made for endpoints and is used by none, and other entries in SageMaker's books.
func books(r *world.Region) {
	old, young := world.Life{Created: ago(90 * day)}, world.Life{Created: ago(29 * day)}
	endpointShape{name: "live", calls: called(time.Hour)}.add(r)
	r.Configs = append(r.Configs, &world.EndpointConfig{Name: "left-config", Variants: []world.Variant{host("left")}, Life: old},
		&world.EndpointConfig{Name: "young-config", Variants: []world.Variant{host("left")}, Life: young})
	r.Models = append(r.Models, &world.Model{Name: "left", Life: old}, &world.Model{Name: "transforming", Life: old})
	schedule := func(name, endpoint, status string) *world.Record {
		return &world.Record{Life: old, Family: world.MonitoringSchedule, Name: name, Status: status, Output: &sagemaker.DescribeMonitoringScheduleOutput{EndpointName: aws.String(endpoint)}}
	}
	r.Records = append(r.Records,
		schedule("watches-live", "live", ""), schedule("watches-nothing", "gone", ""), schedule("fails", "live", "Failed"),
		&world.Record{Life: old, Family: world.TransformJob, Name: "tonight", Output: &sagemaker.DescribeTransformJobOutput{ModelName: aws.String("transforming"),
			TransformResources: &types.TransformResources{InstanceType: types.TransformInstanceTypeMlM5Large, InstanceCount: aws.Int32(1)}}},
		&world.Record{Life: old, Family: world.NotebookInstance, Name: "desk", Output: &sagemaker.DescribeNotebookInstanceOutput{
			InstanceType: types.InstanceTypeMlT3Medium, VolumeSizeInGB: aws.Int32(5), NotebookInstanceLifecycleConfigName: aws.String("stop-idle")}},
		&world.Record{Life: old, Family: world.NotebookInstanceLifecycleConfig, Name: "stop-idle"},
		&world.Record{Life: old, Family: world.NotebookInstanceLifecycleConfig, Name: "left-script"},
		&world.Record{Life: old, Family: world.StudioLifecycleConfig, Name: "script"},
		&world.Record{Life: old, Family: world.Image, Name: "image"},
		&world.Record{Life: old, Family: world.Image, Name: "failed-image", Status: "CREATE_FAILED"},
		&world.Record{Life: old, Family: world.AppImageConfig, Name: "image-config"},
		&world.Record{Life: old, Family: world.Hub, Name: "hub"},
		&world.Record{Life: old, Family: world.HubContent, Parent: "hub", Name: "llm", Output: &sagemaker.DescribeHubContentOutput{HubContentVersion: aws.String("1.0.0")}},
		&world.Record{Life: old, Family: world.ModelPackageGroup, Name: "registry"},
		&world.Record{Life: old, Family: world.Workteam, Name: "idlers"},
	)
}

func TestWhatNobodyNames(t *testing.T) {
	s := bookLab().scan(t)
	expectWhole(t, s)
	for _, tc := range []struct {
		name  string
		state estate.State
		rule  string
	}{
		{"live-config", estate.Active, "endpoint-config/named"}, {"left-config", estate.Idle, "endpoint-config/orphaned"}, {"young-config", estate.Unknown, "endpoint-config/too-young"},
		{"m-main", estate.Active, "model/named"}, {"transforming", estate.Active, "model/named"}, {"left", estate.Idle, "model/orphaned"},
		{"watches-live", estate.Active, "monitoring-schedule/peer-active"}, {"watches-nothing", estate.Idle, "monitoring-schedule/orphaned"}, {"fails", estate.Unknown, "monitoring-schedule/broken"},
		{"stop-idle", estate.Active, "notebook-lifecycle-config/named"}, {"left-script", estate.Idle, "notebook-lifecycle-config/orphaned"},
		{"script", estate.Unknown, "studio-lifecycle-config/no-signal"}, {"image", estate.Unknown, "image/no-signal"}, {"failed-image", estate.Unknown, "image/broken"},
		{"image-config", estate.Unknown, "app-image-config/no-signal"}, {"hub/llm", estate.Unknown, "hub-content/no-signal"},
		{"registry", estate.Unknown, "model-package-group/no-signal"}, {"idlers", estate.Unknown, "workteam/no-signal"},
	} {
		o := expect(t, s, tc.name, tc.state, tc.rule)
		if hourly, known := o.Resource.Hourly(); !hourly.IsZero() || !known || !o.Waste.Known {
			t.Errorf("%s bills nothing, got %+v", tc.name, o.Resource.Meters)
		}
		// A schedule that runs starts jobs, which bill.
		if starts := o.Resource.Kind == "monitoring-schedule" && o.Resource.Status == "Scheduled"; starts != slices.ContainsFunc(o.Resource.Meters, func(m estate.Meter) bool { return m.Elsewhere }) {
			t.Errorf("%s is for free, or not, by %+v", tc.name, o.Resource.Meters)
		}
		if arn, err := estate.ParseARN(o.Resource.ARN); err != nil || arn.Account != account {
			t.Errorf("%s: ARN %s: %v", tc.name, o.Resource.ARN, err)
		}
	}
}

// TestNobodyIsOrphanedByAFault: what could not be read, or vanished while it was read, may be what names an entry.
func TestNobodyIsOrphanedByAFault(t *testing.T) {
	for operation, spared := range map[string][]string{
		"sagemaker:ListEndpoints":            {"left-config", "left", "watches-nothing"},
		"sagemaker:DescribeEndpoint":         {"left-config", "live-config", "left", "m-main"},
		"sagemaker:DescribeEndpointConfig":   {"left", "m-main"},
		"sagemaker:ListInferenceComponents":  {"left"},
		"sagemaker:ListTransformJobs":        {"left", "transforming"},
		"sagemaker:DescribeTransformJob":     {"left", "transforming"},
		"sagemaker:ListNotebookInstances":    {"left-script", "stop-idle"},
		"sagemaker:DescribeNotebookInstance": {"left-script"},
	} {
		for _, fault := range []world.Fault{{Error: "AccessDeniedException", Status: 400}, {Error: "ResourceNotFound", Message: "the resource does not exist", Status: 400}, {Body: "{}"}} {
			fault.Operation = operation
			t.Run(operation+" "+fault.Error+fault.Body, func(t *testing.T) {
				l := bookLab()
				l.Faults = []*world.Fault{&fault}
				s := l.scan(t)
				for _, name := range spared {
					if v := verdicts(s)[name]; v.State == estate.Idle {
						t.Errorf("%s is idle by %s (%s)", name, v.Rule, v.Why)
					}
				}
			})
		}
	}
}
