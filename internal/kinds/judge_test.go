package kinds

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pulse"
)

var now = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)

func before(d time.Duration) time.Time { return now.Add(-d) }

const day = 24 * time.Hour

// spans makes spans out of pairs of ages, oldest first.
func spans(sum float64, ages ...time.Duration) (out []estate.Span) {
	for i := 0; i+1 < len(ages); i += 2 {
		out = append(out, estate.Span{From: before(ages[i]), To: before(ages[i+1]), Sum: sum})
	}
	return out
}

func used(name, part string, sum float64, ages ...time.Duration) estate.Signal {
	s := estate.Signal{Name: name, Part: part, Source: "test", Quality: estate.Absent, Window: useWindow(week)}
	if len(ages) > 0 {
		s.Quality, s.Spans = estate.Good, spans(sum, ages...)
		s.At = s.Spans[len(s.Spans)-1].To
		for _, sp := range s.Spans {
			s.Value += sp.Sum
		}
	}
	return s
}

var week = estate.Criteria{Now: now, IdleFor: 7 * day}

// arriving is the newest datapoint of a series that is up to date.
var arriving = estate.Signal{Name: signalRunningLately, Source: "test", Quality: estate.Good, At: now}

func TestTraffic(t *testing.T) {
	running := used(signalRunning, "v", 1000, 100*day, 0)
	old := before(90 * day)
	for _, tc := range []struct {
		name  string
		t     traffic
		c     estate.Criteria
		state estate.State
		conf  estate.Confidence
		rule  string
		since time.Time
	}{
		{"used an hour ago", traffic{uses: []estate.Signal{used("invocations", "v", 5, 2*time.Hour, time.Hour)}, control: running, from: old}, week,
			estate.Active, estate.High, "traffic/used", time.Time{}},
		{"never used, running for ninety days", traffic{uses: []estate.Signal{used("invocations", "v", 0)}, control: running, from: old}, week,
			estate.Idle, estate.High, "traffic/silent", old},
		{"last used eight days ago", traffic{uses: []estate.Signal{used("invocations", "v", 5, 9*day, 8*day)}, control: running, from: old}, week,
			estate.Idle, estate.High, "traffic/silent", before(8 * day)},
		{"changed yesterday", traffic{uses: []estate.Signal{used("invocations", "v", 5, 9*day, 8*day)}, control: running, from: before(day)}, week,
			estate.Unknown, "", "traffic/too-young", time.Time{}},
		{"a limit that late metrics may fill", traffic{uses: []estate.Signal{used("invocations", "v", 0)}, control: running, from: old}, estate.Criteria{Now: now, IdleFor: 20 * time.Minute},
			estate.Unknown, "", "traffic/limit-below-lag", time.Time{}},
		{"no control", traffic{uses: []estate.Signal{used("invocations", "v", 0)}, control: used(signalRunning, "v", 0), from: old}, week,
			estate.Unknown, "", "traffic/no-control", time.Time{}},
		{"control ended a day ago", traffic{uses: []estate.Signal{used("invocations", "v", 0)}, control: used(signalRunning, "v", 9, 90*day, day), from: old}, week,
			estate.Unknown, "", "traffic/no-control", time.Time{}},
		{"control with a gap three days ago", traffic{uses: []estate.Signal{used("invocations", "v", 0)}, control: used(signalRunning, "v", 9, 90*day, 4*day, 3*day, 0), from: old}, week,
			estate.Unknown, "", "traffic/too-young", time.Time{}},
		{"no control published", traffic{uses: []estate.Signal{used("invocations", "v", 0)}, noControl: true, from: old}, week,
			estate.Idle, estate.Medium, "traffic/silent-uncontrolled", old},
		{"weekly caller, a day late", traffic{uses: []estate.Signal{used("invocations", "v", 50, 29*day, 28*day+23*time.Hour, 22*day, 21*day+23*time.Hour, 15*day, 14*day+23*time.Hour, 8*day, 7*day+23*time.Hour)}, control: running, from: old}, week,
			estate.Idle, estate.Medium, "traffic/rhythm", before(7*day + 23*time.Hour)},
		{"weekly caller, gone for three weeks", traffic{uses: []estate.Signal{used("invocations", "v", 50, 36*day, 35*day+23*time.Hour, 29*day, 28*day+23*time.Hour, 22*day, 21*day+23*time.Hour)}, control: running, from: old}, week,
			estate.Idle, estate.High, "traffic/silent", before(21*day + 23*time.Hour)},
		{"warmer under the floor", traffic{uses: []estate.Signal{used("invocations", "v", 700, 100*day, 0)}, control: running, from: old},
			estate.Criteria{Now: now, IdleFor: 7 * day, MinDailyInvocations: 200}, estate.Idle, estate.Medium, "traffic/trickle", old},
		{"traffic over the floor", traffic{uses: []estate.Signal{used("invocations", "v", 7000, 100*day, 0)}, control: running, from: old},
			estate.Criteria{Now: now, IdleFor: 7 * day, MinDailyInvocations: 200}, estate.Active, estate.High, "traffic/used", time.Time{}},
		{"every call fails", traffic{uses: []estate.Signal{used("invocations", "v", 70, day, 0)}, errors: used("errors-4xx", "v", 70, day, 0), control: running, from: old}, week,
			estate.Active, estate.High, "traffic/errors-only", time.Time{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.t.fresh, tc.t.floor = arriving, tc.c.MinDailyInvocations
			v := tc.t.judge(tc.c)
			if v.State != tc.state || v.Confidence != tc.conf || v.Rule != tc.rule || !v.Since.Equal(tc.since) {
				t.Errorf("got %s/%s by %s since %v (%s)\nwant %s/%s by %s since %v", v.State, v.Confidence, v.Rule, v.Since, v.Why, tc.state, tc.conf, tc.rule, tc.since)
			}
		})
	}
}

