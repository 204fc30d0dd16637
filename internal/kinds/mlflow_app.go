package kinds

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func init() { register(mlflowApp{}) }

// mlflowApp is the family of MLflow apps. They are serverless, and no charge for their standing is known: they have no size, the
// price list names none, and those who run them report none. So they have no meter, and the listing tells all that is needed.
type mlflowApp struct{}

var mlflowAppLook = looks((*sagemaker.Client).DescribeMlflowApp)

var deleteMlflowApp = deed{look: mlflowAppLook, call: on((*sagemaker.Client).DeleteMlflowApp),
	from:  []string{"Created", "Updated", "CreateFailed", "UpdateFailed", "DeleteFailed"},
	while: []string{"Creating", "Updating", "Deleting"}, ends: true,
	data: holds("the experiments and runs that it holds")}

var mlflowAppFamily = Family{
	Name: "mlflow-app", ARNType: "mlflow-app", TagsByARN: true, IdleFor: 7 * 24 * time.Hour,
	Summary:   "MLflow apps, the serverless tracking servers",
	Reads:     []Operation{{"sagemaker:ListMlflowApps", "every MLflow app"}},
	CreatedBy: "CreateMlflowApp",
	Look:      mlflowAppLook,
	Actions:   []Action{deleteMlflowApp.action("delete", "the experiments and runs that the app holds; the artifacts stay in their bucket")},
}

func (mlflowApp) Family() *Family { return &mlflowAppFamily }

func (mlflowApp) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	return list(ctx, s, "sagemaker:ListMlflowApps", sagemaker.NewListMlflowAppsPaginator(s.SageMaker(), &sagemaker.ListMlflowAppsInput{MaxResults: aws.Int32(100)}),
		func(o *sagemaker.ListMlflowAppsOutput) []types.MlflowAppSummary { return o.Summaries },
		func(_ context.Context, sum types.MlflowAppSummary) {
			r := estate.Resource{
				ARN: aws.ToString(sum.Arn), Kind: mlflowAppFamily.Name, Target: s.Target(), Name: aws.ToString(sum.Name), Status: string(sum.Status),
				Created: aws.ToTime(sum.CreationTime).UTC(), Modified: aws.ToTime(sum.LastModifiedTime).UTC(),
				Attributes: attributes("mlflowVersion", aws.ToString(sum.MlflowVersion)),
			}
			if sum.Status != types.MlflowAppStatusDeleted && s.wants(&mlflowAppFamily, r.ARN, r.Name) {
				yield(estate.Observation{Resource: r})
			}
		})
}

func (mlflowApp) Judge(r estate.Resource, _ estate.Signals, c estate.Criteria) estate.Verdict {
	changed := later(r.Created, r.Modified)
	switch types.MlflowAppStatus(r.Status) {
	case types.MlflowAppStatusCreated, types.MlflowAppStatusUpdated:
		return estate.Verdict{State: estate.Unknown, Rule: "mlflow-app/no-signal",
			Why:    "it is serverless, without a charge that is known, and SageMaker publishes no metric of its use",
			Remedy: "ask who logs to it"}
	case types.MlflowAppStatusCreateFailed, types.MlflowAppStatusUpdateFailed, types.MlflowAppStatusDeleteFailed:
		return broken("mlflow-app/broken", r.Status, "", changed)
	default:
		return inTransit("mlflow-app/changing", r.Status, changed, c)
	}
}
