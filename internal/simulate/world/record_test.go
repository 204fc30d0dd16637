package world

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func named(resource string) string { return "arn:" + resource }

// What a family's description says of itself stands in members that the SDK's type has.
func TestShapes(t *testing.T) {
	for _, f := range Families() {
		body := Members(f.NewOutput())
		if !member(body, f.name()...).IsValid() && f != PipelineExecution {
			t.Errorf("%s has no name", f)
		}
		if !member(body, f.arn()...).IsValid() && f != ClusterNode {
			t.Errorf("%s has no ARN", f)
		}
		if has := member(body, f.status()...).IsValid(); has != (shapes[f].goes != "") {
			t.Errorf("%s has a status: %v", f, has)
		}
		for _, status := range []string{shapes[f].goes, shapes[f].over} {
			if known := f.Statuses(); status != "" && !slices.Contains(known, status) {
				t.Errorf("%s is no status of %s: %v", status, f, known)
			}
		}
		if run := shapes[f].run; run != "" && f != LabelingJob && !member(body, f.ended()...).IsValid() {
			t.Errorf("%s has no member %sEndTime", f, run)
		}
	}
}

// A training job with a warm pool, looked at from its creation on.
func TestTrainingJobInTime(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	output := &sagemaker.DescribeTrainingJobOutput{
		SecondaryStatus: types.SecondaryStatusUploading,
		ResourceConfig:  &types.ResourceConfig{InstanceType: types.TrainingInstanceTypeMlG5Xlarge, KeepAlivePeriodInSeconds: aws.Int32(1800)},
	}
	job := &Record{Life: Life{Created: noon}, Family: TrainingJob, Name: "train", Ended: noon.Add(2 * time.Hour), EndStatus: "Stopped", Output: output}
	warm := func(status types.WarmPoolResourceStatus, kept int32) *types.WarmPoolStatus {
		if status == types.WarmPoolResourceStatusInuse {
			return &types.WarmPoolStatus{Status: status}
		}
		return &types.WarmPoolStatus{Status: status, ResourceRetainedBillableTimeInSeconds: &kept}
	}
	for _, test := range []struct {
		at   time.Duration
		want sagemaker.DescribeTrainingJobOutput
	}{
		{time.Hour, sagemaker.DescribeTrainingJobOutput{
			TrainingJobStatus: "InProgress", SecondaryStatus: "Uploading", LastModifiedTime: &noon, WarmPoolStatus: warm("InUse", 0)}},
		{2*time.Hour + 10*time.Minute, sagemaker.DescribeTrainingJobOutput{
			TrainingJobStatus: "Stopped", SecondaryStatus: "Stopped", LastModifiedTime: &job.Ended, TrainingEndTime: &job.Ended,
			TrainingTimeInSeconds: aws.Int32(7200), BillableTimeInSeconds: aws.Int32(7200), WarmPoolStatus: warm("Available", 600)}},
		{3 * time.Hour, sagemaker.DescribeTrainingJobOutput{
			TrainingJobStatus: "Stopped", SecondaryStatus: "Stopped", LastModifiedTime: &job.Ended, TrainingEndTime: &job.Ended,
			TrainingTimeInSeconds: aws.Int32(7200), BillableTimeInSeconds: aws.Int32(7200), WarmPoolStatus: warm("Terminated", 1800)}},
	} {
		want := test.want
		want.TrainingJobName, want.TrainingJobArn, want.ResourceConfig = aws.String("train"), aws.String("arn:training-job/train"), output.ResourceConfig
		want.CreationTime, want.TrainingStartTime = &noon, &noon
		got := job.Describe(noon.Add(test.at), named)
		if diff := cmp.Diff(&want, got, cmpopts.IgnoreUnexported(want, types.ResourceConfig{}, types.WarmPoolStatus{}), cmpopts.IgnoreFields(want, "ResultMetadata")); diff != "" {
			t.Errorf("after %v (-want +got):\n%s", test.at, diff)
		}
	}
	if output.TrainingJobName != nil || output.WarmPoolStatus != nil {
		t.Errorf("describing changed the record: %+v", output)
	}
}

