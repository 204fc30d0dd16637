package wire

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// scalingService is the service for which Application Auto Scaling has a role of its own that scales SageMaker.
const scalingService = "sagemaker.application-autoscaling.amazonaws.com"

// scalings are the targets of Application Auto Scaling with their policies and schedules, by what is scaled, the dimension and the name.
type scalings struct {
	targets   roll[*types.ScalableTarget]
	policies  roll[*types.ScalingPolicy]
	schedules roll[*types.ScheduledAction]
}

// add takes what the world describes; what it does not say of creation follows from its life.
func (s *scalings) add(c *world.Scaling) {
	thing, dimension, created := c.Target.ResourceId, c.Target.ScalableDimension, aws.Time(c.Created)
	target := c.Target
	target.CreationTime = givenOr(target.CreationTime, created)
	s.targets.add(scalingKey(thing, dimension), c.Life, &target)
	for _, p := range c.Policies {
		p.CreationTime = givenOr(p.CreationTime, created)
		s.policies.add(scalingKey(thing, dimension, *p.PolicyName), c.Life, &p)
	}
	for _, a := range c.Schedules {
		a.CreationTime = givenOr(a.CreationTime, created)
		s.schedules.add(scalingKey(thing, dimension, *a.ScheduledActionName), c.Life, &a)
	}
}

func scalingKey(thing *string, dimension types.ScalableDimension, name ...string) string {
	return strings.Join(append([]string{aws.ToString(thing), string(dimension)}, name...), " ")
}

// scalingARN is the resource of IAM for all that scales.
func (v *view) scalingARN(thing *string) string {
	return estate.ARN{Partition: v.target.Partition, Service: "application-autoscaling", Region: v.target.Region, Account: v.target.Account,
		Resource: "scalable-target/" + mark(aws.ToString(thing), 20)}.String()
}

// scaledThing makes IAM's resource of the operation's own.
func scaledThing[I any](thing func(*I) *string) func(*view, *I) string {
	return func(v *view, in *I) string { return v.scalingARN(thing(in)) }
}

func objectNotFound(format string, args ...any) error {
	return &apiError{code: "ObjectNotFoundException", message: fmt.Sprintf(format, args...)}
}

// scalingNamespace refuses what scales anything but SageMaker.
func scalingNamespace(n types.ServiceNamespace) error {
	if n != types.ServiceNamespaceSagemaker {
		return invalid("Unsupported service namespace, resource type or scalable dimension: the simulated organization scales SageMaker alone")
	}
	return nil
}

var (
	variantThing   = regexp.MustCompile(`^endpoint/([^/]+)/variant/([^/]+)$`)
	componentThing = regexp.MustCompile(`^inference-component/([^/]+)$`)
)

// scalable refuses what is not there.
func (v *view) scalable(thing *string, dimension types.ScalableDimension) error {
	found := false
	switch dimension {
	case types.ScalableDimensionSageMakerVariantDesiredInstanceCount:
		if m := variantThing.FindStringSubmatch(aws.ToString(thing)); m != nil {
			e, ok := v.endpoints.find(endpointOf(&m[1]), v.now)
			found = ok && slices.ContainsFunc(e.Variants, func(w world.Variant) bool { return w.Name == m[2] })
		}
	case types.ScalableDimensionSageMakerInferenceComponentDesiredCopyCount:
		if m := componentThing.FindStringSubmatch(aws.ToString(thing)); m != nil {
			_, found = v.components.find(componentOf(&m[1]), v.now)
		}
	}
	if !found {
		return invalid("No resource found for service namespace: sagemaker, resource ID: %s, scalable dimension: %s", aws.ToString(thing), dimension)
	}
	return nil
}

// unscaled refuses to change what Application Auto Scaling scales.
func (v *view) unscaled(thing string) error {
	targets := v.scalings.targets.list(v.now, func(t *types.ScalableTarget, _ world.Life) bool { return aws.ToString(t.ResourceId) == thing })
	if len(targets) == 0 {
		return nil
	}
	return invalid("%s must be deregistered as a scalable target before it can be removed.", thing)
}

