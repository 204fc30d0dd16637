package compliance

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
	"github.com/sagewarden/sagewarden/internal/report"
)

// The ways to cover those who are not.
const (
	FixNative = "native"
	FixAgent  = "agent"
)

// A Remedy is how to cover those who are not.
type Remedy struct {
	// Way is FixNative or FixAgent.
	Way string
	// Minutes is the native idle limit. It is kept within the bounds that a place sets.
	Minutes int32
	// Replace makes the approved lifecycle configuration the default also where another one is.
	Replace bool
	Policy  Policy
}

// A Plan is what would cover those who are not.
type Plan struct {
	Changes []settings.Change `json:"changes"`
	// Left are those whom the plan does not cover.
	Left []Finding `json:"left"`
	// Notes say what an administrator should know besides.
	Notes []string `json:"notes,omitempty"`
}

// Fix plans for each finding that is uncovered the change of the narrowest place that covers it, those of broad places first: what they cover needs no
// change of its own. A place that could not be read, or is unknown for another reason, is left alone. It is pure.
func Fix(inv Inventory, findings []Finding, r Remedy) Plan {
	f := fixing{remedy: r, judge: evaluation{inv: inv, policy: r.Policy}, was: inv.said(), said: inv.said(), resources: inv.resources(),
		plan: Plan{Changes: []settings.Change{}, Left: []Finding{}}}
	verdicts := map[[2]string]Finding{}
	for _, v := range findings {
		verdicts[[2]string{v.ARN, v.AppType}] = v
	}
	for _, s := range inv.subjects() {
		s.Finding = verdicts[[2]string{s.ARN, s.AppType}]
		if s.Verdict != Covered {
			f.cover(s)
		}
	}
	f.collect()
	slices.Sort(f.plan.Notes)
	f.plan.Notes = slices.Compact(f.plan.Notes)
	return f.plan
}

type fixing struct {
	remedy Remedy
	judge  evaluation
	// was is what the places say, and said what they would say after the changes that are planned so far.
	was, said map[settings.Place]settings.Apps
	touched   []settings.Place
	resources map[settings.Place]string
	plan      Plan
}

// cover plans what covers a subject, or says why nothing does.
func (f *fixing) cover(s subject) {
	leave := func(why string) {
		s.Reasons = []string{why}
		f.plan.Left = append(f.plan.Left, s.Finding)
	}
	if s.Verdict == Unknown {
		leave("it is unknown, and left alone: " + strings.Join(s.Reasons, "; "))
		return
	}
	if s.Running {
		f.plan.Notes = append(f.plan.Notes, "what runs may keep what it was started with, until it is started anew")
	}
	if f.covers(s, s.in(f.said)).verdict == Covered { // by what is planned for a broader place, or by what is there and does not run
		return
	}
	why := ""
	for _, places := range s.candidates() {
		next := maps.Clone(f.said)
		for _, p := range places {
			app, refused := f.changed(p, s, next)
			if why = cmp.Or(why, refused); refused != "" {
				continue
			}
			apps := maps.Clone(next[p])
			if apps == nil {
				apps = settings.Apps{}
			}
			apps[s.appType] = app
			next[p] = apps
		}
		w := f.covers(s, s.in(next))
		if w.verdict == Covered {
			for _, p := range places {
				if !slices.Contains(f.touched, p) {
					f.touched = append(f.touched, p)
				}
			}
			f.said = next
			return
		}
		why = cmp.Or(why, w.why)
	}
	leave(cmp.Or(why, "nothing here covers it"))
}

// candidates are the places to change, and to change together, narrow ones first. What holds for others as well is changed only for want of a nearer one, and a
// domain never for one of those in it.
func (s subject) candidates() [][]settings.Place {
	near := s.places[0]
	if s.Level != settings.LevelSpace {
		return [][]settings.Place{{near}}
	}
	far := s.places[1]
	return [][]settings.Place{{near}, {far}, {far, near}}
}

// covers judges by what would start, not by what runs, and by the remedy's way alone.
func (f *fixing) covers(s subject, app settings.App) way {
	switch {
	case f.remedy.Way == FixAgent:
		return f.judge.script(app, way{}, false)
	case !slices.Contains(native, s.AppType):
		return way{verdict: Uncovered, why: cmp.Or(s.AppType, "a notebook instance") + " has no native idle shutdown: --fix agent attaches a lifecycle configuration"}
	}
	return f.judge.native(app)
}

// changed is what a place would say, or why it cannot.
func (f *fixing) changed(p settings.Place, s subject, said map[settings.Place]settings.Apps) (app settings.App, refused string) {
	own := said[p][s.appType]
	var far settings.App
	for _, q := range s.places[slices.Index(s.places, p)+1:] {
		far = far.Over(said[q][s.appType])
	}
	if f.resources[p] == "" {
		return own, "the user profile of its owner was not found"
	}
	if !p.Knows(s.appType) {
		return own, "the defaults of shared spaces have no settings of " + s.AppType
	}
	if f.remedy.Way == FixNative {
		return f.native(p, own, far), ""
	}
	arn, refused := f.script(s)
	at := settings.Attachment{ARN: arn, Replace: f.remedy.Replace}
	switch {
	case refused != "":
		return own, refused
	case p.Level == settings.LevelNotebook && own.Script != "" && !f.remedy.Replace:
		return own, "lifecycle configuration " + name(own.Script) + " is attached, and an instance has one: --default puts the approved one in its place"
	case p.Level == settings.LevelNotebook && !f.stopped(p):
		return own, "a notebook instance takes another lifecycle configuration only while it is stopped"
	case p.Level == settings.LevelNotebook:
		return settings.App{Script: arn, Scripts: []string{arn}}, ""
	}
	if p.Attaches(s.appType) {
		app = own.Attach(far, at)
	} else {
		app = own.Choose(far, at)
	}
	if app.Script != arn {
		return own, "lifecycle configuration " + name(app.Script) + " is the default: --default puts the approved one in its place"
	}
	if s.appType == settings.JupyterServer {
		app.Instance = cmp.Or(app.Instance, "system") // it takes no other, and lifecycle configurations take a spec
	}
	return app, ""
}

