package studio

import (
	"fmt"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/studio/jupyter"
	"github.com/sagewarden/sagewarden/internal/studio/process"
)

// Limits say what idle is.
type Limits struct {
	// Kernels and Terminals are how long one must have been seen unused, Whole how long everything must.
	Kernels, Terminals, Whole time.Duration
	// Grace is how long before its end something is announced at least.
	Grace time.Duration
	// Share of a core is what something may compute that only waits.
	Share float64
	// Quiet is what may be moved while nothing is in use.
	Quiet Quiet
	// Gap is how far two looks may be apart: what happened in a longer one, nobody saw.
	Gap time.Duration
}

// Quiet is how many bytes a second may be moved while nothing is in use: read and written by what only waits, carried by a network interface, and, where
// nobody may know what some processes read and write, by a disk.
type Quiet struct {
	Process int `json:"processBytesPerSecond"`
	Network int `json:"networkBytesPerSecond"`
	Disk    int `json:"diskBytesPerSecond"`
}

// Default are the limits of those who give none. A server that only an open tab asks moves a few kilobytes a second, and a quiet machine's services
// write less than a megabyte to its disks.
var Default = Limits{Kernels: 2 * time.Hour, Terminals: 2 * time.Hour, Whole: 2 * time.Hour, Grace: 10 * time.Minute, Share: 0.02,
	Quiet: Quiet{Process: 64 << 10, Network: 64 << 10, Disk: 1 << 20}, Gap: 10 * time.Minute}

// computes is how busy a GPU is, in percent, that somebody computes on: for whom, it does not tell.
const computes = 5

// startled and stirred are what anything may compute and move however short the time: a server that answers the agent does.
const (
	startled = 100 * time.Millisecond
	stirred  = 1 << 20
)

// A State is what is known of the use of something.
type State string

// The states.
const (
	Active  State = "active"
	Idle    State = "idle"
	Unknown State = "unknown"
)

// A Finding is a kernel or a terminal, as it was judged.
type Finding struct {
	// Kernel is its id, or empty: then Terminal is a name.
	Kernel, Terminal string
	// Label is what a person would call it.
	Label string
	State State
	// Since is since when it has been seen unused; set when idle. It never begins before this agent did.
	Since time.Time
	// End is when it will have been idle for its limit, and announced for its grace; set when idle and not to be kept. Due says that this is now.
	End time.Time
	Due bool
	Why string
}

// A Judgement is what a look says, together with those before it.
type Judgement struct {
	// State and LastUse are of the whole: unknown if anything may be in use of which nobody knows.
	State   State
	LastUse time.Time
	// End and Due are as those of a finding. The whole outlasts whatever is in it.
	End time.Time
	Due bool
	// Keep is until when the person wants everything kept, zero for no such wish.
	Keep     time.Time
	Why      string
	Findings []Finding
	// Machine is what all of it has computed and moved since the look before, in a line; empty on the first.
	Machine string
}

// A Memory is what is kept of earlier looks: little, however long it goes on. The zero Memory remembers nothing.
type Memory struct {
	last *Look
	// quiet is since when each kernel or terminal has been seen unused, and used is the newest use of anything.
	quiet map[string]time.Time
	used  time.Time
	// announced is since when the end of each is near.
	announced map[string]time.Time
	// ran is when each kernel was last seen busy, and its process.
	ran map[string]busy
	// processes are the kernels' processes, as they were found.
	processes map[string]found
}

type found struct {
	pid   int
	began uint64
}

type busy struct {
	at      time.Time
	process uint64
}

