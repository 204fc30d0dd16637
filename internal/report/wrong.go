package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Wrong reports whether something is wrong with the resource, whatever its use: it or a part of it has a condition that is
// more than being an orphan which bills nothing.
func Wrong(ob *estate.Observation) bool {
	found := func(part string, cs []estate.Condition) bool {
		return slices.ContainsFunc(cs, func(c estate.Condition) bool { return c.Type != estate.Orphaned || !bill(ob.Resource, part).isZero() })
	}
	return found("", ob.Verdict.Conditions) || slices.ContainsFunc(ob.Verdict.Parts, func(p estate.PartVerdict) bool { return found(p.Part, p.Conditions) })
}

// conditions are those of the whole and of its parts.
func conditions(v estate.Verdict) []estate.Condition {
	all := slices.Clone(v.Conditions)
	for _, p := range v.Parts {
		for _, c := range p.Conditions {
			c.Why = p.Part + ": " + c.Why
			all = append(all, c)
		}
	}
	return all
}

// wrongRow is the row of a resource with conditions. It costs what it bills now.
func wrongRow(ob *estate.Observation, at time.Time) row {
	r := rowOf(ob, at)
	r.Hourly = bill(ob.Resource, "")
	r.PriceKnown = r.Hourly.known
	return r
}

// A wrong sums up what has conditions. Its JSON names are published.
type wrong struct {
	Resources int  `json:"resources"`
	Hourly    cost `json:"hourly"`
	// IdleHourly is what of Hourly is counted as idle, too.
	IdleHourly cost             `json:"idleHourly"`
	PriceKnown bool             `json:"priceKnown"`
	ByType     []conditionCount `json:"byType"`
}

type conditionCount struct {
	Type       estate.ConditionType `json:"type"`
	Conditions int                  `json:"conditions"`
}

// wrongs sum up what has conditions, resource by resource.
type wrongs struct {
	wrong
	charged tally
	of      map[string]bool
	counts  map[estate.ConditionType]int
}

func newWrongs() wrongs {
	return wrongs{wrong: wrong{Hourly: cost{known: true}, IdleHourly: cost{known: true}, ByType: []conditionCount{}},
		charged: tally{}, of: map[string]bool{}, counts: map[estate.ConditionType]int{}}
}

func (w *wrongs) add(ob *estate.Observation) {
	if !Wrong(ob) {
		return
	}
	bill, _ := w.charged.bill(ob.Resource)
	w.Resources, w.Hourly, w.of[ob.Resource.ARN] = w.Resources+1, w.Hourly.plus(bill), true
	for _, c := range conditions(ob.Verdict) {
		w.counts[c.Type]++
	}
}

// beside is the sum, beside the rows of what is idle.
func (w wrongs) beside(idle []row) wrong {
	sum := w.wrong
	for _, r := range idle {
		if w.of[r.ARN] {
			sum.IdleHourly = sum.IdleHourly.plus(r.Hourly)
		}
	}
	for typ, n := range w.counts {
		sum.ByType = append(sum.ByType, conditionCount{typ, n})
	}
	slices.SortFunc(sum.ByType, func(a, b conditionCount) int {
		return cmp.Or(b.Conditions-a.Conditions, strings.Compare(string(a.Type), string(b.Type)))
	})
	sum.PriceKnown = sum.Hourly.known
	return sum
}

// String counts them, and says how far their bill and that of what is idle are the same.
func (w wrong) String() string {
	text := count(w.Resources, "resource") + billing(w.Hourly)
	switch idle := w.IdleHourly; {
	case idle.isZero():
	case idle.blank():
		text += ", some of it counted as idle, too"
	case w.Hourly.known && idle.amount.Equal(w.Hourly.amount):
		text += ", all of it counted as idle, too"
	default:
		text += ", of which " + idle.total() + "/h is counted as idle, too"
	}
	return text
}

// wrongSection lists the conditions, a line each.
func (d digest) wrongSection(o Options) section {
	if len(d.wrong) == 0 {
		return section{}
	}
	g := &grid{columns: []column{resourceColumn, {head: "CONDITION"}, kindColumn, placeColumn, ownerColumn, {head: "SINCE", right: true, shed: 5}, hourlyColumn}}
	shown := first(d.wrong, o.Top)
	var rows []row
	for _, r := range shown {
		for _, c := range r.Conditions {
			r.Why, r.Remedy, r.Note = c.Why, "", ""
			if o.roomy() {
				r.Remedy = c.Remedy
			}
			rows = append(rows, r)
			name := identity(r)
			g.rows = append(g.rows, slices.Concat(name[:1], []cell{{strings.ToLower(string(c.Type)), bad}}, name[1:],
				[]cell{{ago(d.snapshot.At, c.Since), plain}, money(r.Hourly.rate())}))
		}
	}
	d.prose(g, rows, o)
	part := section{title: "Broken, stuck or orphaned: " + d.summary.Wrong.String(), grid: g}
	if rest := len(d.wrong) - len(shown); rest > 0 {
		part.remarks = []remark{{text: fmt.Sprintf("and %d more", rest)}}
	}
	return part
}
