package world

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func patterns() *rapid.Generator[Pattern] {
	return rapid.Custom(func(t *rapid.T) Pattern {
		a := activities(1).Draw(t, "activity")
		in := intervals().Draw(t, "alive")
		every := time.Duration(rapid.IntRange(1, 30).Draw(t, "every")) * time.Minute
		switch rapid.IntRange(0, 4).Draw(t, "pattern") {
		case 0:
			return Samples{a, rapid.SampledFrom([]float64{0, 1}).Draw(t, "value")}
		case 1:
			return Gauge{From: in.From, To: in.To, Value: 3, Every: every, Each: rapid.IntRange(0, 4).Draw(t, "each")}
		case 2:
			return Elapsed{Of: a, From: in.From, To: in.To, Every: every}
		case 3:
			return Backlog{Of: a, Stay: 5 * time.Minute, From: in.From, To: in.To, Every: every}
		default:
			var ps []Point
			for _, at := range rapid.SliceOfN(instants(), 0, 8).Draw(t, "points") {
				ps = append(ps, Point{at, float64(at.Unix() % 7)})
			}
			return NewPoints(ps...)
		}
	})
}

func TestStatsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := patterns().Draw(t, "pattern")
		cuts := rapid.SliceOfN(instants(), 3, 6).Draw(t, "cuts")
		slices.SortFunc(cuts, time.Time.Compare)
		var sum Stat
		for i := range len(cuts) - 1 {
			sum = sum.Add(p.Stat(cuts[i], cuts[i+1]))
		}
		whole := p.Stat(cuts[0], cuts[len(cuts)-1])
		if !near(sum.Count, whole.Count) || !near(sum.Sum, whole.Sum) || !near(sum.Min, whole.Min) || !near(sum.Max, whole.Max) {
			t.Fatalf("parts %+v, whole %+v", sum, whole)
		}
		if whole.Count > 0 && (whole.Min > whole.Max || whole.Sum < whole.Min*whole.Count-1e-3 || whole.Sum > whole.Max*whole.Count+1e-3) {
			t.Fatalf("impossible statistics %+v", whole)
		}
	})
}

// The quick answer over a quiet stretch must be what the samples one by one give.
func TestElapsedIsSampledEachMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := activities(1).Draw(t, "activity")
		from := instants().Draw(t, "from").Truncate(time.Minute)
		e := Elapsed{Of: a, From: from.Add(-3 * day)}
		got := e.Stat(from, from.Add(5*time.Hour))
		want := Stat{Min: math.Inf(1)}
		for m := range 300 {
			at := from.Add(time.Duration(m) * time.Minute)
			last, ok := a.Last(at)
			if !ok {
				last = e.From
			}
			v := at.Sub(last).Seconds()
			want = Stat{want.Count + 1, want.Sum + v, min(want.Min, v), max(want.Max, v)}
		}
		if got.Count != 300 || !near(got.Sum, want.Sum) || !near(got.Min, want.Min) || !near(got.Max, want.Max) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

func TestPatterns(t *testing.T) {
	hour := Interval{noon, noon.Add(time.Hour)}
	used := NewSessions(Interval{noon.Add(-time.Hour), noon.Add(10 * time.Minute)})
	for _, tc := range []struct {
		name    string
		pattern Pattern
		want    Stat
	}{
		{"silent", Silent{}, Stat{}},
		{"no calls, no datapoint", Samples{Never{}, 1}, Stat{}},
		{"a call is a sample", Samples{Every{Period: 10 * time.Minute}, 1}, Stat{6, 6, 1, 1}},
		{"no errors are samples of zero", Samples{Every{Period: 10 * time.Minute}, 0}, Stat{6, 0, 0, 0}},
		{"two instances", Gauge{From: noon.Add(-day), Value: 4, Each: 2}, Stat{120, 480, 4, 4}},
		{"an instance that dies", Gauge{From: noon, To: noon.Add(30 * time.Minute), Value: 4}, Stat{30, 120, 4, 4}},
		{"a heartbeat", Elapsed{Of: used, From: noon, Every: 20 * time.Minute}, Stat{3, 600 + 1800, 0, 1800}},
		{"a heartbeat that stopped", Elapsed{Of: used, From: noon.Add(-day), To: noon, Every: 20 * time.Minute}, Stat{}},
		{"a heartbeat of what was never used", Elapsed{Of: Never{}, From: noon, Every: 30 * time.Minute}, Stat{2, 1800, 0, 1800}},
		{"an empty backlog is zeros", Backlog{Of: Never{}, Stay: time.Minute, From: noon}, Stat{60, 0, 0, 0}},
		{"a backlog", Backlog{Of: Times{NewInstants(noon), 7}, Stay: 2 * time.Minute, From: noon}, Stat{60, 14, 0, 7}},
		{"points", NewPoints(Point{noon.Add(time.Hour), 1}, Point{noon.Add(time.Minute), 2}, Point{noon, 5}), Stat{2, 7, 2, 5}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.pattern.Stat(hour.From, hour.To)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
