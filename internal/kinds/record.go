package kinds

import (
	"context"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"golang.org/x/sync/errgroup"

	"github.com/sagewarden/sagewarden/internal/estate"
)

const (
	// recordGrain is how finely the past is read, so that a bin can be taken as it was while it still filled.
	recordGrain = 5 * time.Minute
	// RecordKept is how far back a record may begin: CloudWatch keeps what is finer than an hour for 63 days, and the longest window of such a
	// grain, which leads up to a record, takes four of them.
	RecordKept = 58 * 24 * time.Hour
	// PublishingDelay is how late a datapoint is taken to have appeared in the past. CloudWatch does not tell when one did.
	PublishingDelay = 5 * time.Minute
	// answerPoints is how many datapoints one answer holds.
	answerPoints = 100_800
)

// A Record is a series over a long time, from which its signal follows as of any instant of that time.
type Record struct {
	series  Series
	quality estate.Quality
	note    string
	// bins are those of the series' own grain, oldest first.
	bins samples
	// fine are the datapoints that the newest bins were put together from; none where the series' grain is as fine.
	fine samples
}

// samples are datapoints, oldest first.
type samples struct {
	times  []time.Time
	values []float64
}

// before is how many of the samples begin before the instant.
func (s samples) before(at time.Time) int {
	return sort.Search(len(s.times), func(i int) bool { return !s.times[i].Before(at) })
}

func (s samples) slice(i, j int) samples {
	return samples{s.times[i:j:j], s.values[i:j:j]}
}

func (s *samples) add(at time.Time, v float64) {
	s.times, s.values = append(s.times, at), append(s.values, v)
}

// grain is how finely a series is read.
func (s Series) grain() time.Duration {
	if _, ok := s.fold(); ok {
		return min(recordGrain, time.Duration(s.Window.Period))
	}
	return time.Duration(s.Window.Period)
}

// fold is how two datapoints become one of a coarser grain, where they can.
func (s Series) fold() (func(a, b float64) float64, bool) {
	switch s.Stat {
	case "Sum", "SampleCount":
		return func(a, b float64) float64 { return a + b }, true
	case "Minimum":
		return math.Min, true
	case "Maximum":
		return math.Max, true
	}
	return nil, false
}

// periods is how many periods the series' window has.
func (s Series) periods() int {
	p := time.Duration(s.Window.Period)
	return int(binEnd(s.Window.To, p).Sub(s.Window.From) / p)
}

// spans are the windows in which the series is read, from an instant to that of its window: the newest finely, what leads up to the
// first instant at its own grain.
func (s Series) spans(from time.Time) (coarse, fine estate.Window) {
	p, g := time.Duration(s.Window.Period), s.grain()
	begins := windowOf(from, p, s.periods()).From
	if g == p {
		return estate.Window{}, estate.Window{From: begins, To: s.Window.To, Period: s.Window.Period}
	}
	turn := from.Add(-PublishingDelay - g).UTC().Truncate(p)
	return estate.Window{From: begins, To: turn.Add(-time.Nanosecond), Period: s.Window.Period}, estate.Window{From: turn, To: s.Window.To, Period: estate.Duration(g)}
}

// RecordCalls is how many calls the records of the series from an instant on take at most.
func RecordCalls(series []Series, from time.Time) int {
	calls := 0
	byWindow := map[estate.Window]int{}
	for _, s := range series {
		coarse, fine := s.spans(from)
		byWindow[coarse]++
		byWindow[fine]++
	}
	delete(byWindow, estate.Window{})
	for w, n := range byWindow {
		points := int(binEnd(w.To, time.Duration(w.Period)).Sub(w.From) / time.Duration(w.Period))
		for ; n > 0; n -= seriesPerCall {
			calls += max(1, (min(n, seriesPerCall)*points+answerPoints-1)/answerPoints)
		}
	}
	return calls
}

