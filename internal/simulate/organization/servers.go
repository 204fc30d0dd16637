package organization

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// servers stand by, and bill for that.
var servers = []holding{
	{"small tracking server", 16, recordPlan{family: world.TrackingServer, stem: "mlflow", use: worked, output: tracking(types.TrackingServerSizeS)}},
	{"medium tracking server", 6, recordPlan{family: world.TrackingServer, stem: "mlflow", use: worked, output: tracking(types.TrackingServerSizeM)}},
	{"large tracking server", 2, recordPlan{family: world.TrackingServer, stem: "mlflow", use: worked, output: tracking(types.TrackingServerSizeL)}},
	{"tracking server of one who left", 6, recordPlan{family: world.TrackingServer, stem: "mlflow-old", output: tracking(types.TrackingServerSizeM)}},
	{"tracking server stopped", 4, recordPlan{family: world.TrackingServer, stem: "mlflow", ends: span{-90 * day, -20 * day}, use: worked, output: tracking(types.TrackingServerSizeS)}},
	{"tracking server stuck stopping", 0, recordPlan{family: world.TrackingServer, stem: "mlflow", status: "Stopping", changed: hanging, output: tracking(types.TrackingServerSizeS)}},
	{"tracking server that failed", 1, recordPlan{family: world.TrackingServer, stem: "mlflow", status: "CreateFailed", age: weeks, output: tracking(types.TrackingServerSizeS)}},
	{"MLflow app", 10, recordPlan{family: world.MlflowApp, stem: "mlflow-app", use: worked, output: trackingApp}},
	{"partner app", 4, recordPlan{family: world.PartnerApp, stem: "evaluation", use: worked, output: partner}},
	{"partner app, its update failed", 0, recordPlan{family: world.PartnerApp, stem: "evaluation", status: "UpdateFailed", changed: weeks, use: worked, output: partner}},
}

func tracking(size types.TrackingServerSize) func(*keeper, *world.Record) any {
	return func(k *keeper, _ *world.Record) any {
		return &sagemaker.DescribeMlflowTrackingServerOutput{TrackingServerSize: size, MlflowVersion: aws.String("3.0"), ArtifactStoreUri: k.bucket("mlflow"),
			RoleArn: k.executionRole(), CreatedBy: k.user()}
	}
}

func trackingApp(k *keeper, _ *world.Record) any {
	return &sagemaker.DescribeMlflowAppOutput{MlflowVersion: aws.String("3.4"), ArtifactStoreUri: k.bucket("mlflow"), RoleArn: k.executionRole(), CreatedBy: k.user()}
}

func partner(k *keeper, _ *world.Record) any {
	return &sagemaker.DescribePartnerAppOutput{Type: pick(k.dice, types.PartnerAppType("").Values()), Tier: aws.String(pick(k.dice, []string{"small", "medium", "large"})),
		AuthType: types.PartnerAppAuthTypeIam, ExecutionRoleArn: k.executionRole(), Version: aws.String("1")}
}

// user is the owner as Studio names who did something.
func (k *keeper) user() *types.UserContext {
	d := k.owner.studio.domain
	return &types.UserContext{DomainId: aws.String(d.ID), UserProfileName: aws.String(k.owner.profile.Name),
		UserProfileArn: aws.String(k.owner.studio.site.arn(k.owner.profile.Resource(d.ID)))}
}
