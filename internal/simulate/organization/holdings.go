package organization

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A holding is something that people have beside apps and endpoints, in one of the situations that its kind tells apart.
type holding struct {
	name string
	// weight is its share among the holdings beyond the first of each; zero for what is rare.
	weight int
	plan   interface {
		// make makes it, with all that belongs to it, and returns its ARN.
		make(k *keeper) string
	}
}

var holdings = slices.Concat(notebooks, rooms, jobs, studies, chores, clusters, servers, features, flows, deployables, shelves)

// A keeper makes holdings. Its chance is its own, so that nothing else depends on them.
type keeper struct {
	*generator
	signer *signer
	// site is where the next holding is, and owner whose it is.
	site  *site
	owner *person
}

// keep makes the holdings: one of each, then by weight, each on the next site. Without people there are none.
func (g *generator) keep() {
	if len(g.people) == 0 || g.Holdings == 0 {
		return
	}
	own := *g
	own.dice = dice{rand.New(rand.NewPCG(uint64(g.Seed), 0x701d))}
	k := &keeper{generator: &own, signer: &signer{dice: own.dice, people: g.people}}
	places := k.Perm(len(g.sites))
	for n := range g.Holdings {
		h := holdings[n%len(holdings)]
		if n >= len(holdings) {
			h = holdings[draw(k.dice, holdings, func(h holding) int { return h.weight })]
		}
		k.site, k.owner = g.sites[places[n%len(places)]], pick(k.dice, g.people)
		g.census["holding/"+h.name] = append(g.census["holding/"+h.name], h.plan.make(k))
	}
	for _, st := range g.sites {
		for _, d := range st.Domains {
			k.mount(st, d)
		}
	}
	k.mishaps()
}

// A recordPlan is a holding that the world keeps as a record.
type recordPlan struct {
	family world.Family
	// stem ends its name.
	stem string
	// age is how long before At it was made, zero for long ago; changed how long before At it was changed last, zero for never.
	age, changed span
	// ends is how long after At it comes to its end, negative for before, and zero for never.
	ends span
	// status is the family's usual one when empty.
	status string
	// use is the truth about it; nil for never, and for what nobody can tell of.
	use func(k *keeper, r *world.Record) world.Activity
	// output says what it is made of.
	output func(k *keeper, r *world.Record) any
}

func (p recordPlan) make(k *keeper) string {
	r := k.record(p)
	return k.site.arn(r.Resource())
}

// record makes the record as planned, with its tags and its creator.
func (k *keeper) record(p recordPlan) *world.Record {
	r := &world.Record{Life: world.Life{Created: k.longAgo()}, Family: p.family, Status: p.status}
	if p.age != (span{}) {
		r.Created = k.At.Add(-k.within(p.age))
	}
	if p.changed != (span{}) {
		r.Modified = k.At.Add(-k.within(p.changed))
	}
	if p.ends != (span{}) {
		r.Ended = k.At.Add(k.within(p.ends))
	}
	r.Name = k.site.unique(pick(k.dice, k.owner.team.products) + "-" + p.stem)
	if p.use != nil {
		r.Use = p.use(k, r)
	}
	if r.Use != nil && !r.Ended.IsZero() {
		r.Use = world.Until(r.Use, r.Ended)
	}
	if p.output != nil {
		r.Output = p.output(k, r)
	}
	k.add(r)
	return r
}

// add puts the owner's record on the site.
func (k *keeper) add(r *world.Record) {
	k.site.Records = append(k.site.Records, r)
	k.claim(k.site, &r.Life, r.Resource())
}

// claim tags a resource as its owner remembers to, and says who made it.
func (k *keeper) claim(st *site, l *world.Life, resource string) {
	k.label(st, resource, k.owner.profile.Name, k.owner.team)
	k.signer.account = st.account
	if l.Creator = k.signer.person(k.owner.profile.Name); k.chance(0.2) {
		l.Creator = k.signer.session(pipelines, pipeline)
	}
}

// within is a duration in the span.
func (k *keeper) within(s span) time.Duration { return k.between(s.low, s.high) }

func (k *keeper) publish(ms ...*world.Metric) { k.site.Metrics = append(k.site.Metrics, ms...) }
