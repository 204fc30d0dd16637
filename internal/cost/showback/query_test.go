package showback

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/report"
)

// group is a row of a report as plain Go adds it up.
type group struct {
	key            []string // dimensions, currency
	sums           []decimal.Decimal
	known          []bool
	lines, others  int64
	before, change *decimal.Decimal
}

// print is a row with all that programs see.
func (g *group) print() string {
	texts := slices.Clone(g.key)
	for i, s := range g.sums {
		if g.known[i] {
			texts = append(texts, s.String())
		} else {
			texts = append(texts, "-")
		}
	}
	if g.before != nil {
		texts = append(texts, g.before.String(), g.change.String())
	}
	return strings.Join(append(texts, fmt.Sprint(g.lines, " ", g.others)), "|")
}

// value is what a charge has of a dimension, in plain Go.
func (c charge) value(dimension string) string {
	switch dimension {
	case "day":
		return c.start.Format(time.DateOnly)
	case "week":
		return c.start.AddDate(0, 0, -(int(c.start.Weekday())+6)%7).Format(time.DateOnly)
	case "month":
		return c.month
	case "account":
		return c.account
	case "resource":
		return c.resource
	case "class":
		return c.class
	case "tag:team":
		return c.tag
	case "instance-family":
		if i := strings.LastIndex(c.instance, "."); i > 0 {
			return c.instance[:i]
		}
	}
	return ""
}

func (c charge) cost(name string) string {
	switch name {
	case "unblended":
		return c.unblended
	case "amortized":
		return c.amortized
	}
	return c.list
}

// addUp does in plain Go what the query asks for.
func addUp(lines []charge, q Query, in, before func(charge) bool) []string {
	of := map[string]*group{}
	var order []*group
	at := func(c charge) *group {
		var key []string
		for _, d := range q.By {
			key = append(key, c.value(d.name))
		}
		key = append(key, c.currency)
		g, ok := of[strings.Join(key, "\x00")]
		if !ok {
			n := len(q.Costs)
			if q.Apart {
				n += len(classes) + 1
			}
			g = &group{key: key, sums: make([]decimal.Decimal, n), known: make([]bool, n)}
			if q.Previous {
				g.before = &decimal.Decimal{}
			}
			of[strings.Join(key, "\x00")], order = g, append(order, g)
		}
		return g
	}
	for _, c := range lines {
		if before != nil && before(c) {
			g := at(c)
			b := g.before.Add(decimal.RequireFromString(c.cost(q.Costs[0].name)))
			g.before = &b
		}
		if !in(c) {
			continue
		}
		g := at(c)
		g.lines++
		add := func(i int, s string) {
			if s != "" {
				g.sums[i], g.known[i] = g.sums[i].Add(decimal.RequireFromString(s)), true
			}
		}
		for i, cost := range q.Costs {
			add(i, c.cost(cost.name))
		}
		if q.Apart {
			i := slices.Index(classes, c.class)
			if i < 0 {
				i = len(classes)
			}
			add(len(q.Costs)+i, c.cost(q.Costs[0].name))
		}
	}
	var rows []string
	for _, g := range order {
		if g.before != nil {
			change := g.sums[0].Sub(*g.before)
			g.change = &change
		}
		rows = append(rows, g.print())
	}
	slices.Sort(rows)
	return rows
}