// Judge judges a look, and returns the memory for the next one. It is pure: it knows no clock but the look's.
//
// Something is idle once it has been seen unused, look by look, for its limit: an agent or a server that was started anew makes that
// longer, never shorter. The state comes first, the age second: a busy kernel says nothing while a cell computes in silence.
func Judge(look Look, before Memory, limits Limits) (Judgement, Memory) {
	if before.last != nil && !look.At.After(before.last.At) {
		return Judgement{State: Unknown, LastUse: look.At, Why: "the clock did not move between two looks"}, Memory{last: &look, used: look.At}
	}
	if before.last != nil {
		gone := look.At.Sub(before.last.At)
		shift := look.At.Round(0).Sub(before.last.At.Round(0)) - gone // by how much the clock was set meanwhile
		if gone > limits.Gap || shift.Abs() > limits.Gap {
			before = Memory{}
		}
	}
	j := &judge{look: look, before: before, limits: limits, after: Memory{last: &look, quiet: map[string]time.Time{}, used: before.used, announced: map[string]time.Time{}, ran: map[string]busy{}, processes: map[string]found{}}}
	if before.last == nil {
		j.use(look.At, "") // of what was before, nothing is known
	}
	j.measure()
	for _, k := range look.Kernels {
		j.kernel(k)
	}
	j.terminals()
	j.background()
	out := Judgement{State: j.state, LastUse: j.after.used, Why: j.why, Findings: j.findings, Machine: j.machine}
	switch {
	case j.state == Unknown:
		j.after.used = look.At // for all that anybody knows
	case j.why != "":
		out.State = Active
	default:
		out.State, out.Why = Idle, "nothing has been used for "+look.At.Sub(out.LastUse).Round(time.Second).String()
		out.End, out.Due = j.end("", latest(out.LastUse.Add(limits.Whole), j.findings))
	}
	return out, j.after
}

// latest is the latest of the ends. What is to be kept has none, and then neither has the whole.
func latest(end time.Time, findings []Finding) time.Time {
	for _, f := range findings {
		if f.End.After(end) {
			end = f.End
		}
	}
	return end
}

// end is when something comes to its end that has reached its limit at that instant: it is announced first. It is zero for what is to be kept.
func (j *judge) end(key string, limit time.Time) (end time.Time, due bool) {
	if j.look.Keep.After(j.look.At) {
		return time.Time{}, false
	}
	if j.look.At.Before(limit.Add(-j.limits.Grace)) {
		return limit, false
	}
	announced, ok := j.before.announced[key]
	if !ok {
		announced = j.look.At
	}
	j.after.announced[key] = announced
	if end = announced.Add(j.limits.Grace); limit.After(end) {
		end = limit
	}
	return end, !j.look.At.Before(end)
}

type judge struct {
	look   Look
	before Memory
	after  Memory
	limits Limits

	findings []Finding
	state    State
	why      string
	// shared is what is in use of which nobody knows for whom, hidden what may be, and machine is what was measured.
	shared, hidden, machine string
}

// use notes a use of the whole; why is empty where it is not of now.
func (j *judge) use(at time.Time, why string) {
	at = j.here(at)
	if at.After(j.look.At) {
		at = j.look.At // a server whose clock is ahead
	}
	if at.After(j.after.used) {
		j.after.used = at
	}
	if why != "" && j.why == "" {
		j.why = why
	}
}

// here is an instant with this look's monotonic reading: a stamp of Jupyter's has none, and would age by whatever the clock is set forward later.
func (j *judge) here(at time.Time) time.Time {
	return j.look.At.Add(at.Sub(j.look.At))
}

func (j *judge) unknown(why string) {
	j.state, j.why = Unknown, why
}

// works says what the processes of a kernel have done since the look before, empty for nothing. It is not known on the first look, nor where nobody may
// know what they read and write.
func (j *judge) works(pid int) (why string, known bool) {
	if j.before.last == nil || pid == 0 {
		return "", false
	}
	w := j.look.Processes.Tree(pid).Worked(j.before.last.Processes)
	switch does := j.does(w); {
	case does != "":
		why = does + " in the background"
	case j.shared != "":
		why = "may be in use: " + j.shared
	}
	return why, !w.Hidden
}

// does says which work has been done since the look before, empty for what is none.
func (j *judge) does(w process.Work) string {
	switch {
	case j.before.last == nil:
	case w.Computed > startled && w.Computed.Seconds() > j.limits.Share*j.gone():
		return "computes"
	case j.much(w.Moved, j.limits.Quiet.Process):
		return "reads and writes"
	}
	return ""
}

// much reports whether so many bytes since the look before are more than so many a second.
func (j *judge) much(moved uint64, quiet int) bool {
	return moved > stirred && float64(moved) > float64(quiet)*j.gone()
}

// gone are the seconds since the look before.
func (j *judge) gone() float64 { return j.look.At.Sub(j.before.last.At).Seconds() }

