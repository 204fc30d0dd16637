package showback

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/report"
)

// An Engine answers SQL over the relations charges and allocations.
type Engine interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// A Speaker is an engine that says in which words it is asked. All others are asked in DuckDB's.
type Speaker interface{ Dialect() dialect.Dialect }

func dialectOf(db Engine) dialect.Dialect {
	if s, ok := db.(Speaker); ok {
		return s.Dialect()
	}
	return dialect.DuckDB
}

// A line is a row of a report as it came.
type line struct {
	dims          []sql.NullString
	currency      sql.NullString
	lines, others sql.NullInt64
	costs         []sum
	apart         []amount // by the classes, and other
	previous      amount
	unknownBefore sql.NullInt64
	// unbilled says that there is no bill of what was before.
	unbilled bool
}

// A sum is of the lines whose cost is known.
type sum struct {
	amount
	lines sql.NullInt64
}

// An amount is not known where it is NULL.
type amount struct {
	value decimal.Decimal
	known bool
}

// Scan implements sql.Scanner.
func (a *amount) Scan(value any) error {
	a.known = value != nil
	return duck.Into(&a.value).Scan(value)
}

func (a amount) plus(b amount) amount { return amount{a.value.Add(b.value), a.known || b.known} }

// Data is the report's table. Its rows are read from the engine as they are printed.
func (q Query) Data(ctx context.Context, db Engine) (report.Data, error) {
	if err := q.Check(); err != nil {
		return report.Data{}, err
	}
	return q.table(q.lines(ctx, db)), nil
}

// table is of lines as they come.
func (q Query) table(lines iter.Seq2[*line, error]) report.Data {
	t := newTotals(q)
	return report.Data{
		Name: "cost.report", Title: q.title(), Columns: q.columns(), About: q.about(),
		Rows: func(yield func([]any, error) bool) {
			for l, err := range lines {
				if err != nil {
					yield(nil, err)
					return
				}
				t.add(l)
				if !yield(q.row(l), nil) {
					return
				}
			}
		},
		Total: t.row, Notes: t.notes,
	}
}

