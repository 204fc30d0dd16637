package showback

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
	"github.com/sagewarden/sagewarden/test/absent"
)

// A charge is a line of the bill, as far as the tests know it. Empty is NULL.
type charge struct {
	month                                         string
	start                                         time.Time
	account, resource, class, tag, currency       string
	unblended, amortized, list, instance, service string
}

// bill is a few months of charges with everything that sums trip over: credits, many digits, what is not known, what is billed in another month than it was used in,
// and two currencies where asked for.
func bill(seed uint64, currencies ...string) []charge {
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(values ...string) string { return values[r.IntN(len(values))] }
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var lines []charge
	for range 400 {
		start := begin.Add(time.Duration(r.IntN(90*24)) * time.Hour)
		billed := start
		if r.IntN(20) == 0 {
			billed = start.AddDate(0, 1, 0) // late
		}
		c := charge{
			month: billed.Format("2006-01"), start: start, account: pick("111111111111", "222222222222"), currency: pick(currencies...),
			resource: pick("", "arn:aws:sagemaker:eu-west-1:111111111111:endpoint/it's", "arn:aws:sagemaker:eu-west-1:111111111111:app/d/u/JupyterLab/default"),
			class:    pick("compute", "storage", "data", "requests", "tax", ""), tag: pick("", "red", "blue", "a_b", "a%b"), service: "AmazonSageMaker",
			instance: pick("", "ml.g5.xlarge", "ml.p4d.24xlarge", "ml.m5.large"),
		}
		c.unblended = decimal.New(r.Int64N(2_000_000_000_000)-100_000_000_000, -12).String()
		c.amortized = decimal.New(r.Int64N(1_000_000), -18).String()
		if r.IntN(4) > 0 {
			c.list = decimal.New(r.Int64N(1_000_000), -4).String()
		}
		lines = append(lines, c)
	}
	return lines
}

// engine is an engine with the charges.
func engine(t *testing.T, lines []charge) *duck.DB {
	t.Helper()
	if !duck.Available {
		absent.Peer(t, "this build has no DuckDB")
	}
	db, err := duck.Open(context.Background(), duck.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	columns := make([]string, len(lake.Schema))
	for i, c := range lake.Schema {
		columns[i] = c.Name + " " + c.Type
	}
	must(t, db, "CREATE TABLE charges ("+strings.Join(columns, ", ")+")")
	var values []string
	for _, c := range lines {
		tags := "MAP {}"
		if c.tag != "" {
			tags = "MAP {'team': " + dialect.Text(c.tag) + "}"
		}
		values = append(values, fmt.Sprintf("(%s, TIMESTAMP '%s', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", null(c.month), c.start.Format(time.DateTime), null(c.account), null(c.resource),
			null(c.class), tags, null(c.currency), null(c.unblended), null(c.amortized), null(c.list), null(c.instance), null(c.service)))
	}
	if len(values) == 0 {
		return db
	}
	must(t, db, "INSERT INTO charges (billing_period, charge_period_start, sub_account_id, resource_id, usage_class, tags, billing_currency, unblended_cost, amortized_cost, list_cost, instance_type, service_code) VALUES "+
		strings.Join(values, ", "))
	return db
}

func null(s string) string {
	if s == "" {
		return "NULL"
	}
	return dialect.Text(s)
}

func must(t *testing.T, db *duck.DB, statement string) {
	t.Helper()
	if err := db.Exec(context.Background(), statement); err != nil {
		t.Fatal(err)
	}
}

func dims(t *testing.T, names ...string) []Dimension {
	t.Helper()
	by, err := ParseDimensions(names...)
	if err != nil {
		t.Fatal(err)
	}
	return by
}

func costsOf(t *testing.T, names ...string) []Cost {
	t.Helper()
	var all []Cost
	for _, n := range names {
		c, err := ParseCost(n)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

func months(t *testing.T, from, to string) Period {
	t.Helper()
	p, err := Months(from, to)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func days(t *testing.T, from, to string) Period {
	t.Helper()
	a, _ := time.Parse(time.DateOnly, from)
	b, _ := time.Parse(time.DateOnly, to)
	p, err := Days(a, b)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func filters(t *testing.T, texts ...string) []Filter {
	t.Helper()
	var all []Filter
	for _, s := range texts {
		f, err := ParseFilter(s)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}
