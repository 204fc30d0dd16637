package studio

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/sagewarden/sagewarden/internal/studio/jupyter"
	"github.com/sagewarden/sagewarden/internal/studio/process"
)

// A room is a Jupyter Server with one kernel and one terminal, and a truth about their use.
type room struct {
	now      time.Time
	kernel   *jupyter.Kernel
	terminal *jupyter.Terminal
	running  bool
	computed time.Duration
	typed    time.Duration
	// fail is what every answer is, nil for good ones. Between happens after the agent has judged, before its last look.
	fail    error
	between func()
	// within happens after the agent has read the processes, in its last look.
	within  func()
	stopped []string
	unsaved error
	// saving happens while a document is saved.
	saving func()
	// read is at which instant the processes were read last, and again whether that was the second time.
	read  time.Time
	again bool
}

func (r *room) Kernels(context.Context) ([]jupyter.Kernel, error) {
	if r.fail != nil || r.kernel == nil {
		return nil, r.fail
	}
	return []jupyter.Kernel{*r.kernel}, nil
}

func (r *room) Terminals(context.Context) ([]jupyter.Terminal, error) {
	if r.again && r.within != nil {
		r.within()
	}
	if r.fail != nil || r.terminal == nil {
		return nil, r.fail
	}
	return []jupyter.Terminal{*r.terminal}, nil
}

func (r *room) Checkpoint(_ context.Context, path string) error {
	r.stopped = append(r.stopped, "save "+path)
	if r.saving != nil {
		r.saving()
	}
	return r.unsaved
}

func (r *room) ShutDownKernel(context.Context, string) error {
	r.stopped, r.kernel = append(r.stopped, "kernel"), nil
	return nil
}

func (r *room) ShutDownTerminal(context.Context, string) error {
	r.stopped, r.terminal = append(r.stopped, "terminal"), nil
	return nil
}

func (r *room) processes() (process.Sample, error) {
	if r.again = r.read.Equal(r.now); r.again && r.between != nil {
		r.between()
	}
	r.read = r.now
	s := process.Sample{1: {PID: 1}, server: {PID: server, Parent: 1, Command: []string{"python", "/opt/bin/jupyter-lab"}}, shell: {PID: shell, Parent: server, Session: shell, Terminal: true, CPU: r.typed}}
	if r.kernel != nil {
		s[pid] = process.Process{PID: pid, CPU: r.computed, Command: []string{"python", "-f", "kernel-" + r.kernel.ID + ".json"}}
	}
	if r.running {
		s[shell+1] = process.Process{PID: shell + 1, Parent: shell, Session: shell, Terminal: true}
	}
	return s, nil
}

func newRoom() (*room, *Agent) {
	r := &room{now: start, kernel: &jupyter.Kernel{ID: "k-1", State: jupyter.Idle, LastActivity: start}, terminal: &jupyter.Terminal{Name: "1", LastActivity: start}}
	limits := Default
	limits.Grace = 0
	ticks := 0
	return r, &Agent{Server: r, Processes: r.processes, Limits: limits, Bounds: DefaultConfig().Bounds, StopKernels: true, StopTerminals: true, Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { ticks++; return r.now.Add(time.Duration(ticks%1000) * time.Millisecond) }}
}

// after looks after a time.
func (r *room) after(t *testing.T, a *Agent, gone time.Duration) (Judgement, error) {
	t.Helper()
	r.now = r.now.Add(gone)
	return a.Look(t.Context())
}

