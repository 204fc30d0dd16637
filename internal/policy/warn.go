package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Warning is something that a policy may say, and that few mean.
type Warning struct {
	Policy *Policy
	Text   string
	Hint   string
}

// Warnings are what should be thought over before the policies are enforced, in their order.
func (s *Set) Warnings(now time.Time) []Warning {
	var all []Warning
	for _, p := range s.Policies {
		warn := func(hint, format string, args ...any) {
			all = append(all, Warning{p, fmt.Sprintf(format, args...), hint})
		}
		takes := slices.ContainsFunc(p.Steps, Step.Takes)
		told := -1
		for i, step := range p.Steps {
			switch {
			case !step.Changes():
				told = i
			case step.Takes() && told < 0:
				warn("put a notify step before it", "step %d, %s, comes unannounced", i+1, step.Verb())
			case step.Takes() && told == i-1 && step.After == 0:
				warn("add after: 4h", "step %d, %s, comes right after its notice: nobody has time to answer", i+1, step.Verb())
			}
		}
		if takes && !asksForUse(p) {
			warn("add verdict.idle to when", "when holds for what is in use as well, from which nothing is ever taken away: those would wait for good")
		}
		if takes && p.Limits == (Limits{}) {
			warn("add limits: {maxActions: 20, maxShare: 25%}", "nothing bounds how much the policy takes away in a run")
		}
		if p.Approvals > 0 && !slices.ContainsFunc(p.Steps, Step.Changes) {
			warn("leave approvals out", "it asks for approval, and changes nothing")
		}
		if _, ever := p.Next(now); p.Schedule != "" && !ever {
			warn("see sagewarden policy explain "+p.Name, "its schedule %q never comes", p.Schedule)
		}
	}
	return all
}

// asksForUse reports whether the policy's condition speaks of use.
func asksForUse(p *Policy) bool {
	return slices.ContainsFunc(p.when.reads, func(read string) bool {
		member, ok := strings.CutPrefix(read, wordVerdict+".")
		return ok && slices.Contains([]string{"state", "idle", "active", "idleFor", "since", "lastUse"}, member)
	})
}
