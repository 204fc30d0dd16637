package action

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/remediate"
	"github.com/sagewarden/sagewarden/test/step"
)

// TestPlanApplyUndo: every action of every family here, by a policy and through the ledger, and back: the region is as it was.
func TestPlanApplyUndo(t *testing.T) {
	for _, k := range kinds.All() {
		for _, a := range covered(k) {
			t.Run(string(k.Family().Name)+"/"+a.Name, func(t *testing.T) {
				t.Parallel()
				done := 0
				for _, r := range samples(t, k) {
					if byPolicy(t, in(t, r.account, r.region), k, a, r.Resource) {
						done++
					}
				}
				if done == 0 {
					t.Error("the action was never carried out")
				}
			})
		}
	}
}

// byPolicy carries an action out and back. It reports whether it was carried out.
func byPolicy(t *testing.T, s *stage, k kinds.Kind, a kinds.Action, r estate.Resource) bool {
	t.Helper()
	all := s.list(t, k)
	before := s.configs(t, k, all)
	p := &step.Step{Session: s.Session, Kind: k, Ask: asks(a), Now: func() time.Time { return s.now }, Pass: func(d time.Duration) { s.now = s.now.Add(d) },
		Find: func() (estate.Resource, bool) {
			now := s.list(t, k)
			i := slices.IndexFunc(now, func(o estate.Resource) bool { return o.ARN == r.ARN })
			if i < 0 {
				return estate.Resource{}, false
			}
			return now[i], true
		}}
	if err := p.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	result, err := p.Run(t.Context())
	switch {
	case err != nil:
		t.Fatal(err)
	case len(s.Mutations()) == 0 && (result.Outcome == remediate.Refused || result.Outcome == remediate.Underway): // or stuck in what it is at
		return false
	case result.Outcome != remediate.Done:
		t.Errorf("%s, %s: %+v", r.Name, r.Status, result)
	}
	if err := p.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	if len(s.Mutations()) == 0 {
		return a.Name == "snapshot-config"
	}
	undone, err := p.Undo(t.Context())
	if err != nil || len(undone) == 0 {
		t.Fatalf("undo: %+v, %v", undone, err)
	}
	if a.Back == nil {
		if undone[0].Outcome != remediate.Refused {
			t.Errorf("what nothing undoes: %+v", undone)
		}
		return true
	}
	if diff := cmp.Diff(before, s.configs(t, k, all)); diff != "" || undone[len(undone)-1].Outcome != remediate.Done {
		t.Errorf("%s, %s is not as it was: %+v (- before, + after):\n%s", r.Name, r.Status, undone, diff)
	}
	return true
}
