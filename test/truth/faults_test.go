package truth

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
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

// operations are what the families ask, with the families that a wrong answer may mislead: those that ask it, or are judged by such.
// Patterns, and what a scan asks for all, may mislead any.
func operations() map[string][]kinds.Kind {
	ops := map[string][]kinds.Kind{"sagemaker:*": nil, "cloudwatch:*": nil, "*": nil}
	for _, k := range kinds.All() {
		for _, need := range kinds.WithNeeds([]kinds.Kind{k}) {
			for _, op := range need.Family().Reads {
				if !slices.Contains(ops[op.Action], k) {
					ops[op.Action] = append(ops[op.Action], k)
				}
			}
		}
	}
	for _, op := range []string{"cloudwatch:GetMetricData", "tag:GetResources", "cloudtrail:LookupEvents"} {
		ops[op] = nil
	}
	return ops
}

// idle is what a scan of the families finds idle, by ARN, with its confidence.
func idle(ctx context.Context, st *stage, families ...kinds.Kind) (map[string]estate.Confidence, *estate.Snapshot, error) {
	snap, err := st.scan(ctx, at, families...)
	if err != nil {
		return nil, nil, err
	}
	found := map[string]estate.Confidence{}
	for _, o := range snap.Observations {
		name := string(o.Resource.Kind) + " " + o.Resource.ARN
		if o.Verdict.State == estate.Idle {
			found[name] = o.Verdict.Confidence
		}
		for _, p := range o.Verdict.Parts {
			if p.State == estate.Idle {
				found[name+"#"+p.Part] = p.Confidence
			}
		}
	}
	return found, snap, nil
}

// TestNoFaultMakesAnythingIdle is the first law over the wire: whatever goes wrong, and however often, a scan finds nothing
// idle that it would not have found idle had all gone well, and finds nothing with more confidence.
func TestNoFaultMakesAnythingIdle(t *testing.T) {
	spec := small(3)
	spec.Accounts, spec.Regions, spec.People, spec.Apps, spec.Endpoints = 1, spec.Regions[:1], 24, 40, 46
	w := organization.Generate(spec)
	st, err := newStage(w)
	if err != nil {
		t.Fatal(err)
	}
	well, snap, err := idle(t.Context(), st)
	if err != nil {
		t.Fatal(err)
	}
	families := map[estate.Kind]bool{}
	for _, o := range snap.Observations {
		families[o.Resource.Kind] = true
	}
	if len(well) < 60 || len(families) < len(kinds.All()) || len(snap.Holes()) > 0 {
		t.Fatalf("%d idle of %d families, holes %+v: the comparison would prove nothing", len(well), len(families), snap.Holes())
	}
	ctx := t.Context()
	check := func(t interface{ Errorf(string, ...any) }, families []kinds.Kind, faults ...*world.Fault) {
		st, err := newStage(w, faults...)
		if err != nil {
			t.Errorf("%v", err)
			return
		}
		got, _, err := idle(ctx, st, families...)
		if err != nil {
			return // refused as a whole: nothing is judged
		}
		for name, c := range got {
			if before, was := well[name]; !was || c.Rank() > before.Rank() {
				t.Errorf("%s became idle at %s (%q without the fault) by %s", name, c, before, describe(faults))
			}
		}
	}
	ops := operations()
	t.Run("each operation in each way", func(t *testing.T) {
		for op, families := range ops {
			t.Run(op, func(t *testing.T) {
				t.Parallel()
				for _, way := range ways {
					if way.StatusCode != "" && op != "cloudwatch:GetMetricData" {
						continue
					}
					for _, every := range []int{0, 3} {
						f := way
						f.Operation, f.Every = op, every
						check(t, families, &f)
					}
				}
			})
		}
	})
	names := slices.Sorted(maps.Keys(ops))
	t.Run("any of them together", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			var faults []*world.Fault
			for range rapid.IntRange(1, 4).Draw(t, "faults") {
				f := rapid.SampledFrom(ways).Draw(t, "way")
				f.Operation = rapid.SampledFrom(names).Draw(t, "operation")
				f.Every, f.After = rapid.IntRange(0, 7).Draw(t, "every"), rapid.IntRange(0, 30).Draw(t, "after")
				f.Metric = rapid.SampledFrom([]string{"", "", "Invocations", "CPUUtilization", "SecondsSinceLastUse"}).Draw(t, "metric")
				faults = append(faults, &f)
			}
			check(t, nil, faults...)
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
