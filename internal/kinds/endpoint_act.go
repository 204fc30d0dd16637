package kinds

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

const (
	describesEndpoint = "sagemaker:DescribeEndpoint"
	describesConfig   = "sagemaker:DescribeEndpointConfig"
	scalesEndpoint    = "sagemaker:UpdateEndpointWeightsAndCapacities"
)

func (h *Hand) endpointNow(ctx context.Context, name *string) (*sagemaker.DescribeEndpointOutput, bool, error) {
	return look(ctx, h, describesEndpoint, h.SageMaker.DescribeEndpoint, &sagemaker.DescribeEndpointInput{EndpointName: name})
}

func (h *Hand) configNow(ctx context.Context, name *string) (*sagemaker.DescribeEndpointConfigOutput, bool, error) {
	return look(ctx, h, describesConfig, h.SageMaker.DescribeEndpointConfig, &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: name})
}

// moving says that AWS is at an endpoint.
func moving(s types.EndpointStatus) bool {
	return slices.Contains([]types.EndpointStatus{types.EndpointStatusCreating, types.EndpointStatusUpdating, types.EndpointStatusSystemUpdating, types.EndpointStatusRollingBack}, s)
}

// scaleEndpoint is the next move on the way to no more instances than are asked for, of the part that is meant or of every variant.
func scaleEndpoint(ctx context.Context, h *Hand) (Move, error) {
	d, gone, err := h.endpointNow(ctx, &h.Resource.Name)
	if err != nil || gone {
		return done("it is gone"), err
	}
	if m, other := h.another(d.CreationTime); other {
		return m, nil
	}
	variants := slices.DeleteFunc(slices.Clone(d.ProductionVariants), func(v types.ProductionVariantSummary) bool {
		return h.Ask.Part != "" && aws.ToString(v.VariantName) != h.Ask.Part
	})
	switch {
	case moving(d.EndpointStatus):
		return wait("it is %s", d.EndpointStatus), nil
	case d.EndpointStatus != types.EndpointStatusInService:
		return refuse("it is %s", d.EndpointStatus), nil
	case len(variants) == 0:
		return refuse("it has no variant %q", h.Ask.Part), nil
	case !h.Ask.ToZero && h.Ask.Count < 1:
		return refuse("%d is no number of instances to leave: to leave none, ask for toZero, which sets up what wakes it", h.Ask.Count), nil
	}
	on, err := h.componentsOn(ctx, d.EndpointName)
	if err != nil {
		return Move{}, err
	}
	if slices.ContainsFunc(variants, func(v types.ProductionVariantSummary) bool {
		return v.ManagedInstanceScaling != nil || len(onVariant(on, v)) > 0
	}) {
		return h.emptyVariants(ctx, variants, on)
	}
	return h.shrinkVariants(ctx, d, variants)
}

func onVariant(all []*sagemaker.DescribeInferenceComponentOutput, v types.ProductionVariantSummary) []*sagemaker.DescribeInferenceComponentOutput {
	return slices.DeleteFunc(slices.Clone(all), func(c *sagemaker.DescribeInferenceComponentOutput) bool {
		return aws.ToString(c.VariantName) != aws.ToString(v.VariantName)
	})
}

// emptyVariants is the next move on the way to no instances of variants that carry components: they follow these.
func (h *Hand) emptyVariants(ctx context.Context, variants []types.ProductionVariantSummary, on []*sagemaker.DescribeInferenceComponentOutput) (Move, error) {
	var all []*sagemaker.DescribeInferenceComponentOutput
	for _, v := range variants {
		name, managed := aws.ToString(v.VariantName), v.ManagedInstanceScaling
		switch {
		case !h.Ask.ToZero:
			return refuse("the instances of variant %s follow its inference components: scale these", name), nil
		case managed == nil || managed.Status != types.ManagedInstanceScalingStatusEnabled || managed.MinInstanceCount == nil:
			return refuse("variant %s does not scale its instances by itself: that takes a configuration with ManagedInstanceScaling", name), nil
		case *managed.MinInstanceCount > 0:
			return refuse("variant %s keeps at least %d instances: that takes a configuration whose ManagedInstanceScaling has a MinInstanceCount of 0", name, *managed.MinInstanceCount), nil
		}
		mine := onVariant(on, v)
		if len(mine) == 0 {
			return refuse("variant %s carries no inference component whose requests could wake it", name), nil
		}
		all = append(all, mine...)
	}
	m, left, err := foremost(h, all, func(c *sagemaker.DescribeInferenceComponentOutput) (Move, error) {
		if m, later := h.unlooked("its component "+aws.ToString(c.InferenceComponentName), c.CreationTime); later {
			return m, nil
		}
		if base(c) != "" {
			return done("it runs on another's copies"), nil
		}
		return h.shrinkComponent(ctx, c)
	})
	switch {
	case err != nil || left:
		return m, err
	case slices.ContainsFunc(variants, func(v types.ProductionVariantSummary) bool { return aws.ToInt32(v.CurrentInstanceCount) > 0 }):
		return wait("its last instances are going"), nil
	}
	return done("it has no instances"), nil
}

