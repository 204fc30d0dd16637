package world

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

// noon is a Wednesday.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// instants draws instants within five weeks of noon, on seconds or off them.
func instants() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		s := rapid.IntRange(-35*86400, 35*86400).Draw(t, "second")
		ns := rapid.SampledFrom([]int{0, 0, 1, 999_999_999}).Draw(t, "ns")
		return noon.Add(time.Duration(s)*time.Second + time.Duration(ns))
	})
}

func intervals() *rapid.Generator[Interval] {
	return rapid.Custom(func(t *rapid.T) Interval {
		from := instants().Draw(t, "from")
		return Interval{from, from.Add(time.Duration(rapid.IntRange(-10, 200_000).Draw(t, "seconds")) * time.Second)}
	})
}

func workingDays() *rapid.Generator[WorkingDay] {
	return rapid.Custom(func(t *rapid.T) WorkingDay {
		start := time.Duration(rapid.IntRange(0, 23).Draw(t, "start")) * time.Hour
		w := WorkingDay{
			Zone:   zone(t, rapid.SampledFrom([]string{"Asia/Tokyo", "Europe/Berlin", "America/Los_Angeles"}).Draw(t, "zone")),
			Start:  start,
			End:    start + time.Duration(rapid.IntRange(1, 14).Draw(t, "hours"))*time.Hour,
			Jitter: time.Duration(rapid.IntRange(0, 40).Draw(t, "jitter")) * time.Minute,
			Seed:   rapid.Uint64().Draw(t, "seed"),
		}
		if rapid.Bool().Draw(t, "bounded") {
			in := intervals().Draw(t, "bounds")
			w.From, w.To = in.From, in.From.Add(30*day)
		}
		return w
	})
}

func traffics() *rapid.Generator[*Traffic] {
	return rapid.Custom(func(t *rapid.T) *Traffic {
		return NewTraffic(TrafficShape{
			PerMinute: rapid.Float64Range(0, 50).Draw(t, "rate"),
			Peak:      rapid.Float64Range(0, 24).Draw(t, "peak"),
			Swing:     rapid.Float64Range(0, 1).Draw(t, "swing"),
			Weekend:   rapid.SampledFrom([]float64{0, 0.2, 1}).Draw(t, "weekend"),
			Seed:      rapid.Uint64().Draw(t, "seed"),
			From:      instants().Draw(t, "from"),
			To:        rapid.SampledFrom([]time.Time{{}, noon, noon.Add(day)}).Draw(t, "to"),
		})
	})
}

func activities(depth int) *rapid.Generator[Activity] {
	return rapid.Custom(func(t *rapid.T) Activity {
		kinds := 6
		if depth > 0 {
			kinds = 10
		}
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			return Never{}
		case 1:
			return NewSessions(rapid.SliceOfN(intervals(), 0, 6).Draw(t, "sessions")...)
		case 2:
			return NewInstants(rapid.SliceOfN(instants(), 0, 6).Draw(t, "instants")...)
		case 3:
			e := Every{Period: time.Duration(rapid.IntRange(1, 100_000).Draw(t, "period")) * time.Second}
			e.Phase = time.Duration(rapid.IntRange(0, 3600).Draw(t, "phase")) * time.Second
			in := intervals().Draw(t, "bounds")
			e.From = in.From
			if rapid.Bool().Draw(t, "ends") {
				e.To = in.To
			}
			return e
		case 4:
			return workingDays().Draw(t, "working day")
		case 5:
			return traffics().Draw(t, "traffic")
		case 6:
			return Union{activities(depth-1).Draw(t, "a"), activities(depth-1).Draw(t, "b")}
		case 7:
			return Until(activities(depth-1).Draw(t, "a"), instants().Draw(t, "end"))
		case 8:
			return Since(activities(depth-1).Draw(t, "a"), instants().Draw(t, "start"))
		default:
			return Times{activities(depth-1).Draw(t, "a"), float64(rapid.IntRange(1, 500).Draw(t, "times"))}
		}
	})
}

// near says whether counts agree but for the rounding of seconds.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*max(1, math.Abs(a), math.Abs(b)) }

func TestCountsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := activities(2).Draw(t, "activity")
		cuts := rapid.SliceOfN(instants(), 3, 6).Draw(t, "cuts")
		slices.SortFunc(cuts, time.Time.Compare)
		var sum float64
		for i := range len(cuts) - 1 {
			n := a.Count(cuts[i], cuts[i+1])
			if n < 0 {
				t.Fatalf("count %v of [%v, %v)", n, cuts[i], cuts[i+1])
			}
			sum += n
		}
		if whole := a.Count(cuts[0], cuts[len(cuts)-1]); !near(sum, whole) {
			t.Fatalf("parts sum to %v, the whole is %v", sum, whole)
		}
	})
}

func TestLastAgreesWithCount(t *testing.T) {
	start := noon.Add(-100 * day)
	rapid.Check(t, func(t *rapid.T) {
		a := activities(2).Draw(t, "activity")
		at := instants().Draw(t, "at")
		last, ok := a.Last(at)
		if !ok {
			if n := a.Count(start, at); n != 0 {
				t.Fatalf("nothing ever, but %v counted", n)
			}
			return
		}
		if last.After(at) {
			t.Fatalf("last %v is after %v", last, at)
		}
		if n := a.Count(last.Add(1), at.Add(1)); n > 1e-8 {
			t.Fatalf("%v counted after the last, %v, up to %v", n, last, at)
		}
		if a.Count(last.Add(-1), at.Add(1)) == 0 {
			t.Fatalf("nothing counted at the last, %v", last)
		}
	})
}

func TestAnswersDoNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := activities(2).Draw(t, "activity")
		bins := rapid.SliceOfN(intervals(), 1, 8).Draw(t, "bins")
		ask := func(in Interval) string {
			last, ok := a.Last(in.From)
			return fmt.Sprint(a.Count(in.From, in.To), last, ok)
		}
		forward := make([]string, len(bins))
		for i, in := range bins {
			forward[i] = ask(in)
		}
		for i, in := range slices.Backward(bins) {
			if again := ask(in); again != forward[i] {
				t.Fatalf("%v: first %s, then %s", in, forward[i], again)
			}
		}
	})
}

func TestWorkingDay(t *testing.T) {
	const people = 40
	monday := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	worked := 0
	for seed := range uint64(people) {
		tokyo := WorkingDay{Zone: zone(t, "Asia/Tokyo"), Start: 9 * time.Hour, End: 18 * time.Hour, Seed: seed}
		for d := range 365 {
			date := monday.Add(time.Duration(d) * day)
			if night := date.Add(10 * time.Hour); tokyo.Count(night, night.Add(13*time.Hour)) != 0 {
				t.Fatalf("at work in the night after %v", date)
			}
			if tokyo.Count(date, date.Add(day)) == 0 {
				continue
			}
			worked++
			if wd := date.Weekday(); wd == time.Saturday || wd == time.Sunday {
				t.Fatalf("at work on %v", date)
			}
		}
	}
	if mean := worked / people; mean < 228 || mean > 242 {
		t.Errorf("a person works %d days a year", mean)
	}
}

func TestWorkingDayKeepsWallClockOverSummerTime(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	everyDay := []time.Weekday{0, 1, 2, 3, 4, 5, 6}
	w := WorkingDay{Zone: berlin, Start: 9 * time.Hour, End: 10 * time.Hour, Days: everyDay, Seed: 5}
	checked := 0
	for d := 26; d <= 31; d++ {
		nine := time.Date(2026, 3, d, 9, 0, 0, 0, berlin)
		if n := w.Count(nine.Add(-8*time.Hour), nine.Add(8*time.Hour)); n == 0 {
			continue
		}
		checked++
		if n := w.Count(nine, nine.Add(time.Hour)); n != 3600 {
			t.Errorf("March %d: %v s between nine and ten", d, n)
		}
	}
	if checked == 0 {
		t.Error("the person was away all the time: choose another seed")
	}
}

func TestTrafficFollowsItsShape(t *testing.T) {
	tr := NewTraffic(TrafficShape{PerMinute: 10, Peak: 14, Swing: 0.8, Weekend: 0.25, Seed: 1, From: noon.Add(-60 * day)})
	monday := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	if n := tr.Count(monday, monday.Add(day)); math.Abs(n-14400) > 2 {
		t.Errorf("Monday: %v calls, want 14400", n)
	}
	if n := tr.Count(monday.Add(5*day), monday.Add(6*day)); math.Abs(n-3600) > 2 {
		t.Errorf("Saturday: %v calls, want 3600", n)
	}
	peak, trough := tr.Count(monday.Add(14*time.Hour), monday.Add(15*time.Hour)), tr.Count(monday.Add(2*time.Hour), monday.Add(3*time.Hour))
	if peak < 8*trough {
		t.Errorf("peak hour %v, quiet hour %v", peak, trough)
	}
	if n := tr.Count(noon.Add(-90*day), noon.Add(-60*day)); n != 0 {
		t.Errorf("%v calls before the start", n)
	}
	minutes := map[float64]int{}
	for m := range 240 {
		minutes[tr.Count(monday.Add(12*time.Hour+time.Duration(m)*time.Minute), monday.Add(12*time.Hour+time.Duration(m+1)*time.Minute))]++
	}
	if len(minutes) < 3 {
		t.Errorf("a minute is like the other: %v", minutes)
	}
}

func TestUntilKeepsOutWhatHappensAtTheEnd(t *testing.T) {
	tick := Until(Every{Period: time.Hour, From: noon.Add(-2 * time.Hour)}, noon)
	if last, _ := tick.Last(noon.Add(time.Hour)); !last.Equal(noon.Add(-time.Hour)) {
		t.Errorf("last tick before noon: %v", last)
	}
	working := Until(Always(noon.Add(-2*time.Hour)), noon)
	if last, _ := working.Last(noon.Add(time.Hour)); !last.Equal(noon) {
		t.Errorf("work that went on until noon was last seen %v", last)
	}
}

func BenchmarkTrafficHour(b *testing.B) {
	tr := NewTraffic(TrafficShape{PerMinute: 30, Peak: 14, Swing: 0.8, Weekend: 0.25, From: noon.Add(-60 * day)})
	for b.Loop() {
		tr.Count(noon, noon.Add(time.Hour))
	}
}

func BenchmarkHeartbeatDay(b *testing.B) {
	e := Elapsed{Of: WorkingDay{Zone: zone(b, "Asia/Tokyo"), Start: 9 * time.Hour, End: 18 * time.Hour}, From: noon.Add(-30 * day)}
	for b.Loop() {
		e.Stat(noon.Add(-day), noon)
	}
}
