package kinds

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/google/go-cmp/cmp"
)

// filled are the members of an input that a recreation sets itself: the tags, and what an answer calls otherwise.
func filled(more ...string) []string { return append([]string{"Tags"}, more...) }

// lost are the members of an input that no answer gives back.
func lost[D, I any](set []string) (names []string) {
	out := reflect.TypeFor[D]()
	for field := range reflect.TypeFor[I]().Fields() {
		from, there := out.FieldByName(field.Name)
		if field.IsExported() && (!there || from.Type != field.Type) && !slices.Contains(set, field.Name) {
			names = append(names, field.Name)
		}
	}
	return names
}

// TestWhatIsLost: of what can be said when something is made, all comes back when it is made again, but for what is named here. What an
// action loses by that is in its Loses.
func TestWhatIsLost(t *testing.T) {
	got := map[string][]string{
		"app-image-config":        lost[sagemaker.DescribeAppImageConfigOutput, sagemaker.CreateAppImageConfigInput](filled()),
		"feature-group":           lost[sagemaker.DescribeFeatureGroupOutput, sagemaker.CreateFeatureGroupInput](filled("ThroughputConfig")),
		"hub-content":             lost[sagemaker.DescribeHubContentOutput, sagemaker.ImportHubContentInput](filled()),
		"hub-content, borrowed":   lost[sagemaker.DescribeHubContentOutput, sagemaker.CreateHubContentReferenceInput](filled("MinVersion")),
		"image":                   lost[sagemaker.DescribeImageOutput, sagemaker.CreateImageInput](filled()),
		"image, its versions":     lost[sagemaker.DescribeImageVersionOutput, sagemaker.CreateImageVersionInput](filled("ImageName", "Aliases", "ClientToken")),
		"mlflow-tracking-server":  lost[sagemaker.DescribeMlflowTrackingServerOutput, sagemaker.CreateMlflowTrackingServerInput](filled()),
		"monitoring-schedule":     lost[sagemaker.DescribeMonitoringScheduleOutput, sagemaker.CreateMonitoringScheduleInput](filled()),
		"notebook-lifecycle":      lost[sagemaker.DescribeNotebookInstanceLifecycleConfigOutput, sagemaker.CreateNotebookInstanceLifecycleConfigInput](filled()),
		"studio-lifecycle-config": lost[sagemaker.DescribeStudioLifecycleConfigOutput, sagemaker.CreateStudioLifecycleConfigInput](filled()),
	}
	want := map[string][]string{}
	for name := range got {
		want[name] = nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is lost (-want +got):\n%s", diff)
	}
}

// TestDiscreet: what looks like a secret is not written down, wherever an environment is.
func TestDiscreet(t *testing.T) {
	for name, test := range map[string]struct {
		body, rest string
		secrets    []string
	}{
		"nothing":            {`{"CreationTime":1772463600.123,"Environment":{"LOG":"1"}}`, `{"CreationTime":1772463600.123,"Environment":{"LOG":"1"}}`, nil},
		"by name":            {`{"Environment":{"HF_TOKEN":"x","LOG":"1"}}`, `{"Environment":{"LOG":"1"}}`, []string{"HF_TOKEN"}},
		"by value":           {`{"HyperParameters":{"hub":"hf_abc"}}`, `{"HyperParameters":{}}`, []string{"hub"}},
		"deep down":          {`{"A":[{"B":{"StaticHyperParameters":{"password":"x"}}}]}`, `{"A":[{"B":{"StaticHyperParameters":{}}}]}`, []string{"password"}},
		"not an environment": {`{"ClientToken":"x","Tags":[{"Key":"token","Value":"x"}]}`, `{"ClientToken":"x","Tags":[{"Key":"token","Value":"x"}]}`, nil},
	} {
		rest, secrets, err := discreet(json.RawMessage(test.body))
		if err != nil || string(rest) != test.rest || !slices.Equal(secrets, test.secrets) {
			t.Errorf("%s: %s without %v, %v", name, rest, secrets, err)
		}
	}
}
