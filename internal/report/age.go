package report

import (
	"fmt"
	"strings"
	"time"
)

const day = 24 * time.Hour

var units = [...]struct {
	name string
	span time.Duration
}{{"d", day}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}}

// span prints a duration by its largest unit and the next: "12d 4h". Seconds are for less than a minute: no evidence is finer.
func span(d time.Duration) string { return inUnits(d, 2) }

// idleFor prints how long something is idle. An open span is longer than the evidence reaches, so that it is only bounded: ">33d".
func idleFor(d time.Duration, open bool) string {
	switch {
	case d <= 0:
		return "-"
	case open:
		return ">" + inUnits(d, 1)
	}
	return span(d)
}

func inUnits(d time.Duration, count int) string {
	var parts []string
	for _, u := range units {
		if len(parts) == count || len(parts) > 0 && u.span < time.Minute {
			break
		}
		if n := d / u.span; n > 0 {
			parts = append(parts, fmt.Sprintf("%d%s", n, u.name))
			d %= u.span
		} else if len(parts) > 0 {
			break
		}
	}
	if len(parts) == 0 {
		return "0s"
	}
	return strings.Join(parts, " ")
}

// instant prints a time to the minute.
func instant(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// ago prints the age of a time at the snapshot's instant.
func ago(now, t time.Time) string {
	switch {
	case t.IsZero():
		return "-"
	case t.After(now):
		return "in " + span(t.Sub(now))
	case now.Sub(t) < time.Minute:
		return "just now"
	}
	return span(now.Sub(t)) + " ago"
}

// when prints both.
func when(now, t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return instant(t) + ", " + ago(now, t)
}
