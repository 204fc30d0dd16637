package showback

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
)

// An Overview is what a period cost, told to people who have little time: who and what, since when, and what changed.
type Overview struct {
	Cost   Cost
	Period Period
	// History is what the trend shows, up to the end of the period.
	History Period
	Where   []Filter
	// Held are the billing periods that there are bills of; nil takes all as there.
	Held []string
	// Teams says that the relation allocations is there.
	Teams bool
	// Figures and Parts are what others have to add.
	Figures []report.Figure
	Parts   []report.Part
}

// Bills are the first and the last of the bills that it asks for.
func (o Overview) Bills() (first, last string) {
	first, last = o.Period.Bills()
	before, _ := o.Period.Before().Bills()
	if !o.History.IsZero() {
		history, _ := o.History.Bills()
		before = min(before, history)
	}
	return min(first, before), last
}

// resource is what people know a resource by.
var resource = []string{"name", "component", "account", "region"}

// The rows of an overview's tables.
const (
	overviewRows = 12
	longestDaily = 62 // days that are charted one by one
)

// Document asks for everything, and tells it.
func (o Overview) Document(ctx context.Context, db Engine) (report.Document, error) {
	whole, err := o.whole(ctx, db)
	if err != nil {
		return report.Document{}, err
	}
	doc := report.Document{Name: "cost.overview", Title: "What SageMaker cost, " + o.Period.String(), Figures: append(o.figures(whole), o.Figures...),
		Notes: append([]string{"costs are " + o.Cost.name + ": " + o.Cost.doc}, o.notes(whole)...)}
	daily := "day"
	if o.Period.to.Sub(o.Period.from).Hours() > 24*longestDaily {
		daily = "week"
	}
	parts := []func() (report.Part, error){
		func() (report.Part, error) { return o.trend(ctx, db, "By month", "month", o.History) },
		func() (report.Part, error) { return o.trend(ctx, db, "By "+daily, daily, o.Period) },
	}
	by := []struct {
		title      string
		dimensions []string
	}{
		{"Who: by team", []string{"team"}}, {"Who: by account", []string{"account"}}, {"Who: by user", []string{"user"}}, {"What: by component", []string{"component"}},
		{"What: by instance type", []string{"instance-type"}}, {"The dearest resources", resource},
	}
	if !o.Teams {
		by = by[1:]
	}
	for _, b := range by {
		parts = append(parts, func() (report.Part, error) { return o.dearest(ctx, db, whole, b.title, b.dimensions...) })
	}
	if !whole.unbilled {
		parts = append(parts, func() (report.Part, error) { return o.changes(ctx, db) })
	}
	parts = append(parts, func() (report.Part, error) { return o.tags(ctx, db, whole) })
	for _, part := range parts {
		p, err := part()
		if err != nil {
			return report.Document{}, err
		}
		p.Data.Notes = nil
		doc.Parts = append(doc.Parts, p)
	}
	if days := doc.Parts[1].Chart.Labels; daily == "day" && len(days) > 0 {
		if last := days[len(days)-1]; last < o.Period.to.AddDate(0, 0, -1).Format(time.DateOnly) {
			doc.Alert = "The bill goes up to " + last + ": the period is not over on it, and what was before it is whole."
		}
	}
	doc.Parts = append(doc.Parts, o.Parts...)
	return doc, nil
}

// query is one over the overview's charges.
func (o Overview) query(period Period, by ...string) (Query, error) {
	dimensions, err := ParseDimensions(by...)
	return Query{By: dimensions, Costs: []Cost{o.Cost}, Period: period, Where: o.Where, Held: o.Held}, err
}

