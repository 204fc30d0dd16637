package scan

import (
	"slices"
	"testing"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// TestPacksComeByARN: whatever the ARNs of targets look like, all observations come in their order, and those of a target are completed together.
func TestPacksComeByARN(t *testing.T) {
	for name, targets := range map[string][][]string{
		"none":                {},
		"apart":               {{"c", "d"}, {"a", "b"}},
		"mingled":             {{"a", "c"}, {"b", "d"}},
		"one within another":  {{"a", "z"}, {"b", "c"}, {"d"}},
		"chain, and one more": {{"x", "y"}, {"c", "e"}, {"a", "d"}, {"e", "f"}},
	} {
		var ps packs
		var want []string
		for _, arns := range targets {
			var obs []*estate.Observation
			for _, arn := range arns {
				obs = append(obs, &estate.Observation{Resource: estate.Resource{ARN: arn}})
			}
			want = append(want, arns...)
			ps = ps.with(pack{packer.Pack(obs), arns[0], arns[len(arns)-1]})
		}
		slices.Sort(want)
		var together [][]string
		all := ps.with(pack{}).all(func(obs []*estate.Observation) {
			together = append(together, arnsOf(slices.Values(obs)))
		})
		for range 2 { // as often as one likes
			if got := arnsOf(all); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
		for _, arns := range targets {
			if !slices.ContainsFunc(together, func(got []string) bool { return slices.Equal(got, arns) }) {
				t.Errorf("%s: %v were completed, want %v together", name, together, arns)
			}
		}
		for range all { // and no further than one likes
			break
		}
	}
}

func arnsOf(all func(func(*estate.Observation) bool)) (arns []string) {
	for o := range all {
		arns = append(arns, o.Resource.ARN)
	}
	return arns
}

// TestParkedComesBack: what was parked is seen again as it was, beside what was not, and the series wanted for it find it.
func TestParkedComesBack(t *testing.T) {
	of := func(arn string) *estate.Observation {
		return &estate.Observation{Resource: estate.Resource{ARN: arn}}
	}
	app, a, b := of("app"), of("a"), of("b")
	one := &target{seen: []*estate.Observation{a, app, b}}
	wanted := []kinds.Want{{For: b, Series: kinds.Series{Signal: "x"}}, {For: a}, {For: b}}
	unpark := one.park([]*estate.Observation{a, b}, wanted)
	if got := arnsOf(slices.Values(one.seen)); !slices.Equal(got, []string{"app"}) || wanted[0].For != nil {
		t.Errorf("%v are still there, and %v", got, wanted[0].For)
	}
	unpark()
	if got := arnsOf(slices.Values(one.seen)); !slices.Equal(got, []string{"app", "a", "b"}) || one.seen[0] != app {
		t.Errorf("%v are there", got)
	}
	if a, b := one.seen[1], one.seen[2]; wanted[0].For != b || wanted[1].For != a || wanted[2].For != b || wanted[0].Series.Signal != "x" {
		t.Errorf("the series are wanted for %+v", wanted)
	}
}
