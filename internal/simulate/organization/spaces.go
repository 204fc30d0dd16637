package organization

import (
	"slices"
	"strconv"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A room is a space without an app.
type room struct {
	// left is how long before At its last app was deleted; zero when it never had one.
	left span
	// unheard says that the app left neither log nor heartbeat.
	unheard bool
}

// A leaver is the profile of somebody who has neither app nor space any more.
type leaver struct{}

// A vacancy is a domain without people.
type vacancy struct{}

var rooms = []holding{
	{"space empty for months", 520, room{left: span{70 * day, 250 * day}}},
	{"space emptied lately", 260, room{left: span{2 * day, 8 * day}}},
	{"space emptied weeks ago", 160, room{left: span{32 * day, 60 * day}}},
	{"space that nothing was heard of", 60, room{left: span{70 * day, 250 * day}, unheard: true}},
	{"space never used", 140, room{}},
	{"profile of one who left", 180, leaver{}},
	{"domain without people", 2, vacancy{}},
}

func (p room) make(k *keeper) string {
	o, d := k.owner, k.owner.studio.domain
	app := &world.App{Name: "default", Type: pick(k.dice, []string{jupyterLab, jupyterLab, codeEditor}), InstanceType: pick(k.dice, laptops), Life: world.Life{Created: k.longAgo()}}
	s := &world.Space{
		Life: world.Life{Created: app.Created.Add(-k.between(time.Hour, 10*day))}, Owner: o.profile.Name, AppType: app.Type, Sharing: "Private",
		Name:     o.studio.site.unique(o.profile.Name + "-" + pick(k.dice, []string{"archive", "experiments", "forecast", "scratch", "paper", "migration"})),
		VolumeGB: pick(k.dice, []int32{5, 20, 50, 100, 250, 500}),
	}
	d.Spaces = append(d.Spaces, s)
	k.claim(o.studio.site, &s.Life, s.Resource(d.ID))
	if p.left != (span{}) {
		app.Space, app.Deleted = s.Name, k.At.Add(-k.within(p.left))
		app.Created = app.Deleted.Add(-k.between(2*day, 30*day))
		app.Use = o.works(app.Created, app.Deleted)
		app.Creator = s.Creator
		d.Apps = append(d.Apps, app)
		if !p.unheard {
			k.log(o.studio, appPlan{}, app)
			k.report(o.studio, appPlan{}, app)
		}
	}
	return o.studio.site.arn(s.Resource(d.ID))
}

func (leaver) make(k *keeper) string {
	st := k.owner.studio
	name := pick(k.dice, givenNames) + "-" + pick(k.dice, familyNames)
	u := &world.User{Life: world.Life{Created: k.longAgo()}, Name: name}
	for n := 2; slices.ContainsFunc(st.domain.Users, func(o *world.User) bool { return o.Name == u.Name }); n++ {
		u.Name = name + "-" + strconv.Itoa(n)
	}
	st.domain.Users = append(st.domain.Users, u)
	k.signer.account = st.site.account
	u.Creator = k.signer.session(admins, admin)
	return st.site.arn(u.Resource(st.domain.ID))
}

func (vacancy) make(k *keeper) string {
	d := &world.Domain{
		ID: "d-" + k.text(lowercase, 12), Name: k.site.unique(k.owner.team.name + "-trial"), AuthMode: "IAM", Life: world.Life{Created: k.longAgo()},
	}
	k.site.Domains = append(k.site.Domains, d)
	k.claim(k.site, &d.Life, d.Resource())
	return k.site.arn(d.Resource())
}

// mount gives the domain's file system its series. Apps hold it mounted for as long as they run, those of Canvas aside.
func (k *keeper) mount(st *site, d *world.Domain) {
	var running []world.Interval
	for _, app := range d.Apps {
		if app.Type == canvas {
			continue
		}
		running = append(running, lasting(app.Created, app.Deleted))
	}
	const gigabyte = 1 << 30
	st.Metrics = append(st.Metrics,
		&world.Metric{Namespace: "AWS/EFS", Name: "StorageBytes", Unit: "Bytes", Dimensions: map[string]string{"FileSystemId": d.FileSystem(), "StorageClass": "Standard"},
			Pattern: world.Gauge{From: d.Created, To: d.Deleted, Value: float64(1+k.IntN(400)) * gigabyte, Every: 15 * time.Minute}},
		&world.Metric{Namespace: "AWS/EFS", Name: "ClientConnections", Unit: "Count", Dimensions: map[string]string{"FileSystemId": d.FileSystem()},
			Pattern: world.Level{Of: world.NewSessions(running...), Busy: 1, Mute: true, From: d.Created, To: d.Deleted}})
}
