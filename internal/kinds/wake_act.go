package kinds

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	alarms "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// What is scaled to nothing answers nobody: an alarm on the metric of requests that found no capacity starts the first instance or copy again
// (https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html,
// https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html).

// wakes is the name of the policy that starts the first one.
const wakes = "sagewarden-wake"

// alarmName is the name of the alarm that sets the policy off.
func alarmName(thing string) string { return wakes + "-" + strings.ReplaceAll(thing, "/", "-") }

// A sleeper is what is to be scaled to nothing, and what tells that it is needed.
type sleeper struct {
	thing     string
	dimension scaling.ScalableDimension
	// most is how many it had.
	most   int32
	metric string
	of     alarms.Dimension
	// periods of so many seconds are one too many without capacity.
	seconds, periods int32
	statistic        alarms.Statistic
}

func sleepingComponent(name string, copies int32) sleeper {
	return sleeper{thing: "inference-component/" + name, dimension: scaling.ScalableDimensionSageMakerInferenceComponentDesiredCopyCount, most: copies,
		metric: "NoCapacityInvocationFailures", of: alarms.Dimension{Name: aws.String("InferenceComponentName"), Value: &name},
		seconds: 30, periods: 1, statistic: alarms.StatisticMaximum}
}

// sleepingVariant is a variant of an asynchronous endpoint: its queue keeps what comes meanwhile.
func sleepingVariant(endpoint, variant string, instances int32) sleeper {
	return sleeper{thing: variantThing(endpoint, variant), dimension: scaling.ScalableDimensionSageMakerVariantDesiredInstanceCount, most: instances,
		metric: "HasBacklogWithoutCapacity", of: alarms.Dimension{Name: aws.String("EndpointName"), Value: &endpoint},
		seconds: 60, periods: 2, statistic: alarms.StatisticAverage}
}

// variantThing is how Application Auto Scaling calls a variant.
func variantThing(endpoint, variant string) string {
	return "endpoint/" + endpoint + "/variant/" + variant
}

// wake is the next move on the way to something that wakes the sleeper. Ok is false where something does.
func (h *Hand) wake(ctx context.Context, s sleeper) (m Move, ok bool, err error) {
	now, found, err := h.scaledNow(ctx, s.thing, s.dimension)
	if err != nil {
		return Move{}, true, err
	}
	saved := savedScaling{Thing: s.thing, Dimension: s.dimension}
	target := scaling.ScalableTarget{ServiceNamespace: scaling.ServiceNamespaceSagemaker, ResourceId: &s.thing, ScalableDimension: s.dimension,
		MinCapacity: aws.Int32(0), MaxCapacity: aws.Int32(max(s.most, 1))}
	if found {
		if saved.Target, err = written(&now.target); err != nil {
			return Move{}, true, err
		}
		target.MaxCapacity, target.SuspendedState = now.target.MaxCapacity, now.target.SuspendedState
	}
	if !found || aws.ToInt32(now.target.MinCapacity) > 0 {
		was, err := json.Marshal(saved)
		return h.register(target, was), true, err
	}
	if slices.ContainsFunc(now.alarms, func(a alarms.MetricAlarm) bool { return aws.ToString(a.MetricName) == s.metric }) {
		return Move{}, false, nil
	}
	saved.Target = nil
	was, err := json.Marshal(saved)
	if err != nil {
		return Move{}, true, err
	}
	i := slices.IndexFunc(now.policies, func(p scaling.ScalingPolicy) bool { return aws.ToString(p.PolicyName) == wakes })
	if i < 0 {
		return sending(putsPolicy, h.thing(s.thing), was, h.Scaling.PutScalingPolicy, onceScaling, s.policy()), true, nil
	}
	in := s.alarm(aws.ToString(now.policies[i].PolicyARN))
	return sending(putsAlarm, alarmARN(h.Resource.Target, *in.AlarmName), was, h.CloudWatch.PutMetricAlarm, onceCloudWatch, in), true, nil
}

func (s sleeper) policy() *applicationautoscaling.PutScalingPolicyInput {
	return &applicationautoscaling.PutScalingPolicyInput{
		PolicyName: aws.String(wakes), ServiceNamespace: scaling.ServiceNamespaceSagemaker, ResourceId: &s.thing, ScalableDimension: s.dimension,
		PolicyType: scaling.PolicyTypeStepScaling,
		StepScalingPolicyConfiguration: &scaling.StepScalingPolicyConfiguration{
			AdjustmentType: scaling.AdjustmentTypeChangeInCapacity, MetricAggregationType: scaling.MetricAggregationTypeMaximum, Cooldown: aws.Int32(300),
			StepAdjustments: []scaling.StepAdjustment{{MetricIntervalLowerBound: aws.Float64(0), ScalingAdjustment: aws.Int32(1)}},
		},
	}
}

func (s sleeper) alarm(policy string) *cloudwatch.PutMetricAlarmInput {
	return &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String(alarmName(s.thing)), AlarmDescription: aws.String("Starts " + s.thing + " again when it is asked and has no capacity."),
		ActionsEnabled: aws.Bool(true), AlarmActions: []string{policy}, Namespace: aws.String(namespaceUse), MetricName: &s.metric, Dimensions: []alarms.Dimension{s.of},
		Statistic: s.statistic, Period: &s.seconds, EvaluationPeriods: &s.periods, DatapointsToAlarm: &s.periods, Threshold: aws.Float64(1),
		ComparisonOperator: alarms.ComparisonOperatorGreaterThanOrEqualToThreshold, TreatMissingData: aws.String("missing"),
	}
}

func alarmARN(t estate.Target, name string) string {
	return estate.ARN{Partition: t.Partition, Service: "cloudwatch", Region: t.Region, Account: t.Account, Resource: "alarm:" + name}.String()
}

// floor is the least that Application Auto Scaling leaves of a thing: below it, it scales up again.
func floor(targets []scaling.ScalableTarget, thing string) int32 {
	for _, t := range targets {
		if aws.ToString(t.ResourceId) == thing {
			return aws.ToInt32(t.MinCapacity)
		}
	}
	return 0
}
