package waste

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A claim is what is known of a stretch of time.
type claim string

// The claims.
const (
	idle claim = "idle"
	used claim = "used"
	// lately follows a last use, after which nobody knew yet whether more was to come. A later look may find that none came.
	lately claim = "lately"
	// perhaps is idle by the look of it, but shares its instance with what is in use.
	perhaps claim = "perhaps"
)

// A thing is what a look was at: what a resource bills by a class of use, or of one that is in use, the instances of a part.
type thing struct{ arn, class, instanceType string }

// The classes of use that a look is at: the instances of a resource, or of one that has none, its storage.
const (
	compute = "compute"
	storage = "storage"
)

// A stretch is a time, its end not in it.
type stretch struct{ from, to time.Time }

// Evidence is what snapshots and findings have said of the use of resources, over time.
type Evidence struct {
	of     map[thing]map[claim][]stretch
	owners map[string]string
	// uses are the last uses that looks have told of, and limits how long each may be without use and is not idle.
	uses   map[thing][]time.Time
	limits map[thing]time.Duration
	// From and To are the first and the last instant that it speaks of.
	From, To time.Time
}

// NewEvidence is none.
func NewEvidence() *Evidence {
	return &Evidence{of: map[thing]map[claim][]stretch{}, owners: map[string]string{}, uses: map[thing][]time.Time{}, limits: map[thing]time.Duration{}}
}

// Add takes in what a snapshot says.
func (e *Evidence) Add(s *estate.Snapshot) {
	shared := sharers(s)
	for o := range s.All() {
		r := o.Resource
		if r.Owner != "" {
			e.owners[r.ARN] = r.Owner
		}
		class := compute
		if !slices.ContainsFunc(r.Meters, func(m estate.Meter) bool { return m.InstanceType != "" }) {
			class = storage
		}
		switch o.Verdict.State {
		case estate.Idle:
			what := idle
			for _, m := range r.Meters {
				if m.Share != "" && shared[m.Share] {
					what = perhaps
				}
			}
			e.claim(thing{arn: r.ARN, class: class}, what, o.Verdict.Since, s.At)
		case estate.Active:
			e.active(o, class, s.At, time.Duration(s.IdleFor[r.Kind]))
		}
	}
}

// use takes in that a thing was used at an instant, and how long it may go without.
func (e *Evidence) use(t thing, at time.Time, limit time.Duration) {
	if at = at.UTC(); at.IsZero() {
		return
	}
	if n := len(e.uses[t]); n == 0 || !e.uses[t][n-1].Equal(at) {
		e.uses[t] = append(e.uses[t], at)
	}
	if known, has := e.limits[t]; !has || limit < known {
		e.limits[t] = limit
	}
}

// bridged is the time between uses that are no further apart than what counts as idle.
func (e *Evidence) bridged(t thing) (all []stretch) {
	uses := slices.SortedFunc(slices.Values(e.uses[t]), time.Time.Compare)
	for i := 1; i < len(uses); i++ {
		if gap := uses[i].Sub(uses[i-1]); gap > 0 && gap <= e.limits[t] {
			all = append(all, stretch{uses[i-1], uses[i]})
		}
	}
	return all
}

// Finding takes in that a resource was idle from one instant to another, as a finding says.
func (e *Evidence) Finding(arn, owner string, since, last time.Time) {
	if owner != "" {
		e.owners[arn] = owner
	}
	e.claim(thing{arn: arn, class: compute}, idle, since, last)
}

// active takes in a resource in use, some parts of which may be idle: the bill tells them apart by their instance types, if at all.
func (e *Evidence) active(o *estate.Observation, class string, at time.Time, limit time.Duration) {
	if len(o.Verdict.Parts) == 0 {
		t := thing{arn: o.Resource.ARN, class: class}
		e.claim(t, lately, o.Verdict.LastUse, at)
		e.use(t, o.Verdict.LastUse, limit)
		return
	}
	parts := map[string][]estate.Verdict{} // by instance type; of a part that nobody judged, one that says nothing
	for _, m := range o.Resource.Meters {
		if m.InstanceType == "" {
			continue
		}
		var v estate.Verdict
		if i := slices.IndexFunc(o.Verdict.Parts, func(p estate.PartVerdict) bool { return p.Part == m.Part }); i >= 0 {
			v = o.Verdict.Parts[i].Verdict
		}
		parts[m.InstanceType] = append(parts[m.InstanceType], v)
	}
	for instanceType, all := range parts {
		e.parts(thing{o.Resource.ARN, compute, instanceType}, all, at, limit)
	}
}

