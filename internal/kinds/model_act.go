package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
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
	public, secrets := publicModel(d)
	if m, refused := h.untellable("it", secrets); refused {
		return m, nil
	}
	tags, err := h.tagsOf(ctx, d.ModelArn)
	if err != nil {
		return Move{}, err
	}
	was, err := saved{Tags: tags, Withheld: secrets}.of(public)
	return sending("sagemaker:DeleteModel", aws.ToString(d.ModelArn), was, h.SageMaker.DeleteModel, onceSageMaker, &sagemaker.DeleteModelInput{ModelName: d.ModelName}), err
}

// publicModel is the description without what looks like a secret, and the names of that.
func publicModel(d *sagemaker.DescribeModelOutput) (*sagemaker.DescribeModelOutput, []string) {
	public := *d
	var secrets []string
	hide := func(c types.ContainerDefinition) types.ContainerDefinition {
		var names []string
		c.Environment, names = withhold(c.Environment)
		secrets = append(secrets, names...)
		return c
	}
	if d.PrimaryContainer != nil {
		one := hide(*d.PrimaryContainer)
		public.PrimaryContainer = &one
	}
	public.Containers = nil
	for _, c := range d.Containers {
		public.Containers = append(public.Containers, hide(c))
	}
	return &public, secrets
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
		public, _ := publicModel(d)
		now = modelAgain(public)
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
