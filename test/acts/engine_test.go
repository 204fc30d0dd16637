package acts

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/remediate"
	"github.com/sagewarden/sagewarden/test/step"
)

// asStep is a deed as a policy's step.
func (s *stage) asStep(t *testing.T, d deed) *step.Step {
	t.Helper()
	k, err := kinds.Get(d.kind)
	if err != nil {
		t.Fatal(err)
	}
	p := &step.Step{Session: s.Session, Kind: k, Ask: d.ask, Now: s.clock, Pass: s.pass,
		Find: func() (estate.Resource, bool) { return s.find(t, d.kind, arn(d.on)) }}
	if err := p.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

// calls are the operations that have changed something, with what they changed.
func (s *stage) calls() (all []string) {
	for _, m := range s.Mutations() {
		all = append(all, last(m.Operation)+" "+m.Resource)
	}
	return all
}

// through runs until a step is done: each run in which the process dies is followed by one that settles what was left.
func through(t *testing.T, s *stage, p *step.Step) {
	t.Helper()
	for range 10 {
		r, err := p.Run(t.Context())
		switch {
		case errors.Is(err, step.ErrDied):
		case err != nil:
			t.Fatal(err)
		case r.Outcome == remediate.Done:
			return
		case r.Outcome != remediate.Untried && r.Outcome != remediate.Underway:
			t.Fatalf("%+v", r)
		}
		p.Mortal(0, false)
		s.pass(10 * time.Minute)
		if findings, intents, err := p.Left(t.Context()); err != nil || findings+intents == 0 && len(s.Mutations()) > 0 {
			return // it died with everything written down
		}
	}
	t.Fatal("it never ends")
}

// back undoes a step: the dying are followed by others.
func back(t *testing.T, s *stage, p *step.Step, final bool) {
	t.Helper()
	for range 10 {
		all, err := p.Undo(t.Context())
		switch {
		case errors.Is(err, step.ErrDied):
		case err != nil:
			t.Fatal(err)
		default:
			refused := slices.ContainsFunc(all, func(u remediate.Undone) bool { return u.Outcome != remediate.Done })
			if refused != final {
				t.Fatalf("%+v", all)
			}
			return
		}
		p.Mortal(0, false)
		s.pass(10 * time.Minute)
	}
	t.Fatal("undoing it never ends")
}

// TestPlanApplyUndo: every action, by a policy and through the ledger, and back: the world is as it was.
func TestPlanApplyUndo(t *testing.T) {
	for _, d := range deeds {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			s := onStage(t, furnished())
			before := s.portrait(t)
			p := s.asStep(t, d)
			through(t, s, p)
			var sent []string
			for _, m := range s.Mutations() {
				sent = append(sent, last(m.Operation))
			}
			if diff := cmp.Diff(d.sends, sent); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			back(t, s, p, d.final)
			if diff := cmp.Diff(before, s.portrait(t)); !d.final && diff != "" {
				t.Errorf("the world is another one (-before +after):\n%s", diff)
			}
			if err := p.Verify(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestDyingAnywhere: wherever between two writings the process dies, in apply or in undo, the next run finds out what became of the call under way,
// goes on from there, and no call is sent twice.
func TestDyingAnywhere(t *testing.T) {
	for _, d := range deeds {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			s := onStage(t, furnished())
			p := s.asStep(t, d)
			through(t, s, p)
			there := s.calls()
			if !d.final {
				back(t, s, p, false)
			}
			want := s.calls()
			stride := 1
			if testing.Short() {
				stride = 5
			}
			for n := 1; ; n += stride {
				died := false
				for _, after := range []bool{false, true} {
					died = dies(t, d, n, after, there, want) || died
				}
				if !died {
					return
				}
			}
		})
	}
}

// dies carries a deed out and back with a death at the nth commit of either. It reports whether there was one.
func dies(t *testing.T, d deed, n int, after bool, there, want []string) bool {
	t.Helper()
	s := onStage(t, furnished())
	before := s.portrait(t)
	p := s.asStep(t, d)
	p.Mortal(n, after)
	through(t, s, p)
	if diff := cmp.Diff(there, s.calls()); diff != "" {
		t.Errorf("death at commit %d of apply, after it: %v: calls (-want +got):\n%s", n, after, diff)
	}
	died := p.Died()
	if !d.final {
		p.Mortal(n, after)
		back(t, s, p, false)
		died = died || p.Died()
		if diff := cmp.Diff(want, s.calls()); diff != "" {
			t.Errorf("death at commit %d of undo, after it: %v: calls (-want +got):\n%s", n, after, diff)
		}
		if diff := cmp.Diff(before, s.portrait(t)); diff != "" {
			t.Errorf("death at commit %d: the world is another one (-before +after):\n%s", n, diff)
		}
	}
	if findings, intents, err := p.Left(t.Context()); err != nil || findings+intents > 0 {
		t.Errorf("death at commit %d: %d findings and %d intents are left, %v", n, findings, intents, err)
	}
	if err := p.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	return died
}
