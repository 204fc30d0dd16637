package wire

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

var churn = []types.Dimension{
	{Name: aws.String("VariantName"), Value: aws.String("AllTraffic")},
	{Name: aws.String("EndpointName"), Value: aws.String("churn")},
}

// ask is a query about the churn endpoint's invocations over the time before at.
func ask(window, period time.Duration, stat string) *cloudwatch.GetMetricDataInput {
	return &cloudwatch.GetMetricDataInput{
		StartTime:         aws.Time(ago(window)),
		EndTime:           aws.Time(at),
		MetricDataQueries: []types.MetricDataQuery{series("q", period, stat)},
	}
}

func series(id string, period time.Duration, stat string) types.MetricDataQuery {
	return types.MetricDataQuery{Id: aws.String(id), MetricStat: &types.MetricStat{
		Metric: &types.Metric{Namespace: aws.String("AWS/SageMaker"), MetricName: aws.String("Invocations"), Dimensions: churn},
		Period: aws.Int32(int32(period / time.Second)),
		Stat:   aws.String(stat),
	}}
}

// invoked is a world whose churn endpoint publishes the pattern.
func invoked(p world.Pattern) *world.World {
	return home(&world.Region{Metrics: []*world.Metric{{
		Namespace: "AWS/SageMaker", Name: "Invocations", Pattern: p,
		Dimensions: map[string]string{"EndpointName": "churn", "VariantName": "AllTraffic"},
	}}})
}

// points prints a result: status, then time=value.
func points(out *cloudwatch.GetMetricDataOutput) string {
	r := out.MetricDataResults[0]
	s := string(r.StatusCode)
	for i, t := range r.Timestamps {
		s += fmt.Sprintf(" %s=%g", t.Format("01-02T15:04"), r.Values[i])
	}
	return s
}

