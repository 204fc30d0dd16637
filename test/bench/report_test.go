package bench

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
)

// A reported is how long a report took beside others.
type reported struct {
	what               string
	lines, rows        int
	ours, bare, script spent
}

// String is a table.
func (r reported) String() string {
	return fmt.Sprintf("\n%s of %d lines, %d rows as CSV\n", r.what, r.lines, r.rows) + beside(r.lines, r.bare, r.ours, r.script)
}

// BenchmarkReport has reports of ten million lines made, by the program as it is, and has DuckDB itself and a script add up the same of the same files.
func BenchmarkReport(b *testing.B) {
	if !duck.Available {
		b.Skip("this build has no DuckDB")
	}
	lines := billLines()
	dir := manyLines(b, lines)
	files, view := attached(b, dir)
	for _, c := range []struct{ what, by, first, bare string }{
		{"day × tag", "day,tag:cost-center", "day",
			"SELECT date_trunc('day', charge_period_start)::DATE::VARCHAR, tags['cost-center'], sum(unblended_cost)::VARCHAR FROM charges GROUP BY ALL ORDER BY 1, sum(unblended_cost) DESC"},
		{"resource × project", "resource,tag:project", "resource",
			"SELECT resource_id, tags['project'], sum(unblended_cost)::VARCHAR FROM charges GROUP BY ALL ORDER BY sum(unblended_cost) DESC"},
	} {
		b.Run(c.what, func(b *testing.B) {
			r := reported{what: "Report by " + c.what, lines: lines}
			for range b.N {
				var out []byte
				out, r.bare = bare(b, view, c.bare)
				r.rows = bytes.Count(out, []byte("\n"))
				out, r.ours = program(b, "cost", "report", "--by", c.by, "-o", "csv", "--lake", dir)
				same(b, "sagewarden", bytes.Count(out, []byte("\r\n"))-1, r.rows) // but for the heads
				if venv := os.Getenv(pandas); venv != "" {
					var n int
					n, r.script = script(b, venv, "report.py", append([]string{c.first, filepath.Join(b.TempDir(), "report.csv")}, files...)...)
					same(b, "pandas", n, r.rows)
				}
			}
			b.ReportMetric(r.ours.wall.Seconds()/r.bare.wall.Seconds(), "x-bare")
			b.ReportMetric(r.ours.computed.Seconds()/r.bare.computed.Seconds(), "x-bare-cpu")
			b.ReportMetric(float64(r.ours.peak>>20), "MB")
			results.reports = append(results.reports, r)
		})
	}
}

func same(b *testing.B, who string, rows, want int) {
	b.Helper()
	if rows != want {
		b.Errorf("%s has %d rows, bare DuckDB has %d", who, rows, want)
	}
}

// attached are the files of a lake, and a statement that makes them the view charges.
func attached(b *testing.B, dir string) (files []string, view string) {
	b.Helper()
	l, err := lake.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	quoted := make([]string, 0, len(l.Files()))
	for _, f := range l.Files() {
		files, quoted = append(files, f), append(quoted, dialect.Text(f))
	}
	return files, "CREATE VIEW charges AS SELECT * FROM read_parquet([" + strings.Join(quoted, ", ") + "], hive_partitioning = true, hive_types = {'" + lake.Partition + "': VARCHAR})"
}

