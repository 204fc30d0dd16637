package world

import (
	"slices"
	"time"
)

// A WorkingDay is a person's habit: at work on most working days, at about the same hours, with a break in the middle,
// a sick day now and then, and weeks of holiday. It counts seconds at work.
type WorkingDay struct {
	// Zone is where the person lives.
	Zone *time.Location
	// Start and End are the usual hours, since local midnight. End may be beyond 24 h for a night shift.
	Start, End time.Duration
	// Days are the working days; none means Monday to Friday.
	Days []time.Weekday
	// Jitter is how far start and end may be off, either way.
	Jitter time.Duration
	// Seed tells people with the same hours apart.
	Seed uint64
	// From and To bound the habit; a zero To never ends.
	From, To time.Time
}

const (
	day = 24 * time.Hour
	// longestAbsence bounds the search for the last day at work.
	longestAbsence = 120
	// A long day has a break; it starts in the middle of the day.
	breakAfter = 5 * time.Hour
	breakLasts = 50 * time.Minute
)

// Count is the seconds at work in [from, to).
func (w WorkingDay) Count(from, to time.Time) float64 {
	from, to = w.clip(from, to)
	if !from.Before(to) {
		return 0
	}
	var used time.Duration
	for n := w.dayOf(from) - 1; n <= w.dayOf(to); n++ {
		for _, in := range w.on(n) {
			used += max(0, Earlier(to, in.To).Sub(Later(from, in.From)))
		}
	}
	return used.Seconds()
}

// Last is t while at work, else when the person last left.
func (w WorkingDay) Last(t time.Time) (time.Time, bool) {
	from, t := w.clip(w.From, t)
	if t.Before(from) {
		return time.Time{}, false
	}
	today := w.dayOf(t)
	for n := today; n >= today-longestAbsence && n >= w.dayOf(from)-1; n-- {
		spans := w.on(n)
		for _, span := range slices.Backward(spans) {
			// A stretch that is cut to nothing by From or To was no use.
			begin, end := Later(span.From, from), Earlier(span.To, t)
			if !begin.After(end) && begin.Before(span.To) && (w.To.IsZero() || begin.Before(w.To)) {
				return end, true
			}
		}
	}
	return time.Time{}, false
}

func (w WorkingDay) clip(from, to time.Time) (time.Time, time.Time) {
	if !w.To.IsZero() {
		to = Earlier(to, w.To)
	}
	return Later(from, w.From), to
}

// dayOf is the local date as days since the Unix epoch.
func (w WorkingDay) dayOf(t time.Time) int {
	y, m, d := t.In(w.Zone).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / int64(day/time.Second))
}

// on is when the person works on the date, in order.
func (w WorkingDay) on(n int) []Interval {
	date := time.Unix(int64(n)*int64(day/time.Second), 0).UTC()
	if !w.present(n, date.Weekday()) {
		return nil
	}
	start := w.Start + w.off(n, 0)
	end := w.End + w.off(n, 1)
	// Wall-clock seconds, so that hours stay hours over a change to summer time.
	at := func(d time.Duration) time.Time {
		return time.Date(date.Year(), date.Month(), date.Day(), 0, 0, int(d/time.Second), 0, w.Zone).UTC()
	}
	if end-start < breakAfter {
		return []Interval{{at(start), at(max(end, start))}}
	}
	pause := (start+end)/2 + w.off(n, 2)/2
	return []Interval{{at(start), at(pause)}, {at(pause + breakLasts), at(end)}}
}

// present says whether the date is a working day without holiday or sickness: about four weeks and six days a year off.
func (w WorkingDay) present(n int, d time.Weekday) bool {
	if len(w.Days) == 0 {
		if d == time.Saturday || d == time.Sunday {
			return false
		}
	} else if !slices.Contains(w.Days, d) {
		return false
	}
	const holiday, sick = 1 << 40, 2 << 40
	return fraction(w.Seed, holiday+uint64(n/7)) >= 4./52 && fraction(w.Seed, sick+uint64(n)) >= 6./250
}

func (w WorkingDay) off(n int, what uint64) time.Duration {
	return time.Duration((2*fraction(w.Seed, uint64(n)*4+what) - 1) * float64(w.Jitter))
}
