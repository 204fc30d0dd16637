package organization

import (
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A habit is how a person uses an app: its life with the truth about its use.
type habit func(g *generator, p *person) world.Life

// started is when an app that still runs was started.
func (g *generator) started() time.Time {
	return g.At.Add(-g.between(2*day, time.Duration(g.Days+60)*day))
}

func daily(g *generator, p *person) world.Life {
	from := g.started()
	return world.Life{Created: from, Use: p.works(from, time.Time{})}
}

func someDays(g *generator, p *person) world.Life {
	from := g.started()
	first := time.Monday + time.Weekday(g.IntN(3))
	return world.Life{Created: from, Use: p.works(from, time.Time{}, first, first+2)}
}

func never(g *generator, _ *person) world.Life { return world.Life{Created: g.started()} }

// starting is an app that was just asked for.
func starting(g *generator, p *person) world.Life {
	from := g.At.Add(-90 * time.Second)
	return world.Life{Created: from, Use: p.works(from, time.Time{})}
}

// forgotten was used for a while before At, and then no more.
func forgotten(g *generator, p *person) world.Life {
	left := g.At.Add(-g.between(9*day, 50*day))
	if g.chance(0.25) {
		left = g.At.Add(-g.between(4*time.Hour, 9*day))
	}
	from := left.Add(-g.between(3*day, time.Duration(g.Days)*day))
	return world.Life{Created: from, Use: p.works(from, left)}
}

// leaving will be forgotten after At.
func leaving(g *generator, p *person) world.Life {
	from := g.started()
	return world.Life{Created: from, Use: p.works(from, g.At.Add(g.between(time.Hour, ahead-5*day)))}
}

// together is used by several people of the studio, in their own hours.
func together(g *generator, p *person) world.Life {
	from := g.started()
	u := world.Union{p.works(from, time.Time{})}
	for _, i := range g.Perm(len(p.studio.people))[:min(2, len(p.studio.people))] {
		if other := p.studio.people[i]; other != p {
			u = append(u, other.works(from, time.Time{}))
		}
	}
	return world.Life{Created: from, Use: u}
}

// training is daily work, and every week or two a cell that computes for some 30 hours while nobody looks. One is at it at At.
func training(g *generator, p *person) world.Life {
	l := daily(g, p)
	var cells []world.Interval
	cell := func(start time.Time, atLeast time.Duration) {
		if start.After(l.Created) {
			cells = append(cells, world.Interval{From: start, To: start.Add(g.between(atLeast, 34*time.Hour))})
		}
	}
	// The person starts the cell and goes.
	parting := func(t time.Time) time.Time {
		if last, ok := l.Use.Last(t); ok {
			return last
		}
		return t
	}
	cell(g.At.Add(-g.between(4*time.Hour, 26*time.Hour)), 29*time.Hour)
	for t := g.At.Add(-g.between(5*day, 10*day)); t.After(l.Created); t = t.Add(-g.between(6*day, 13*day)) {
		cell(parting(t), 27*time.Hour)
	}
	for t := g.At.Add(g.between(5*day, 10*day)); t.Before(g.At.Add(ahead)); t = t.Add(g.between(6*day, 13*day)) {
		cell(parting(t), 27*time.Hour)
	}
	l.Use = world.Union{l.Use, world.NewSessions(cells...)}
	return l
}

// justDeleted went within the day before At for which it stays listed.
func justDeleted(g *generator, p *person) world.Life {
	return g.passing(p, g.At.Add(-g.between(10*time.Minute, 23*time.Hour)))
}

// deleted went longer before At.
func deleted(g *generator, p *person) world.Life {
	return g.passing(p, g.At.Add(-g.between(2*day, time.Duration(max(g.Days, 3))*day)))
}

// coming starts after At. Some of these stay.
func coming(g *generator, p *person) world.Life {
	if g.chance(0.5) {
		return g.passing(p, g.At.Add(g.between(22*day, ahead)))
	}
	from := g.At.Add(g.between(time.Hour, ahead-5*day))
	return world.Life{Created: from, Use: p.works(from, time.Time{})}
}

// passing is the life of an app that is deleted at the instant, in the middle of the work or after having been forgotten.
func (g *generator) passing(p *person, end time.Time) world.Life {
	from := end.Add(-g.between(2*time.Hour, 20*day))
	left := end
	if g.chance(0.4) {
		left = from.Add(g.part(end.Sub(from)))
	}
	return world.Life{Created: from, Deleted: end, Use: p.works(from, left)}
}

// keyboard is the part of an app's use at which somebody sits: what a kernel's log shows.
func keyboard(use world.Activity) world.Activity {
	u, ok := use.(world.Union)
	if !ok {
		return use
	}
	return slices.DeleteFunc(slices.Clone(u), func(a world.Activity) bool {
		_, computes := a.(*world.Sessions)
		return computes
	})
}
