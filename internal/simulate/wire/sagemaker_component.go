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
	spec := &types.InferenceComponentSpecificationSummary{ModelName: aws.String(c.Name)}
	if c.Base != "" {
		spec = &types.InferenceComponentSpecificationSummary{BaseInferenceComponentName: aws.String(c.Base)}
	}
	return &sagemaker.DescribeInferenceComponentOutput{
		Specification:            spec,
		InferenceComponentArn:    v.arn(c.Resource()),
		InferenceComponentName:   aws.String(c.Name),
		InferenceComponentStatus: componentStatus(c),
		EndpointArn:              v.arn((&world.Endpoint{Name: c.Endpoint}).Resource()),
		EndpointName:             aws.String(c.Endpoint),
		VariantName:              aws.String(c.Variant),
		CreationTime:             aws.Time(c.Created),
		LastModifiedTime:         aws.Time(modified(c.Life)),
		RuntimeConfig: &types.InferenceComponentRuntimeConfigSummary{
			CurrentCopyCount: aws.Int32(c.Copies),
			DesiredCopyCount: aws.Int32(c.Copies),
		},
	}, nil
}
