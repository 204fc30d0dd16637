package remediate

import (
	"cmp"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/policy"
)

// A Status says what becomes of a step now.
type Status string

// The statuses.
const (
	// Due: it is done in this run.
	Due Status = "due"
	// Later: its time has not come; Item.At says when.
	Later Status = "later"
	// Held: its time has come, and something holds it back: a snooze, a missing approval, a cap, a freeze, doubt.
	Held Status = "held"
	// Told: every step was done; the resource is as it was.
	Told Status = "told"
)

// An Item is what comes next for one finding.
type Item struct {
	Finding Standing `json:"finding"`
	// Step is the index of the step in the policy, Verb what it does.
	Step   int         `json:"step"`
	Verb   string      `json:"verb"`
	Ask    *estate.Ask `json:"ask,omitempty"`
	Status Status      `json:"status"`
	// At is when it is or was due.
	At  time.Time `json:"at"`
	Why string    `json:"why,omitempty"`
	// Warned says that somebody is told before the policy changes anything.
	Warned bool `json:"warned"`
}

// Changes reports whether the step changes something.
func (i Item) Changes() bool { return i.Ask != nil }

// A Plan is what would be done now, what later, and what is let off.
type Plan struct {
	At    time.Time `json:"at"`
	Items []Item    `json:"items"`
	// Exempt are the resources that a policy's condition holds for, and that were let off.
	Exempt []Exception `json:"exempt"`
	// Unclear are those of which a policy cannot say whether it matches.
	Unclear []Exception `json:"unclear"`
	// Coverage is what could not be seen.
	Coverage []estate.Coverage `json:"coverage"`
	// Halted is who stopped every node and why, empty where nobody did.
	Halted string `json:"halted,omitempty"`
}

// An Exception is a resource to which a policy does nothing, and why.
type Exception struct {
	Policy   string         `json:"policy"`
	Resource ledger.Subject `json:"resource"`
	Why      string         `json:"why"`
}

// A Past is what a plan takes from the ledger besides its findings.
type Past struct {
	// Today is what was done today, by policy; under no name what all of them did.
	Today map[string]Spending
	// Before is what other runs have begun that count as one with this one, in the same way.
	Before map[string]Spending
	// Halted is who stopped every node and why, empty where nobody did.
	Halted     string
	Exemptions []ledger.Exemption
	// Follow are the policies, by name, whose schedule has not come: they go on with what they have begun, and begin no change.
	Follow map[string]bool
}

// NewPlan works out what comes next for each finding. It is pure: the same scan, policies and past give the same plan, in the same order: what
// is due first, dearest first.
func NewPlan(snap *estate.Snapshot, set *policy.Set, findings []Standing, past Past, g Guard) *Plan {
	p := &Plan{At: snap.At, Items: []Item{}, Exempt: []Exception{}, Unclear: []Exception{}, Coverage: snap.Holes(), Halted: past.Halted}
	policies := map[string]*policy.Policy{}
	for _, pol := range set.Policies {
		policies[pol.Name] = pol
		p.except(snap, pol, past.Exemptions)
	}
	findings = slices.Clone(findings)
	slices.SortStableFunc(findings, func(a, b Standing) int { return cmp.Or(b.Hourly.Cmp(a.Hourly), cmp.Compare(a.ID, b.ID)) })
	budgets := budgets(snap, set, past, g)
	for _, f := range findings {
		pol := policies[f.Policy]
		if pol == nil || !f.Closed.IsZero() {
			continue
		}
		p.Items = append(p.Items, next(f, pol, p, budgets, g, past.Follow[pol.Name]))
	}
	rank := map[Status]int{Due: 0, Held: 1, Later: 2, Told: 3}
	slices.SortStableFunc(p.Items, func(a, b Item) int {
		if c := cmp.Compare(rank[a.Status], rank[b.Status]); c != 0 || a.Status != Later {
			return c
		}
		return a.At.Compare(b.At)
	})
	return p
}

// except notes what a policy lets off, and what it cannot judge.
func (p *Plan) except(snap *estate.Snapshot, pol *policy.Policy, exemptions []ledger.Exemption) {
	for _, o := range snap.Observations {
		if !slices.Contains(pol.Kinds, o.Resource.Kind) {
			continue
		}
		m := pol.Match(o, snap.At)
		e := Exception{pol.Name, subject(o.Resource), cmp.Or(m.Trouble, m.Exempt, exempted(exemptions, pol.Name, o.Resource.ARN, snap.At))}
		switch {
		case m.Trouble != "":
			p.Unclear = append(p.Unclear, e)
		case m.Matched && e.Why != "":
			p.Exempt = append(p.Exempt, e)
		}
	}
}

func subject(r estate.Resource) ledger.Subject {
	return ledger.Subject{ARN: r.ARN, Kind: r.Kind, Target: r.Target, Name: r.Name, Owner: r.Owner, Created: r.Created}
}

