package estate

import (
	"regexp"
	"slices"
	"strings"
)

// An Outcome says how the calls of one operation on one target went.
type Outcome string

// The outcomes, best first.
const (
	OutcomeSeen Outcome = "seen"
	// OutcomeNotOffered: the region does not have the operation, and so nothing of what it would list.
	OutcomeNotOffered Outcome = "not-offered"
	OutcomePartial    Outcome = "partial"
	OutcomeThrottled  Outcome = "throttled"
	OutcomeDenied     Outcome = "denied"
	OutcomeFailed     Outcome = "failed"
)

// Coverage says what was and was not seen: one line per target and operation.
type Coverage struct {
	Target Target `json:"target"`
	// Operation as IAM names it: "sagemaker:ListApps".
	Operation string  `json:"operation"`
	Outcome   Outcome `json:"outcome"`
	// Error is the first error's text, Hides what its absence hides, Hint what to do.
	Error string `json:"error,omitempty"`
	Hides string `json:"hides,omitempty"`
	Hint  string `json:"hint,omitempty"`
}

// Hole reports whether something was not seen.
func (c Coverage) Hole() bool {
	return c.Outcome != OutcomeSeen && c.Outcome != OutcomeNotOffered
}

// denial is how AWS words most denials: who, what, and sometimes why
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
var denial = regexp.MustCompile(`^\w+: User: (\S+) is not authorized to perform: (\S+)(?: on resource: \S+)?(?: because (.+)| with an (explicit deny .+))?$`)

// Reason is the error, but of a denial only what the operation and the outcome do not say: why, or else to whom.
func (c Coverage) Reason() string {
	m := denial.FindStringSubmatch(c.Error)
	if c.Outcome != OutcomeDenied || m == nil {
		return c.Error
	}
	who, action, why := m[1], m[2], m[3]+m[4]
	switch {
	case why == "" && action == c.Operation:
		return who + " is not authorized"
	case why == "":
		return who + " is not authorized to perform " + action
	case action == c.Operation:
		return strings.Replace(why, "the "+action+" action", "it", 1)
	}
	return why
}

// SortCoverage orders by target, then operation.
func SortCoverage(cs []Coverage) {
	slices.SortFunc(cs, func(a, b Coverage) int {
		if c := strings.Compare(a.Target.Key(), b.Target.Key()); c != 0 {
			return c
		}
		return strings.Compare(a.Operation, b.Operation)
	})
}
