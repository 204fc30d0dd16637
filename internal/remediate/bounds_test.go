package remediate_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/remediate"
)

// A witness is a site that sees what it is asked, and does something right after each look.
type witness struct {
	remediate.Site
	seen   []time.Time
	looked func()
}

func (w *witness) Hand(r estate.Resource, ask estate.Ask, seen time.Time) *kinds.Hand {
	w.seen = append(w.seen, seen)
	return w.Site.Hand(r, ask, seen)
}

func (w *witness) Look(ctx context.Context, s ledger.Subject) (*estate.Snapshot, error) {
	snap, err := w.Site.Look(ctx, s)
	if w.looked != nil {
		w.looked()
	}
	return snap, err
}

// witness puts one between an engine and its sites.
func (s *stage) witness(e *remediate.Engine) *witness {
	w, site := &witness{}, e.Site
	e.Site = func(t estate.Target) (remediate.Site, error) {
		inner, err := site(t)
		w.Site = inner
		return w, err
	}
	return w
}

// TestWhatIsMadeDuringASagaIsNotPartOfIt: a deletion takes along what its first look has covered, however often it looks again and in how many runs.
func TestWhatIsMadeDuringASagaIsNotPartOfIt(t *testing.T) {
	s := newStage(t, deleteNotebooks)
	s.notebook("risk", used(5*time.Hour, 3*time.Hour))
	var first time.Time
	for range 3 {
		e := s.engine()
		e.Pause = nil
		w := s.witness(e)
		e.Apply(t.Context(), s.plan(e).Due())
		for _, seen := range w.seen {
			if first.IsZero() {
				first = seen
			}
			if !seen.Equal(first) {
				t.Errorf("what was made until %s belongs to it, its first look was at %s", seen, first)
			}
		}
		s.pass(5 * time.Minute)
	}
	if len(s.mutations()) != 2 {
		t.Errorf("%q", s.mutations())
	}
}

// TestWhatIsUndoneIsToldAgain: who takes a step back has the policy begin anew with its notice, not go on where it was.
func TestWhatIsUndoneIsToldAgain(t *testing.T) {
	const policies = `
policies:
  - name: apps
    kind: studio-app
    when: verdict.idle
    steps:
      - notify: { to: owner }
      - tag: { watched: by sagewarden }
      - after: 1d
        stop: {}
`
	s := newStage(t, policies)
	s.app("risk", used(5*time.Hour, 3*time.Hour))
	s.run()
	_, _, results := s.run()
	if len(results) != 1 || results[0].Outcome != remediate.Done {
		t.Fatalf("%+v", results)
	}
	s.pass(time.Hour)
	e := s.engine()
	if undone, err := e.Undo(t.Context(), results[0].Receipt); err != nil || undone[0].Outcome != remediate.Done {
		t.Fatalf("%+v, %v", undone, err)
	}
	before := len(s.mutations())
	s.pass(2 * day)
	if _, _, results := s.run(); len(results) > 0 || len(s.mutations()) != before {
		t.Errorf("not told again: %+v, %q", results, s.mutations()[before:])
	}
	if len(s.channel.sent) != 2 {
		t.Errorf("%d notices", len(s.channel.sent))
	}
}

// mortal is a store whose process dies at its nth commit: when it is through, or before it.
type mortal struct {
	ledger.Store
	nth    int
	before bool
}

func (m *mortal) Commit(ctx context.Context, c ledger.Change) error {
	m.nth--
	if m.nth == 0 && m.before {
		panic(m)
	}
	err := m.Store.Commit(ctx, c)
	if m.nth == 0 {
		panic(m)
	}
	return err
}

// in does something that the process dies of.
func (m *mortal) in(s *stage, do func()) {
	s.Helper()
	m.Store = s.ledger.Store
	s.ledger.Store = m
	defer func() {
		s.ledger.Store = m.Store
		if recover() != m {
			s.Error("it has not died")
		}
	}()
	do()
}

// TestNoStepEndsWhileItsCallIsOpen: a run that comes before it is known how a call ended does not take what the call has done for the doing of somebody else.
func TestNoStepEndsWhileItsCallIsOpen(t *testing.T) {
	s := newStage(t, deleteNotebooks)
	s.notebook("risk", used(5*time.Hour, 3*time.Hour))
	for _, death := range []*mortal{{nth: 1}, {nth: 2, before: true}} { // before the first call, and after it
		e := s.engine()
		if _, err := e.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		due := s.plan(e).Due()
		death.in(s, func() { e.Apply(t.Context(), due) })
		s.pass(10 * time.Minute)
	}
	e := s.engine()
	e.Pause = nil
	if r := e.Apply(t.Context(), s.plan(e).Due()); len(r) != 1 || r[0].Outcome != remediate.Untried {
		t.Errorf("%+v", r)
	}
	for range 3 {
		s.run()
		s.pass(10 * time.Minute)
	}
	s.once("sagemaker:StopNotebookInstance risk", "sagemaker:DeleteNotebookInstance risk")
}

