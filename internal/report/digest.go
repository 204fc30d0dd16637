package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A digest is what every form of a scan is printed from.
type digest struct {
	snapshot *estate.Snapshot
	// idle are the rows that cost something, or of which nobody knows what they cost; free are idle, too, and bill nothing.
	idle, free, active, unknown []row
	// wrong are the resources with conditions, whatever the verdict.
	wrong   []row
	summary summary
	// doubts are what was not judged, dearest kind first.
	doubts []doubt
}

// A summary is the scan in numbers. Its JSON names are published.
type summary struct {
	Targets   int `json:"targets"`
	Resources int `json:"resources"`
	// Idle counts rows: idle resources, and idle parts of resources in use. Those that bill nothing are in Free alone.
	Idle   int  `json:"idle"`
	Free   free `json:"free"`
	Active int  `json:"active"`
	// Wrong is what the resources with conditions bill, idle or not.
	Wrong wrong `json:"wrong"`
	// NotJudged is what the resources of unknown verdict bill, but for their idle parts; an instance that several share is counted once.
	NotJudged     notJudged  `json:"notJudged"`
	Total         total      `json:"total"`
	ByAccount     []total    `json:"byAccount"`
	ByKind        []total    `json:"byKind"`
	UnknownPrices []unpriced `json:"unknownPrices"`
}

type notJudged struct {
	Resources  int  `json:"resources"`
	Hourly     cost `json:"hourly"`
	PriceKnown bool `json:"priceKnown"`
}

// A total sums idle rows. Its figures are lower bounds unless PriceKnown, and null where nothing is known. Monthly leaves out what ends
// by itself, which Ends counts.
type total struct {
	// Name is the account's id or the kind; empty on the sum of all.
	Name string `json:"name,omitempty"`
	// Label is the account's name, where it has one.
	Label      string `json:"label,omitempty"`
	Idle       int    `json:"idle"`
	Hourly     cost   `json:"hourly"`
	Monthly    cost   `json:"monthly"`
	Ends       int    `json:"ends,omitempty"`
	Wasted     cost   `json:"wasted"`
	PriceKnown bool   `json:"priceKnown"`
}

// An unpriced is a price that the price list did not tell, and how many resources wait for it.
type unpriced struct {
	Component    string `json:"component"`
	InstanceType string `json:"instanceType,omitempty"`
	Region       string `json:"region"`
	Why          string `json:"why,omitempty"`
	Resources    int    `json:"resources"`
}

// newDigest makes the rows of what costs something or is wrong, and of the rest where all is to be shown.
func newDigest(s *estate.Snapshot, all bool) digest {
	d, t := digest{snapshot: s}, tally{}
	free, active, resources := map[estate.Kind]int{}, 0, 0
	wrongs, doubts, unpriced := newWrongs(), newDoubts(), unknownPrices{}
	sort := func(r row, ob *estate.Observation) {
		switch {
		case !r.Hourly.isZero() || !r.wasted().isZero() || !bill(ob.Resource, r.Part).isZero():
			d.idle = append(d.idle, r)
			return
		case all || Wrong(ob):
			d.free = append(d.free, r)
		}
		free[r.Kind]++
	}
	for ob := range s.All() { // once: it is work where they are packed
		resources++
		wrongs.add(ob)
		doubts.add(ob)
		unpriced.add(ob)
		if Wrong(ob) {
			d.wrong = append(d.wrong, wrongRow(ob, s.At))
		}
		if ob.Verdict.State == estate.Active {
			active++
		}
		for _, r := range partRows(ob, s.At) {
			sort(r, ob)
		}
		switch state := ob.Verdict.State; {
		case state == estate.Idle:
			sort(rowOf(ob, s.At), ob)
		case !all && !Wrong(ob) && !shares(ob.Resource): // of what shares a bill, one is charged with it
		case state == estate.Active:
			d.active = append(d.active, restRow(ob, t, s.At))
		default:
			// A state that this version does not know is not judged.
			d.unknown = append(d.unknown, restRow(ob, t, s.At))
		}
	}
	for _, rows := range [][]row{d.idle, d.free, d.wrong, d.active, d.unknown} {
		tellApart(rows)
		slices.SortFunc(rows, compareRows)
	}
	d.doubts = doubts.sorted()
	d.summary = summary{
		Targets:       len(s.Targets),
		Resources:     resources,
		Idle:          len(d.idle),
		Free:          freeOf(free),
		Active:        active,
		Wrong:         wrongs.beside(d.idle),
		NotJudged:     doubts.all,
		Total:         sum("", "", d.idle),
		ByAccount:     totals(d.idle, func(r row) (string, string) { return r.Account, r.AccountName }),
		ByKind:        totals(d.idle, func(r row) (string, string) { return string(r.Kind), "" }),
		UnknownPrices: unpriced.sorted(),
	}
	return d
}