// whole adds up everything. It has to be of one currency.
func (o Overview) whole(ctx context.Context, db Engine) (*line, error) {
	q := Query{Costs: []Cost{o.Cost}, Period: o.Period, Where: o.Where, Apart: true, Previous: true, Held: o.Held}
	lines, err := q.all(ctx, db)
	switch {
	case err != nil:
		return nil, err
	case len(lines) == 0:
		return nil, &estate.Error{Op: "report", On: o.Period.String(), Err: errors.New("no charge is of then"), Hint: "sagewarden cost query 'SELECT billing_period, count(*) FROM charges GROUP BY 1' says what there is"}
	case len(lines) > 1:
		var currencies []string
		for _, l := range lines {
			currencies = append(currencies, l.currency.String)
		}
		slices.Sort(currencies)
		return nil, &estate.Error{Op: "report", On: o.Period.String(), Err: fmt.Errorf("charges are in %s, which are not added up", strings.Join(currencies, ", ")),
			Hint: "name one of them: --where currency=" + currencies[0]}
	}
	return &lines[0], nil
}

// figures are those of the whole.
func (o Overview) figures(whole *line) []report.Figure {
	print := func(a amount) string { return report.Money{Value: a.value, Currency: whole.currency.String}.String() }
	total := report.Figure{Label: "All of it", Text: print(whole.costs[0].amount)}
	if by := change(whole); by[2] != nil {
		total.Note = fmt.Sprintf("%s beside %s", signed(by[2].(decimal.Decimal)), o.Period.Before())
	}
	figures := []report.Figure{total}
	for i, class := range classes[:2] { // compute and storage
		if a := whole.apart[i]; a.known {
			figures = append(figures, report.Figure{Label: strings.ToUpper(class[:1]) + class[1:], Text: print(a), Note: share(a.value, whole.costs[0].value) + " of it"})
		}
	}
	return figures
}

// notes say what must be known of the whole.
func (o Overview) notes(whole *line) []string {
	t := newTotals(Query{Costs: []Cost{o.Cost}, Period: o.Period, Held: o.Held})
	t.add(whole)
	return t.notes()
}

func signed(percent decimal.Decimal) string {
	if percent.IsNegative() {
		return percent.StringFixed(1) + "%"
	}
	return "+" + percent.StringFixed(1) + "%"
}

// share is a part of a whole in hundredths, and a dash where that makes no sense.
func share(part, whole decimal.Decimal) string {
	if !whole.IsPositive() {
		return "-"
	}
	return part.Shift(2).DivRound(whole, 1).StringFixed(1) + "%"
}

// trend charts the classes of use over time.
func (o Overview) trend(ctx context.Context, db Engine, title, unit string, period Period) (report.Part, error) {
	q, err := o.query(period, unit)
	if err != nil {
		return report.Part{}, err
	}
	q.Apart = true
	lines, err := q.all(ctx, db)
	if err != nil {
		return report.Part{}, err
	}
	p := report.Part{Title: title, Chart: &report.Chart{}, Data: q.data(lines)}
	p.Data.Name = title
	series := make([]report.Series, len(classes)+1)
	for i, class := range append(slices.Clone(classes), other) {
		series[i].Name = class
	}
	for _, l := range lines {
		p.Chart.Currency = l.currency.String
		p.Chart.Labels = append(p.Chart.Labels, l.dims[0].String)
		for i, a := range l.apart {
			series[i].Values = append(series[i].Values, a.value)
		}
	}
	for _, s := range series {
		if slices.ContainsFunc(s.Values, func(v decimal.Decimal) bool { return !v.IsZero() }) {
			p.Chart.Series = append(p.Chart.Series, s)
		}
	}
	return p, nil
}

// dearest tells who or what cost most.
func (o Overview) dearest(ctx context.Context, db Engine, whole *line, title string, dimensions ...string) (report.Part, error) {
	q, err := o.query(o.Period, dimensions...)
	if err != nil {
		return report.Part{}, err
	}
	q.Top, q.Previous = overviewRows, !whole.unbilled
	lines, err := q.all(ctx, db)
	if err != nil {
		return report.Part{}, err
	}
	p := report.Part{Title: title, Data: q.data(lines), Bars: o.Cost.column}
	p.Data.Name = "by " + dimensions[0]
	if named := slices.IndexFunc(lines, func(l line) bool { return l.dims[0].Valid }); named >= 0 {
		l := lines[named]
		p.Lead = fmt.Sprintf("%s cost %s, %s of all.", l.dims[0].String, report.Money{Value: l.costs[0].value, Currency: l.currency.String}, share(l.costs[0].value, whole.costs[0].value))
	}
	return p, nil
}

