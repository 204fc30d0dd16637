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
	// shared is when another document with this kernel was.
	shared time.Time
	// moved is what the kernel's process has read and written, copied what one has that nobody knows, of which Hidden says that it cannot be seen.
	moved, copied uint64
	hidden        bool
	// network and disk are what the devices have carried.
	network, disk uint64
}

func newDesk(t checker) *desk {
	limits := Default
	limits.Grace = 0
	return &desk{t: t, now: start, kernel: jupyter.Idle, used: start.Add(-time.Hour), limits: limits}
}

// after lets time pass and judges what is there then.
func (d *desk) after(gone time.Duration) Judgement {
	d.now = d.now.Add(gone)
	look := Look{At: d.now, Self: 7, GPU: d.gpu, Processes: process.Sample{
		1:   {PID: 1, Session: 1},
		7:   {PID: 7, Session: 6, Terminal: true, CPU: d.now.Sub(start), Chars: uint64(d.now.Sub(start))}, // the agent itself
		300: {PID: 300, Session: 300, CPU: d.background, Chars: d.copied, Hidden: d.hidden},
	}, Network: process.Devices{"eth0": d.network}, Disks: process.Devices{"nvme0n1": d.disk}}
	if d.kernel != "" {
		look.Kernels = []jupyter.Kernel{{ID: "k-1", State: d.kernel, LastActivity: d.used, Documents: []jupyter.Document{{Path: "risk.ipynb", Saved: d.saved}, {Path: "other.ipynb", Saved: d.shared}}}}
		look.Processes[pid] = process.Process{PID: pid, Session: pid, CPU: d.computed, Blocks: d.moved, Command: []string{"python", "-m", "ipykernel_launcher", "-f", "/run/kernel-k-1.json"}}
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

// Of the documents that share a kernel, each may be worked on.
func TestASharedKernelIsUsedByEachDocument(t *testing.T) {
	d := newDesk(t)
	d.minutes(100)
	d.shared = d.now
	d.expect(d.minutes(119), Idle, 0, "")
	d.expect(d.minutes(2), Idle, 1, "")
}

// Who copies or downloads computes next to nothing.
func TestWhatIsMovedIsUse(t *testing.T) {
	const minute = 60
	limit := uint64(Default.Quiet.Process) * minute
	for name, c := range map[string]struct {
		move  func(*desk, uint64)
		limit uint64
		state State
		why   string
	}{
		"by a kernel":                {func(d *desk, n uint64) { d.moved += n }, limit, Active, "kernel of risk.ipynb reads and writes in the background"},
		"by a job":                   {func(d *desk, n uint64) { d.copied += n }, limit, Active, "a process in the background reads and writes"},
		"by the network":             {func(d *desk, n uint64) { d.network += n }, uint64(Default.Quiet.Network) * minute, Active, "the network is busy"},
		"by a disk for nobody knows": {func(d *desk, n uint64) { d.hidden = true; d.disk += n }, uint64(Default.Quiet.Disk) * minute, Unknown, "1 processes read and write cannot be seen"},
	} {
		d := newDesk(t)
		due := 1
		if strings.Contains(name, "job") || strings.Contains(name, "disk") { // which are no use of a kernel
			d.kernel, due = "", 0
		}
		d.minutes(1)
		for range 200 {
			c.move(d, c.limit+1)
			d.expect(d.after(time.Minute), c.state, 0, c.why)
		}
		for range 119 { // a server that an open tab asks
			c.move(d, c.limit)
			d.expect(d.after(time.Minute), Idle, 0, "nothing has been used")
		}
		c.move(d, stirred) // as in a last look, a moment after
		if d.expect(d.after(5*time.Millisecond), Idle, 0, ""); t.Failed() {
			t.Fatal(name)
		}
		d.expect(d.minutes(3), Idle, due, "")
	}
}

// A busy disk says nothing where everybody can be seen: what they read and write is known.
func TestADiskIsOfNoInterestWhereAllIsSeen(t *testing.T) {
	d := newDesk(t)
	d.minutes(1)
	for range 10 {
		d.disk += 1 << 40
		d.expect(d.after(time.Minute), Idle, 0, "")
	}
	d.hidden = true
	d.expect(d.minutes(1), Idle, 0, "")
}

// Where it is not known what disks carry, whose work is hidden may have been at work.
func TestHiddenWorkWithoutDisksIsUnknown(t *testing.T) {
	processes := process.Sample{1: {PID: 1, Hidden: true}}
	_, memory := Judge(Look{At: start, Processes: processes}, Memory{}, Default)
	j, _ := Judge(Look{At: start.Add(time.Minute), Processes: processes}, memory, Default)
	newDesk(t).expect(j, Unknown, 0, "cannot be seen")
}

// What a kernel's process reads is a kernel's use, and where that is hidden, nobody knows.
func TestAKernelWhoseWorkIsHiddenIsUnknown(t *testing.T) {
	d := newDesk(t)
	for range 300 {
		d.now = d.now.Add(time.Minute)
		look := Look{At: d.now, Kernels: []jupyter.Kernel{{ID: "k-1", State: jupyter.Idle, LastActivity: start}}, Disks: process.Devices{},
			Processes: process.Sample{pid: {PID: pid, Session: pid, Hidden: true, Command: []string{"kernel-k-1.json"}}}}
		var j Judgement
		if j, d.memory = Judge(look, d.memory, d.limits); len(j.due()) > 0 {
			t.Fatalf("due: %v", j.due())
		}
	}
}

// Of a job, each worker may do so little that it seems to wait. Together they work.
func TestAJobIsAllOfItsWorkers(t *testing.T) {
	server := []string{"jupyter-lab"}
	for name, c := range map[string]struct {
		sample func(cpu time.Duration) process.Sample
		want   State
	}{
		"workers of one session": {func(cpu time.Duration) process.Sample {
			return process.Sample{1: {PID: 1, Session: 1}, 10: {PID: 10, Session: 10, CPU: cpu}, 11: {PID: 11, Session: 10, CPU: cpu}, 12: {PID: 12, Session: 10, CPU: cpu}}
		}, Active},
		"services of the machine": {func(cpu time.Duration) process.Sample {
			return process.Sample{1: {PID: 1, Session: 1}, 10: {PID: 10, Session: 1, CPU: cpu}, 11: {PID: 11, Session: 1, CPU: cpu}, 12: {PID: 12, Session: 0, CPU: cpu}, 13: {PID: 13, Session: 0, CPU: cpu}}
		}, Idle},
		"helpers of a server": {func(cpu time.Duration) process.Sample {
			return process.Sample{1: {PID: 1, Session: 1}, 10: {PID: 10, Session: 10, Command: server, CPU: cpu}, 11: {PID: 11, Session: 10, CPU: cpu}, 12: {PID: 12, Session: 10, CPU: cpu}}
		}, Idle},
	} {
		_, memory := Judge(Look{At: start, Processes: c.sample(0)}, Memory{}, Default)
		j, _ := Judge(Look{At: start.Add(time.Minute), Processes: c.sample(900 * time.Millisecond)}, memory, Default) // 1.5 % of a core each
		if j.State != c.want {
			t.Errorf("%s: %s, %s", name, j.State, j.Why)
		}
	}
}

// A job that a cell left behind is in the session of its kernel, and would end with it.
func TestAJobThatACellLeftBehindIsUseOfItsKernel(t *testing.T) {
	d := newDesk(t)
	for range 300 {
		d.now = d.now.Add(time.Minute)
		look := Look{At: d.now, Kernels: []jupyter.Kernel{{ID: "k-1", State: jupyter.Idle, LastActivity: start}}, Processes: process.Sample{
			1: {PID: 1, Session: 1}, pid: {PID: pid, Parent: 50, Session: pid, Command: []string{"kernel-k-1.json"}}, 101: {PID: 101, Parent: 1, Session: pid, CPU: d.now.Sub(start)}}}
		var j Judgement
		if j, d.memory = Judge(look, d.memory, d.limits); len(j.due()) > 0 {
			t.Fatalf("due: %v", j.due())
		}
	}
}

// What runs in tmux was put there to outlive its terminal.
func TestACommandInAnyTerminalIsUseOfTheWhole(t *testing.T) {
	d := newDesk(t)
	tmux := process.Sample{1: {PID: 1, Session: 1}, 20: {PID: 20, Parent: 1, Session: 20, Command: []string{"tmux"}}, 21: {PID: 21, Parent: 20, Session: 21, Terminal: true}, 22: {PID: 22, Parent: 21, Session: 21, Terminal: true}}
	look := func() (j Judgement) {
		d.now = d.now.Add(time.Minute)
		j, d.memory = Judge(Look{At: d.now, Processes: tmux}, d.memory, d.limits)
		return j
	}
	for range 200 {
		d.expect(look(), Active, 0, "something runs in a terminal")
	}
	delete(tmux, 22)
	d.expect(look(), Idle, 0, "")
}

// A server that does not start a kernel anew calls it busy for good. One of which no process was ever found may be elsewhere.
func TestABusyKernelThatDied(t *testing.T) {
	for name, found := range map[string]bool{"it died": true, "it is elsewhere": false} {
		d := newDesk(t)
		s := process.Sample{1: {PID: 1, Session: 1}}
		var j Judgement
		look := func() {
			d.now = d.now.Add(time.Minute)
			j, d.memory = Judge(Look{At: d.now, Kernels: []jupyter.Kernel{{ID: "k-1", State: jupyter.Busy, LastActivity: start}}, Processes: s}, d.memory, d.limits)
		}
		if found {
			s[pid] = process.Process{PID: pid, Began: 5, Session: pid, Command: []string{"kernel-k-1.json"}}
		}
		look()
		if found { // under a name that it gave itself
			s[pid] = process.Process{PID: pid, Began: 5, Session: pid, Command: []string{"training"}}
			for range 200 {
				look()
				d.expect(j, Active, 0, "is busy")
			}
			s[pid] = process.Process{PID: pid, Began: 9, Session: pid, Command: []string{"somebody else"}}
		}
		for range 119 {
			look()
			if len(j.due()) > 0 {
				t.Fatalf("%s: due too early", name)
			}
		}
		for range 3 {
			look()
		}
		if due := len(j.due()) > 0; due != found {
			t.Errorf("%s: due is %v: %+v", name, due, j)
		}
	}
}

// What was measured is said, but for the first look, which measures nothing.
func TestTheMachineIsMeasured(t *testing.T) {
	d := newDesk(t)
	if j := d.minutes(1); j.Machine != "" {
		t.Errorf("first: %q", j.Machine)
	}
	d.moved, d.network, d.disk, d.background, d.hidden = 60_000, 120_000, 180_000, 300*time.Millisecond, true
	const want = "computed 0.5% of a core, read and wrote 1.0 kB/s as far as can be seen, 1 processes aside, received and sent 2.0 kB/s by eth0, turned over 3.0 kB/s on nvme0n1"
	if j := d.minutes(1); j.Machine != want {
		t.Errorf("%q", j.Machine)
	}
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
	if shells, commands := inTerminals(s, 0); len(shells) != 1 || len(commands) != 0 {
		t.Errorf("%v, %v", shells, commands)
	}
	s[402] = process.Process{PID: 402, Parent: 1, Session: 399, Terminal: true} // its shell has ended
	if _, commands := inTerminals(s, 0); len(commands) != 1 {
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
