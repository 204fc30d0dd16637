package scan

import (
	"cmp"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// Limits say what idle is: how long without use, and which traffic is none.
type Limits struct {
	// IdleFor is by kind; the key "" stands for every kind that is not named. A kind's own default comes last.
	IdleFor map[estate.Kind]time.Duration
	// MinDailyInvocations is the traffic that is taken for warmers and health checks; zero means that any call is use.
	MinDailyInvocations float64
	// Acting is as in estate.Criteria.
	Acting bool
}

// Criteria are the limits as a judge of the kind takes them.
func (l Limits) Criteria(k kinds.Kind, now time.Time) estate.Criteria {
	return estate.Criteria{Now: now, MinDailyInvocations: l.MinDailyInvocations, Acting: l.Acting,
		IdleFor: cmp.Or(l.IdleFor[k.Family().Name], l.IdleFor[""], k.Family().IdleFor)}
}

func (l Limits) table(ks []kinds.Kind) map[estate.Kind]estate.Duration {
	t := map[estate.Kind]estate.Duration{}
	for _, k := range ks {
		t[k.Family().Name] = estate.Duration(l.Criteria(k, time.Time{}).IdleFor)
	}
	return t
}