func TestOpenWhenTheWindowIsShorterThanTheSilence(t *testing.T) {
	v := traffic{uses: []estate.Signal{used("invocations", "v", 0)}, control: used(signalRunning, "v", 9, 400*day, 0), fresh: arriving, from: before(300 * day)}.judge(week)
	if v.State != estate.Idle || !v.Open || !v.Since.Equal(useWindow(week).From) {
		t.Errorf("got %s open %v since %v: the evidence begins at %v", v.State, v.Open, v.Since, useWindow(week).From)
	}
}

func appOf(kind string, age time.Duration) estate.Resource {
	return estate.Resource{Kind: "studio-app", Type: kind, Status: "InService", Created: before(age),
		Attributes: map[string]string{"appType": kind, "appName": "default"}, Meters: []estate.Meter{{Component: "c", InstanceType: "ml.t3.medium", Count: 1}}}
}

func stamp(name string, age time.Duration, sample time.Duration, q estate.Quality) estate.Signal {
	return estate.Signal{Name: name, Source: "test", Quality: q, At: before(sample), Value: age.Seconds()}
}

func TestApp(t *testing.T) {
	two := estate.Criteria{Now: now, IdleFor: 2 * time.Hour}
	log := func(age time.Duration) estate.Signal {
		return estate.Signal{Name: signalLog, Source: "test", Quality: estate.Good, At: before(age)}
	}
	same := estate.Signals{
		{Name: signalUserActivity, Quality: estate.Contaminated, At: now}, {Name: signalHealthCheck, Quality: estate.Good, At: now}}
	never := estate.Signal{Name: signalHeartbeatHistory, Quality: estate.Absent}
	for _, tc := range []struct {
		name  string
		r     estate.Resource
		s     estate.Signals
		c     estate.Criteria
		state estate.State
		conf  estate.Confidence
		rule  string
	}{
		{"heartbeat: in use", appOf("JupyterLab", 3*day), estate.Signals{stamp(signalHeartbeat, 0, 0, estate.Good)}, two, estate.Active, estate.High, "app/heartbeat-used"},
		{"heartbeat: idle for three hours", appOf("JupyterLab", 3*day), estate.Signals{stamp(signalHeartbeat, 3*time.Hour, 0, estate.Good)}, two, estate.Idle, estate.High, "app/heartbeat-idle"},
		{"heartbeat: older than the app", appOf("JupyterLab", time.Hour), estate.Signals{stamp(signalHeartbeat, 30*time.Hour, 0, estate.Good)}, two, estate.Active, estate.High, "app/heartbeat-used"},
		{"heartbeat: stopped", appOf("JupyterLab", 3*day), estate.Signals{stamp(signalHeartbeat, 3*time.Hour, time.Hour, estate.Good)}, two, estate.Unknown, "", "app/heartbeat-stale"},
		{"heartbeat: denied, log silent", appOf("KernelGateway", 3*day), estate.Signals{stamp(signalHeartbeat, 0, 0, estate.Denied), log(2 * day)}, two, estate.Unknown, "", "app/heartbeat-unreadable"},
		{"heartbeat: nonsense below zero", appOf("JupyterLab", 3*day), estate.Signals{stamp(signalHeartbeat, -time.Hour, 5*time.Hour, estate.Good)}, two, estate.Unknown, "", "app/heartbeat-stale"},
		{"canvas: idle", appOf("Canvas", 3*day), estate.Signals{stamp(signalHeartbeat, 0, 0, estate.Absent), stamp(signalCanvas, 5*time.Hour, 0, estate.Good)}, two, estate.Idle, estate.High, "app/canvas-activity-idle"},
		{"kernel gateway: log silent for 25 hours", appOf("KernelGateway", 3*day), append(estate.Signals{log(25 * time.Hour), never}, same...), two, estate.Idle, estate.Medium, "app/log-silent"},
		{"kernel gateway: log of ten minutes ago", appOf("KernelGateway", 3*day), estate.Signals{log(10 * time.Minute)}, two, estate.Active, estate.Medium, "app/log-alive"},
		{"kernel gateway: within the index lag", appOf("KernelGateway", 3*day), estate.Signals{log(150 * time.Minute)}, two, estate.Unknown, "", "app/log-lag"},
		{"kernel gateway: a limit below the lag", appOf("KernelGateway", 3*day), estate.Signals{log(25 * time.Hour)}, estate.Criteria{Now: now, IdleFor: 30 * time.Minute}, estate.Unknown, "", "app/log-lag"},
		{"kernel gateway: the log of a former life", appOf("KernelGateway", 3*time.Hour), estate.Signals{log(25 * time.Hour)}, two, estate.Unknown, "", "app/log-older"},
		{"jupyterlab: activity stamp is the health check's", appOf("JupyterLab", 3*day), same, two, estate.Unknown, "", "app/contaminated"},
		{"jupyterlab: user active after the health check", appOf("JupyterLab", 3*day), estate.Signals{
			{Name: signalUserActivity, Quality: estate.Good, At: before(time.Minute)}, {Name: signalHealthCheck, Quality: estate.Good, At: before(5 * time.Minute)}}, two, estate.Active, estate.Medium, "app/user-activity"},
		{"kernel gateway: log silent, and a heartbeat once", appOf("KernelGateway", 3*day), append(estate.Signals{log(25 * time.Hour), {Name: signalHeartbeatHistory, Quality: estate.Good, At: before(day)}}, same...), two, estate.Unknown, "", "app/heartbeat-stale"},
		{"kernel gateway: log silent, never described", appOf("KernelGateway", 3*day), estate.Signals{log(25 * time.Hour), never}, two, estate.Unknown, "", "app/undescribed"},
		{"heartbeat: within the limit when it last reported", appOf("JupyterLab", 3*day), estate.Signals{stamp(signalHeartbeat, 110*time.Minute, 14*time.Minute, estate.Good)}, two, estate.Unknown, "", "app/heartbeat-lag"},
		{"canvas says used, heartbeat says idle", appOf("Canvas", 3*day), estate.Signals{stamp(signalHeartbeat, 5*time.Hour, 0, estate.Good), stamp(signalCanvas, 0, 0, estate.Good)}, two, estate.Active, estate.High, "app/canvas-activity-used"},
		{"canvas denied, heartbeat says idle", appOf("Canvas", 3*day), estate.Signals{stamp(signalHeartbeat, 5*time.Hour, 0, estate.Good), stamp(signalCanvas, 0, 0, estate.Denied)}, two, estate.Unknown, "", "app/canvas-activity-unreadable"},
		{"tensorboard of three weeks", appOf("TensorBoard", 21*day), append(estate.Signals{never}, same...), two, estate.Idle, estate.Low, "app/age"},
		{"tensorboard of three weeks, stamps unreadable", appOf("TensorBoard", 21*day), estate.Signals{{Name: signalUserActivity, Quality: estate.Denied}}, two, estate.Unknown, "", "app/unreadable"},
		{"pending", func() estate.Resource { r := appOf("JupyterLab", day); r.Status = "Pending"; return r }(), nil, two, estate.Unknown, "", "app/changing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := app{}.Judge(tc.r, tc.s, tc.c)
			if v.State != tc.state || v.Confidence != tc.conf || v.Rule != tc.rule {
				t.Errorf("got %s/%s by %s (%s)\nwant %s/%s by %s", v.State, v.Confidence, v.Rule, v.Why, tc.state, tc.conf, tc.rule)
			}
		})
	}
}

