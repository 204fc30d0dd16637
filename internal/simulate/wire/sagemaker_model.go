package wire

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func (v *view) listModels(in *sagemaker.ListModelsInput) (*sagemaker.ListModelsOutput, error) {
	filter := sieve{nameContains: in.NameContains, createdAfter: in.CreationTimeAfter, createdBefore: in.CreationTimeBefore}
	all := v.models.list(v.now, func(m *world.Model, l world.Life) bool { return filter.lets(m.Name, l) })
	key := func(m *world.Model) string { return byTime(m.Created, m.Name) }
	if in.SortBy == types.ModelSortKeyName {
		key = func(m *world.Model) string { return m.Name }
	}
	cut, next, err := listPage(v, all, key, in.SortOrder != types.OrderKeyAscending, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &sagemaker.ListModelsOutput{Models: []types.ModelSummary{}, NextToken: next}
	for _, m := range cut {
		out.Models = append(out.Models, types.ModelSummary{
			ModelArn:     v.arn(m.Resource()),
			ModelName:    aws.String(m.Name),
			CreationTime: aws.Time(m.Created),
		})
	}
	return out, nil
}

func describedModel(in *sagemaker.DescribeModelInput) string {
	return (&world.Model{Name: aws.ToString(in.ModelName)}).Resource()
}

func (v *view) describeModel(in *sagemaker.DescribeModelInput) (*sagemaker.DescribeModelOutput, error) {
	m, ok := v.models.find(describedModel(in), v.now)
	if !ok {
		return nil, v.couldNotFind("model", describedModel(in))
	}
	out := &sagemaker.DescribeModelOutput{}
	if m.Output != nil {
		*out = *m.Output
	}
	out.ModelArn, out.ModelName, out.CreationTime = v.arn(m.Resource()), aws.String(m.Name), aws.Time(m.Created)
	if m.Output != nil {
		return out, nil
	}
	mode := types.ContainerModeSingleModel
	if m.MultiModel {
		mode = types.ContainerModeMultiModel
	}
	switch len(m.Containers) {
	case 0:
		out.PrimaryContainer = &types.ContainerDefinition{Mode: mode}
	case 1:
		out.PrimaryContainer = &types.ContainerDefinition{Mode: mode, ContainerHostname: aws.String(m.Containers[0])}
	default:
		for _, host := range m.Containers {
			out.Containers = append(out.Containers, types.ContainerDefinition{Mode: mode, ContainerHostname: aws.String(host)})
		}
		// Host names are what callers of single containers address, so the containers are no pipeline.
		out.InferenceExecutionConfig = &types.InferenceExecutionConfig{Mode: types.InferenceExecutionModeDirect}
	}
	return out, nil
}
