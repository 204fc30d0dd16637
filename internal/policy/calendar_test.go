package policy

import (
	"testing"
	"time"
)

// berlin is a calendar whose clock goes forward on 2026-03-29 at 02:00 and back on 2026-10-25 at 03:00.
func berlin(t *testing.T) *calendar {
	t.Helper()
	p := one(t, `
calendars:
  berlin:
    timeZone: Europe/Berlin
    officeHours:
      - mon-thu 08:00-18:00
      - fri 08:00-16:30
      - sat-sun 01:30-03:30
    holidays: [2026-04-06, 12-25, 02-29]
    weekend: [sat, sun]
policies:
  - {name: x, kind: endpoint, when: "true", steps: [notify: {to: owner}]}
`)
	return p.calendars["berlin"]
}

func TestOfficeHours(t *testing.T) {
	c := berlin(t)
	for at, want := range map[string]bool{
		"2026-03-02T07:59:59+01:00": false,
		"2026-03-02T08:00:00+01:00": true,
		"2026-03-02T17:59:59+01:00": true,
		"2026-03-02T18:00:00+01:00": false,
		"2026-03-02T07:30:00Z":      true, // 08:30 in Berlin
		"2026-03-06T16:29:59+01:00": true,
		"2026-03-06T16:30:00+01:00": false,
		"2026-07-01T06:30:00Z":      true, // summer time
		"2026-07-01T05:30:00Z":      false,
		"2026-04-06T10:00:00+02:00": false, // Easter Monday
		"2027-04-06T10:00:00+02:00": true,  // a date is of one year
		"2025-12-25T10:00:00+01:00": false,
		"2028-12-25T10:00:00+01:00": false, // a day is of every year
		"2028-02-29T10:00:00+01:00": false,
		"2026-03-29T00:59:00Z":      true,  // 01:59, right before the clock goes forward
		"2026-03-29T01:00:00Z":      true,  // 03:00, right after
		"2026-03-29T01:30:00Z":      false, // 03:30
		"2026-10-25T00:30:00Z":      true,  // 02:30 for the first time
		"2026-10-25T01:30:00Z":      true,  // 02:30 once more
		"2026-10-25T02:30:00Z":      false, // 03:30
	} {
		instant, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.officeHours(instant); got != want {
			t.Errorf("%s: %v", at, got)
		}
	}
}

func TestWeekendsAndHolidaysAreTheCalendarsZones(t *testing.T) {
	c := berlin(t)
	for at, want := range map[time.Time][2]bool{
		time.Date(2026, 3, 6, 22, 59, 0, 0, time.UTC): {false, false}, // Friday 23:59
		time.Date(2026, 3, 6, 23, 0, 0, 0, time.UTC):  {true, false},  // Saturday
		time.Date(2026, 3, 8, 23, 0, 0, 0, time.UTC):  {false, false}, // Monday
		time.Date(2026, 4, 5, 22, 0, 0, 0, time.UTC):  {false, true},  // Easter Monday
	} {
		if got := [2]bool{c.weekend(at), c.holiday(at)}; got != want {
			t.Errorf("%s: weekend and holiday are %v, want %v", at, got, want)
		}
	}
}

func TestHoursWrapAroundTheWeek(t *testing.T) {
	h, err := parseHours("Sat-Mon 00:00-24:00")
	if want := (weekdays{true, true, false, false, false, false, true}); err != nil || h.days != want || h.from != 0 || h.to != 24*60 {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestNext(t *testing.T) {
	const form = "policies: [{name: x, kind: endpoint, when: 'true', steps: [{notify: {to: owner}}], timeZone: Europe/Berlin, schedule: '"
	for schedule, want := range map[string]string{
		"0 19 * * mon-fri": "2026-03-02T18:00:00Z",
		"30 2 29 3 *":      "2026-03-29T01:00:00Z", // there is no 02:30 on that day: the clock goes forward
		"@daily":           "2026-03-02T23:00:00Z",
		"0 0 30 2 *":       "",
	} {
		next, ok := one(t, form+schedule+"'}]").Next(noon)
		if ok != (want != "") || ok && next.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s: %s, %v, want %s", schedule, next.UTC(), ok, want)
		}
	}
	if next, ok := one(t, "policies: [{name: x, kind: endpoint, when: 'true', steps: [{notify: {to: owner}}]}]").Next(noon); ok {
		t.Errorf("without a schedule, next is %s", next)
	}
}
