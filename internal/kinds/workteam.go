package kinds

import (
	"context"
	"path"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
)

func init() { register(workteams) }

var workteamLook = Look{operation[sagemaker.DescribeWorkteamInput](), func(ctx context.Context, c *sagemaker.Client, r estate.Resource) (*sight, error) {
	out, err := c.DescribeWorkteam(ctx, &sagemaker.DescribeWorkteamInput{WorkteamName: &r.Name})
	switch {
	case err != nil:
		return nil, err
	case out.Workteam == nil:
		return nil, cloud.ErrHollow
	}
	return see(out, reflect.ValueOf(out.Workteam).Elem(), "Workteam")
}}

var workteamFamily = Family{
	Name: "workteam", ARNType: "workteam", IdleFor: 90 * 24 * time.Hour,
	Summary:   "private work teams, who label and review data",
	Reads:     []Operation{{"sagemaker:ListWorkteams", "every private work team"}},
	Needs:     []estate.Kind{labelingJobFamily.Name},
	CreatedBy: "CreateWorkteam",
	Look:      workteamLook,
	Actions: []Action{deed{look: workteamLook, call: on((*sagemaker.Client).DeleteWorkteam), ends: true}.action("delete",
		"the team, for good; its people stay in the workforce")},
}

var workteams = &named{
	entry: entry{of: &workteamFamily, list: func(ctx context.Context, s *Scope, found func(estate.Resource)) error {
		return list(ctx, s, workteamFamily.Reads[0].Action, sagemaker.NewListWorkteamsPaginator(s.SageMaker(), &sagemaker.ListWorkteamsInput{MaxResults: aws.Int32(100)}),
			func(o *sagemaker.ListWorkteamsOutput) []types.Workteam { return o.Workteams },
			func(_ context.Context, w types.Workteam) {
				r := listed(w.WorkteamArn, w.WorkteamName, "", w.CreateDate, w.LastUpdatedDate)
				r.Attributes = attributes("workforceArn", aws.ToString(w.WorkforceArn))
				found(r)
			})
	},
		why:    "of its labeling jobs and human reviews, those that are over are not read: the team bills nothing",
		remedy: "look at its newest labeling job, by ListLabelingJobsForWorkteam, and at the flow definitions that name it",
	},
	users: []user{{kind: labelingJobFamily.Name, names: func(j estate.Resource) []string {
		if team := j.Attributes["workteamArn"]; team != "" {
			return []string{path.Base(team)}
		}
		return nil
	}}},
}
