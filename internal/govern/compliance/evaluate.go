package compliance

import (
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/govern/settings"
)

// A Policy says what counts as covered.
type Policy struct {
	// Scripts are the lifecycle configurations that are approved, by ARN or by sha256: and the digest of their content.
	Scripts []string
	// Images are the ARNs of images of one's own in which the native idle shutdown is known to work.
	Images []string
	// AtMost is the longest native idle limit that is good enough, in minutes; 0 for any.
	AtMost int32
}

// Fresh is how old the newest heartbeat may be.
const Fresh = 15 * time.Minute

// The app types by their coverage: the first have a native idle shutdown, and the second only lifecycle configurations.
var (
	native   = []string{settings.JupyterLab, settings.CodeEditor}
	scripted = []string{settings.JupyterServer, settings.KernelGateway}
)

// Evaluate judges everything of an inventory by the policy. It is pure.
func Evaluate(inv Inventory, p Policy, now time.Time) []Finding {
	e := evaluation{inv: inv, policy: p, now: now}
	said := inv.said()
	for _, s := range inv.subjects() {
		e.add(e.judge(s, s.in(said)))
	}
	if inv.Unlisted != "" {
		e.add(Finding{Level: settings.LevelDomain, Name: inv.Target.String(), Verdict: Unknown, Reasons: []string{inv.Unlisted}})
	}
	Sort(e.findings)
	return e.findings
}

type evaluation struct {
	inv      Inventory
	policy   Policy
	now      time.Time
	findings []Finding
}

func (e *evaluation) add(f Finding) {
	f.Target = e.inv.Target
	e.findings = append(e.findings, f)
}

// A way is one of the ways to be covered: whether it does, and what was found of it.
type way struct {
	by      string
	verdict Verdict
	minutes int32
	// app is the one of several that decided.
	app string
	why string
}

// judge is the finding about a subject. One way that covers is enough; without one, what is not known of any leaves the whole unknown.
func (e *evaluation) judge(about subject, s settings.App) Finding {
	f := about.Finding
	f.Running = len(about.running) > 0
	agent := e.agent(about.running)
	f.App = agent.app
	ways := []way{agent}
	if about.unread != "" {
		ways = append(ways, way{verdict: Unknown, why: about.unread})
	} else {
		if slices.Contains(native, f.AppType) {
			ways = append(ways, e.native(s))
		} else if f.Level != settings.LevelNotebook {
			ways = append(ways, way{verdict: Uncovered, why: f.AppType + " has no native idle shutdown"})
		}
		if f.Level == settings.LevelNotebook || slices.Contains(slices.Concat(native, scripted), f.AppType) {
			ways = append(ways, e.script(s, agent, f.Running))
		}
	}
	f.Verdict = Uncovered
	for _, w := range ways {
		if w.verdict == Covered && f.Verdict != Covered {
			f.Verdict, f.By, f.Minutes = Covered, w.by, w.minutes
		}
		if w.verdict == Unknown && f.Verdict == Uncovered {
			f.Verdict = Unknown
		}
	}
	for _, w := range ways {
		if w.why != "" && (f.Verdict != Covered || w.verdict == Covered) {
			f.Reasons = append(f.Reasons, w.why)
		}
	}
	return f
}

// agent judges by the heartbeats of all that runs: the one without counts.
func (e *evaluation) agent(running []App) way {
	if len(running) == 0 {
		return way{verdict: Uncovered}
	}
	w := way{by: ByAgent, verdict: Covered, why: "the agent's heartbeat is fresh and advances"}
	for _, a := range running {
		b, app := a.Beat, ""
		if len(running) > 1 {
			app = a.Name
		}
		switch {
		case b.Quality.Broken():
			if w.verdict == Covered {
				w = way{verdict: Unknown, app: app, why: "the heartbeat could not be read: " + b.Note}
			}
		case b.At.IsZero():
			return way{verdict: Uncovered, app: app, why: "nothing in it sends a heartbeat"}
		case e.now.Sub(b.At) > Fresh:
			return way{verdict: Uncovered, app: app, why: "the last heartbeat is of " + b.At.UTC().Format("2006-01-02 15:04 MST")}
		case !b.Advancing:
			if w.verdict == Covered {
				w = way{verdict: Unknown, app: app, why: "there is one heartbeat, and it is not yet known whether it advances"}
			}
		}
	}
	return w
}

// script judges by the lifecycle configuration. That it is attached does not say that its agent runs: where something runs, only a
// heartbeat does.
func (e *evaluation) script(s settings.App, agent way, running bool) way {
	attached, doubt := "", ""
	for _, arn := range append(slices.Clone(s.Scripts), s.BuiltIn) {
		switch script := e.inv.Scripts[arn]; {
		case arn == "":
		case e.policy.approves(arn, script):
			if attached == "" || arn == s.Script || arn == s.BuiltIn {
				attached = arn
			}
		case script.Unread != "" && slices.ContainsFunc(e.policy.Scripts, func(p string) bool { return strings.HasPrefix(p, "sha256:") }):
			doubt = "what lifecycle configuration " + name(arn) + " runs could not be read: " + script.Unread
		}
	}
	how := " is attached and the default"
	if attached != "" && attached == s.BuiltIn {
		how = " is built in, and runs before whichever is chosen"
	}
	switch {
	case attached == "" && doubt != "":
		return way{verdict: Unknown, why: doubt}
	case attached == "":
		return way{verdict: Uncovered, why: "no approved lifecycle configuration is attached"}
	case attached != s.Script && attached != s.BuiltIn:
		return way{verdict: Uncovered, why: "lifecycle configuration " + name(attached) + " is attached, but not the default: an app starts without it"}
	case running && agent.verdict != Covered:
		return way{verdict: agent.verdict, why: "lifecycle configuration " + name(attached) + how + ", which does not say that its agent runs"}
	}
	return way{by: ByScript, verdict: Covered, why: "lifecycle configuration " + name(attached) + how}
}

// approves reports whether a lifecycle configuration counts.
func (p Policy) approves(arn string, s Script) bool {
	return slices.Contains(p.Scripts, arn) || s.Digest != "" && slices.Contains(p.Scripts, s.Digest)
}

// name is the last word of an ARN.
func name(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }
