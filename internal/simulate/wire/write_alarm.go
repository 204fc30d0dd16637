package wire

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func (v *view) alarmARN(name string) string {
	return estate.ARN{Partition: v.target.Partition, Service: "cloudwatch", Region: v.target.Region, Account: v.target.Account, Resource: "alarm:" + name}.String()
}

func namedAlarm(v *view, in *cloudwatch.PutMetricAlarmInput) string {
	return v.alarmARN(aws.ToString(in.AlarmName))
}

func deletedAlarm(v *view, in *cloudwatch.DeleteAlarmsInput) string {
	return v.alarmARN(strings.Join(in.AlarmNames, ","))
}

func anyAlarm(v *view, _ *cloudwatch.DescribeAlarmsInput) string { return v.alarmARN("*") }

func (v *view) putAlarm(in *cloudwatch.PutMetricAlarmInput) error {
	switch {
	case nothing(in.AlarmName):
		return invalid("The parameter AlarmName is required.")
	case in.ComparisonOperator == "" || aws.ToInt32(in.EvaluationPeriods) < 1:
		return invalid("The parameters ComparisonOperator and EvaluationPeriods are required.")
	}
	a := &types.MetricAlarm{AlarmArn: aws.String(v.alarmARN(*in.AlarmName)), AlarmConfigurationUpdatedTimestamp: aws.Time(v.now),
		StateValue: types.StateValueInsufficientData, StateReason: aws.String("Unchecked: Initial alarm creation"), StateUpdatedTimestamp: aws.Time(v.now)}
	merge(reflect.ValueOf(a).Elem(), reflect.ValueOf(in).Elem())
	if a.ActionsEnabled == nil {
		a.ActionsEnabled = aws.Bool(true)
	}
	v.alarms.write(*in.AlarmName, v.now, world.Life{Created: v.now}, a)
	v.remember(Mutation{Resource: *a.AlarmArn})
	return nil
}

func (v *view) deleteAlarms(in *cloudwatch.DeleteAlarmsInput) error {
	for _, name := range in.AlarmNames {
		if _, found := v.alarms.find(name, v.now); !found {
			return &apiError{code: "ResourceNotFound", message: "The alarm " + name + " does not exist."}
		}
	}
	for _, name := range in.AlarmNames {
		a, _ := v.alarms.find(name, v.now)
		v.alarms.write(name, v.now, world.Life{Deleted: v.now}, a)
		v.remember(Mutation{Resource: v.alarmARN(name)})
	}
	return nil
}

func (v *view) describeAlarms(in *cloudwatch.DescribeAlarmsInput) (*cloudwatch.DescribeAlarmsOutput, error) {
	all := v.alarms.list(v.now, func(a *types.MetricAlarm, _ world.Life) bool {
		acts := func(action string) bool { return strings.HasPrefix(action, aws.ToString(in.ActionPrefix)) }
		return strings.HasPrefix(*a.AlarmName, aws.ToString(in.AlarmNamePrefix)) && (len(in.AlarmNames) == 0 || slices.Contains(in.AlarmNames, *a.AlarmName)) &&
			(nothing(in.ActionPrefix) || slices.ContainsFunc(a.AlarmActions, acts))
	})
	cut, next, err := page(v, all, func(a *types.MetricAlarm) string { return *a.AlarmName }, false, int(min(cmp.Or(aws.ToInt32(in.MaxRecords), 50), 100)), in.NextToken)
	if err != nil {
		return nil, &apiError{code: "InvalidNextToken", message: "The next token is not valid."}
	}
	out := &cloudwatch.DescribeAlarmsOutput{MetricAlarms: []types.MetricAlarm{}, CompositeAlarms: []types.CompositeAlarm{}, NextToken: next}
	for _, a := range cut {
		out.MetricAlarms = append(out.MetricAlarms, *a)
	}
	return out, nil
}
