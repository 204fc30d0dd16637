package showback

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
)

// A Query is a report: what is added up, by what.
type Query struct {
	By []Dimension
	// Costs are what is added up; what is dearest by the first of them stands first.
	Costs  []Cost
	Period Period
	Where  []Filter
	// Apart adds up the first cost by class of use, beside the sum of all.
	Apart bool
	// Top keeps to so many of the dearest over the whole period, and adds up the others as one; zero is all.
	Top int
	// Previous adds up the first cost of what was before, too: of the stretch of time before each where the report is by time, else of the period before.
	Previous bool
	// Held are the billing periods that there are bills of; nil takes all as there. Of what was before, nothing is known without its bill.
	Held []string
}

// classes are the classes of use that stand apart. What is of none of them is other.
var classes = []string{"compute", "storage", "data", "requests", "commitment", "tax"}

const other = "other"

// Check says what of a query makes no sense.
func (q Query) Check() error {
	switch _, fixed := q.split(); {
	case len(q.Costs) == 0:
		return fmt.Errorf("a report needs a cost: %s", strings.Join(CostNames(), ", "))
	case q.Top < 0:
		return fmt.Errorf("the top %d makes no sense", q.Top)
	case q.Top > 0 && len(fixed) == 0:
		return errors.New("the top of what? Group by something else than time, too")
	case q.Previous && q.Period.IsZero():
		return errors.New("nothing is before all months: name a month or days")
	}
	return nil
}

// Allocated reports whether it asks for what only the relation allocations has.
func (q Query) Allocated() bool {
	return slices.ContainsFunc(q.By, Dimension.Allocated) || slices.ContainsFunc(q.Where, func(f Filter) bool { return f.Dimension.Allocated() })
}

// split parts the time from the other dimensions.
func (q Query) split() (times, fixed []Dimension) {
	for _, d := range q.By {
		if d.Time() {
			times = append(times, d)
		} else {
			fixed = append(fixed, d)
		}
	}
	return times, fixed
}

// The columns of a report that are no dimension and no cost.
const (
	currencyColumn = "currency"
	linesColumn    = "line_count"
	othersColumn   = "others"
	previousColumn = "previous_cost"
	// unknownBefore counts the lines before whose cost is not known.
	unknownBefore = "previous_unknown"
)

// known is the column that counts the lines of which a cost is known.
func known(column string) string { return column + "_lines" }

// apart is the column of a class of use.
func apart(class string) string { return class + "_cost" }

// measures are the sums of a report, as pairs of a name and what is summed.
func (q Query) measures() (names, sums []string) {
	add := func(name, sum string) { names, sums = append(names, name), append(sums, sum) }
	add(linesColumn, "count(*)")
	for _, c := range q.Costs {
		add(c.column, "sum("+c.column+")")
		add(known(c.column), "count("+c.column+")")
	}
	if q.Apart {
		first := q.Costs[0].column
		for _, class := range classes {
			add(apart(class), "sum(CASE WHEN usage_class = "+dialect.Text(class)+" THEN "+first+" END)")
		}
		add(apart(other), "sum(CASE WHEN usage_class IN ("+dialect.Texts(classes...)+") THEN NULL ELSE "+first+" END)")
	}
	return names, sums
}

// SQL is the query in the words of an engine, over the relation charges, or allocations where it asks for those. Its columns are the dimensions, the currency, how
// many lines were added up, and the sums, each of a cost followed by how many lines have it. Rows are in the order of time, the dearest first.
func (q Query) SQL(d dialect.Dialect) string {
	times, _ := q.split()
	dims := q.dims()
	order := slices.Clone(dims[:len(times)])
	if q.Top > 0 {
		order = append(order, othersColumn)
	}
	order = append(append(order, q.Costs[0].column+" DESC"), dims[len(times):]...)
	return q.Unordered(d) + "\nORDER BY " + strings.Join(order, ", ")
}

// dims are the columns of a report that are no sums, quoted, time first.
func (q Query) dims() []string {
	times, fixed := q.split()
	dims := make([]string, 0, len(q.By)+1)
	for _, by := range slices.Concat(times, fixed) {
		dims = append(dims, dialect.Name(by.Column()))
	}
	return append(dims, currencyColumn)
}

// Unordered is the same query for a view, whose rows have no order.
func (q Query) Unordered(d dialect.Dialect) string {
	times, _ := q.split()
	names, sums := q.measures()
	dims := q.dims()
	var sql string
	switch {
	case q.Previous && len(times) > 0:
		sql = q.shifted(d, times[0], dims, names, sums)
		names = append(names, previousColumn, unknownBefore)
	case q.Previous:
		names, sums = q.twice(names, sums)
		sql = q.grouped(d, "("+q.Period.condition()+" OR "+q.Period.Before().condition()+")", names, sums)
	default:
		sql = q.grouped(d, q.Period.condition(), names, sums)
	}
	if q.Top > 0 {
		sql = q.topped(sql, dims, names, len(times))
	}
	return sql
}

// grouped adds up the lines of a period.
func (q Query) grouped(d dialect.Dialect, period string, names, sums []string) string {
	from := "charges"
	if q.Allocated() {
		from = "allocations"
	}
	var b strings.Builder
	b.WriteString("SELECT ")
	group := make([]string, 0, len(q.By)+1)
	times, fixed := q.split()
	for i, by := range slices.Concat(times, fixed) {
		fmt.Fprintf(&b, "%s AS %s, ", by.expr(d), dialect.Name(by.Column()))
		group = append(group, strconv.Itoa(i+1))
	}
	fmt.Fprintf(&b, "billing_currency AS %s", currencyColumn)
	group = append(group, strconv.Itoa(len(group)+1))
	for i, n := range names {
		fmt.Fprintf(&b, ",\n  %s AS %s", sums[i], n)
	}
	fmt.Fprintf(&b, "\nFROM %s", from)
	b.WriteString(where(period, conditions(d, q.Where)))
	fmt.Fprintf(&b, "\nGROUP BY %s", strings.Join(group, ", "))
	return b.String()
}

