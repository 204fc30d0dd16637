package kinds

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

const (
	describesComponent = "sagemaker:DescribeInferenceComponent"
	scalesComponent    = "sagemaker:UpdateInferenceComponentRuntimeConfig"
)

func componentThing(name *string) string { return "inference-component/" + aws.ToString(name) }

// componentNow describes an inference component, by its name.
func (h *Hand) componentNow(ctx context.Context, name *string) (*sagemaker.DescribeInferenceComponentOutput, bool, error) {
	return look(ctx, h, describesComponent, h.SageMaker.DescribeInferenceComponent, &sagemaker.DescribeInferenceComponentInput{InferenceComponentName: name})
}

// componentsOn describes all inference components of an endpoint, by name.
func (h *Hand) componentsOn(ctx context.Context, endpoint *string) (all []*sagemaker.DescribeInferenceComponentOutput, err error) {
	listed, err := gather(ctx, h, "sagemaker:ListInferenceComponents", sagemaker.NewListInferenceComponentsPaginator(h.SageMaker,
		&sagemaker.ListInferenceComponentsInput{EndpointNameEquals: endpoint, MaxResults: aws.Int32(100), SortBy: types.InferenceComponentSortKeyName, SortOrder: types.OrderKeyAscending}),
		func(o *sagemaker.ListInferenceComponentsOutput) []types.InferenceComponentSummary {
			return o.InferenceComponents
		})
	if err != nil {
		return nil, err
	}
	for _, c := range listed {
		d, gone, err := h.componentNow(ctx, c.InferenceComponentName)
		if err != nil {
			return nil, err
		}
		if !gone {
			all = append(all, d)
		}
	}
	return all, nil
}

// base is the component whose copies an adapter runs on, empty for what has copies of its own.
func base(d *sagemaker.DescribeInferenceComponentOutput) string {
	if d.Specification == nil {
		return ""
	}
	return aws.ToString(d.Specification.BaseInferenceComponentName)
}

// copies are how many the component is to have.
func copies(d *sagemaker.DescribeInferenceComponentOutput) int32 {
	if d.RuntimeConfig == nil {
		return 0
	}
	return aws.ToInt32(d.RuntimeConfig.DesiredCopyCount)
}

func scaleComponent(ctx context.Context, h *Hand) (Move, error) {
	d, gone, err := h.componentNow(ctx, &h.Resource.Name)
	if err != nil || gone {
		return done("it is gone"), err
	}
	if m, other := h.another(d.CreationTime); other {
		return m, nil
	}
	switch {
	case base(d) != "":
		return refuse("it has no copies of its own: it runs on those of %s", base(d)), nil
	case !h.Ask.ToZero && h.Ask.Count < 1:
		return refuse("%d is no number of copies to leave: to leave none, ask for toZero, which sets up what wakes it", h.Ask.Count), nil
	}
	return h.shrinkComponent(ctx, d)
}

// shrinkComponent is the next move on the way to no more copies than are asked for.
func (h *Hand) shrinkComponent(ctx context.Context, d *sagemaker.DescribeInferenceComponentOutput) (Move, error) {
	name := aws.ToString(d.InferenceComponentName)
	switch d.InferenceComponentStatus {
	case types.InferenceComponentStatusInService:
	case types.InferenceComponentStatusCreating, types.InferenceComponentStatusUpdating:
		return wait("%s is %s", name, d.InferenceComponentStatus), nil
	default:
		return refuse("%s is %s", name, d.InferenceComponentStatus), nil
	}
	left := int32(h.Ask.Count)
	if h.Ask.ToZero {
		left = 0
	}
	if copies(d) <= left {
		return done("%s has %d copies", name, copies(d)), nil
	}
	if left > 0 {
		targets, err := h.targets(ctx, []string{componentThing(&name)})
		if err != nil {
			return Move{}, err
		}
		if least := floor(targets, componentThing(&name)); least > left {
			return refuse("Application Auto Scaling keeps at least %d copies of %s", least, name), nil
		}
	} else if m, wakes, err := h.wake(ctx, sleepingComponent(name, copies(d))); wakes || err != nil {
		return m, err
	}
	was, err := saved{Left: map[string]int32{name: left}}.of(d)
	return sending(scalesComponent, aws.ToString(d.InferenceComponentArn), was, h.SageMaker.UpdateInferenceComponentRuntimeConfig, onceSageMaker,
		&sagemaker.UpdateInferenceComponentRuntimeConfigInput{InferenceComponentName: &name, DesiredRuntimeConfig: &types.InferenceComponentRuntimeConfig{CopyCount: &left}}), err
}

