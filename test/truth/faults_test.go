package truth

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/scan"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// ways are how a call may go wrong.
var ways = []world.Fault{
	{Error: "AccessDeniedException", Status: 400},
	{Error: "ThrottlingException", Status: 400},
	{Error: "InternalFailure", Status: 500},
	{Error: "ExpiredTokenException", Status: 400},
	{Error: "ServiceUnavailable", Status: 503},
	{Error: "ResourceNotFound", Status: 400, Message: "the resource does not exist"},
	{Error: "ValidationException", Status: 400, Message: "Could not find it: it does not exist"},
	{Body: "<html><body>proxy authentication required</body></html>"},
	{Body: `{"Apps": [{"AppName": "trunc`},
	{Body: "{}"},
	{Body: "null"},
	{Body: "\xa1\x71MetricDataResults\x80"},
	{StatusCode: "PartialData"},
	{StatusCode: "Forbidden"},
	{StatusCode: "InternalError"},
}

// operations are what a scan asks.
var operations = []string{
	"sagemaker:ListApps", "sagemaker:ListSpaces", "sagemaker:DescribeApp", "sagemaker:ListEndpoints", "sagemaker:DescribeEndpoint", "sagemaker:DescribeEndpointConfig",
	"sagemaker:ListInferenceComponents", "sagemaker:DescribeInferenceComponent", "cloudwatch:GetMetricData", "sagemaker:DescribeModel", "logs:DescribeLogStreams", "tag:GetResources", "sagemaker:*", "cloudwatch:*", "*",
}

// TestNoFaultMakesAnythingIdle is the first law over the wire: whatever goes wrong, and however often, a scan finds nothing
// idle that it would not have found idle had all gone well, and finds nothing with more confidence.
func TestNoFaultMakesAnythingIdle(t *testing.T) {
	spec := small(3)
	spec.People, spec.Apps, spec.Endpoints = 24, 40, 46
	limits := scan.Limits{}
	idle := func(faults ...*world.Fault) (map[string]estate.Confidence, *estate.Snapshot, error) {
		st, err := newStage(spec, faults...)
		if err != nil {
			return nil, nil, err
		}
		snap, err := st.scan(t.Context(), at, limits)
		if err != nil {
			return nil, nil, err
		}
		found := map[string]estate.Confidence{}
		for _, o := range snap.Observations {
			if o.Verdict.State == estate.Idle {
				found[o.Resource.ARN] = o.Verdict.Confidence
			}
			for _, p := range o.Verdict.Parts {
				if p.State == estate.Idle {
					found[o.Resource.ARN+"#"+p.Part] = p.Confidence
				}
			}
		}
		return found, snap, nil
	}
	well, snap, err := idle()
	if err != nil {
		t.Fatal(err)
	}
	if len(well) < 20 || len(snap.Holes()) > 0 {
		t.Fatalf("%d idle, holes %+v: the comparison would prove nothing", len(well), snap.Holes())
	}
	check := func(t interface{ Errorf(string, ...any) }, faults ...*world.Fault) {
		got, _, err := idle(faults...)
		if err != nil {
			return // refused as a whole: nothing is judged
		}
		for name, c := range got {
			if before, was := well[name]; !was || c.Rank() > before.Rank() {
				t.Errorf("%s became idle at %s (%q without the fault) by %s", name, c, before, describe(faults))
			}
		}
	}
	t.Run("each operation in each way", func(t *testing.T) {
		for _, op := range operations {
			for _, way := range ways {
				if way.StatusCode != "" && op != "cloudwatch:GetMetricData" {
					continue
				}
				for _, every := range []int{0, 3} {
					f := way
					f.Operation, f.Every = op, every
					check(t, &f)
				}
			}
		}
	})
	t.Run("any of them together", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			var faults []*world.Fault
			for range rapid.IntRange(1, 4).Draw(t, "faults") {
				f := rapid.SampledFrom(ways).Draw(t, "way")
				f.Operation = rapid.SampledFrom(operations).Draw(t, "operation")
				f.Every, f.After = rapid.IntRange(0, 7).Draw(t, "every"), rapid.IntRange(0, 30).Draw(t, "after")
				f.Metric = rapid.SampledFrom([]string{"", "", "Invocations", "CPUUtilization", "SecondsSinceLastUse"}).Draw(t, "metric")
				faults = append(faults, &f)
			}
			check(t, faults...)
		})
	})
}

func describe(faults []*world.Fault) string {
	out := ""
	for _, f := range faults {
		out += fmt.Sprintf("[%s every %d after %d: %s%s%s %s] ", f.Operation, f.Every, f.After, f.Error, f.Body, f.StatusCode, f.Metric)
	}
	return out
}