func (v *view) registerTarget(in *autoscaling.RegisterScalableTargetInput) (*autoscaling.RegisterScalableTargetOutput, error) {
	if err := scalingNamespace(in.ServiceNamespace); err != nil {
		return nil, err
	}
	if err := v.scalable(in.ResourceId, in.ScalableDimension); err != nil {
		return nil, err
	}
	// The first target of all takes the role.
	if len(v.scalings.targets.all) == 0 {
		role := "arn:" + v.target.Partition + ":iam::" + v.target.Account + ":role/aws-service-role/" + scalingService + "/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
		if err := v.principal.authorize("iam:CreateServiceLinkedRole", role, v.target.Region); err != nil {
			return nil, err
		}
	}
	key := scalingKey(in.ResourceId, in.ScalableDimension)
	t := &types.ScalableTarget{ServiceNamespace: in.ServiceNamespace, ResourceId: in.ResourceId, ScalableDimension: in.ScalableDimension,
		CreationTime: aws.Time(v.now), ScalableTargetARN: aws.String(v.scalingARN(in.ResourceId)), SuspendedState: &types.SuspendedState{
			DynamicScalingInSuspended: aws.Bool(false), DynamicScalingOutSuspended: aws.Bool(false), ScheduledScalingSuspended: aws.Bool(false)},
		RoleARN: aws.String("arn:" + v.target.Partition + ":iam::" + v.target.Account + ":role/aws-service-role/" + scalingService + "/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint")}
	if before, found := v.scalings.targets.find(key, v.now); found {
		*t = *before
	} else if in.MinCapacity == nil || in.MaxCapacity == nil {
		return nil, invalid("MinCapacity and MaxCapacity are required to register a scalable target.")
	}
	t.MinCapacity, t.MaxCapacity = givenOr(in.MinCapacity, t.MinCapacity), givenOr(in.MaxCapacity, t.MaxCapacity)
	if in.SuspendedState != nil {
		t.SuspendedState = updated(t.SuspendedState, in.SuspendedState)
	}
	if *t.MinCapacity > *t.MaxCapacity {
		return nil, invalid("Minimum capacity cannot be greater than maximum capacity")
	}
	v.scalings.targets.write(key, v.now, world.Life{Created: *t.CreationTime}, t)
	v.remember(Mutation{Resource: *t.ScalableTargetARN})
	return &autoscaling.RegisterScalableTargetOutput{ScalableTargetARN: t.ScalableTargetARN}, nil
}

// givenOr is the first that is given.
func givenOr[T any](given, otherwise *T) *T {
	if given != nil {
		return given
	}
	return otherwise
}

// registered is the target that something belongs to.
func (v *view) registered(n types.ServiceNamespace, thing *string, dimension types.ScalableDimension) (*types.ScalableTarget, error) {
	if err := scalingNamespace(n); err != nil {
		return nil, err
	}
	t, found := v.scalings.targets.find(scalingKey(thing, dimension), v.now)
	if !found {
		return nil, objectNotFound("No scalable target found for service namespace: sagemaker, resource ID: %s, scalable dimension: %s", aws.ToString(thing), dimension)
	}
	return t, nil
}