// TestNoIdleFromAnErrorPath is DESIGN's first law as a property: whatever the other signals say, one that could not be read
// never leaves idle standing, in any family, for the whole or for the part that it speaks of.
func TestNoIdleFromAnErrorPath(t *testing.T) {
	qualities := []estate.Quality{estate.Good, estate.Absent, estate.Stale, estate.Contaminated, estate.Partial, estate.Denied, estate.Throttled, estate.Failed}
	broken := []estate.Quality{estate.Partial, estate.Denied, estate.Throttled, estate.Failed}
	rapid.Check(t, func(t *rapid.T) {
		c := estate.Criteria{Now: now, IdleFor: time.Duration(rapid.IntRange(1, 400).Draw(t, "hours")) * time.Hour,
			MinDailyInvocations: float64(rapid.SampledFrom([]int{0, 0, 100}).Draw(t, "floor"))}
		age := time.Duration(rapid.IntRange(0, 4000).Draw(t, "age")) * time.Hour
		signal := func(name, part string, q estate.Quality) estate.Signal {
			s := estate.Signal{Name: name, Part: part, Source: name, Quality: q, Window: useWindow(c)}
			if q == estate.Good || q == estate.Partial {
				from := rapid.IntRange(0, 3000).Draw(t, "from")
				to := rapid.IntRange(0, from).Draw(t, "to")
				s.Spans = spans(1, time.Duration(from)*time.Hour, time.Duration(to)*time.Hour)
				s.At, s.Value = s.Spans[0].To, float64(rapid.IntRange(0, 1e6).Draw(t, "value"))
			}
			return s
		}
		any := func() estate.Quality { return rapid.SampledFrom(qualities).Draw(t, "quality") }

		var r estate.Resource
		var k Kind
		var names [][2]string
		var sigs estate.Signals
		switch rapid.SampledFrom([]string{"app", "endpoint", "async", "component", "carrier", "serverless"}).Draw(t, "kind") {
		case "app":
			k, r = app{}, appOf(rapid.SampledFrom([]string{"JupyterLab", "KernelGateway", "Canvas", "TensorBoard"}).Draw(t, "type"), age)
			names = [][2]string{{signalHeartbeat, ""}, {signalCanvas, ""}, {signalLog, ""}, {signalUserActivity, ""}, {signalHeartbeatHistory, ""}, {pulse.SignalSigned, ""}, {pulse.SignalUnsigned, ""}}
		case "endpoint":
			k, r = endpoint{}, estate.Resource{Status: "InService", Type: typeRealTime, Created: before(age), Modified: before(age),
				Parts: []estate.Part{{Name: "v", Role: roleProduction, Mode: modeInstances, Count: 1}}}
			names = [][2]string{{signalInvocations, "v"}, {signalContainer, "v"}, {signalRunning, "v"}, {signalHistory, "v"}, {signalRunningLately, "v"}, {signalContainerList, "v"}}
		case "async":
			k, r = endpoint{}, estate.Resource{Status: "InService", Type: typeAsync, Created: before(age), Modified: before(age),
				Parts: []estate.Part{{Name: "v", Role: roleProduction, Mode: modeInstances, Count: 1}}}
			names = [][2]string{{signalBacklog, ""}, {signalProcessed, "v"}, {signalAnswered, "v"}, {signalRunning, "v"}, {signalRunningLately, "v"}, {signalQueuePublished, ""}}
		case "component":
			k, r = component{}, estate.Resource{Status: "InService", Created: before(age), Modified: before(age), Attributes: map[string]string{"copies": "1"}}
			names = [][2]string{{signalInvocations, ""}, {signalRunning, ""}, {signalRunningLately, ""}, {signalHistory, ""}}
		case "carrier":
			k, r = endpoint{}, estate.Resource{Status: "InService", Type: typeComponents, Created: before(age), Modified: before(age),
				Parts: []estate.Part{{Name: "v", Role: roleProduction, Mode: modeComponents, Count: 1, Members: []string{"a", "b"}}}}
			names = [][2]string{{signalInvocations, "v/a"}, {signalInvocations, "v/b"}, {signalRunning, "v"}, {signalRunningLately, "v"}}
			for _, m := range []string{"v/a", "v/b"} {
				sigs = append(sigs, estate.Signal{Name: signalComponent, Part: m, Quality: estate.Good, At: before(age), Value: 1, Note: "InService"})
			}
		case "serverless":
			k, r = endpoint{}, estate.Resource{Status: "InService", Type: typeServerless, Created: before(age), Modified: before(age),
				Parts: []estate.Part{{Name: "v", Role: roleProduction, Mode: modeServerless, Count: 2}}}
			names = [][2]string{{signalInvocations, "v"}, {signalHistory, "v"}}
		}
		bad := rapid.IntRange(0, len(names)-1).Draw(t, "which is broken")
		for i, n := range names {
			q := any()
			if i == bad {
				q = rapid.SampledFrom(broken).Draw(t, "broken")
			}
			sigs = append(sigs, signal(n[0], n[1], q))
		}
		// Direct evidence of idleness from inside an app stands on its own: indirect evidence that could not be read cannot gainsay it.
		direct := func(name string) bool {
			s, ok := sigs.Find(name, "")
			return ok && s.Quality != estate.Absent
		}
		inside := []string{signalHeartbeat, signalCanvas, pulse.SignalSigned, pulse.SignalUnsigned}
		if !slices.Contains(inside, names[bad][0]) && slices.ContainsFunc(inside, direct) {
			return
		}
		if v := k.Judge(r, sigs, c); v.State == estate.Idle {
			t.Fatalf("idle by %s although %s is broken: %+v", v.Rule, names[bad][0], v)
		}
	})
}

