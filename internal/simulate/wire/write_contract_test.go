package wire

import (
	"context"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// spare adds what can be deleted or started at once.
func spare(w *world.World) {
	r := w.Accounts[0].Regions[0]
	r.Domains = append(r.Domains, &world.Domain{Life: life(9 * day), ID: "d-empty", Name: "empty"})
	d := r.Domains[0]
	d.Users = append(d.Users, &world.User{Life: life(9 * day), Name: "bob"})
	d.Spaces = append(d.Spaces, &world.Space{Life: life(9 * day), Name: "attic", Owner: "ann", AppType: "JupyterLab", VolumeGB: 5})
	r.Records = append(r.Records, machines()...)
	r.Records = append(r.Records,
		&world.Record{Life: life(9 * day), Family: world.NotebookInstance, Name: "off", Ended: ago(day)},
		&world.Record{Life: life(9 * day), Family: world.NotebookInstanceLifecycleConfig, Name: "unused"})
}

// does is the contract of a call that answers nothing.
func does[I, O any](call method[I, O], in *I) contract {
	return contract{func(ctx context.Context, cfg aws.Config) (string, error) {
		_, err := call(api.NewFromConfig(cfg), ctx, in)
		return "", err
	}, ""}
}

// answers is the contract of a call that answers with what the function picks, an ARN most often.
func answers[I, O any](call method[I, O], in *I, pick func(*O) *string, want string) contract {
	return contract{func(ctx context.Context, cfg aws.Config) (string, error) {
		out, err := call(api.NewFromConfig(cfg), ctx, in)
		if err != nil {
			return "", err
		}
		return aws.ToString(pick(out)), nil
	}, want}
}

const script = "ZWNobyBoaQo="

func init() {
	s := aws.String
	arn := func(resource string) string { return "arn:aws:sagemaker:us-east-1:" + research + ":" + resource }
	maps.Copy(contracts, map[string]contract{
		"sagemaker:CreateApp": answers((*api.Client).CreateApp,
			&api.CreateAppInput{DomainId: s("d-1"), SpaceName: s("attic"), AppType: types.AppTypeJupyterLab, AppName: s("default")},
			func(o *api.CreateAppOutput) *string { return o.AppArn }, arn("app/d-1/attic/jupyterlab/default")),
		"sagemaker:DeleteApp": does((*api.Client).DeleteApp,
			&api.DeleteAppInput{DomainId: s("d-1"), SpaceName: s("lab"), AppType: types.AppTypeJupyterLab, AppName: s("default")}),
		"sagemaker:UpdateDomain": answers((*api.Client).UpdateDomain, &api.UpdateDomainInput{DomainId: s("d-1"), DefaultUserSettings: native(90)},
			func(o *api.UpdateDomainOutput) *string { return o.DomainArn }, arn("domain/d-1")),
		"sagemaker:DeleteDomain": does((*api.Client).DeleteDomain, &api.DeleteDomainInput{DomainId: s("d-empty")}),
		"sagemaker:UpdateUserProfile": answers((*api.Client).UpdateUserProfile,
			&api.UpdateUserProfileInput{DomainId: s("d-1"), UserProfileName: s("ann"), UserSettings: native(60)},
			func(o *api.UpdateUserProfileOutput) *string { return o.UserProfileArn }, arn("user-profile/d-1/ann")),
		"sagemaker:DeleteUserProfile": does((*api.Client).DeleteUserProfile, &api.DeleteUserProfileInput{DomainId: s("d-1"), UserProfileName: s("bob")}),
		"sagemaker:UpdateSpace": answers((*api.Client).UpdateSpace, &api.UpdateSpaceInput{DomainId: s("d-1"), SpaceName: s("lab")},
			func(o *api.UpdateSpaceOutput) *string { return o.SpaceArn }, arn("space/d-1/lab")),
		"sagemaker:DeleteSpace": does((*api.Client).DeleteSpace, &api.DeleteSpaceInput{DomainId: s("d-1"), SpaceName: s("attic")}),

		"sagemaker:CreateStudioLifecycleConfig": answers((*api.Client).CreateStudioLifecycleConfig, &api.CreateStudioLifecycleConfigInput{
			StudioLifecycleConfigName: s("agent"), StudioLifecycleConfigAppType: types.StudioLifecycleConfigAppTypeJupyterLab, StudioLifecycleConfigContent: s(script)},
			func(o *api.CreateStudioLifecycleConfigOutput) *string { return o.StudioLifecycleConfigArn }, arn("studio-lifecycle-config/agent")),
		"sagemaker:DeleteStudioLifecycleConfig": does((*api.Client).DeleteStudioLifecycleConfig, &api.DeleteStudioLifecycleConfigInput{StudioLifecycleConfigName: s("setup")}),
		"sagemaker:CreateNotebookInstanceLifecycleConfig": answers((*api.Client).CreateNotebookInstanceLifecycleConfig,
			&api.CreateNotebookInstanceLifecycleConfigInput{NotebookInstanceLifecycleConfigName: s("agent"), OnStart: []types.NotebookInstanceLifecycleHook{{Content: s(script)}}},
			func(o *api.CreateNotebookInstanceLifecycleConfigOutput) *string {
				return o.NotebookInstanceLifecycleConfigArn
			},
			arn("notebook-instance-lifecycle-config/agent")),
		"sagemaker:DeleteNotebookInstanceLifecycleConfig": does((*api.Client).DeleteNotebookInstanceLifecycleConfig,
			&api.DeleteNotebookInstanceLifecycleConfigInput{NotebookInstanceLifecycleConfigName: s("unused")}),

		"sagemaker:StopNotebookInstance":   does((*api.Client).StopNotebookInstance, &api.StopNotebookInstanceInput{NotebookInstanceName: s("nb")}),
		"sagemaker:StartNotebookInstance":  does((*api.Client).StartNotebookInstance, &api.StartNotebookInstanceInput{NotebookInstanceName: s("off")}),
		"sagemaker:UpdateNotebookInstance": does((*api.Client).UpdateNotebookInstance, &api.UpdateNotebookInstanceInput{NotebookInstanceName: s("off"), LifecycleConfigName: s("stop-idle")}),

		"sagemaker:CreateEndpoint": answers((*api.Client).CreateEndpoint, &api.CreateEndpointInput{EndpointName: s("again"), EndpointConfigName: s("churn-1")},
			func(o *api.CreateEndpointOutput) *string { return o.EndpointArn }, arn("endpoint/again")),
		"sagemaker:DeleteEndpoint": does((*api.Client).DeleteEndpoint, &api.DeleteEndpointInput{EndpointName: s("churn")}),
		"sagemaker:UpdateEndpointWeightsAndCapacities": answers((*api.Client).UpdateEndpointWeightsAndCapacities, &api.UpdateEndpointWeightsAndCapacitiesInput{
			EndpointName: s("churn"), DesiredWeightsAndCapacities: []types.DesiredWeightAndCapacity{{VariantName: s("AllTraffic"), DesiredInstanceCount: aws.Int32(0)}}},
			func(o *api.UpdateEndpointWeightsAndCapacitiesOutput) *string { return o.EndpointArn }, arn("endpoint/churn")),
		"sagemaker:DeleteEndpointConfig": does((*api.Client).DeleteEndpointConfig, &api.DeleteEndpointConfigInput{EndpointConfigName: s("churn-1")}),
		"sagemaker:DeleteModel":          does((*api.Client).DeleteModel, &api.DeleteModelInput{ModelName: s("churn")}),

		"sagemaker:AddTags": answers((*api.Client).AddTags, &api.AddTagsInput{ResourceArn: s(arn("endpoint/churn")), Tags: []types.Tag{{Key: s("keep"), Value: s("yes")}}},
			func(o *api.AddTagsOutput) *string { return o.Tags[0].Key }, "keep"),
		"sagemaker:DeleteTags": does((*api.Client).DeleteTags, &api.DeleteTagsInput{ResourceArn: s(arn("endpoint/churn")), TagKeys: []string{"team"}}),
	})
}

// native is the idle setting of JupyterLab.
func native(minutes int32) *types.UserSettings {
	return &types.UserSettings{JupyterLabAppSettings: &types.JupyterLabAppSettings{AppLifecycleManagement: &types.AppLifecycleManagement{
		IdleSettings: &types.IdleSettings{LifecycleManagement: types.LifecycleManagementEnabled, IdleTimeoutInMinutes: &minutes},
	}}}
}
