package athena

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/sagewarden/sagewarden/internal/cost/bill"
	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Table is the organization's bill: CUR 2.0 in a database of the Glue catalog.
type Table struct {
	Database, Name string
	// Columns are those that the catalog tells; those of every export where it was not asked.
	Columns []bill.Column
	// Products are the services whose lines are charges; all are where none is named.
	Products []string
}

// Catalog is the one that every account has, in which the table is.
const Catalog = "AwsDataCatalog"

// DefaultMaxScan is how many bytes a query may read where nobody says.
const DefaultMaxScan = 100 << 30

// named are names that Athena takes for a database, a table or a view, quoted.
var named = regexp.MustCompile(`^[a-z0-9_][a-z0-9_-]{0,126}$`)

// CheckName says what is wrong with the name of a database, a table or a view.
func CheckName(what, name string) error {
	if !named.MatchString(name) {
		return fmt.Errorf("%q is no name of a %s in the Glue catalog: those are of small letters, digits, _ and -", name, what)
	}
	return nil
}

// SQL is the name in a statement.
func (t Table) SQL() string { return dialect.Name(t.Database) + "." + dialect.Name(t.Name) }

// String is the name as people read it.
func (t Table) String() string { return t.Database + "." + t.Name }

// Charges is a query that makes the table charges of the bill's months, the first and the last of them as 2026-03; of all where they are empty.
func (t Table) Charges(first, last string) (string, error) {
	columns := t.Columns
	if columns == nil {
		columns = standard()
	}
	s := bill.Source{Table: t.SQL(), Columns: columns, Products: t.Products, Where: between(first, last)}
	query, err := s.Charges(dialect.Athena)
	if e, ok := errors.AsType[*estate.Error](err); ok {
		return "", &estate.Error{Op: "read table", On: t.String(), Err: e.Err, Hint: e.Hint}
	}
	return query, err
}

// between is SQL of the months from the first to the last, empty for all: literals beside the bare column, so that no partition of another month is even listed.
func between(first, last string) string {
	if first == "" {
		return ""
	}
	return dialect.Name(lake.Partition) + " >= " + dialect.Text(first) + " AND " + dialect.Name(lake.Partition) + " <= " + dialect.Text(last)
}

// sqlType is a type of the Glue catalog in the words of SQL.
func sqlType(glue string) string {
	glue = strings.ToLower(strings.ReplaceAll(glue, " ", ""))
	switch {
	case glue == "string", strings.HasPrefix(glue, "varchar"), strings.HasPrefix(glue, "char"):
		return "VARCHAR"
	case glue == "map<string,string>":
		return dialect.Labels
	}
	return strings.ToUpper(glue)
}

// standard are the columns of every export of CUR 2.0 that charges are made of, as its table has them.
func standard() []bill.Column {
	var all []bill.Column
	for _, of := range []struct{ kind, names string }{
		{"VARCHAR", lake.Partition + " bill_billing_entity bill_invoice_id bill_payer_account_id bill_payer_account_name identity_line_item_id line_item_availability_zone " +
			"line_item_currency_code line_item_line_item_description line_item_line_item_type line_item_operation line_item_product_code line_item_resource_id " +
			"line_item_usage_account_id line_item_usage_account_name line_item_usage_type pricing_rate_code pricing_unit product_instance_type product_region_code product_sku " +
			"reservation_reservation_a_r_n savings_plan_savings_plan_a_r_n"},
		{"TIMESTAMP", "bill_billing_period_start_date line_item_usage_end_date line_item_usage_start_date"},
		{dialect.Labels, "cost_category product resource_tags tags"},
		{"DOUBLE", "line_item_net_unblended_cost line_item_unblended_cost line_item_usage_amount pricing_public_on_demand_cost " +
			"reservation_amortized_upfront_fee_for_billing_period reservation_effective_cost reservation_net_effective_cost " +
			"reservation_net_unused_amortized_upfront_fee_for_billing_period reservation_net_unused_recurring_fee " +
			"reservation_unused_amortized_upfront_fee_for_billing_period reservation_unused_recurring_fee " +
			"savings_plan_amortized_upfront_commitment_for_billing_period savings_plan_net_savings_plan_effective_cost savings_plan_savings_plan_effective_cost " +
			"savings_plan_total_commitment_to_date savings_plan_used_commitment"},
	} {
		for name := range strings.FieldsSeq(of.names) {
			all = append(all, bill.Column{Name: name, Type: of.kind})
		}
	}
	return all
}
