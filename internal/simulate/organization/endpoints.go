package organization

import (
	"slices"
	"strconv"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// host makes the endpoints: one of each sort, then by weight, each on the next site.
func (g *generator) host() {
	chosen := make([]sort, g.Endpoints)
	for n := range chosen {
		if chosen[n] = sorts[n%len(sorts)]; n >= len(sorts) {
			chosen[n] = sorts[draw(g.dice, sorts, func(s sort) int { return s.weight })]
		}
	}
	g.widen(chosen)
	places := g.Perm(len(g.sites))
	for n, s := range chosen {
		site := g.sites[places[n%len(places)]]
		e := g.endpoint(site, s, g.life(s))
		g.census["sort/"+s.name] = append(g.census["sort/"+s.name], site.arn(e.Resource()))
	}
	for n := range g.Turnover / 4 {
		site := pick(g.dice, g.sites)
		l, entry := world.Life{Created: g.At.Add(g.between(time.Hour, ahead-5*day))}, "turnover/endpoint to come"
		if n%2 == 0 {
			gone := g.At.Add(-g.between(time.Hour, time.Duration(g.Days)*day))
			l, entry = world.Life{Created: gone.Add(-g.between(2*day, 100*day)), Deleted: gone}, "turnover/endpoint gone"
		}
		e := g.endpoint(site, sorts[n%2], l)
		g.census[entry] = append(g.census[entry], site.arn(e.Resource()))
	}
}

// mostVariants is AWS's limit for an endpoint.
const mostVariants = 10

// widen adds candidates to ordinary endpoints until they have Spec.Variants together.
func (g *generator) widen(chosen []sort) {
	missing := g.Variants
	var wide []int
	for n, s := range chosen {
		missing -= len(s.variants) + len(s.shadow)
		if s.mayWiden() {
			wide = append(wide, n)
		}
	}
	for round := 1; missing > 0 && round < mostVariants-2; round++ {
		for _, n := range wide[:min(missing, len(wide))] {
			v := chosen[n].variants[0]
			v.name = "candidate-" + strconv.Itoa(round)
			v.count = min(v.count, 1)
			if g.chance(0.3) {
				v.calls = nobody
			}
			chosen[n].variants = append(slices.Clip(chosen[n].variants), v)
			missing--
		}
	}
}

// mayWiden reports whether the sort is what it is with further variants too. AWS allows one alone beside a shadow, and on asynchronous endpoints.
func (s sort) mayWiden() bool {
	return s.variants[0].count > 0 && s.variants[0].components == nil && !s.async && s.shadow == nil && s.status == ""
}

// life is when an endpoint of the sort was created and last changed.
func (g *generator) life(s sort) world.Life {
	l := world.Life{Created: g.longAgo()}
	if s.age != (span{}) {
		l.Created = g.At.Add(-g.between(s.age.low, s.age.high))
	}
	if s.changed != (span{}) {
		l.Modified = g.At.Add(-g.between(s.changed.low, s.changed.high))
	}
	l.Vanishes = s.vanishes
	return l
}

// endpoint makes an endpoint with its configuration, models, inference components and series.
func (g *generator) endpoint(st *site, s sort, l world.Life) *world.Endpoint {
	t := pick(g.dice, teams)
	e := &world.Endpoint{Life: l, Name: st.unique(pick(g.dice, t.products) + "-" + s.stage), Status: s.status, FailureReason: s.failure, Async: s.async}
	if e.Status == "" {
		e.Status = "InService"
	}
	b := &deployment{generator: g, site: st, sort: s, endpoint: e}
	e.Variants, e.Shadow = b.variants(s.variants, true), b.variants(s.shadow, false)
	e.Use = b.use()
	e.Config = b.configure(e.Created, e.Variants, e.Shadow).Name
	if s.pending != nil {
		var next []world.Variant
		for _, v := range e.Variants {
			v.InstanceType = pick(g.dice, s.pending)
			next = append(next, v)
		}
		e.Pending = b.configure(e.Modified, next, nil)
	}
	if s.async {
		st.Metrics = append(st.Metrics, e.Backlog(b.requests(), s.stay))
	}
	st.Endpoints = append(st.Endpoints, e)
	var owner string
	if len(g.people) > 0 {
		owner = pick(g.dice, g.people).profile.Name
	}
	g.label(st, e.Resource(), owner, t)
	return e
}

// unique is the name, or the name with the next free version.
func (s *site) unique(name string) string {
	free := name
	for n := 2; s.taken[free]; n++ {
		free = name + "-r" + strconv.Itoa(n)
	}
	s.taken[free] = true
	return free
}