func budgets(snap *estate.Snapshot, set *policy.Set, past Past, g Guard) map[string]*budget {
	all := map[string]*budget{everybody: {limits: g.Limits, daily: g.MaxDailySavings, seen: len(snap.Observations), today: past.Today[everybody], before: past.Before[everybody]}}
	byKind := map[estate.Kind]int{}
	for _, o := range snap.Observations {
		byKind[o.Resource.Kind]++
	}
	for _, pol := range set.Policies {
		b := &budget{limits: pol.Limits, today: past.Today[pol.Name], before: past.Before[pol.Name]}
		for _, k := range pol.Kinds {
			b.seen += byKind[k]
		}
		all[pol.Name] = b
	}
	return all
}

// next is what comes next for a finding.
func next(f Standing, pol *policy.Policy, p *Plan, budgets map[string]*budget, g Guard, follows bool) Item {
	switch {
	case f.Underway != "" && f.Asks != pol.Digest():
		return Item{Finding: f, Step: f.Next, Verb: "end", Ask: &estate.Ask{}, Status: Due, At: f.Since, Why: "it was begun under another wording of the policy, and ends where it is"}
	case f.Next >= len(pol.Steps):
		return Item{Finding: f, Step: f.Next, Verb: "nothing more", Status: Told, At: f.Since}
	}
	step := pol.Steps[f.Next]
	i := Item{Finding: f, Step: f.Next, Verb: "notify", At: f.Since.Add(step.After), Warned: slices.ContainsFunc(pol.Steps, func(s policy.Step) bool { return s.Notify != nil })}
	changes := slices.ContainsFunc(pol.Steps, func(s policy.Step) bool { return s.Notify == nil })
	if step.Notify == nil {
		i.Verb, i.Ask = step.Ask.Action, &step.Ask
	}
	switch why := ""; {
	case f.Underway != "":
		i.Status, i.Why = Due, "it was begun, and goes on"
	case p.At.Before(i.At):
		i.Status = Later
	case follows && i.Changes() && f.Next == 0:
		i.Status, i.Why = Held, "the time of its schedule has not come"
	case !f.Touched:
		i.Status, i.Why = Held, "it was not seen in this scan"
	case f.Trouble != "":
		i.Status, i.Why = Held, f.Trouble
	default:
		switch {
		case step.Notify == nil:
			why = holds(f, pol, step, p, g)
		case changes: // who is told of a stop must not be told in vain
			why = g.Bars(f.Resource, p.At)
		}
		if why == "" && step.Notify == nil {
			if why = cmp.Or(budgets[everybody].refuses(f.Hourly), budgets[pol.Name].refuses(f.Hourly)); why == "" {
				budgets[everybody].take(f.Hourly)
				budgets[pol.Name].take(f.Hourly)
			}
		}
		if i.Status, i.Why = Due, why; why != "" {
			i.Status = Held
		}
	}
	return i
}

// holds is why a step that changes something is not done though its time has come, its caps aside.
func holds(f Standing, pol *policy.Policy, step policy.Step, p *Plan, g Guard) string {
	if p.Halted != "" {
		return "halted " + p.Halted
	}
	if why := g.Bars(f.Resource, p.At); why != "" {
		return why
	}
	if why := held(f.Finding, pol, g.People, p.At); why != "" {
		return why
	}
	return step.Refuses(f.Verdict)
}

// Keep keeps of what is due the steps that another plan has as due as well, by the same wording of the policy and the same story of the resource.
func (p *Plan) Keep(only *Plan) {
	type key struct {
		finding, asks string
		step          int
	}
	meant := map[key]Standing{}
	for _, i := range only.Due() {
		meant[key{i.Finding.ID, i.Finding.Asks, i.Step}] = i.Finding
	}
	for n, i := range p.Items {
		f, is := meant[key{i.Finding.ID, i.Finding.Asks, i.Step}]
		if i.Status == Due && (!is || f.Version > 0 && !f.First.Equal(i.Finding.First)) {
			p.Items[n].Status, p.Items[n].Why = Held, "it is not in the plan that is applied"
		}
	}
}

// Due are the items that are done in this run.
func (p *Plan) Due() []Item {
	return slices.DeleteFunc(slices.Clone(p.Items), func(i Item) bool { return i.Status != Due })
}

// Count says how many steps are due.
func (p *Plan) Count() string {
	told, changes := 0, 0
	for _, i := range p.Due() {
		if i.Changes() {
			changes++
		} else {
			told++
		}
	}
	return count(told, "notice", "notices") + " and " + count(changes, "change", "changes")
}

// Saves is the dollars an hour that the changes that are due end; known says that every price behind it is known.
func (p *Plan) Saves() (hourly decimal.Decimal, known bool) {
	known = true
	for _, i := range p.Items {
		if i.Status == Due && i.Changes() && (policy.Step{Ask: *i.Ask}).Takes() {
			hourly, known = hourly.Add(i.Finding.Hourly), known && i.Finding.Known
		}
	}
	return hourly, known
}