func TestMetricData(t *testing.T) {
	tests := []struct {
		name    string
		pattern world.Pattern
		world   func(*world.World)
		in      *cloudwatch.GetMetricDataInput
		change  func(*cloudwatch.GetMetricDataInput)
		want    string
	}{
		{name: "newest first; the first period begins before the start", pattern: always(2), in: ask(2*time.Hour, time.Hour, "Sum"),
			want: "Complete 11-18T15:00=60 11-18T14:00=120 11-18T13:00=120"},
		{name: "oldest first", pattern: always(2), in: ask(2*time.Hour, time.Hour, "Average"),
			change: func(in *cloudwatch.GetMetricDataInput) { in.ScanBy = types.ScanByTimestampAscending },
			want:   "Complete 11-18T13:00=2 11-18T14:00=2 11-18T15:00=2"},
		{name: "a day is a UTC day", pattern: samples{ago(23 * time.Hour): 5}, in: ask(day, day, "Sum"), want: "Complete 11-17T00:00=5"},
		{name: "periods without samples have no datapoint", pattern: samples{ago(90 * time.Minute): 4, ago(89 * time.Minute): 6}, in: ask(3*time.Hour, time.Hour, "Maximum"),
			want: "Complete 11-18T14:00=6"},
		{name: "minimum and sample count", pattern: samples{ago(90 * time.Minute): 4, ago(89 * time.Minute): 6}, in: ask(3*time.Hour, time.Hour, "Minimum"), want: "Complete 11-18T14:00=4"},
		{name: "sample count", pattern: samples{ago(90 * time.Minute): 4, ago(89 * time.Minute): 6}, in: ask(3*time.Hour, time.Hour, "SampleCount"), want: "Complete 11-18T14:00=2"},
		{name: "lag cuts the newest period", pattern: always(1), world: func(w *world.World) { w.MetricLag = 5 * time.Minute }, in: ask(30*time.Minute, time.Hour, "Sum"),
			want: "Complete 11-18T15:00=25"},
		{name: "a fault lengthens the lag", pattern: always(1), world: func(w *world.World) { w.Faults = []*world.Fault{{Lag: 40 * time.Minute}} },
			in: ask(70*time.Minute, time.Hour, "Sum"), want: "Complete 11-18T14:00=50"},
		{name: "the unit it was published with", pattern: always(1), in: ask(10*time.Minute, time.Hour, "Sum"),
			change: func(in *cloudwatch.GetMetricDataInput) {
				in.MetricDataQueries[0].MetricStat.Unit = types.StandardUnitNone
			}, want: "Complete 11-18T15:00=30"},
		{name: "another unit has no data", pattern: always(1), in: ask(10*time.Minute, time.Hour, "Sum"),
			change: func(in *cloudwatch.GetMetricDataInput) {
				in.MetricDataQueries[0].MetricStat.Unit = types.StandardUnitCount
			}, want: "Complete"},
		{name: "fewer dimensions are another metric", pattern: always(1), in: ask(10*time.Minute, time.Hour, "Sum"),
			change: func(in *cloudwatch.GetMetricDataInput) {
				in.MetricDataQueries[0].MetricStat.Metric.Dimensions = churn[:1]
			}, want: "Complete"},
		{name: "minutes are kept for 15 days", pattern: samples{ago(16 * day): 1, ago(14 * day): 2}, in: ask(20*day, time.Minute, "Sum"), want: "Complete 11-04T15:30=2"},
		{name: "five minutes are kept for 63 days", pattern: samples{ago(64 * day): 1, ago(62 * day): 2}, in: ask(70*day, 5*time.Minute, "Sum"), want: "Complete 09-17T15:30=2"},
		{name: "hours are kept for 455 days", pattern: samples{ago(456 * day): 1, ago(454 * day): 2}, in: ask(470*day, time.Hour, "Sum"), want: "Complete 08-21T15:00=2"},
		{name: "the whole of time", pattern: samples{ago(2 * time.Hour): 3}, in: ask(365*200*day, time.Hour, "Sum"),
			change: func(in *cloudwatch.GetMetricDataInput) { in.EndTime = aws.Time(at.Add(365 * 200 * day)) }, want: "Complete 11-18T13:00=3"},
		{name: "withheld", pattern: always(1), world: func(w *world.World) { w.Faults = []*world.Fault{{StatusCode: "Forbidden", Metric: "Invocations"}} },
			in: ask(10*time.Minute, time.Hour, "Sum"), want: "Forbidden"},
		{name: "another metric's fault", pattern: always(1), world: func(w *world.World) { w.Faults = []*world.Fault{{StatusCode: "Forbidden", Metric: "CPUUtilization"}} },
			in: ask(10*time.Minute, time.Hour, "Sum"), want: "Complete 11-18T15:00=30"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := invoked(test.pattern)
			if test.world != nil {
				test.world(w)
			}
			if test.change != nil {
				test.change(test.in)
			}
			_, cfg := serve(t, w)
			out, err := cloudwatch.NewFromConfig(cfg).GetMetricData(t.Context(), test.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, points(out)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Pages of any size hold the same datapoints, in both orders; a series that a page cuts is PartialData there.
func TestMetricDataPages(t *testing.T) {
	_, cfg := serve(t, invoked(always(1)))
	client := cloudwatch.NewFromConfig(cfg)
	for _, order := range []types.ScanBy{types.ScanByTimestampAscending, types.ScanByTimestampDescending} {
		for _, size := range []int32{1, 2, 3, 4, 5, 7, 100} {
			in := ask(4*time.Hour, time.Hour, "Sum")
			in.MetricDataQueries = append(in.MetricDataQueries, series("r", 2*time.Hour, "Sum"), series("s", time.Hour, "Sum"))
			in.MetricDataQueries[2].MetricStat.Metric.MetricName = aws.String("Silent")
			in.ScanBy, in.MaxDatapoints = order, aws.Int32(size)
			got := map[string][]time.Time{}
			status := map[string]types.StatusCode{}
			for {
				out, err := client.GetMetricData(t.Context(), in)
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				for _, r := range out.MetricDataResults {
					n += len(r.Timestamps)
					got[*r.Id] = append(got[*r.Id], r.Timestamps...)
					status[*r.Id] = r.StatusCode
					if r.StatusCode != types.StatusCodeComplete && (out.NextToken == nil || r.StatusCode != types.StatusCodePartialData) {
						t.Errorf("%s is %s on a page with token %v", *r.Id, r.StatusCode, out.NextToken)
					}
				}
				if n > int(size) {
					t.Errorf("a page of at most %d has %d datapoints", size, n)
				}
				if in.NextToken = out.NextToken; in.NextToken == nil {
					break
				}
			}
			hours := []time.Time{}
			for h := floor(ago(4*time.Hour), time.Hour); h.Before(at); h = h.Add(time.Hour) {
				hours = append(hours, h)
			}
			twice := []time.Time{}
			for h := floor(ago(4*time.Hour), 2*time.Hour); h.Before(at); h = h.Add(2 * time.Hour) {
				twice = append(twice, h)
			}
			if order == types.ScanByTimestampDescending {
				slices.Reverse(hours)
				slices.Reverse(twice)
			}
			if diff := cmp.Diff(map[string][]time.Time{"q": hours, "r": twice, "s": nil}, got); diff != "" {
				t.Errorf("%s by %d (-want +got):\n%s", order, size, diff)
			}
			for id, s := range status {
				if s != types.StatusCodeComplete {
					t.Errorf("%s ends as %s", id, s)
				}
			}
		}
	}
}

func TestMetricDataRefuses(t *testing.T) {
	_, cfg := serve(t, invoked(always(1)))
	tests := []struct {
		name   string
		change func(*cloudwatch.GetMetricDataInput)
		want   string
	}{
		{"501 queries", func(in *cloudwatch.GetMetricDataInput) {
			for i := range 500 {
				in.MetricDataQueries = append(in.MetricDataQueries, series(fmt.Sprintf("q%d", i), time.Hour, "Sum"))
			}
		}, "ValidationError"},
		{"one id twice", func(in *cloudwatch.GetMetricDataInput) {
			in.MetricDataQueries = append(in.MetricDataQueries, series("q", time.Hour, "Sum"))
		}, "ValidationError"},
		{"an id in upper case", func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries[0].Id = aws.String("Q") }, "ValidationError"},
		{"90 seconds", func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries[0].MetricStat.Period = aws.Int32(90) }, "ValidationError"},
		{"an expression", func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries[0].Expression = aws.String("m1+m2") }, "ValidationError"},
		{"a percentile", func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries[0].MetricStat.Stat = aws.String("p99") }, "ValidationError"},
		{"an empty window", func(in *cloudwatch.GetMetricDataInput) { in.StartTime = in.EndTime }, "ValidationError"},
		{"a window that ends before it starts", func(in *cloudwatch.GetMetricDataInput) { in.EndTime = aws.Time(ago(day * 400)) }, "ValidationError"},
		{"too many datapoints", func(in *cloudwatch.GetMetricDataInput) { in.MaxDatapoints = aws.Int32(100_801) }, "ValidationError"},
		{"a token that is not ours", func(in *cloudwatch.GetMetricDataInput) { in.NextToken = aws.String("zzz") }, "InvalidNextToken"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := ask(time.Hour, time.Hour, "Sum")
			test.change(in)
			_, err := cloudwatch.NewFromConfig(cfg).GetMetricData(t.Context(), in)
			if got := code(err); got != test.want {
				t.Errorf("got %q, want %q: %v", got, test.want, err)
			}
		})
	}
}

