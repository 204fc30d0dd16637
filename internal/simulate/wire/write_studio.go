package wire

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func (v *view) updateDomain(in *sagemaker.UpdateDomainInput) (*sagemaker.UpdateDomainOutput, error) {
	d, resource, err := v.domain(in.DomainId)
	if err != nil {
		return nil, err
	}
	if err := v.checkSettings(in); err != nil {
		return nil, err
	}
	next := *d
	next.Modified = v.now
	next.UserSettings = updated(d.UserSettings, in.DefaultUserSettings)
	next.SpaceSettings = updated(d.SpaceSettings, in.DefaultSpaceSettings)
	next.Settings = updated(d.Settings, in.DomainSettingsForUpdate)
	next.TagPropagation = cmp.Or(string(in.TagPropagation), d.TagPropagation)
	v.domains.write(resource, v.now, next.Life, &next)
	v.wrote(domainChange(d))
	return &sagemaker.UpdateDomainOutput{DomainArn: v.arn(resource)}, nil
}

func (v *view) deleteDomain(in *sagemaker.DeleteDomainInput) error {
	d, resource, err := v.domain(in.DomainId)
	if err != nil {
		return err
	}
	inDomain := func(domain string) bool { return domain == d.ID }
	switch {
	case len(v.appsOf(d.ID, func(app) bool { return true })) > 0:
		return v.holds("Domain", resource, "App")
	case len(v.spaces.list(v.now, func(s space, _ world.Life) bool { return inDomain(s.domain) })) > 0:
		return v.holds("Domain", resource, "Space")
	case len(v.users.list(v.now, func(u user, _ world.Life) bool { return inDomain(u.domain) })) > 0:
		return v.holds("Domain", resource, "UserProfile")
	}
	gone := *d
	gone.Deleted = v.now
	v.domains.write(resource, v.now, gone.Life, &gone)
	c := domainChange(d)
	c.silent = true
	v.wrote(c)
	return nil
}

func (v *view) updateUserProfile(in *sagemaker.UpdateUserProfileInput) (*sagemaker.UpdateUserProfileOutput, error) {
	u, resource, err := v.user(in.DomainId, in.UserProfileName)
	if err != nil {
		return nil, err
	}
	if err := v.checkSettings(in); err != nil {
		return nil, err
	}
	next := *u.User
	next.Modified, next.Settings = v.now, updated(u.Settings, in.UserSettings)
	v.users.write(resource, v.now, next.Life, user{&next, u.domain})
	v.wrote(userChange(u))
	return &sagemaker.UpdateUserProfileOutput{UserProfileArn: v.arn(resource)}, nil
}

func (v *view) deleteUserProfile(in *sagemaker.DeleteUserProfileInput) error {
	u, resource, err := v.user(in.DomainId, in.UserProfileName)
	if err != nil {
		return err
	}
	owns := func(s space, _ world.Life) bool { return s.domain == u.domain && s.Owner == u.Name }
	switch {
	case len(v.appsOf(u.domain, func(a app) bool { return a.User == u.Name })) > 0:
		return v.holds("UserProfile", resource, "App")
	case len(v.spaces.list(v.now, owns)) > 0:
		return v.holds("UserProfile", resource, "Space")
	}
	gone := *u.User
	gone.Deleted = v.now
	v.users.write(resource, v.now, gone.Life, user{&gone, u.domain})
	c := userChange(u)
	c.silent = true
	v.wrote(c)
	return nil
}

func (v *view) updateSpace(in *sagemaker.UpdateSpaceInput) (*sagemaker.UpdateSpaceOutput, error) {
	s, resource, err := v.space(in.DomainId, in.SpaceName)
	if err != nil {
		return nil, err
	}
	if err := v.checkSettings(in); err != nil {
		return nil, err
	}
	next := *s.Space
	next.Modified, next.Settings = v.now, updated(s.Settings, in.SpaceSettings)
	if given := in.SpaceSettings; given != nil {
		if given.AppType != "" && s.AppType != "" { // not even to what it is
			return nil, invalid("Updating AppType for Space is not supported.")
		}
		next.AppType = cmp.Or(s.AppType, string(given.AppType))
		if disk := given.SpaceStorageSettings; disk != nil && disk.EbsStorageSettings != nil {
			next.VolumeGB = cmp.Or(aws.ToInt32(disk.EbsStorageSettings.EbsVolumeSizeInGb), s.VolumeGB)
		}
	}
	v.spaces.write(resource, v.now, next.Life, space{&next, s.domain})
	v.wrote(spaceChange(s))
	return &sagemaker.UpdateSpaceOutput{SpaceArn: v.arn(resource)}, nil
}

func (v *view) deleteSpace(in *sagemaker.DeleteSpaceInput) error {
	s, resource, err := v.space(in.DomainId, in.SpaceName)
	if err != nil {
		return err
	}
	if len(v.appsOf(s.domain, func(a app) bool { return a.Space == s.Name })) > 0 {
		return v.holds("Space", resource, "App")
	}
	gone := *s.Space
	gone.Deleted = v.now
	v.spaces.write(resource, v.now, gone.Life, space{&gone, s.domain})
	c := spaceChange(s)
	c.silent = true
	v.wrote(c)
	return nil
}

// holds is how Studio refuses to delete what something else belongs to.
func (v *view) holds(what, resource, belonging string) error {
	return inUse("Unable to delete %s [%s] because %s(s) are associated with it.", what, *v.arn(resource), belonging)
}

func (v *view) domain(id *string) (d *world.Domain, resource string, err error) {
	resource = (&world.Domain{ID: aws.ToString(id)}).Resource()
	d, found := v.domains.find(resource, v.now)
	if !found {
		err = notFound("Domain", id)
	}
	return d, resource, err
}

func (v *view) user(domain, name *string) (u user, resource string, err error) {
	resource = (&world.User{Name: aws.ToString(name)}).Resource(aws.ToString(domain))
	u, found := v.users.find(resource, v.now)
	if !found {
		err = notFound("UserProfile", name)
	}
	return u, resource, err
}

func (v *view) space(domain, name *string) (s space, resource string, err error) {
	resource = (&world.Space{Name: aws.ToString(name)}).Resource(aws.ToString(domain))
	s, found := v.spaces.find(resource, v.now)
	if !found {
		err = notFound("Space", name)
	}
	return s, resource, err
}

func domainChange(d *world.Domain) change {
	return change{family: "Domain", name: d.ID, arn: d.Resource(), request: map[string]string{"domainId": d.ID}}
}

func userChange(u user) change {
	return change{family: "UserProfile", name: u.Name, arn: u.Resource(u.domain), request: map[string]string{"domainId": u.domain, "userProfileName": u.Name}}
}

func spaceChange(s space) change {
	return change{family: "Space", name: s.Name, arn: s.Resource(s.domain), request: map[string]string{"domainId": s.domain, "spaceName": s.Name}}
}
