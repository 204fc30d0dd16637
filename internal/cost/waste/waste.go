package waste

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/cost/showback"
	"github.com/sagewarden/sagewarden/internal/report"
)

// Groups are what waste is told by, the default first.
func Groups() []string {
	return []string{"resource", "owner", Team, "user", "account", "kind", "component"}
}

// Team is the group by who is charged. It takes the relation allocations.
const Team = "team"

// A Question is whose waste is asked for, by what.
type Question struct {
	Period showback.Period
	Cost   showback.Cost
	Where  []showback.Filter
	// By is one of Groups.
	By string
	// Top keeps to so many of the most wasteful, and adds up the others; zero is all.
	Top int
}

// sums are dollars, or what else the currency is. Paid is Most, Used and Unknown together.
type sums struct{ paid, least, most, used, unknown decimal.Decimal }

func (s sums) plus(o sums) sums {
	return sums{s.paid.Add(o.paid), s.least.Add(o.least), s.most.Add(o.most), s.used.Add(o.used), s.unknown.Add(o.unknown)}
}

// A Bill is a period's, parted by use.
type Bill struct {
	question Question
	evidence *Evidence
	rows     []row
	// all is the sum of rows by currency, beside what can be neither idle nor in use, such as taxes.
	all, beside map[string]sums
}

// A row is of a resource or of whatever else waste is told by.
type row struct {
	key, owner, kind, currency string
	others                     int
	sums
}

// Of parts a period's bill by what the evidence says.
func Of(ctx context.Context, db Engine, e *Evidence, q Question) (*Bill, error) {
	if err := e.load(ctx, db); err != nil {
		return nil, err
	}
	b := &Bill{question: q, evidence: e, all: map[string]sums{}, beside: map[string]sums{}}
	rows := map[[2]string]*row{}
	for p, err := range pieces(ctx, db, join(q)) {
		if err != nil {
			return nil, err
		}
		least, most, used := p.bounds()
		s := sums{p.cost, least, most, used, p.cost.Sub(most).Sub(used)}
		if p.class != compute && p.class != storage || p.resource == "" {
			b.beside[p.currency] = b.beside[p.currency].plus(s)
			continue
		}
		b.all[p.currency] = b.all[p.currency].plus(s)
		key := [2]string{b.key(p), p.currency}
		r, ok := rows[key]
		if !ok {
			r = &row{key: key[0], currency: p.currency, owner: cmp.Or(e.owners[p.resource], p.user), kind: p.kind}
			rows[key] = r
		}
		r.sums = r.plus(s)
	}
	b.rows = slices.SortedFunc(func(yield func(row) bool) {
		for _, r := range rows {
			if !yield(*r) {
				return
			}
		}
	}, func(x, y row) int {
		return cmp.Or(cmp.Compare(x.currency, y.currency), y.least.Cmp(x.least), y.most.Cmp(x.most), y.paid.Cmp(x.paid), cmp.Compare(x.key, y.key))
	})
	b.top(q.Top)
	return b, nil
}

// key is what a piece is told by.
func (b *Bill) key(p piece) string {
	switch b.question.By {
	case "owner":
		return cmp.Or(b.evidence.owners[p.resource], p.user)
	case Team:
		return p.team
	case "user":
		return p.user
	case "account":
		return p.account
	case "kind":
		return p.kind
	case "component":
		return p.component
	}
	return p.resource
}

// top keeps the first rows of each currency, and adds up the others.
func (b *Bill) top(n int) {
	if n == 0 {
		return
	}
	var kept []row
	seen := map[string]int{}
	for _, r := range b.rows {
		if seen[r.currency]++; seen[r.currency] <= n {
			kept = append(kept, r)
			continue
		}
		if last := len(kept) - 1; kept[last].others > 0 && kept[last].currency == r.currency {
			kept[last].others++
			kept[last].sums = kept[last].plus(r.sums)
			continue
		}
		kept = append(kept, row{currency: r.currency, others: 1, sums: r.sums})
	}
	b.rows = kept
}

