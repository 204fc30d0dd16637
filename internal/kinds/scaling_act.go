package kinds

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	alarms "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/sagewarden/sagewarden/internal/cloud"
)

// Operations of Application Auto Scaling and of CloudWatch's alarms.
const (
	readsTargets   = "application-autoscaling:DescribeScalableTargets"
	readsPolicies  = "application-autoscaling:DescribeScalingPolicies"
	readsSchedules = "application-autoscaling:DescribeScheduledActions"
	readsAlarms    = "cloudwatch:DescribeAlarms"
	registers      = "application-autoscaling:RegisterScalableTarget"
	deregisters    = "application-autoscaling:DeregisterScalableTarget"
	putsPolicy     = "application-autoscaling:PutScalingPolicy"
	deletesPolicy  = "application-autoscaling:DeleteScalingPolicy"
	putsSchedule   = "application-autoscaling:PutScheduledAction"
	putsAlarm      = "cloudwatch:PutMetricAlarm"
	deletesAlarms  = "cloudwatch:DeleteAlarms"
)

// What it takes to read what scales something, to make it again, to set up what wakes something, and to take that away.
var (
	scalingReads         = []string{readsTargets, readsPolicies, readsSchedules, readsAlarms}
	scaleAgainOperations = slices.Concat(scalingReads, []string{registers, putsPolicy, putsSchedule, putsAlarm})
	wakeOperations       = slices.Concat(scalingReads, []string{registers, putsPolicy, putsAlarm})
	sleepOperations      = slices.Concat(scalingReads, []string{registers, deregisters, deletesPolicy, deletesAlarms})
)

// A scaled is what Application Auto Scaling does to one thing: its limits, its policies, its schedules, and the alarms that set its steps off.
// The alarms of target tracking come and go with their policy.
type scaled struct {
	target    scaling.ScalableTarget
	policies  []scaling.ScalingPolicy
	schedules []scaling.ScheduledAction
	alarms    []alarms.MetricAlarm
}

// savedScaling is a scaled as the API describes it, and of what: nothing else is there where nothing scaled it.
type savedScaling struct {
	Thing     string                    `json:"thing"`
	Dimension scaling.ScalableDimension `json:"dimension"`
	Target    json.RawMessage           `json:"target,omitempty"`
	Policies  []json.RawMessage         `json:"policies,omitempty"`
	Schedules []json.RawMessage         `json:"schedules,omitempty"`
	Alarms    []json.RawMessage         `json:"alarms,omitempty"`
}

// mostNames is how many resources DescribeScalableTargets takes.
const mostNames = 50

