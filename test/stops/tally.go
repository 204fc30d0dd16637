package stops

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A row counts what became of attempts to stop something.
type row struct {
	// attempts are the last looks, refused those after which nothing was stopped.
	attempts, refused int
	// right are the stops of what nobody had used, blind those of what somebody had used unseen: nothing that can be read had told of it when the last
	// look began. False are those of what could have been seen. Busy are the blind and false ones that somebody was using at that moment.
	right, blind, false, busy int
	// window is the longest time from the beginning of unseen use to the stop.
	window time.Duration
}

func (r *row) add(o row) {
	r.attempts, r.refused, r.right, r.blind, r.false, r.busy = r.attempts+o.attempts, r.refused+o.refused, r.right+o.right, r.blind+o.blind, r.false+o.false, r.busy+o.busy
	r.window = max(r.window, o.window)
}

// by is what a row is about.
type by struct {
	witness string
	trick   trick
	lead    time.Duration
}

// A tally is what happened in some time, by the truth.
type tally struct {
	// began is when the policies first ran.
	began time.Time
	// hours are those of things that ran, told those of which something told from inside or by their calls, idle those of idleness beyond the limit.
	hours, told, idle map[estate.Kind]time.Duration
	rows              map[by]*row
	// delays are how long after it had been idle for its limit each was stopped that was rightly stopped.
	delays map[estate.Kind][]time.Duration
	// missed are those that went on idle for long, by why.
	missed map[estate.Kind]map[string]int
	faults []string
}

func newTally(began time.Time) *tally {
	return &tally{began: began, hours: map[estate.Kind]time.Duration{}, told: map[estate.Kind]time.Duration{}, idle: map[estate.Kind]time.Duration{},
		rows: map[by]*row{}, delays: map[estate.Kind][]time.Duration{}, missed: map[estate.Kind]map[string]int{}}
}

// buckets are the leads that are counted together: up to each.
var buckets = []time.Duration{0, time.Minute, 2 * time.Minute, 3 * time.Minute, 4 * time.Minute, 5 * time.Minute, 6 * time.Minute, 8 * time.Minute, time.Hour}

// bucket is the one that a lead is counted in.
func bucket(lead time.Duration) time.Duration {
	i, _ := slices.BinarySearch(buckets, lead)
	return buckets[i]
}

// row is that of an attempt.
func (t *tally) row(s *attempt) *row {
	key := by{s.witness, s.trick, bucket(s.lead)}
	if t.rows[key] == nil {
		t.rows[key] = &row{}
	}
	return t.rows[key]
}

// attempt counts one that is over.
func (t *tally) attempt(s *attempt) {
	if s.goesOn && !s.done {
		return
	}
	r := t.row(s)
	r.attempts++
	if !s.done {
		r.refused++
	}
}

// stop counts a stop. It is right where nobody had used the thing since its finding was made, nor within the policy's limit.
func (t *tally) stop(s *attempt, found time.Time, limit time.Duration, at time.Time) {
	r, used := t.row(s), s.used(at)
	bound := world.Earlier(found, at.Add(-limit))
	switch {
	case limit == 0 || s.said == nil:
		r.false++
		t.faults = append(t.faults, fmt.Sprintf("%s: %s was stopped, of which nothing tells", at.Format(time.RFC3339), s.arn))
	case !used.After(bound):
		r.right++
		t.delays[s.kind] = append(t.delays[s.kind], at.Sub(world.Later(used.Add(limit), t.began)))
		return
	case s.said(s.looked).After(bound):
		r.false++
		t.faults = append(t.faults, fmt.Sprintf("%s: %s was stopped though used at %s, which could be seen when it was looked at %s; found %s; %s %s", at.Format(time.RFC3339), s.arn,
			used.Format(time.RFC3339), s.looked.Format(time.RFC3339), found.Format(time.RFC3339), s.trick, s.lead))
	default:
		r.blind++
		if since, ok := s.returns(bound, at); ok {
			r.window = max(r.window, at.Sub(since))
		}
	}
	if s.busy(at) {
		r.busy++
	}
}

// long is how long beyond the limit something idle may go on before it is missed.
var long = map[estate.Kind]time.Duration{"studio-app": 24 * time.Hour, "notebook-instance": 24 * time.Hour, "endpoint": 15 * 24 * time.Hour}

// idleAfter are the shortest limits of the packs by family.
var idleAfter = map[estate.Kind]time.Duration{"studio-app": 2 * time.Hour, "notebook-instance": 2 * time.Hour, "endpoint": 14 * 24 * time.Hour}

// hour counts what a scan saw of a thing, for the time until the next.
func (t *tally) hour(th *thing, o *estate.Observation, at time.Time, every time.Duration) {
	free := len(o.Resource.Meters) == 1 && o.Resource.Meters[0].Free != ""
	if o.Resource.Status != "InService" || free {
		return
	}
	t.hours[th.kind] += every
	if th.witness != "" {
		t.told[th.kind] += every
	}
	over := at.Sub(th.used(at)) - idleAfter[th.kind]
	if over > 0 {
		t.idle[th.kind] += every
	}
	if over < long[th.kind] {
		t.miss(th)
		return
	}
	th.missed = why(o)
}