// tellApart adds the domain to the labels that two domains of one target have in common.
func tellApart(rows []row) {
	faces := make([]face, len(rows))
	for i, r := range rows {
		faces[i] = face{r.Label, r.Account, r.Region, r.Domain, r.Type, r.Kind}
	}
	for i, label := range labels(faces) {
		rows[i].Label = label
	}
}

// A face is what a table shows of a resource, and the domain, which it does not.
type face struct {
	label, account, region, domain, typ string
	kind                                estate.Kind
}

// labels are the faces' own, with the domain where another has the same face.
func labels(faces []face) []string {
	shown := func(f face) face {
		f.domain = ""
		return f
	}
	seen := map[face]int{}
	for _, f := range faces {
		seen[shown(f)]++
	}
	out := make([]string, len(faces))
	for i, f := range faces {
		if out[i] = f.label; f.domain != "" && seen[shown(f)] > 1 {
			out[i] += " (" + f.domain + ")"
		}
	}
	return out
}

// rows are the rows that the options ask for, each resource or part once.
func (d digest) rows(all bool) []row {
	if all {
		return slices.Concat(d.idle, d.free, d.active, d.unknown)
	}
	wrong := map[string]bool{}
	for _, r := range d.wrong {
		wrong[r.ARN] = true
	}
	others := slices.DeleteFunc(slices.Concat(d.free, d.active, d.unknown), func(r row) bool { return r.Part != "" || !wrong[r.ARN] })
	slices.SortFunc(others, compareRows)
	return slices.Concat(d.idle, others)
}

func sum(name, label string, rows []row) total {
	none := moot
	if len(rows) == 0 {
		none = cost{known: true}
	}
	t := total{Name: name, Label: label, Idle: len(rows), Hourly: none, Monthly: none, Wasted: none}
	for _, r := range rows {
		t.Hourly, t.Wasted = t.Hourly.plus(r.Hourly), t.Wasted.plus(r.wasted())
		if r.Ends {
			t.Ends++
		} else {
			t.Monthly = t.Monthly.plus(r.Hourly.monthly())
		}
	}
	t.PriceKnown = t.Hourly.known
	return t
}

// totals groups the rows, dearest group first.
func totals(rows []row, by func(row) (name, label string)) []total {
	groups := map[string][]row{}
	labels := map[string]string{}
	for _, r := range rows {
		name, label := by(r)
		groups[name] = append(groups[name], r)
		labels[name] = cmp.Or(labels[name], label)
	}
	out := make([]total, 0, len(groups))
	for name, rows := range groups {
		out = append(out, sum(name, labels[name], rows))
	}
	slices.SortFunc(out, func(a, b total) int {
		return cmp.Or(b.Hourly.amount.Cmp(a.Hourly.amount), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// title is how people know the group.
func (t total) title() string {
	if t.Label == "" {
		return t.Name
	}
	return fmt.Sprintf("%s (%s)", t.Label, t.Name)
}

func judged(v estate.Verdict) bool { return v.State == estate.Idle || v.State == estate.Active }

// unknownPrices count the resources behind each price that is not known, idle or not.
type unknownPrices map[unpriced]int

func (counts unknownPrices) add(ob *estate.Observation) {
	own := map[unpriced]bool{}
	for _, m := range ob.Resource.Meters {
		if _, known := m.Hourly(); !known {
			own[unpriced{Component: m.Component, InstanceType: m.InstanceType, Region: ob.Resource.Target.Region, Why: m.Rate.Why}] = true
		}
	}
	for u := range own {
		counts[u]++
	}
}

func (counts unknownPrices) sorted() []unpriced {
	out := make([]unpriced, 0, len(counts))
	for u, n := range counts {
		u.Resources = n
		out = append(out, u)
	}
	slices.SortFunc(out, func(a, b unpriced) int {
		return cmp.Or(cmp.Compare(a.Why, b.Why), cmp.Compare(a.Component, b.Component),
			cmp.Compare(a.InstanceType, b.InstanceType), cmp.Compare(a.Region, b.Region))
	})
	return out
}

// String names the price, and how many resources wait for it.
func (u unpriced) String() string {
	name := u.Component
	if u.InstanceType != "" {
		name += " " + u.InstanceType
	}
	name += " in " + u.Region
	if u.Resources > 1 {
		name += fmt.Sprintf(" (%d resources)", u.Resources)
	}
	return name
}