// deleteComponent is the next move on the way to a component that is gone, with the adapters that run on it, which its verdict covers.
func deleteComponent(ctx context.Context, h *Hand) (Move, error) {
	d, gone, err := h.componentNow(ctx, &h.Resource.Name)
	if err != nil || gone {
		return done("it is gone"), err
	}
	if m, other := h.another(d.CreationTime); other {
		return m, nil
	}
	neighbours, err := h.componentsOn(ctx, d.EndpointName)
	if err != nil {
		return Move{}, err
	}
	own := slices.DeleteFunc(neighbours, func(n *sagemaker.DescribeInferenceComponentOutput) bool {
		return aws.ToString(n.InferenceComponentName) != h.Resource.Name && base(n) != h.Resource.Name
	})
	m, left, err := h.endComponents(ctx, own)
	if err != nil || left {
		return m, err
	}
	return done("it is gone"), nil
}

// endComponents is the next move on the way to the end of components: what scales them first, then adapters, then what these run on.
func (h *Hand) endComponents(ctx context.Context, all []*sagemaker.DescribeInferenceComponentOutput) (Move, bool, error) {
	var things []string
	for _, d := range all {
		things = append(things, componentThing(d.InferenceComponentName))
		if m, later := h.unlooked("its component "+aws.ToString(d.InferenceComponentName), d.CreationTime); later {
			return m, true, nil
		}
		if m, refused, err := untellable(h, aws.ToString(d.InferenceComponentName), d); refused || err != nil {
			return m, true, err
		}
	}
	if m, left, err := h.unscale(ctx, things); left || err != nil {
		return m, true, err
	}
	adapters := slices.DeleteFunc(slices.Clone(all), func(d *sagemaker.DescribeInferenceComponentOutput) bool { return base(d) == "" })
	if len(adapters) > 0 {
		all = adapters
	}
	return foremost(h, all, func(d *sagemaker.DescribeInferenceComponentOutput) (Move, error) { return h.endComponent(ctx, d) })
}

func (h *Hand) endComponent(ctx context.Context, d *sagemaker.DescribeInferenceComponentOutput) (Move, error) {
	switch d.InferenceComponentStatus {
	case types.InferenceComponentStatusInService, types.InferenceComponentStatusFailed:
	case types.InferenceComponentStatusCreating, types.InferenceComponentStatusUpdating, types.InferenceComponentStatusDeleting:
		return wait("%s is %s", aws.ToString(d.InferenceComponentName), d.InferenceComponentStatus), nil
	default:
		return refuse("%s is %s", aws.ToString(d.InferenceComponentName), d.InferenceComponentStatus), nil
	}
	tags, err := h.tagsOf(ctx, d.InferenceComponentArn)
	if err != nil {
		return Move{}, err
	}
	was, err := saved{Tags: tags}.of(d)
	return sending("sagemaker:DeleteInferenceComponent", aws.ToString(d.InferenceComponentArn), was, h.SageMaker.DeleteInferenceComponent, onceSageMaker,
		&sagemaker.DeleteInferenceComponentInput{InferenceComponentName: d.InferenceComponentName}), err
}

// componentAgain is the call that makes a component as it was described.
func componentAgain(d *sagemaker.DescribeInferenceComponentOutput) *sagemaker.CreateInferenceComponentInput {
	in := &sagemaker.CreateInferenceComponentInput{InferenceComponentName: d.InferenceComponentName, EndpointName: d.EndpointName, VariantName: d.VariantName}
	if d.RuntimeConfig != nil {
		in.RuntimeConfig = &types.InferenceComponentRuntimeConfig{CopyCount: d.RuntimeConfig.DesiredCopyCount}
	}
	if d.Specification != nil {
		one := specificationAgain(*d.Specification)
		in.Specification = &one
	}
	for _, s := range d.Specifications {
		in.Specifications = append(in.Specifications, specificationAgain(s))
	}
	return in
}

