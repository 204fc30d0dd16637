package policy

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Match says what the policy says of a resource as it was seen, at an instant. It is pure. What cannot be decided is Trouble, never Matched:
//
//   - a condition that reads what is not known, or that fails;
//   - tags that could not be read, since one of them may keep the resource;
//   - an unknown verdict, where the policy takes something away.
func (p *Policy) Match(o *estate.Observation, now time.Time) Match {
	if !slices.Contains(p.Kinds, o.Resource.Kind) {
		return Match{}
	}
	if p.when == nil {
		return Match{Trouble: "the policy has no condition: it was not read from a file"}
	}
	m := &moment{seen: o, now: now, zone: p.Zone, calendars: p.calendars}
	switch holds, err := p.when.holds(m); {
	case err != nil:
		return Match{Trouble: "when cannot be decided: " + err.Error()}
	case !holds:
		return Match{}
	}
	switch exempt, trouble := p.letsOff(m); {
	case trouble != "":
		return Match{Trouble: trouble}
	case exempt != "":
		return Match{Matched: true, Exempt: exempt}
	}
	if unknown(o.Verdict) && slices.ContainsFunc(p.Steps, Step.Takes) {
		return Match{Trouble: "whether it is used is not known, and the policy takes something away: " + o.Verdict.Why}
	}
	return Match{Matched: true}
}

// LetsOff says why the policy leaves a resource alone whether its condition holds or not: a tag keeps it, or unless holds. Trouble is why nobody
// knows. It is for what a step has begun to change, of which the condition speaks no more.
func (p *Policy) LetsOff(o *estate.Observation, now time.Time) (exempt, trouble string) {
	return p.letsOff(&moment{seen: o, now: now, zone: p.Zone, calendars: p.calendars})
}

func (p *Policy) letsOff(m *moment) (exempt, trouble string) {
	if m.seen.Resource.Tags == nil {
		return "", tagsUnread + ", and one of them may keep it"
	}
	if why := kept(m.seen.Resource.Tags, m.now, p.Zone); why != "" || p.unless == nil {
		return why, ""
	}
	switch holds, err := p.unless.holds(m); {
	case err != nil:
		return "", "unless cannot be decided: " + err.Error()
	case holds:
		return "the policy leaves it alone: unless " + p.unless.text, ""
	}
	return "", ""
}

// Says is the match in one word, matched, exempt, trouble or nothing, with the reason.
func (m Match) Says() (word, why string) {
	switch {
	case m.Trouble != "":
		return wantTrouble, m.Trouble
	case m.Exempt != "":
		return wantExempt, m.Exempt
	case m.Matched:
		return wantMatched, ""
	}
	return wantNothing, ""
}

// Changes reports whether the step changes something in AWS.
func (s Step) Changes() bool { return s.Notify == nil }

// Takes reports whether the step takes away what somebody may be using. Only these need proof that nobody does.
func (s Step) Takes() bool {
	switch s.Ask.Action {
	case "stop", "delete", "scale":
		return true
	}
	return false
}

// Refuses says why the step must not be done on such a verdict; empty where it may be. What takes something away needs a verdict of idle, whatever
// the policy's condition says.
func (s Step) Refuses(v estate.Verdict) string {
	switch {
	case s.Takes() && v.State != estate.Idle:
		return fmt.Sprintf("it is %s: %s", cmp.Or(v.State, estate.Unknown), v.Why)
	case v.Confidence.Rank() < s.MinConfidence.Rank():
		return fmt.Sprintf("the verdict's confidence is %s, and the step asks for %s", cmp.Or(v.Confidence, "none"), s.MinConfidence)
	}
	return ""
}

// Verb is what the step does, as a policy file says it.
func (s Step) Verb() string {
	if s.Notify != nil {
		return "notify"
	}
	return s.Ask.Action
}
