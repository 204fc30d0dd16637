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
	// From and To are the first and the last instant that it speaks of.
	From, To time.Time
}

// NewEvidence is none.
func NewEvidence() *Evidence {
	return &Evidence{of: map[thing]map[claim][]stretch{}, owners: map[string]string{}}
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
			e.active(o, class, s.At)
		}
	}
}

// Finding takes in that a resource was idle from one instant to another, as a finding says.
func (e *Evidence) Finding(arn, owner string, since, last time.Time) {
	if owner != "" {
		e.owners[arn] = owner
	}
	e.claim(thing{arn: arn, class: compute}, idle, since, last)
}

// active takes in a resource in use, some parts of which may be idle: the bill tells them apart by their instance types, if at all.
func (e *Evidence) active(o *estate.Observation, class string, at time.Time) {
	if len(o.Verdict.Parts) == 0 {
		e.claim(thing{arn: o.Resource.ARN, class: class}, used, o.Verdict.LastUse, at)
		return
	}
	since := map[string]time.Time{} // by instance type, the latest begin of its idle parts
	mixed := map[string]bool{}      // the types that others have too
	for _, m := range o.Resource.Meters {
		i := slices.IndexFunc(o.Verdict.Parts, func(p estate.PartVerdict) bool { return p.Part == m.Part })
		if m.InstanceType == "" {
			continue
		}
		if i < 0 || o.Verdict.Parts[i].State != estate.Idle {
			mixed[m.InstanceType] = true
			continue
		}
		if s := o.Verdict.Parts[i].Since; s.After(since[m.InstanceType]) {
			since[m.InstanceType] = s
		}
	}
	for instanceType, s := range since {
		what := idle
		if mixed[instanceType] {
			what = perhaps
		}
		e.claim(thing{o.Resource.ARN, compute, instanceType}, what, s, at)
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
	e.of[t][what] = append(e.of[t][what], stretch{from.UTC(), to.UTC()})
	if e.From.IsZero() || from.Before(e.From) {
		e.From = from.UTC()
	}
	if to.After(e.To) {
		e.To = to.UTC()
	}
}

// settled is what is claimed of a thing, also as a part of the whole, without overlaps: use goes before doubt, and doubt before idleness.
func (e *Evidence) settled(t thing) map[claim][]stretch {
	out := map[claim][]stretch{}
	var taken []stretch
	for _, what := range []claim{used, perhaps, idle} {
		claims := e.of[t][what]
		if t.instanceType != "" {
			claims = slices.Concat(claims, e.of[thing{arn: t.arn, class: t.class}][what])
		}
		out[what] = without(union(claims), taken)
		taken = union(append(slices.Clone(taken), out[what]...))
	}
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
