package wire

import (
	"reflect"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A listing is what a call wants to be told of a family's records, whatever its operation calls that.
type listing struct {
	family world.Family
	// names has the filters by name and by time.
	names sieve
	// status and parent are empty where any will do.
	status, parent string
	// only is what else a record must be; nil lets all pass.
	only func(*world.Record) bool
	// conditions are asked of a record's faces, the first of which is shown.
	conditions []condition
	// either is set where one condition is enough.
	either bool
	faces  func(*world.Record) []reflect.Value
	order  order
	limit  *int32
	token  *string
}

// An order is the sorting of a listing.
type order struct {
	// by is the API's word for the key. The words differ between families, and mean name, status, or one of two instants.
	by         string
	descending bool
}

func (o order) key(r *world.Record, t time.Time) string {
	name, by := called(r.Parent, r.Name), strings.ToLower(o.by)
	switch {
	case strings.Contains(by, "modified"):
		return byTime(r.ModifiedAt(t), name)
	case strings.Contains(by, "status"):
		return r.StatusAt(t) + " " + name
	case strings.Contains(by, "name"), strings.Contains(by, "arn"):
		return name
	}
	return byTime(r.Created, name)
}

// page is a page of the listing, each record as it is shown, and the token of the next one.
func (v *view) page(l listing) (shown []reflect.Value, next *string, err error) {
	// ListTrainingJobs is documented to take a page of jobs of any status first, and then to pick those of StatusEquals.
	picked := ""
	if v.operation == "sagemaker:ListTrainingJobs" && l.limit != nil {
		picked, l.status = l.status, ""
	}
	named := v.families[l.family]
	all := named.list(v.now, func(r *world.Record, _ world.Life) bool { return v.wants(l, r) })
	// A token of another query is reported by listPage.
	after, _ := v.cursor(l.token)
	for _, h := range v.histories[l.family] {
		all = append(all, v.recall(h, l, after)...)
	}
	cut, next, err := listPage(v, all, func(r *world.Record) string { return l.order.key(r, v.now) }, l.order.descending, l.limit, l.token)
	for _, r := range cut {
		if is(picked, r.StatusAt(v.now)) {
			shown = append(shown, l.faces(r)[0])
		}
	}
	return shown, next, err
}

// wants reports whether the record passes all filters. What has to be described for it comes last.
func (v *view) wants(l listing, r *world.Record) bool {
	if !is(l.status, r.StatusAt(v.now)) || !is(l.parent, r.Parent) || l.only != nil && !l.only(r) ||
		!l.names.lets(r.Name, world.Life{Created: r.Created, Modified: r.ModifiedAt(v.now)}) {
		return false
	}
	if len(l.conditions) == 0 {
		return true
	}
	faces := l.faces(r)
	return slices.ContainsFunc(l.conditions, func(c condition) bool { return c.met(faces) == l.either }) == l.either
}

// passesOver reports whether a condition rules out every job of a history: what its jobs have in common or what their age
// makes of them holds of the oldest or of the newest, if of any. Only their names are different all the way.
func (l listing) passesOver(oldest, newest *world.Record) bool {
	if len(l.conditions) == 0 {
		return false
	}
	name := []string{l.family.Stem() + "Name", l.family.Stem() + "Arn"}
	old, young := l.faces(oldest), l.faces(newest)
	fails := func(c condition) bool { return !slices.Contains(name, c.members[0]) && !c.met(old) && !c.met(young) }
	if l.either {
		return !slices.ContainsFunc(l.conditions, func(c condition) bool { return !fails(c) })
	}
	return slices.ContainsFunc(l.conditions, fails)
}

// largestPage is the most that any listing may ask for.
const largestPage = 100

// recall is as much of a history as a page may need: the first of its jobs after the cursor that the listing wants. Every
// order of a history is that of its numbers, so what lies outside the filters by status and time is never looked at.
func (v *view) recall(h *world.History, l listing, after string) []*world.Record {
	from, to := 0, h.Over(v.now)
	if from == to || !is(l.status, h.Record(0).StatusAt(v.now)) || l.passesOver(h.Record(0), h.Record(to-1)) {
		return nil
	}
	first := func(reached func(*world.Record) bool) int {
		return sort.Search(h.Count, func(i int) bool { return reached(h.Record(i)) })
	}
	if t := l.names.createdAfter; t != nil {
		from = max(from, first(func(r *world.Record) bool { return r.Created.After(*t) }))
	}
	if t := l.names.createdBefore; t != nil {
		to = min(to, first(func(r *world.Record) bool { return !r.Created.Before(*t) }))
	}
	if t := l.names.modifiedAfter; t != nil {
		from = max(from, first(func(r *world.Record) bool { return r.Ended.After(*t) }))
	}
	if t := l.names.modifiedBefore; t != nil {
		to = min(to, first(func(r *world.Record) bool { return !r.Ended.Before(*t) }))
	}
	switch {
	case after == "":
	case l.order.descending:
		to = min(to, first(func(r *world.Record) bool { return l.order.key(r, v.now) >= after }))
	default:
		from = max(from, first(func(r *world.Record) bool { return l.order.key(r, v.now) > after }))
	}
	var page []*world.Record
	for n := range max(to-from, 0) {
		i := from + n
		if l.order.descending {
			i = to - 1 - n
		}
		if r := h.Record(i); v.wants(l, r) {
			page = append(page, r)
		}
		// One more than a page shows that there is a next one.
		if len(page) > largestPage {
			break
		}
	}
	return page
}
