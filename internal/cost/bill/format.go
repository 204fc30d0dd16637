package bill

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
)

// A Format is a form of bill.
type Format string

// The formats.
const (
	LegacyCUR Format = "legacy CUR"
	CUR2      Format = "CUR 2.0"
	FOCUS10   Format = "FOCUS 1.0"
	FOCUS12   Format = "FOCUS 1.2"
)

// curColumns are those without which a file is no report of AWS: those that every one has.
var curColumns = []string{
	"bill_billing_period_start_date", "bill_payer_account_id", "line_item_line_item_type", "line_item_product_code", "line_item_unblended_cost",
	"line_item_usage_account_id", "line_item_usage_amount", "line_item_usage_start_date", "line_item_usage_end_date", "line_item_usage_type", "line_item_operation",
}

// focusColumns are those of FOCUS, whoever's bill it is.
var focusColumns = []string{
	"billedcost", "effectivecost", "billingaccountid", "billingcurrency", "billingperiodstart", "chargecategory", "chargeperiodstart", "chargeperiodend", "servicename",
}

// formatOf tells the format by the columns.
func formatOf(t *table, c *columns) (Format, error) {
	switch {
	case c.has(focusColumns...) && c.has("invoiceid"):
		return FOCUS12, nil
	case c.has(focusColumns...):
		return FOCUS10, nil
	case c.has(curColumns...) && (strings.Contains(t.columns[0].name, "/") || len(c.tags) > 0 || c.has("product_product_name")):
		return LegacyCUR, nil // CUR 2.0 has maps of tags and of the product
	case c.has(curColumns...) && (c.has("bill_payer_account_name") || c.has("resource_tags") || c.has("product")):
		return CUR2, nil
	case c.has(curColumns...):
		return LegacyCUR, nil
	}
	least, name := curColumns, "CUR"
	if c.has("billedcost") || c.has("effectivecost") {
		least, name = focusColumns, "FOCUS"
	}
	var missing []string
	for _, n := range least {
		if !c.has(n) {
			missing = append(missing, n)
		}
	}
	if len(missing) < len(least) {
		return "", wrongf(t.files[0], "export it with all columns", "row 1: this looks like "+name+" but lacks the columns %s", strings.Join(missing, ", "))
	}
	return "", wrongf(t.files[0], "bills are legacy CUR, CUR 2.0, FOCUS 1.0 and FOCUS 1.2, as CSV or Parquet", "row 1: this is no bill of AWS: none of its %d columns is known", len(t.columns))
}

// A reading is how a format's columns become those of the lake, and what else is asked of a line on the way.
type reading struct {
	// values are SQL by the lake's columns; what is not in it is NULL.
	values map[string]string
	// period is the month of the bill, instance the product's instance type.
	period, instance string
	// split tells a pod's share of an instance that is billed on a line of its own.
	split string
	casts []cast
}

// of reads a column of the lake.
func (r reading) of(column string) string { return r.values[column] }

func read(f Format, c *columns) reading {
	var r reading
	if f == FOCUS10 || f == FOCUS12 {
		r = readFOCUS(c)
	} else {
		r = readCUR(c)
	}
	for _, one := range c.casts {
		if !slices.Contains(r.casts, one) {
			r.casts = append(r.casts, one)
		}
	}
	return r
}

// quantities are no money.
var quantities = []string{"line_item_usage_amount", "consumedquantity"}

// rounding counts the amounts of a line that have more digits than the lake keeps, and what they lose.
func (r reading) rounding() (count, residue string) {
	counts, residues := []string{"0"}, []string{"CAST(0 AS DECIMAL(38,28))"}
	for _, c := range r.casts {
		if c.as != asMoney || slices.Contains(quantities, canonical(c.name)) {
			continue
		}
		t := c.text()
		long := fmt.Sprintf("(length(%s) > 19 OR strpos(%[1]s, 'e') > 0 OR strpos(%[1]s, 'E') > 0)", t)
		loss := fmt.Sprintf("CASE WHEN %s THEN COALESCE(TRY_CAST(CAST(%s AS %s) AS DECIMAL(38,28)) - TRY_CAST(%[2]s AS DECIMAL(38,28)), 0) ELSE 0 END", long, t, asMoney)
		counts = append(counts, "CASE WHEN "+long+" AND "+loss+" <> 0 THEN 1 ELSE 0 END")
		residues = append(residues, loss)
	}
	return strings.Join(counts, " + "), strings.Join(residues, " + ")
}

// kept tells the lines that go into the lake.
func (r reading) kept(c *columns, products []string) string {
	keep := "true"
	if len(products) > 0 {
		keep = r.of("service_code") + " IN (" + dialect.Texts(products...) + ") OR " + c.marked()
	}
	return "COALESCE(NOT (" + r.split + ") AND (" + keep + "), false)"
}
