package backtest_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sagewarden/sagewarden/internal/backtest"
	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/remediate"
	"github.com/sagewarden/sagewarden/internal/scan"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

const stopApps = `
policies:
  - name: apps
    kind: studio-app
    when: verdict.idle && verdict.idleFor > duration("2h")
    steps:
      - notify: { to: owner }
      - after: GRACE
        stop: {}
`

// graced is the policy with a time between notice and stop.
func graced(grace string) string { return strings.Replace(stopApps, "GRACE", grace, 1) }

// habits are the uses of an app over two weeks: stretches of work with pauses between that are now short, now long.
func habits(random *rand.Rand) (uses []world.Interval) {
	for at := present.Add(-20 * day); at.Before(present); {
		work := time.Duration(5+random.IntN(180)) * time.Minute
		uses = append(uses, world.Interval{From: at, To: at.Add(work)})
		at = at.Add(work + time.Duration(20+random.IntN(24*60))*time.Minute)
	}
	return uses
}

// TestInterruptionsAreTheTruth: each stop of a replay is an interruption where people came back as soon, as is known of them, and no other is.
func TestInterruptionsAreTheTruth(t *testing.T) {
	p := newPast(t)
	truth := map[string][]world.Interval{}
	random := rand.New(rand.NewPCG(7, 7))
	for n := range 25 {
		name := fmt.Sprintf("app-%02d", n)
		truth["ana/"+name] = habits(random)
		p.app(name, truth["ana/"+name]...)
	}
	r := run(t, p.replayed(p.record(10*day)), options(t, graced("1h")))
	t.Log(r.Summary())
	const fine = 5 * time.Minute // of the metrics
	interrupted := 0
	for _, s := range r.Stops {
		var back time.Time
		underWay := false
		for _, u := range truth[s.Resource.Name] {
			underWay = underWay || !u.From.After(s.At) && u.To.After(s.At)
			if back.IsZero() && u.To.After(s.At) && u.From.Before(present) {
				back = u.From
			}
		}
		after := back.Sub(s.At)
		switch {
		case underWay && !s.UnderWay:
			t.Errorf("%s at %s met work under way, and nobody says so", s.Resource.Name, s.At)
		case s.UnderWay && !underWay && after > fine:
			t.Errorf("%s at %s is said to meet work, which began %s later", s.Resource.Name, s.At, after)
		case !back.IsZero() && after < 6*time.Hour-fine && present.Sub(back) > 2*fine && !s.Interrupted:
			t.Errorf("%s at %s: use came back %s later, and nobody says so: %+v", s.Resource.Name, s.At, after, s)
		case s.Interrupted && !underWay && (back.IsZero() || after > 6*time.Hour):
			t.Errorf("%s at %s is said to interrupt, and use came back %s later", s.Resource.Name, s.At, after)
		}
		if s.Interrupted {
			interrupted++
		}
	}
	if len(r.Stops) < 100 || interrupted < 20 || interrupted == len(r.Stops) || interrupted != r.Policies[0].Interrupted {
		t.Errorf("%d stops, %d of them interruptions: the test proves little", len(r.Stops), interrupted)
	}
	if again := run(t, p.replayed(p.record(10*day)), options(t, graced("1h"))); !cmp.Equal(again.Summary(), r.Summary()) {
		t.Errorf("the same past, told otherwise: %s", again.Summary())
	}
	// Nobody was away for longer than a day and twenty minutes.
	if patient := run(t, p.replayed(p.record(10*day)), options(t, graced("24h"))); len(patient.Interrupted()) > 0 || patient.Policies[0].Cleared == 0 {
		t.Errorf("with a long grace: %s, %d cleared", patient.Summary(), patient.Policies[0].Cleared)
	}
}