func TestDescriptionsOfTheirOwn(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	later := noon.Add(time.Hour)
	at := Life{Created: noon}
	for name, test := range map[string]struct {
		record  *Record
		members map[string]any
	}{
		"a stopped notebook instance": {&Record{Life: at, Family: NotebookInstance, Name: "a", Ended: noon.Add(time.Minute)},
			map[string]any{"NotebookInstanceStatus": types.NotebookInstanceStatusStopped, "LastModifiedTime": aws.Time(noon.Add(time.Minute))}},
		"a job that waits for instances": {&Record{Life: at, Family: TrainingJob, Name: "a", Output: &sagemaker.DescribeTrainingJobOutput{SecondaryStatus: "Pending"}},
			map[string]any{"TrainingStartTime": (*time.Time)(nil), "SecondaryStatus": types.SecondaryStatusPending}},
		"a plan whose end is to come": {&Record{Life: at, Family: TrainingPlan, Name: "a", Ended: noon.Add(48 * time.Hour)},
			map[string]any{"Status": types.TrainingPlanStatusActive, "StartTime": &noon, "EndTime": aws.Time(noon.Add(48 * time.Hour))}},
		"a tracking server at rest": {&Record{Life: at, Family: TrackingServer, Name: "a", Status: "Stopped"},
			map[string]any{"IsActive": types.IsTrackingServerActiveInactive}},
		"an AutoML job at its end": {&Record{Life: at, Family: AutoMLJob, Name: "a", Ended: later},
			map[string]any{"AutoMLJobSecondaryStatus": types.AutoMLJobSecondaryStatusCompleted, "EndTime": &later}},
		"a version of a model": {&Record{Life: at, Family: ModelPackage, Parent: "group", Name: "7"},
			map[string]any{"ModelPackageGroupName": aws.String("group"), "ModelPackageVersion": aws.Int32(7), "ModelPackageArn": aws.String("arn:model-package/group/7")}},
		"an execution": {&Record{Life: at, Family: PipelineExecution, Parent: "p", Name: "e"},
			map[string]any{"PipelineArn": aws.String("arn:pipeline/p"), "PipelineExecutionArn": aws.String("arn:pipeline/p/execution/e")}},
		"a hub's content": {&Record{Life: at, Family: HubContent, Parent: "h", Name: "c"},
			map[string]any{"HubName": aws.String("h"), "HubArn": aws.String("arn:hub/h"), "HubContentArn": aws.String("arn:hub-content/h/Model/c/1.0.0")}},
	} {
		got := reflect.ValueOf(test.record.Describe(later, named)).Elem()
		for member, want := range test.members {
			if diff := cmp.Diff(want, got.FieldByName(member).Interface()); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", name, member, diff)
			}
		}
	}
	team := (&Record{Life: at, Family: Workteam, Name: "a"}).Describe(later, named).(*sagemaker.DescribeWorkteamOutput).Workteam
	if *team.WorkteamArn != "arn:workteam/private-crowd/a" || !team.CreateDate.Equal(noon) {
		t.Errorf("a workteam: %+v", team)
	}
	node := &Record{Life: at, Family: ClusterNode, Parent: "c", Name: "i-1", Status: "Failure", Output: &sagemaker.DescribeClusterNodeOutput{
		NodeDetails: &types.ClusterNodeDetails{InstanceStatus: &types.ClusterInstanceStatusDetails{Message: aws.String("no heartbeat")}}}}
	details := node.Describe(later, named).(*sagemaker.DescribeClusterNodeOutput).NodeDetails
	if *details.InstanceId != "i-1" || details.InstanceStatus.Status != "Failure" || *details.InstanceStatus.Message != "no heartbeat" || !details.LaunchTime.Equal(noon) {
		t.Errorf("a node: %+v", details)
	}
}

func TestHistoryIsInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
		h := &History{Family: TrainingJob, Count: rapid.IntRange(1, 460_000).Draw(t, "count"), From: start,
			To:   start.Add(time.Duration(rapid.Int64Range(0, 1000*24).Draw(t, "hours")) * time.Hour),
			Took: time.Duration(rapid.IntRange(0, 100).Draw(t, "took")) * time.Minute}
		i := rapid.IntRange(0, h.Count-1).Draw(t, "number")
		r := h.Record(i)
		if r.Created.Before(h.From) || r.Created.After(h.To) {
			t.Errorf("number %d of %d is out of its time", i, h.Count)
		}
		if i > 0 && (h.Record(i-1).Created.After(r.Created) || h.Record(i-1).Name >= r.Name) {
			t.Errorf("number %d is before the one before", i)
		}
		if found, ok := h.Find(r.Name); !ok || !found.Created.Equal(r.Created) {
			t.Errorf("%s is not found again", r.Name)
		}
		if over := h.Over(r.Ended); over <= i || over > i+1 && h.Record(over-1).Ended.After(r.Ended) {
			t.Errorf("%d are over when number %d ends", over, i)
		}
	})
}