// shrinkVariants is the next move on the way to fewer instances of variants that have models of their own.
func (h *Hand) shrinkVariants(ctx context.Context, d *sagemaker.DescribeEndpointOutput, variants []types.ProductionVariantSummary) (Move, error) {
	count := int32(h.Ask.Count)
	if h.Ask.ToZero {
		count = 0
	}
	var things []string
	left := map[string]int32{}
	for _, v := range variants {
		name := aws.ToString(v.VariantName)
		switch {
		case v.CurrentServerlessConfig != nil || v.DesiredServerlessConfig != nil:
			return refuse("variant %s is serverless: it has no instances", name), nil
		case v.DesiredInstanceCount == nil:
			return refuse("how many instances variant %s has is not told", name), nil
		case h.Ask.ToZero && d.AsyncInferenceConfig == nil:
			return refuse("variant %s cannot do without instances: only asynchronous endpoints and those of inference components can; delete it, which keeps its configuration", name), nil
		case *v.DesiredInstanceCount > count:
			left[name], things = count, append(things, variantThing(h.Resource.Name, name))
		}
	}
	if len(left) == 0 {
		return done("no variant has more than %d instances", count), nil
	}
	if h.Ask.ToZero {
		m, wakes, err := foremost(h, variants, func(v types.ProductionVariantSummary) (Move, error) {
			m, ok, err := h.wake(ctx, sleepingVariant(h.Resource.Name, aws.ToString(v.VariantName), *v.DesiredInstanceCount))
			if !ok && err == nil {
				m = done("something wakes it")
			}
			return m, err
		})
		if wakes || err != nil {
			return m, err
		}
	} else {
		targets, err := h.targets(ctx, things)
		if err != nil {
			return Move{}, err
		}
		for _, thing := range things {
			if least := floor(targets, thing); least > count {
				return refuse("Application Auto Scaling keeps at least %d instances of %s", least, thing), nil
			}
		}
	}
	was, err := saved{Left: left}.of(d)
	return h.setCounts(d, left, was), err
}

// setCounts sends instance counts.
func (h *Hand) setCounts(d *sagemaker.DescribeEndpointOutput, counts map[string]int32, was json.RawMessage) Move {
	in := &sagemaker.UpdateEndpointWeightsAndCapacitiesInput{EndpointName: d.EndpointName}
	for _, v := range d.ProductionVariants {
		if n, set := counts[aws.ToString(v.VariantName)]; set {
			in.DesiredWeightsAndCapacities = append(in.DesiredWeightsAndCapacities, types.DesiredWeightAndCapacity{VariantName: v.VariantName, DesiredInstanceCount: &n})
		}
	}
	return sending(scalesEndpoint, aws.ToString(d.EndpointArn), was, h.SageMaker.UpdateEndpointWeightsAndCapacities, onceSageMaker, in)
}