// manyLines is a lake of so many lines, made once and kept.
func manyLines(b *testing.B, lines int) string {
	b.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		b.Fatal(err)
	}
	dir := filepath.Join(cache, "sagewarden-dev", fmt.Sprintf("lake-2-%d", lines))
	l, err := lake.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	if len(l.Months()) == 3 {
		_ = l.Close()
		return dir
	}
	_ = l.Close()
	db, err := duck.Open(b.Context(), duck.Options{Temp: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	// Of a thousand lines three are taxes, three fees of savings plans and four homes of domains: what teams share.
	kind := func(tax, fee, home, other string) string {
		return "CASE WHEN n % 1000 < 3 THEN " + tax + " WHEN n % 1000 < 6 THEN " + fee + " WHEN n % 1000 < 10 THEN " + home + " ELSE " + other + " END"
	}
	values := map[string]string{
		"charge_period_start": "h", "charge_period_end": "h + INTERVAL 1 HOUR", "sub_account_id": kind("lpad((hash(n) % 50)::VARCHAR, 12, '1')", "'111111111100'", "lpad((hash(n) % 40)::VARCHAR, 12, '1')", "lpad((n % 50)::VARCHAR, 12, '1')"),
		"service_code": kind("'AmazonSageMaker'", "'MachineLearningSavingsPlans'", "'AmazonEFS'", "'AmazonSageMaker'"), "charge_category": kind("'Tax'", "'Purchase'", "'Usage'", "'Usage'"),
		"line_item_type": kind("'Tax'", "'SavingsPlanRecurringFee'", "'Usage'", "'Usage'"), "usage_type": kind("NULL", "'ComputeSP:1yrNoUpfront'", "'USE1-TimedStorage-ByteHrs'", "'USE1-Host:ml.g5.xlarge'"),
		"region_id": kind("NULL", "NULL", "'us-east-1'", "'us-east-1'"),
		"resource_id": kind("NULL", "'arn:aws:savingsplans::111111111100:savingsplan/plan-' || (hash(n) % 20)", "'arn:aws:elasticfilesystem:us-east-1:111122223333:file-system/fs-' || (hash(n) % 40)",
			"'arn:aws:sagemaker:us-east-1:111122223333:endpoint/e' || (hash(n) % 200000)"),
		"commitment_id": kind("NULL", "'arn:aws:savingsplans::111111111100:savingsplan/plan-' || (hash(n) % 20)", "NULL", "NULL"), "domain_id": kind("NULL", "NULL", "'d-' || (hash(n) % 40)", "CASE n % 5 WHEN 0 THEN 'd-' || (hash(n) % 40) END"),
		"consumed_quantity": "1", "consumed_unit": "'Hrs'", "billing_currency": "'USD'", "unblended_cost": "(hash(n) % 1000000007)::DECIMAL(38,18) / 1000000000", "amortized_cost": "0.5",
		"component": kind("NULL", "'SavingsPlan'", "NULL", "CASE n % 5 WHEN 0 THEN 'Studio' ELSE 'Hosting' END"), "usage_class": kind("'tax'", "'commitment'", "'storage'", "'compute'"),
		"instance_type": kind("NULL", "NULL", "NULL", "'ml.g5.xlarge'"),
		"tags":          kind("MAP {}", "MAP {}", "MAP {}", "MAP {'cost-center': 'cc-' || (n % 200), 'project': 'p' || (hash(n) % 200000 % 1000), 'environment': 'prod'}"),
	}
	columns := make([]string, 0, len(lake.Schema))
	for _, c := range lake.Schema[1:] {
		v := values[c.Name]
		if v == "" {
			v = "NULL"
		}
		columns = append(columns, "CAST("+v+" AS "+c.Type+") AS "+c.Name)
	}
	for m := range 3 {
		first := time.Date(2026, time.Month(1+m), 1, 0, 0, 0, 0, time.UTC)
		stage, err := lake.NewStage(dir)
		if err != nil {
			b.Fatal(err)
		}
		file := filepath.Join(stage.Dir, "bill.parquet")
		statement := fmt.Sprintf("COPY (SELECT %s FROM (SELECT n, TIMESTAMP '%s' + INTERVAL (n %% 672) HOUR AS h FROM range(%d, %d) AS t(n))) TO %s (FORMAT parquet, COMPRESSION zstd)",
			strings.Join(columns, ", "), first.Format(time.DateTime), m*lines/3, (m+1)*lines/3, dialect.Text(file))
		if err := db.Exec(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
		if err := stage.Replace(lake.Month{Period: first.Format("2006-01"), Bill: "bench"}, file); err != nil {
			b.Fatal(err)
		}
		if err := stage.Discard(); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}
