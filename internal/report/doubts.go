package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// What is left open is told in lines that a person reads to the end: so many kinds, so many reasons for each, so many names in a line.
const (
	kindsTold   = 8
	reasonsTold = 2
	namesTold   = 6
)

// notJudged says what the verdicts leave open, a line for each kind with its most frequent reasons.
func (d digest) notJudged(all bool) []remark {
	n := d.summary.NotJudged
	if n.Resources == 0 {
		return nil
	}
	text := "not judged: " + count(n.Resources, "resource") + billing(n.Hourly)
	if !all {
		text += ": see --all"
	}
	out := []remark{{text: text, tone: doubtful}}
	kinds := d.doubts
	for i, k := range kinds {
		if i == kindsTold && len(kinds) > kindsTold+1 {
			rest, bill := 0, cost{known: true}
			for _, k := range kinds[i:] {
				rest, bill = rest+k.resources, bill.plus(k.hourly)
			}
			return append(out, remark{text: fmt.Sprintf("%s of %d other kinds%s", count(rest, "resource"), len(kinds)-i, billing(bill)), level: 1})
		}
		out = append(out, remark{text: fmt.Sprintf("%s%s: %s", count(k.resources, noun(k.kind)), billing(k.hourly), k.why()), level: 1})
	}
	return out
}

// billing is what a count of resources bills, where that is something.
func billing(c cost) string {
	switch {
	case c.blank():
		return " of unknown price"
	case c.moot, c.isZero():
		return ""
	}
	return ", " + c.total() + "/h"
}

// A doubt is what was not judged of one kind.
type doubt struct {
	kind      estate.Kind
	resources int
	hourly    cost
	reasons   []reason
}

// A reason is a rule that left resources not judged, in the words of the first of them.
type reason struct {
	rule, why string
	resources int
	// varied says that the words of the others differ, as where they name a peer.
	varied bool
}

func (r reason) String() string {
	if r.varied {
		return "for example, " + r.why
	}
	return r.why
}

// doubts are what was not judged, gathered resource by resource.
type doubts struct {
	all     notJudged
	charged tally
	byKind  map[estate.Kind]*doubt
}

func newDoubts() doubts {
	return doubts{all: notJudged{Hourly: cost{known: true}, PriceKnown: true}, charged: tally{}, byKind: map[estate.Kind]*doubt{}}
}

func (d *doubts) add(ob *estate.Observation) {
	if judged(ob.Verdict) {
		return
	}
	k := d.byKind[ob.Resource.Kind]
	if k == nil {
		k = &doubt{kind: ob.Resource.Kind, hourly: cost{known: true}}
		d.byKind[k.kind] = k
	}
	bill, _ := d.charged.bill(rest(ob))
	d.all.Resources, d.all.Hourly = d.all.Resources+1, d.all.Hourly.plus(bill)
	d.all.PriceKnown = d.all.Hourly.known
	k.resources, k.hourly = k.resources+1, k.hourly.plus(bill)
	i := slices.IndexFunc(k.reasons, func(r reason) bool { return r.rule == ob.Verdict.Rule })
	if i < 0 {
		i, k.reasons = len(k.reasons), append(k.reasons, reason{rule: ob.Verdict.Rule, why: ob.Verdict.Why})
	}
	k.reasons[i].resources++
	k.reasons[i].varied = k.reasons[i].varied || k.reasons[i].why != ob.Verdict.Why
}

// sorted are the doubts, dearest first.
func (d doubts) sorted() []doubt {
	var out []doubt
	for _, k := range d.byKind {
		slices.SortStableFunc(k.reasons, func(a, b reason) int { return b.resources - a.resources })
		out = append(out, *k)
	}
	slices.SortFunc(out, func(a, b doubt) int {
		return cmp.Or(compareCosts(a.hourly, b.hourly), b.resources-a.resources, strings.Compare(string(a.kind), string(b.kind)))
	})
	return out
}

// why are the most frequent reasons, counted where there are several.
func (d doubt) why() string {
	if len(d.reasons) == 1 {
		return d.reasons[0].String()
	}
	var out []string
	rest := d.resources
	for _, r := range d.reasons[:reasonsTold] {
		out = append(out, fmt.Sprintf("%s (%d)", r, r.resources))
		rest -= r.resources
	}
	if rest > 0 {
		out = append(out, fmt.Sprintf("other reasons (%d)", rest))
	}
	return strings.Join(out, "; ")
}

// unpricedRemarks names the prices that are not known, a line per reason.
func unpricedRemarks(prices []unpriced) []remark {
	if len(prices) == 0 {
		return nil
	}
	out := []remark{{text: count(len(prices), "price") + " unknown, so that sums with them are lower bounds:", tone: doubtful}}
	for len(prices) > 0 {
		why := prices[0].Why
		n := 0
		var names []string
		for ; n < len(prices) && prices[n].Why == why; n++ {
			names = append(names, prices[n].String())
		}
		line := some(names, namesTold, ", ")
		if why != "" {
			line += ": " + why
		}
		out, prices = append(out, remark{text: line, level: 1}), prices[n:]
	}
	return out
}
