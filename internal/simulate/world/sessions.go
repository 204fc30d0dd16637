package world

import (
	"slices"
	"sort"
	"time"
)

// An Interval is the stretch [From, To).
type Interval struct{ From, To time.Time }

// Sessions are stretches of continuous use: a person at the keyboard, a training cell. It counts seconds.
type Sessions struct {
	spans []Interval
	// before is the length of all earlier spans.
	before []time.Duration
}

// NewSessions sorts the stretches, joins those that touch, and drops the empty ones.
func NewSessions(spans ...Interval) *Sessions {
	sorted := slices.Clone(spans)
	slices.SortFunc(sorted, func(a, b Interval) int { return a.From.Compare(b.From) })
	s := &Sessions{}
	var total time.Duration
	for _, in := range sorted {
		if !in.From.Before(in.To) {
			continue
		}
		if n := len(s.spans); n > 0 && !in.From.After(s.spans[n-1].To) {
			last := &s.spans[n-1]
			grown := Later(last.To, in.To)
			total += grown.Sub(last.To)
			last.To = grown
			continue
		}
		s.spans = append(s.spans, in)
		s.before = append(s.before, total)
		total += in.To.Sub(in.From)
	}
	return s
}

// Always is use without a break from an instant on: something that others depend on at every moment.
func Always(from time.Time) *Sessions { return NewSessions(Interval{from, Forever}) }

// Count is the seconds of use in [from, to).
func (s *Sessions) Count(from, to time.Time) float64 {
	if !from.Before(to) {
		return 0
	}
	return (s.until(to) - s.until(from)).Seconds()
}

// until is the length of all use before t.
func (s *Sessions) until(t time.Time) time.Duration {
	i := sort.Search(len(s.spans), func(i int) bool { return !s.spans[i].From.Before(t) })
	if i == 0 {
		return 0
	}
	in := s.spans[i-1]
	return s.before[i-1] + Earlier(t, in.To).Sub(in.From)
}

// Last is t while in use, else the end of the last stretch.
func (s *Sessions) Last(t time.Time) (time.Time, bool) {
	i := sort.Search(len(s.spans), func(i int) bool { return s.spans[i].From.After(t) })
	if i == 0 {
		return time.Time{}, false
	}
	return Earlier(t, s.spans[i-1].To), true
}
