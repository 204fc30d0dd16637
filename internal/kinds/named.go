package kinds

import (
	"context"
	"fmt"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A named family's entries are of use only while another resource of the target names them; one that none names is orphaned.
type named struct {
	entry
	users []user
	// ask says for what an orphan may still be kept. Without it, others that are not seen may use what nobody names.
	ask string
}

// A user is a family whose resources name entries of another.
type user struct {
	kind estate.Kind
	// names are the entries that a resource names, with anyName where it may name others.
	names func(estate.Resource) []string
	// describe is the operation by which what a resource names is read: what is gone by then takes it along.
	describe string
}

// anyName stands for entries that a resource names, but nothing tells which.
const anyName = ""

// Signals of what is named. Their part is the family that does.
const (
	signalNamed = "named"
	// signalUserLost is something that was listed, and gone when it was to be described.
	signalUserLost = "user-lost"
)

// Relate looks for those who name the entry.
func (k *named) Relate(r estate.Resource, p *Peers) (sigs estate.Signals) {
	for _, u := range k.users {
		sigs = append(sigs, u.naming(k.of.Name, r.Name, p))
	}
	return sigs
}

// naming says whether a resource of the family names the entry. That none does is said only where all of them were seen, with all
// that they name.
func (u user) naming(of estate.Kind, entry string, p *Peers) estate.Signal {
	s := estate.Signal{Name: signalNamed, Part: string(u.kind), Source: SourceRelation, Quality: estate.Absent}
	index := "names of " + string(of)
	by, vague := p.Of(u.kind, index, entry, u.names), p.Of(u.kind, index, anyName, u.names)
	hole, unseen := p.unseen(signalNamed, u.kind)
	switch {
	case len(by) > 0:
		s.Quality, s.Value, s.Note = estate.Good, float64(len(by)), first(by)
	case unseen:
		s.Quality, s.Note = hole.Quality, hole.Note
	case len(vague) > 0:
		s.Quality, s.Note = estate.Partial, "what "+first(vague)+" names is not known"
	}
	return s
}

// first is the first of the names, so that every scan says the same.
func first(obs []*estate.Observation) string {
	name := obs[0].Resource.Name
	for _, o := range obs[1:] {
		name = min(name, o.Resource.Name)
	}
	return name
}

// Inspect marks the entries where a user was lost: it could have named any of them.
func (k *named) Inspect(_ context.Context, s *Scope, obs []*estate.Observation, _ estate.Criteria) []Want {
	for _, u := range k.users {
		u.mark(s, obs)
	}
	return nil
}

func (u user) mark(s *Scope, obs []*estate.Observation) {
	if _, lost := s.lost.Load(u.describe); !lost {
		return
	}
	for _, o := range obs {
		o.Signals = append(o.Signals, estate.Signal{Name: signalUserLost, Part: string(u.kind), Source: u.describe, Quality: estate.Partial,
			Note: "one was deleted before it could be read"})
	}
}

func (k *named) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	if v, ok := k.unsettled(r, c); ok {
		return v
	}
	for _, s := range sigs {
		if s.Name == signalNamed && s.Quality == estate.Good {
			return estate.Verdict{State: estate.Active, Confidence: estate.High, LastUse: c.Now, Rule: k.rule("named"), Why: "the " + s.Part + " " + s.Note + " names it"}
		}
	}
	if k.ask == "" {
		return k.entry.Judge(r, sigs, c)
	}
	var nobody []string
	for _, u := range k.users {
		if v, ok := k.unnamed(u, sigs); !ok {
			return v
		}
		nobody = append(nobody, "no "+string(u.kind))
	}
	return k.orphaned(r, c, strings.Join(nobody, " and ")+" names it", k.ask)
}

// unnamed reports whether the signals prove that no resource of the family names what they are of; else the verdict says why not.
func (e *entry) unnamed(u user, sigs estate.Signals) (estate.Verdict, bool) {
	for _, s := range sigs {
		if s.Quality.Broken() {
			v := unreadable(e.rule("unseen"), s)
			v.Why = fmt.Sprintf("not every %s could be seen: %s", s.Part, s.Note)
			return v, false
		}
	}
	if s, asked := sigs.Find(signalNamed, string(u.kind)); !asked || s.Quality != estate.Absent {
		return estate.Verdict{State: estate.Unknown, Rule: e.rule("unasked"), Why: fmt.Sprintf("no %s was looked for", u.kind), Remedy: "scan again"}, false
	}
	return estate.Verdict{}, true
}

// orphaned is the verdict on an entry which nobody uses at this instant. How long that has been so, nothing tells, so that its age is
// all that speaks for idleness.
func (e *entry) orphaned(r estate.Resource, c estate.Criteria, why, ask string) estate.Verdict {
	since := later(r.Created, r.Modified)
	switch {
	case since.IsZero():
		return estate.Verdict{State: estate.Unknown, Rule: e.rule("ageless"), Why: why + ", but its age is not known"}
	case c.Now.Sub(since) < c.IdleFor:
		return estate.Verdict{State: estate.Unknown, Rule: e.rule("too-young"),
			Why: fmt.Sprintf("%s, but it was made or changed %s ago, which is less than the limit of %s", why, ago(c.Now, since), span(c.IdleFor))}
	}
	why = fmt.Sprintf("%s now, and it has not been changed for %s", why, ago(c.Now, since))
	return estate.Verdict{State: estate.Idle, Confidence: estate.Low, Since: since, Rule: e.rule("orphaned"), Why: why, Remedy: ask,
		Conditions: []estate.Condition{{Type: estate.Orphaned, Why: why, Remedy: ask}}}
}