// Data is the table.
func (b *Bill) Data() report.Data {
	byResource := b.question.By == "resource"
	columns := []report.DataColumn{{Name: b.question.By, Head: strings.ToUpper(b.question.By), None: "(none)"}}
	if byResource {
		columns = append(columns, report.DataColumn{Name: "owner", Head: "OWNER"}, report.DataColumn{Name: "kind", Head: "KIND"})
	}
	columns = append(columns, report.DataColumn{Name: "currency", Quiet: true})
	for _, c := range [][2]string{{"paid", "PAID"}, {"idle_least", "IDLE AT LEAST"}, {"idle_most", "IDLE AT MOST"}, {"used", "IN USE"}, {"unknown", "NOT KNOWN"}} {
		columns = append(columns, report.DataColumn{Name: c[0], Head: c[1], Type: report.Amount})
	}
	values := func(r row) []any {
		name := text(r.key)
		if r.others > 0 {
			name = fmt.Sprintf("(%d others)", r.others)
		}
		values := []any{name}
		if byResource {
			values = append(values, text(r.owner), text(r.kind))
		}
		values = append(values, r.currency)
		for _, v := range []decimal.Decimal{r.paid, r.least, r.most, r.used, r.unknown} {
			values = append(values, report.Money{Value: v, Currency: r.currency})
		}
		return values
	}
	return report.Data{
		Name: "cost.waste", Title: b.Title(), Columns: columns,
		Rows: func(yield func([]any, error) bool) {
			for _, r := range b.rows {
				if !yield(values(r), nil) {
					return
				}
			}
		},
		Total: func() []any {
			if len(b.all) != 1 {
				return nil
			}
			for currency, s := range b.all {
				return values(row{key: "total", currency: currency, sums: s})
			}
			return nil
		},
		Notes: b.notes,
		About: map[string]string{"period": b.question.Period.String(), "cost": b.question.Cost.String(), "by": b.question.By,
			"evidenceFrom": stamp(b.evidence.From), "evidenceTo": stamp(b.evidence.To)},
	}
}

// Title is the answer in a line.
func (b *Bill) Title() string {
	var parts []string
	for _, currency := range b.currencies() {
		s := b.all[currency]
		print := func(v decimal.Decimal) string { return report.Money{Value: v, Currency: currency}.String() }
		part := fmt.Sprintf("of %s paid, %s went to no use", print(s.paid.Add(b.beside[currency].paid)), print(s.least))
		if !s.least.Equal(s.most) {
			part = fmt.Sprintf("of %s paid, at least %s went to no use, by what was seen %s at most", print(s.paid.Add(b.beside[currency].paid)), print(s.least), print(s.most))
		}
		if !s.unknown.IsZero() {
			part += ", and of " + print(s.unknown) + " nobody knows"
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return "Nothing was paid, " + b.question.Period.String()
	}
	title := strings.Join(parts, "; ") + " (" + b.question.Period.String() + ")"
	return strings.ToUpper(title[:1]) + title[1:]
}

// Least is what surely went to no use of what the table tells under a name, in a currency.
func (b *Bill) Least(name, currency string) decimal.Decimal {
	for _, r := range b.rows {
		if r.key == name && r.currency == currency && r.others == 0 {
			return r.least
		}
	}
	return decimal.Zero
}

// Figure is the answer for a page.
func (b *Bill) Figure() (report.Figure, bool) {
	if len(b.all) != 1 {
		return report.Figure{}, false
	}
	currency := b.currencies()[0]
	s := b.all[currency]
	return report.Figure{Label: "Went to no use", Text: report.Money{Value: s.least, Currency: currency}.String(),
		Note: fmt.Sprintf("at least; %s at most by what was seen", report.Money{Value: s.most, Currency: currency})}, true
}

func (b *Bill) currencies() []string {
	all := maps.Clone(b.all)
	maps.Copy(all, b.beside)
	return slices.Sorted(maps.Keys(all))
}

func (b *Bill) notes() []string {
	notes := []string{"nothing has looked at any resource: --from names snapshots that scan --save wrote"}
	if !b.evidence.From.IsZero() {
		notes[0] = fmt.Sprintf("the evidence speaks of %s to %s; what was before, after and in between its looks is not known", report.Instant(b.evidence.From), report.Instant(b.evidence.To))
	}
	for _, currency := range b.currencies() {
		print := func(v decimal.Decimal) string { return report.Money{Value: v, Currency: currency}.String() }
		if s := b.all[currency]; !s.unknown.IsZero() {
			notes = append(notes, print(s.unknown)+" of it is not known to be idle or in use: nobody looked at the time, or the line does not tell; sagewarden cost evidence looks back")
		}
		if s := b.beside[currency]; !s.paid.IsZero() {
			notes = append(notes, print(s.paid)+" beside it is neither idle nor in use, as tax, requests, data and commitments, or is of no resource")
		}
	}
	if slices.ContainsFunc(b.rows, func(r row) bool { return !r.least.Equal(r.most) }) {
		notes = append(notes, "an idle time that begins or ends within a line of the bill makes two bounds: lines of an hour tell more than lines of a day")
	}
	return notes
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