// gpuComputes is why a GPU is use.
const gpuComputes = "a GPU computes"

// measure looks at what all processes share, and who uses it does not tell: a GPU, the network.
func (j *judge) measure() {
	if j.look.GPU >= computes {
		j.shared = gpuComputes
	}
	last := j.before.last
	if last == nil {
		return
	}
	network, carried := j.look.Network.Most(last.Network)
	if j.shared == "" && j.much(carried, j.limits.Quiet.Network) {
		j.shared = "the network is busy"
	}
	var all process.Work
	var hidden int
	for pid, p := range j.look.Processes {
		if pid == j.look.Self {
			continue
		}
		w := p.Worked(last.Processes)
		if all = all.Add(w); w.Hidden {
			hidden++
		}
	}
	disk, turned := j.look.Disks.Most(last.Disks)
	if hidden > 0 && (j.look.Disks == nil || j.much(turned, j.limits.Quiet.Disk)) {
		j.hidden = fmt.Sprintf("what %d processes read and write cannot be seen, and a disk is busy", hidden)
	}
	rate := func(bytes uint64) string { return fmt.Sprintf("%.1f kB/s", float64(bytes)/1000/j.gone()) }
	j.machine = fmt.Sprintf("computed %.1f%% of a core, read and wrote %s", 100*all.Computed.Seconds()/j.gone(), rate(all.Moved))
	if hidden > 0 {
		j.machine += fmt.Sprintf(" as far as can be seen, %d processes aside", hidden)
	}
	if j.machine += ", received and sent " + rate(carried); network != "" {
		j.machine += " by " + network
	}
	if j.machine += ", turned over " + rate(turned); disk != "" {
		j.machine += " on " + disk
	}
}

// rest keeps since when the thing has been seen unused, and fills in the finding. Used is its newest activity, as far as that is known.
func (j *judge) rest(key string, f Finding, used time.Time, limit time.Duration) {
	since := j.look.At
	if old, ok := j.before.quiet[key]; ok {
		since = old
	}
	used = j.here(used)
	if used.After(since) {
		since = used
	}
	if since.After(j.look.At) {
		since = j.look.At
	}
	j.after.quiet[key] = since
	idle := j.look.At.Sub(since)
	f.State, f.Since = Idle, since
	f.End, f.Due = j.end(key, since.Add(limit))
	if f.Why == "" {
		f.Why = "unused for " + idle.Round(time.Second).String()
	}
	j.findings = append(j.findings, f)
	j.use(used, "")
}

func (j *judge) kernel(k jupyter.Kernel) {
	f := Finding{Kernel: k.ID, Label: "kernel " + k.ID}
	used := k.LastActivity
	for i, d := range k.Documents {
		if i == 0 {
			f.Label = "kernel of " + d.Path
		}
		if d.Saved.After(used) {
			used = d.Saved
		}
	}
	active := func(why string) {
		f.State, f.Why = Active, why
		j.findings = append(j.findings, f)
		j.use(j.look.At, f.Label+" "+why)
	}
	key := "kernel/" + k.ID
	pid, ended := j.process(key, k.ID)
	ran, seen := j.before.ran[key]
	if seen = seen && ran.process == j.look.Processes[pid].Began; seen {
		j.after.ran[key] = ran
	}
	switch k.State {
	case jupyter.Busy:
		if ended {
			// A server that does not start it anew says for good what it said last.
			f.Why = "it died"
			j.rest(key, f, used, j.limits.Kernels)
			return
		}
		j.after.ran[key] = busy{at: j.look.At, process: j.look.Processes[pid].Began}
		active("is busy")
	case jupyter.Restarting, "autorestarting":
		active("is starting")
	case jupyter.Idle, jupyter.Starting, jupyter.Dead:
		// A kernel to which nothing ever connected stays in its start for good.
		why, known := j.works(pid)
		switch {
		case why != "":
			active(why)
		case k.State == jupyter.Dead && pid == 0:
			f.Why = "it died"
			j.rest(key, f, used, j.limits.Kernels)
		case seen && k.LastActivity.Before(ran.at):
			// jupyter-server-documents left the stamp as it was when the kernel began, before its pull request 240.
			f.State, f.Why = Unknown, "has run since its newest stamp: the server does not say when it is used"
			j.findings = append(j.findings, f)
			j.unknown(f.Label + " " + f.Why)
		case !known:
			// It is quiet as far as Jupyter knows. Only what was seen to compute nothing counts: this look is the first of it.
			f.State, f.Why = Active, "was not looked at before"
			if j.before.last != nil {
				f.State, f.Why = Unknown, "has no process that could be found"
				if pid != 0 {
					f.Why = "has processes of which cannot be seen what they read and write"
				}
				j.unknown(f.Label + " " + f.Why)
			}
			j.findings = append(j.findings, f)
			j.use(used, "")
		default:
			j.rest(key, f, used, j.limits.Kernels)
		}
	default:
		f.State, f.Why = Unknown, fmt.Sprintf("is in the state %q, which this agent does not know", k.State)
		j.findings = append(j.findings, f)
		j.unknown(f.Label + " " + f.Why)
	}
}

