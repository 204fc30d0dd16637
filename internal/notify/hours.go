package notify

import (
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/config"
)

var workdays = []string{"mon", "tue", "wed", "thu", "fri"}

// open reports whether a recipient is to be told at the instant.
func open(h *config.Hours, at time.Time) bool {
	if h == nil {
		return true
	}
	days := h.Days
	if len(days) == 0 {
		days = workdays
	}
	of := at.Format("15:04")
	return slices.ContainsFunc(days, func(d string) bool { return config.Weekdays[d] == at.Weekday() }) && h.From <= of && of < h.To
}

// slot is the newest instant, not after the one given, at which the clock there showed the time of day. A day on which the clock leaves it out has it
// when the clock goes on.
func slot(clock string, at time.Time) time.Time {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return at
	}
	day := at
	for range 3 { // today, or yesterday
		s := time.Date(day.Year(), day.Month(), day.Day(), t.Hour(), t.Minute(), 0, 0, at.Location())
		if !s.After(at) {
			return s
		}
		day = day.AddDate(0, 0, -1)
	}
	return at
}
