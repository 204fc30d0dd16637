package world

import (
	"math"
	"sort"
	"time"
)

// A TrafficShape is how calls come in over a week.
type TrafficShape struct {
	// PerMinute is the mean rate on a weekday.
	PerMinute float64
	// Peak is the busiest hour (UTC). Swing, 0 to 1, is how much quieter the opposite hour is.
	Peak, Swing float64
	// Weekend is the share of a weekday's traffic that comes on Saturday and Sunday.
	Weekend float64
	// Seed tells callers with the same shape apart.
	Seed uint64
	// From and To bound the traffic; a zero To never ends.
	From, To time.Time
}

// Traffic is calls that come in at irregular instants around a rate that follows the hour of the week.
//
// The k-th call comes when the integral of the rate reaches k plus a fraction that depends on k alone. So any instant
// can be asked for at the cost of a binary search over the hours of a week, and counts add up exactly.
type Traffic struct {
	from, to time.Time
	// origin is the Monday at or before from.
	origin time.Time
	seed   uint64
	rate   [weekHours]float64
	before [weekHours + 1]float64
}

const (
	weekHours = 7 * 24
	week      = 7 * day
)

// NewTraffic works out the integral of the shape.
func NewTraffic(s TrafficShape) *Traffic {
	t := &Traffic{from: s.From, to: s.To, seed: s.Seed}
	if t.to.IsZero() {
		t.to = Forever
	}
	y, m, d := s.From.UTC().Date()
	t.origin = time.Date(y, m, d-int(s.From.UTC().Weekday()+6)%7, 0, 0, 0, 0, time.UTC)
	for h := range weekHours {
		t.rate[h] = s.PerMinute * 60 * (1 + s.Swing*math.Cos((float64(h%24)-s.Peak)/24*2*math.Pi))
		if h >= 5*24 {
			t.rate[h] *= s.Weekend
		}
		t.before[h+1] = t.before[h] + t.rate[h]
	}
	return t
}

// Count is how many calls come in [from, to).
func (t *Traffic) Count(from, to time.Time) float64 {
	from, to = Later(from, t.from), Earlier(to, t.to)
	if !from.Before(to) {
		return 0
	}
	return t.calls(to) - t.calls(from)
}

// Last is the newest call at or before u.
func (t *Traffic) Last(u time.Time) (time.Time, bool) {
	u = Earlier(u.Add(1), t.to)
	k := t.calls(u)
	if !t.from.Before(u) || k == t.calls(t.from) {
		return time.Time{}, false
	}
	return t.call(k - 1), true
}

// calls is how many calls come between the origin and u.
func (t *Traffic) calls(u time.Time) float64 {
	weekly := t.before[weekHours]
	if weekly == 0 || !u.After(t.origin) {
		return 0
	}
	since := u.Sub(t.origin)
	weeks, rest := since/week, since%week
	hour := rest / time.Hour
	expected := float64(weeks)*weekly + t.before[hour] + (rest%time.Hour).Hours()*t.rate[hour]
	// The integral decides, save where rounding might.
	const rounding = 1e-6
	k := math.Floor(expected)
	past, part := expected-k, fraction(t.seed, uint64(k))
	if past > rounding && past < 1-rounding && math.Abs(past-part) > rounding {
		if part < past {
			k++
		}
		return k
	}
	k = max(0, k-2)
	for t.call(k).Before(u) {
		k++
	}
	return k
}

// call is the instant of the k-th call since the origin.
func (t *Traffic) call(k float64) time.Time {
	x := k + fraction(t.seed, uint64(k))
	weekly := t.before[weekHours]
	weeks := math.Floor(x / weekly)
	if weeks >= float64(Forever.Sub(t.origin)/week) {
		return Forever
	}
	x = min(max(x-weeks*weekly, 0), weekly)
	hour := sort.Search(weekHours-1, func(h int) bool { return t.before[h+1] > x })
	into := time.Duration(min((x-t.before[hour])/t.rate[hour], 1) * float64(time.Hour))
	return t.origin.Add(time.Duration(weeks)*week + time.Duration(hour)*time.Hour + into)
}