// TestUndoGoesOnAfterADeath: what an undo that was killed has left stands in nobody's way: the next one finds out how it ended, and goes on.
func TestUndoGoesOnAfterADeath(t *testing.T) {
	for name, death := range map[string]*mortal{"before the call": {nth: 1}, "after it": {nth: 2, before: true}} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, stopApps)
			s.app("risk", used(5*time.Hour, 3*time.Hour))
			_, _, results := s.run()
			s.pass(time.Hour)
			death.in(s, func() { _, _ = s.engine().Undo(t.Context(), results[0].Receipt) })
			s.pass(10 * time.Minute)
			undone, err := s.engine().Undo(t.Context(), results[0].Receipt)
			if err != nil || len(undone) != 1 || undone[0].Outcome != remediate.Done {
				t.Errorf("%+v, %v", undone, err)
			}
			if open, err := s.ledger.Unsettled(t.Context()); err != nil || len(open) > 0 {
				t.Errorf("%+v, %v", open, err)
			}
			s.once("sagemaker:DeleteApp risk", "sagemaker:CreateApp risk")
		})
	}
}

// TestACallWithoutAnEndHasNoReceiptYet: whoever undoes it hears that, and not that there is no such thing.
func TestACallWithoutAnEndHasNoReceiptYet(t *testing.T) {
	s := newStage(t, stopApps)
	id, err := s.ledger.Begin(t.Context(), ledger.Action{Operation: "sagemaker:DeleteApp", On: "a", Resource: "a", By: "me"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.engine().Undo(t.Context(), id); !errors.Is(err, ledger.ErrConflict) || !strings.Contains(err.Error(), "has been under way since") {
		t.Error(err)
	}
	if _, err := s.engine().Undo(t.Context(), "none"); err == nil || !strings.Contains(err.Error(), "there is no such receipt") {
		t.Error(err)
	}
}

// TestReversedStepsAreToldAgain: so has who reverses it by hand while it is under way.
func TestReversedStepsAreToldAgain(t *testing.T) {
	s := newStage(t, strings.Replace(deleteNotebooks, "- delete", "- notify: { to: owner }\n      - delete", 1))
	s.notebook("risk", used(5*time.Hour, 3*time.Hour))
	s.notify.Fallback = "ana"
	s.run()
	e := s.engine()
	e.Pause = nil
	e.Apply(t.Context(), s.plan(e).Due())
	s.pass(5 * time.Minute)
	s.call(func(c *sagemaker.Client) error {
		_, err := c.StartNotebookInstance(t.Context(), &sagemaker.StartNotebookInstanceInput{NotebookInstanceName: aws.String("risk")})
		return err
	})
	s.pass(5 * time.Minute)
	e = s.engine()
	p := s.plan(e)
	results := e.Apply(t.Context(), p.Due())
	if len(results) != 1 || results[0].Outcome != remediate.Canceled {
		t.Fatalf("%+v", results)
	}
	f, err := ledger.Get[ledger.Finding](t.Context(), s.ledger, ledger.SortFinding, results[0].Finding.ID)
	if err != nil || f.Next != 0 || f.Underway != "" || !f.Since.After(began) {
		t.Errorf("%+v, %v", f, err)
	}
}

// TestScheduleBoundsWhatBegins: between the times of its schedule a policy goes on, and begins no change, though it was held back when its time had come.
func TestScheduleBoundsWhatBegins(t *testing.T) {
	s := newStage(t, stopApps)
	s.app("risk", used(5*time.Hour, 3*time.Hour))
	s.guard.Freezes = []remediate.Freeze{{From: began, To: began.Add(time.Hour), Why: "release"}}
	if p := s.plan(s.engine()); len(p.Items) != 1 || p.Items[0].Status != remediate.Held {
		t.Fatalf("%+v", p.Items)
	}
	s.pass(2 * time.Hour)
	e := s.engine()
	e.Follow = map[string]bool{"apps": true}
	if p := s.plan(e); len(p.Due()) > 0 || len(p.Items) != 1 || !strings.Contains(p.Items[0].Why, "schedule") {
		t.Errorf("%+v", p.Items)
	}
}

// TestKeptPlanIsOfItsPolicy: a policy that was changed since does not do another thing in the name of a plan that was kept.
func TestKeptPlanIsOfItsPolicy(t *testing.T) {
	s := newStage(t, strings.Replace(deleteNotebooks, "delete: { data: true }", "stop: {}", 1))
	s.notebook("risk", used(5*time.Hour, 3*time.Hour))
	kept := s.plan(s.engine())
	if len(kept.Due()) != 1 {
		t.Fatalf("%+v", kept.Items)
	}
	s.set = s.policies(deleteNotebooks)
	p := s.plan(s.engine())
	if p.Keep(kept); len(p.Due()) > 0 {
		t.Errorf("%+v", p.Due())
	}
}

// TestWordsDuringTheLastLook: an exemption or a freeze that comes while the resource is looked at for the last time still holds.
func TestWordsDuringTheLastLook(t *testing.T) {
	for name, word := range map[string]func(*stage, *remediate.Engine, ledger.Finding){
		"an exemption": func(s *stage, _ *remediate.Engine, f ledger.Finding) {
			s.must(s.ledger.Exempt(s.Context(), ledger.Exemption{ARN: f.Resource.ARN, By: "ana", Why: "mine"}))
		},
		"an exemption in other letters": func(s *stage, _ *remediate.Engine, f ledger.Finding) {
			s.must(s.ledger.Exempt(s.Context(), ledger.Exemption{ARN: strings.Replace(f.Resource.ARN, "risk", "RISK", 1), By: "ana", Why: "mine"}))
		},
		"a freeze": func(_ *stage, e *remediate.Engine, _ ledger.Finding) {
			e.Guard.Freezes = []remediate.Freeze{{From: began, To: began.Add(day), Why: "release"}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, stopApps)
			s.app("risk", used(5*time.Hour, 3*time.Hour))
			e := s.engine()
			e.Pause = nil
			p := s.plan(e)
			s.witness(e).looked = func() { word(s, e, p.Items[0].Finding.Finding) }
			results := e.Apply(t.Context(), p.Due())
			if len(results) != 1 || results[0].Outcome == remediate.Done || len(s.mutations()) > 0 {
				t.Errorf("%+v %q", results, s.mutations())
			}
		})
	}
}

// TestPolicyChangedMidway: what was begun under another wording of the policy ends there, and is neither stuck nor told of falsely.
func TestPolicyChangedMidway(t *testing.T) {
	for name, steps := range map[string]string{"fewer steps": "- notify: { to: owner }", "another step": "- notify: { to: owner }\n      - notify: { to: owner }"} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, strings.Replace(deleteNotebooks, "- delete", "- notify: { to: owner }\n      - delete", 1))
			s.notebook("risk", used(5*time.Hour, 3*time.Hour))
			s.notify.Fallback = "ana"
			s.run()
			e := s.engine()
			e.Pause = nil
			e.Apply(t.Context(), s.plan(e).Due())
			s.pass(time.Minute)
			s.set = s.policies(strings.Replace(deleteNotebooks, "- delete: { data: true }", steps, 1))
			sent := len(s.channel.sent)
			_, _, results := s.run()
			if len(results) != 1 || results[0].Outcome != remediate.Canceled || len(s.channel.sent) != sent || len(s.mutations()) != 1 {
				t.Errorf("%+v, %d notices, %q", results, len(s.channel.sent), s.mutations())
			}
			if p := s.plan(s.engine()); len(p.Items) > 0 { // it is stopped, which the policy is not about
				t.Errorf("%+v", p.Items)
			}
		})
	}
}