func TestIdleThingsAreShutDown(t *testing.T) {
	r, a := newRoom()
	for range 124 {
		if _, err := r.after(t, a, time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	if slices.Sort(r.stopped); !slices.Equal(r.stopped, []string{"kernel", "terminal"}) {
		t.Errorf("shut down: %v", r.stopped)
	}
}

// TestNothingIsShutDownByDefault: who does not ask for it only learns.
func TestNothingIsShutDownByDefault(t *testing.T) {
	r, a := newRoom()
	a.StopKernels, a.StopTerminals = false, false
	var due int
	for range 200 {
		j, err := r.after(t, a, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		due = len(j.due())
	}
	if len(r.stopped) > 0 || due != 2 {
		t.Errorf("shut down: %v; %d due", r.stopped, due)
	}
}

// E9: what is used between the judgement and the end is not ended.
func TestE9_TheLastLook(t *testing.T) {
	for name, between := range map[string]func(*room){
		"the kernel runs":                        func(r *room) { r.kernel.State = jupyter.Busy },
		"it has run":                             func(r *room) { r.kernel.LastActivity = r.now; r.terminal.LastActivity = r.now },
		"a terminal runs":                        func(r *room) { r.running = true },
		"the kernel computes":                    func(r *room) { r.computed += time.Second },
		"the kernel is gone":                     func(r *room) { r.kernel, r.terminal = nil, nil },
		"its state is not known":                 func(r *room) { r.kernel.State = "hibernating" },
		"a terminal's shell loops":               func(r *room) { r.typed += time.Second },
		"something was typed":                    func(r *room) { r.terminal.LastActivity = r.now },
		"the kernel starts anew":                 func(r *room) { r.kernel.State = jupyter.Restarting },
		"the kernel has a new thread that burns": func(r *room) { r.computed += 150 * time.Millisecond },
		"the kernel was restarted":               func(r *room) { r.kernel.State, r.kernel.LastActivity = jupyter.Idle, r.now },
	} {
		t.Run(name, func(t *testing.T) {
			r, a := newRoom()
			about := "kernel"
			if strings.Contains(name, "terminal") || strings.Contains(name, "typed") {
				about = "terminal"
				a.StopKernels = false
			} else {
				a.StopTerminals = false
			}
			r.between = func() { between(r) }
			for range 122 {
				if _, err := r.after(t, a, time.Minute); err != nil {
					t.Fatal(err)
				}
			}
			if slices.Contains(r.stopped, about) {
				t.Errorf("shut down: %v", r.stopped)
			}
		})
	}
}

// E10, L4: a pass that failed is no evidence, tells nothing, and begins the time anew.
func TestAFailedLookIsNoEvidence(t *testing.T) {
	r, a := newRoom()
	told := 0
	a.Report = func(context.Context, Judgement, time.Time) error { told++; return errors.New("nobody listens") }
	for range 119 {
		if _, err := r.after(t, a, time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	before := told
	r.fail = errors.New("connection refused")
	for range 600 {
		if _, err := r.after(t, a, time.Minute); err == nil {
			t.Fatal("a look without an answer was judged")
		}
	}
	if told != before {
		t.Errorf("%d heartbeats of what was not seen", told-before)
	}
	r.fail = nil
	for range 119 {
		if _, err := r.after(t, a, time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.stopped) > 0 {
		t.Errorf("shut down %v, seen unused for %s", r.stopped, 119*time.Minute)
	}
}

// faulty carries requests to the room, and answers every hundredth in a way that is no answer.
type faulty struct {
	room   *room
	chance *rand.Rand
}

func (f *faulty) RoundTrip(req *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/json")
	f.serve(w, req)
	resp := w.Result()
	if f.chance.IntN(100) > 0 {
		return resp, nil
	}
	switch whole := w.Body.String(); f.chance.IntN(6) {
	case 0: // it hangs, or drips
		return nil, context.DeadlineExceeded
	case 1:
		resp.StatusCode = http.StatusInternalServerError
	case 2:
		resp.Header.Set("Content-Type", "text/html")
		resp.Body = io.NopCloser(strings.NewReader("<html>sign in</html>"))
	case 3:
		resp.Body = io.NopCloser(strings.NewReader(whole[:len(whole)/2]))
	case 4:
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(whole[:len(whole)/2]), iotest.ErrReader(io.ErrUnexpectedEOF)))
	case 5:
		resp.StatusCode = http.StatusFound
		resp.Header.Set("Location", "")
	}
	return resp, nil
}

func (f *faulty) serve(w http.ResponseWriter, req *http.Request) {
	write := func(v any) { _ = json.NewEncoder(w).Encode(v) }
	what, id, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, "/jupyterlab/default/api/"), "/")
	switch {
	case req.Method == http.MethodDelete && what == "kernels" && f.room.kernel != nil && id == f.room.kernel.ID:
		_ = f.room.ShutDownKernel(req.Context(), id)
	case req.Method == http.MethodDelete:
		_ = f.room.ShutDownTerminal(req.Context(), id)
	case what == "kernels":
		list := []map[string]any{}
		if k := f.room.kernel; k != nil {
			list = append(list, map[string]any{"id": k.ID, "name": "python3", "execution_state": k.State, "last_activity": k.LastActivity})
		}
		write(list)
	case what == "sessions":
		write([]string{})
	case what == "terminals":
		list := []map[string]any{}
		if t := f.room.terminal; t != nil {
			list = append(list, map[string]any{"name": t.Name, "last_activity": t.LastActivity})
		}
		write(list)
	}
}

// TestADay: a day of work, of servers that hang and answer nonsense, and of one that is started anew; nothing in use is ever shut down, and what is remembered stays small.
func TestADay(t *testing.T) {
	for seed := range uint64(20) {
		chance := rand.New(rand.NewPCG(seed, 7))
		r, a := newRoom()
		a.Server = &jupyter.Client{Base: &url.URL{Scheme: "http", Host: "localhost:8888", Path: "/jupyterlab/default/"}, HTTP: &http.Client{Transport: &faulty{room: r, chance: chance}}}
		a.Limits.Kernels, a.Limits.Terminals, a.Limits.Whole, a.StopWhole = 30*time.Minute, 30*time.Minute, 30*time.Minute, true
		whole := &app{room: r}
		a.Whole = whole
		used := map[string]time.Time{"kernel": start, "terminal": start}
		stopped := 0
		for minute := range 24 * 60 {
			working := minute%240 < 100
			if r.kernel == nil && working { // the server was started anew, or somebody came back
				r.kernel = &jupyter.Kernel{ID: "k-1", State: jupyter.Starting, LastActivity: r.now}
				r.computed, used["kernel"] = 0, r.now
			}
			if r.terminal == nil && working {
				r.terminal = &jupyter.Terminal{Name: "1", LastActivity: r.now}
				used["terminal"] = r.now
			}
			if working && r.kernel != nil {
				switch chance.IntN(4) {
				case 0:
					r.kernel.State = jupyter.Busy
				case 1:
					r.kernel.State, r.kernel.LastActivity = jupyter.Idle, r.now
				case 2:
					r.computed += 30 * time.Second
				}
				used["kernel"] = r.now
			} else if r.kernel != nil && r.kernel.State == jupyter.Busy {
				r.kernel.State, r.kernel.LastActivity = jupyter.Idle, r.now
				used["kernel"] = r.now
			}
			if r.running = working && chance.IntN(2) == 0; r.running {
				used["terminal"] = r.now
			}
			gone := time.Minute
			if chance.IntN(200) == 0 {
				gone = -time.Hour // the clock is set back
				for what := range used {
					used[what] = used[what].Add(gone - time.Minute)
				}
			}
			_, _ = r.after(t, a, gone)
			for _, what := range r.stopped {
				if what == "app" {
					used["app"] = used["kernel"]
					if used["terminal"].After(used["app"]) {
						used["app"] = used["terminal"]
					}
				}
				if r.now.Sub(used[what]) < 30*time.Minute {
					t.Fatalf("seed %d, minute %d: the %s was shut down, and was used %s ago", seed, minute, what, r.now.Sub(used[what]))
				}
				stopped++
			}
			r.stopped = nil
			if n := max(len(a.memory.quiet), len(a.memory.ran), len(a.memory.announced)-1); n > 2 {
				t.Fatalf("%d things are remembered of two", n)
			}
		}
		if stopped == 0 || len(whole.stopped) == 0 {
			t.Errorf("seed %d: %d things were ever shut down, and %d times all of it", seed, stopped, len(whole.stopped))
		}
	}
}

// What cannot be read of the devices is no silence: nothing is judged.
func TestDevicesThatCannotBeReadAreNoEvidence(t *testing.T) {
	for name, fail := range map[string]func(*Agent, func() (process.Devices, error)){
		"network": func(a *Agent, read func() (process.Devices, error)) { a.Network = read },
		"disks":   func(a *Agent, read func() (process.Devices, error)) { a.Disks = read },
	} {
		r, a := newRoom()
		fail(a, func() (process.Devices, error) { return nil, errors.New("permission denied") })
		for range 200 {
			if _, err := r.after(t, a, time.Minute); err == nil {
				t.Fatalf("%s: a look without it was judged", name)
			}
		}
		if len(r.stopped) > 0 {
			t.Errorf("%s: %v", name, r.stopped)
		}
	}
}

// Who downloads between the judgement and the end is seen by the last look.
func TestADownloadBeforeTheEnd(t *testing.T) {
	r, a := newRoom()
	var carried uint64
	a.Network = func() (process.Devices, error) { return process.Devices{"eth0": carried}, nil }
	r.between = func() { carried += 2 << 20 }
	r.minutes(t, a, 130)
	if len(r.stopped) > 0 {
		t.Errorf("%v", r.stopped)
	}
}
