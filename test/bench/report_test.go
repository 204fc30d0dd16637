package bench

import (
	"bytes"
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
	"github.com/sagewarden/sagewarden/internal/cost/lake"
)

// A reported is how long a report took beside the SQL that says no more than it must, on the same files.
type reported struct {
	what       string
	lines      int
	rows       int
	ours, bare time.Duration
	peak       int64
}

// String is a row of a table.
func (r reported) String() string {
	return fmt.Sprintf("  %-24s %9d lines  %7d rows  %6.2fs  bare DuckDB %6.2fs  ratio %.2f  peak %d MB\n", r.what, r.lines, r.rows, r.ours.Seconds(), r.bare.Seconds(),
		r.ours.Seconds()/r.bare.Seconds(), r.peak>>20)
}

// BenchmarkReport has reports of ten million lines made, by the program as it is, and asks DuckDB itself for the same sums. SAGEWARDEN_BENCH_LINES is another number of lines.
func BenchmarkReport(b *testing.B) {
	if !duck.Available {
		b.Skip("this build has no DuckDB")
	}
	lines := 10_000_000
	if n, err := strconv.Atoi(os.Getenv("SAGEWARDEN_BENCH_LINES")); err == nil {
		lines = n
	}
	dir := manyLines(b, lines)
	for _, c := range []struct{ what, by, bare string }{
		{"day × tag", "day,tag:cost-center",
			"SELECT date_trunc('day', charge_period_start)::DATE::VARCHAR, tags['cost-center'], sum(unblended_cost)::VARCHAR FROM charges GROUP BY ALL ORDER BY 1, sum(unblended_cost) DESC"},
		{"resource × project", "resource,tag:project",
			"SELECT resource_id, tags['project'], sum(unblended_cost)::VARCHAR FROM charges GROUP BY ALL ORDER BY sum(unblended_cost) DESC"},
	} {
		b.Run(c.what, func(b *testing.B) {
			r := reported{what: c.what, lines: lines}
			for range b.N {
				begin := time.Now()
				bare(b, dir, c.bare)
				r.bare = time.Since(begin)
				begin = time.Now()
				r.rows, r.peak = ours(b, dir, c.by)
				r.ours = time.Since(begin)
			}
			b.ReportMetric(r.ours.Seconds()/r.bare.Seconds(), "x-bare")
			b.ReportMetric(float64(r.peak>>20), "MB")
			results.reports = append(results.reports, r)
		})
	}
}

// manyLines is a lake of so many lines, made once and kept.
func manyLines(b *testing.B, lines int) string {
	b.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		b.Fatal(err)
	}
	dir := filepath.Join(cache, "sagewarden-dev", fmt.Sprintf("lake-%d", lines))
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
	values := map[string]string{
		"charge_period_start": "h", "charge_period_end": "h + INTERVAL 1 HOUR", "sub_account_id": "lpad((n % 50)::VARCHAR, 12, '1')", "service_code": "'AmazonSageMaker'", "charge_category": "'Usage'",
		"line_item_type": "'Usage'", "usage_type": "'USE1-Host:ml.g5.xlarge'", "region_id": "'us-east-1'", "resource_id": "'arn:aws:sagemaker:us-east-1:111122223333:endpoint/e' || (hash(n) % 200000)",
		"consumed_quantity": "1", "consumed_unit": "'Hrs'", "billing_currency": "'USD'", "unblended_cost": "(hash(n) % 1000000007)::DECIMAL(38,18) / 1000000000", "amortized_cost": "0.5", "component": "'Hosting'",
		"usage_class": "'compute'", "instance_type": "'ml.g5.xlarge'",
		"tags": "MAP {'cost-center': 'cc-' || (n % 200), 'project': 'p' || (hash(n) % 200000 % 1000), 'environment': 'prod'}",
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

// ours has the program print the report as CSV.
func ours(b *testing.B, dir, by string) (rows int, peak int64) {
	b.Helper()
	memory := filepath.Join(b.TempDir(), "footprint")
	cmd := exec.CommandContext(b.Context(), os.Args[0], "cost", "report", "--by", by, "-o", "csv", "--lake", dir)
	cmd.Env = append(os.Environ(), asProgram+"="+memory)
	out, err := cmd.Output()
	if err != nil {
		b.Fatal(err)
	}
	text, err := os.ReadFile(memory)
	if err != nil {
		b.Fatal(err)
	}
	var f footprint
	if err := json.Unmarshal(text, &f); err != nil {
		b.Fatal(err)
	}
	return bytes.Count(out, []byte("\r\n")) - 1, f.Peak
}

// bare asks DuckDB, and reads every row.
func bare(b *testing.B, dir, query string) {
	b.Helper()
	db, err := duck.Open(b.Context(), duck.Options{Temp: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	l, err := lake.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if err := l.Attach(b.Context(), db); err != nil {
		b.Fatal(err)
	}
	rows, err := db.Query(b.Context(), query)
	if err != nil {
		b.Fatal(err)
	}
	for _, err := range duck.Values(rows) {
		if err != nil {
			b.Fatal(err)
		}
	}
}