// deleteEndpoint is the next move on the way to an endpoint that is gone: what scales it goes first, then its components, which AWS does not
// delete with it. Its configuration and models stay.
func deleteEndpoint(ctx context.Context, h *Hand) (Move, error) {
	d, gone, err := h.endpointNow(ctx, &h.Resource.Name)
	if err != nil || gone {
		return done("it is gone"), err
	}
	if m, other := h.another(d.CreationTime); other {
		return m, nil
	}
	switch d.EndpointStatus {
	case types.EndpointStatusInService, types.EndpointStatusFailed, types.EndpointStatusOutOfService, types.EndpointStatusUpdateRollbackFailed:
	case types.EndpointStatusDeleting:
		return wait("it is being deleted"), nil
	default:
		if moving(d.EndpointStatus) {
			return wait("it is %s", d.EndpointStatus), nil
		}
		return refuse("its status is not known: %q", d.EndpointStatus), nil
	}
	config, gone, err := h.configNow(ctx, d.EndpointConfigName)
	if err != nil {
		return Move{}, err
	}
	if gone && !h.Ask.Data {
		return refuse("it could not be made again: its configuration %s was deleted, and the policy does not say that its data may go", aws.ToString(d.EndpointConfigName)), nil
	}
	var things []string
	for _, v := range slices.Concat(d.ProductionVariants, d.ShadowProductionVariants) {
		things = append(things, variantThing(h.Resource.Name, aws.ToString(v.VariantName)))
	}
	if m, left, err := h.unscale(ctx, things); left || err != nil {
		return m, err
	}
	on, err := h.componentsOn(ctx, d.EndpointName)
	if err != nil {
		return Move{}, err
	}
	if m, left, err := h.endComponents(ctx, on); left || err != nil {
		return m, err
	}
	tags, err := h.tagsOf(ctx, d.EndpointArn)
	if err != nil {
		return Move{}, err
	}
	more := saved{Tags: tags}
	if config != nil {
		if more.Config, err = written(config); err != nil {
			return Move{}, err
		}
	}
	was, err := more.of(d)
	return sending("sagemaker:DeleteEndpoint", aws.ToString(d.EndpointArn), was, h.SageMaker.DeleteEndpoint, onceSageMaker, &sagemaker.DeleteEndpointInput{EndpointName: d.EndpointName}), err
}

// endpointBack undoes a call to an endpoint, to its components, or to what scales either.
func endpointBack(ctx context.Context, h *Hand, made Made) (Move, error) {
	switch made.Operation {
	case "sagemaker:DeleteEndpoint":
		return remakeEndpoint(ctx, h, made)
	case scalesEndpoint:
		return growEndpoint(ctx, h, made)
	}
	return componentBack(ctx, h, made)
}

// endpointAgain is the call that makes an endpoint as it was described.
func endpointAgain(d *sagemaker.DescribeEndpointOutput) *sagemaker.CreateEndpointInput {
	return &sagemaker.CreateEndpointInput{EndpointName: d.EndpointName, EndpointConfigName: d.EndpointConfigName, DeploymentConfig: d.LastDeploymentConfig}
}

// remakeEndpoint makes an endpoint again from its configuration, and gives its variants the counts and weights that they had last.
func remakeEndpoint(ctx context.Context, h *Hand, made Made) (Move, error) {
	was := &sagemaker.DescribeEndpointOutput{}
	s, err := restore(made.Saved, was)
	if err != nil {
		return Move{}, err
	}
	d, gone, err := h.endpointNow(ctx, was.EndpointName)
	if err != nil {
		return Move{}, err
	}
	if gone {
		if m, ok, err := h.sameConfig(ctx, was.EndpointConfigName, s.Config); !ok {
			return m, err
		}
	}
	shape := func(d *sagemaker.DescribeEndpointOutput) *sagemaker.CreateEndpointInput {
		return &sagemaker.CreateEndpointInput{EndpointName: d.EndpointName, EndpointConfigName: d.EndpointConfigName}
	}
	var now *sagemaker.CreateEndpointInput
	var status types.EndpointStatus
	if !gone {
		now, status = shape(d), d.EndpointStatus
	}
	arn := aws.ToString(was.EndpointArn)
	m := again(shape(was), now, string(status), func() Move {
		in := endpointAgain(was)
		in.Tags = append(asTags(s.Tags), types.Tag{Key: aws.String(markRemade), Value: aws.String("scale")})
		return sending("sagemaker:CreateEndpoint", arn, nil, h.SageMaker.CreateEndpoint, onceSageMaker, in)
	})
	if m.State != Done {
		return m, nil
	}
	has, err := h.tagsOf(ctx, d.EndpointArn)
	if err != nil {
		return Move{}, err
	}
	if _, ours := has[markRemade]; !ours {
		return m, nil
	}
	if in := recounted(d, was); len(in.DesiredWeightsAndCapacities) > 0 {
		return sending(scalesEndpoint, arn, nil, h.SageMaker.UpdateEndpointWeightsAndCapacities, onceSageMaker, in), nil
	}
	return h.unmark(arn), nil
}

