package kinds

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func init() {
	register(studioLifecycleConfigs)
	register(notebookLifecycleConfigs)
}

var studioLifecycleConfigLook = looks((*sagemaker.Client).DescribeStudioLifecycleConfig)

var studioLifecycleConfigFamily = Family{
	Name: "studio-lifecycle-config", ARNType: "studio-lifecycle-config", IdleFor: 30 * 24 * time.Hour,
	Summary:   "scripts that run when Studio apps start",
	Reads:     []Operation{{"sagemaker:ListStudioLifecycleConfigs", "every lifecycle script of Studio apps"}},
	CreatedBy: "CreateStudioLifecycleConfig",
	Look:      studioLifecycleConfigLook,
	Actions: []Action{recreation[sagemaker.DescribeStudioLifecycleConfigOutput, sagemaker.CreateStudioLifecycleConfigInput]{look: studioLifecycleConfigLook,
		create: creates((*sagemaker.Client).CreateStudioLifecycleConfig)}.undoes(deletes(studioLifecycleConfigLook, on((*sagemaker.Client).DeleteStudioLifecycleConfig)))},
}

var studioLifecycleConfigs = &entry{of: &studioLifecycleConfigFamily, list: func(ctx context.Context, s *Scope, found func(estate.Resource)) error {
	return list(ctx, s, studioLifecycleConfigFamily.Reads[0].Action,
		sagemaker.NewListStudioLifecycleConfigsPaginator(s.SageMaker(), &sagemaker.ListStudioLifecycleConfigsInput{MaxResults: aws.Int32(100)}),
		func(o *sagemaker.ListStudioLifecycleConfigsOutput) []types.StudioLifecycleConfigDetails {
			return o.StudioLifecycleConfigs
		},
		func(_ context.Context, d types.StudioLifecycleConfigDetails) {
			r := listed(d.StudioLifecycleConfigArn, d.StudioLifecycleConfigName, "", d.CreationTime, d.LastModifiedTime)
			r.Type = string(d.StudioLifecycleConfigAppType)
			found(r)
		})
},
	why: settingsWhy, remedy: settingsRemedy,
}

var notebookLifecycleConfigLook = looks((*sagemaker.Client).DescribeNotebookInstanceLifecycleConfig)

var notebookLifecycleConfigFamily = Family{
	Name: "notebook-lifecycle-config", ARNType: "notebook-instance-lifecycle-config", IdleFor: 30 * 24 * time.Hour,
	Summary:   "scripts that run when notebook instances start, which no notebook instance names",
	Reads:     []Operation{{"sagemaker:ListNotebookInstanceLifecycleConfigs", "every lifecycle script of notebook instances"}},
	Needs:     []estate.Kind{notebookFamily.Name},
	CreatedBy: "CreateNotebookInstanceLifecycleConfig",
	Look:      notebookLifecycleConfigLook,
	Actions: []Action{recreation[sagemaker.DescribeNotebookInstanceLifecycleConfigOutput, sagemaker.CreateNotebookInstanceLifecycleConfigInput]{
		look: notebookLifecycleConfigLook, create: creates((*sagemaker.Client).CreateNotebookInstanceLifecycleConfig)}.undoes(
		deletes(notebookLifecycleConfigLook, on((*sagemaker.Client).DeleteNotebookInstanceLifecycleConfig)))},
}

var notebookLifecycleConfigs = &named{
	entry: entry{of: &notebookLifecycleConfigFamily, list: func(ctx context.Context, s *Scope, found func(estate.Resource)) error {
		return list(ctx, s, notebookLifecycleConfigFamily.Reads[0].Action,
			sagemaker.NewListNotebookInstanceLifecycleConfigsPaginator(s.SageMaker(), &sagemaker.ListNotebookInstanceLifecycleConfigsInput{MaxResults: aws.Int32(100)}),
			func(o *sagemaker.ListNotebookInstanceLifecycleConfigsOutput) []types.NotebookInstanceLifecycleConfigSummary {
				return o.NotebookInstanceLifecycleConfigs
			},
			func(_ context.Context, c types.NotebookInstanceLifecycleConfigSummary) {
				found(listed(c.NotebookInstanceLifecycleConfigArn, c.NotebookInstanceLifecycleConfigName, "", c.CreationTime, c.LastModifiedTime))
			})
	}},
	users: []user{{notebookFamily.Name, func(n estate.Resource) []string {
		if name := n.Attributes["notebookInstanceLifecycleConfigName"]; name != "" {
			return []string{name}
		}
		return nil
	}, "sagemaker:DescribeNotebookInstance"}},
	ask: "ask its owner whether notebook instances are still made from it: keeping it costs nothing",
}
