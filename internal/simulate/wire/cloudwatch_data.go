package wire

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// The limits of one GetMetricData call (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html).
const (
	maxQueries    = 500
	maxDatapoints = 100_800
)

var queryID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)

// getMetricData answers series by series. A page ends where the datapoints run out: in the middle of a series, which is
// PartialData then; the series that did not get their turn are not on the page.
func (v *view) getMetricData(in *cloudwatch.GetMetricDataInput) (*cloudwatch.GetMetricDataOutput, error) {
	if err := checkMetricData(in); err != nil {
		return nil, err
	}
	series, after, err := v.dataCursor(in.NextToken)
	if err != nil {
		return nil, err
	}
	budget := int(cmp.Or(aws.ToInt32(in.MaxDatapoints), maxDatapoints))
	out := &cloudwatch.GetMetricDataOutput{MetricDataResults: []types.MetricDataResult{}}
	for i := series; i < len(in.MetricDataQueries); i++ {
		q := in.MetricDataQueries[i]
		if q.ReturnData != nil && !*q.ReturnData {
			continue
		}
		if budget == 0 {
			out.NextToken = v.token(strconv.Itoa(i))
			break
		}
		result, complete := v.dataResult(in, q, after, budget)
		after = time.Time{}
		budget -= len(result.Values)
		out.MetricDataResults = append(out.MetricDataResults, result)
		if !complete {
			out.NextToken = v.token(fmt.Sprintf("%d@%d", i, result.Timestamps[len(result.Timestamps)-1].Unix()))
			break
		}
	}
	return out, nil
}

// dataCursor is the query that a page begins with, and the datapoint of it that was the last of the page before.
func (v *view) dataCursor(token *string) (series int, after time.Time, err error) {
	cursor, err := v.cursor(token)
	if err != nil {
		return 0, time.Time{}, &apiError{code: "InvalidNextToken", message: "The next token specified is invalid."}
	}
	var last int64
	switch n, _ := fmt.Sscanf(cursor, "%d@%d", &series, &last); n {
	case 2:
		return series, time.Unix(last, 0).UTC(), nil
	default:
		return series, time.Time{}, nil
	}
}

func checkMetricData(in *cloudwatch.GetMetricDataInput) error {
	if n := len(in.MetricDataQueries); n == 0 || n > maxQueries {
		return invalid("The collection MetricDataQueries must have a size between 1 and %d. It has %d.", maxQueries, n)
	}
	if in.StartTime == nil || in.EndTime == nil {
		return &apiError{code: "MissingRequiredParameterException", message: "The parameters StartTime and EndTime are required."}
	}
	if !in.StartTime.Before(*in.EndTime) {
		return invalid("The parameter StartTime must be less than the parameter EndTime.")
	}
	if n := aws.ToInt32(in.MaxDatapoints); in.MaxDatapoints != nil && (n < 1 || n > maxDatapoints) {
		return invalid("The value %d for parameter MaxDatapoints must be between 1 and %d.", n, maxDatapoints)
	}
	seen := map[string]bool{}
	for _, q := range in.MetricDataQueries {
		id := aws.ToString(q.Id)
		switch {
		case !queryID.MatchString(id):
			return invalid("The value %s for parameter MetricDataQueries.Id does not match %s.", id, queryID)
		case seen[id]:
			return invalid("The values for parameter id in MetricDataQueries are not unique: %s.", id)
		case q.Expression != nil:
			return invalid("Query %s: expressions are not simulated.", id)
		case q.MetricStat == nil || q.MetricStat.Metric == nil:
			return invalid("Query %s: exactly one of MetricStat and Expression must be given.", id)
		}
		seen[id] = true
		if _, ok := validPeriod(q.MetricStat.Period); !ok {
			return invalid("Query %s: the period must be 1, 5, 10, 20, 30 or a multiple of 60.", id)
		}
		if _, ok := statistics[aws.ToString(q.MetricStat.Stat)]; !ok {
			return invalid("Query %s: statistic %q is not simulated.", id, aws.ToString(q.MetricStat.Stat))
		}
	}
	return nil
}

// dataResult is the answer to one query from the datapoint after an instant, and whether the budget sufficed.
func (v *view) dataResult(in *cloudwatch.GetMetricDataInput, q types.MetricDataQuery, after time.Time, budget int) (types.MetricDataResult, bool) {
	m := q.MetricStat.Metric
	result := types.MetricDataResult{
		Id:         q.Id,
		Label:      aws.String(cmp.Or(aws.ToString(q.Label), aws.ToString(m.MetricName))),
		StatusCode: types.StatusCodeComplete,
		Timestamps: []time.Time{},
		Values:     []float64{},
	}
	if f := v.withheld(aws.ToString(m.MetricName)); f != nil {
		result.StatusCode = types.StatusCode(f.StatusCode)
		result.Messages = []types.MessageData{{
			Code:  aws.String(f.StatusCode),
			Value: aws.String(cmp.Or(f.Message, "simulated "+f.StatusCode)),
		}}
		return result, true
	}
	period, _ := validPeriod(q.MetricStat.Period)
	metrics := v.published(m.Namespace, m.MetricName, m.Dimensions, q.MetricStat.Unit)
	if len(metrics) == 0 {
		return result, true
	}
	value := statistics[aws.ToString(q.MetricStat.Stat)]
	// Periods are aligned to the epoch, so that the first one may begin before the start that was asked for. Nothing is
	// kept from before the longest retention, and nothing is known of the future.
	first := floor(world.Later(*in.StartTime, v.now.Add(-retention[len(retention)-1].age)), period)
	last := floor(world.Earlier(*in.EndTime, v.now).Add(-1), period)
	step := -period
	from, to := last, first
	if in.ScanBy == types.ScanByTimestampAscending {
		from, to, step = first, last, period
	}
	if !after.IsZero() {
		from = after.Add(step)
	}
	for at := from; at.Compare(to) != cmp.Compare(step, 0); at = at.Add(step) {
		point := v.bin(metrics, at, period)
		if point.Count == 0 {
			continue
		}
		if len(result.Values) == budget {
			result.StatusCode = types.StatusCodePartialData
			return result, false
		}
		result.Timestamps = append(result.Timestamps, at)
		result.Values = append(result.Values, value(point.Stat))
	}
	return result, true
}

// withheld is the fault that keeps a metric's data back.
func (v *view) withheld(metric string) *world.Fault {
	for _, f := range v.firing.withheld {
		if f.Metric == "" || f.Metric == metric {
			return f
		}
	}
	return nil
}
