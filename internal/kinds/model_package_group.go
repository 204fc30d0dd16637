package kinds

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func init() { register(modelPackageGroups) }

// Of the model registry, groups are listed and their versions are not: those are a history without end, and bill nothing. So a group is
// never deleted: it goes only without its versions, which are what somebody approved.
var modelPackageGroupFamily = Family{
	Name: "model-package-group", ARNType: "model-package-group", IdleFor: 90 * 24 * time.Hour,
	Summary:   "the model registry: groups of model packages",
	Reads:     []Operation{{"sagemaker:ListModelPackageGroups", "the groups of the model registry"}},
	CreatedBy: "CreateModelPackageGroup",
	Look:      looks((*sagemaker.Client).DescribeModelPackageGroup),
}

var modelPackageGroups = &entry{of: &modelPackageGroupFamily, list: func(ctx context.Context, s *Scope, found func(estate.Resource)) error {
	return list(ctx, s, modelPackageGroupFamily.Reads[0].Action,
		sagemaker.NewListModelPackageGroupsPaginator(s.SageMaker(), &sagemaker.ListModelPackageGroupsInput{MaxResults: aws.Int32(100)}),
		func(o *sagemaker.ListModelPackageGroupsOutput) []types.ModelPackageGroupSummary {
			return o.ModelPackageGroupSummaryList
		},
		func(_ context.Context, g types.ModelPackageGroupSummary) {
			found(listed(g.ModelPackageGroupArn, g.ModelPackageGroupName, string(g.ModelPackageGroupStatus), g.CreationTime, nil))
		})
},
	settled: []string{string(types.ModelPackageGroupStatusCompleted)},
	failed:  []string{string(types.ModelPackageGroupStatusFailed), string(types.ModelPackageGroupStatusDeleteFailed)},
	why:     "a registry keeps what was approved, in use or not; its versions are not read: they bill nothing",
	remedy:  "look at when its newest version was registered: ListModelPackages",
}
