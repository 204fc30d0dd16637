package scan

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"golang.org/x/sync/semaphore"

	"github.com/sagewarden/sagewarden/internal/estate"
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

// TestRestsAreBounded: so many targets at once are past their apps; a cancelled scan waits for nobody.
func TestRestsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := &target{shared: &shared{rests: semaphore.NewWeighted(1)}}
		leave := one.enter(t.Context())
		entered := false
		go func() {
			defer one.enter(t.Context())()
			entered = true
		}()
		synctest.Wait()
		if entered {
			t.Error("a second target has entered beside the first")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		one.enter(ctx)()
		leave()
		synctest.Wait()
		if !entered {
			t.Error("the second target did not enter when the first left")
		}
	})
}
