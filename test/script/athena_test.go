package script

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// athenaWorld is an organization whose bill lies in Athena.
func athenaWorld(policies ...string) *world.World {
	var columns []world.QueryColumn
	for _, of := range []struct{ kind, names string }{
		{"string", "bill_payer_account_id bill_payer_account_name line_item_line_item_type line_item_product_code line_item_usage_account_id line_item_usage_type line_item_operation"},
		{"timestamp", "bill_billing_period_start_date line_item_usage_start_date line_item_usage_end_date"}, {"double", "line_item_unblended_cost line_item_usage_amount"}, {"map<string,string>", "product resource_tags"},
	} {
		for name := range strings.FieldsSeq(of.names) {
			columns = append(columns, world.QueryColumn{Name: name, Type: of.kind})
		}
	}
	return &world.World{At: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC), Accounts: []*world.Account{{ID: "111111111111", Name: "payer", Regions: []*world.Region{{Name: "eu-west-1"}, {Name: "us-east-1"}},
		Keys:       []world.Key{{AccessKeyID: "AKIAPAYER", SecretAccessKey: "secret", Policies: policies}},
		Workgroups: []*world.Workgroup{{Name: "primary"}, {Name: "finops", Results: "s3://aws-athena-query-results-acme/finops/", Limit: 10 << 30}, {Name: "small", Results: "s3://answers/", Limit: 1 << 20}, {Name: "off", Results: "s3://answers/", Disabled: true}},
		Tables:     []*world.CatalogTable{{Database: "billing", Name: "cur2", Place: "s3://acme-billing/cur2/", Columns: columns, Partitions: []world.QueryColumn{{Name: "billing_period", Type: "string"}}}}}}}
}

// athenaServed serves it: whatever is asked has one row, and the clock goes on with each call.
func athenaServed(t *testing.T, w *world.World, told func(wire.Call)) *wire.Server {
	t.Helper()
	now, one := w.At, "1"
	return connectTo(t, wire.Options{World: w, OnCall: told, Now: func() time.Time { now = now.Add(time.Second); return now },
		Athena: func(string) *world.Query {
			return &world.Query{Columns: []world.QueryColumn{{Name: "n", Type: "bigint"}}, Rows: [][]*string{{&one}}, Scanned: 20 << 20, Takes: 5 * time.Second}
		}})
}

var (
	question = []string{"cost", "query", "--engine", "athena", "--database", "billing", "--table", "cur2", "--workgroup", "finops", "--month", "2026-10", "--region", "eu-west-1", "-o", "csv", "SELECT 1 AS n FROM charges"}
	making   = []string{"cost", "views", "athena", "--database", "billing", "--table", "cur2", "--workgroup", "finops", "--region", "eu-west-1", "--apply"}
)

// TestPrintedAthenaPermissions: what iam prints for cost and views is enough to ask the bill, to stop a question and to make views; and without any one action of it something is missing.
func TestPrintedAthenaPermissions(t *testing.T) {
	granted := printed(t, &world.World{}, "111111111111", "cost,cost-views")
	outcome := func(action string) (string, map[string]int) {
		w := athenaWorld(granted.without(t, action))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		interrupting := false
		server := athenaServed(t, w, func(c wire.Call) {
			if interrupting && c.Operation == "athena:GetQueryExecution" {
				cancel()
			}
		})
		var b strings.Builder
		for _, args := range [][]string{question, making} {
			stdout, _, status := session(t, w, args)
			fmt.Fprintln(&b, status, stdout)
		}
		interrupting = true
		_, stderr, status := sessionUntil(ctx, w, question)
		fmt.Fprintln(&b, status, strings.Contains(stderr, "may still run"))
		return b.String(), server.Calls()
	}
	whole, calls := outcome("")
	if !strings.HasPrefix(whole, "0 n\r\n1\r\n") || strings.Count(whole, "sagewarden_") != 8 || !strings.HasSuffix(whole, "false\n") || calls["athena:StopQueryExecution"] != 1 {
		t.Fatalf("under what is printed: %s\n%v", whole, calls)
	}
	// Long answers alone are written in parts.
	spared := []string{"s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:ListBucketMultipartUploads"}
	ours := granted // beside it, cost reads what is switched on for the bill
	ours.Statement = slices.DeleteFunc(slices.Clone(granted.Statement), func(s statement) bool {
		return !slices.Contains([]string{"QueryBill", "ReadBillTable", "ReadBillCatalog", "ReadBillFiles", "KeepQueryResults", "MakeBillViews"}, s.Sid)
	})
	if len(ours.Statement) != 6 {
		t.Errorf("%d statements", len(ours.Statement))
	}
	for _, action := range ours.actions() {
		if slices.Contains(spared, action) {
			continue
		}
		if less, _ := outcome(action); less == whole {
			t.Errorf("without %s nothing is missing", action)
		}
	}
}

