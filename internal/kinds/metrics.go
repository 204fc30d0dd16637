package kinds

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"golang.org/x/sync/errgroup"

	"github.com/sagewarden/sagewarden/internal/estate"
)

const (
	// seriesPerCall is the most that one GetMetricData takes.
	seriesPerCall = 500
	// metricCalls is how many GetMetricData run at once for a target.
	metricCalls = 4
)

// Measure fetches the series in as few calls as the limit allows, and adds to each resource the signals of its own, in the order
// given. A series that is wanted twice is fetched once.
func (s *Scope) Measure(ctx context.Context, wanted []Want) {
	type fetch struct {
		key    string
		series Series
		signal estate.Signal
	}
	unique := map[string]*fetch{}
	byWindow := map[estate.Window][]*fetch{}
	keys := make([]string, len(wanted))
	for i, want := range wanted {
		w := want.Series
		keys[i] = fmt.Sprint(w.Source(), w.Window, w.Newest, w.Floor)
		if unique[keys[i]] == nil {
			f := &fetch{key: keys[i], series: w}
			unique[keys[i]] = f
			byWindow[w.Window] = append(byWindow[w.Window], f)
		}
	}
	var g errgroup.Group
	g.SetLimit(metricCalls)
	for window, fetches := range byWindow {
		// In the same order whatever order the resources were found in: the same estate asks the same questions.
		slices.SortFunc(fetches, func(a, b *fetch) int { return strings.Compare(a.key, b.key) })
		for batch := range slices.Chunk(fetches, seriesPerCall) {
			g.Go(func() error {
				queries := make([]types.MetricDataQuery, len(batch))
				for i, f := range batch {
					queries[i] = f.series.query(i)
				}
				if s.Reading.Acquire(ctx, int64(len(batch))) == nil { // else the call fails at once, and says so
					defer s.Reading.Release(int64(len(batch)))
				}
				for i, p := range s.metricData(ctx, window, queries) {
					batch[i].signal = batch[i].series.signal(p)
				}
				return nil
			})
		}
	}
	_ = g.Wait() // a failure is in the signals

	more := map[*estate.Observation]int{}
	for _, w := range wanted {
		more[w.For]++
	}
	for i, w := range wanted {
		sig := unique[keys[i]].signal
		sig.Name, sig.Part = w.Series.Signal, w.Series.Part
		// A snapshot keeps them: no room is left over.
		w.For.Signals = append(slices.Grow(w.For.Signals, more[w.For]), sig)
		more[w.For]--
	}
}

// query is the series as the API takes it. No unit is given: a unit other than the published one finds nothing.
func (s Series) query(i int) types.MetricDataQuery {
	dims := make([]types.Dimension, len(s.Dimensions))
	for i, d := range s.Dimensions {
		dims[i] = types.Dimension{Name: aws.String(d.Name), Value: aws.String(d.Value)}
	}
	return types.MetricDataQuery{
		Id: aws.String(fmt.Sprintf("m%d", i)),
		MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: aws.String(s.Namespace), MetricName: aws.String(s.Metric), Dimensions: dims},
			Period: aws.Int32(int32(time.Duration(s.Window.Period).Seconds())), Stat: aws.String(s.Stat),
		},
	}
}

// Points are the datapoints of one series, oldest first, or why there are none.
type points struct {
	times   []time.Time
	values  []float64
	quality estate.Quality
	note    string
}

