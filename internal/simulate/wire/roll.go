package wire

import (
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A roll holds the resources of one family in one region by name. A name may be used again after its bearer is deleted.
//
// Nothing is ever taken out or altered: a write adds what holds from an instant on, which may be yet to come. So any
// instant can be looked at, whatever was written since.
type roll[T any] struct {
	// linger is how long a deleted resource is still shown.
	linger time.Duration
	all    []*entry[T]
	named  map[string][]*entry[T]
}

type entry[T any] struct {
	name string
	// since is when the bearer became as it is: its creation, or a change.
	since time.Time
	life  world.Life
	item  T
	// written says that a call made the entry, not the description of the world.
	written bool
}

func (r *roll[T]) add(name string, life world.Life, item T) {
	r.enter(&entry[T]{name: name, since: life.Created, life: life, item: item})
}

// write makes the name's bearer from an instant on what the item says.
func (r *roll[T]) write(name string, since time.Time, life world.Life, item T) {
	r.enter(&entry[T]{name: name, since: since, life: life, item: item, written: true})
}

func (r *roll[T]) enter(e *entry[T]) {
	if r.named == nil {
		r.named = map[string][]*entry[T]{}
	}
	r.all = append(r.all, e)
	r.named[e.name] = append(r.named[e.name], e)
}

// bearer is the newest bearer of a name at the instant, nil when there is none or it went longer ago than it lingers.
// Of two that are as new, what was written later counts.
func (r *roll[T]) bearer(name string, t time.Time) *entry[T] {
	var newest *entry[T]
	for _, e := range r.named[name] {
		if !t.Before(e.since) && (newest == nil || e.since.After(newest.since) || e.written && e.since.Equal(newest.since)) {
			newest = e
		}
	}
	if newest == nil || !newest.life.Deleted.IsZero() && !t.Before(newest.life.Deleted.Add(r.linger)) {
		return nil
	}
	return newest
}

// list is what is shown at the instant and wanted.
func (r *roll[T]) list(t time.Time, want func(T, world.Life) bool) []T {
	var items []T
	for _, e := range r.all {
		if r.bearer(e.name, t) == e && want(e.item, e.life) {
			items = append(items, e.item)
		}
	}
	return items
}

// find is the bearer of a name at the instant, as a Describe call sees it.
func (r *roll[T]) find(name string, t time.Time) (item T, found bool) {
	if e := r.bearer(name, t); e != nil && !e.life.Vanishes {
		return e.item, true
	}
	return item, false
}

// stands reports whether the name has a bearer that is not deleted, and whether it ever had one.
func (r *roll[T]) stands(name string, t time.Time) (exists, known bool) {
	e := r.bearer(name, t)
	return e != nil && e.life.At(t), len(r.named[name]) > 0
}
