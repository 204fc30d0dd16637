package world

import (
	"slices"
	"time"
)

// Forever is later than any instant at which a world is looked at.
var Forever = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// Never is the activity of what nobody uses.
type Never struct{}

// Count is zero.
func (Never) Count(_, _ time.Time) float64 { return 0 }

// Last finds nothing.
func (Never) Last(time.Time) (time.Time, bool) { return time.Time{}, false }

// Instants are single events, oldest first.
type Instants []time.Time

// NewInstants sorts the events.
func NewInstants(at ...time.Time) Instants {
	s := slices.Clone(at)
	slices.SortFunc(s, time.Time.Compare)
	return s
}

// Count is how many events fall in [from, to).
func (s Instants) Count(from, to time.Time) float64 {
	i, _ := slices.BinarySearchFunc(s, from, time.Time.Compare)
	j, _ := slices.BinarySearchFunc(s, to, time.Time.Compare)
	return float64(max(j-i, 0))
}

// Last is the newest event at or before t.
func (s Instants) Last(t time.Time) (time.Time, bool) {
	i, _ := slices.BinarySearchFunc(s, t.Add(1), time.Time.Compare)
	if i == 0 {
		return time.Time{}, false
	}
	return s[i-1], true
}

// A Union is everything that its members do. What two members do at once counts twice.
type Union []Activity

// Count is the sum over the members.
func (u Union) Count(from, to time.Time) float64 {
	var n float64
	for _, a := range u {
		n += a.Count(from, to)
	}
	return n
}

// Last is the newest over the members.
func (u Union) Last(t time.Time) (last time.Time, ok bool) {
	for _, a := range u {
		if l, found := a.Last(t); found && (!ok || l.After(last)) {
			last, ok = l, true
		}
	}
	return last, ok
}

// Times is an activity of which each event counts N times: a batch of N calls.
type Times struct {
	Activity
	N float64
}

// Count is N times that of the activity.
func (s Times) Count(from, to time.Time) float64 { return s.N * s.Activity.Count(from, to) }

// Until is the part of an activity before an instant.
func Until(a Activity, end time.Time) Activity { return clip{a, time.Time{}, end} }

// Since is the part of an activity from an instant on.
func Since(a Activity, start time.Time) Activity { return clip{a, start, Forever} }

// clip is the part of an activity in [from, to).
type clip struct {
	of       Activity
	from, to time.Time
}

func (c clip) Count(from, to time.Time) float64 {
	from, to = Later(from, c.from), Earlier(to, c.to)
	if !from.Before(to) {
		return 0
	}
	return c.of.Count(from, to)
}

func (c clip) Last(t time.Time) (time.Time, bool) {
	if !t.Before(c.to) {
		// What goes on up to the end was last seen at the end; an event at the end itself is out.
		if c.Count(c.to.Add(-1), c.to) > 0 {
			return c.to, true
		}
		t = c.to.Add(-1)
	}
	last, ok := c.of.Last(t)
	if !ok || last.Before(c.from) || c.Count(last, last.Add(1)) == 0 && !last.After(c.from) {
		return time.Time{}, false
	}
	return last, true
}