// sameConfig reports whether the configuration of a name is the one that was saved; else the move says why not.
func (h *Hand) sameConfig(ctx context.Context, name *string, body json.RawMessage) (Move, bool, error) {
	d, gone, err := h.configNow(ctx, name)
	if err != nil {
		return Move{}, false, err
	}
	if gone || len(body) == 0 {
		return refuse("its configuration %s is gone", aws.ToString(name)), false, nil
	}
	was := &sagemaker.DescribeEndpointConfigOutput{}
	if err := read(body, was); err != nil {
		return Move{}, false, err
	}
	if !reflect.DeepEqual(configAgain(d), configAgain(was)) {
		return refuse("somebody has made another configuration %s since", aws.ToString(name)), false, nil
	}
	return Move{}, true, nil
}

// recounted gives variants the counts and weights that they had. The instances of those that carry components follow these.
func recounted(now, was *sagemaker.DescribeEndpointOutput) *sagemaker.UpdateEndpointWeightsAndCapacitiesInput {
	in := &sagemaker.UpdateEndpointWeightsAndCapacitiesInput{EndpointName: was.EndpointName}
	for _, v := range was.ProductionVariants {
		i := slices.IndexFunc(now.ProductionVariants, func(n types.ProductionVariantSummary) bool {
			return aws.ToString(n.VariantName) == aws.ToString(v.VariantName)
		})
		if i < 0 {
			continue
		}
		n := now.ProductionVariants[i]
		change := types.DesiredWeightAndCapacity{VariantName: v.VariantName}
		if v.DesiredWeight != nil && aws.ToFloat32(n.DesiredWeight) != *v.DesiredWeight {
			change.DesiredWeight = v.DesiredWeight
		}
		if v.DesiredInstanceCount != nil && v.ManagedInstanceScaling == nil && aws.ToInt32(n.DesiredInstanceCount) != *v.DesiredInstanceCount {
			change.DesiredInstanceCount = v.DesiredInstanceCount
		}
		if change.DesiredWeight != nil || change.DesiredInstanceCount != nil {
			in.DesiredWeightsAndCapacities = append(in.DesiredWeightsAndCapacities, change)
		}
	}
	return in
}

// growEndpoint gives variants the instances back that they had.
func growEndpoint(ctx context.Context, h *Hand, made Made) (Move, error) {
	was := &sagemaker.DescribeEndpointOutput{}
	s, err := restore(made.Saved, was)
	if err != nil {
		return Move{}, err
	}
	d, gone, err := h.endpointNow(ctx, was.EndpointName)
	switch {
	case err != nil:
		return Move{}, err
	case gone || !aws.ToTime(d.CreationTime).Equal(aws.ToTime(was.CreationTime)):
		return refuse("it is gone"), nil
	case moving(d.EndpointStatus):
		return wait("it is %s", d.EndpointStatus), nil
	}
	counts := map[string]int32{}
	for _, v := range was.ProductionVariants {
		name := aws.ToString(v.VariantName)
		left, scaled := s.Left[name]
		if !scaled {
			continue
		}
		i := slices.IndexFunc(d.ProductionVariants, func(n types.ProductionVariantSummary) bool { return aws.ToString(n.VariantName) == name })
		switch {
		case i < 0:
			return refuse("it has no variant %s any more", name), nil
		case aws.ToInt32(d.ProductionVariants[i].DesiredInstanceCount) == aws.ToInt32(v.DesiredInstanceCount):
		case aws.ToInt32(d.ProductionVariants[i].DesiredInstanceCount) != left:
			return refuse("variant %s has been scaled to %d instances since", name, aws.ToInt32(d.ProductionVariants[i].DesiredInstanceCount)), nil
		default:
			counts[name] = aws.ToInt32(v.DesiredInstanceCount)
		}
	}
	switch {
	case len(counts) == 0:
		return done("it has the instances that it had"), nil
	case d.EndpointStatus != types.EndpointStatusInService:
		return refuse("it is %s", d.EndpointStatus), nil
	}
	return h.setCounts(d, counts, nil), nil
}
