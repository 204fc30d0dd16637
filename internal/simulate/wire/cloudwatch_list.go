package wire

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// metricsPerPage is fixed: ListMetrics has no parameter for it.
const metricsPerPage = 500

// A metric that has been silent for two weeks is not listed, though its data is still there.
const (
	listedFor = 14 * 24 * time.Hour
	recently  = 3 * time.Hour
)

func (v *view) listMetrics(in *cloudwatch.ListMetricsInput) (*cloudwatch.ListMetricsOutput, error) {
	since := v.now.Add(-listedFor)
	switch in.RecentlyActive {
	case "":
	case types.RecentlyActivePt3h:
		since = v.now.Add(-recently)
	default:
		return nil, invalid("The value %s for parameter RecentlyActive is not PT3H.", in.RecentlyActive)
	}
	var found []listedSeries
	for _, s := range v.listed {
		if is(aws.ToString(in.Namespace), s.Namespace) && is(aws.ToString(in.MetricName), s.Name) &&
			hasDimensions(s.Dimensions, in.Dimensions) && v.sampled(s.key, since) {
			found = append(found, s)
		}
	}
	key := func(s listedSeries) string { return s.key }
	cut, next, err := page(v, found, key, false, metricsPerPage, in.NextToken)
	if errors.Is(err, errToken) {
		return nil, &apiError{code: "InvalidParameterValueException", message: "The next token specified is invalid."}
	}
	if err != nil {
		return nil, err
	}
	out := &cloudwatch.ListMetricsOutput{Metrics: []types.Metric{}, NextToken: next}
	for _, s := range cut {
		m := types.Metric{Namespace: aws.String(s.Namespace), MetricName: aws.String(s.Name)}
		for _, name := range slices.Sorted(maps.Keys(s.Dimensions)) {
			m.Dimensions = append(m.Dimensions, types.Dimension{Name: aws.String(name), Value: aws.String(s.Dimensions[name])})
		}
		out.Metrics = append(out.Metrics, m)
	}
	return out, nil
}

// hasDimensions reports whether all filters are met. A metric may have more dimensions than are filtered by.
func hasDimensions(dimensions map[string]string, filters []types.DimensionFilter) bool {
	for _, f := range filters {
		value, ok := dimensions[aws.ToString(f.Name)]
		if !ok || f.Value != nil && *f.Value != value {
			return false
		}
	}
	return true
}

func (v *view) sampled(key string, since time.Time) bool {
	until := v.metricsUntil()
	if !until.After(since) {
		return false
	}
	for _, m := range v.series[key] {
		if m.Pattern.Stat(since, until).Count > 0 {
			return true
		}
	}
	return false
}