// rows are those of the report, printed in the same way, and its total.
func rowsOf(t *testing.T, q Query, db Engine) (rows []string, data report.Data) {
	t.Helper()
	data, err := q.Data(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range data.Rows {
		if err != nil {
			t.Fatalf("%v\n%s", err, q.SQL(dialect.DuckDB))
		}
		var texts []string
		lines, others := int64(0), int64(0)
		for i, v := range row {
			switch name := data.Columns[i].Name; {
			case name == linesColumn:
				lines = v.(int64)
			case name == othersColumn:
				others = v.(int64)
			case name == "change_percent":
			case v == nil && data.Columns[i].Type == report.Amount:
				texts = append(texts, "-")
			case v == nil:
				texts = append(texts, "")
			case data.Columns[i].Type == report.Amount:
				texts = append(texts, v.(report.Money).Value.String())
			default:
				texts = append(texts, v.(string))
			}
		}
		rows = append(rows, strings.Join(append(texts, fmt.Sprint(lines, " ", others)), "|"))
	}
	return rows, data
}

func TestReportsAddUpAsPlainGoDoes(t *testing.T) {
	all := func(charge) bool { return true }
	inMonths := func(from, to string) func(charge) bool {
		return func(c charge) bool { return c.month >= from && c.month <= to }
	}
	inDays := func(from, to string) func(charge) bool {
		return func(c charge) bool { d := c.start.Format(time.DateOnly); return d >= from && d < to }
	}
	for name, test := range map[string]struct {
		query      Query
		in, before func(charge) bool
	}{
		"by month":                  {Query{By: dims(t, "month"), Costs: costsOf(t, "unblended")}, all, nil},
		"by day and tag":            {Query{By: dims(t, "tag:team", "day"), Costs: costsOf(t, "unblended")}, all, nil},
		"by week":                   {Query{By: dims(t, "week", "account"), Costs: costsOf(t, "amortized")}, all, nil},
		"what nobody knows is none": {Query{By: dims(t, "resource"), Costs: costsOf(t, "list", "unblended")}, all, nil},
		"classes apart":             {Query{By: dims(t, "account"), Costs: costsOf(t, "unblended"), Apart: true}, all, nil},
		"a family of instances":     {Query{By: dims(t, "instance-family"), Costs: costsOf(t, "unblended")}, all, nil},
		"of a month":                {Query{By: dims(t, "account"), Costs: costsOf(t, "unblended"), Period: months(t, "2026-02", "2026-02")}, inMonths("2026-02", "2026-02"), nil},
		"of days":                   {Query{By: dims(t, "day"), Costs: costsOf(t, "unblended"), Period: days(t, "2026-01-10", "2026-01-20")}, inDays("2026-01-10", "2026-01-20"), nil},
		"filters of one dimension are choices": {Query{By: dims(t, "account"), Costs: costsOf(t, "unblended"), Where: filters(t, "tag:team=red", "class=compute", "tag:team=")},
			func(c charge) bool { return (c.tag == "red" || c.tag == "") && c.class == "compute" }, nil},
		"filters that keep others keep what has none": {Query{By: dims(t, "account"), Costs: costsOf(t, "unblended"), Where: filters(t, "tag:team!=red", "tag:team!=a*", "resource!=")},
			func(c charge) bool { return c.tag != "red" && !strings.HasPrefix(c.tag, "a") && c.resource != "" }, nil},
		"an underscore and a quote are themselves": {Query{By: dims(t, "account"), Costs: costsOf(t, "unblended"), Where: filters(t, "tag:team=*_b", "resource=*it's")},
			func(c charge) bool { return c.tag == "a_b" && strings.HasSuffix(c.resource, "it's") }, nil},
		"a percent sign is itself": {Query{By: dims(t, "account"), Costs: costsOf(t, "unblended"), Where: filters(t, "tag:team=*%b")}, func(c charge) bool { return c.tag == "a%b" }, nil},
		"beside the month before": {Query{By: dims(t, "account"), Costs: costsOf(t, "unblended"), Period: months(t, "2026-03", "2026-03"), Previous: true},
			inMonths("2026-03", "2026-03"), inMonths("2026-02", "2026-02")},
		"beside the days before": {Query{By: dims(t, "account", "class"), Costs: costsOf(t, "unblended"), Period: days(t, "2026-01-11", "2026-01-21"), Previous: true},
			inDays("2026-01-11", "2026-01-21"), inDays("2026-01-01", "2026-01-11")},
	} {
		t.Run(name, func(t *testing.T) {
			lines := bill(7, "USD")
			got, data := rowsOf(t, test.query, engine(t, lines))
			slices.Sort(got)
			if diff := cmp.Diff(addUp(lines, test.query, test.in, test.before), got); diff != "" {
				t.Errorf("(-want +got)\n%s\n%s", diff, test.query.SQL(dialect.DuckDB))
			}
			sum := decimal.Zero
			for _, c := range lines {
				if test.in(c) && c.cost(test.query.Costs[0].name) != "" {
					sum = sum.Add(decimal.RequireFromString(c.cost(test.query.Costs[0].name)))
				}
			}
			total := data.Total()
			for i, c := range data.Columns {
				if c.Name == test.query.Costs[0].column {
					if got := total[i].(report.Money).Value; !got.Equal(sum) {
						t.Errorf("total %s, want %s", got, sum)
					}
				}
			}
		})
	}
}

// By time, each stretch stands beside the one before it, also where it has nothing itself, and what is billed late stays in the sum.
func TestEachStretchOfTimeBesideTheOneBefore(t *testing.T) {
	lines := bill(11, "USD")
	db := engine(t, lines)
	for _, test := range []struct {
		by     string
		period Period
		in     func(charge) bool
		next   func(charge) string
		first  string
		last   string
	}{
		{"month", months(t, "2026-02", "2026-03"), func(c charge) bool { return c.month == "2026-02" || c.month == "2026-03" },
			func(c charge) string {
				m, _ := time.Parse("2006-01", c.month)
				return m.AddDate(0, 1, 0).Format("2006-01")
			}, "2026-02", "2026-03"},
		{"day", days(t, "2026-02-01", "2026-02-11"), func(c charge) bool {
			return c.start.Format(time.DateOnly) >= "2026-02-01" && c.start.Format(time.DateOnly) < "2026-02-11"
		}, func(c charge) string { return c.start.AddDate(0, 0, 1).Format(time.DateOnly) }, "2026-02-01", "2026-02-10"},
		{"week", days(t, "2026-02-02", "2026-02-16"), func(c charge) bool {
			return c.start.Format(time.DateOnly) >= "2026-02-02" && c.start.Format(time.DateOnly) < "2026-02-16"
		}, func(c charge) string { return charge{start: c.start.AddDate(0, 0, 7)}.value("week") }, "2026-02-02", "2026-02-15"},
	} {
		want := map[string][2]decimal.Decimal{}
		for _, c := range lines {
			cost := decimal.RequireFromString(c.unblended)
			if test.in(c) {
				key := c.value(test.by) + " " + c.account
				want[key] = [2]decimal.Decimal{want[key][0].Add(cost), want[key][1]}
			}
			if at := test.next(c); at >= test.first && at <= test.last {
				key := at + " " + c.account
				want[key] = [2]decimal.Decimal{want[key][0], want[key][1].Add(cost)}
			}
		}
		q := Query{By: dims(t, test.by, "account"), Costs: costsOf(t, "unblended"), Period: test.period, Previous: true}
		data, err := q.Data(context.Background(), db)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string][2]decimal.Decimal{}
		for row, err := range data.Rows {
			if err != nil {
				t.Fatalf("%v\n%s", err, q.SQL(dialect.DuckDB))
			}
			now, _ := row[3].(report.Money)
			before, _ := row[4].(report.Money)
			got[row[0].(string)+" "+row[1].(string)] = [2]decimal.Decimal{now.Value, before.Value}
		}
		if diff := cmp.Diff(want, got, cmp.Comparer(decimal.Decimal.Equal)); diff != "" {
			t.Errorf("by %s (-want +got)\n%s", test.by, diff)
		}
	}
}