// native is what a place says with the native idle shutdown on. The bounds of the administrator stay, unless people could choose longer than is good enough.
func (f *fixing) native(p settings.Place, own, far settings.App) settings.App {
	bounds := own.Over(far).Idle
	limit := f.remedy.Minutes
	if most := f.remedy.Policy.AtMost; p.Level != settings.LevelSpace {
		own.Idle.Management = enabled
		if most > 0 && bounds.Max > most {
			own.Idle.Max, bounds.Max = most, most
		}
	}
	if bounds.Max != 0 {
		limit = min(limit, bounds.Max)
	}
	own.Idle.Minutes = max(limit, bounds.Min)
	return own
}

func (f *fixing) stopped(p settings.Place) bool {
	return slices.ContainsFunc(f.judge.inv.Notebooks, func(n Notebook) bool { return n.Name == p.Name && n.Stopped })
}

// script is the approved lifecycle configuration for a subject: the first that was approved by its ARN, or else the first by that name with an
// approved digest.
func (f *fixing) script(s subject) (arn, refused string) {
	if s.Level == settings.LevelNotebook {
		here := f.judge.inv.Target.SageMakerARN("notebook-instance-lifecycle-config/")
		if i := slices.IndexFunc(f.remedy.Policy.Scripts, func(arn string) bool { return strings.HasPrefix(arn, here) }); i >= 0 {
			return f.remedy.Policy.Scripts[i], ""
		}
		return "", "no lifecycle configuration for notebook instances is approved by its ARN here: sagewarden studio install --notebook-instance makes one"
	}
	known := slices.Concat(f.remedy.Policy.Scripts, slices.Sorted(maps.Keys(f.judge.inv.Scripts)))
	for _, arn := range known {
		if script, here := f.judge.inv.Scripts[arn]; here && script.Type == s.AppType && f.remedy.Policy.approves(arn, script) {
			return arn, ""
		}
	}
	return "", "no lifecycle configuration for " + s.AppType + " is approved here: sagewarden studio install makes one, and --approve names it"
}

// collect makes a change of each place that was touched.
func (f *fixing) collect() {
	for _, p := range f.touched {
		now := settings.Seen{Resource: f.resources[p], Apps: f.was[p]}
		c := settings.Between(f.judge.inv.Target, p, now, f.said[p])
		for _, app := range c.After {
			if f.remedy.Way == FixNative && app.Idle.Minutes != f.remedy.Minutes {
				f.plan.Notes = append(f.plan.Notes, fmt.Sprintf("%s is given the limit of %d minutes, which its bounds allow", c, app.Idle.Minutes))
			}
		}
		if p.Level == settings.LevelNotebook { // which goes by names
			i := slices.IndexFunc(f.judge.inv.Notebooks, func(n Notebook) bool { return n.Name == p.Name })
			c.Before[settings.Notebook] = settings.App{Script: f.judge.inv.Notebooks[i].Config}
			c.After[settings.Notebook] = settings.App{Script: name(f.said[p][settings.Notebook].Script)}
		}
		f.plan.Changes = append(f.plan.Changes, c)
	}
}

// resources are the ARNs of the places.
func (inv Inventory) resources() map[settings.Place]string {
	all := map[settings.Place]string{}
	for _, d := range inv.Domains {
		all[settings.Place{Level: settings.LevelDomain, Domain: d.ID}] = d.ARN
		all[settings.Place{Level: settings.LevelShared, Domain: d.ID}] = d.ARN
		for _, p := range d.Profiles {
			all[settings.Place{Level: settings.LevelProfile, Domain: d.ID, Name: p.Name}] = p.ARN
		}
		for _, s := range d.Spaces {
			all[settings.Place{Level: settings.LevelSpace, Domain: d.ID, Name: s.Name}] = s.ARN
		}
	}
	for _, n := range inv.Notebooks {
		all[settings.Place{Level: settings.LevelNotebook, Name: n.Name}] = n.ARN
	}
	return all
}

// Add takes another target's plan in.
func (p *Plan) Add(other Plan) {
	p.Changes, p.Left = append(p.Changes, other.Changes...), append(p.Left, other.Left...)
	p.Notes = append(p.Notes, other.Notes...)
	slices.Sort(p.Notes)
	p.Notes = slices.Compact(p.Notes)
}

// Targets are those in which something would be changed.
func (p *Plan) Targets() (all []estate.Target) {
	for _, c := range p.Changes {
		if !slices.ContainsFunc(all, func(t estate.Target) bool { return t.Key() == c.Target.Key() }) {
			all = append(all, c.Target)
		}
	}
	return all
}

// Count is the number of changes, in words.
func (p *Plan) Count() string { return count(len(p.Changes), "place") }

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Table prints the plan for people.
func (p *Plan) Table(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s would be changed, and %s left as found\n", p.Count(), count(len(p.Left), "finding"))
	for _, c := range p.Changes {
		fmt.Fprintf(&b, "\nchange %s\n", report.Line(c.String()))
		c.Show(&b)
	}
	for _, g := range groups(p.Left) {
		b.WriteString("\nleft: ")
		var text strings.Builder
		g.print(&text)
		b.WriteString(strings.TrimPrefix(text.String(), "\n"))
	}
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "\nnote: %s\n", report.Line(n))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
