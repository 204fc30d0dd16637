package studio

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/studio/jupyter"
	"github.com/sagewarden/sagewarden/internal/studio/process"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const (
	pid    = 100
	shell  = 200
	server = 50
)

// A checker is what both testing and rapid fail by.
type checker interface {
	Helper()
	Errorf(format string, args ...any)
}

// A desk is what is on somebody's machine: its looks are judged one after the other.
type desk struct {
	t      checker
	now    time.Time
	memory Memory
	limits Limits
	// kernel is the state of the kernel, empty for none; used is its newest activity. Terminal likewise, zero for none.
	kernel   string
	used     time.Time
	terminal time.Time
	// computed is what the kernel's process has computed, background what one has that nobody knows. Running says that something runs in
	// a terminal.
	computed, background time.Duration
	// typed is what the terminal's shell has computed by itself.
	typed   time.Duration
	running bool
	// gpu is how busy a GPU is, saved when the kernel's document was saved.
	gpu   int
	saved time.Time
}

func newDesk(t checker) *desk {
	limits := Default
	limits.Grace = 0
	return &desk{t: t, now: start, kernel: jupyter.Idle, used: start.Add(-time.Hour), limits: limits}
}

// after lets time pass and judges what is there then.
func (d *desk) after(gone time.Duration) Judgement {
	d.now = d.now.Add(gone)
	look := Look{At: d.now, Self: 1, GPU: d.gpu, Processes: process.Sample{
		1:   {PID: 1, CPU: d.now.Sub(start)}, // the agent itself
		300: {PID: 300, CPU: d.background},
	}}
	if d.kernel != "" {
		look.Kernels = []jupyter.Kernel{{ID: "k-1", State: d.kernel, LastActivity: d.used, Path: "risk.ipynb", Saved: d.saved}}
		look.Processes[pid] = process.Process{PID: pid, CPU: d.computed, Command: []string{"python", "-m", "ipykernel_launcher", "-f", "/run/kernel-k-1.json"}}
	}
	if !d.terminal.IsZero() {
		look.Terminals = []jupyter.Terminal{{Name: "1", LastActivity: d.terminal}}
		look.Processes[server] = process.Process{PID: server, Parent: 1, Command: []string{"python", "/opt/bin/jupyter-lab"}}
		look.Processes[shell] = process.Process{PID: shell, Parent: server, Session: shell, Terminal: true, CPU: d.typed}
		if d.running {
			look.Processes[shell+1] = process.Process{PID: shell + 1, Parent: shell, Session: shell, Terminal: true}
		}
	}
	var j Judgement
	j, d.memory = Judge(look, d.memory, d.limits)
	return j
}

// minutes lets minutes pass one by one.
func (d *desk) minutes(n int) (j Judgement) {
	for range n {
		j = d.after(time.Minute)
	}
	return j
}

// due are the findings that may be shut down.
func (j Judgement) due() (labels []string) {
	for _, f := range j.Findings {
		if f.Due {
			labels = append(labels, f.Label)
		}
	}
	return labels
}

func (d *desk) expect(j Judgement, state State, due int, why string) {
	d.t.Helper()
	if j.State != state || len(j.due()) != due || !strings.Contains(j.Why, why) {
		d.t.Errorf("%s (%s), due %v; want %s (%s), %d due", j.State, j.Why, j.due(), state, why, due)
	}
}

func TestAnIdleKernelIsDueAfterItsLimit(t *testing.T) {
	d := newDesk(t)
	d.expect(d.minutes(120), Idle, 0, "")
	d.expect(d.minutes(2), Idle, 1, "nothing has been used for")
}

// The state comes first: a busy kernel that prints nothing has an old stamp.
func TestABusySilentCellIsUse(t *testing.T) {
	d := newDesk(t)
	d.kernel = jupyter.Busy
	j := d.minutes(600)
	d.expect(j, Active, 0, "kernel of risk.ipynb is busy")
	if !j.LastUse.Equal(d.now) {
		t.Errorf("last used %v", j.LastUse)
	}
	d.kernel, d.used = jupyter.Idle, d.now // it has just finished
	d.expect(d.minutes(119), Idle, 0, "")
	d.expect(d.minutes(3), Idle, 1, "")
}

func TestAThreadInTheBackgroundOfAKernelIsUse(t *testing.T) {
	d := newDesk(t)
	d.minutes(1)
	for range 300 {
		d.computed += 2 * time.Second // of a minute
		d.expect(d.after(time.Minute), Active, 0, "")
	}
	d.expect(d.minutes(119), Idle, 0, "")
	d.expect(d.minutes(3), Idle, 1, "")
}

func TestAJobThatWasLeftBehindIsUse(t *testing.T) {
	d := newDesk(t)
	d.kernel = ""
	d.minutes(1)
	d.background += 30 * time.Second
	d.expect(d.after(time.Minute), Active, 0, "a process in the background computes")
	d.expect(d.minutes(1), Idle, 0, "")
}

func TestWhatTheAgentComputesIsNoUse(t *testing.T) {
	d := newDesk(t)
	d.kernel = ""
	d.expect(d.minutes(3), Idle, 0, "") // the desk's agent computes all the time
}