// TestJudgeOfNothing: a snapshot that a person has edited may lack every signal.
func TestJudgeOfNothing(t *testing.T) {
	for _, k := range All() {
		if v := k.Judge(estate.Resource{Status: "InService"}, nil, week); v.State == estate.Idle {
			t.Errorf("%s: idle without a single signal: %+v", k.Family().Name, v)
		}
	}
}

// TestCombine: a whole is used if a piece is, unknown if a piece is, and idle only since its last piece became idle, as surely as
// the least sure of them.
func TestCombine(t *testing.T) {
	used := estate.Verdict{State: estate.Active, Confidence: estate.High, LastUse: before(time.Hour)}
	unknown := estate.Verdict{State: estate.Unknown}
	idle := func(age time.Duration, c estate.Confidence) estate.Verdict {
		return estate.Verdict{State: estate.Idle, Confidence: c, Since: before(age)}
	}
	for _, tc := range []struct {
		name string
		vs   []estate.Verdict
		want estate.Verdict
	}{
		{"used and idle", []estate.Verdict{idle(9*day, estate.High), used}, used},
		{"used and unknown", []estate.Verdict{unknown, used}, used},
		{"unknown and idle", []estate.Verdict{idle(9*day, estate.High), unknown}, unknown},
		{"the later idleness", []estate.Verdict{idle(9*day, estate.High), idle(8*day, estate.High), idle(10*day, estate.High)}, idle(8*day, estate.High)},
		{"the lesser confidence", []estate.Verdict{idle(8*day, estate.High), idle(9*day, estate.Medium)}, idle(8*day, estate.Medium)},
	} {
		got := combine(tc.vs)
		if got.State != tc.want.State || got.Confidence != tc.want.Confidence || !got.Since.Equal(tc.want.Since) {
			t.Errorf("%s: %+v", tc.name, got)
		}
	}
}