// TestThePresentIsThePlan: the last hour of a replay is what a scan sees, and plans to what plan plans.
func TestThePresentIsThePlan(t *testing.T) {
	p := newPast(t)
	random := rand.New(rand.NewPCG(1, 1))
	for n := range 10 {
		p.app(fmt.Sprintf("app-%d", n), habits(random)...)
	}
	p.endpoint("silent")
	p.endpoint("monthly", world.Interval{From: present.Add(-70 * day), To: present.Add(-69 * day)}, world.Interval{From: present.Add(-30 * day), To: present.Add(-29 * day)})
	p.endpoint("busy", world.Interval{From: present.Add(-70 * day), To: present.Add(-time.Minute)})
	r := p.record(3 * day)
	now, err := r.At(r.Now.At)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.Now, now, cmpopts.EquateEmpty(), cmpopts.EquateApprox(0, 1e-6)); diff != "" {
		t.Errorf("the present, as it is replayed: %s", diff)
	}
	o := options(t, graced("1h")+`
  - name: endpoints
    kind: endpoint
    when: verdict.idle && verdict.idleFor > duration("14d")
    steps:
      - delete: {}
`)
	plan := func(s *estate.Snapshot) *remediate.Plan {
		return remediate.NewPlan(s, o.Set, remediate.Reconcile(s, o.Set, nil, nil), remediate.Past{}, o.Guard)
	}
	if diff := cmp.Diff(plan(r.Now), plan(now), cmpopts.EquateApprox(0, 1e-6), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if len(plan(now).Items) < 3 {
		t.Errorf("%d steps: the test proves little", len(plan(now).Items))
	}
}

// TestReplayIsWhatScansSaw: scans made hour by hour, and a replay of the same hours, lead to the same stops.
func TestReplayIsWhatScansSaw(t *testing.T) {
	p := newPast(t)
	random := rand.New(rand.NewPCG(3, 3))
	for n := range 8 {
		p.app(fmt.Sprintf("app-%d", n), habits(random)...)
	}
	p.endpoint("left", world.Interval{From: present.Add(-70 * day), To: present.Add(-15*day - 12*time.Hour)})
	// Used today, so that only the past is in doubt of it.
	p.endpoint("back", world.Interval{From: present.Add(-70 * day), To: present.Add(-16 * day)}, world.Interval{From: present.Add(-12 * time.Hour), To: present})
	text := graced("1h") + `
  - name: endpoints
    kind: endpoint
    when: verdict.idle && verdict.idleFor > duration("14d")
    steps:
      - delete: {}
`
	const back = 3 * day
	var scans []backtest.Frame
	for at := present.Add(-back); !at.After(present); at = at.Add(time.Hour) {
		p.set(at)
		s := p.sessions()
		snap, err := scan.Run(t.Context(), []*cloud.Session{s[0]}, p.options(s))
		if err != nil {
			t.Fatal(err)
		}
		scans = append(scans, backtest.Frame{Snapshot: snap})
	}
	saw := run(t, func(yield func(backtest.Frame, error) bool) {
		for _, f := range scans {
			if !yield(f, nil) {
				return
			}
		}
	}, options(t, text))
	replay := run(t, p.replayed(p.record(back)), options(t, text))
	stops := func(r *backtest.Report) (all []string) {
		for _, s := range r.Stops {
			all = append(all, fmt.Sprint(s.At.Format(time.RFC3339), " ", s.Action, " ", s.Resource.Name, " ", s.Interrupted))
		}
		slices.Sort(all)
		return all
	}
	if diff := cmp.Diff(stops(saw), stops(replay)); diff != "" {
		t.Errorf("scans (-) and replay (+) differ:\n%s", diff)
	}
	if len(replay.Stops) < 10 {
		t.Errorf("%d stops: the test proves little", len(replay.Stops))
	}
	if !slices.ContainsFunc(replay.Stops, func(s *backtest.Stop) bool { return s.Resource.Name == "back" && !s.Back.IsZero() }) {
		t.Error("nobody says that the endpoint that is used again would have been deleted")
	}
}
