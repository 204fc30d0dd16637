package kinds

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func init() { register(models) }

var modelFamily = Family{
	Name: "model", ARNType: "model", IdleFor: 30 * 24 * time.Hour,
	Summary:   "models that no endpoint, inference component or running transform job uses",
	Look:      looks((*sagemaker.Client).DescribeModel),
	Reads:     []Operation{{"sagemaker:ListModels", "every model"}},
	Needs:     []estate.Kind{endpointFamily.Name, componentFamily.Name, transformJobFamily.Name},
	CreatedBy: "CreateModel",
	Actions: []Action{{Name: "delete", Operations: []string{"sagemaker:DeleteModel", describesModel, "sagemaker:ListTags"},
		Undo: "create it again as it was saved: its artifacts stay in S3", UndoOperations: []string{"sagemaker:CreateModel", describesModel},
		Loses: "environment variables that look like secrets: these are refused unless the policy gives its data up", Next: deleteModel, Back: modelBack}},
}

// attributeModel and the name of a variant are the attribute of an endpoint that says which model the variant serves;
// attributeModelNames is that of an inference component, separated by commas, and of a transform job.
const (
	attributeModel      = "model "
	attributeModelNames = "modelName"
)

// models are known by their names. A model that is only in configurations which no endpoint uses is orphaned with them.
var models = &named{
	entry: entry{of: &modelFamily, list: func(ctx context.Context, s *Scope, found func(estate.Resource)) error {
		return list(ctx, s, modelFamily.Reads[0].Action, sagemaker.NewListModelsPaginator(s.SageMaker(), &sagemaker.ListModelsInput{MaxResults: aws.Int32(100)}),
			func(o *sagemaker.ListModelsOutput) []types.ModelSummary { return o.Models },
			func(_ context.Context, m types.ModelSummary) {
				found(listed(m.ModelArn, m.ModelName, "", m.CreationTime, nil))
			})
	}},
	users: []user{
		{endpointFamily.Name, servedModels, "sagemaker:DescribeEndpoint"},
		{componentFamily.Name, namedModels, "sagemaker:DescribeInferenceComponent"},
		{transformJobFamily.Name, namedModels, "sagemaker:DescribeTransformJob"},
	},
	ask: "ask its owner whether transform jobs run it now and then: keeping it costs nothing but what S3 bills for its artifacts",
}

func namedModels(r estate.Resource) []string {
	if r.Attributes[attributeModelNames] == "" {
		return nil
	}
	return strings.Split(r.Attributes[attributeModelNames], ",")
}

// servedModels are the models of the configuration that an endpoint runs. Where that was deleted, or another is on its way, which was
// not read, there may be others.
func servedModels(e estate.Resource) (names []string) {
	for attribute, name := range e.Attributes {
		if strings.HasPrefix(attribute, attributeModel) {
			names = append(names, name)
		}
	}
	if e.Attributes[attributeConfigGone] != "" || e.Attributes[attributePending] != "" {
		names = append(names, anyName)
	}
	return names
}
