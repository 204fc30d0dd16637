// Package policy reads policy files: which resources matter, when, and what is to happen to them. Evaluating one is pure.
package policy

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Set is the policies of some files, in their order.
type Set struct {
	Policies []*Policy
}

// A Policy says which resources matter, when, and what is to happen.
type Policy struct {
	// Name is unique in a Set.
	Name    string
	Summary string
	// File and Line are where it stands.
	File string
	Line int
	// Kinds are the families that it is about.
	Kinds []estate.Kind
	// Schedule is when serve looks, as a cron expression in the policy's time zone; empty means at every run.
	Schedule string
	// Zone is the time zone of its schedule and of what its conditions say of days and hours.
	Zone *time.Location
	// Approvals is how many people must approve a finding before a step that changes something.
	Approvals int
	Steps     []Step
	Limits    Limits

	when, unless *condition
	calendars    map[string]*calendar
}

// A Step is one thing that happens to what a policy matches.
type Step struct {
	// After is how long after the step before was done, or after the finding was made.
	After time.Duration
	// MinConfidence is the least that a verdict must have. Where the file says nothing, it is High for what takes something away, and none else.
	MinConfidence estate.Confidence
	// Notify is whom to tell; nil for a step that changes something, which Ask says.
	Notify *Notify
	Ask    estate.Ask
}

// Notify says whom to tell, and how.
type Notify struct {
	// To and CC are "owner", or the names of configured people and groups.
	To string
	CC []string
	// Via are names of configured channels, all of which must take the notice; empty means what the recipients have.
	Via []string
	// Template is the name of a configured template; empty for the built-in one.
	Template string
}

// Limits bound what a policy does. Zero means no bound of the policy's own.
type Limits struct {
	// MaxActions bounds the steps of a run that change something, MaxPerDay those of a day (UTC).
	MaxActions int
	MaxPerDay  int
	// MaxShare bounds them to a part of the resources of the policy's kinds that were seen: 0.2 is a fifth.
	MaxShare float64
	// MaxHourlySavings bounds the dollars an hour that a run stops.
	MaxHourlySavings decimal.Decimal
}

// A Match is what a policy says of a resource at an instant.
type Match struct {
	// Matched says that the policy's condition holds. Something is to be done only if Exempt is empty, too.
	Matched bool
	// Exempt is why the resource is let off though the condition holds, Trouble why nobody knows; then it is not Matched. Either means that nothing is done.
	Exempt  string
	Trouble string
}
