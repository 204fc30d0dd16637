package policy

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones are needed where the machine has none: in a function, in a bare container
)

// A calendar says when people work.
type calendar struct {
	form Calendar
	zone *time.Location
	// hours are the hours of work.
	hours []hours
	// holidays are dates, 2026-12-25, or days of every year, 12-25.
	holidays map[string]bool
	weekends weekdays
}

// weekdays are some days of the week, Sunday first.
type weekdays [7]bool

// hours are hours of work on some days, in minutes of the day.
type hours struct {
	days     weekdays
	from, to int
}

// officeHours reports whether people work at the instant: within the hours, and on no holiday.
func (c *calendar) officeHours(at time.Time) bool {
	if c.holiday(at) {
		return false
	}
	local := at.In(c.zone)
	minute := local.Hour()*60 + local.Minute()
	for _, h := range c.hours {
		if h.days[local.Weekday()] && h.from <= minute && minute < h.to {
			return true
		}
	}
	return false
}

func (c *calendar) holiday(at time.Time) bool {
	local := at.In(c.zone)
	return c.holidays[local.Format(time.DateOnly)] || c.holidays[local.Format("01-02")]
}

func (c *calendar) weekend(at time.Time) bool { return c.weekends[at.In(c.zone).Weekday()] }

var dayNames = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func parseDay(s string) (int, bool) {
	for i, name := range dayNames {
		if strings.EqualFold(s, name) {
			return i, true
		}
	}
	return 0, false
}

var hoursForm = regexp.MustCompile(`^([A-Za-z]{3})(?:-([A-Za-z]{3}))? (\d\d):([0-5]\d)-(\d\d):([0-5]\d)$`)

// parseHours reads hours of work as "mon-fri 08:00-18:00".
func parseHours(s string) (hours, error) {
	const form = "write it as mon-fri 08:00-18:00"
	m := hoursForm.FindStringSubmatch(s)
	if m == nil {
		return hours{}, errors.New(form)
	}
	first, ok := parseDay(m[1])
	last, also := first, true
	if m[2] != "" {
		last, also = parseDay(m[2])
	}
	if !ok || !also {
		return hours{}, errors.New("the days are mon, tue, wed, thu, fri, sat and sun")
	}
	minutes := func(hour, minute string) int {
		h, _ := strconv.Atoi(hour) // digits, by the form
		m, _ := strconv.Atoi(minute)
		return h*60 + m
	}
	h := hours{from: minutes(m[3], m[4]), to: minutes(m[5], m[6])}
	switch {
	case h.from > 24*60 || h.to > 24*60:
		return hours{}, errors.New("a day ends at 24:00")
	case h.from >= h.to:
		return hours{}, errors.New("what goes on over midnight is two lines: fri 22:00-24:00 and sat 00:00-06:00")
	}
	for d := first; ; d = (d + 1) % 7 {
		h.days[d] = true
		if d == last {
			return h, nil
		}
	}
}

// parseHoliday reads a date, or a day of every year.
func parseHoliday(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	if err != nil {
		_, err = time.Parse(time.DateOnly, "2024-"+s) // a leap year: 02-29 is a day
	}
	return err == nil
}
