package kinds

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// reading is what CloudWatch answers of samples, one a minute, in a window.
func reading(s Series, w estate.Window, samples map[time.Time]float64) (p points) {
	p.quality = estate.Good
	period := time.Duration(w.Period)
	fold, _ := s.fold()
	for at := w.From; at.Before(binEnd(w.To, period)); at = at.Add(period) {
		var value float64
		any := false
		for m := at; m.Before(at.Add(period)); m = m.Add(time.Minute) {
			v, ok := samples[m]
			switch {
			case !ok:
			case s.Stat == "SampleCount":
				value++
			case !any:
				value = v
			default:
				value = fold(value, v)
			}
			any = any || ok
		}
		if any {
			p.times, p.values = append(p.times, at), append(p.values, value)
		}
	}
	return p
}

var seriesOfAllSorts = []Series{
	{Signal: "use", Stat: "Sum"}, {Signal: "control", Stat: "SampleCount"}, {Signal: "level", Stat: "Maximum", Floor: 5}, {Signal: "lately", Stat: "SampleCount", Newest: true},
	{Signal: "heartbeat", Stat: "Minimum", Newest: true, Ages: true},
}

// drawn draws a series of some sort and grain, its samples, and the instants between which it is recorded.
func drawn(t *rapid.T) (s Series, samples map[time.Time]float64, from, to time.Time) {
	s = rapid.SampledFrom(seriesOfAllSorts).Draw(t, "series")
	period := rapid.SampledFrom(periods[1:7]).Draw(t, "period")
	to = time.Date(2026, 3, 2, 15, 7, 30, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 100_000).Draw(t, "seconds")) * time.Second)
	from = to.Add(-time.Duration(rapid.IntRange(1, 12).Draw(t, "hours")) * time.Hour)
	s.Window = windowOf(to, period, rapid.IntRange(2, 8).Draw(t, "periods"))
	samples = map[time.Time]float64{}
	first := windowOf(from, period, s.periods()).From
	for range rapid.IntRange(0, 60).Draw(t, "samples") {
		minute := rapid.IntRange(0, int(to.Sub(first)/time.Minute)).Draw(t, "minute")
		samples[first.Add(time.Duration(minute)*time.Minute)] = float64(rapid.IntRange(0, 9).Draw(t, "value"))
	}
	return s, samples, from, to
}

func recorded(s Series, from time.Time, samples map[time.Time]float64) Record {
	coarse, fine := s.spans(from)
	before := points{quality: estate.Good}
	if coarse.Period > 0 {
		before = reading(s, coarse, samples)
	}
	return s.record(before, reading(s, fine, samples))
}

// TestARecordOfThePresentIsTheSignal: whatever the grain it was read by, a record gives as of its end the signal that asking then gives.
func TestARecordOfThePresentIsTheSignal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, samples, from, to := drawn(t)
		got, want := recorded(s, from, samples).At(to, 0), s.signal(reading(s, s.Window, samples))
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestARecordKnowsNoFuture: what was not published yet at an instant changes nothing of the signal as of then, and what was is in it.
func TestARecordKnowsNoFuture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, samples, from, to := drawn(t)
		now := from.Add(time.Duration(rapid.IntRange(0, int(to.Sub(from)/time.Minute)).Draw(t, "now")) * time.Minute)
		known := map[time.Time]float64{}
		visible := now.Add(-PublishingDelay).Truncate(recordGrain)
		for at, v := range samples {
			if at.Before(visible) {
				known[at] = v
			}
		}
		asked := s
		asked.Window = windowOf(now, time.Duration(s.Window.Period), s.periods())
		got, want := recorded(s, from, samples).At(now, PublishingDelay), asked.signal(reading(asked, asked.Window, known))
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestABrokenRecordIsNoSilence: a series that could not be read in part or whole gives a broken signal at every instant.
func TestABrokenRecordIsNoSilence(t *testing.T) {
	s := Series{Signal: "use", Stat: "Sum", Window: windowOf(time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC), time.Hour, 20)}
	good, early := points{quality: estate.Good}, s.Window.To.Add(-6*time.Hour)
	disorder := points{quality: estate.Good, times: []time.Time{early, early.Add(-time.Hour)}, values: []float64{1, 1}}
	for name, r := range map[string]Record{
		"denied": s.record(points{quality: estate.Denied}, good), "partial": s.record(good, points{quality: estate.Partial}), "in disorder": s.record(good, disorder),
	} {
		for _, now := range []time.Time{early, s.Window.To} {
			if sig := r.At(now, 0); !sig.Quality.Broken() {
				t.Errorf("%s: %+v", name, sig)
			}
		}
	}
}

// TestRecordsAreWithinWhatIsKept: no part of a record is asked for at a grain that CloudWatch keeps no more, and the calls are reckoned by their datapoints.
func TestRecordsAreWithinWhatIsKept(t *testing.T) {
	now := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	for _, period := range periods[1:] { // by minutes alone nothing is judged: metrics are later than that
		s := Series{Stat: "Sum", Window: windowOf(now, period, periodsPerWindow)}
		coarse, fine := s.spans(now.Add(-RecordKept))
		for _, w := range []estate.Window{coarse, fine} {
			age, grain := now.Sub(w.From), time.Duration(w.Period)
			if grain > 0 && (age > 455*24*time.Hour || age > 63*24*time.Hour && grain < time.Hour) {
				t.Errorf("at a grain of %s, %s is too old", grain, age)
			}
		}
	}
	series := make([]Series, 501)
	for i := range series {
		series[i] = Series{Stat: "Sum", Window: windowOf(now, time.Hour, periodsPerWindow)}
	}
	// 30 days of five minutes and a little are 8,656 bins at most, 100,800 of which come in one answer; 200 bins of an hour lead up to them.
	if n := RecordCalls(series, now.Add(-30*24*time.Hour)); math.Abs(float64(n-46)) > 1 {
		t.Errorf("%d calls", n)
	}
}