// process is a kernel's, 0 where none is found. One that was found before is it under another name, too; ended says that it is no more.
func (j *judge) process(key, id string) (pid int, ended bool) {
	pid = kernelProcess(j.look.Processes, id)
	before, known := j.before.processes[key]
	if pid == 0 && known {
		if p := j.look.Processes[before.pid]; p.PID == before.pid && p.Began == before.began && !p.Zombie {
			pid = before.pid
		} else {
			j.after.processes[key] = before
		}
	}
	if pid != 0 {
		j.after.processes[key] = found{pid, j.look.Processes[pid].Began}
	}
	return pid, pid == 0 && known
}

// terminals judges the terminals together: which of them a process runs in, Jupyter does not tell.
func (j *judge) terminals() {
	shells, commands := inTerminals(j.look.Processes, j.look.Self)
	var work process.Work
	if j.before.last != nil {
		work = shells.Worked(j.before.last.Processes)
	}
	why := j.shared
	if len(commands) > 0 || j.does(work) != "" {
		why = "something runs in a terminal"
	}
	for _, t := range j.look.Terminals {
		f := Finding{Terminal: t.Name, Label: "terminal " + t.Name}
		unknown := func(why string) {
			f.State, f.Why = Unknown, why
			j.findings = append(j.findings, f)
			j.unknown(f.Label + ": " + why)
		}
		switch {
		case why != "":
			f.State, f.Why = Active, why
			j.findings = append(j.findings, f)
			j.use(j.look.At, f.Why)
		case t.LastActivity.IsZero():
			unknown("the server does not say when it was used")
		case len(shells) < len(j.look.Terminals):
			unknown("its shell could not be found")
		case work.Hidden:
			unknown("what its shell reads and writes cannot be seen")
		default:
			j.rest("terminal/"+t.Name, f, t.LastActivity, j.limits.Terminals)
		}
	}
}

// background looks at what runs outside of kernels and Jupyter's terminals: a job that was left behind with nohup, a terminal of tmux, Code Editor.
func (j *judge) background() {
	if j.shared != "" {
		j.use(j.look.At, j.shared)
	}
	if !j.look.Editor.IsZero() {
		j.use(j.look.Editor, "")
	}
	jobs := map[int]process.Work{}
	for pid, p := range j.look.Processes {
		if pid == j.look.Self {
			continue
		}
		if p.Terminal && pid != p.Session && !p.Zombie {
			j.use(j.look.At, "something runs in a terminal")
		}
		if j.before.last != nil {
			job := j.job(p)
			jobs[job] = jobs[job].Add(p.Worked(j.before.last.Processes))
		}
	}
	var work []string
	for _, w := range jobs {
		if does := j.does(w); does != "" {
			work = append(work, does)
		}
	}
	if len(work) > 0 {
		j.use(j.look.At, "a process in the background "+slices.Min(work))
	}
	if j.hidden != "" && j.why == "" {
		j.unknown(j.hidden)
	}
}

// job is the session that a process works in: a job is all of its workers. What was started with the machine, and Jupyter's servers, are each one of their
// own: together, those who only wait may seem to work.
func (j *judge) job(p process.Process) int {
	switch all := j.look.Processes; {
	case p.Session == 0, p.Session == all[1].Session, isJupyter(all[p.Session]):
		return p.PID
	}
	return p.Session
}
