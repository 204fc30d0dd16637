package estate

import (
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

// SortCoverage orders by target, then operation.
func SortCoverage(cs []Coverage) {
	slices.SortFunc(cs, func(a, b Coverage) int {
		if c := strings.Compare(a.Target.Key(), b.Target.Key()); c != 0 {
			return c
		}
		return strings.Compare(a.Operation, b.Operation)
	})
}
