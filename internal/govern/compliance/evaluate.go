package compliance

import (
	"slices"
	"strings"
	"time"
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
	native   = []string{"JupyterLab", "CodeEditor"}
	scripted = []string{"JupyterServer", "KernelGateway"}
)

// Evaluate judges everything of an inventory by the policy. It is pure.
func Evaluate(inv Inventory, p Policy, now time.Time) []Finding {
	e := evaluation{inv: inv, policy: p, now: now}
	for _, d := range inv.Domains {
		e.domain(d)
	}
	for _, n := range inv.Notebooks {
		e.notebook(n)
	}
	if inv.Unlisted != "" {
		e.add(Finding{Level: LevelDomain, Name: inv.Target.String(), Verdict: Unknown, Reasons: []string{inv.Unlisted}})
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

func (e *evaluation) domain(d Domain) {
	base := Finding{Level: LevelDomain, ARN: d.ARN, Domain: d.ID, Name: d.Name}
	for _, t := range native {
		f := base
		f.AppType = t
		e.judge(f, d.Users[t], nil, d.Unread)
	}
	for _, a := range d.Apps { // Those of the domain itself, such as RStudio's server.
		if a.User == "" && a.Space == "" {
			f := base
			f.AppType = a.Type
			e.judge(f, d.Users[a.Type], []App{a}, d.Unread)
		}
	}
	users := map[string]Profile{}
	for _, p := range d.Profiles {
		users[p.Name] = p
		f := Finding{Level: LevelProfile, ARN: p.ARN, Domain: d.ID, Name: p.Name, User: p.Name}
		running := byType(d.Apps, func(a App) bool { return a.User == p.Name })
		for _, t := range native {
			running[t] = slices.Clip(running[t]) // judged by what would run
		}
		for t, apps := range running {
			f.AppType = t
			e.judge(f, p.Own[t].over(d.Users[t]), apps, first(d.Unread, p.Unread, d.AppsUnread))
		}
	}
	for _, s := range d.Spaces {
		far, unread := d.Shared, first(d.Unread, s.Unread)
		if !s.Shared {
			owner := users[s.Owner]
			far, unread = owner.Own.over(d.Users), first(unread, owner.Unread)
		}
		running := byType(d.Apps, func(a App) bool { return a.Space == s.Name })
		if s.Type != "" {
			running[s.Type] = slices.Clip(running[s.Type])
		}
		for t, apps := range running {
			e.judge(Finding{Level: LevelSpace, ARN: s.ARN, Domain: d.ID, Name: s.Name, User: s.Owner, AppType: t}, s.Own[t].over(far[t]), apps,
				first(unread, d.AppsUnread))
		}
	}
}

// over lays settings over those of a farther level, app type by app type.
func (near Settings) over(far Settings) Settings {
	all := Settings{}
	for _, t := range slices.Concat(native, scripted) {
		all[t] = near[t].over(far[t])
	}
	return all
}

// byType are the apps that are meant, by type.
func byType(apps []App, meant func(App) bool) map[string][]App {
	all := map[string][]App{}
	for _, a := range apps {
		if meant(a) {
			all[a.Type] = append(all[a.Type], a)
		}
	}
	return all
}

func first(texts ...string) string {
	i := slices.IndexFunc(texts, func(t string) bool { return t != "" })
	if i < 0 {
		return ""
	}
	return texts[i]
}

func (e *evaluation) notebook(n Notebook) {
	f := Finding{Level: LevelNotebook, ARN: n.ARN, Name: n.Name, Running: n.Running}
	s := AppSettings{Script: n.Script}
	if n.Script != "" {
		s.Scripts = []string{n.Script}
	}
	var apps []App
	if n.Running {
		apps = []App{{Beat: n.Beat}}
	}
	e.judge(f, s, apps, "")
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

// judge adds the finding. One way that covers is enough; without one, what is not known of any leaves the whole unknown.
func (e *evaluation) judge(f Finding, s AppSettings, running []App, unread string) {
	f.Running = len(running) > 0
	agent := e.agent(running)
	f.App = agent.app
	ways := []way{agent}
	if unread != "" {
		ways = append(ways, way{verdict: Unknown, why: unread})
	} else {
		if slices.Contains(native, f.AppType) {
			ways = append(ways, e.native(s))
		} else if f.Level != LevelNotebook {
			ways = append(ways, way{verdict: Uncovered, why: f.AppType + " has no native idle shutdown"})
		}
		if f.Level == LevelNotebook || slices.Contains(slices.Concat(native, scripted), f.AppType) {
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
	e.add(f)
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
func (e *evaluation) script(s AppSettings, agent way, running bool) way {
	attached, doubt := "", ""
	for _, arn := range s.Scripts {
		switch script := e.inv.Scripts[arn]; {
		case slices.Contains(e.policy.Scripts, arn), script.Digest != "" && slices.Contains(e.policy.Scripts, script.Digest):
			if attached == "" || arn == s.Script {
				attached = arn
			}
		case script.Unread != "" && slices.ContainsFunc(e.policy.Scripts, func(p string) bool { return strings.HasPrefix(p, "sha256:") }):
			doubt = "what lifecycle configuration " + name(arn) + " runs could not be read: " + script.Unread
		}
	}
	switch {
	case attached == "" && doubt != "":
		return way{verdict: Unknown, why: doubt}
	case attached == "":
		return way{verdict: Uncovered, why: "no approved lifecycle configuration is attached"}
	case attached != s.Script:
		return way{verdict: Uncovered, why: "lifecycle configuration " + name(attached) + " is attached, but not the default: an app starts without it"}
	case running && agent.verdict != Covered:
		return way{verdict: agent.verdict, why: "lifecycle configuration " + name(attached) + " is attached and the default, which does not say that its agent runs"}
	}
	return way{by: ByScript, verdict: Covered, why: "lifecycle configuration " + name(attached) + " is attached and the default"}
}

// name is the last word of an ARN.
func name(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }
