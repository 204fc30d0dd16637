package backtest_test

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/backtest"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/policy"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

var (
	target = estate.Target{Partition: "aws", Account: account, Region: region}
	start  = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
)

// at is an hour of the test.
func at(hours float64) time.Time { return start.Add(time.Duration(hours * float64(time.Hour))) }

// A thing is an app as a test tells it: by the hours at which it was used.
type thing struct {
	name string
	used []float64
	// from and to are the hours at which it was there, unknown those at which nobody knows whether it was used.
	from, to float64
	unknown  [2]float64
}

// verdict is what is known of the thing at an hour.
func (x thing) verdict(now time.Time) estate.Verdict {
	v := estate.Verdict{State: estate.Idle, Confidence: estate.High, Since: start.Add(-24 * time.Hour), LastUse: start.Add(-24 * time.Hour), Rule: "test", Why: "test"}
	for _, h := range x.used {
		if !at(h).After(now) {
			v.Since, v.LastUse = at(h), at(h)
		}
	}
	switch {
	case !now.Before(at(x.unknown[0])) && now.Before(at(x.unknown[1])):
		return estate.Verdict{State: estate.Unknown, Rule: "test", Why: "nobody knows"}
	case now.Sub(v.LastUse) < 2*time.Hour:
		v.State = estate.Active
	}
	return v
}

// frames are hourly snapshots of things.
func frames(hours int, things ...thing) iter.Seq2[backtest.Frame, error] {
	return func(yield func(backtest.Frame, error) bool) {
		for h := range hours + 1 {
			now := at(float64(h))
			snap := &estate.Snapshot{Version: estate.SnapshotVersion, At: now, Targets: []estate.Target{target},
				Coverage: []estate.Coverage{{Target: target, Operation: "sagemaker:ListApps", Outcome: estate.OutcomeSeen}}}
			for _, x := range things {
				if float64(h) < x.from || x.to > 0 && float64(h) >= x.to {
					continue
				}
				v := x.verdict(now)
				rate := decimal.NewFromInt(2)
				r := estate.Resource{ARN: target.SageMakerARN("app/d-one/ana/jupyterlab/" + x.name), Kind: "studio-app", Target: target, Name: x.name, Status: "InService",
					Created: start.Add(-48 * time.Hour), Owner: "ana", Tags: map[string]string{}, Meters: []estate.Meter{{Component: "x", InstanceType: "ml.t3.medium", Count: 1, Rate: estate.Rate{Known: true, Hourly: rate}}}}
				snap.Observations = append(snap.Observations, &estate.Observation{Resource: r, Verdict: v, Waste: estate.Waste{Known: true, Hourly: rate}})
			}
			if !yield(backtest.Frame{Snapshot: snap}, nil) {
				return
			}
		}
	}
}

