package wire

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A listedSeries is a metric with its place in the order of ListMetrics.
type listedSeries struct {
	key string
	*world.Metric
}

// A datapoint is the statistic set of the period that begins at an instant.
type datapoint struct {
	at time.Time
	world.Stat
}

// The resolutions that CloudWatch keeps of a datapoint, by its age
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention).
var retention = []struct{ age, resolution time.Duration }{
	{3 * time.Hour, time.Second},
	{15 * 24 * time.Hour, time.Minute},
	{63 * 24 * time.Hour, 5 * time.Minute},
	{455 * 24 * time.Hour, time.Hour},
}

// kept reports whether there are datapoints of the period for an instant of that age.
func kept(age, period time.Duration) bool {
	for _, r := range retention {
		if age <= r.age {
			return period%r.resolution == 0
		}
	}
	return false
}

// validPeriod says what CloudWatch accepts: 1, 5, 10, 20, 30 and multiples of 60 seconds.
func validPeriod(seconds *int32) (time.Duration, bool) {
	s := aws.ToInt32(seconds)
	return time.Duration(s) * time.Second, s > 0 && s%60 == 0 || slices.Contains([]int32{1, 5, 10, 20, 30}, s)
}

// statistics reads a value out of a statistic set. The world keeps no distributions, so there are no percentiles.
var statistics = map[string]func(world.Stat) float64{
	"SampleCount": func(s world.Stat) float64 { return s.Count },
	"Sum":         func(s world.Stat) float64 { return s.Sum },
	"Minimum":     func(s world.Stat) float64 { return s.Min },
	"Maximum":     func(s world.Stat) float64 { return s.Max },
	"Average":     func(s world.Stat) float64 { return s.Sum / s.Count },
}

// published are the metrics of a name, in the unit; an empty unit is any.
func (v *view) published(namespace, name *string, dimensions []types.Dimension, unit types.StandardUnit) []*world.Metric {
	dims := make(map[string]string, len(dimensions))
	for _, d := range dimensions {
		dims[aws.ToString(d.Name)] = aws.ToString(d.Value)
	}
	metrics := v.series[seriesKey(aws.ToString(namespace), aws.ToString(name), dims)]
	if unit == "" {
		return metrics
	}
	return slices.DeleteFunc(slices.Clone(metrics), func(m *world.Metric) bool { return unitOf(m) != unit })
}

func unitOf(m *world.Metric) types.StandardUnit {
	if m.Unit == "" {
		return types.StandardUnitNone
	}
	return types.StandardUnit(m.Unit)
}

// bin is the datapoint of [from, from+period) as far as it is visible; without a sample its Count is zero.
func (v *view) bin(metrics []*world.Metric, from time.Time, period time.Duration) datapoint {
	sum := datapoint{at: from}
	to := world.Earlier(from.Add(period), v.metricsUntil())
	if !to.After(from) || !kept(v.now.Sub(from), period) {
		return sum
	}
	for _, m := range metrics {
		sum.Stat = sum.Add(m.Pattern.Stat(from, to))
	}
	return sum
}

// floor is the last instant of the period's grid, which begins at the epoch, at or before t.
func floor(t time.Time, period time.Duration) time.Time {
	grid := int64(period / time.Second)
	seconds := t.Unix()
	return time.Unix(seconds-((seconds%grid)+grid)%grid, 0).UTC()
}