// TestAthenaAsUsersMeetIt: what is asked, what that cost, and what goes wrong, in the words that people read.
func TestAthenaAsUsersMeetIt(t *testing.T) {
	w := athenaWorld()
	athenaServed(t, w, nil)
	base := []string{"cost", "query", "--engine", "athena", "--region", "eu-west-1"}
	table := append(slices.Clone(base), "--database", "billing", "--table", "cur2", "--workgroup", "finops")
	for _, tt := range []struct {
		args   []string
		status int
		want   string
	}{
		{append(slices.Clone(table), "--month", "2026-10", "--price-per-tb", "5", "SELECT 1"), 0, "sagewarden: Athena read 20 MB in 1 query, and charges 20 MB: at most $0.000105 at $5 a terabyte; workgroup finops stops a query at 10 GB\n"},
		{append(slices.Clone(table), "SELECT 1"), 2, "sagewarden: without a month Athena would read the whole bill, which costs money: name it with --month, or say --all-months\n"},
		{append(slices.Clone(table), "--all-months", "SELECT 1"), 0, "sagewarden: Athena read 20 MB in 1 query, and charges 20 MB; workgroup finops stops a query at 10 GB\n"},
		{append(slices.Clone(table), "--all-months", "--month", "2026-10", "SELECT 1"), 2, "it is the opposite of --month"},
		{append(slices.Clone(table), "--month", "2026-13", "SELECT 1"), 2, `--month: "2026-13" is no month`},
		{append(slices.Clone(table), "--month", "2026-10", "--max-scan", "much", "SELECT 1"), 2, `--max-scan: "much" is no size: write it as 500MB, 20GB or 1.5TB; 0 is no bound`},
		{append(slices.Clone(table), "--month", "2026-10", "--price-per-tb", "-1", "SELECT 1"), 2, "no amount of dollars"},
		{append(slices.Clone(table), "--month", "2026-10", "--reuse", "30s", "SELECT 1"), 2, "a minute to seven days old"},
		{append(slices.Clone(table), "--month", "2026-10", "--results", "answers", "SELECT 1"), 2, "is no place in S3"},
		{append(slices.Clone(table), "--month", "2026-10", "-o", "parquet", "--out", "x", "SELECT 1"), 2, "any form but parquet"},
		{append(slices.Clone(table), "--month", "2026-10", "DROP TABLE cur2"), 1, "this is not one SELECT"},
		{append(slices.Clone(base), "--month", "2026-10", "SELECT 1"), 2, "nothing says which table the bill is"},
		{append(slices.Clone(base), "--month", "2026-10", "--database", "Billing", "--table", "cur2", "SELECT 1"), 2, `"Billing" is no name of a database`},
		{append(slices.Clone(base), "--month", "2026-10", "--database", "billing", "--table", "cur3", "--workgroup", "finops", "SELECT 1"), 1, "athena:GetTableMetadata on table billing.cur3: MetadataException: EntityNotFoundException: Entity Not Found\n  hint: name the table of the bill with --database and --table, in the region of its catalog\n"},
		{append(slices.Clone(base), "--month", "2026-10", "--database", "billing", "--table", "cur2", "SELECT 1"), 1, "run queries on workgroup primary: it has no place for the results of queries\n  hint: name a place in S3 with --results or cost.athena.results, or give the workgroup one\n"},
		{append(slices.Clone(base), "--month", "2026-10", "--database", "billing", "--table", "cur2", "--workgroup", "nobody", "SELECT 1"), 1, "WorkGroup nobody is not found"},
		{append(slices.Clone(base), "--month", "2026-10", "--database", "billing", "--table", "cur2", "--workgroup", "off", "SELECT 1"), 1, "it is disabled"},
		{append(slices.Clone(base), "--month", "2026-10", "--database", "billing", "--table", "cur2", "--workgroup", "small", "SELECT 1"), 1, "Bytes scanned limit was exceeded\n  hint: the workgroup stops queries that read that much: name fewer months, or have its limit raised\n"},
		{[]string{"cost", "query", "--engine", "presto", "SELECT 1"}, 2, `--engine: "presto" is none: write lake or athena`},
		{[]string{"cost", "query", "--database", "billing", "SELECT 1"}, 2, "--database has no effect with --engine lake"},
		{append(slices.Clone(table), "--month", "2026-10", "--lake", "x", "SELECT 1"), 2, "--lake has no effect with --engine athena"},
		{[]string{"cost", "report", "--engine", "athena", "--by", "team", "--month", "2026-10", "--database", "billing", "--table", "cur2"}, 1, "nothing says who is charged"},
		{[]string{"cost", "allocate", "--engine", "athena", "--month", "2026-10"}, 1, "nothing says who is charged"},
		{[]string{"cost", "allocate", "--engine", "athena"}, 2, "without a month Athena would read the whole bill"},
		{[]string{"cost", "report", "--engine", "athena", "--where", "team=x", "-o", "html", "--month", "2026-10"}, 2, "the whole story of a team is told of the lake"},
		{[]string{"cost", "report", "--engine", "athena"}, 2, "name it with --month, days with --since, or say --all-months"},
		{[]string{"cost", "report", "--engine", "athena", "--all-months", "--compare", "previous"}, 2, "nothing is before all months"},
		{[]string{"cost", "views", "athena"}, 2, "nothing says which table the bill is"},
		{[]string{"cost", "views", "athena", "--database", "b", "--table", "t", "--workgroup", "x"}, 2, "--workgroup has no effect where AWS is not asked: add --describe or --apply"},
		{[]string{"cost", "views", "athena", "--database", "b", "--table", "t", "--prefix", "Mine "}, 2, "--prefix"},
		{[]string{"cost", "views", "athena", "--database", "b", "--table", "t", "--tag", "a-b", "--tag", "a_b"}, 2, "would both be the column tag_a_b"},
		{[]string{"cost", "views", "athena", "--database", "b", "--table", "t", "--tag", ""}, 2, "tag needs a key"},
	} {
		stdout, stderr, status := session(t, w, tt.args)
		if status != tt.status || !strings.Contains(stderr, tt.want) {
			t.Errorf("sagewarden %s: exit status %d, want %d\n%s%s\nwant %s", strings.Join(tt.args, " "), status, tt.status, stdout, stderr, tt.want)
		}
	}
	stdout, stderr, _ := session(t, w, append(slices.Clone(table), "--month", "2026-10", "-o", "json", "SELECT 1"))
	if diff := cmp.Diff("[\n  {\"n\":1}\n]\n", stdout); diff != "" {
		t.Errorf("%s%s", diff, stderr)
	}
}
