package studio

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/studio/jupyter"
)

// An app is what the room is in.
type app struct {
	room    *room
	refuse  error
	stopped []time.Time
	// checking happens while SageMaker is asked what it is, and unlike is that it is another.
	checking func()
	unlike   error
}

func (a *app) Check(context.Context) error {
	if a.checking != nil {
		a.checking()
	}
	return a.unlike
}

func (a *app) Stop(context.Context) error {
	a.stopped = append(a.stopped, a.room.now)
	a.room.stopped = append(a.room.stopped, "app")
	return a.refuse
}

func (a *app) Describe(context.Context) (string, time.Time, error) { return "ml.t3.medium", start, nil }

// inApp is a room in an app that is stopped when it is idle; its kernels and terminals are not.
func inApp() (*room, *Agent, *app, *Status) {
	r, a := newRoom()
	whole, status := &app{room: r}, &Status{}
	a.Whole, a.StopWhole, a.StopKernels, a.StopTerminals = whole, true, false, false
	a.Limits.Grace = 10 * time.Minute
	a.Rates = map[string]string{"ml.t3.medium": "0.05"}
	a.Show = func(s Status) error { *status = s; return nil }
	return r, a, whole, status
}

// minutes lets minutes pass one by one.
func (r *room) minutes(t *testing.T, a *Agent, n int) {
	t.Helper()
	for range n {
		if _, err := r.after(t, a, time.Minute); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnIdleAppIsAnnouncedAndStopped(t *testing.T) {
	r, a, whole, status := inApp()
	r.minutes(t, a, 115)
	if status.ShutdownAt != "2026-03-02T11:02:00Z" || status.State != Idle || status.StartedAt != stamp(start) || status.Hourly != "0.05" || status.InstanceType != "ml.t3.medium" || len(status.Kernels) != 1 {
		t.Errorf("%+v", *status)
	}
	if status.Kernels[0].ShutdownAt != "" {
		t.Error("a kernel that is not to be shut down is said to end")
	}
	r.minutes(t, a, 7)
	if len(whole.stopped) == 0 || whole.stopped[0].Sub(start) < 2*time.Hour {
		t.Errorf("stopped at %v", whole.stopped)
	}
}

// E4: what opens and closes just before the end begins the time anew.
func TestE4_TheAppToo(t *testing.T) {
	r, a, whole, status := inApp()
	r.minutes(t, a, 119)
	r.kernel.State = jupyter.Busy
	r.minutes(t, a, 1)
	if status.ShutdownAt != "" {
		t.Errorf("an app in use is said to end at %s", status.ShutdownAt)
	}
	r.kernel.State, r.kernel.LastActivity = jupyter.Idle, r.now
	r.minutes(t, a, 118)
	if len(whole.stopped) > 0 {
		t.Errorf("stopped at %v", whole.stopped)
	}
}

// E9: the app's last look.
func TestE9_TheAppToo(t *testing.T) {
	for name, c := range map[string]struct{ between, within func(*room) }{
		"a cell begins":                      {between: func(r *room) { r.kernel.State = jupyter.Busy }},
		"a silent cell begins while looking": {within: func(r *room) { r.kernel.State = jupyter.Busy }},
		"a key is typed while looking":       {within: func(r *room) { r.terminal.LastActivity = r.now }},
		"a command runs":                     {between: func(r *room) { r.running = true }},
		"the server does not answer":         {within: func(r *room) { r.fail = errors.New("500") }},
		"a kernel begins": {between: func(r *room) {
			r.kernel = &jupyter.Kernel{ID: "k-2", State: jupyter.Starting, LastActivity: r.now}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r, a, whole, _ := inApp()
			for _, hook := range []struct {
				at *func()
				do func(*room)
			}{{&r.between, c.between}, {&r.within, c.within}} {
				if hook.do != nil {
					*hook.at = func() { hook.do(r) }
				}
			}
			for range 124 {
				_, _ = r.after(t, a, time.Minute)
			}
			if len(whole.stopped) > 0 {
				t.Errorf("stopped at %v", whole.stopped)
			}
		})
	}
}

// L4: a stop that fails is tried again, less and less often, and each time after a look.
func TestL4_AStopThatFailsIsTriedAgain(t *testing.T) {
	r, a, whole, _ := inApp()
	whole.refuse = errors.New("AccessDeniedException")
	r.minutes(t, a, 120+120)
	if n := len(whole.stopped); n < 3 || n > 10 {
		t.Fatalf("%d attempts: %v", n, whole.stopped)
	}
	before := len(whole.stopped)
	r.kernel.State = jupyter.Busy
	r.minutes(t, a, 60)
	if len(whole.stopped) != before {
		t.Error("an app in use was stopped, since it had not been when it was idle")
	}
}

// The whole outlasts what is in it: who gave a kernel eight hours is not to lose it with the app after two.
func TestTheAppOutlastsItsKernels(t *testing.T) {
	r, a, whole, _ := inApp()
	a.Limits.Kernels = 8 * time.Hour
	r.minutes(t, a, 470)
	if len(whole.stopped) > 0 {
		t.Fatalf("stopped at %v", whole.stopped)
	}
	r.minutes(t, a, 20)
	if len(whole.stopped) == 0 {
		t.Errorf("stopped at %v", whole.stopped)
	}
}

// What was unknown may have been used until now.
func TestUnknownIsNoIdleness(t *testing.T) {
	r, a, whole, _ := inApp()
	r.kernel.State = "hibernating"
	r.minutes(t, a, 300)
	r.kernel = nil
	r.minutes(t, a, 115)
	if len(whole.stopped) > 0 {
		t.Errorf("stopped at %v", whole.stopped)
	}
}

func TestKeep(t *testing.T) {
	r, a, whole, status := inApp()
	a.StopKernels, a.StopTerminals = true, true
	until := start.Add(5 * time.Hour)
	a.Wishes = func(Bounds) (Wishes, error) { return Wishes{keep: until}, nil }
	r.minutes(t, a, 299)
	if status.KeepUntil != stamp(until) || status.ShutdownAt != "" || len(r.stopped) > 0 {
		t.Fatalf("%v, %+v", r.stopped, *status)
	}
	// It is announced anew before it ends.
	r.minutes(t, a, 9)
	if len(r.stopped) > 0 || status.ShutdownAt == "" || status.KeepUntil != "" {
		t.Fatalf("%v, %+v", r.stopped, *status)
	}
	r.minutes(t, a, 4)
	if len(whole.stopped) == 0 {
		t.Error("it was kept for good")
	}
}

// A limit that is made shorter ends nothing at once.
func TestAShorterLimitIsAnnounced(t *testing.T) {
	r, a, whole, _ := inApp()
	var w Wishes
	a.Wishes = func(Bounds) (Wishes, error) { return w, nil }
	r.minutes(t, a, 100)
	w.IdleMinutes, w.KernelIdleMinutes, w.TerminalIdleMinutes = 15, 15, 15
	r.minutes(t, a, 9)
	if len(whole.stopped) > 0 {
		t.Fatal("it was not announced")
	}
	r.minutes(t, a, 3)
	if len(whole.stopped) == 0 {
		t.Errorf("stopped at %v", whole.stopped)
	}
}

// L1: settings that cannot be read may say to keep everything.
func TestL1_NothingEndsWhileSettingsCannotBeRead(t *testing.T) {
	r, a, _, status := inApp()
	a.StopKernels, a.StopTerminals = true, true
	fail := errors.New("unexpected end of JSON input")
	a.Wishes = func(Bounds) (Wishes, error) { return Wishes{}, fail }
	r.minutes(t, a, 300)
	if len(r.stopped) > 0 || !slices.Contains(status.Problems, fail.Error()) || status.ShutdownAt != "" || status.Kernels[0].ShutdownAt != "" {
		t.Fatalf("%v, %+v", r.stopped, *status)
	}
	// Its end is announced anew.
	fail = nil
	r.minutes(t, a, 9)
	if len(r.stopped) > 0 || status.ShutdownAt == "" {
		t.Fatalf("%v, %+v", r.stopped, *status)
	}
	r.minutes(t, a, 3)
	if len(r.stopped) == 0 {
		t.Error("it never ends")
	}
}

func TestRequests(t *testing.T) {
	for what, want := range map[string][]string{"kernels": {"kernel"}, "terminals": {"terminal"}, "app": {"app"}, "everything": {"kernel", "terminal", "app"}, "disks": nil} {
		t.Run(what, func(t *testing.T) {
			r, a, _, status := inApp()
			a.StopWhole = false // who asks for it is not asking for idle things
			r.kernel.State = jupyter.Busy
			a.Wishes = func(Bounds) (Wishes, error) {
				return Wishes{Request: Request{What: what, At: stamp(start), ID: "id-" + what}}, nil
			}
			r.minutes(t, a, 1)
			if !slices.Equal(r.stopped, want) || status.Handled != "id-"+what || status.HandledResult == "" {
				t.Errorf("%v, %q: %q", r.stopped, status.Handled, status.HandledResult)
			}
			// It is carried out once, also by an agent that starts anew.
			again := &Agent{Server: r, Processes: r.processes, Limits: a.Limits, Log: a.Log, Now: a.Now, Whole: a.Whole, Wishes: a.Wishes, About: Status{Handled: status.Handled}}
			r.kernel, r.stopped = &jupyter.Kernel{ID: "k-1", State: jupyter.Idle, LastActivity: start}, nil
			r.minutes(t, again, 1)
			if len(r.stopped) > 0 {
				t.Errorf("carried out again: %v", r.stopped)
			}
		})
	}
}

// A request of before this agent, one of tomorrow, and one without a time are none.
func TestOldRequests(t *testing.T) {
	for _, at := range []string{stamp(start.Add(-2 * time.Minute)), stamp(start.Add(time.Hour)), "", "now"} {
		r, a, _, status := inApp()
		a.Wishes = func(Bounds) (Wishes, error) {
			return Wishes{Request: Request{What: "everything", At: at, ID: "id"}}, nil
		}
		r.minutes(t, a, 1)
		if len(r.stopped) > 0 || status.Handled != "" {
			t.Errorf("%q: %v", at, r.stopped)
		}
	}
}

// A person can stop an app whose server hangs.
func TestARequestWhileTheServerHangs(t *testing.T) {
	r, a, whole, status := inApp()
	r.fail = errors.New("timeout")
	a.Wishes = func(Bounds) (Wishes, error) {
		return Wishes{Request: Request{What: "app", At: stamp(start), ID: "id"}}, nil
	}
	if _, err := r.after(t, a, time.Minute); err == nil || len(whole.stopped) != 1 {
		t.Errorf("%v, %v", err, whole.stopped)
	}
	if status.State != Unknown || !strings.Contains(status.Why, "timeout") || !slices.Contains(status.Problems, "timeout") {
		t.Errorf("%+v", *status)
	}
}

// Asking SageMaker takes its time: what begins meanwhile is seen by the last look.
func TestTheLastLookIsAfterAskingSageMaker(t *testing.T) {
	r, a, whole, _ := inApp()
	whole.checking = func() { r.kernel.State = jupyter.Busy }
	r.minutes(t, a, 124)
	if len(whole.stopped) > 0 {
		t.Errorf("stopped at %v", whole.stopped)
	}
}

// Another app of the same name is not stopped, whoever asks.
func TestAnotherAppIsNotStopped(t *testing.T) {
	for _, what := range []string{"", "app"} {
		r, a, whole, status := inApp()
		whole.unlike = errors.New("it is another of the same name")
		a.Wishes = func(Bounds) (Wishes, error) {
			return Wishes{Request: Request{What: what, At: stamp(start), ID: what}}, nil
		}
		r.minutes(t, a, 150)
		if len(whole.stopped) > 0 || what != "" && !strings.Contains(status.HandledResult, "another") {
			t.Errorf("%q: stopped at %v: %q", what, whole.stopped, status.HandledResult)
		}
	}
}

// flows are those of a kernel that several documents share.
var flows = []jupyter.Document{{Path: "a/notes.ipynb"}, {Path: "a/b.flow"}}

// Data Wrangler's flows are saved before their kernel or app ends, and what cannot be saved is not ended.
func TestFlowsAreSavedFirst(t *testing.T) {
	for _, unsaved := range []error{nil, errors.New("507 Insufficient Storage")} {
		r, a, _, _ := inApp()
		r.kernel.Documents, r.unsaved = flows, unsaved
		r.minutes(t, a, 122)
		if ended := slices.Equal(r.stopped, []string{"save a/b.flow", "app"}); ended != (unsaved == nil) || len(r.stopped) == 0 {
			t.Errorf("%v: %v", unsaved, r.stopped)
		}
	}
}
