package world

import "time"

// Every is a clock's activity: an event at From+Phase and every Period after, before To.
type Every struct {
	Period, Phase time.Duration
	// From is where the clock starts; zero is the Unix epoch. A zero To never ends.
	From, To time.Time
}

// Count is how many events fall in [from, to).
func (e Every) Count(from, to time.Time) float64 {
	_, n := e.marks().within(from, to)
	return float64(n)
}

// Last is the newest event at or before t.
func (e Every) Last(t time.Time) (time.Time, bool) {
	m := e.marks()
	n := m.before(t.Add(1))
	if n == 0 {
		return time.Time{}, false
	}
	return m.start.Add(time.Duration(n-1) * m.every), true
}

func (e Every) marks() marks {
	start := e.From
	if start.IsZero() {
		start = time.Unix(0, 0).UTC()
	}
	return marks{start.Add(e.Phase), e.To, e.Period}
}

// marks are the instants start, start+every, … before end; a zero end is none.
type marks struct {
	start, end time.Time
	every      time.Duration
}

// before is how many marks are before t.
func (m marks) before(t time.Time) int {
	if !m.end.IsZero() {
		t = Earlier(t, m.end)
	}
	if m.every <= 0 || !m.start.Before(t) {
		return 0
	}
	return int((t.Sub(m.start)-1)/m.every) + 1
}

// within returns the first mark in [from, to) and how many there are.
func (m marks) within(from, to time.Time) (first time.Time, n int) {
	skip := m.before(from)
	return m.start.Add(time.Duration(skip) * m.every), max(m.before(to)-skip, 0)
}
