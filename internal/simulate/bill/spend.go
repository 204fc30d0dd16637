package bill

import (
	"math"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A spend is something that costs money as long as it stands, or as often as it is called.
type spend struct {
	subject *Subject
	product *Product
	// of counts the seconds that it stands, or its calls.
	of world.Activity
	// size is how many it is at once, instances or gigabytes, or what each call takes; per is how many seconds make a unit, or 1 for calls.
	size Amount
	per  int64
	as   LineType
	// more is of the same product and for the same: further instances, say. One line has it all.
	more []spend
	// pod is the share of an instance that it is, where it is one.
	pod *pod
}

// used is how many units are used in [from, to).
func (s *spend) used(from, to time.Time) Amount {
	const milli = 1000
	used := s.size.over(int64(math.Round(s.of.Count(from, to)*milli)), s.per*milli)
	for _, o := range s.more {
		used += o.used(from, to)
	}
	return used
}

const secondsOfHour = 3600

// A purse collects the spends of a region of an account.
type purse struct {
	*Bill
	account *world.Account
	region  *world.Region
	called  map[string]world.Union
	spends  []spend
}

// subject is a resource of the region by the last part of its ARN.
func (p *purse) subject(kind, resource, name string) *Subject {
	s := &Subject{Account: p.account, Region: p.region.Name, Kind: kind, Name: name, ID: p.account.ARN(p.region.Name, resource)}
	s.tags, s.Team = p.region.Tags[s.ID], p.world.Teams[s.ID]
	return s
}

// add notes what costs; what the price list lacks costs nothing here.
func (p *purse) add(s spend) {
	if s.product == nil || s.size == 0 {
		return
	}
	for i := len(p.spends) - 1; i >= 0 && p.spends[i].subject.ID == s.subject.ID; i-- { // which may be there several times, as it was and as it is
		if *p.spends[i].product == *s.product {
			p.spends[i].more = append(p.spends[i].more, s)
			return
		}
	}
	p.spends = append(p.spends, s)
}

// stand bills what stands over the stretches: so much of it at once, at the product's rate for so many seconds.
func (p *purse) stand(s *Subject, product *Product, size Amount, per int64, over ...world.Interval) {
	p.add(spend{subject: s, product: product, as: Usage, of: world.NewSessions(over...), size: size, per: per})
}

// hours bills n of a usage type by the hour, over the stretches.
func (p *purse) hours(s *Subject, usage string, n int64, over ...world.Interval) {
	p.stand(s, p.catalog.of(p.region.Name, usage), Amount(n)*One, secondsOfHour, over...)
}

// gigabytes bills storage. A month is as long as the month at hand.
func (p *purse) gigabytes(s *Subject, usage string, gb Amount, over ...world.Interval) {
	p.stand(s, p.catalog.of(p.region.Name, usage), gb, int64(p.end.Sub(p.Month).Seconds()), over...)
}

// calls bills what each call takes.
func (p *purse) calls(s *Subject, usage string, each Amount, calls world.Activity) {
	if calls != nil {
		p.add(spend{subject: s, product: p.catalog.of(p.region.Name, usage), as: Usage, of: calls, size: each, per: 1})
	}
}

// lasting is the stretch from one instant to another, which never comes when it is zero.
func lasting(from, to time.Time) world.Interval {
	if to.IsZero() {
		to = world.Forever
	}
	return world.Interval{From: from, To: to}
}

// ending is the first of the instants that are not zero.
func ending(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
