package showback

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
)

// A Dimension is something that charges are grouped and chosen by. All of them are texts.
type Dimension struct {
	// name is as people type it: team, tag:cost-center.
	name string
	// none is what people read where a charge has none.
	none string
	// expr is its SQL.
	expr func(dialect.Dialect) string
	// step is how far apart the values of a time are, as an SQL interval; empty for all else.
	step string
	// allocated says that it is a column of allocations, and not of charges.
	allocated bool
	doc       string
}

// String is the dimension as people type it.
func (d Dimension) String() string { return d.name }

// Column is the dimension's name in SQL, and for programs.
func (d Dimension) Column() string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '_'
	}, d.name)
}

// Time reports whether it is a stretch of time.
func (d Dimension) Time() bool { return d.step != "" }

// next is, in SQL, the stretch of time after one.
func (d Dimension) next(at string) string {
	if d.step == monthStep {
		return "substr(CAST(CAST(CAST(" + at + " || '-01' AS DATE) + " + d.step + " AS DATE) AS VARCHAR), 1, 7)"
	}
	return "CAST(CAST(CAST(" + at + " AS DATE) + " + d.step + " AS DATE) AS VARCHAR)"
}

// before is the stretch of time before the one of a value, which is nothing for what is none.
func (d Dimension) before(value string) Period {
	if d.step == monthStep {
		p, _ := Months(value, value)
		return p.Before()
	}
	at, err := time.Parse(time.DateOnly, value)
	if err != nil {
		return Period{}
	}
	length := 1
	if d.name == week {
		length = 7
	}
	return Period{at.AddDate(0, 0, -length), at, false}
}

// Allocated reports whether only the relation allocations has it.
func (d Dimension) Allocated() bool { return d.allocated }

// monthStep is the step of months, which are billing periods.
const monthStep = "INTERVAL '1' MONTH"

const week = "week"

// dimensions are those with a fixed name, in the order in which they are told.
var dimensions = []Dimension{
	day("day", "INTERVAL '1' DAY", "the day on which a charge begins, in UTC"),
	day(week, "INTERVAL '7' DAY", "its week, by the Monday"),
	{name: "month", step: monthStep, expr: column("billing_period"), doc: "the billing period"},
	{name: "team", allocated: true, none: "(no team)", expr: column("team"), doc: "who is charged, by the rules of cost.allocation"},
	{name: "rule", allocated: true, expr: column("rule"), doc: "the rule that says so"},
	{name: "reason", allocated: true, expr: column("reason"), doc: "why the rule says so"},
	{name: "pool", allocated: true, expr: column("pool"), doc: "the shared cost of which it is a part"},
	{name: "account", none: "(no account)", expr: column("sub_account_id"), doc: "the account that used it"},
	{name: "account-name", expr: column("sub_account_name"), doc: "its name"},
	{name: "payer", expr: column("billing_account_id"), doc: "the account that pays"},
	{name: "region", none: "(no region)", expr: column("region_id"), doc: "the region"},
	{name: "service", expr: column("service_code"), doc: "the service, as AmazonSageMaker"},
	{name: "domain", none: "(no domain)", expr: column("domain_id"), doc: "the SageMaker domain"},
	{name: "space", none: "(no space)", expr: column("space_name"), doc: "the space"},
	{name: "user", none: "(no user)", expr: column("user_profile_name"), doc: "the user profile"},
	{name: "component", none: "(no component)", expr: column("component"), doc: "what of SageMaker it is, as Training or Studio"},
	{name: "class", none: "(no class)", expr: column("usage_class"), doc: "compute, storage, data, requests, commitment, tax, support or other"},
	{name: "app", none: "(no app)", expr: column("app_type"), doc: "the type of the Studio app"},
	{name: "instance-type", none: "(no instance)", expr: column("instance_type"), doc: "the instance type, as ml.g5.xlarge"},
	{name: "instance-family", none: "(no instance)", expr: func(d dialect.Dialect) string { return d.Extract("instance_type", `^(.+)\.[^.]+$`, "1") }, doc: "its family, as ml.g5"},
	{name: "kind", none: "(no resource)", expr: column("resource_kind"), doc: "the kind of the resource"},
	{name: "resource", none: "(no resource)", expr: column("resource_id"), doc: "the resource, by its ARN"},
	{name: "name", none: "(no resource)", expr: column("resource_name"), doc: "its name"},
	{name: "endpoint", none: "(no endpoint)", expr: named("resource_kind = 'endpoint'"), doc: "the endpoint, by its name"},
	{name: "job", none: "(no job)", expr: named("resource_kind LIKE '%-job'"), doc: "the job, by its name"},
	{name: "purchase-option", expr: column("purchase_option"), doc: "on-demand, spot, savings-plan or reserved"},
	{name: "commitment", none: "(no commitment)", expr: column("commitment_id"), doc: "the savings plan or reservation that covers it"},
	{name: "category", expr: column("charge_category"), doc: "Usage, Purchase, Tax, Credit or Adjustment"},
	{name: "line-type", expr: column("line_item_type"), doc: "the type of line in the words of the Cost and Usage Report"},
	{name: "usage-type", expr: column("usage_type"), doc: "the usage type, as AWS writes it"},
	{name: "operation", expr: column("operation"), doc: "the operation"},
	{name: "currency", expr: column("billing_currency"), doc: "the currency; a report is by currency in any case"},
	{name: "invoice", none: "(no invoice)", expr: column("invoice_id"), doc: "the invoice"},
}

