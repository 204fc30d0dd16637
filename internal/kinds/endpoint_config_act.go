package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
)

// deleteConfig is the next move on the way to an endpoint configuration that is gone. AWS deletes one that an endpoint runs on: that no endpoint
// does, its verdict says.
func deleteConfig(ctx context.Context, h *Hand) (Move, error) {
	d, gone, err := h.configNow(ctx, &h.Resource.Name)
	if err != nil || gone {
		return done("it is gone"), err
	}
	if m, other := h.another(d.CreationTime); other {
		return m, nil
	}
	tags, err := h.tagsOf(ctx, d.EndpointConfigArn)
	if err != nil {
		return Move{}, err
	}
	was, err := saved{Tags: tags}.of(d)
	return sending("sagemaker:DeleteEndpointConfig", aws.ToString(d.EndpointConfigArn), was, h.SageMaker.DeleteEndpointConfig, onceSageMaker,
		&sagemaker.DeleteEndpointConfigInput{EndpointConfigName: d.EndpointConfigName}), err
}

// configAgain is the call that makes an endpoint configuration as it was described.
func configAgain(d *sagemaker.DescribeEndpointConfigOutput) *sagemaker.CreateEndpointConfigInput {
	return &sagemaker.CreateEndpointConfigInput{
		EndpointConfigName: d.EndpointConfigName, ProductionVariants: d.ProductionVariants, ShadowProductionVariants: d.ShadowProductionVariants,
		AsyncInferenceConfig: d.AsyncInferenceConfig, DataCaptureConfig: d.DataCaptureConfig, EnableNetworkIsolation: d.EnableNetworkIsolation,
		ExecutionRoleArn: d.ExecutionRoleArn, ExplainerConfig: d.ExplainerConfig, KmsKeyId: d.KmsKeyId, MetricsConfig: d.MetricsConfig, VpcConfig: d.VpcConfig,
	}
}

func configBack(ctx context.Context, h *Hand, made Made) (Move, error) {
	was := &sagemaker.DescribeEndpointConfigOutput{}
	s, err := restore(made.Saved, was)
	if err != nil {
		return Move{}, err
	}
	d, gone, err := h.configNow(ctx, was.EndpointConfigName)
	if err != nil {
		return Move{}, err
	}
	var now *sagemaker.CreateEndpointConfigInput
	if !gone {
		now = configAgain(d)
	}
	in := configAgain(was)
	return again(in, now, "", func() Move {
		made := *in
		made.Tags = asTags(s.Tags)
		return sending("sagemaker:CreateEndpointConfig", aws.ToString(was.EndpointConfigArn), nil, h.SageMaker.CreateEndpointConfig, onceSageMaker, &made)
	}), nil
}