// lines are the rows of the answer. Each is only good until the next.
func (q Query) lines(ctx context.Context, db Engine) iter.Seq2[*line, error] {
	return func(yield func(*line, error) bool) {
		rows, err := db.Query(ctx, q.SQL(dialectOf(db)))
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = rows.Close() }()
		l := &line{dims: make([]sql.NullString, len(q.By)), costs: make([]sum, len(q.Costs))}
		var places []any
		for i := range l.dims {
			places = append(places, &l.dims[i])
		}
		places = append(places, &l.currency)
		if q.Top > 0 {
			places = append(places, &l.others)
		}
		places = append(places, &l.lines)
		for i := range l.costs {
			places = append(places, &l.costs[i].amount, &l.costs[i].lines)
		}
		if q.Apart {
			l.apart = make([]amount, len(classes)+1)
			for i := range l.apart {
				places = append(places, &l.apart[i])
			}
		}
		if q.Previous {
			places = append(places, &l.previous, &l.unknownBefore)
		}
		for rows.Next() {
			if err := rows.Scan(places...); err != nil {
				yield(nil, err)
				return
			}
			l.unbilled = q.unbilled(l)
			if !yield(l, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// before is what a line is compared with.
func (q Query) before(l *line) Period {
	if times, _ := q.split(); len(times) > 0 {
		return times[0].before(l.dims[0].String)
	}
	return q.Period.Before()
}

// unbilled reports whether there is no bill of what was before.
func (q Query) unbilled(l *line) bool {
	return q.Previous && q.Held != nil && slices.ContainsFunc(q.before(l).Billed(), func(m string) bool { return !slices.Contains(q.Held, m) })
}

// columns describe the values of row.
func (q Query) columns() []report.DataColumn {
	var columns []report.DataColumn
	times, fixed := q.split()
	for _, d := range append(times, fixed...) {
		c := report.DataColumn{Name: d.Column(), Head: strings.ToUpper(d.name), None: d.none}
		if d.Time() {
			c.Type = report.Date
		}
		columns = append(columns, c)
	}
	columns = append(columns, report.DataColumn{Name: currencyColumn, Head: "CURRENCY", Quiet: true})
	for _, c := range q.Costs {
		columns = append(columns, report.DataColumn{Name: c.column, Head: c.head, Type: report.Amount})
	}
	if q.Apart {
		for _, class := range append(classes, other) {
			columns = append(columns, report.DataColumn{Name: apart(class), Head: strings.ToUpper(class), Type: report.Amount})
		}
	}
	if q.Previous {
		columns = append(columns, report.DataColumn{Name: previousColumn, Head: "BEFORE", Type: report.Amount},
			report.DataColumn{Name: "change", Head: "CHANGE", Type: report.Amount}, report.DataColumn{Name: "change_percent", Head: "%", Type: report.Percent})
	}
	columns = append(columns, report.DataColumn{Name: linesColumn, Head: "LINES", Type: report.Count, Quiet: true})
	if q.Top > 0 {
		columns = append(columns, report.DataColumn{Name: othersColumn, Head: "OTHERS", Type: report.Count, Quiet: true})
	}
	return columns
}

// row are the values of a line.
func (q Query) row(l *line) []any {
	var row []any
	for _, d := range l.dims {
		row = append(row, text(d))
	}
	if n := l.others.Int64; n > 0 {
		times, _ := q.split()
		for i := len(times); i < len(row); i++ {
			row[i] = "" // they have several
		}
		row[len(times)] = fmt.Sprintf("(%d others)", n)
	}
	row = append(row, text(l.currency))
	for _, c := range l.costs {
		row = append(row, money(c.amount, l.currency))
	}
	for _, a := range l.apart {
		row = append(row, money(a, l.currency))
	}
	if q.Previous {
		row = append(row, change(l)...)
	}
	row = append(row, l.lines.Int64)
	if q.Top > 0 {
		row = append(row, l.others.Int64)
	}
	return row
}

// change is what was before, by how much it changed, and by how much of a hundred. What had no line has cost nothing; of a line whose cost nobody knows,
// nobody knows the change, nor where there is no bill of then.
func change(l *line) []any {
	if l.unbilled {
		return []any{nil, nil, nil}
	}
	now, before := l.costs[0].amount, l.previous
	now.known = now.known || l.lines.Int64 == 0
	before.known = before.known || l.unknownBefore.Int64 == 0
	if !now.known || !before.known {
		return []any{money(before, l.currency), nil, nil}
	}
	by := now.value.Sub(before.value)
	row := []any{money(before, l.currency), money(amount{by, true}, l.currency), nil}
	if before.value.IsPositive() {
		row[2] = by.Shift(2).DivRound(before.value, 2)
	}
	return row
}

func text(s sql.NullString) any {
	if !s.Valid {
		return nil
	}
	return s.String
}

func money(a amount, currency sql.NullString) any {
	if !a.known {
		return nil
	}
	return report.Money{Value: a.value, Currency: currency.String}
}

// title says what is added up.
func (q Query) title() string {
	names := make([]string, len(q.By))
	times, fixed := q.split()
	for i, d := range append(times, fixed...) {
		names[i] = d.name
	}
	var what []string
	for _, c := range q.Costs {
		what = append(what, c.name)
	}
	title := strings.ToUpper(what[0][:1]) + strings.Join(what, ", ")[1:] + " cost"
	if len(names) > 0 {
		title += " by " + strings.Join(names, ", ")
	}
	title += ", " + q.Period.String()
	if q.Previous {
		if len(times) > 0 {
			return title + ", each beside the " + times[0].name + " before"
		}
		return title + ", beside " + q.Period.Before().String()
	}
	return title
}

// about says to programs what is added up.
func (q Query) about() any {
	about := struct {
		Period  string   `json:"period"`
		By      []string `json:"by"`
		Costs   []string `json:"costs"`
		Where   []string `json:"where"`
		Top     int      `json:"top,omitempty"`
		Compare string   `json:"compare,omitempty"`
	}{Period: q.Period.String(), By: []string{}, Costs: []string{}, Where: []string{}, Top: q.Top}
	for _, d := range q.By {
		about.By = append(about.By, d.name)
	}
	for _, c := range q.Costs {
		about.Costs = append(about.Costs, c.name)
	}
	for _, f := range q.Where {
		about.Where = append(about.Where, f.String())
	}
	if q.Previous {
		about.Compare = "previous"
	}
	return about
}
