//go:build interop

package trino

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/cli"
	"github.com/sagewarden/sagewarden/internal/cost/athena"
	"github.com/sagewarden/sagewarden/internal/cost/bill"
	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// months are those of the bill.
var months = []string{"2026-10", "2026-11"}

// A bench is a bill in Athena and in a lake.
type bench struct {
	*engine
	lake string
	// sizes are those of the months' files.
	sizes map[string]int64
	table athena.Table
}

// try runs a command line.
func try(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, failed bytes.Buffer
	status = cli.Run(t.Context(), cli.Env{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &failed, Getenv: os.Getenv, Now: func() time.Time { return time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC) },
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }, Width: func(io.Writer) int { return 0 }})
	return status, out.String(), failed.String()
}

func must(t *testing.T, args ...string) string {
	t.Helper()
	status, stdout, stderr := try(t, args...)
	if status != 0 {
		t.Fatalf("sagewarden %s: exit status %d\n%s%s", strings.Join(args, " "), status, stdout, stderr)
	}
	return stdout
}

// set sets the bench: the bill of two months, delivered as Parquet, imported into a lake, and a table over it in the catalog.
func set(t *testing.T) *bench {
	t.Helper()
	root := t.TempDir()
	b := &bench{engine: start(t, root), lake: filepath.Join(t.TempDir(), "lake"), sizes: map[string]int64{}, table: athena.Table{Database: "billing", Name: "cur2", Products: bill.Needed}}
	var columns []world.QueryColumn
	for _, m := range months {
		dir := filepath.Join(t.TempDir(), "bill")
		must(t, "sim", "bill", "--month", m, "--at", "2026-11-27T09:00:00Z", "--format", "cur2", "--encoding", "parquet", "-o", dir)
		must(t, "cost", "import", dir, "--lake", b.lake)
		files, err := filepath.Glob(filepath.Join(dir, "*", "data", "*", "*.parquet"))
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		data, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		b.sizes[m] = int64(len(data))
		to := filepath.Join(root, "data", "BILLING_PERIOD="+m)
		if err := os.MkdirAll(to, 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, "bill.snappy.parquet"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		columns = columnsOf(t, files[0])
	}
	var list []string
	for _, c := range columns {
		list = append(list, c.Name+" "+strings.NewReplacer("string", "varchar", "<", "(", ">", ")", "timestamp", "timestamp(3)").Replace(c.Type))
	}
	for _, statement := range []string{
		"CREATE SCHEMA billing", "CREATE SCHEMA finops",
		"CREATE TABLE cur2 (" + strings.Join(list, ", ") + ", billing_period varchar) WITH (external_location = 'local:///data', format = 'PARQUET', partitioned_by = ARRAY['billing_period'])",
		"CALL awsdatacatalog.system.sync_partition_metadata('billing', 'cur2', 'ADD', false)",
	} {
		if _, err := b.ask(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	b.serve(t, columns)
	return b
}

// columnsOf are those of a file, as the catalog has them.
func columnsOf(t *testing.T, file string) (columns []world.QueryColumn) {
	t.Helper()
	db, err := duck.Open(t.Context(), duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.Query(t.Context(), "DESCRIBE SELECT * FROM read_parquet("+dialect.Text(file)+", hive_partitioning = false)")
	if err != nil {
		t.Fatal(err)
	}
	types := strings.NewReplacer("MAP(", "map<", ")", ">", "VARCHAR", "string", "TIMESTAMP WITH TIME ZONE", "timestamp", "TIMESTAMP", "timestamp", "DOUBLE", "double", " ", "")
	for row, err := range duck.Values(rows) {
		if err != nil {
			t.Fatal(err)
		}
		columns = append(columns, world.QueryColumn{Name: row[0].(string), Type: types.Replace(row[1].(string))})
	}
	return columns
}

const payer = "111111111111"

// serve answers Athena's protocol, for a caller who may do what sagewarden iam prints, and no more.
func (b *bench) serve(t *testing.T, columns []world.QueryColumn) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "sagewarden.yaml")
	configuration := "cost:\n  athena:\n    database: billing\n    table: cur2\n    viewsDatabase: finops\n    workgroup: finops\n    results: s3://answers/finops/\n    bill: s3://bills/cur2/\n    region: us-east-1\n"
	if err := os.WriteFile(file, []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", dir)
	t.Chdir(dir)
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	policy := must(t, "iam", "--for", "cost,cost-views", "--account", payer, "--config", file)
	w := &world.World{At: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC), Accounts: []*world.Account{{ID: payer, Name: "payer", Regions: []*world.Region{{Name: "us-east-1"}},
		Keys:       []world.Key{{AccessKeyID: "AKIAPAYER", SecretAccessKey: "secret", Policies: []string{policy}}},
		Workgroups: []*world.Workgroup{{Name: "finops", Results: "s3://answers/finops/"}},
		Tables:     []*world.CatalogTable{{Database: "billing", Name: "cur2", Place: "s3://bills/cur2/", Columns: columns, Partitions: []world.QueryColumn{{Name: "billing_period", Type: "string"}}}}}}}
	now := w.At
	handler, err := wire.New(wire.Options{World: w, Now: func() time.Time { now = now.Add(time.Second); return now }, Athena: func(statement string) *world.Query { return b.athena(context.Background(), statement) }})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "AKIAPAYER", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true"} {
		t.Setenv(name, value)
	}
}

// reports are asked of both engines.
var reports = [][]string{
	{"--by", "month,component", "--cost", "unblended,net-unblended,amortized,net-amortized,list", "--apart", "--month", "2026-10..2026-11"},
	{"--by", "day,tag:team,component,instance-type", "--cost", "unblended,amortized", "--month", "2026-10"},
	{"--by", "resource,tag:project", "--cost", "amortized", "--month", "2026-10..2026-11"},
	{"--by", "week,account,region,class", "--month", "2026-10..2026-11"},
	{"--by", "user,space,domain,app", "--month", "2026-11", "--compare", "previous"},
	{"--by", "month,account", "--month", "2026-11", "--compare", "previous", "--top", "3"},
	{"--by", "day", "--since", "2026-10-20", "--until", "2026-11-10", "--compare", "previous"},
	{"--by", "kind,endpoint,job,instance-family", "--where", "component=Host*", "--where", "component=Train*", "--where", "tag:team!=fraud", "--month", "2026-10"},
	{"--by", "name,usage-type,operation,line-type,category,purchase-option,commitment,service,payer,account-name", "--where", "region=eu-*", "--where", "region=us-*", "--month", "2026-10..2026-11"},
	{"--by", "resource", "--top", "10", "--month", "2026-10", "--where", "tag:team="},
}

// TestReportsAreTheSame: what Trino answers over the table is what DuckDB answers over the lake, to the last digit, through the whole program and the protocol of Athena.
func TestReportsAreTheSame(t *testing.T) {
	b := set(t)
	for _, report := range reports {
		t.Run(strings.Join(report, " "), func(t *testing.T) {
			args := append([]string{"cost", "report", "-o", "csv"}, report...)
			want := must(t, append(args, "--lake", b.lake)...)
			got := must(t, append(args, "--engine", "athena")...)
			if strings.Count(want, "\n") < 3 {
				t.Errorf("this proves nothing:\n%s", want)
			}
			if diff := cmp.Diff(lines(want), lines(got)); diff != "" {
				t.Errorf("(- DuckDB, + Trino)\n%s", diff)
			}
		})
	}
	t.Run("the whole story", func(t *testing.T) {
		args := []string{"cost", "report", "-o", "markdown", "--month", "2026-11", "--cost", "amortized"}
		want, got := must(t, append(args, "--lake", b.lake)...), must(t, append(args, "--engine", "athena")...)
		if diff := cmp.Diff(lines(want), lines(got)); diff != "" {
			t.Errorf("(- DuckDB, + Trino)\n%s", diff)
		}
	})
	t.Run("every column of every line", b.lines)
	t.Run("a table of texts", b.texts)
	t.Run("teams", b.teams)
	t.Run("views", func(t *testing.T) {
		b.views(t)
		t.Run("dashboard", b.dashboard)
		t.Run("only what was named is read", b.prunes)
		t.Run("nothing is changed", b.readsOnly)
	})
}

// lines are those of a text, since ties of the first cost stand in an order of their own.
func lines(text string) []string {
	all := strings.Split(strings.ReplaceAll(text, "\r", ""), "\n")
	slices.Sort(all)
	return all
}

// lines holds line by line what both engines make of the bill.
func (b *bench) lines(t *testing.T) {
	var here, there []string
	for _, c := range lake.Schema {
		name := dialect.Name(c.Name)
		switch {
		case c.Type == dialect.Labels:
			here, there = append(here, "CAST(to_json("+name+") AS VARCHAR)"), append(there, "json_format(CAST("+name+" AS JSON))")
		case strings.HasPrefix(c.Type, "TIMESTAMP"):
			here, there = append(here, "strftime("+name+", '%Y-%m-%d %H:%M:%S')"), append(there, "date_format("+name+", '%Y-%m-%d %H:%i:%s')")
		default:
			here, there = append(here, "CAST("+name+" AS VARCHAR)"), append(there, "CAST("+name+" AS VARCHAR)")
		}
	}
	charges, err := b.table.Charges(months[0], months[1])
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.ask(t.Context(), "WITH charges AS (\n"+charges+"\n) SELECT "+strings.Join(there, ", ")+" FROM charges ORDER BY line_id")
	if err != nil {
		t.Fatal(err)
	}
	db := b.duck(t)
	rows, err := db.Query(t.Context(), "SELECT "+strings.Join(here, ", ")+" FROM charges ORDER BY line_id")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for row, err := range duck.Values(rows) {
		if err != nil {
			t.Fatal(err)
		}
		if n >= len(r.Data) {
			t.Fatalf("Trino has %d lines only", n)
		}
		for i := range row {
			if got, want := plain(r.Data[n][i]), plain(row[i]); got != want {
				t.Fatalf("line %v: %s is %s for DuckDB and %s for Trino", row[1], lake.Schema[i].Name, want, got)
			}
		}
		n++
	}
	if n != len(r.Data) || n < 30_000 {
		t.Errorf("%d lines, and %d", n, len(r.Data))
	}
}

// plain is a value as a text, JSON with its keys in order.
func plain(v any) string {
	s := fmt.Sprint(v)
	var m map[string]any
	if strings.HasPrefix(s, "{") && json.Unmarshal([]byte(s), &m) == nil {
		ordered, _ := json.Marshal(m)
		return string(ordered)
	}
	return s
}

func (b *bench) duck(t *testing.T) *duck.DB {
	t.Helper()
	l, err := lake.Open(b.lake)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	db, err := duck.Open(t.Context(), duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := l.Attach(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	return db
}

// teams: rules over what is fetched by day come to what they come to over the lake's lines.
func (b *bench) teams(t *testing.T) {
	file, err := os.ReadFile("sagewarden.yaml")
	if err != nil {
		t.Fatal(err)
	}
	ruled := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(ruled, append(file, rules...), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"cost", "allocate", "--month", "2026-10..2026-11", "--by", "month,team,rule,pool,component", "--cost", "unblended,amortized,net-amortized,list"},
		{"cost", "report", "--month", "2026-11", "--by", "day,team", "--compare", "previous"},
		{"cost", "chargeback", "--month", "2026-10"},
	} {
		args = append(args, "--config", ruled, "-o", "csv")
		want, got := must(t, append(args, "--lake", b.lake)...), must(t, append(args, "--engine", "athena")...)
		if diff := cmp.Diff(lines(uncounted(t, want)), lines(uncounted(t, got))); diff != "" || strings.Count(want, "\n") < 20 {
			t.Errorf("%v (- DuckDB, + Trino)\n%s", args, diff)
		}
	}
}

// rules have a tag, a pool that is shared in proportion, and one that is split evenly.
const rules = `  allocation:
    rules:
      - {name: by tag, tag: team}
      - {name: commitments, when: {class: [commitment]}, pool: plans}
      - {name: taxes, when: {class: [tax]}, pool: tax}
      - {name: accounts, accounts: {"165040904793": speech}}
    default: platform
    pools:
      plans: {split: proportional}
      tax: {split: even, to: [platform, speech, pricing]}
`

// uncounted is a table without the columns that count lines, of which there are fewer where a day's come as one.
func uncounted(t *testing.T, table string) string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range records {
		for i, v := range r {
			if !slices.Contains([]string{"line_count", "charges", "lines"}, records[0][i]) {
				b.WriteString(v + "|")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// texts holds what is made of a table over CSV, in which all is text and maps are JSON, against the lake.
func (b *bench) texts(t *testing.T) {
	columns, err := b.ask(t.Context(), "SELECT * FROM cur2 WHERE false")
	if err != nil {
		t.Fatal(err)
	}
	table := athena.Table{Database: "finops", Name: "texts", Products: bill.Needed}
	var list []string
	for _, c := range columns.Columns {
		text := "CAST(" + c.Name + " AS varchar)"
		switch {
		case strings.HasPrefix(c.Type, "timestamp"):
			text = "to_iso8601(at_timezone(with_timezone(" + c.Name + ", 'UTC'), '+01:00'))"
		case strings.HasPrefix(c.Type, "map"):
			text = "json_format(CAST(" + c.Name + " AS JSON))"
		}
		list = append(list, text+" AS "+c.Name)
		table.Columns = append(table.Columns, bill.Column{Name: c.Name, Type: "VARCHAR"})
	}
	if _, err := b.ask(t.Context(), "CREATE VIEW finops.texts AS SELECT "+strings.Join(list, ", ")+" FROM cur2"); err != nil {
		t.Fatal(err)
	}
	charges, err := table.Charges(months[0], months[0])
	if err != nil {
		t.Fatal(err)
	}
	const question = " SELECT component, region_id, CAST(charge_period_start AS DATE), count(*), sum(unblended_cost), sum(amortized_cost), sum(list_cost), count(user_profile_name)" +
		" FROM charges WHERE billing_period = '2026-10' GROUP BY 1, 2, 3"
	r, err := b.ask(t.Context(), "WITH charges AS ("+charges+")"+question)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := b.duck(t).Query(t.Context(), question)
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for row, err := range duck.Values(rows) {
		if err != nil {
			t.Fatal(err)
		}
		row[2] = row[2].(time.Time).Format(time.DateOnly)
		want = append(want, words(row))
	}
	for _, row := range r.Data {
		got = append(got, words(row))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 100 {
		t.Errorf("%d rows (- DuckDB, + Trino)\n%s", len(want), diff)
	}
}

// views makes the views through the program, and holds each against its report over the lake.
func (b *bench) views(t *testing.T) {
	printed := must(t, "cost", "views", "athena", "--tag", "team", "--tag", "cost-center", "--apply")
	all, err := athena.Views{Table: b.table, Database: "finops", Prefix: "sagewarden_", Tags: []string{"team", "cost-center"}}.All()
	if err != nil {
		t.Fatal(err)
	}
	db := b.duck(t)
	for _, v := range all {
		if !strings.Contains(printed, "finops."+v.Name) {
			t.Errorf("%s was not made:\n%s", v.Name, printed)
		}
		if v.Report == nil {
			continue
		}
		r, err := b.ask(t.Context(), `SELECT * FROM finops.`+v.Name)
		if err != nil {
			t.Errorf("%s: %v", v.Name, err)
			continue
		}
		rows, err := db.Query(t.Context(), v.Report.Unordered(dialect.DuckDB))
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for row, err := range duck.Values(rows) {
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, words(row))
		}
		for _, row := range r.Data {
			got = append(got, words(row))
		}
		slices.Sort(want)
		slices.Sort(got)
		if len(want) == 0 && v.Name != "sagewarden_unread" {
			t.Errorf("%s has no rows: it proves nothing", v.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (- DuckDB, + Trino)\n%s", v.Name, diff)
		}
	}
}

// zeros are those that a decimal is written with to its full measure.
var zeros = regexp.MustCompile(`^(-?[0-9]+)(\.[0-9]*?)0*$`)

func words(row []any) string {
	texts := make([]string, len(row))
	for i, v := range row {
		texts[i] = strings.TrimSuffix(zeros.ReplaceAllString(fmt.Sprint(v), "$1$2"), ".")
	}
	return strings.Join(texts, "|")
}

// prunes: a month that is named is the only one that is read, in a report and in a view.
func (b *bench) prunes(t *testing.T) {
	for _, m := range months {
		r, err := b.ask(t.Context(), "SELECT month, component, unblended_cost FROM finops.sagewarden_daily WHERE month = '"+m+"'")
		if err != nil {
			t.Fatal(err)
		}
		if n := r.Stats.PhysicalInputBytes; n == 0 || n > b.sizes[m] {
			t.Errorf("the view read %d bytes for %s, whose file has %d", n, m, b.sizes[m])
		}
		_, _, said := try(t, "cost", "report", "--engine", "athena", "--month", m, "--price-per-tb", "5")
		if !strings.Contains(said, "Athena read ") || !strings.Contains(said, "charges 10 MB: at most $0.000053 at $5 a terabyte") {
			t.Errorf("said %s", said)
		}
	}
	if b.sizes[months[0]] == b.sizes[months[1]] {
		t.Error("both files are of one size: it proves less")
	}
}

// readsOnly: a question can change nothing.
func (b *bench) readsOnly(t *testing.T) {
	ask := func(statement string) (int, string) {
		status, stdout, stderr := try(t, "cost", "query", "--engine", "athena", "--month", "2026-10", "-o", "csv", "--", statement)
		return status, stdout + stderr
	}
	for _, good := range []string{
		"SELECT count(*) AS n FROM charges", "WITH t AS (SELECT 1 AS n) SELECT n FROM t, charges LIMIT 1", "-- a word before\nSELECT 1 AS n FROM charges LIMIT 1", "/* and\nanother */ (SELECT 1 AS n)",
		"WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT max(n) AS n FROM t", "VALUES 1",
	} {
		if status, text := ask(good); status != 0 {
			t.Errorf("%s: exit status %d\n%s", good, status, text)
		}
	}
	before, err := b.ask(t.Context(), "SHOW TABLES FROM finops")
	if err != nil {
		t.Fatal(err)
	}
	for _, attack := range []string{
		"DROP VIEW finops.sagewarden_daily", "CREATE TABLE finops.x AS SELECT 1 AS n", "INSERT INTO cur2 SELECT * FROM cur2", "SELECT 1; DROP VIEW finops.sagewarden_daily", "DELETE FROM cur2",
		"WITH t AS (SELECT 1 AS n) INSERT INTO finops.x SELECT n FROM t", "WITH t AS (SELECT 1) DROP VIEW finops.sagewarden_daily", "(DROP VIEW finops.sagewarden_daily)", "TABLE charges; DROP VIEW finops.sagewarden_daily",
		"CALL awsdatacatalog.system.sync_partition_metadata('billing', 'cur2', 'DROP')", "UNLOAD (SELECT 1) TO 's3://x/'", "EXPLAIN ANALYZE DROP VIEW finops.sagewarden_daily", "PREPARE x FROM SELECT 1", "SET SESSION a = 1", "", "--",
		"SELECT 1) SELECT 2 --", "charges AS (SELECT 1) DROP VIEW finops.sagewarden_daily",
	} {
		if status, text := ask(attack); status == 0 {
			t.Errorf("%s: it went through\n%s", attack, text)
		}
	}
	after, err := b.ask(t.Context(), "SHOW TABLES FROM finops")
	if diff := cmp.Diff(before.Data, after.Data); diff != "" || err != nil || len(after.Data) < 5 {
		t.Errorf("%v %v\n%s", err, after, diff)
	}
}
