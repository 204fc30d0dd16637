package wire

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func (v *view) listEndpoints(in *sagemaker.ListEndpointsInput) (*sagemaker.ListEndpointsOutput, error) {
	filter := sieve{in.NameContains, in.CreationTimeAfter, in.CreationTimeBefore, in.LastModifiedTimeAfter, in.LastModifiedTimeBefore}
	all := v.endpoints.list(v.now, func(e *world.Endpoint, l world.Life) bool {
		return filter.lets(e.Name, l) && is(in.StatusEquals, string(endpointStatus(e)))
	})
	key := func(e *world.Endpoint) string { return byTime(e.Created, e.Name) }
	switch in.SortBy {
	case types.EndpointSortKeyName:
		key = func(e *world.Endpoint) string { return e.Name }
	case types.EndpointSortKeyStatus:
		key = func(e *world.Endpoint) string { return string(endpointStatus(e)) + " " + e.Name }
	}
	cut, next, err := listPage(v, all, key, in.SortOrder != types.OrderKeyAscending, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &sagemaker.ListEndpointsOutput{Endpoints: []types.EndpointSummary{}, NextToken: next}
	for _, e := range cut {
		out.Endpoints = append(out.Endpoints, types.EndpointSummary{
			EndpointArn:      v.arn(e.Resource()),
			EndpointName:     aws.String(e.Name),
			EndpointStatus:   endpointStatus(e),
			CreationTime:     aws.Time(e.Created),
			LastModifiedTime: aws.Time(modified(e.Life)),
		})
	}
	return out, nil
}

func describedEndpoint(in *sagemaker.DescribeEndpointInput) string {
	return (&world.Endpoint{Name: aws.ToString(in.EndpointName)}).Resource()
}

func endpointStatus(e *world.Endpoint) types.EndpointStatus {
	return types.EndpointStatus(cmp.Or(e.Status, string(types.EndpointStatusInService)))
}

func (v *view) describeEndpoint(in *sagemaker.DescribeEndpointInput) (*sagemaker.DescribeEndpointOutput, error) {
	e, ok := v.endpoints.find(describedEndpoint(in), v.now)
	if !ok {
		return nil, v.couldNotFind("endpoint", describedEndpoint(in))
	}
	out := &sagemaker.DescribeEndpointOutput{
		EndpointArn:              v.arn(e.Resource()),
		EndpointName:             aws.String(e.Name),
		EndpointConfigName:       aws.String(e.Config),
		EndpointStatus:           endpointStatus(e),
		FailureReason:            given(e.FailureReason),
		CreationTime:             aws.Time(e.Created),
		LastModifiedTime:         aws.Time(modified(e.Life)),
		ProductionVariants:       v.summaries(e, e.Variants),
		ShadowProductionVariants: v.summaries(e, e.Shadow),
		LastDeploymentConfig:     e.Deployment,
		AsyncInferenceConfig:     asyncConfig(e.Async),
	}
	if e.Pending != nil {
		out.PendingDeploymentSummary = &types.PendingDeploymentSummary{
			EndpointConfigName:       aws.String(e.Pending.Name),
			ProductionVariants:       pending(e.Pending.Variants),
			ShadowProductionVariants: pending(e.Pending.Shadow),
			StartTime:                aws.Time(modified(e.Life)),
		}
	}
	return out, nil
}

// summaries say how many instances a variant has, but not which: the instance type is in the configuration only.
func (v *view) summaries(e *world.Endpoint, variants []world.Variant) []types.ProductionVariantSummary {
	var all []types.ProductionVariantSummary
	for _, w := range variants {
		s := types.ProductionVariantSummary{
			VariantName:            aws.String(w.Name),
			CurrentWeight:          weight(w),
			DesiredWeight:          weight(w),
			ManagedInstanceScaling: scaling(w),
			DeployedImages:         v.images(w),
		}
		if w.MemoryMB > 0 {
			s.CurrentServerlessConfig, s.DesiredServerlessConfig = serverless(w), serverless(w)
		} else {
			count := v.instances(e, w)
			s.CurrentInstanceCount, s.DesiredInstanceCount = aws.Int32(count), aws.Int32(count)
			if w.Desired != nil {
				s.DesiredInstanceCount = w.Desired
			}
		}
		all = append(all, s)
	}
	return all
}

// instances are how many a variant has. One that scales them by itself needs none for components without copies.
func (v *view) instances(e *world.Endpoint, w world.Variant) int32 {
	if w.MaxScale == 0 {
		return w.Count
	}
	on := v.componentsOn(func(c *world.Component) bool { return c.Endpoint == e.Name && c.Variant == w.Name })
	if len(on) == 0 || slices.ContainsFunc(on, func(c *world.Component) bool { return c.Copies > 0 }) {
		return w.Count
	}
	return w.MinScale
}

func pending(variants []world.Variant) []types.PendingProductionVariantSummary {
	var all []types.PendingProductionVariantSummary
	for _, w := range variants {
		p := types.PendingProductionVariantSummary{
			VariantName:            aws.String(w.Name),
			DesiredWeight:          aws.Float32(1),
			ManagedInstanceScaling: scaling(w),
		}
		if w.MemoryMB > 0 {
			p.DesiredServerlessConfig = serverless(w)
		} else {
			p.InstanceType = types.ProductionVariantInstanceType(w.InstanceType)
			p.CurrentInstanceCount, p.DesiredInstanceCount = aws.Int32(0), aws.Int32(w.Count)
		}
		all = append(all, p)
	}
	return all
}

func weight(w world.Variant) *float32 {
	if w.Weight == nil {
		return aws.Float32(1)
	}
	return w.Weight
}

func serverless(w world.Variant) *types.ProductionVariantServerlessConfig {
	c := &types.ProductionVariantServerlessConfig{
		MemorySizeInMB: aws.Int32(w.MemoryMB),
		MaxConcurrency: aws.Int32(w.MaxConcurrency),
	}
	if w.Provisioned > 0 {
		c.ProvisionedConcurrency = aws.Int32(w.Provisioned)
	}
	return c
}

func scaling(w world.Variant) *types.ProductionVariantManagedInstanceScaling {
	if w.MinScale == 0 && w.MaxScale == 0 {
		return nil
	}
	return &types.ProductionVariantManagedInstanceScaling{
		Status:           types.ManagedInstanceScalingStatusEnabled,
		MinInstanceCount: aws.Int32(w.MinScale),
		MaxInstanceCount: aws.Int32(w.MaxScale),
	}
}

func asyncConfig(async bool) *types.AsyncInferenceConfig {
	if !async {
		return nil
	}
	return &types.AsyncInferenceConfig{
		OutputConfig: &types.AsyncInferenceOutputConfig{S3OutputPath: aws.String("s3://simulated-async-output/")},
	}
}

// images has one for each container of the variant's model, and none for a model that is gone.
func (v *view) images(w world.Variant) []types.DeployedImage {
	m, ok := v.models.find((&world.Model{Name: w.Model}).Resource(), v.now)
	if !ok {
		return nil
	}
	images := make([]types.DeployedImage, max(1, len(m.Containers)))
	for i := range images {
		path := aws.String("000000000000.dkr.ecr." + v.target.Region + ".amazonaws.com/inference:" + w.Model + "-" + strconv.Itoa(i))
		images[i] = types.DeployedImage{SpecifiedImage: path, ResolvedImage: path, ResolutionTime: aws.Time(m.Created)}
	}
	return images
}
