package wire

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func (v *view) listInferenceComponents(in *sagemaker.ListInferenceComponentsInput) (*sagemaker.ListInferenceComponentsOutput, error) {
	filter := sieve{in.NameContains, in.CreationTimeAfter, in.CreationTimeBefore, in.LastModifiedTimeAfter, in.LastModifiedTimeBefore}
	all := v.components.list(v.now, func(c *world.Component, l world.Life) bool {
		return filter.lets(c.Name, l) &&
			is(aws.ToString(in.EndpointNameEquals), c.Endpoint) &&
			is(aws.ToString(in.VariantNameEquals), c.Variant) &&
			is(in.StatusEquals, string(componentStatus(c)))
	})
	key := func(c *world.Component) string { return byTime(c.Created, c.Name) }
	switch in.SortBy {
	case types.InferenceComponentSortKeyName:
		key = func(c *world.Component) string { return c.Name }
	case types.InferenceComponentSortKeyStatus:
		key = func(c *world.Component) string { return string(componentStatus(c)) + " " + c.Name }
	}
	cut, next, err := listPage(v, all, key, in.SortOrder != types.OrderKeyAscending, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &sagemaker.ListInferenceComponentsOutput{InferenceComponents: []types.InferenceComponentSummary{}, NextToken: next}
	for _, c := range cut {
		out.InferenceComponents = append(out.InferenceComponents, types.InferenceComponentSummary{
			InferenceComponentArn:    v.arn(c.Resource()),
			InferenceComponentName:   aws.String(c.Name),
			InferenceComponentStatus: componentStatus(c),
			EndpointArn:              v.arn((&world.Endpoint{Name: c.Endpoint}).Resource()),
			EndpointName:             aws.String(c.Endpoint),
			VariantName:              aws.String(c.Variant),
			CreationTime:             aws.Time(c.Created),
			LastModifiedTime:         aws.Time(modified(c.Life)),
		})
	}
	return out, nil
}

func describedComponent(in *sagemaker.DescribeInferenceComponentInput) string {
	return (&world.Component{Name: aws.ToString(in.InferenceComponentName)}).Resource()
}

func componentStatus(c *world.Component) types.InferenceComponentStatus {
	return types.InferenceComponentStatus(cmp.Or(c.Status, string(types.InferenceComponentStatusInService)))
}

func (v *view) describeInferenceComponent(in *sagemaker.DescribeInferenceComponentInput) (*sagemaker.DescribeInferenceComponentOutput, error) {
	c, ok := v.components.find(describedComponent(in), v.now)
	if !ok {
		return nil, v.couldNotFind("inference component", describedComponent(in))
	}
	var out sagemaker.DescribeInferenceComponentOutput
	switch {
	case c.Output != nil:
		out = *c.Output
	case c.Base != "":
		out.Specification = &types.InferenceComponentSpecificationSummary{BaseInferenceComponentName: aws.String(c.Base)}
	default:
		out.Specification = &types.InferenceComponentSpecificationSummary{ModelName: aws.String(c.Name)}
	}
	out.InferenceComponentArn, out.InferenceComponentName = v.arn(c.Resource()), aws.String(c.Name)
	out.InferenceComponentStatus = componentStatus(c)
	out.EndpointArn, out.EndpointName, out.VariantName = v.arn((&world.Endpoint{Name: c.Endpoint}).Resource()), aws.String(c.Endpoint), aws.String(c.Variant)
	out.CreationTime, out.LastModifiedTime = aws.Time(c.Created), aws.Time(modified(c.Life))
	out.RuntimeConfig = &types.InferenceComponentRuntimeConfigSummary{CurrentCopyCount: aws.Int32(c.Copies), DesiredCopyCount: aws.Int32(desiredCopies(c))}
	return &out, nil
}

// desiredCopies is how many copies it is to have.
func desiredCopies(c *world.Component) int32 {
	if c.Desired != nil {
		return *c.Desired
	}
	return c.Copies
}
