package kinds

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func init() { register(endpointConfigs) }

var endpointConfigFamily = Family{
	Name: "endpoint-config", ARNType: "endpoint-config", IdleFor: 30 * 24 * time.Hour,
	Summary:   "endpoint configurations that no endpoint uses",
	Look:      looks((*sagemaker.Client).DescribeEndpointConfig),
	Reads:     []Operation{{"sagemaker:ListEndpointConfigs", "every endpoint configuration"}},
	Needs:     []estate.Kind{endpointFamily.Name},
	CreatedBy: "CreateEndpointConfig",
	Actions: []Action{{Name: "delete", Operations: []string{"sagemaker:DeleteEndpointConfig", describesConfig, "sagemaker:ListTags"},
		Undo: "create it again as it was saved", UndoOperations: []string{"sagemaker:CreateEndpointConfig", describesConfig}, Next: deleteConfig, Back: configBack}},
}

// endpointConfigs are known by their names: the configurations in use are described for their endpoints.
var endpointConfigs = &named{
	entry: entry{of: &endpointConfigFamily, list: func(ctx context.Context, s *Scope, found func(estate.Resource)) error {
		return list(ctx, s, endpointConfigFamily.Reads[0].Action,
			sagemaker.NewListEndpointConfigsPaginator(s.SageMaker(), &sagemaker.ListEndpointConfigsInput{MaxResults: aws.Int32(100)}),
			func(o *sagemaker.ListEndpointConfigsOutput) []types.EndpointConfigSummary { return o.EndpointConfigs },
			func(_ context.Context, c types.EndpointConfigSummary) {
				found(listed(c.EndpointConfigArn, c.EndpointConfigName, "", c.CreationTime, nil))
			})
	}},
	users: []user{{endpointFamily.Name, func(e estate.Resource) (names []string) {
		for _, name := range []string{e.Attributes[attributeConfig], e.Attributes[attributePending]} {
			if name != "" {
				names = append(names, name)
			}
		}
		return names
	}, "sagemaker:DescribeEndpoint"}},
	ask: "ask its owner whether an endpoint is made from it again, as where endpoints are deleted for the night: keeping it costs nothing",
}
