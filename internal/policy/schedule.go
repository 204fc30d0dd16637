package policy

import (
	"errors"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// parseSchedule reads a cron expression of five fields, or @daily and the like. Zones are the policy's.
func parseSchedule(text string) (cron.Schedule, error) {
	if strings.Contains(text, "TZ=") {
		return nil, errors.New("the zone is the policy's timeZone")
	}
	return cron.ParseStandard(text)
}

// everyHour is the bit by which the parser says that a field was a star.
const everyHour = 1 << 63

// Next is when the policy looks next after an instant; false where it looks at every run, or never again.
//
// A schedule that names hours means those on the wall: an hour that the clocks leave out comes when they go on, and one that they repeat comes once.
// One of every hour goes by the time that passes.
func (p *Policy) Next(after time.Time) (time.Time, bool) {
	if p.Schedule == "" {
		return time.Time{}, false
	}
	s, err := parseSchedule(p.Schedule)
	if err != nil {
		return time.Time{}, false
	}
	after = after.In(p.Zone)
	if spec, ok := s.(*cron.SpecSchedule); !ok || spec.Hour&everyHour != 0 {
		next := s.Next(after)
		return next, !next.IsZero()
	}
	// The wall is read as if it were in UTC, where no hour is left out or repeated.
	for wall := s.Next(onWall(after)); !wall.IsZero(); wall = s.Next(wall) {
		if at := firstShown(wall, p.Zone); at.After(after) {
			return at, true
		}
	}
	return time.Time{}, false
}

// onWall is what clocks on the wall show at an instant.
func onWall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// firstShown is when the clocks of a zone show a time first, or where they leave it out, when they go on behind it.
func firstShown(wall time.Time, zone *time.Location) time.Time {
	at := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), zone)
	from, to := at.ZoneBounds()
	switch shown := onWall(at); {
	case shown.After(wall):
		return from
	case shown.Before(wall):
		return to
	case from.IsZero():
		return at
	}
	_, now := at.Zone()
	_, before := from.Add(-time.Second).Zone()
	if first := at.Add(-time.Duration(before-now) * time.Second); before > now && first.Before(from) {
		return first
	}
	return at
}
