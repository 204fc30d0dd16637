package organization

import (
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A studio is a domain with its people.
type studio struct {
	site   *site
	domain *world.Domain
	team   team
	// covered says that its apps report heartbeats.
	covered bool
	people  []*person
}

// open makes the domains. Every other one is covered. The first two share a site.
func (g *generator) open() []*studio {
	var studios []*studio
	for i := range g.Domains {
		t := teams[i%len(teams)]
		auth := "IAM"
		if g.chance(0.5) {
			auth = "SSO"
		}
		st := &studio{
			site: g.sites[max(i-1, 0)%len(g.sites)], team: t, covered: i%2 == 0,
			domain: &world.Domain{
				ID: "d-" + g.text("abcdefghijklmnopqrstuvwxyz0123456789", 12), Name: t.name + "-studio", AuthMode: auth,
				Life: world.Life{Created: g.longAgo().Add(-500 * day)},
			},
		}
		st.site.Domains = append(st.site.Domains, st.domain)
		studios = append(studios, st)
	}
	return studios
}

// longAgo is an instant before which what was created has its whole past for every instant that may be looked at: no
// series looks further back than 100 days.
func (g *generator) longAgo() time.Time {
	return g.At.Add(-time.Duration(g.Days)*day - g.between(110*day, 400*day))
}

// furnish gives people desks in turn until there are enough apps: one of each sort, then by weight.
func (g *generator) furnish() {
	if len(g.people) == 0 {
		return
	}
	f := &furnisher{generator: g, seats: map[bool][]*person{}, apps: map[string]bool{}}
	for _, p := range g.people {
		f.seats[p.studio.covered] = append(f.seats[p.studio.covered], p)
	}
	for n := 0; f.left() > 0; n++ {
		d := desks[n%len(desks)]
		if n >= len(desks) {
			d = desks[draw(g.dice, desks, func(d desk) int { return d.weight })]
		}
		for range g.people {
			if f.give(d) {
				break
			}
		}
	}
	f.turnover()
}

// A furnisher hands out desks.
type furnisher struct {
	*generator
	// seats are the people in and out of covered domains, in the order of their turn.
	seats map[bool][]*person
	turn  [3]int
	// apps are the ARNs that are taken.
	apps map[string]bool
	made int
}

func (f *furnisher) left() int { return f.Apps - f.made }

// next is the person whose turn it is.
func (f *furnisher) next(n needs) *person {
	seats := f.people
	switch {
	case n == covered && len(f.seats[true]) > 0:
		seats = f.seats[true]
	case n == uncovered && len(f.seats[false]) > 0:
		seats = f.seats[false]
	}
	p := seats[f.turn[n]%len(seats)]
	f.turn[n]++
	return p
}

// give sets a desk up for the next person, and reports whether the person lacked more of it than the free server. There may be no
// room for all of its apps.
func (f *furnisher) give(d desk) (lacked bool) {
	p := f.next(d.needs)
	machine := pick(f.dice, d.machines())
	for _, plan := range d.apps {
		if f.left() == 0 {
			return true
		}
		app := f.app(p, plan, machine)
		arn := p.studio.site.arn(app.Resource(p.studio.domain.ID))
		if f.apps[arn] {
			continue
		}
		f.start(p, plan, app)
		f.census["desk/"+d.name] = append(f.census["desk/"+d.name], arn)
		f.made++
		lacked = lacked || app.Type != jupyterServer
	}
	return lacked
}

// start puts the app into its domain, with its space, its log and its heartbeat.
func (f *furnisher) start(p *person, plan appPlan, app *world.App) {
	st := p.studio
	f.apps[st.site.arn(app.Resource(st.domain.ID))] = true
	f.house(p, plan, app)
	st.domain.Apps = append(st.domain.Apps, app)
	f.log(st, plan, app)
	f.report(st, plan, app)
	f.label(st.site, app.Resource(st.domain.ID), p.profile.Name, p.team)
}

// house makes the space or the profile that the app needs.
func (f *furnisher) house(p *person, plan appPlan, app *world.App) {
	d := p.studio.domain
	before := world.Life{Created: app.Created.Add(-f.between(time.Hour, 10*day))}
	switch plan.home {
	case privateSpace, sharedSpace:
		s := &world.Space{Life: before, Name: app.Space, Owner: p.profile.Name, AppType: app.Type, Sharing: "Private", VolumeGB: pick(f.dice, []int32{5, 20, 50, 100, 250})}
		if plan.home == sharedSpace {
			s.Sharing = "Shared"
		}
		d.Spaces = append(d.Spaces, s)
		f.label(p.studio.site, s.Resource(d.ID), p.profile.Name, p.team)
	case domainProfile:
		d.Users = append(d.Users, &world.User{Life: before, Name: app.User})
	}
}
