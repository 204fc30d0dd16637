package showback

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/report"
)

// totals are the sums of a report, a line for each currency: different ones are never added up.
type totals struct {
	query Query
	of    map[string]*line
	// missing are the months before of which there is no bill.
	missing map[string]bool
}

func newTotals(q Query) *totals { return &totals{q, map[string]*line{}, map[string]bool{}} }

func (t *totals) add(l *line) {
	s, ok := t.of[l.currency.String]
	if !ok {
		s = &line{currency: l.currency, costs: make([]sum, len(l.costs)), apart: make([]amount, len(l.apart))}
		t.of[l.currency.String] = s
	}
	s.lines.Int64 += l.lines.Int64
	for i, c := range l.costs {
		s.costs[i].amount = s.costs[i].plus(c.amount)
		s.costs[i].lines.Int64 += c.lines.Int64
	}
	for i, a := range l.apart {
		s.apart[i] = s.apart[i].plus(a)
	}
	if l.unbilled {
		s.unbilled = true
		for _, m := range t.query.before(l).Billed() {
			t.missing[m] = !slices.Contains(t.query.Held, m)
		}
	}
	s.previous = s.previous.plus(l.previous)
	s.unknownBefore.Int64 += l.unknownBefore.Int64
}

// row is the total, where there is one currency.
func (t *totals) row() []any {
	if len(t.of) != 1 {
		return nil
	}
	var row []any
	for _, l := range t.of {
		values := t.query.row(l)
		row = append(make([]any, len(t.query.By)), values...)
	}
	if len(t.query.By) > 0 {
		row[0] = "total"
	}
	return row
}

// notes say what must be known of the sums.
func (t *totals) notes() []string {
	var notes []string
	if len(t.of) > 1 {
		notes = append(notes, "charges are in several currencies, which are not added up")
	}
	var missing []string
	for _, m := range slices.Sorted(maps.Keys(t.missing)) {
		if t.missing[m] {
			missing = append(missing, m)
		}
	}
	if len(missing) > 0 {
		notes = append(notes, "nothing is compared with "+strings.Join(missing, ", ")+", of which there is no bill")
	}
	for _, currency := range slices.Sorted(maps.Keys(t.of)) {
		l := t.of[currency]
		for i, c := range t.query.Costs {
			sum, name := l.costs[i], strings.ToLower(c.head)
			total := report.Money{Value: sum.value, Currency: currency}
			if len(t.of) > 1 || !total.Cents() {
				notes = append(notes, "total "+name+": "+total.Exact())
			}
			if missing := l.lines.Int64 - sum.lines.Int64; missing > 0 {
				notes = append(notes, fmt.Sprintf("%d of %d lines have no %s cost: the sum is of the others", missing, l.lines.Int64, name))
			}
		}
	}
	return notes
}