// stopped are the stops of a report: what, from which hour to which, and whether that interrupted.
func stopped(r *backtest.Report) string {
	var all []string
	for _, s := range r.Stops {
		text := fmt.Sprintf("%s %g-%g", s.Resource.Name, s.At.Sub(start).Hours(), s.Until.Sub(start).Hours())
		if s.Interrupted {
			text += "!"
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

func TestWhatWouldHaveBeenDone(t *testing.T) {
	for name, c := range map[string]struct {
		things []thing
		grace  string
		change func(*backtest.Options)
		want   string
		// saved is in dollars; an hour is two.
		saved string
		says  func(*backtest.Tally) bool
	}{
		"what nobody uses is stopped after its grace, and saves to the end": {
			things: []thing{{name: "a"}}, grace: "4h", want: "a 4-24", saved: "40",
			says: func(t *backtest.Tally) bool { return t.Findings == 1 && t.Told == 1 && t.Stops == 1 && t.Known },
		},
		"use that comes back soon was interrupted, and ends the saving": {
			things: []thing{{name: "a", used: []float64{9}}}, grace: "4h", want: "a 16-24, a 4-9!", saved: "26",
			says: func(t *backtest.Tally) bool { return t.Interrupted == 1 && t.UnderWay == 0 },
		},
		"use that comes back late ends the saving, and was not interrupted": {
			things: []thing{{name: "a", used: []float64{20}}}, grace: "4h", want: "a 4-20", saved: "32",
		},
		"use at the bound of soon was interrupted": {
			things: []thing{{name: "a", used: []float64{10}}}, grace: "4h", want: "a 17-24, a 4-10!", saved: "26",
		},
		"whoever comes back within the grace is not stopped": {
			things: []thing{{name: "a", used: []float64{3, 7, 11, 15, 19, 23}}}, grace: "4h", want: "", saved: "0",
			says: func(t *backtest.Tally) bool { return t.Cleared == 6 && t.Findings == 6 },
		},
		"what goes by itself saves no more": {
			things: []thing{{name: "a", to: 10}}, grace: "4h", want: "a 4-10", saved: "12",
		},
		"what nobody can judge is left alone, and counted": {
			things: []thing{{name: "a", unknown: [2]float64{0, 12}}}, grace: "4h", want: "a 16-24", saved: "16",
			says: func(t *backtest.Tally) bool { return t.Unjudged == 12 && t.Looks == 17 },
		},
		"a cap holds back": {
			things: []thing{{name: "a"}, {name: "b"}, {name: "c"}}, grace: "4h", want: "c 4-24, a 5-24, b 6-24", saved: "114",
			change: func(o *backtest.Options) { o.Guard.MaxActions = 1 },
			says:   func(t *backtest.Tally) bool { return t.Held["maxActions"] == 2 },
		},
		"a cap of the day holds until midnight": {
			things: []thing{{name: "a"}, {name: "b"}}, grace: "4h", want: "a 4-24, b 24-24", saved: "40",
			change: func(o *backtest.Options) { o.Guard.MaxPerDay = 1 },
			says:   func(t *backtest.Tally) bool { return t.Held["maxPerDay"] == 1 },
		},
		"a notice that takes its time puts the stop off": {
			things: []thing{{name: "a"}}, grace: "4h", want: "a 7-24", saved: "34",
			change: func(o *backtest.Options) { o.NoticeDelay = 3 * time.Hour },
		},
		"approvals are taken for given": {
			things: []thing{{name: "a"}}, grace: "4h", want: "a 4-24", saved: "40",
			change: func(o *backtest.Options) { o.Set.Policies[0].Approvals = 2 },
		},
	} {
		t.Run(name, func(t *testing.T) {
			// A resource that is used at 9 is idle from 11 on, a finding from 12 on: more than two hours.
			o := options(t, graced(c.grace))
			if c.change != nil {
				c.change(&o)
			}
			r := run(t, frames(24, c.things...), o)
			tally := r.Policies[0]
			if got := stopped(r); got != c.want || tally.Saved.String() != c.saved {
				t.Errorf("got %q, $%s; want %q, $%s", got, tally.Saved, c.want, c.saved)
			}
			if c.says != nil && !c.says(tally) {
				t.Errorf("%+v", tally)
			}
		})
	}
}

// TestOfTwoPoliciesOneStops: what one has stopped is not stopped by the other, and what changes without taking away is no stop.
func TestOfTwoPoliciesOneStops(t *testing.T) {
	o := options(t, graced("4h")+`
  - name: sooner
    kind: studio-app
    when: verdict.idle
    steps:
      - tag: { idle: "yes" }
      - after: 1h
        stop: {}
`)
	r := run(t, frames(24, thing{name: "a"}), o)
	if got := stopped(r); got != "a 1-24" || r.Policies[1].Changes != 1 || r.Policies[0].Stops != 0 {
		t.Errorf("%s: %+v, %+v", got, r.Policies[0], r.Policies[1])
	}
}

// TestSeldomLooks: where use came and went between two looks, the finding begins anew, and the first counts as cleared.
func TestSeldomLooks(t *testing.T) {
	seldom := func(yield func(backtest.Frame, error) bool) {
		for f, err := range frames(24, thing{name: "a", used: []float64{7}}) {
			if f.At.Hour()%6 == 0 && !yield(f, err) {
				return
			}
		}
	}
	r := run(t, seldom, options(t, graced("12h")))
	if t0 := r.Policies[0]; stopped(r) != "a 24-24" || t0.Findings != 2 || t0.Cleared != 1 {
		t.Errorf("%s: %+v", stopped(r), t0)
	}
}

// TestTheMonthIsOfTheWholeTime: what was saved in a day is a month's by the hours of both.
func TestTheMonthIsOfTheWholeTime(t *testing.T) {
	if r := run(t, frames(73, thing{name: "a"}), options(t, graced("4h"))); r.Policies[0].Monthly.String() != "1380" {
		t.Errorf("$%s in 73 hours, $%s a month", r.Policies[0].Saved, r.Policies[0].Monthly)
	}
}

// TestPastInDisorder: snapshots that do not come one after the other prove nothing, and neither do none.
func TestPastInDisorder(t *testing.T) {
	twice := func(yield func(backtest.Frame, error) bool) {
		for range 2 {
			for f, err := range frames(0, thing{name: "a"}) {
				if !yield(f, err) {
					return
				}
			}
		}
	}
	none := func(func(backtest.Frame, error) bool) {}
	broken := func(yield func(backtest.Frame, error) bool) { yield(backtest.Frame{}, errors.New("unreadable")) }
	for name, c := range map[string]struct {
		frames iter.Seq2[backtest.Frame, error]
		want   string
	}{"twice": {twice, "does not come after"}, "none": {none, "no snapshot"}, "broken": {broken, "unreadable"}} {
		if r, err := backtest.Run(c.frames, options(t, graced("4h"))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
}

// TestWorkUnderWay: a stop is said to meet work that had begun minutes before it and was not published yet.
func TestWorkUnderWay(t *testing.T) {
	p := newPast(t)
	begun := present.Add(-12 * time.Hour)
	p.app("late", world.Interval{From: begun.Add(-4*time.Hour - 30*time.Minute), To: begun.Add(-3*time.Hour - 30*time.Minute)},
		world.Interval{From: begun.Add(-3 * time.Minute), To: begun.Add(2 * time.Hour)})
	o := options(t, graced("0s"))
	o.Set.Policies[0].Steps = o.Set.Policies[0].Steps[1:]
	o.Set.Policies[0].Steps[0].After = time.Hour // idle over two hours at -1h, stopped at the very hour
	r := run(t, p.replayed(p.record(20*time.Hour)), o)
	for _, s := range r.Interrupted() {
		if s.At.Equal(begun) && s.UnderWay && r.Policies[0].UnderWay == 1 {
			return
		}
	}
	t.Errorf("%s: %+v", r.Summary(), r.Stops)
}

// TestTable shows each interruption, and the dearest stops.
func TestTable(t *testing.T) {
	o := options(t, graced("4h"))
	o.Guard.Limits = policy.Limits{MaxActions: 6}
	var things []thing
	for n := range 12 {
		things = append(things, thing{name: fmt.Sprintf("app-%02d", n)})
	}
	things[3].used = []float64{9}
	r := run(t, frames(24, things...), o)
	r.Notes = []string{"a note"}
	var short, long strings.Builder
	if err := errors.Join(r.Table(&short, false), r.Table(&long, true)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"From 2026-03-02 00:00 to 2026-03-03 00:00, looked at 25 times: 13 stops, $454.00 saved, $13809.17 a month; 1 would have interrupted somebody within 6h",
		"apps held 6 findings back: maxActions", "Would have interrupted\n  2026-03-02 0", "app-03", "5h later", "and 3 more: --all shows them", "note: a note",
	} {
		if !strings.Contains(short.String(), want) {
			t.Errorf("%q is not in\n%s", want, short.String())
		}
	}
	if strings.Contains(long.String(), "more: --all") || !strings.Contains(long.String(), "app-11") {
		t.Errorf("not all:\n%s", long.String())
	}
}