// TestPolicyTakenAwayMidway: what was begun by a policy that there is no more ends there, once its call has its end, and says so; where only some policies are looked
// at, that one is not among them says nothing.
func TestPolicyTakenAwayMidway(t *testing.T) {
	s := newStage(t, deleteNotebooks)
	s.notebook("risk", used(5*time.Hour, 3*time.Hour))
	e := s.engine()
	e.Pause = nil
	p := s.plan(e)
	if r := e.Apply(t.Context(), p.Due()); r[0].Outcome != remediate.Underway {
		t.Fatalf("%+v", r)
	}
	id := p.Items[0].Finding.ID
	underway := func() bool {
		f, err := ledger.Get[ledger.Finding](t.Context(), s.ledger, ledger.SortFinding, id)
		return err == nil && f.Underway != ""
	}
	settle := func(all []string) {
		t.Helper()
		s.set = s.policies(stopApps)
		e := s.engine()
		e.All = all
		_, err := e.Settle(t.Context())
		s.must(err)
	}
	settle(nil)
	settle([]string{"apps", p.Items[0].Finding.Policy})
	if !underway() {
		t.Fatal("it was ended though its policy may be there")
	}
	open, err := s.ledger.Begin(t.Context(), ledger.Action{Finding: id, Resource: "arn:x", Operation: "sagemaker:StopNotebookInstance", By: me})
	s.must(err)
	settle([]string{"apps"})
	if !underway() {
		t.Fatal("it was ended while a call has no end")
	}
	s.must(s.ledger.End(t.Context(), open, ledger.Done, ""))
	settle([]string{"apps"})
	var events []string
	s.must(s.ledger.Entries(t.Context(), 0, func(e ledger.Entry) error {
		if e.Subject == id {
			events = append(events, e.Event)
		}
		return nil
	}))
	if n := len(events); underway() || n < 2 || events[n-2] != "step canceled" || events[n-1] != remediate.EventClosed {
		t.Errorf("%v", events)
	}
}