// parts takes in what was found of all that a resource has of an instance type.
func (e *Evidence) parts(t thing, all []estate.Verdict, at time.Time, limit time.Duration) {
	count := map[estate.State]int{}
	var since, last time.Time // the latest begin of those that are idle, and the latest use of those that are in use
	for _, v := range all {
		count[v.State]++
		switch {
		case v.State == estate.Idle && v.Since.After(since):
			since = v.Since
		case v.State == estate.Active && v.LastUse.After(last):
			last = v.LastUse
		}
	}
	switch {
	case count[estate.Idle] == len(all):
		e.claim(t, idle, since, at)
	case count[estate.Idle] > 0:
		e.claim(t, perhaps, since, at)
	case count[estate.Active] == len(all):
		e.claim(t, lately, last, at)
		if len(all) == 1 { // of several, uses are not one after the other
			e.use(t, last, limit)
		}
	}
}

// sharers tells of each instance that several resources share whether one of them is not idle.
func sharers(s *estate.Snapshot) map[string]bool {
	busy := map[string]bool{}
	for o := range s.All() {
		for _, m := range o.Resource.Meters {
			if m.Share != "" && o.Verdict.State != estate.Idle {
				busy[m.Share] = true
			}
		}
	}
	return busy
}

func (e *Evidence) claim(t thing, what claim, from, to time.Time) {
	if from.IsZero() || !from.Before(to) {
		return
	}
	if e.of[t] == nil {
		e.of[t] = map[claim][]stretch{}
	}
	from, to = from.UTC(), to.UTC()
	// Looks come one after the other, and most of them tell of what the one before has told.
	if all := e.of[t][what]; len(all) > 0 && !from.Before(all[len(all)-1].from) && !from.After(all[len(all)-1].to) {
		if last := &all[len(all)-1]; to.After(last.to) {
			last.to = to
		}
	} else {
		e.of[t][what] = append(all, stretch{from, to})
	}
	if e.From.IsZero() || from.Before(e.From) {
		e.From = from
	}
	if to.After(e.To) {
		e.To = to
	}
}

// grain is how much earlier a later look may have seen the same last use: metrics are no finer.
const grain = 5 * time.Minute

// settled is what is claimed of a thing, also as a part of the whole, without overlaps. Use goes before doubt, and doubt before idleness; and that goes before what followed a
// last use, unless that use lies within the idle time and belies it. What followed counts as use where nothing else is known.
func (e *Evidence) settled(t thing) map[claim][]stretch {
	claims := map[claim][]stretch{}
	add := func(t thing) {
		for what, all := range e.of[t] {
			claims[what] = append(claims[what], all...)
		}
		claims[used] = append(claims[used], e.bridged(t)...)
	}
	add(t)
	if t.instanceType != "" {
		add(thing{arn: t.arn, class: t.class})
	}
	unused := union(slices.Concat(claims[idle], claims[perhaps]))
	var after []stretch
	for _, l := range claims[lately] {
		if slices.ContainsFunc(unused, func(s stretch) bool { return s.from.Add(grain).Before(l.from) && l.from.Before(s.to) }) {
			claims[used] = append(claims[used], l)
		} else {
			after = append(after, l)
		}
	}
	out := map[claim][]stretch{}
	var taken []stretch
	settle := func(to claim, all []stretch) {
		rest := without(union(all), taken)
		out[to] = union(append(out[to], rest...))
		taken = union(append(taken, rest...))
	}
	settle(used, claims[used])
	settle(perhaps, claims[perhaps])
	settle(idle, claims[idle])
	settle(lately, after)
	return out
}

// things are in order.
func (e *Evidence) things() []thing {
	return slices.SortedFunc(maps.Keys(e.of), func(a, b thing) int {
		return cmp.Or(cmp.Compare(a.arn, b.arn), cmp.Compare(a.class, b.class), cmp.Compare(a.instanceType, b.instanceType))
	})
}

// union joins stretches that touch.
func union(all []stretch) []stretch {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b stretch) int { return a.from.Compare(b.from) })
	var out []stretch
	for _, s := range all {
		if n := len(out); n > 0 && !s.from.After(out[n-1].to) {
			if s.to.After(out[n-1].to) {
				out[n-1].to = s.to
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// without cuts what is taken, which is a union, out of stretches.
func without(all, taken []stretch) []stretch {
	var out []stretch
	for _, s := range all {
		for _, t := range taken {
			if !t.from.Before(s.to) || !s.from.Before(t.to) {
				continue
			}
			if s.from.Before(t.from) {
				out = append(out, stretch{s.from, t.from})
			}
			s.from = t.to
		}
		if s.from.Before(s.to) {
			out = append(out, s)
		}
	}
	return out
}