func TestTerminals(t *testing.T) {
	d := newDesk(t)
	d.kernel, d.terminal, d.running = "", start, true
	d.expect(d.minutes(300), Active, 0, "something runs in a terminal")
	d.running = false
	d.expect(d.minutes(120), Idle, 0, "")
	d.expect(d.minutes(1), Idle, 1, "")
}

// A GPU that computes does not tell for whom.
func TestAGPUThatComputesIsUse(t *testing.T) {
	d := newDesk(t)
	d.terminal = start
	d.gpu = 80
	d.expect(d.minutes(300), Active, 0, "")
	d.gpu = 1
	d.expect(d.minutes(118), Idle, 0, "")
	d.expect(d.minutes(3), Idle, 2, "")
}

// Who writes text in a notebook runs nothing, and JupyterLab saves it.
func TestADocumentThatIsSavedIsUse(t *testing.T) {
	d := newDesk(t)
	d.minutes(100)
	d.saved = d.now
	d.expect(d.minutes(119), Idle, 0, "")
	d.expect(d.minutes(2), Idle, 1, "")
}

// A server that leaves the stamps as they were does not say when a kernel is used, until the kernel is another.
func TestAStampThatStandsStillIsUnknown(t *testing.T) {
	d := newDesk(t)
	d.minutes(5)
	d.kernel = jupyter.Busy
	d.minutes(1)
	d.kernel = jupyter.Idle // and the stamp is of an hour before
	d.expect(d.minutes(300), Unknown, 0, "the server does not say when it is used")
	d.used = d.now
	d.expect(d.minutes(1), Idle, 0, "")
}

// E4: something that opens and closes starts the time anew.
func TestE4_OpenedAndClosed(t *testing.T) {
	d := newDesk(t)
	d.minutes(119)
	d.kernel, d.used = jupyter.Busy, d.now
	d.minutes(1)
	d.kernel, d.used = jupyter.Idle, d.now
	d.expect(d.minutes(5), Idle, 0, "")
}

// E6: what starts is not idle, and is shut down only when it has done nothing for as long as any other.
func TestE6_Starting(t *testing.T) {
	d := newDesk(t)
	d.kernel = jupyter.Starting
	d.expect(d.minutes(60), Idle, 0, "")
	d.kernel = "autorestarting"
	d.expect(d.minutes(300), Active, 0, "is starting")
	d.kernel = jupyter.Starting
	d.expect(d.minutes(123), Idle, 1, "")
}

// L3: a kernel that was just closed was used all the same.
func TestL3_JustClosed(t *testing.T) {
	d := newDesk(t)
	d.minutes(60)
	d.kernel = jupyter.Busy
	d.minutes(1)
	used := d.now
	d.kernel = ""
	if j := d.minutes(5); !j.LastUse.Equal(used) {
		t.Errorf("last used %v, want %v", j.LastUse, used)
	}
}

// L3b: a terminal of which the server says no time.
func TestL3b_TerminalWithoutStamp(t *testing.T) {
	d := newDesk(t)
	d.minutes(1)
	look := Look{At: d.now.Add(time.Minute), Terminals: []jupyter.Terminal{{Name: "1"}}, Processes: process.Sample{1: {PID: 1}}}
	j, _ := Judge(look, d.memory, d.limits)
	d.expect(j, Unknown, 0, "does not say when it was used")
}

func TestAStateThatNobodyKnows(t *testing.T) {
	d := newDesk(t)
	d.kernel = "hibernating"
	d.expect(d.minutes(600), Unknown, 0, "hibernating")
}

func TestAKernelWithoutAProcessIsUnknown(t *testing.T) {
	d := newDesk(t)
	d.minutes(1)
	look := Look{At: d.now.Add(time.Minute), Kernels: []jupyter.Kernel{{ID: "elsewhere", State: jupyter.Idle, LastActivity: start}}, Processes: process.Sample{1: {PID: 1}}}
	j, _ := Judge(look, d.memory, d.limits)
	d.expect(j, Unknown, 0, "has no process")
}

// A shell that loops by itself has no command that runs in it.
func TestAShellThatComputesIsUse(t *testing.T) {
	d := newDesk(t)
	d.kernel, d.terminal = "", start
	d.minutes(1)
	for range 300 {
		d.typed += 10 * time.Second
		d.expect(d.after(time.Minute), Active, 0, "something runs in a terminal")
	}
}

// What happened while nobody looked is not taken for silence.
func TestALongGapBeginsAnew(t *testing.T) {
	d := newDesk(t)
	d.minutes(119)
	if j := d.after(3 * time.Hour); !j.LastUse.Equal(d.now) || len(j.due()) > 0 {
		t.Errorf("used %v at %v, due %v", j.LastUse, d.now, j.due())
	}
	d.expect(d.minutes(119), Idle, 0, "")
}

// A restart of the agent makes the time longer, never shorter.
func TestAnAgentThatStartsAnewWaitsTheWholeTime(t *testing.T) {
	d := newDesk(t)
	d.minutes(119)
	d.memory = Memory{}
	d.expect(d.minutes(119), Idle, 0, "")
}