// TestActingWantsNewerEvidence: what tells of idleness in a table may be too old to stop something by.
func TestActingWantsNewerEvidence(t *testing.T) {
	served := func(age time.Duration) traffic {
		fresh := arriving
		fresh.At = before(age)
		return traffic{uses: []estate.Signal{used(signalInvocations, "v", 0)}, control: used(signalRunning, "v", 1000, 100*day, 0), fresh: fresh, from: before(90 * day)}
	}
	stamped := func(name string) func(time.Duration, estate.Criteria) estate.Verdict {
		return func(age time.Duration, c estate.Criteria) estate.Verdict {
			c.IdleFor = 2 * time.Hour
			v, _ := judgeStamp("app", estate.Signals{stamp(name, 5*time.Hour, age, estate.Good)}, name, "", before(9*day), c)
			return v
		}
	}
	for name, c := range map[string]struct {
		judge func(age time.Duration, c estate.Criteria) estate.Verdict
		limit time.Duration
	}{
		"heartbeat":        {stamped(signalHeartbeat), 5 * time.Minute},
		"signed heartbeat": {stamped(pulse.SignalSigned), 5 * time.Minute},
		"Canvas":           {stamped(signalCanvas), 10 * time.Minute},
		"CPU":              {func(age time.Duration, c estate.Criteria) estate.Verdict { return served(age).judge(c) }, 5 * time.Minute},
	} {
		acting := week
		acting.Acting = true
		for age, want := range map[time.Duration][2]estate.State{
			c.limit:               {estate.Idle, estate.Idle},
			c.limit + time.Second: {estate.Idle, estate.Unknown},
			16 * time.Minute:      {estate.Unknown, estate.Unknown},
		} {
			if got := [2]estate.State{c.judge(age, week).State, c.judge(age, acting).State}; got != want {
				t.Errorf("%s of %s ago: %s, want %s", name, age, got, want)
			}
		}
	}
	// A bin's end may be much later than the newest datapoint in it.
	if w := stampWindow(estate.Criteria{Now: now, Acting: true}); w.Period != estate.Duration(time.Minute) || w.To.Sub(w.From) < 2*time.Hour {
		t.Errorf("%+v", w)
	}
}
