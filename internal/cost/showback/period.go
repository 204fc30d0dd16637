package showback

import (
	"fmt"
	"time"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
)

// A Period is the time that a report is about: billing periods, or days on which charges begin. The zero Period is all there is.
type Period struct {
	// from and to are in UTC, to itself not in it.
	from, to time.Time
	months   bool
}

// Months are the billing periods from one to another, both in it, as 2026-03.
func Months(from, to string) (Period, error) {
	a, err := month(from)
	if err != nil {
		return Period{}, err
	}
	b, err := month(to)
	if err != nil {
		return Period{}, err
	}
	if b.Before(a) {
		return Period{}, fmt.Errorf("%s is before %s", to, from)
	}
	return Period{a, b.AddDate(0, 1, 0), true}, nil
}

func month(s string) (time.Time, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no month: write it as 2026-03", s)
	}
	return t, nil
}

// Days are the charges that begin from one day on and before another.
func Days(from, to time.Time) (Period, error) {
	p := Period{from.UTC().Truncate(24 * time.Hour), to.UTC().Truncate(24 * time.Hour), false}
	if !p.from.Before(p.to) {
		return Period{}, fmt.Errorf("no day lies between %s and %s", p.from.Format(time.DateOnly), p.to.Format(time.DateOnly))
	}
	return p, nil
}

// IsZero reports whether it is all there is.
func (p Period) IsZero() bool { return p.to.IsZero() }

// Before is the period of the same length right before it.
func (p Period) Before() Period {
	if !p.months {
		return Period{p.from.Add(-p.to.Sub(p.from)), p.from, false}
	}
	n := (p.to.Year()-p.from.Year())*12 + int(p.to.Month()-p.from.Month())
	return Period{p.from.AddDate(0, -n, 0), p.from, true}
}

// Billed are the billing periods in which its charges are.
func (p Period) Billed() []string {
	var all []string
	for m := time.Date(p.from.Year(), p.from.Month(), 1, 0, 0, 0, 0, time.UTC); m.Before(p.to); m = m.AddDate(0, 1, 0) {
		all = append(all, m.Format("2006-01"))
	}
	return all
}

// Year are the twelve months up to its end, from the first that there is on.
func (p Period) Year(first string) Period {
	end := time.Date(p.to.Year(), p.to.Month(), 1, 0, 0, 0, 0, time.UTC)
	if end.Before(p.to) {
		end = end.AddDate(0, 1, 0)
	}
	year := Period{end.AddDate(-1, 0, 0), end, true}
	if begin, err := month(first); err == nil && begin.After(year.from) && begin.Before(end) {
		year.from = begin
	}
	return year
}

// with is the period with a step of a time before it.
func (p Period) with(d Dimension) Period {
	switch d.step {
	case monthStep:
		p.from = p.from.AddDate(0, -1, 0)
	default:
		if p.from = p.from.AddDate(0, 0, -7); p.months {
			p.from = time.Date(p.from.Year(), p.from.Month(), 1, 0, 0, 0, 0, time.UTC)
		}
	}
	return p
}

// stretches are the first and the last of the values of a time in it.
func (p Period) stretches(d Dimension) (first, last string) {
	end := p.to.AddDate(0, 0, -1)
	switch d.name {
	case "month":
		return p.from.Format("2006-01"), end.Format("2006-01")
	case "week":
		return p.from.AddDate(0, 0, -(int(p.from.Weekday())+6)%7).Format(time.DateOnly), end.Format(time.DateOnly)
	}
	return p.from.Format(time.DateOnly), end.Format(time.DateOnly)
}

// Bills are the first and the last of the bills that its charges may be on, as 2026-03; empty for all. What begins on a day may be on the bill of the month
// before, as what is paid ahead, or after, as what is put right.
func (p Period) Bills() (first, last string) {
	switch {
	case p.IsZero():
		return "", ""
	case p.months:
		return p.from.Format("2006-01"), p.to.AddDate(0, -1, 0).Format("2006-01")
	}
	end := p.to.AddDate(0, 0, -1)
	return p.from.AddDate(0, 0, 1-p.from.Day()).AddDate(0, -1, 0).Format("2006-01"), end.AddDate(0, 0, 1-end.Day()).AddDate(0, 1, 0).Format("2006-01")
}

// String is the period as people read it, its last day in it.
func (p Period) String() string {
	layout, last := time.DateOnly, p.to.AddDate(0, 0, -1)
	if p.months {
		layout = "2006-01"
	}
	from, to := p.from.Format(layout), last.Format(layout)
	switch {
	case p.IsZero():
		return "all months"
	case from == to:
		return from
	}
	return from + " to " + to
}

// condition is true in SQL of what is in it; empty for all.
func (p Period) condition() string {
	switch {
	case p.IsZero():
		return ""
	case p.months:
		last := p.to.AddDate(0, -1, 0).Format("2006-01")
		return "billing_period >= " + dialect.Text(p.from.Format("2006-01")) + " AND billing_period <= " + dialect.Text(last)
	}
	return "charge_period_start >= TIMESTAMP " + dialect.Text(p.from.Format(time.DateTime)) + " AND charge_period_start < TIMESTAMP " + dialect.Text(p.to.Format(time.DateTime))
}