func specificationAgain(s types.InferenceComponentSpecificationSummary) types.InferenceComponentSpecification {
	out := types.InferenceComponentSpecification{
		ModelName: s.ModelName, BaseInferenceComponentName: s.BaseInferenceComponentName, ComputeResourceRequirements: s.ComputeResourceRequirements,
		StartupParameters: s.StartupParameters, SchedulingConfig: s.SchedulingConfig, InstanceType: s.InstanceType,
	}
	if s.DataCacheConfig != nil {
		out.DataCacheConfig = &types.InferenceComponentDataCacheConfig{EnableCaching: s.DataCacheConfig.EnableCaching}
	}
	if c := s.Container; c != nil {
		out.Container = &types.InferenceComponentContainerSpecification{ArtifactUrl: c.ArtifactUrl, Environment: c.Environment, ContainerMetricsConfig: c.ContainerMetricsConfig}
		if c.DeployedImage != nil {
			out.Container.Image = c.DeployedImage.SpecifiedImage
		}
	}
	return out
}

// componentBack undoes a call to a component, or to what scales it.
func componentBack(ctx context.Context, h *Hand, made Made) (Move, error) {
	switch made.Operation {
	case "sagemaker:DeleteInferenceComponent":
		return remakeComponent(ctx, h, made)
	case scalesComponent:
		return growComponent(ctx, h, made)
	}
	return scalingBack(ctx, h, made)
}

func remakeComponent(ctx context.Context, h *Hand, made Made) (Move, error) {
	was := &sagemaker.DescribeInferenceComponentOutput{}
	s, err := restore(made.Saved, was)
	if err != nil {
		return Move{}, err
	}
	d, gone, err := h.componentNow(ctx, was.InferenceComponentName)
	if err != nil {
		return Move{}, err
	}
	// How many copies there are moves by itself.
	shape := func(d *sagemaker.DescribeInferenceComponentOutput) *sagemaker.CreateInferenceComponentInput {
		in := componentAgain(d)
		in.RuntimeConfig = nil
		return in
	}
	var now *sagemaker.CreateInferenceComponentInput
	var status types.InferenceComponentStatus
	if !gone {
		told, _, err := public(d)
		if err != nil {
			return Move{}, err
		}
		now, status = shape(told), d.InferenceComponentStatus
	}
	return again(shape(was), now, string(status), func() Move {
		if m, lost := s.lost(); lost {
			return m
		}
		in := componentAgain(was)
		in.Tags = asTags(s.Tags)
		return sending("sagemaker:CreateInferenceComponent", aws.ToString(was.InferenceComponentArn), nil, h.SageMaker.CreateInferenceComponent, onceSageMaker, in)
	}), nil
}

func growComponent(ctx context.Context, h *Hand, made Made) (Move, error) {
	was := &sagemaker.DescribeInferenceComponentOutput{}
	s, err := restore(made.Saved, was)
	if err != nil {
		return Move{}, err
	}
	d, gone, err := h.componentNow(ctx, was.InferenceComponentName)
	switch {
	case err != nil:
		return Move{}, err
	case gone || !aws.ToTime(d.CreationTime).Equal(aws.ToTime(was.CreationTime)):
		return refuse("it is gone"), nil
	case d.InferenceComponentStatus == types.InferenceComponentStatusUpdating:
		return wait("it is being updated"), nil
	case copies(d) == copies(was):
		return done("it has %d copies", copies(d)), nil
	case copies(d) != s.Left[aws.ToString(was.InferenceComponentName)]:
		return refuse("it has been scaled to %d copies since", copies(d)), nil
	case d.InferenceComponentStatus != types.InferenceComponentStatusInService:
		return refuse("it is %s", d.InferenceComponentStatus), nil
	}
	return sending(scalesComponent, made.Resource, nil, h.SageMaker.UpdateInferenceComponentRuntimeConfig, onceSageMaker, &sagemaker.UpdateInferenceComponentRuntimeConfigInput{
		InferenceComponentName: was.InferenceComponentName, DesiredRuntimeConfig: &types.InferenceComponentRuntimeConfig{CopyCount: aws.Int32(copies(was))}}), nil
}