// twice are measures of the period, and one of the period before.
func (q Query) twice(names, sums []string) (bothNames, bothSums []string) {
	now, before := q.Period.condition(), q.Period.Before().condition()
	for _, s := range sums {
		of, what, _ := strings.Cut(strings.TrimSuffix(s, ")"), "(")
		if what == "*" {
			what = "1"
		}
		bothSums = append(bothSums, of+"(CASE WHEN "+now+" THEN "+what+" END)")
	}
	first := q.Costs[0].column
	return append(slices.Clone(names), previousColumn, unknownBefore),
		append(bothSums, "sum(CASE WHEN "+before+" THEN "+first+" END)", "count(CASE WHEN "+before+" AND "+first+" IS NULL THEN 1 END)")
}

// shifted puts beside the sums of each stretch of time that of the stretch before it.
func (q Query) shifted(d dialect.Dialect, time Dimension, dims, names, sums []string) string {
	first := q.Costs[0].column
	begin, end := q.Period.stretches(time)
	var now, none, summed []string
	for _, n := range names {
		now, none, summed = append(now, n), append(none, "NULL"), append(summed, "sum("+n+") AS "+n)
	}
	group := make([]string, len(dims))
	for i := range dims {
		group[i] = strconv.Itoa(i + 1)
	}
	columns, past := strings.Join(dims, ", "), previousColumn+", "+unknownBefore
	return "SELECT " + columns + ", " + strings.Join(summed, ", ") + ", sum(" + previousColumn + ") AS " + previousColumn + ", sum(" + unknownBefore + ") AS " + unknownBefore + "\nFROM (\n" +
		"SELECT " + columns + ", " + strings.Join(now, ", ") + ", NULL AS " + previousColumn + ", NULL AS " + unknownBefore +
		" FROM (\n" + q.grouped(d, q.Period.condition(), names, sums) + "\n) AS present" +
		"\nUNION ALL\nSELECT " + columns + ", " + strings.Join(none, ", ") + ", " + past + " FROM (\n" +
		"SELECT " + time.next(dims[0]) + " AS " + strings.Join(dims, ", ") + ", " + past + " FROM (\n" +
		q.grouped(d, q.Period.with(time).condition(), []string{previousColumn, unknownBefore}, []string{"sum(" + first + ")", "count(*) - count(" + first + ")"}) +
		"\n) AS past\n) AS moved" +
		"\nWHERE " + dims[0] + " >= " + dialect.Text(begin) + " AND " + dims[0] + " <= " + dialect.Text(end) +
		"\n) AS both_times\nGROUP BY " + strings.Join(group, ", ")
}

// topped keeps to the dearest, and adds up the others as one row without dimensions. That of the others counts them.
func (q Query) topped(sql string, dims, names []string, times int) string {
	fixed := dims[times : len(dims)-1]
	first, keep := q.Costs[0].column, fmt.Sprintf("place <= %d", q.Top)
	ties := strings.Join(fixed, ", ")
	columns := slices.Clone(dims[:times])
	for _, f := range fixed {
		columns = append(columns, "CASE WHEN "+keep+" THEN "+f+" END AS "+f)
	}
	columns = append(columns, currencyColumn)
	group := make([]string, 0, len(columns)+1)
	for i := range columns {
		group = append(group, strconv.Itoa(i+1))
	}
	columns = append(columns, "sum(CASE WHEN "+keep+" THEN 0 ELSE 1 END) AS "+othersColumn)
	for _, n := range names {
		columns = append(columns, "sum("+n+") AS "+n)
	}
	return "SELECT " + strings.Join(columns, ", ") + "\nFROM (\n  SELECT *, dense_rank() OVER (PARTITION BY " + currencyColumn + " ORDER BY whole DESC, " + ties + ") AS place\n  FROM (\n" +
		"    SELECT *, sum(" + first + ") OVER (PARTITION BY " + strings.Join(slices.Concat(fixed, []string{currencyColumn}), ", ") + ") AS whole\n    FROM (\n" + sql +
		"\n    ) AS summed\n  ) AS sized\n) AS placed\nGROUP BY " + strings.Join(append(group, keep), ", ")
}

// Bills are the first and the last of the bills that the report asks for, what was before with it; empty for all.
func (q Query) Bills() (first, last string) {
	first, last = q.Period.Bills()
	if !q.Previous || q.Period.IsZero() {
		return first, last
	}
	before := q.Period.Before()
	if times, _ := q.split(); len(times) > 0 {
		before = q.Period.with(times[0])
	}
	earlier, _ := before.Bills()
	return min(first, earlier), last
}

// Conditions are an SQL WHERE of a period and filters, empty for all.
func Conditions(d dialect.Dialect, period Period, filters []Filter, more ...string) string {
	return where(period.condition(), append(conditions(d, filters), more...))
}

func where(period string, others []string) string {
	if period != "" {
		others = append([]string{period}, others...)
	}
	if len(others) == 0 {
		return ""
	}
	return "\nWHERE " + strings.Join(others, " AND ")
}
