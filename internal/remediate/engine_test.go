package remediate_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/remediate"
)

const idleApps = `
policies:
  - name: apps
    kind: studio-app
    when: verdict.idle && verdict.idleFor > duration("2h")
    steps:
      - notify: { to: owner }
      - after: 4h
        stop: {}
`

// TestJourney: an idle app is announced, left for four hours, looked at again, stopped, and started again by undo.
func TestJourney(t *testing.T) {
	s := newStage(t, idleApps)
	s.app("risk", used(5*time.Hour, 3*time.Hour))
	s.app("busy", used(5*time.Hour, -100*time.Hour))
	p, a, results := s.run()
	if len(p.Items) != 1 || p.Items[0].Status != remediate.Due || p.Items[0].Verb != "notify" || a.Delivered != 1 || len(a.Told) != 1 || len(results) > 0 {
		t.Fatalf("first run: %+v\n%+v\n%+v", p.Items, a, results)
	}
	if text := s.channel.sent[0].Text; !strings.Contains(text, "risk") {
		t.Errorf("the notice:\n%s", text)
	}
	s.pass(3 * time.Hour)
	if p, _, results := s.run(); p.Items[0].Status != remediate.Later || len(results) > 0 || len(s.server.Mutations()) > 0 {
		t.Fatalf("an hour too early: %+v %+v", p.Items[0], results)
	}
	s.pass(time.Hour)
	p, _, results = s.run()
	if len(results) != 1 || results[0].Outcome != remediate.Done {
		t.Fatalf("when it is due: %+v %+v", results, p)
	}
	if diff := cmp.Diff([]string{"sagemaker:DeleteApp risk"}, s.mutations()); diff != "" || s.falseStops() > 0 {
		t.Error(diff)
	}
	s.pass(time.Hour)
	if p, _, results := s.run(); len(p.Items) > 0 || len(results) > 0 {
		t.Errorf("after it: %+v %+v", p.Items, results)
	}
	undone, err := s.engine().Undo(t.Context(), results[0].Receipt)
	if err != nil || len(undone) != 1 || undone[0].Outcome != remediate.Done {
		t.Fatalf("undo: %+v, %v", undone, err)
	}
	if diff := cmp.Diff([]string{"sagemaker:DeleteApp risk", "sagemaker:CreateApp risk"}, s.mutations()); diff != "" {
		t.Error(diff)
	}
	if _, err := s.ledger.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestNobodyToldNothingDone: while the channel is down nothing moves on, and its time counts from when the notice was taken.
func TestNobodyToldNothingDone(t *testing.T) {
	s := newStage(t, idleApps)
	s.app("risk", used(5*time.Hour, 3*time.Hour))
	s.channel.down = errors.New("gone")
	for range 12 {
		if _, a, results := s.run(); len(a.Told) > 0 || len(results) > 0 {
			t.Fatalf("%+v %+v", a, results)
		}
		s.pass(time.Hour)
	}
	s.channel.down = nil
	s.pass(7 * time.Hour)
	if _, a, _ := s.run(); len(a.Told) != 1 || len(s.channel.sent) != 1 {
		t.Fatalf("%+v", a)
	}
	s.pass(3 * time.Hour)
	if _, _, results := s.run(); len(results) > 0 {
		t.Errorf("too early: %+v", results)
	}
	s.pass(time.Hour)
	if _, _, results := s.run(); len(results) != 1 || results[0].Outcome != remediate.Done || len(s.channel.sent) != 1 {
		t.Errorf("%+v, %d notices", results, len(s.channel.sent))
	}
}
