package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
)

// An imported is how long an import took beside others.
type imported struct {
	lines              int
	ours, bare, script spent
}

// String is a table.
func (m imported) String() string {
	if m.lines == 0 {
		return ""
	}
	return fmt.Sprintf("\nImport of a bill of %d lines, CUR 2.0 as gzip\n", m.lines) + beside(m.lines, m.bare, m.ours, m.script)
}

// BenchmarkBillImport imports ten million lines, and has DuckDB itself and a script do the same with the same files.
func BenchmarkBillImport(b *testing.B) {
	if !duck.Available {
		b.Skip("this build has no DuckDB")
	}
	m := imported{lines: billLines()}
	dir, files := manyBilled(b, m.lines)
	for range b.N {
		m.bare, m.ours = bareImport(b, files), ourImport(b, dir, m.lines)
		if venv := os.Getenv(pandas); venv != "" {
			m.script = scriptImport(b, venv, files, m.lines)
		}
	}
	b.ReportMetric(m.ours.wall.Seconds()/m.bare.wall.Seconds(), "x-bare")
	b.ReportMetric(m.ours.computed.Seconds()/m.bare.computed.Seconds(), "x-bare-cpu")
	b.ReportMetric(float64(m.ours.peak>>20), "MB")
	results.imported = m
}

// ourImport has the program import the bill.
func ourImport(b *testing.B, dir string, lines int) spent {
	b.Helper()
	out, took := program(b, "cost", "import", dir, "-o", "json", "--lake", b.TempDir())
	var doc struct {
		Months []struct {
			Kept, Skipped []struct{ Lines int }
		}
	}
	if err := json.Unmarshal(out, &doc); err != nil {
		b.Fatal(err)
	}
	if n := doc.Months[0].Kept[0].Lines + doc.Months[0].Skipped[0].Lines; n != lines {
		b.Fatalf("%d lines, want %d", n, lines)
	}
	return took
}

// bareImport has DuckDB do by hand-written SQL what an import does: write the lines that are kept as decimals, and add up those that are left out.
func bareImport(b *testing.B, files []string) spent {
	b.Helper()
	quoted := make([]string, len(files))
	for i, f := range files {
		quoted[i] = dialect.Text(f)
	}
	money := func(c string) string { return "CAST(" + c + " AS DECIMAL(38,18))" }
	from := "read_csv([" + strings.Join(quoted, ", ") + "], all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')"
	costs := money("line_item_unblended_cost") + " AS unblended_cost, COALESCE(" + money("line_item_net_unblended_cost") + ", " + money("line_item_unblended_cost") + ") AS net_unblended_cost, " +
		"CASE line_item_line_item_type WHEN 'SavingsPlanCoveredUsage' THEN " + money("savings_plan_savings_plan_effective_cost") + " WHEN 'SavingsPlanNegation' THEN 0 WHEN 'SavingsPlanUpfrontFee' THEN 0 WHEN 'SavingsPlanRecurringFee' THEN " +
		money("savings_plan_total_commitment_to_date") + " - " + money("savings_plan_used_commitment") + " WHEN 'DiscountedUsage' THEN " + money("reservation_effective_cost") + " WHEN 'RIFee' THEN " +
		money("reservation_unused_amortized_upfront_fee_for_billing_period") + " + " + money("reservation_unused_recurring_fee") + " ELSE " + money("line_item_unblended_cost") + " END AS amortized_cost, " + money("pricing_public_on_demand_cost") + " AS list_cost"
	kept := "line_item_product_code IN ('AmazonSageMaker', 'MachineLearningSavingsPlans')"
	dir := b.TempDir()
	statements := []string{
		"SET memory_limit = '4GB'", // with what a report is content with, it ends for want of memory
		"COPY (SELECT identity_line_item_id, CAST(line_item_usage_start_date AS TIMESTAMP) AS s, CAST(line_item_usage_end_date AS TIMESTAMP) AS e, bill_payer_account_id, line_item_usage_account_id, line_item_usage_account_name, bill_invoice_id, " +
			"bill_billing_entity, line_item_product_code, line_item_line_item_type, line_item_line_item_description, line_item_operation, line_item_usage_type, product_region_code, line_item_availability_zone, line_item_resource_id, " +
			money("line_item_usage_amount") + " AS q, pricing_unit, line_item_currency_code, " + costs + ", savings_plan_savings_plan_a_r_n, product_sku, pricing_rate_code, " +
			"CAST(CAST(resource_tags AS JSON) AS MAP(VARCHAR, VARCHAR)) AS tags, CAST(CAST(cost_category AS JSON) AS MAP(VARCHAR, VARCHAR)) AS categories, " +
			"regexp_extract(line_item_usage_type, '^(?:[A-Z0-9]+-)?([A-Za-z]+)', 1) AS component, regexp_extract(line_item_usage_type, '(ml\\.[a-z0-9-]+\\.[a-z0-9]+)', 1) AS instance_type, " +
			"split_part(split_part(line_item_resource_id, ':', 6), '/', 1) AS kind, split_part(split_part(line_item_resource_id, ':', 6), '/', 2) AS name FROM " + from + " WHERE " + kept + ") TO " + dialect.Text(filepath.Join(dir, "bare.parquet")) + " (FORMAT parquet, COMPRESSION zstd)",
		"SELECT line_item_currency_code, " + kept + ", count(*), sum(unblended_cost), sum(net_unblended_cost), sum(amortized_cost), sum(list_cost) FROM (SELECT line_item_currency_code, line_item_product_code, " + costs + " FROM " + from + ") GROUP BY ALL",
	}
	_, took := bare(b, statements...)
	return took
}

// scriptImport has a script of pandas write the same lines.
func scriptImport(b *testing.B, venv string, files []string, lines int) spent {
	b.Helper()
	n, took := script(b, venv, "bill.py", append([]string{filepath.Join(b.TempDir(), "pandas.parquet")}, files...)...)
	if n != lines {
		b.Fatalf("pandas read %d lines, want %d", n, lines)
	}
	return took
}
