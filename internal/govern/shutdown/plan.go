package shutdown

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// The kinds of resources that a plan is made from.
const (
	KindApp   estate.Kind = "studio-app"
	KindSpace estate.Kind = "studio-space"
)

// A Filter says which apps are meant. An empty field takes all.
type Filter struct {
	// Domain is the Studio domain, by its id.
	Domain string
	// User are user profiles: their own apps, and those in their private spaces.
	User, Space, App, Types []string
	// InUse takes what is in use, and what nobody knows the use of, too.
	InUse bool
}

// takes reports whether an app is meant, private being who owns a private space. Names are compared letter by letter, types whatever their case.
func (f Filter) takes(s Step, private map[string]string) bool {
	in := func(words []string, w string) bool { return len(words) == 0 || slices.Contains(words, w) }
	return s.Domain == f.Domain && in(f.User, cmp.Or(s.User, private[s.Target.Key()+s.Space])) && in(f.Space, s.Space) && in(f.App, s.App) &&
		(len(f.Types) == 0 || slices.ContainsFunc(f.Types, func(t string) bool { return strings.EqualFold(t, s.Type) }))
}

// A Step is one app. What identifies it must be the same right before it is stopped.
type Step struct {
	ARN    string        `json:"arn"`
	Target estate.Target `json:"target"`
	Domain string        `json:"domain"`
	User   string        `json:"user,omitempty"`
	Space  string        `json:"space,omitempty"`
	App    string        `json:"app"`
	// Type is the app's as the API names it.
	Type         string    `json:"type"`
	InstanceType string    `json:"instanceType,omitempty"`
	Status       string    `json:"status"`
	Created      time.Time `json:"created"`
	Owner        string    `json:"owner,omitempty"`
	// Seen is when it was looked at.
	Seen time.Time `json:"seen"`
	// State is what a scan says of its use, and Reason why.
	State  estate.State `json:"state"`
	Reason string       `json:"reason,omitempty"`
	// Hourly is dollars per hour, of an instance that several apps share as much as for each of them alone; empty where it is not known.
	Hourly string `json:"hourly"`
}

// A Plan is what would be stopped, and what is meant but left alone.
type Plan struct {
	At    time.Time `json:"at"`
	Steps []Step    `json:"steps"`
	Left  []Left    `json:"left"`
	// Hourly is dollars per hour that end with all steps; Known says that every price behind it is known.
	Hourly string `json:"hourly"`
	Known  bool   `json:"known"`
	// Coverage is what could not be seen.
	Coverage []estate.Coverage `json:"coverage"`
}

// Left is an app that is meant and left alone.
type Left struct {
	Step
	Why string `json:"why"`
}

// inService is the one status in which an app is stopped.
const inService = "InService"

// New plans to stop what the filter takes of a scan's apps. Whose a space is, it knows from the scan's spaces. It is pure.
func New(snap *estate.Snapshot, f Filter) *Plan {
	p := &Plan{At: snap.At, Steps: []Step{}, Left: []Left{}, Coverage: snap.Holes()}
	stays, ends := map[string]bool{}, []estate.Meter(nil)
	private := map[string]string{}
	for _, o := range snap.Observations {
		if r := o.Resource; r.Kind == KindSpace && r.Domain == f.Domain && r.Attributes["sharingType"] == "Private" {
			private[r.Target.Key()+r.Space] = r.User
		}
	}
	for _, o := range snap.Observations {
		if o.Resource.Kind != KindApp {
			continue
		}
		s := step(o, snap.At)
		switch why := f.unfit(s); {
		case !f.takes(s, private):
			stay(stays, o)
		case why != "":
			stay(stays, o)
			p.Left = append(p.Left, Left{s, why})
		default:
			p.Steps = append(p.Steps, s)
			ends = append(ends, o.Resource.Meters...)
		}
	}
	p.price(ends, stays)
	slices.SortFunc(p.Steps, func(a, b Step) int { return strings.Compare(a.ARN, b.ARN) })
	slices.SortFunc(p.Left, func(a, b Left) int { return strings.Compare(a.ARN, b.ARN) })
	return p
}

// unfit is why an app cannot be stopped, empty where it can.
func (f Filter) unfit(s Step) string {
	switch {
	case s.User == "" && s.Space == "":
		return "it is the domain's own and serves everybody in it"
	case s.Status != inService:
		return "it is " + s.Status + ": only what is " + inService + " is stopped"
	case s.Created.IsZero():
		return "nothing tells when it was created, so that another in its place could not be told from it"
	case s.State == estate.Active && !f.InUse:
		return "it is in use: " + s.Reason
	case s.State != estate.Idle && !f.InUse:
		return "nobody knows whether it is in use: " + s.Reason
	}
	return ""
}

func step(o *estate.Observation, seen time.Time) Step {
	r := o.Resource
	s := Step{ARN: r.ARN, Target: r.Target, Domain: r.Domain, User: r.User, Space: r.Space, App: r.Attributes["appName"], Type: r.Attributes["appType"],
		Status: r.Status, Created: r.Created, Owner: r.Owner, Seen: seen, State: cmp.Or(o.Verdict.State, estate.Unknown), Reason: o.Verdict.Why}
	for _, m := range r.Meters {
		s.InstanceType = m.InstanceType
	}
	if hourly, known := r.Hourly(); known {
		s.Hourly = hourly.String()
	}
	return s
}

// stay notes the shared bills of an app that goes on.
func stay(stays map[string]bool, o *estate.Observation) {
	for _, m := range o.Resource.Meters {
		stays[m.Share] = true
	}
}

// price sums what ends. A bill that several apps share ends with the last of them, and once.
func (p *Plan) price(ends []estate.Meter, stays map[string]bool) {
	sum, counted := decimal.Zero, map[string]bool{}
	p.Known = true
	for _, m := range ends {
		if m.Share != "" && (stays[m.Share] || counted[m.Share]) {
			continue
		}
		counted[m.Share] = true
		hourly, known := m.Hourly()
		sum, p.Known = sum.Add(hourly), p.Known && known
	}
	p.Hourly = sum.String()
}

// Targets are those of the steps, each once.
func (p *Plan) Targets() []estate.Target {
	var all []estate.Target
	for _, s := range p.Steps {
		if !slices.ContainsFunc(all, func(t estate.Target) bool { return t.Key() == s.Target.Key() }) {
			all = append(all, s.Target)
		}
	}
	return all
}

// Used is how many steps would stop what is in use, and unclear of how many that is not known.
func (p *Plan) Used() (used, unclear int) {
	for _, s := range p.Steps {
		switch s.State {
		case estate.Active:
			used++
		case estate.Unknown:
			unclear++
		case estate.Idle:
		}
	}
	return used, unclear
}
