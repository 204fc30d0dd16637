package policy

import (
	"testing"
	"time"
)

// TestSchedulesWhenClocksChange: an hour that is left out comes when the clocks go on, one that is repeated comes once.
func TestSchedulesWhenClocksChange(t *testing.T) {
	for _, tt := range []struct {
		name, schedule, zone, after string
		want                        []string
	}{
		{"an hour left out, Berlin", "30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", []string{"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
		{"each quarter of an hour left out is one", "*/15 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", []string{"2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"}},
		{"an hour repeated, Berlin", "30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", []string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
		{"begun in the second of two", "30 2 * * *", "Europe/Berlin", "2026-10-25T01:10:00Z", []string{"2026-10-26T01:30:00Z"}},
		{"an hour left out, New York", "30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", []string{"2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"}},
		{"an hour repeated, New York", "30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", []string{"2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"}},
		{"the evening is the evening", "0 19 * * mon-fri", "Europe/Berlin", "2026-03-27T12:00:00Z", []string{"2026-03-27T18:00:00Z", "2026-03-30T17:00:00Z"}},
		{"every hour goes by the time that passes", "30 * * * *", "Europe/Berlin", "2026-10-24T23:45:00Z", []string{"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"}},
		{"every hour, and none left out", "30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", []string{"2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"}},
		{"a zone without changes", "0 9 * * *", "UTC", "2026-03-01T09:00:00Z", []string{"2026-03-02T09:00:00Z"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			zone, err := time.LoadLocation(tt.zone)
			if err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339, tt.after)
			if err != nil {
				t.Fatal(err)
			}
			p := &Policy{Schedule: tt.schedule, Zone: zone}
			for _, want := range tt.want {
				next, ever := p.Next(at)
				if got := next.UTC().Format(time.RFC3339); !ever || got != want {
					t.Fatalf("after %s: %s, want %s", at.UTC().Format(time.RFC3339), got, want)
				}
				at = next
			}
		})
	}
	never := &Policy{Schedule: "0 9 30 2 *", Zone: time.UTC}
	if at, ever := never.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); ever {
		t.Errorf("30 February comes on %s", at)
	}
}