// E3 and its kin: a clock that jumps makes nothing idle.
func TestClockJumps(t *testing.T) {
	d := newDesk(t)
	d.minutes(10)
	d.expect(d.after(-5*time.Hour), Unknown, 0, "the clock did not move")
	d.expect(d.minutes(10), Idle, 0, "")
	d.used = d.now.Add(9 * time.Hour) // the server's clock is in another zone
	if j := d.minutes(1); j.LastUse.After(d.now) || len(j.due()) > 0 {
		t.Errorf("used %v at %v, due %v", j.LastUse, d.now, j.due())
	}
}

// TestNothingInUseIsEverDue: whatever happens, what was used within its limit is not shut down, and memory does not grow.
func TestNothingInUseIsEverDue(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := newDesk(rt)
		d.terminal = start
		lastKernel, lastTerminal := start, start
		for range rapid.IntRange(1, 400).Draw(rt, "looks") {
			switch rapid.SampledFrom([]string{"", "", "", "", "", "", "run", "finish", "compute", "type", "begin", "end", "restart", "jump", "die"}).Draw(rt, "what") {
			case "run":
				d.kernel = jupyter.Busy
			case "finish":
				if d.kernel == jupyter.Busy {
					d.kernel, d.used = jupyter.Idle, d.now
				}
			case "compute":
				d.computed += 10 * time.Minute
				lastKernel = d.now
			case "type":
				d.terminal = d.now
			case "begin":
				d.running = true
			case "end":
				d.running = false
			case "restart":
				d.memory = Memory{}
			case "jump":
				d.now = d.now.Add(-rapid.SampledFrom([]time.Duration{time.Hour, 9 * time.Hour}).Draw(rt, "back"))
				lastKernel, lastTerminal = earliest(lastKernel, d.now), earliest(lastTerminal, d.now)
			case "die":
				d.kernel = jupyter.Dead
			}
			j := d.after(rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 10 * time.Minute}).Draw(rt, "gone"))
			if d.kernel == jupyter.Busy {
				lastKernel = d.now
			}
			if d.running {
				lastTerminal = d.now
			}
			for _, f := range j.Findings {
				last, limit := lastKernel, d.limits.Kernels
				if f.Terminal != "" {
					last, limit = lastTerminal, d.limits.Terminals
				}
				if f.Due && d.now.Sub(last) < limit {
					rt.Fatalf("%s is due, and was used %s ago", f.Label, d.now.Sub(last))
				}
			}
			if len(d.memory.quiet) > 2 {
				rt.Fatalf("%d things are remembered of two", len(d.memory.quiet))
			}
		}
	})
}

// TestTerminalsOfOthers: what runs in a terminal that is not Jupyter's says nothing of Jupyter's; where nobody knows whose it is, it may be.
func TestTerminalsOfOthers(t *testing.T) {
	s := process.Sample{
		server: {PID: server, Parent: 1, Command: []string{"/opt/bin/jupyter-lab"}},
		shell:  {PID: shell, Parent: server, Session: shell, Terminal: true},
		400:    {PID: 400, Parent: 1, Session: 400, Terminal: true},
		401:    {PID: 401, Parent: 400, Session: 400, Terminal: true},
	}
	if shells, commands := inTerminals(s); len(shells) != 1 || len(commands) != 0 {
		t.Errorf("%v, %v", shells, commands)
	}
	s[402] = process.Process{PID: 402, Parent: 1, Session: 399, Terminal: true} // its shell has ended
	if _, commands := inTerminals(s); len(commands) != 1 {
		t.Errorf("%v", commands)
	}
}

// A clock that is set forward ages nothing: what is remembered keeps the monotonic reading of the look, also where it began with a stamp of
// Jupyter's, which has none.
func TestStampsDoNotAgeByTheClock(t *testing.T) {
	now := time.Now()
	used := now.Add(90 * time.Second).Round(0)
	var memory Memory
	for i := range 4 {
		look := Look{At: now.Add(time.Duration(i) * time.Minute), Kernels: []jupyter.Kernel{{ID: "k-1", State: jupyter.Idle, LastActivity: used}},
			Processes: process.Sample{pid: {PID: pid, Command: []string{"python", "-f", "kernel-k-1.json"}}}}
		_, memory = Judge(look, memory, Default)
	}
	since := memory.quiet["kernel/k-1"]
	if !since.Equal(used) || !strings.Contains(since.String(), "m=") {
		t.Errorf("unused since %s, want %s with a monotonic reading", since, used)
	}
}

// A terminal whose shell is not found may have anything running in it.
func TestATerminalWithoutAShellIsUnknown(t *testing.T) {
	d := newDesk(t)
	d.minutes(1)
	look := Look{At: d.now.Add(time.Minute), Terminals: []jupyter.Terminal{{Name: "1", LastActivity: start}}, Processes: process.Sample{1: {PID: 1}}}
	j, _ := Judge(look, d.memory, d.limits)
	d.expect(j, Unknown, 0, "its shell could not be found")
}