// deregisterTarget takes a target away, and all that scales it.
func (v *view) deregisterTarget(in *autoscaling.DeregisterScalableTargetInput) (*autoscaling.DeregisterScalableTargetOutput, error) {
	t, err := v.registered(in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
	if err != nil {
		return nil, err
	}
	key, gone := scalingKey(in.ResourceId, in.ScalableDimension), world.Life{Deleted: v.now}
	v.scalings.targets.write(key, v.now, gone, t)
	of := func(thing *string, d types.ScalableDimension) bool { return scalingKey(thing, d) == key }
	for _, p := range v.scalings.policies.list(v.now, func(p *types.ScalingPolicy, _ world.Life) bool { return of(p.ResourceId, p.ScalableDimension) }) {
		v.scalings.policies.write(scalingKey(p.ResourceId, p.ScalableDimension, *p.PolicyName), v.now, gone, p)
	}
	for _, a := range v.scalings.schedules.list(v.now, func(a *types.ScheduledAction, _ world.Life) bool { return of(a.ResourceId, a.ScalableDimension) }) {
		v.scalings.schedules.write(scalingKey(a.ResourceId, a.ScalableDimension, *a.ScheduledActionName), v.now, gone, a)
	}
	v.remember(Mutation{Resource: *t.ScalableTargetARN})
	return &autoscaling.DeregisterScalableTargetOutput{}, nil
}

func (v *view) putPolicy(in *autoscaling.PutScalingPolicyInput) (*autoscaling.PutScalingPolicyOutput, error) {
	t, err := v.registered(in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
	if err != nil {
		return nil, err
	}
	if nothing(in.PolicyName) {
		return nil, missingMember("policyName")
	}
	key := scalingKey(in.ResourceId, in.ScalableDimension, *in.PolicyName)
	p := &types.ScalingPolicy{ServiceNamespace: in.ServiceNamespace, ResourceId: in.ResourceId, ScalableDimension: in.ScalableDimension, PolicyName: in.PolicyName,
		PolicyType: cmp.Or(in.PolicyType, types.PolicyTypeStepScaling), StepScalingPolicyConfiguration: in.StepScalingPolicyConfiguration, CreationTime: aws.Time(v.now),
		TargetTrackingScalingPolicyConfiguration: in.TargetTrackingScalingPolicyConfiguration, PredictiveScalingPolicyConfiguration: in.PredictiveScalingPolicyConfiguration,
		// The id in the middle is another one for each policy that is made.
		PolicyARN: aws.String(estate.ARN{Partition: v.target.Partition, Service: "autoscaling", Region: v.target.Region, Account: v.target.Account,
			Resource: "scalingPolicy:" + mark(key+v.now.String(), 20) + ":resource/sagemaker/" + aws.ToString(in.ResourceId) + ":policyName/" + *in.PolicyName}.String())}
	if before, found := v.scalings.policies.find(key, v.now); found {
		p.PolicyARN, p.CreationTime = before.PolicyARN, before.CreationTime
	}
	v.scalings.policies.write(key, v.now, world.Life{Created: *p.CreationTime}, p)
	v.remember(Mutation{Resource: *t.ScalableTargetARN})
	return &autoscaling.PutScalingPolicyOutput{PolicyARN: p.PolicyARN}, nil
}

func (v *view) deletePolicy(in *autoscaling.DeleteScalingPolicyInput) (*autoscaling.DeleteScalingPolicyOutput, error) {
	key := scalingKey(in.ResourceId, in.ScalableDimension, aws.ToString(in.PolicyName))
	p, found := v.scalings.policies.find(key, v.now)
	if !found {
		return nil, objectNotFound("No scaling policy found for service namespace: sagemaker, resource ID: %s, policy name: %s", aws.ToString(in.ResourceId), aws.ToString(in.PolicyName))
	}
	v.scalings.policies.write(key, v.now, world.Life{Deleted: v.now}, p)
	v.remember(Mutation{Resource: v.scalingARN(in.ResourceId)})
	return &autoscaling.DeleteScalingPolicyOutput{}, nil
}

func (v *view) putSchedule(in *autoscaling.PutScheduledActionInput) (*autoscaling.PutScheduledActionOutput, error) {
	t, err := v.registered(in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
	if err != nil {
		return nil, err
	}
	if nothing(in.ScheduledActionName) || nothing(in.Schedule) {
		return nil, missingMember("schedule")
	}
	a := &types.ScheduledAction{ServiceNamespace: in.ServiceNamespace, ResourceId: in.ResourceId, ScalableDimension: in.ScalableDimension, ScheduledActionName: in.ScheduledActionName,
		Schedule: in.Schedule, StartTime: in.StartTime, EndTime: in.EndTime, Timezone: in.Timezone, ScalableTargetAction: in.ScalableTargetAction, CreationTime: aws.Time(v.now),
		ScheduledActionARN: aws.String(*t.ScalableTargetARN + ":scheduledActionName/" + *in.ScheduledActionName)}
	v.scalings.schedules.write(scalingKey(in.ResourceId, in.ScalableDimension, *in.ScheduledActionName), v.now, world.Life{Created: v.now}, a)
	v.remember(Mutation{Resource: *t.ScalableTargetARN})
	return &autoscaling.PutScheduledActionOutput{}, nil
}

func (v *view) describeTargets(in *autoscaling.DescribeScalableTargetsInput) (*autoscaling.DescribeScalableTargetsOutput, error) {
	if err := scalingNamespace(in.ServiceNamespace); err != nil {
		return nil, err
	}
	if len(in.ResourceIds) > 50 {
		return nil, invalid("1 validation error detected: Value at 'resourceIds' failed to satisfy constraint: Member must have length less than or equal to 50")
	}
	all := v.scalings.targets.list(v.now, func(t *types.ScalableTarget, _ world.Life) bool {
		return is(in.ScalableDimension, string(t.ScalableDimension)) &&
			(len(in.ResourceIds) == 0 || slices.Contains(in.ResourceIds, aws.ToString(t.ResourceId)))
	})
	cut, next, err := scalingPage(v, all, func(t *types.ScalableTarget) string { return scalingKey(t.ResourceId, t.ScalableDimension) }, in.MaxResults, in.NextToken)
	return &autoscaling.DescribeScalableTargetsOutput{ScalableTargets: cut, NextToken: next}, err
}

func (v *view) describePolicies(in *autoscaling.DescribeScalingPoliciesInput) (*autoscaling.DescribeScalingPoliciesOutput, error) {
	if err := scalingNamespace(in.ServiceNamespace); err != nil {
		return nil, err
	}
	all := v.scalings.policies.list(v.now, func(p *types.ScalingPolicy, _ world.Life) bool {
		return is(in.ScalableDimension, string(p.ScalableDimension)) && is(aws.ToString(in.ResourceId), aws.ToString(p.ResourceId)) &&
			(len(in.PolicyNames) == 0 || slices.Contains(in.PolicyNames, aws.ToString(p.PolicyName)))
	})
	cut, next, err := scalingPage(v, all, func(p *types.ScalingPolicy) string {
		return scalingKey(p.ResourceId, p.ScalableDimension, aws.ToString(p.PolicyName))
	}, in.MaxResults, in.NextToken)
	return &autoscaling.DescribeScalingPoliciesOutput{ScalingPolicies: cut, NextToken: next}, err
}

func (v *view) describeSchedules(in *autoscaling.DescribeScheduledActionsInput) (*autoscaling.DescribeScheduledActionsOutput, error) {
	if err := scalingNamespace(in.ServiceNamespace); err != nil {
		return nil, err
	}
	all := v.scalings.schedules.list(v.now, func(a *types.ScheduledAction, _ world.Life) bool {
		return is(in.ScalableDimension, string(a.ScalableDimension)) && is(aws.ToString(in.ResourceId), aws.ToString(a.ResourceId)) &&
			(len(in.ScheduledActionNames) == 0 || slices.Contains(in.ScheduledActionNames, aws.ToString(a.ScheduledActionName)))
	})
	cut, next, err := scalingPage(v, all, func(a *types.ScheduledAction) string {
		return scalingKey(a.ResourceId, a.ScalableDimension, aws.ToString(a.ScheduledActionName))
	}, in.MaxResults, in.NextToken)
	return &autoscaling.DescribeScheduledActionsOutput{ScheduledActions: cut, NextToken: next}, err
}

// scalingPage is a page of 50 unless less is asked for; never nil, so that an empty one is answered as one.
func scalingPage[T any](v *view, all []*T, key func(*T) string, limit *int32, token *string) ([]T, *string, error) {
	cut, next, err := page(v, all, key, false, int(min(cmp.Or(aws.ToInt32(limit), 50), 50)), token)
	if err != nil {
		return nil, nil, &apiError{code: "InvalidNextTokenException", message: "The next token is not valid."}
	}
	items := make([]T, len(cut))
	for i, item := range cut {
		items[i] = *item
	}
	return items, next, nil
}