// keyed are the dimensions that take a key behind a colon.
var keyed = []struct{ name, column, none, doc string }{
	{"tag", "tags", "(untagged)", "the value of a tag of the resource; KEY|KEY for one that is spelled in several ways"},
	{"account-tag", "account_tags", "(untagged)", "the value of a tag of the account"},
	{"cost-category", "cost_categories", "(no value)", "the value of a cost category"},
}

func column(name string) func(dialect.Dialect) string {
	return func(dialect.Dialect) string { return name }
}

// named is the resource's name, where the condition holds.
func named(condition string) func(dialect.Dialect) string {
	return func(dialect.Dialect) string { return "CASE WHEN " + condition + " THEN resource_name END" }
}

func day(unit, step, doc string) Dimension {
	return Dimension{name: unit, step: step, doc: doc, expr: func(d dialect.Dialect) string {
		return "CAST(CAST(" + d.Truncate(unit, "charge_period_start") + " AS DATE) AS VARCHAR)"
	}}
}

// ParseDimension reads the name of a dimension.
func ParseDimension(name string) (Dimension, error) {
	for _, d := range dimensions {
		if d.name == name {
			return d, nil
		}
	}
	sort, key, _ := strings.Cut(name, ":")
	for _, k := range keyed {
		switch {
		case k.name != sort:
		case slices.Contains(strings.Split(key, "|"), ""): // which no key of AWS's has in it
			return Dimension{}, fmt.Errorf("%s needs a key: %s:KEY, or %s:KEY|KEY for several spellings", sort, sort, sort)
		default:
			return tag(k.column, name, k.none, strings.Split(key, "|")...), nil
		}
	}
	return Dimension{}, fmt.Errorf("unknown dimension %q: the dimensions are %s", name, strings.Join(DimensionNames(), ", "))
}

// tag is a dimension of the values that a map has at the first of some keys: one tag that was spelled in several ways.
func tag(column, name, none string, keys ...string) Dimension {
	return Dimension{name: name, none: none, expr: func(d dialect.Dialect) string {
		values := make([]string, len(keys))
		for i, k := range keys {
			values[i] = d.Value(column, k)
		}
		if len(values) == 1 {
			return values[0]
		}
		return "COALESCE(" + strings.Join(values, ", ") + ")"
	}}
}

// ParseDimensions reads names, separated by commas, none of them twice.
func ParseDimensions(names ...string) ([]Dimension, error) {
	var by []Dimension
	for _, name := range names {
		d, err := ParseDimension(name)
		switch {
		case err != nil:
			return nil, err
		case d.name == "currency":
			continue // it always is
		case slices.ContainsFunc(by, func(o Dimension) bool { return o.Column() == d.Column() }):
			return nil, fmt.Errorf("%q is named twice", name)
		case d.Time() && slices.ContainsFunc(by, Dimension.Time):
			return nil, fmt.Errorf("one stretch of time is enough: %q cannot stand beside another", name)
		}
		by = append(by, d)
	}
	// Time goes first: a report is read from then to now.
	slices.SortStableFunc(by, func(a, b Dimension) int { return cmp.Compare(rank(a), rank(b)) })
	return by, nil
}

func rank(d Dimension) int {
	if d.Time() {
		return 0
	}
	return 1
}

// DimensionNames are the names that ParseDimension reads.
func DimensionNames() []string {
	var names []string
	for _, d := range dimensions {
		names = append(names, d.name)
	}
	for _, k := range keyed {
		names = append(names, k.name+":KEY")
	}
	return names
}

// DescribeDimensions is a line for each dimension, its name and what it is.
func DescribeDimensions() [][2]string {
	var lines [][2]string
	for _, d := range dimensions {
		lines = append(lines, [2]string{d.name, d.doc})
	}
	for _, k := range keyed {
		lines = append(lines, [2]string{k.name + ":KEY", k.doc})
	}
	return lines
}
