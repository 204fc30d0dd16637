package studio

import (
	"fmt"
	"time"

	"github.com/sagewarden/sagewarden/internal/studio/jupyter"
)

// Limits say what idle is.
type Limits struct {
	// Kernels and Terminals are how long one must have been seen unused, Whole how long everything must.
	Kernels, Terminals, Whole time.Duration
	// Grace is how long before its end something is announced at least.
	Grace time.Duration
	// Share of a core is what something may compute that only waits.
	Share float64
	// Gap is how far two looks may be apart: what happened in a longer one, nobody saw.
	Gap time.Duration
}

// Default are the limits of those who give none.
var Default = Limits{Kernels: 2 * time.Hour, Terminals: 2 * time.Hour, Whole: 2 * time.Hour, Grace: 10 * time.Minute, Share: 0.02, Gap: 10 * time.Minute}

// computes is how busy a GPU is, in percent, that somebody computes on: for whom, it does not tell.
const computes = 5

// startled is what anything may compute however short the time: a server that answers the agent does.
const startled = 100 * time.Millisecond

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
	j := judge{look: look, before: before, limits: limits, after: Memory{last: &look, quiet: map[string]time.Time{}, used: before.used, announced: map[string]time.Time{}, ran: map[string]busy{}}}
	if before.last == nil {
		j.use(look.At, "") // of what was before, nothing is known
	}
	for _, k := range look.Kernels {
		j.kernel(k)
	}
	j.terminals()
	j.background()
	out := Judgement{State: j.state, LastUse: j.after.used, Why: j.why, Findings: j.findings}
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

// works reports whether the processes of a kernel have computed since the look before. It is not known on the first look.
func (j *judge) works(pid int) (works, known bool) {
	if j.before.last == nil || pid == 0 {
		return false, false
	}
	return j.look.GPU >= computes || j.more(j.look.Processes.Tree(pid).Worked(j.before.last.Processes)), true
}

// more reports whether so much was computed since the look before that it is work.
func (j *judge) more(worked time.Duration) bool {
	return worked > startled && worked.Seconds() > j.limits.Share*j.look.At.Sub(j.before.last.At).Seconds()
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
	if k.Path != "" {
		f.Label = "kernel of " + k.Path
	}
	active := func(why string) {
		f.State, f.Why = Active, why
		j.findings = append(j.findings, f)
		j.use(j.look.At, f.Label+" "+why)
	}
	key := "kernel/" + k.ID
	pid := kernelProcess(j.look.Processes, k.ID)
	ran, seen := j.before.ran[key]
	if seen = seen && ran.process == j.look.Processes[pid].Began; seen {
		j.after.ran[key] = ran
	}
	used := k.LastActivity
	if k.Saved.After(used) {
		used = k.Saved
	}
	switch k.State {
	case jupyter.Busy:
		j.after.ran[key] = busy{at: j.look.At, process: j.look.Processes[pid].Began}
		active("is busy")
	case jupyter.Restarting, "autorestarting":
		active("is starting")
	case jupyter.Idle, jupyter.Starting, jupyter.Dead:
		// A kernel to which nothing ever connected stays in its start for good.
		works, known := j.works(pid)
		switch {
		case works:
			active("computes in the background")
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

// terminals judges the terminals together: which of them a process runs in, Jupyter does not tell.
func (j *judge) terminals() {
	shells, commands := inTerminals(j.look.Processes)
	running := len(commands) > 0 || j.look.GPU >= computes || j.before.last != nil && j.more(shells.Worked(j.before.last.Processes))
	for _, t := range j.look.Terminals {
		f := Finding{Terminal: t.Name, Label: "terminal " + t.Name}
		switch {
		case running:
			f.State, f.Why = Active, "something runs in a terminal"
			j.findings = append(j.findings, f)
			j.use(j.look.At, f.Why)
		case t.LastActivity.IsZero():
			f.State, f.Why = Unknown, "the server does not say when it was used"
			j.findings = append(j.findings, f)
			j.unknown(f.Label + ": " + f.Why)
		case len(shells) < len(j.look.Terminals):
			f.State, f.Why = Unknown, "its shell could not be found"
			j.findings = append(j.findings, f)
			j.unknown(f.Label + ": " + f.Why)
		default:
			j.rest("terminal/"+t.Name, f, t.LastActivity, j.limits.Terminals)
		}
	}
}

// background looks at what runs outside of kernels and Jupyter's terminals: a job that was left behind with nohup, Code Editor.
func (j *judge) background() {
	if j.look.GPU >= computes {
		j.use(j.look.At, "a GPU computes")
	}
	if !j.look.Editor.IsZero() {
		j.use(j.look.Editor, "")
	}
	for pid, p := range j.look.Processes {
		if !j.look.Editor.IsZero() && p.Terminal && pid != p.Session {
			j.use(j.look.At, "something runs in a terminal")
		}
		if j.before.last != nil && pid != j.look.Self && j.more(p.Worked(j.before.last.Processes)) {
			j.use(j.look.At, "a process in the background computes")
		}
	}
}