// miss counts a thing that went on idle for long, where it did.
func (t *tally) miss(th *thing) {
	if th.missed == "" {
		return
	}
	if t.missed[th.kind] == nil {
		t.missed[th.kind] = map[string]int{}
	}
	t.missed[th.kind][th.missed]++
	th.missed = ""
}

// close ends the count.
func (t *tally) close(all map[string]*thing) {
	for _, th := range all {
		t.miss(th)
	}
}

// why is what kept something idle from being stopped, by its verdict.
func why(o *estate.Observation) string {
	switch v := o.Verdict; {
	case v.State == estate.Unknown:
		return "nobody can say whether it is used: " + v.Rule
	case v.State == estate.Active:
		return "it looks used: " + v.Rule
	case v.Confidence != estate.High:
		return "its idleness is not sure: " + v.Rule
	case o.Resource.Tags["keep-until"] != "" || o.Resource.Tags["sagewarden:keep-until"] != "":
		return "a tag keeps it"
	}
	return "a notice, an approval or a cap was waited for"
}

// join adds another tally.
func (t *tally) join(o *tally) {
	for to, from := range map[*map[estate.Kind]time.Duration]map[estate.Kind]time.Duration{&t.hours: o.hours, &t.told: o.told, &t.idle: o.idle} {
		for k, d := range from {
			(*to)[k] += d
		}
	}
	for k, r := range o.rows {
		if t.rows[k] == nil {
			t.rows[k] = &row{}
		}
		t.rows[k].add(*r)
	}
	for k, ds := range o.delays {
		t.delays[k] = append(t.delays[k], ds...)
	}
	for k, whys := range o.missed {
		if t.missed[k] == nil {
			t.missed[k] = map[string]int{}
		}
		for w, n := range whys {
			t.missed[k][w] += n
		}
	}
	t.faults = append(t.faults, o.faults...)
}

// sum adds up rows.
func (t *tally) sum(of func(by) bool) (all row) {
	for k, r := range t.rows {
		if of(k) {
			all.add(*r)
		}
	}
	return all
}

// String is the tally as tables.
func (t *tally) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(label string, cells ...any) {
		fmt.Fprint(w, label)
		for _, c := range cells {
			fmt.Fprintf(w, "\t%v", c)
		}
		fmt.Fprintln(w, "\t")
	}
	ks := slices.Sorted(maps.Keys(t.hours))
	line("HOURS THAT RAN", "all", "something sure tells of use", "idle beyond the limit")
	for _, k := range ks {
		line(string(k), int(t.hours[k].Hours()), int(t.told[k].Hours()), int(t.idle[k].Hours()))
	}
	counts := func(label string, r row) {
		line(label, r.attempts, r.refused, r.right, r.blind, r.false, r.busy, r.window.Round(time.Second))
	}
	head := func(label string) {
		line(label, "last looks", "refused", "right", "blind", "FALSE", "in use then", "window")
	}
	line("")
	head("BY WHAT TELLS OF USE")
	witnesses := map[string]bool{}
	tricks := map[[2]any]bool{}
	for k := range t.rows {
		witnesses[k.witness], tricks[[2]any{k.trick, k.lead}] = true, true
	}
	for _, name := range slices.Sorted(maps.Keys(witnesses)) {
		counts(cmp.Or(name, "nothing"), t.sum(func(k by) bool { return k.witness == name }))
	}
	counts("all", t.sum(func(by) bool { return true }))
	line("")
	head("BY WHEN SOMEBODY COMES BACK")
	order := []trick{nobody, already, between, second, retried, middle}
	for _, k := range slices.SortedFunc(maps.Keys(tricks), func(a, b [2]any) int {
		return cmp.Or(slices.Index(order, a[0].(trick))-slices.Index(order, b[0].(trick)), cmp.Compare(a[1].(time.Duration), b[1].(time.Duration)))
	}) {
		label := string(k[0].(trick))
		if k[0] == between {
			i := slices.Index(buckets, k[1].(time.Duration))
			label = fmt.Sprintf("%s to %s before the last look", short(buckets[max(i-1, 0)]), short(buckets[i]))
		}
		counts(label, t.sum(func(key by) bool { return key.trick == k[0] && key.lead == k[1] }))
	}
	line("")
	line("HOURS FROM THE LIMIT TO THE STOP", "stops", "mean", "p50", "p99")
	for _, k := range ks {
		ds := slices.Sorted(slices.Values(t.delays[k]))
		if len(ds) == 0 {
			continue
		}
		var sum time.Duration
		for _, d := range ds {
			sum += d
		}
		line(string(k), len(ds), hours(sum/time.Duration(len(ds))), hours(ds[len(ds)/2]), hours(ds[len(ds)*99/100]))
	}
	line("")
	line("IDLE FOR LONG, AND NOT STOPPED", "times")
	for _, k := range ks {
		for _, why := range slices.Sorted(maps.Keys(t.missed[k])) {
			line(string(k)+": "+why, t.missed[k][why])
		}
	}
	_ = w.Flush()
	return b.String()
}

func short(d time.Duration) string { return fmt.Sprintf("%dm", int(d.Minutes())) }

func hours(d time.Duration) string { return fmt.Sprintf("%.1f", d.Hours()) }
