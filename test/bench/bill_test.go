package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
)

// pandas names the environment that has it.
const pandas = "SAGEWARDEN_PANDAS"

// An imported is how long an import took beside others.
type imported struct {
	lines              int
	ours, bare, script spent
}

// spent is what an import took: time on the wall, time of processors, and memory at most.
type spent struct {
	wall, computed time.Duration
	peak           int64
}

// spentBy is what a process took that is over.
func spentBy(cmd *exec.Cmd, begin time.Time, peak int64) spent {
	return spent{time.Since(begin), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), peak}
}

// String is a table.
func (m imported) String() string {
	if m.lines == 0 {
		return ""
	}
	row := func(who string, s spent) string {
		if s.wall == 0 {
			return fmt.Sprintf("  %-28s not measured\n", who)
		}
		return fmt.Sprintf("  %-28s %7.1fs %9.0f lines/s  ratio %.2f  computed %7.1fs  ratio %.2f  peak %d MB\n", who, s.wall.Seconds(), float64(m.lines)/s.wall.Seconds(), s.wall.Seconds()/m.bare.wall.Seconds(),
			s.computed.Seconds(), s.computed.Seconds()/m.bare.computed.Seconds(), s.peak>>20)
	}
	return fmt.Sprintf("\nImport of a bill of %d lines, CUR 2.0 as gzip\n", m.lines) + row("bare DuckDB", m.bare) + row("sagewarden cost import", m.ours) + row("pandas, amounts as floats", m.script)
}

// BenchmarkBillImport imports ten million lines, and has DuckDB itself and a script do the same with the same files. SAGEWARDEN_BENCH_LINES is another number of lines.
func BenchmarkBillImport(b *testing.B) {
	if !duck.Available {
		b.Skip("this build has no DuckDB")
	}
	m := imported{lines: 10_000_000}
	if n, err := strconv.Atoi(os.Getenv("SAGEWARDEN_BENCH_LINES")); err == nil {
		m.lines = n
	}
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
	memory := filepath.Join(b.TempDir(), "footprint")
	cmd := exec.CommandContext(b.Context(), os.Args[0], "cost", "import", dir, "-o", "json", "--lake", b.TempDir())
	cmd.Env = append(os.Environ(), asProgram+"="+memory)
	begin := time.Now()
	out, err := cmd.Output()
	took := spentBy(cmd, begin, 0)
	if err != nil {
		b.Fatal(err)
	}
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
	text, err := os.ReadFile(memory)
	if err != nil {
		b.Fatal(err)
	}
	var f footprint
	if err := json.Unmarshal(text, &f); err != nil {
		b.Fatal(err)
	}
	took.peak = f.Peak
	return took
}

// bareRun, in the environment, makes this binary run the statements that it names, in an engine as bare as it comes.
const bareRun = "SAGEWARDEN_BENCH_SQL"

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
		"COPY (SELECT identity_line_item_id, CAST(line_item_usage_start_date AS TIMESTAMP) AS s, CAST(line_item_usage_end_date AS TIMESTAMP) AS e, bill_payer_account_id, line_item_usage_account_id, line_item_usage_account_name, bill_invoice_id, " +
			"bill_billing_entity, line_item_product_code, line_item_line_item_type, line_item_line_item_description, line_item_operation, line_item_usage_type, product_region_code, line_item_availability_zone, line_item_resource_id, " +
			money("line_item_usage_amount") + " AS q, pricing_unit, line_item_currency_code, " + costs + ", savings_plan_savings_plan_a_r_n, product_sku, pricing_rate_code, " +
			"CAST(CAST(resource_tags AS JSON) AS MAP(VARCHAR, VARCHAR)) AS tags, CAST(CAST(cost_category AS JSON) AS MAP(VARCHAR, VARCHAR)) AS categories, " +
			"regexp_extract(line_item_usage_type, '^(?:[A-Z0-9]+-)?([A-Za-z]+)', 1) AS component, regexp_extract(line_item_usage_type, '(ml\\.[a-z0-9-]+\\.[a-z0-9]+)', 1) AS instance_type, " +
			"split_part(split_part(line_item_resource_id, ':', 6), '/', 1) AS kind, split_part(split_part(line_item_resource_id, ':', 6), '/', 2) AS name FROM " + from + " WHERE " + kept + ") TO " + dialect.Text(filepath.Join(dir, "bare.parquet")) + " (FORMAT parquet, COMPRESSION zstd)",
		"SELECT line_item_currency_code, " + kept + ", count(*), sum(unblended_cost), sum(net_unblended_cost), sum(amortized_cost), sum(list_cost) FROM (SELECT line_item_currency_code, line_item_product_code, " + costs + " FROM " + from + ") GROUP BY ALL",
	}
	script := filepath.Join(dir, "bare.json")
	text, err := json.Marshal(statements)
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(script, text, 0o600); err != nil {
		b.Fatal(err)
	}
	memory := filepath.Join(dir, "footprint")
	cmd := exec.CommandContext(b.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), asProgram+"="+memory, bareRun+"="+script)
	begin := time.Now()
	out, err := cmd.CombinedOutput()
	took := spentBy(cmd, begin, 0)
	if err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	if text, err = os.ReadFile(memory); err != nil {
		b.Fatal(err)
	}
	var f footprint
	if err := json.Unmarshal(text, &f); err != nil {
		b.Fatal(err)
	}
	took.peak = f.Peak
	return took
}

// scriptImport has a script of pandas write the same lines.
func scriptImport(b *testing.B, venv string, files []string, lines int) spent {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), filepath.Join(venv, "bin", "python"), append([]string{"testdata/bill.py", filepath.Join(b.TempDir(), "pandas.parquet")}, files...)...)
	begin := time.Now()
	out, err := cmd.Output()
	if err != nil {
		b.Fatal(err)
	}
	var n int
	var skipped float64
	var peak int64
	if _, err := fmt.Sscan(string(out), &n, &skipped, &peak); err != nil || n != lines {
		b.Fatalf("%q: %v", out, err)
	}
	return spentBy(cmd, begin, peak<<10)
}
