package world

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// However its samples are asked for, each tells of the minute before it.
func TestLevelIsThatOfItsSamples(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		minutes := func(name string, most int) time.Duration {
			return time.Duration(rapid.IntRange(0, most).Draw(t, name)) * 30 * time.Second
		}
		var work []Interval
		for range rapid.IntRange(0, 5).Draw(t, "stretches") {
			start := noon.Add(minutes("start", 600))
			work = append(work, Interval{start, start.Add(minutes("length", 300))})
		}
		p := Level{Of: NewSessions(work...), Busy: 80, Rest: 2, Mute: rapid.Bool().Draw(t, "mute"), From: noon.Add(minutes("from", 100)), To: noon.Add(minutes("to", 1200))}
		from := noon.Add(minutes("asked from", 900))
		to := from.Add(minutes("asked for", 900))
		var want Stat
		for at := p.From; at.Before(p.To); at = at.Add(time.Minute) {
			switch busy := p.Of.Count(at.Add(-time.Minute), at) > 0; {
			case at.Before(from) || !at.Before(to):
			case busy:
				want = want.Add(repeat(1, 80))
			case !p.Mute:
				want = want.Add(repeat(1, 2))
			}
		}
		if got := p.Stat(from, to); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}