// Records reads the series for every instant from one on to that of their windows, in the order given. What could not be read is in the records.
func (s *Scope) Records(ctx context.Context, series []Series, from time.Time) []Record {
	type part struct {
		series Series
		points points
	}
	parts := make([][2]part, len(series)) // coarse, then fine
	byWindow := map[estate.Window][]*part{}
	for i, of := range series {
		coarse, fine := of.spans(from)
		for n, w := range []estate.Window{coarse, fine} {
			p := &parts[i][n]
			p.series, p.points.quality = of, estate.Good
			if p.series.Window = w; w.Period > 0 {
				byWindow[w] = append(byWindow[w], p)
			}
		}
	}
	var g errgroup.Group
	g.SetLimit(metricCalls)
	for window, all := range byWindow {
		for batch := range slices.Chunk(all, seriesPerCall) {
			g.Go(func() error {
				queries := make([]types.MetricDataQuery, len(batch))
				for i, p := range batch {
					queries[i] = p.series.query(i)
				}
				if s.Reading.Acquire(ctx, int64(len(batch))) == nil { // else the call fails at once, and says so
					defer s.Reading.Release(int64(len(batch)))
				}
				for i, p := range s.metricData(ctx, window, queries) {
					batch[i].points = p
				}
				return nil
			})
		}
	}
	_ = g.Wait() // a failure is in the records
	out := make([]Record, len(series))
	for i, of := range series {
		out[i] = of.record(parts[i][0].points, parts[i][1].points)
	}
	return out
}

// record puts a record together from its coarse and its fine datapoints.
func (s Series) record(coarse, fine points) Record {
	r := Record{series: s, quality: estate.Good}
	for _, p := range []points{coarse, fine} {
		sorted := slices.IsSortedFunc(p.times, time.Time.Compare)
		switch {
		case p.quality != estate.Good:
			r.quality, r.note = p.quality, p.note
		case !sorted:
			r.quality, r.note = estate.Failed, "its datapoints are out of order"
		}
	}
	if r.quality != estate.Good {
		return r
	}
	r.bins = samples{coarse.times, coarse.values}
	newest := samples{fine.times, fine.values}
	if s.grain() < time.Duration(s.Window.Period) {
		r.fine = newest
		newest = s.coarsen(newest)
	}
	r.bins = samples{slices.Concat(r.bins.times, newest.times), slices.Concat(r.bins.values, newest.values)}
	return r
}

// coarsen puts samples together to the series' own grain.
func (s Series) coarsen(fine samples) (out samples) {
	fold, _ := s.fold()
	for i, t := range fine.times {
		start := t.UTC().Truncate(time.Duration(s.Window.Period))
		if n := len(out.times) - 1; n >= 0 && out.times[n].Equal(start) {
			out.values[n] = fold(out.values[n], fine.values[i])
		} else {
			out.add(start, fine.values[i])
		}
	}
	return out
}

// At is the signal as it would have been read at an instant, when the datapoints of a while before had not appeared yet.
func (r Record) At(now time.Time, delay time.Duration) estate.Signal {
	s, p := r.series, time.Duration(r.series.Window.Period)
	s.Window = windowOf(now, p, s.periods())
	if r.quality != estate.Good {
		return s.signal(points{quality: r.quality, note: r.note})
	}
	// What had appeared by then: the bins that were through, and of those that were not, their finer ones that were.
	seen := now.Add(-delay)
	through := seen.UTC().Truncate(p)
	if r.fine.times == nil && delay == 0 {
		through = binEnd(seen, p)
	}
	first, last := r.bins.before(s.Window.From), r.bins.before(through)
	whole := r.bins.slice(min(first, last), last)
	if r.fine.times != nil {
		upTo := seen.UTC().Truncate(recordGrain)
		if delay == 0 { // of the present all is had that there is
			upTo = binEnd(seen, recordGrain)
		}
		i, j := r.fine.before(through), r.fine.before(upTo)
		rest := s.coarsen(r.fine.slice(i, max(i, j)))
		whole = samples{append(whole.times, rest.times...), append(whole.values, rest.values...)}
	}
	return s.signal(points{times: whole.times, values: whole.values, quality: estate.Good})
}

// Key names the series among those of a resource: by the signal that it becomes.
func (s Series) Key() string { return keyOf(s.Signal, s.Part, s.Source()) }

// KeyOf names the series that a signal was read from; of one that was read from no metric it is no series' key.
func KeyOf(s estate.Signal) string { return keyOf(s.Name, s.Part, s.Source) }

func keyOf(signal, part, source string) string {
	return signal + "\x00" + part + "\x00" + source
}
