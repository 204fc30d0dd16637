package scenario

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func TestRecords(t *testing.T) {
	w := load(t, "testdata/records.yaml")
	if err := w.CheckRecords(); err != nil {
		t.Fatal(err)
	}
	r := w.Accounts[0].Regions[0]
	named := map[string]*world.Record{}
	families := map[world.Family]bool{}
	for _, record := range r.Records {
		named[record.Name], families[record.Family] = record, true
	}
	for _, f := range world.Families() {
		if !families[f] {
			t.Errorf("the example has no %s", f)
		}
	}

	got := named["overlong"].Output.(*sagemaker.DescribeTrainingJobOutput)
	want := &sagemaker.DescribeTrainingJobOutput{
		ResourceConfig:            &types.ResourceConfig{InstanceType: types.TrainingInstanceTypeMlP4d24xlarge, InstanceCount: aws.Int32(2), VolumeSizeInGB: aws.Int32(100)},
		StoppingCondition:         &types.StoppingCondition{MaxRuntimeInSeconds: aws.Int32(432000)},
		EnableManagedSpotTraining: aws.Bool(false),
		HyperParameters:           map[string]string{"epochs": "300"},
		SecondaryStatusTransitions: []types.SecondaryStatusTransition{
			{Status: types.SecondaryStatusTraining, StartTime: aws.Time(noon.Add(-71 * time.Hour)), StatusMessage: aws.String("Training in progress")}},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(*got, "ResultMetadata"), cmpopts.IgnoreUnexported(*got, types.ResourceConfig{}, types.StoppingCondition{}, types.SecondaryStatusTransition{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	rest := named["at-rest"]
	if rest.StatusAt(noon) != "Stopped" || !rest.Ended.Equal(noon.Add(-30*24*time.Hour)) {
		t.Errorf("a stopped notebook instance: %+v", rest)
	}
	forgotten := w.Truth()["arn:aws:sagemaker:us-east-1:111111111111:notebook-instance/forgotten"]
	if last, ok := forgotten.Use.Last(noon); !ok || !last.Equal(noon.Add(-49*24*time.Hour)) {
		t.Errorf("the truth about the forgotten notebook instance: %v, %v", last, ok)
	}
	if tags := r.Tags["arn:aws:sagemaker:us-east-1:111111111111:notebook-instance/forgotten"]; tags["owner"] != "anna" {
		t.Errorf("tags %v", tags)
	}
	if h := r.Histories[0]; h.Over(noon) != 460_000 || h.Record(0).Name != "etl-00000000" || r.Histories[1].Record(1).Name != "old-processing-job-00000001" {
		t.Errorf("histories %+v", r.Histories)
	}
	if d := r.Domains[0]; d.FileSystem() != "fs-0123456789abcdef0" || d.TagPropagation != "ENABLED" || d.Users[0].SSOUser != "anna@example.com" {
		t.Errorf("domain %+v", d)
	}
}

// A slip of the pen is answered with what may have been meant.
func TestNearNames(t *testing.T) {
	for describe, want := range map[string]string{
		"{InstanceTyp: ml.t3.medium}":  "perhaps InstanceType",
		"{Volumesize: 5}":              "perhaps VolumeSizeInGB",
		"{InstanceType: ml.m5.xlrage}": "perhaps ml.m5.xlarge or ml.m4.xlarge or ml.m5.2xlarge",
		"{RootAccess: Sometimes}":      "one of: Enabled, Disabled",
	} {
		source := "at: 2026-03-02T12:00:00Z\naccounts: [{id: 111111111111, regions: [{name: us-east-1, records: [{family: notebook-instance, name: a, describe: " + describe + "}]}]}]\n"
		_, err := Load("x.yaml", strings.NewReader(source))
		if e, ok := errors.AsType[*estate.Error](err); !ok || e.Hint != want {
			t.Errorf("%s: %v, want %s", describe, err, want)
		}
	}
}
