package wire

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// maxStatistics bounds the periods of one GetMetricStatistics call.
const maxStatistics = 1440

// getMetricStatistics counts its periods from the start that was asked for, unlike GetMetricData.
func (v *view) getMetricStatistics(in *cloudwatch.GetMetricStatisticsInput) (*cloudwatch.GetMetricStatisticsOutput, error) {
	start, end := aws.ToTime(in.StartTime).UTC(), aws.ToTime(in.EndTime).UTC()
	period, ok := validPeriod(in.Period)
	switch {
	case !ok:
		return nil, combination("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.")
	case !start.Before(end):
		return nil, combination("The parameter StartTime must be less than the parameter EndTime.")
	case len(in.Statistics) == 0 && len(in.ExtendedStatistics) == 0:
		return nil, &apiError{code: "MissingRequiredParameterException", message: "The parameter Statistics is required."}
	case len(in.ExtendedStatistics) > 0:
		return nil, combination("Extended statistics are not simulated.")
	case end.Sub(start)/period > maxStatistics:
		return nil, combination("You have requested up to more datapoints than the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.")
	}
	for _, s := range in.Statistics {
		if _, ok := statistics[string(s)]; !ok {
			return nil, combination("The parameter Statistics has the unknown value " + string(s) + ".")
		}
	}
	out := &cloudwatch.GetMetricStatisticsOutput{Label: in.MetricName, Datapoints: []types.Datapoint{}}
	metrics := v.published(in.Namespace, in.MetricName, in.Dimensions, in.Unit)
	if len(metrics) == 0 {
		return out, nil
	}
	for at := floor(start, v.grain(start)); at.Before(end); at = at.Add(period) {
		point := v.bin(metrics, at, period)
		if point.Count == 0 {
			continue
		}
		d := types.Datapoint{Timestamp: aws.Time(at), Unit: unitOf(metrics[0])}
		for _, s := range in.Statistics {
			value := aws.Float64(statistics[string(s)](point.Stat))
			switch s {
			case types.StatisticSampleCount:
				d.SampleCount = value
			case types.StatisticSum:
				d.Sum = value
			case types.StatisticMinimum:
				d.Minimum = value
			case types.StatisticMaximum:
				d.Maximum = value
			case types.StatisticAverage:
				d.Average = value
			}
		}
		out.Datapoints = append(out.Datapoints, d)
	}
	return out, nil
}

// grain is what a start time is rounded down to, by its age.
func (v *view) grain(start time.Time) time.Duration {
	switch age := v.now.Sub(start); {
	case age <= retention[1].age:
		return time.Minute
	case age <= retention[2].age:
		return 5 * time.Minute
	}
	return time.Hour
}

func combination(message string) error {
	return &apiError{code: "InvalidParameterCombinationException", message: message}
}