// targets are what Application Auto Scaling knows of the things.
func (h *Hand) targets(ctx context.Context, things []string) (all []scaling.ScalableTarget, err error) {
	for names := range slices.Chunk(things, mostNames) {
		some, err := gather(ctx, h, readsTargets, applicationautoscaling.NewDescribeScalableTargetsPaginator(h.Scaling,
			&applicationautoscaling.DescribeScalableTargetsInput{ServiceNamespace: scaling.ServiceNamespaceSagemaker, ResourceIds: names}),
			func(o *applicationautoscaling.DescribeScalableTargetsOutput) []scaling.ScalableTarget {
				return o.ScalableTargets
			})
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// scaledBy reads all that scales a target.
func (h *Hand) scaledBy(ctx context.Context, t scaling.ScalableTarget) (s scaled, err error) {
	s.target = t
	s.policies, err = gather(ctx, h, readsPolicies, applicationautoscaling.NewDescribeScalingPoliciesPaginator(h.Scaling,
		&applicationautoscaling.DescribeScalingPoliciesInput{ServiceNamespace: t.ServiceNamespace, ResourceId: t.ResourceId, ScalableDimension: t.ScalableDimension}),
		func(o *applicationautoscaling.DescribeScalingPoliciesOutput) []scaling.ScalingPolicy {
			return o.ScalingPolicies
		})
	if err != nil {
		return s, err
	}
	s.schedules, err = gather(ctx, h, readsSchedules, applicationautoscaling.NewDescribeScheduledActionsPaginator(h.Scaling,
		&applicationautoscaling.DescribeScheduledActionsInput{ServiceNamespace: t.ServiceNamespace, ResourceId: t.ResourceId, ScalableDimension: t.ScalableDimension}),
		func(o *applicationautoscaling.DescribeScheduledActionsOutput) []scaling.ScheduledAction {
			return o.ScheduledActions
		})
	if err != nil {
		return s, err
	}
	for _, p := range s.policies {
		if p.PolicyType != scaling.PolicyTypeStepScaling {
			continue
		}
		some, err := h.alarmsOf(ctx, aws.ToString(p.PolicyARN))
		if err != nil {
			return s, err
		}
		s.alarms = append(s.alarms, some...)
	}
	return s, nil
}

// alarmsOf are the alarms that set something off.
func (h *Hand) alarmsOf(ctx context.Context, action string) ([]alarms.MetricAlarm, error) {
	return gather(ctx, h, readsAlarms, cloudwatch.NewDescribeAlarmsPaginator(h.CloudWatch, &cloudwatch.DescribeAlarmsInput{ActionPrefix: &action}),
		func(o *cloudwatch.DescribeAlarmsOutput) []alarms.MetricAlarm { return o.MetricAlarms })
}

func (s scaled) save() (body json.RawMessage, err error) {
	out := savedScaling{Thing: aws.ToString(s.target.ResourceId), Dimension: s.target.ScalableDimension}
	if out.Target, err = written(&s.target); err != nil {
		return nil, err
	}
	if out.Policies, err = writtenAll(s.policies); err != nil {
		return nil, err
	}
	if out.Schedules, err = writtenAll(s.schedules); err != nil {
		return nil, err
	}
	if out.Alarms, err = writtenAll(s.alarms); err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

func (s savedScaling) restore() (was scaled, err error) {
	if len(s.Target) > 0 {
		if err = read(s.Target, &was.target); err != nil {
			return was, err
		}
	}
	if was.policies, err = readAll[scaling.ScalingPolicy](s.Policies); err != nil {
		return was, err
	}
	if was.schedules, err = readAll[scaling.ScheduledAction](s.Schedules); err != nil {
		return was, err
	}
	was.alarms, err = readAll[alarms.MetricAlarm](s.Alarms)
	return was, err
}

// thing is the ARN of what is scaled, as SageMaker has it.
func (h *Hand) thing(id string) string { return h.Resource.Target.SageMakerARN(id) }

// unscale is the next move on the way to things that nothing scales.
func (h *Hand) unscale(ctx context.Context, things []string) (Move, bool, error) {
	all, err := h.targets(ctx, things)
	if err != nil {
		return Move{}, true, err
	}
	return foremost(h, all, func(t scaling.ScalableTarget) (Move, error) {
		s, err := h.scaledBy(ctx, t)
		if err != nil {
			return Move{}, err
		}
		was, err := s.save()
		return h.deregister(t, was), err
	})
}

func (h *Hand) deregister(t scaling.ScalableTarget, was json.RawMessage) Move {
	return sending(deregisters, h.thing(aws.ToString(t.ResourceId)), was, h.Scaling.DeregisterScalableTarget, onceScaling, &applicationautoscaling.DeregisterScalableTargetInput{
		ServiceNamespace: t.ServiceNamespace, ResourceId: t.ResourceId, ScalableDimension: t.ScalableDimension})
}

func (h *Hand) register(t scaling.ScalableTarget, was json.RawMessage) Move {
	return sending(registers, h.thing(aws.ToString(t.ResourceId)), was, h.Scaling.RegisterScalableTarget, onceScaling, targetAgain(t))
}

// targetAgain is the call that makes a target as it was described. Its role is the service's own, which AWS finds.
func targetAgain(t scaling.ScalableTarget) *applicationautoscaling.RegisterScalableTargetInput {
	return &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: t.ServiceNamespace, ResourceId: t.ResourceId, ScalableDimension: t.ScalableDimension,
		MinCapacity: t.MinCapacity, MaxCapacity: t.MaxCapacity, SuspendedState: t.SuspendedState,
	}
}

func policyAgain(p scaling.ScalingPolicy) *applicationautoscaling.PutScalingPolicyInput {
	return &applicationautoscaling.PutScalingPolicyInput{
		PolicyName: p.PolicyName, ServiceNamespace: p.ServiceNamespace, ResourceId: p.ResourceId, ScalableDimension: p.ScalableDimension, PolicyType: p.PolicyType,
		StepScalingPolicyConfiguration: p.StepScalingPolicyConfiguration, TargetTrackingScalingPolicyConfiguration: p.TargetTrackingScalingPolicyConfiguration,
		PredictiveScalingPolicyConfiguration: p.PredictiveScalingPolicyConfiguration,
	}
}

func scheduleAgain(a scaling.ScheduledAction) *applicationautoscaling.PutScheduledActionInput {
	return &applicationautoscaling.PutScheduledActionInput{
		ScheduledActionName: a.ScheduledActionName, ServiceNamespace: a.ServiceNamespace, ResourceId: a.ResourceId, ScalableDimension: a.ScalableDimension,
		Schedule: a.Schedule, StartTime: a.StartTime, EndTime: a.EndTime, Timezone: a.Timezone, ScalableTargetAction: a.ScalableTargetAction,
	}
}

func alarmAgain(a alarms.MetricAlarm) *cloudwatch.PutMetricAlarmInput {
	return &cloudwatch.PutMetricAlarmInput{
		AlarmName: a.AlarmName, AlarmDescription: a.AlarmDescription, ActionsEnabled: a.ActionsEnabled, ActionConfiguration: a.ActionConfiguration,
		AlarmActions: a.AlarmActions, OKActions: a.OKActions, InsufficientDataActions: a.InsufficientDataActions,
		ComparisonOperator: a.ComparisonOperator, Threshold: a.Threshold, ThresholdMetricId: a.ThresholdMetricId, DatapointsToAlarm: a.DatapointsToAlarm,
		EvaluationPeriods: a.EvaluationPeriods, EvaluationInterval: a.EvaluationInterval, EvaluationCriteria: a.EvaluationCriteria, EvaluationWindow: a.EvaluationWindow,
		EvaluateLowSampleCountPercentile: a.EvaluateLowSampleCountPercentile, Dimensions: a.Dimensions, Namespace: a.Namespace, MetricName: a.MetricName,
		Metrics: a.Metrics, Period: a.Period, Statistic: a.Statistic, ExtendedStatistic: a.ExtendedStatistic, Unit: a.Unit, TreatMissingData: a.TreatMissingData,
		WarmUpConfiguration: a.WarmUpConfiguration,
	}
}

// scaledNow is what scales a thing; found is false where nothing does.
func (h *Hand) scaledNow(ctx context.Context, thing string, dimension scaling.ScalableDimension) (s scaled, found bool, err error) {
	all, err := h.targets(ctx, []string{thing})
	if err != nil {
		return s, false, err
	}
	i := slices.IndexFunc(all, func(t scaling.ScalableTarget) bool { return t.ScalableDimension == dimension })
	if i < 0 {
		return s, false, nil
	}
	s, err = h.scaledBy(ctx, all[i])
	return s, true, err
}

// scalingBack undoes a call to Application Auto Scaling or to an alarm.
func scalingBack(ctx context.Context, h *Hand, made Made) (Move, error) {
	var saved savedScaling
	if err := json.Unmarshal(made.Saved, &saved); err != nil {
		return Move{}, fmt.Errorf("read what was saved: %w", err)
	}
	was, err := saved.restore()
	if err != nil {
		return Move{}, err
	}
	now, found, err := h.scaledNow(ctx, saved.Thing, saved.Dimension)
	if err != nil {
		return Move{}, err
	}
	switch made.Operation {
	case deregisters:
		return h.scaleAgain(ctx, was, now, found)
	case registers:
		return h.unregister(was, now, found, len(saved.Target) > 0), nil
	case putsPolicy:
		if !slices.ContainsFunc(now.policies, func(p scaling.ScalingPolicy) bool { return aws.ToString(p.PolicyName) == wakes }) {
			return done("its policy is gone"), nil
		}
		return sending(deletesPolicy, made.Resource, nil, h.Scaling.DeleteScalingPolicy, onceScaling, &applicationautoscaling.DeleteScalingPolicyInput{
			PolicyName: aws.String(wakes), ServiceNamespace: scaling.ServiceNamespaceSagemaker, ResourceId: &saved.Thing, ScalableDimension: saved.Dimension}), nil
	case putsAlarm:
		name := alarmName(saved.Thing)
		if !slices.ContainsFunc(now.alarms, func(a alarms.MetricAlarm) bool { return aws.ToString(a.AlarmName) == name }) {
			return done("its alarm is gone"), nil
		}
		return sending(deletesAlarms, made.Resource, nil, h.CloudWatch.DeleteAlarms, onceCloudWatch, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{name}}), nil
	}
	return refuse("nothing undoes %s", made.Operation), nil
}

// scaleAgain makes what scaled a thing again: its target, its policies and schedules, and the alarms, which name policies by ARNs that AWS
// makes anew.
func (h *Hand) scaleAgain(ctx context.Context, was, now scaled, found bool) (Move, error) {
	if !found {
		return h.register(was.target, nil), nil
	}
	if !reflect.DeepEqual(targetAgain(was.target), targetAgain(now.target)) {
		return refuse("somebody has had it scaled in another way since"), nil
	}
	for _, p := range was.policies {
		in := policyAgain(p)
		i := slices.IndexFunc(now.policies, func(n scaling.ScalingPolicy) bool { return aws.ToString(n.PolicyName) == *in.PolicyName })
		switch {
		case i < 0:
			return sending(putsPolicy, aws.ToString(p.PolicyARN), nil, h.Scaling.PutScalingPolicy, onceScaling, in), nil
		case !reflect.DeepEqual(in, policyAgain(now.policies[i])):
			return refuse("somebody has made another scaling policy %s since", *in.PolicyName), nil
		}
	}
	for _, a := range was.schedules {
		in := scheduleAgain(a)
		i := slices.IndexFunc(now.schedules, func(n scaling.ScheduledAction) bool {
			return aws.ToString(n.ScheduledActionName) == *in.ScheduledActionName
		})
		switch {
		case i < 0:
			return sending(putsSchedule, aws.ToString(a.ScheduledActionARN), nil, h.Scaling.PutScheduledAction, onceScaling, in), nil
		case !reflect.DeepEqual(in, scheduleAgain(now.schedules[i])):
			return refuse("somebody has made another scheduled action %s since", *in.ScheduledActionName), nil
		}
	}
	for _, a := range was.alarms {
		if m, pending, err := h.alarmAgain(ctx, a, was, now); pending || err != nil {
			return m, err
		}
	}
	return done("it is scaled again"), nil
}

// alarmAgain has an alarm set off the policies that were made again. Pending is false where it does.
func (h *Hand) alarmAgain(ctx context.Context, a alarms.MetricAlarm, was, now scaled) (m Move, pending bool, err error) {
	out, err := h.CloudWatch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{aws.ToString(a.AlarmName)}})
	if err != nil {
		return Move{}, true, cloud.Fail(readsAlarms, h.Resource.Target, err)
	}
	wanted := a
	wanted.AlarmActions = nil
	for _, action := range a.AlarmActions {
		wanted.AlarmActions = append(wanted.AlarmActions, renamed(action, was.policies, now.policies))
	}
	if len(out.MetricAlarms) > 0 {
		there := alarmAgain(out.MetricAlarms[0])
		switch {
		case reflect.DeepEqual(there, alarmAgain(wanted)):
			return Move{}, false, nil
		case !reflect.DeepEqual(there, alarmAgain(a)):
			return refuse("somebody has changed the alarm %s since", aws.ToString(a.AlarmName)), true, nil
		}
	}
	return sending(putsAlarm, aws.ToString(a.AlarmArn), nil, h.CloudWatch.PutMetricAlarm, onceCloudWatch, alarmAgain(wanted)), true, nil
}

// renamed is the ARN by now of a policy that had this one.
func renamed(arn string, was, now []scaling.ScalingPolicy) string {
	i := slices.IndexFunc(was, func(p scaling.ScalingPolicy) bool { return aws.ToString(p.PolicyARN) == arn })
	if i < 0 {
		return arn
	}
	for _, p := range now {
		if aws.ToString(p.PolicyName) == aws.ToString(was[i].PolicyName) {
			return aws.ToString(p.PolicyARN)
		}
	}
	return arn
}

// unregister puts the limits back that a thing had before it could be scaled to nothing.
func (h *Hand) unregister(was, now scaled, found, before bool) Move {
	switch {
	case !found, before && reflect.DeepEqual(targetAgain(was.target), targetAgain(now.target)):
		return done("it has its former limits")
	case aws.ToInt32(now.target.MinCapacity) != 0:
		return refuse("somebody has changed its limits since")
	case before:
		return h.register(was.target, nil)
	case len(now.policies)+len(now.schedules) > 0:
		return refuse("somebody has it scaled in another way since")
	}
	return h.deregister(now.target, nil)
}
