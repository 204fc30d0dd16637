package wire

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func createdApp(in *sagemaker.CreateAppInput) string {
	return requested(in).Resource(aws.ToString(in.DomainId))
}

// requested is the app that a call asks for.
func requested(in *sagemaker.CreateAppInput) *world.App {
	return &world.App{User: aws.ToString(in.UserProfileName), Space: aws.ToString(in.SpaceName), Type: string(in.AppType), Name: aws.ToString(in.AppName)}
}

func (v *view) createApp(in *sagemaker.CreateAppInput) (*sagemaker.CreateAppOutput, error) {
	a, domain := requested(in), aws.ToString(in.DomainId)
	if err := v.mayCreate(a, domain); err != nil {
		return nil, err
	}
	a.Created, a.Creator, a.Status, a.InstanceType = v.now, v.principal.arn, string(types.AppStatusPending), string(types.AppInstanceTypeMlT3Medium)
	switch types.AppType(a.Type) {
	case types.AppTypeJupyterServer:
		a.InstanceType = string(types.AppInstanceTypeSystem)
	case types.AppTypeCanvas:
		a.InstanceType = "" // AWS runs it on instances of its own
	}
	if in.ResourceSpec != nil {
		if err := v.checkSettings(in.ResourceSpec); err != nil {
			return nil, err
		}
		a.Spec = in.ResourceSpec
		if in.ResourceSpec.InstanceType != "" {
			a.InstanceType = string(in.ResourceSpec.InstanceType)
		}
	}
	// Whoever used the app of that name goes on using it. As long as that one is listed, the new one has its creation time.
	if before := v.apps.bearer(a.Resource(domain), v.now); before != nil {
		a.Created, a.Creator = before.life.Created, before.life.Creator
	}
	if earlier := v.apps.named[a.Resource(domain)]; len(earlier) > 0 {
		a.Use = earlier[len(earlier)-1].life.Use
	}
	resource := a.Resource(domain)
	if err := v.label(resource, in.Tags); err != nil {
		return nil, err
	}
	v.apps.write(resource, v.now, a.Life, app{a, domain})
	runs := *a
	runs.Status = string(types.AppStatusInService)
	v.apps.write(resource, v.now.Add(appStarts), runs.Life, app{&runs, domain})
	v.wrote(appChange(app{a, domain}))
	return &sagemaker.CreateAppOutput{AppArn: v.arn(resource)}, nil
}

// mayCreate refuses an app that belongs to nothing, or whose name is taken.
func (v *view) mayCreate(a *world.App, domain string) error {
	switch {
	case a.Name == "":
		return missingMember("appName")
	case !slices.Contains(types.AppType("").Values(), types.AppType(a.Type)):
		return invalid("1 validation error detected: Value '%s' at 'appType' failed to satisfy constraint: Member must satisfy enum value set", a.Type)
	case (a.User == "") == (a.Space == ""):
		return invalid("Exactly one of UserProfileName and SpaceName must be set.")
	}
	if _, found := v.domains.find((&world.Domain{ID: domain}).Resource(), v.now); !found {
		return notFound("Domain", &domain)
	}
	if _, found := v.users.find((&world.User{Name: a.User}).Resource(domain), v.now); a.User != "" && !found {
		return notFound("UserProfile", &a.User)
	}
	if _, found := v.spaces.find((&world.Space{Name: a.Space}).Resource(domain), v.now); a.Space != "" && !found {
		return notFound("Space", &a.Space)
	}
	if standing := v.apps.bearer(a.Resource(domain), v.now); standing != nil && standing.life.At(v.now) {
		return inUse("App [%s] already exists.", *v.arn(a.Resource(domain)))
	}
	return nil
}

func deletedApp(in *sagemaker.DeleteAppInput) string {
	return describedApp(&sagemaker.DescribeAppInput{DomainId: in.DomainId, UserProfileName: in.UserProfileName, SpaceName: in.SpaceName, AppType: in.AppType, AppName: in.AppName})
}

func (v *view) deleteApp(in *sagemaker.DeleteAppInput) error {
	a, found := v.apps.find(deletedApp(in), v.now)
	if !found || a.User != aws.ToString(in.UserProfileName) || a.Space != aws.ToString(in.SpaceName) || !a.At(v.now) {
		return notFound("App", in.AppName)
	}
	if status := a.status(v.now); status != types.AppStatusInService && status != types.AppStatusFailed {
		return inUse("App [%s] cannot be deleted in status %s.", *v.arn(deletedApp(in)), status)
	}
	goes := *a.App
	goes.Status, goes.Deleted = string(types.AppStatusDeleting), v.now.Add(appStops)
	v.apps.write(deletedApp(in), v.now, goes.Life, app{&goes, a.domain})
	c := appChange(a)
	c.silent = true
	v.stopped(c, a.Life)
	return nil
}

// appsOf are the apps of a domain that are not over, have not failed, and belong to what the function picks.
func (v *view) appsOf(domain string, pick func(app) bool) []app {
	return v.apps.list(v.now, func(a app, l world.Life) bool {
		return a.domain == domain && l.At(v.now) && a.status(v.now) != types.AppStatusFailed && pick(a)
	})
}

// appChange is a call that is about an app, as CloudTrail has it.
func appChange(a app) change {
	return change{family: "App", name: a.Name, arn: a.Resource(a.domain), request: map[string]string{
		"domainId": a.domain, "userProfileName": a.User, "spaceName": a.Space, "appType": a.Type, "appName": a.Name,
	}}
}

// mentions reports whether settings hold a text anywhere.
func mentions(settings any, text string) bool {
	found := false
	_ = walk(settings, func(value any) error {
		s, ok := value.(string)
		found = found || ok && strings.EqualFold(s, text)
		return nil
	})
	return found
}