func TestTheRestIsOneRowAndTheTotalHolds(t *testing.T) {
	lines := bill(3, "USD")
	db := engine(t, lines)
	all, _ := rowsOf(t, Query{By: dims(t, "tag:team", "class"), Costs: costsOf(t, "unblended")}, db)
	for _, by := range [][]string{{"tag:team", "class"}, {"month", "tag:team", "class"}} {
		q := Query{By: dims(t, by...), Costs: costsOf(t, "unblended"), Top: 3}
		rows, data := rowsOf(t, q, db)
		seen, times := map[string]bool{}, len(by)-2
		for _, r := range rows {
			cells := strings.Split(r, "|")
			if strings.HasPrefix(cells[times], "(") {
				if n := strings.TrimSuffix(cells[len(cells)-1], " "); strings.HasSuffix(n, " 0") {
					t.Errorf("%v: the others are not counted: %s", by, r)
				}
				continue
			}
			seen[cells[times]+"|"+cells[times+1]] = true
		}
		var want []string
		for _, r := range all[:3] { // dearest first
			want = append(want, strings.Join(strings.Split(r, "|")[:2], "|"))
		}
		var got []string
		for s := range seen {
			got = append(got, s)
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%v: the top are %q, want %q", by, got, want)
		}
		sum := decimal.Zero
		for _, c := range lines {
			sum = sum.Add(decimal.RequireFromString(c.unblended))
		}
		if got := data.Total()[len(by)+1].(report.Money).Value; !got.Equal(sum) {
			t.Errorf("%v: total %s, want %s", by, got, sum)
		}
	}
}

