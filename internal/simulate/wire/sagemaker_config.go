package wire

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func (v *view) listEndpointConfigs(in *sagemaker.ListEndpointConfigsInput) (*sagemaker.ListEndpointConfigsOutput, error) {
	filter := sieve{nameContains: in.NameContains, createdAfter: in.CreationTimeAfter, createdBefore: in.CreationTimeBefore}
	all := v.configs.list(v.now, func(c *world.EndpointConfig, l world.Life) bool { return filter.lets(c.Name, l) })
	key := func(c *world.EndpointConfig) string { return byTime(c.Created, c.Name) }
	if in.SortBy == types.EndpointConfigSortKeyName {
		key = func(c *world.EndpointConfig) string { return c.Name }
	}
	cut, next, err := listPage(v, all, key, in.SortOrder != types.OrderKeyAscending, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &sagemaker.ListEndpointConfigsOutput{EndpointConfigs: []types.EndpointConfigSummary{}, NextToken: next}
	for _, c := range cut {
		out.EndpointConfigs = append(out.EndpointConfigs, types.EndpointConfigSummary{
			EndpointConfigArn:  v.arn(c.Resource()),
			EndpointConfigName: aws.String(c.Name),
			CreationTime:       aws.Time(c.Created),
		})
	}
	return out, nil
}

func describedConfig(in *sagemaker.DescribeEndpointConfigInput) string {
	return (&world.EndpointConfig{Name: aws.ToString(in.EndpointConfigName)}).Resource()
}

func (v *view) describeEndpointConfig(in *sagemaker.DescribeEndpointConfigInput) (*sagemaker.DescribeEndpointConfigOutput, error) {
	c, ok := v.configs.find(describedConfig(in), v.now)
	if !ok {
		return nil, v.couldNotFind("endpoint configuration", describedConfig(in))
	}
	var out sagemaker.DescribeEndpointConfigOutput
	if c.Output != nil {
		out = *c.Output
	} else {
		out.ProductionVariants, out.ShadowProductionVariants = productionVariants(c.Variants), productionVariants(c.Shadow)
		out.AsyncInferenceConfig = asyncConfig(c.Async)
	}
	out.EndpointConfigArn, out.EndpointConfigName, out.CreationTime = v.arn(c.Resource()), aws.String(c.Name), aws.Time(c.Created)
	return &out, nil
}

func productionVariants(variants []world.Variant) []types.ProductionVariant {
	var all []types.ProductionVariant
	for _, w := range variants {
		p := types.ProductionVariant{
			VariantName:            aws.String(w.Name),
			ModelName:              given(w.Model),
			InitialVariantWeight:   aws.Float32(1),
			ManagedInstanceScaling: scaling(w),
		}
		if w.MemoryMB > 0 {
			p.ServerlessConfig = serverless(w)
		} else {
			p.InstanceType = types.ProductionVariantInstanceType(w.InstanceType)
			p.InitialInstanceCount = aws.Int32(w.Count)
		}
		all = append(all, p)
	}
	return all
}
