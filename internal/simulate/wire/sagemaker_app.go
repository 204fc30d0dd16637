package wire

import (
	"cmp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func (v *view) listApps(in *sagemaker.ListAppsInput) (*sagemaker.ListAppsOutput, error) {
	if in.UserProfileNameEquals != nil && in.SpaceNameEquals != nil {
		return nil, invalid("Only one of UserProfileNameEquals and SpaceNameEquals can be set.")
	}
	all := v.apps.list(v.now, func(a app, _ world.Life) bool {
		return is(aws.ToString(in.DomainIdEquals), a.domain) &&
			is(aws.ToString(in.UserProfileNameEquals), a.User) &&
			is(aws.ToString(in.SpaceNameEquals), a.Space)
	})
	key := func(a app) string { return byTime(a.Created, a.Resource(a.domain)) }
	cut, next, err := listPage(v, all, key, in.SortOrder == types.SortOrderDescending, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &sagemaker.ListAppsOutput{Apps: []types.AppDetails{}, NextToken: next}
	for _, a := range cut {
		out.Apps = append(out.Apps, types.AppDetails{
			DomainId:        aws.String(a.domain),
			UserProfileName: given(a.User),
			SpaceName:       given(a.Space),
			AppType:         types.AppType(a.Type),
			AppName:         aws.String(a.Name),
			Status:          a.status(v.now),
			CreationTime:    aws.Time(a.Created),
			ResourceSpec:    a.spec(),
		})
	}
	return out, nil
}

func describedApp(in *sagemaker.DescribeAppInput) string {
	a := world.App{
		User:  aws.ToString(in.UserProfileName),
		Space: aws.ToString(in.SpaceName),
		Type:  string(in.AppType),
		Name:  aws.ToString(in.AppName),
	}
	return a.Resource(aws.ToString(in.DomainId))
}

func (v *view) describeApp(in *sagemaker.DescribeAppInput) (*sagemaker.DescribeAppOutput, error) {
	a, ok := v.apps.find(describedApp(in), v.now)
	// A user and a space may bear the same name, so that their apps have the same ARN.
	if !ok || a.User != aws.ToString(in.UserProfileName) || a.Space != aws.ToString(in.SpaceName) {
		return nil, notFound("App", in.AppName)
	}
	return &sagemaker.DescribeAppOutput{
		AppArn:                    v.arn(a.Resource(a.domain)),
		DomainId:                  aws.String(a.domain),
		UserProfileName:           given(a.User),
		SpaceName:                 given(a.Space),
		AppType:                   types.AppType(a.Type),
		AppName:                   aws.String(a.Name),
		Status:                    a.status(v.now),
		CreationTime:              aws.Time(a.Created),
		ResourceSpec:              a.spec(),
		BuiltInLifecycleConfigArn: given(a.LifecycleConfig),
		// The health check writes both stamps, so that the "activity" of an abandoned app is always fresh.
		LastHealthCheckTimestamp:  aws.Time(orElse(a.LastHealthCheck, v.now)),
		LastUserActivityTimestamp: aws.Time(orElse(a.LastUserActivity, v.now)),
	}, nil
}

func (a app) status(t time.Time) types.AppStatus {
	if !a.At(t) {
		return types.AppStatusDeleted
	}
	return types.AppStatus(cmp.Or(a.Status, string(types.AppStatusInService)))
}

func (a app) spec() *types.ResourceSpec {
	instance := a.InstanceType
	if instance == "" && a.Type == string(types.AppTypeJupyterServer) {
		instance = string(types.AppInstanceTypeSystem)
	}
	if instance == "" && a.Spec == nil {
		return nil
	}
	var spec types.ResourceSpec
	if a.Spec != nil {
		spec = *a.Spec
	}
	spec.InstanceType = types.AppInstanceType(instance)
	return &spec
}

// given is nil for an empty text.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func orElse(t, otherwise time.Time) time.Time {
	if t.IsZero() {
		return otherwise
	}
	return t
}
