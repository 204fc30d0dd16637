package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
)

const describesModel = "sagemaker:DescribeModel"

// deleteModel is the next move on the way to a model that is gone. Its artifacts stay in S3.
func deleteModel(ctx context.Context, h *Hand) (Move, error) {
	d, gone, err := look(ctx, h, describesModel, h.SageMaker.DescribeModel, &sagemaker.DescribeModelInput{ModelName: &h.Resource.Name})
	if err != nil || gone {
		return done("it is gone"), err
	}
	if m, other := h.another(d.CreationTime); other {
		return m, nil
	}
	if m, refused, err := untellable(h, "it", d); refused || err != nil {
		return m, err
	}
	tags, err := h.tagsOf(ctx, d.ModelArn)
	if err != nil {
		return Move{}, err
	}
	was, err := saved{Tags: tags}.of(d)
	return sending("sagemaker:DeleteModel", aws.ToString(d.ModelArn), was, h.SageMaker.DeleteModel, onceSageMaker, &sagemaker.DeleteModelInput{ModelName: d.ModelName}), err
}

// modelAgain is the call that makes a model as it was described.
func modelAgain(d *sagemaker.DescribeModelOutput) *sagemaker.CreateModelInput {
	return &sagemaker.CreateModelInput{
		ModelName: d.ModelName, PrimaryContainer: d.PrimaryContainer, Containers: d.Containers, InferenceExecutionConfig: d.InferenceExecutionConfig,
		ExecutionRoleArn: d.ExecutionRoleArn, EnableNetworkIsolation: d.EnableNetworkIsolation, VpcConfig: d.VpcConfig,
	}
}

func modelBack(ctx context.Context, h *Hand, made Made) (Move, error) {
	was := &sagemaker.DescribeModelOutput{}
	s, err := restore(made.Saved, was)
	if err != nil {
		return Move{}, err
	}
	d, gone, err := look(ctx, h, describesModel, h.SageMaker.DescribeModel, &sagemaker.DescribeModelInput{ModelName: was.ModelName})
	if err != nil {
		return Move{}, err
	}
	var now *sagemaker.CreateModelInput
	if !gone {
		told, _, err := public(d)
		if err != nil {
			return Move{}, err
		}
		now = modelAgain(told)
	}
	in := modelAgain(was)
	return again(in, now, "", func() Move {
		if m, lost := s.lost(); lost {
			return m
		}
		made := *in
		made.Tags = asTags(s.Tags)
		return sending("sagemaker:CreateModel", aws.ToString(was.ModelArn), nil, h.SageMaker.CreateModel, onceSageMaker, &made)
	}), nil
}