// changes tells what cost more or less than in the period before, the largest changes first.
func (o Overview) changes(ctx context.Context, db Engine) (report.Part, error) {
	q, err := o.query(o.Period, resource...)
	if err != nil {
		return report.Part{}, err
	}
	q.Previous = true
	size := func(l line) decimal.Decimal {
		by, _ := change(&l)[1].(report.Money)
		return by.Value.Abs()
	}
	var most []line
	for l, err := range q.lines(ctx, db) {
		if err != nil {
			return report.Part{}, err
		}
		if len(most) == overviewRows && size(*l).LessThanOrEqual(size(most[len(most)-1])) {
			continue
		}
		most = append(most, l.clone())
		slices.SortStableFunc(most, func(a, b line) int { return size(b).Cmp(size(a)) })
		most = most[:min(len(most), overviewRows)]
	}
	p := report.Part{Title: "What changed", Lead: "The largest changes beside " + o.Period.Before().String() + ".", Data: q.data(most), Bars: "change"}
	p.Data.Name, p.Data.Total = "what changed", nil
	return p, nil
}

// tags tells how much of the use each tag covers.
func (o Overview) tags(ctx context.Context, db Engine, whole *line) (p report.Part, err error) {
	of := Conditions(dialectOf(db), o.Period, o.Where, "charge_category = 'Usage'")
	rows, err := db.Query(ctx, "SELECT k, sum("+o.Cost.column+"), (SELECT sum("+o.Cost.column+") FROM charges"+of+") FROM charges CROSS JOIN UNNEST(map_keys(tags)) AS t(k)"+of+
		" AND k NOT LIKE 'aws:%' AND k NOT LIKE 'sagemaker:%' GROUP BY k ORDER BY 2 DESC, k")
	if err != nil {
		return p, err
	}
	defer func() { _ = rows.Close() }()
	p = report.Part{Title: "Untagged", Lead: "No charge of use has a tag.", Bars: "untagged_cost", Data: report.Data{Name: "untagged", Title: "What each tag covers of the use",
		Columns: []report.DataColumn{{Name: "tag", Head: "TAG"}, {Name: "tagged_cost", Head: "TAGGED", Type: report.Amount}, {Name: "untagged_cost", Head: "UNTAGGED", Type: report.Amount},
			{Name: "covered", Head: "COVERED", Type: report.Share}}}}
	var table [][]any
	for rows.Next() {
		var key string
		var tagged, all amount
		if err := rows.Scan(&key, &tagged, &all); err != nil {
			return p, err
		}
		money := func(v decimal.Decimal) report.Money { return report.Money{Value: v, Currency: whole.currency.String} }
		if len(table) == 0 {
			p.Lead = fmt.Sprintf("The tag that covers most is %s; %s of use has none.", key, money(all.value.Sub(tagged.value)))
		}
		if len(table) < overviewRows {
			table = append(table, []any{key, money(tagged.value), money(all.value.Sub(tagged.value)), covered(tagged.value, all.value)})
		}
	}
	p.Data.Rows = each(table)
	return p, rows.Err()
}

// covered is a part of a whole in hundredths, nil where that makes no sense.
func covered(part, whole decimal.Decimal) any {
	if !whole.IsPositive() {
		return nil
	}
	return part.Shift(2).DivRound(whole, 1)
}

// all are the lines at once.
func (q Query) all(ctx context.Context, db Engine) ([]line, error) {
	var all []line
	for l, err := range q.lines(ctx, db) {
		if err != nil {
			return nil, err
		}
		all = append(all, l.clone())
	}
	return all, nil
}

// clone is a line that stays.
func (l *line) clone() line {
	c := *l
	c.dims, c.costs, c.apart = slices.Clone(l.dims), slices.Clone(l.costs), slices.Clone(l.apart)
	return c
}

// data is the table of lines that were read.
func (q Query) data(lines []line) report.Data {
	return q.table(func(yield func(*line, error) bool) {
		for i := range lines {
			if !yield(&lines[i], nil) {
				return
			}
		}
	})
}

// each walks over rows.
func each(rows [][]any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}
