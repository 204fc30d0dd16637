package remediate

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/policy"
)

// A Guard bounds what all policies together may do.
type Guard struct {
	// Enforce allows changes at all. Without it there are plans, and nothing else.
	Enforce bool
	// Accounts are the ids of those in which something may be changed.
	Accounts []string
	// Freezes are times in which nothing is changed.
	Freezes []Freeze
	// MaxActions, MaxPerDay, MaxShare and MaxHourlySavings are as in policy.Limits, over all policies.
	policy.Limits
	// MaxDailySavings bounds the dollars an hour that are stopped on one day (UTC).
	MaxDailySavings decimal.Decimal
	// People says which of those who approve are one person.
	People ledger.People
}

// DefaultLimits bound a run for those who have set no limits of their own.
var DefaultLimits = policy.Limits{MaxActions: 50, MaxPerDay: 200, MaxShare: 0.5}

// A Freeze is a time in which nothing is changed.
type Freeze struct {
	From, To time.Time
	Why      string
}

// Bars is why nothing may be changed in the account of a subject at an instant, empty where it may.
func (g Guard) Bars(s ledger.Subject, now time.Time) string {
	switch i := slices.IndexFunc(g.Freezes, func(f Freeze) bool { return !now.Before(f.From) && now.Before(f.To) }); {
	case !g.Enforce:
		return "enforce is not set: nothing is changed"
	case !slices.Contains(g.Accounts, s.Target.Account):
		return "account " + s.Target.Account + " is not among those in which something may be changed"
	case i >= 0:
		return fmt.Sprintf("changes are frozen until %s: %s", g.Freezes[i].To.UTC().Format(time.RFC3339), g.Freezes[i].Why)
	}
	return ""
}

// A Spending is what was begun on one day (UTC), by one policy or all.
type Spending struct {
	Actions int             `json:"actions"`
	Hourly  decimal.Decimal `json:"hourly"`
}

// everybody is the spending of all policies. No policy has an empty name.
const everybody = ""

// spendingKey is the record of a policy's spending on a day.
func spendingKey(now time.Time, policy string) string {
	return now.UTC().Format(time.DateOnly) + "/" + policy
}

// A Stretch is what runs have begun that count as one, since an instant.
type Stretch struct {
	From time.Time `json:"from"`
	Spending
}

// stretchKey is the record of a policy's newest stretch.
func stretchKey(policy string) string { return "run/" + policy }

// A budget counts what a plan takes against the caps.
type budget struct {
	limits policy.Limits
	daily  decimal.Decimal
	// seen is how many resources the caps' share is of.
	seen  int
	today Spending
	run   Spending
	// before is what the other runs have begun that count as one with this one.
	before Spending
}

// refuses is why one more action would be too much, empty where it is not. Dollars that are not known count as none: the count bounds them.
func (b *budget) refuses(hourly decimal.Decimal) string {
	l := b.limits
	run := Spending{b.before.Actions + b.run.Actions, b.before.Hourly.Add(b.run.Hourly)}
	switch {
	case l.MaxActions > 0 && run.Actions >= l.MaxActions:
		return fmt.Sprintf("maxActions: %d are due in this run already", run.Actions)
	case l.MaxPerDay > 0 && b.today.Actions+b.run.Actions >= l.MaxPerDay:
		return fmt.Sprintf("maxPerDay: %d today already", b.today.Actions+b.run.Actions)
	case l.MaxShare > 0 && b.run.Actions >= max(1, int(l.MaxShare*float64(b.seen))):
		return fmt.Sprintf("maxShare: %d of the %d that were seen are due already", b.run.Actions, b.seen)
	case l.MaxHourlySavings.IsPositive() && run.Hourly.Add(hourly).GreaterThan(l.MaxHourlySavings):
		return fmt.Sprintf("maxHourlySavings: with this one it would be $%s/h", run.Hourly.Add(hourly))
	case b.daily.IsPositive() && b.today.Hourly.Add(b.run.Hourly).Add(hourly).GreaterThan(b.daily):
		return fmt.Sprintf("maxDailySavings: with this one it would be $%s/h today", b.today.Hourly.Add(b.run.Hourly).Add(hourly))
	}
	return ""
}

func (b *budget) take(hourly decimal.Decimal) {
	b.run = Spending{b.run.Actions + 1, b.run.Hourly.Add(hourly)}
}
