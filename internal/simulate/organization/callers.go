package organization

import (
	"math"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A caller is who calls a variant or an inference component.
type caller struct {
	// calls come in from the birth of what is called. Nil means never.
	calls func(g *generator, born time.Time) world.Activity
	// idle says that the calls are no use, whatever their number.
	idle bool
	// errors is the share of the calls that is answered with a 4xx status.
	errors float64
	// unseen says that nothing but the backlog shows the calls.
	unseen bool
	// mirrors says that the calls are copies of the production variant's.
	mirrors bool
	// container is called by name.
	container string
}

var (
	nobody = caller{}
	// customers come day and night, some more by day.
	customers = caller{calls: func(g *generator, born time.Time) world.Activity { return g.traffic(born, time.Time{}) }, errors: 0.01}
	// gone were customers until weeks before At, longGone until before all that is looked at; going will be until after At.
	gone = caller{calls: func(g *generator, born time.Time) world.Activity {
		return g.traffic(born, g.At.Add(-g.between(9*day, 60*day)))
	}}
	longGone = caller{calls: func(g *generator, born time.Time) world.Activity {
		return g.traffic(born, g.At.Add(-time.Duration(g.Days)*day-g.between(10*day, 60*day)))
	}}
	going = caller{calls: func(g *generator, born time.Time) world.Activity {
		return g.traffic(born, g.At.Add(g.between(day, 30*day)))
	}}
	nightly = caller{calls: func(g *generator, born time.Time) world.Activity { return g.batch(born, day) }}
	weekly  = caller{calls: func(g *generator, born time.Time) world.Activity { return g.batch(born, 7*day) }}
	monthly = caller{calls: firstOfMonth}
	// A warmer keeps the instances warm for customers who never come; a monitor asks for what does not exist.
	warmer = caller{idle: true, calls: func(_ *generator, born time.Time) world.Activity {
		return world.Every{Period: 5 * time.Minute, From: born.Add(10 * time.Minute)}
	}}
	monitor = caller{idle: true, errors: 1, calls: func(_ *generator, born time.Time) world.Activity {
		return world.Every{Period: time.Minute, From: born.Add(10 * time.Minute)}
	}}
	// direct calls name a container; backlogged requests show in the queue alone.
	direct     = caller{calls: customers.calls, container: "ranker"}
	backlogged = caller{calls: nightly.calls, unseen: true}
	// A shadow variant gets a copy of the production variant's calls, or a replay of recorded ones.
	mirror = caller{mirrors: true}
	replay = caller{idle: true, calls: customers.calls}
)

// traffic is calls around a rate that is mostly small.
func (g *generator) traffic(born, until time.Time) world.Activity {
	return world.NewTraffic(world.TrafficShape{
		PerMinute: 0.2 * math.Exp(6*g.Float64()), Peak: float64(6 + g.IntN(14)), Swing: 0.3 + 0.6*g.Float64(), Weekend: 0.2 + 0.8*g.Float64(),
		Seed: g.Uint64(), From: born.Add(30 * time.Minute), To: until,
	})
}

// batch is some thousand calls at the same hour of each period.
func (g *generator) batch(born time.Time, period time.Duration) world.Activity {
	calls := world.Every{Period: period, From: born.Truncate(day), Phase: day + g.between(0, min(period, 7*day))}
	return world.Times{Activity: calls, N: float64(500 + g.IntN(20_000))}
}

// firstOfMonth is a batch in the night to the second of each month.
func firstOfMonth(g *generator, born time.Time) world.Activity {
	var runs []time.Time
	hour := g.IntN(6)
	for m := time.Month(1); ; m++ {
		run := time.Date(born.Year(), born.Month()+m, 2, hour, 0, 0, 0, time.UTC)
		if run.After(g.At.Add(ahead + 31*day)) {
			return world.Times{Activity: world.NewInstants(runs...), N: float64(2000 + g.IntN(50_000))}
		}
		runs = append(runs, run)
	}
}