func TestCurrenciesAreNeverAddedUp(t *testing.T) {
	lines := bill(5, "USD", "EUR", "CNY")
	q := Query{By: dims(t, "account"), Costs: costsOf(t, "unblended"), Top: 1}
	rows, data := rowsOf(t, q, engine(t, lines))
	if len(rows) != 6 {
		t.Errorf("%d rows, want the dearest and the others of three currencies", len(rows))
	}
	if total := data.Total(); total != nil {
		t.Errorf("a total of several currencies: %v", total)
	}
	notes := strings.Join(data.Notes(), "\n")
	for _, currency := range []string{"USD", "EUR", "CNY"} {
		sum := report.Money{Currency: currency}
		for _, c := range lines {
			if c.currency == currency {
				sum.Value = sum.Value.Add(decimal.RequireFromString(c.unblended))
			}
		}
		if !strings.Contains(notes, sum.Exact()) {
			t.Errorf("the notes do not say %s:\n%s", sum.Exact(), notes)
		}
	}
}

// What there is no bill of cost an unknown amount, not nothing: no row is compared with it, and no total.
func TestNothingIsComparedWithAMonthWithoutABill(t *testing.T) {
	db := engine(t, bill(7, "USD"))
	for name, test := range map[string]struct {
		query    Query
		compared []string // the times that have a row of before
		note     string
	}{
		"the month before is there":           {Query{By: dims(t, "account"), Period: months(t, "2026-03", "2026-03"), Held: []string{"2026-02", "2026-03"}}, []string{"111111111111", "222222222222", "total"}, ""},
		"the month before is not there":       {Query{By: dims(t, "account"), Period: months(t, "2026-02", "2026-02"), Held: []string{"2026-02", "2026-03"}}, nil, "2026-01"},
		"one of two is not there":             {Query{By: dims(t, "account"), Period: months(t, "2026-03", "2026-04"), Held: []string{"2026-02", "2026-03", "2026-04"}}, nil, "2026-01"},
		"by month, all but the first":         {Query{By: dims(t, "month"), Period: months(t, "2026-02", "2026-03"), Held: []string{"2026-02", "2026-03"}}, []string{"2026-03"}, "2026-01"},
		"by day, all but the first":           {Query{By: dims(t, "day"), Period: days(t, "2026-02-01", "2026-02-03"), Held: []string{"2026-02"}}, []string{"2026-02-02"}, "2026-01"},
		"a week that begins the month before": {Query{By: dims(t, "week"), Period: days(t, "2026-02-02", "2026-02-16"), Held: []string{"2026-02"}}, []string{"2026-02-09"}, "2026-01"},
	} {
		test.query.Costs, test.query.Previous = costsOf(t, "unblended"), true
		data, err := test.query.Data(context.Background(), db)
		if err != nil {
			t.Fatal(err)
		}
		var compared []string
		note := func(row []any) {
			if row[3] != nil != (row[4] != nil) {
				t.Errorf("%s: before is %v, the change %v", name, row[3], row[4])
			}
			if row[3] != nil {
				compared = append(compared, fmt.Sprint(row[0]))
			}
		}
		for row, err := range data.Rows {
			if err != nil {
				t.Fatal(err)
			}
			note(row)
		}
		note(data.Total())
		slices.Sort(compared)
		if !slices.Equal(compared, test.compared) {
			t.Errorf("%s: %q are compared, want %q", name, compared, test.compared)
		}
		if notes := strings.Join(data.Notes(), "\n"); strings.Contains(notes, "nothing is compared with "+test.note+",") != (test.note != "") {
			t.Errorf("%s: notes %q", name, notes)
		}
	}
}