func TestListMetrics(t *testing.T) {
	metric := func(name string, p world.Pattern, dims map[string]string) *world.Metric {
		return &world.Metric{Namespace: "AWS/SageMaker", Name: name, Dimensions: dims, Pattern: p}
	}
	pair := map[string]string{"EndpointName": "a", "VariantName": "v"}
	_, cfg := serve(t, home(&world.Region{Metrics: []*world.Metric{
		metric("Fresh", samples{ago(time.Hour): 1}, pair),
		metric("Stale", samples{ago(13 * day): 1}, pair),
		metric("Gone", samples{ago(15 * day): 1}, pair),
		metric("Other", samples{ago(time.Hour): 1}, map[string]string{"EndpointName": "b"}),
		{Namespace: "Elsewhere", Name: "Fresh", Pattern: samples{ago(time.Hour): 1}},
	}}))
	dim := func(name string, value ...string) []types.DimensionFilter {
		f := types.DimensionFilter{Name: &name}
		if len(value) > 0 {
			f.Value = &value[0]
		}
		return []types.DimensionFilter{f}
	}
	sm := aws.String("AWS/SageMaker")
	tests := []struct {
		name string
		in   cloudwatch.ListMetricsInput
		want []string
	}{
		{"silent for two weeks is not listed", cloudwatch.ListMetricsInput{Namespace: sm}, []string{"Fresh", "Other", "Stale"}},
		{"recently active", cloudwatch.ListMetricsInput{Namespace: sm, RecentlyActive: types.RecentlyActivePt3h}, []string{"Fresh", "Other"}},
		{"by name", cloudwatch.ListMetricsInput{MetricName: aws.String("Fresh")}, []string{"Fresh", "Fresh"}},
		{"by dimension name", cloudwatch.ListMetricsInput{Dimensions: dim("VariantName")}, []string{"Fresh", "Stale"}},
		{"by one dimension of two", cloudwatch.ListMetricsInput{Dimensions: dim("EndpointName", "a")}, []string{"Fresh", "Stale"}},
		{"by a value that nobody has", cloudwatch.ListMetricsInput{Dimensions: dim("EndpointName", "c")}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out, err := cloudwatch.NewFromConfig(cfg).ListMetrics(t.Context(), &test.in)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range out.Metrics {
				got = append(got, *m.MetricName)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestListMetricsPagesBy500(t *testing.T) {
	r := &world.Region{}
	for i := range 1001 {
		r.Metrics = append(r.Metrics, &world.Metric{Namespace: "n", Name: fmt.Sprint(i), Pattern: samples{ago(time.Hour): 1}})
	}
	s, cfg := serve(t, home(r))
	pages := cloudwatch.NewListMetricsPaginator(cloudwatch.NewFromConfig(cfg), &cloudwatch.ListMetricsInput{})
	seen := map[string]bool{}
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range out.Metrics {
			seen[*m.MetricName] = true
		}
	}
	if len(seen) != 1001 || s.Calls()["cloudwatch:ListMetrics"] != 3 {
		t.Errorf("%d metrics in %v calls", len(seen), s.Calls())
	}
}

func TestMetricStatisticsRefuses(t *testing.T) {
	_, cfg := serve(t, invoked(always(1)))
	tests := []struct {
		name   string
		change func(*cloudwatch.GetMetricStatisticsInput)
		want   string
	}{
		{"more than 1,440 periods", func(in *cloudwatch.GetMetricStatisticsInput) { in.StartTime = aws.Time(ago(1442 * time.Minute)) }, "InvalidParameterCombination"},
		{"90 seconds", func(in *cloudwatch.GetMetricStatisticsInput) { in.Period = aws.Int32(90) }, "InvalidParameterCombination"},
		{"no statistic", func(in *cloudwatch.GetMetricStatisticsInput) { in.Statistics = nil }, "MissingParameter"},
		{"a percentile", func(in *cloudwatch.GetMetricStatisticsInput) { in.ExtendedStatistics = []string{"p99"} }, "InvalidParameterCombination"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := &cloudwatch.GetMetricStatisticsInput{
				Namespace: aws.String("AWS/SageMaker"), MetricName: aws.String("Invocations"), Dimensions: churn, Period: aws.Int32(60),
				StartTime: aws.Time(ago(time.Hour)), EndTime: aws.Time(at), Statistics: []types.Statistic{types.StatisticSum},
			}
			test.change(in)
			_, err := cloudwatch.NewFromConfig(cfg).GetMetricStatistics(t.Context(), in)
			if got := code(err); got != test.want {
				t.Errorf("got %q, want %q: %v", got, test.want, err)
			}
		})
	}
}