// metricData makes one request, follows its pages, and says of each query how complete its answer is.
func (s *Scope) metricData(ctx context.Context, w estate.Window, queries []types.MetricDataQuery) []points {
	out := make([]points, len(queries))
	answered := make([]bool, len(queries))
	pages := cloudwatch.NewGetMetricDataPaginator(s.CloudWatch(), &cloudwatch.GetMetricDataInput{
		MetricDataQueries: queries, // To the end of the present period: no bin is cut, and no recent datapoint falls outside.
		StartTime:         aws.Time(w.From), EndTime: aws.Time(binEnd(w.To, time.Duration(w.Period))), ScanBy: types.ScanByTimestampAscending,
	})
	for pages.HasMorePages() {
		page, err := Call(ctx, s, "cloudwatch:GetMetricData", func(ctx context.Context) (*cloudwatch.GetMetricDataOutput, error) { return pages.NextPage(ctx) },
			func(o *cloudwatch.GetMetricDataOutput) bool { return o.MetricDataResults != nil })
		if err != nil {
			for i := range out {
				bad := brokenSignal("", "", "", err)
				out[i] = points{quality: bad.Quality, note: bad.Note}
			}
			return out
		}
		for _, r := range page.MetricDataResults {
			var i int
			if _, err := fmt.Sscanf(aws.ToString(r.Id), "m%d", &i); err != nil || i >= len(out) || len(r.Timestamps) != len(r.Values) {
				continue
			}
			answered[i] = true
			if out[i].times == nil {
				out[i].times, out[i].values = r.Timestamps, r.Values // nearly always the whole series: not copied
			} else {
				out[i].times, out[i].values = append(out[i].times, r.Timestamps...), append(out[i].values, r.Values...)
			}
			// PartialData on a page that is followed by another is completed there, and its status with it.
			out[i].quality, out[i].note = statusQuality(r)
		}
	}
	for i := range out {
		if !answered[i] {
			out[i] = points{quality: estate.Failed, note: "CloudWatch gave no result for the series"}
		}
		if out[i].quality.Broken() {
			err := errors.New(out[i].note)
			outcome := estate.OutcomePartial
			if out[i].quality == estate.Denied {
				outcome = estate.OutcomeDenied
			}
			s.Report("cloudwatch:GetMetricData", outcome, err)
		}
	}
	return out
}

func statusQuality(r types.MetricDataResult) (estate.Quality, string) {
	var notes []string
	for _, m := range r.Messages {
		notes = append(notes, aws.ToString(m.Value))
	}
	note := string(r.StatusCode)
	if len(notes) > 0 {
		note += ": " + strings.Join(notes, "; ")
	}
	switch r.StatusCode {
	case types.StatusCodeComplete:
		return estate.Good, ""
	case types.StatusCodePartialData:
		return estate.Partial, note
	case "Forbidden":
		return estate.Denied, note
	default:
		return estate.Failed, note
	}
}

// signal sums the datapoints up.
func (s Series) signal(p points) estate.Signal {
	sig := estate.Signal{Name: s.Signal, Part: s.Part, Source: s.Source(), Quality: p.quality, Note: p.note, Window: s.Window}
	if p.quality != estate.Good {
		return sig
	}
	if len(p.times) == 0 {
		sig.Quality = estate.Absent
		return sig
	}
	if !slices.IsSortedFunc(p.times, time.Time.Compare) {
		sig.Quality, sig.Note = estate.Failed, "its datapoints are out of order"
		return sig
	}
	// What happened in a bin may be as young as the bin's end, or now: taking it for that never makes use look older than it is.
	end := func(start time.Time) time.Time {
		to := start.Add(time.Duration(s.Window.Period)).UTC()
		if to.After(s.Window.To) {
			return s.Window.To
		}
		return to
	}
	if s.Newest {
		last := len(p.times) - 1
		sig.At, sig.Value, sig.Unit = end(p.times[last]), p.values[last], s.Unit
		if s.Ages {
			// Of several that publish, the one in use may not have been heard of in the newest bin yet, or never again.
			for i, t := range p.times {
				sig.Value = min(sig.Value, p.values[i]+sig.At.Sub(end(t)).Seconds())
			}
		}
		if s.Window.To.Sub(sig.At) > metricLag {
			sig.Quality = estate.Stale
		}
		return sig
	}
	sig.Unit = s.Unit
	for i, t := range p.times {
		if s.Floor > 0 {
			sig.Value = max(sig.Value, p.values[i])
		}
		if p.values[i] <= s.Floor {
			continue
		}
		if s.Floor == 0 {
			sig.Value += p.values[i]
		}
		from, to := t.UTC(), end(t)
		if n := len(sig.Spans); n > 0 && !from.After(sig.Spans[n-1].To) && !s.apart(sig.Spans[n-1].From, to) {
			sig.Spans[n-1].To = to
			sig.Spans[n-1].Sum += p.values[i]
		} else {
			sig.Spans = append(sig.Spans, estate.Span{From: from, To: to, Sum: p.values[i]})
		}
		sig.At = to
	}
	return sig
}

// apart reports whether a bin that ends at to begins a span of its own, although it touches the span from from. Traffic of
// late is kept by the day, so that its daily volume can be told; what is older, and what only proves presence, is not.
func (s Series) apart(from, to time.Time) bool {
	const lately = 30 * 24 * time.Hour
	return s.Stat == "Sum" && to.Sub(from) > 24*time.Hour && s.Window.To.Sub(to) < lately
}