// A tag that is spelled in several ways is one dimension, of which the first spelling on a charge counts.
func TestSpellingsOfATagAreOneDimension(t *testing.T) {
	db := engine(t, nil)
	must(t, db, "INSERT INTO charges (billing_period, billing_currency, tags, unblended_cost) VALUES ('2026-01', 'USD', MAP {'team': 'red'}, 1), ('2026-01', 'USD', MAP {'Team': 'red'}, 2), "+
		"('2026-01', 'USD', MAP {'Team': 'blue', 'team': 'red'}, 4), ('2026-01', 'USD', MAP {}, 8)")
	for by, want := range map[string][]string{"tag:team|Team": {"red|USD|7|3 0", "|USD|8|1 0"}, "tag:Team|team": {"blue|USD|4|1 0", "red|USD|3|2 0", "|USD|8|1 0"}} {
		got, _ := rowsOf(t, Query{By: dims(t, by), Costs: costsOf(t, "unblended")}, db)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", by, got, want)
		}
	}
}

func TestWhatIsNotKnownIsSaid(t *testing.T) {
	_, data := rowsOf(t, Query{By: dims(t, "account"), Costs: costsOf(t, "list")}, engine(t, bill(7, "USD")))
	if notes := strings.Join(data.Notes(), "\n"); !strings.Contains(notes, "lines have no list cost") {
		t.Errorf("notes: %s", notes)
	}
}

func TestMistakesInAQuery(t *testing.T) {
	for _, test := range []struct{ parse, want string }{
		{"day,week", "one stretch of time"}, {"account,account", "named twice"}, {"tag", "needs a key"}, {"tag:a|", "needs a key"}, {"colour", "unknown dimension"}, {"tag:a-b,tag:a_b", "named twice"},
	} {
		if _, err := ParseDimensions(strings.Split(test.parse, ",")...); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.parse, err, test.want)
		}
	}
	for name, q := range map[string]Query{
		"no cost":              {},
		"a top of time":        {By: dims(t, "day"), Costs: costsOf(t, "unblended"), Top: 3},
		"nothing before it":    {By: dims(t, "account"), Costs: costsOf(t, "unblended"), Previous: true},
		"a top that is no top": {By: dims(t, "account"), Costs: costsOf(t, "unblended"), Top: -1},
	} {
		if err := q.Check(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestTimeGoesFirst(t *testing.T) {
	by := dims(t, "tag:team", "day", "account")
	if got := fmt.Sprint(by[0], by[1], by[2]); got != "day tag:team account" {
		t.Error(got)
	}
	if by[1].Column() != "tag_team" {
		t.Error(by[1].Column())
	}
}
