package scenario

import (
	"cmp"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

var appTypes = []string{"JupyterServer", "KernelGateway", "JupyterLab", "CodeEditor", "Canvas", "RStudioServerPro", "RSessionGateway", "TensorBoard", "DetailedProfiler"}

func (b *regionBuilder) domain(d Domain, p path) {
	b.oneOf(p, "authMode", d.AuthMode, "IAM", "SSO")
	b.oneOf(p, "tagPropagation", d.TagPropagation, "ENABLED", "DISABLED")
	dom := &world.Domain{Life: b.life(d.Life, nil, p), ID: d.ID, Name: cmp.Or(d.Name, d.ID), AuthMode: cmp.Or(d.AuthMode, "IAM"),
		HomeEFS: d.HomeEFS, TagPropagation: d.TagPropagation, UserSettings: members[types.UserSettings](b.builder, d.UserSettings),
		SpaceSettings: members[types.DefaultSpaceSettings](b.builder, d.SpaceSettings), Settings: members[types.DomainSettings](b.builder, d.Settings)}
	b.tag(dom.Resource(), d.Tags)
	users, spaces, apps := roster{}, roster{}, roster{}
	for i, u := range d.Users {
		up := p.to("users", i)
		b.enlist(users, up, "name", "user", u.Name)
		user := &world.User{Life: b.life(u.Life, nil, up), Name: u.Name, SSOUser: u.SSOUser, Settings: members[types.UserSettings](b.builder, u.Settings)}
		b.tag(user.Resource(d.ID), u.Tags)
		dom.Users = append(dom.Users, user)
	}
	for i, s := range d.Spaces {
		sp := p.to("spaces", i)
		b.enlist(spaces, sp, "name", "space", s.Name)
		b.known(users, sp, "owner", "user", s.Owner)
		b.oneOf(sp, "sharing", s.Sharing, "Private", "Shared")
		b.oneOf(sp, "appType", s.AppType, "JupyterLab", "CodeEditor", "JupyterServer", "KernelGateway")
		space := &world.Space{Life: b.life(s.Life, nil, sp), Name: s.Name, Owner: s.Owner, AppType: s.AppType,
			Sharing: cmp.Or(s.Sharing, "Private"), VolumeGB: s.VolumeGB,
			Settings: members[types.SpaceSettings](b.builder, s.Settings)}
		b.tag(space.Resource(d.ID), s.Tags)
		dom.Spaces = append(dom.Spaces, space)
	}
	for i, a := range d.Apps {
		ap := p.to("apps", i)
		b.known(users, ap, "user", "user", a.User)
		b.known(spaces, ap, "space", "space", a.Space)
		app := b.app(a, d, ap)
		if key := app.Resource(d.ID); apps[key] {
			b.wrong(ap, "give it a name of its own", "there are two of app %q", key)
		} else {
			apps[key] = true
		}
		dom.Apps = append(dom.Apps, app)
	}
	b.region.Domains = append(b.region.Domains, dom)
}

// known reports a reference to something that is not in the file.
func (b *builder) known(r roster, p path, field, what, name string) {
	if name != "" && !r[name] {
		b.wrong(p.to(field), "add it to the file, or mend the spelling", "there is no %s %q here", what, name)
	}
}

func (b *regionBuilder) app(a App, d Domain, p path) *world.App {
	if (a.User == "") == (a.Space == "") {
		b.wrong(p, "write user: or space:, not both", "an app belongs to one user or to one space")
	}
	b.require(p, "type", a.Type)
	b.oneOf(p, "type", a.Type, appTypes...)
	b.oneOf(p, "status", a.Status, "Deleted", "Deleting", "Failed", "InService", "Pending")
	b.oneOf(p, "metrics", a.Metrics, "none")
	b.oneOf(p, "logs", a.Logs, "none", "empty")
	instance := "ml.t3.medium"
	if a.Type == "JupyterServer" {
		instance = "system"
	}
	app := &world.App{Life: b.life(a.Life, a.Use, p), User: a.User, Space: a.Space, Type: a.Type, Name: cmp.Or(a.Name, "default"),
		InstanceType: cmp.Or(a.InstanceType, instance), Status: cmp.Or(a.Status, "InService"),
		Spec: members[types.ResourceSpec](b.builder, a.Spec), LifecycleConfig: a.LifecycleConfig,
		LastUserActivity: a.LastUserActivity.from(b.at, time.Time{}), LastHealthCheck: a.LastHealthCheck.from(b.at, time.Time{})}
	for _, again := range a.Relaunches {
		app.Relaunches = append(app.Relaunches, again.from(b.at, app.Created))
	}
	b.tag(app.Resource(d.ID), a.Tags)

	events := app.Log()
	if a.Log != nil {
		events = b.activity(a.Log, p.to("log"))
	}
	switch a.Logs {
	case "":
		b.write(app.Stream(d.ID, events))
	case "empty":
		b.write(app.Stream(d.ID, nil))
	}
	if a.Metrics == "none" {
		return app
	}
	if a.Type == "Canvas" && a.User != "" {
		b.publish(app.CanvasActivity(d.ID))
	}
	covered := d.Heartbeats
	if a.Heartbeat != nil {
		covered = *a.Heartbeat
	}
	if covered || a.HeartbeatUntil.given {
		until := a.HeartbeatUntil.from(b.at, time.Time{})
		b.publish(app.Heartbeat(d.ID, until))
		b.agents = append(b.agents, agent{app, b.account.ARN(b.region.Name, app.Resource(d.ID)), until})
	}
	return app
}
