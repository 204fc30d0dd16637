package athena

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A look is how a query is when it is looked at.
type look struct {
	state types.QueryExecutionState
	read  int64
	why   string
}

// A fake is Athena with one query, whose looks follow each other; the last stays.
type fake struct {
	group    *types.WorkGroup
	looks    []look
	looked   int
	columns  []types.ColumnInfo
	pages    [][]types.Row
	kind     types.StatementType
	reused   bool
	fail     map[string]error
	asked    []string
	started  *athena.StartQueryExecutionInput
	metadata *types.TableMetadata
}

func (f *fake) call(op string) error {
	f.asked = append(f.asked, op)
	return f.fail[op]
}

func (f *fake) GetWorkGroup(_ context.Context, in *athena.GetWorkGroupInput, _ ...func(*athena.Options)) (*athena.GetWorkGroupOutput, error) {
	if f.group == nil {
		f.group = &types.WorkGroup{Name: in.WorkGroup, State: types.WorkGroupStateEnabled, Configuration: &types.WorkGroupConfiguration{ResultConfiguration: &types.ResultConfiguration{OutputLocation: aws.String("s3://answers/")}}}
	}
	return &athena.GetWorkGroupOutput{WorkGroup: f.group}, f.call(OpWorkGroup)
}

func (f *fake) GetTableMetadata(context.Context, *athena.GetTableMetadataInput, ...func(*athena.Options)) (*athena.GetTableMetadataOutput, error) {
	return &athena.GetTableMetadataOutput{TableMetadata: f.metadata}, f.call(OpTable)
}

func (f *fake) StartQueryExecution(_ context.Context, in *athena.StartQueryExecutionInput, _ ...func(*athena.Options)) (*athena.StartQueryExecutionOutput, error) {
	f.started = in
	return &athena.StartQueryExecutionOutput{QueryExecutionId: aws.String("q1")}, f.call(OpStart)
}

func (f *fake) GetQueryExecution(context.Context, *athena.GetQueryExecutionInput, ...func(*athena.Options)) (*athena.GetQueryExecutionOutput, error) {
	l := f.looks[min(f.looked, len(f.looks)-1)]
	f.looked++
	q := &types.QueryExecution{StatementType: f.kind, Status: &types.QueryExecutionStatus{State: l.state}, Statistics: &types.QueryExecutionStatistics{DataScannedInBytes: &l.read}}
	if l.why != "" {
		q.Status.StateChangeReason = &l.why
	}
	if f.reused {
		q.Statistics.ResultReuseInformation = &types.ResultReuseInformation{ReusedPreviousResult: true}
	}
	return &athena.GetQueryExecutionOutput{QueryExecution: q}, f.call(OpLook)
}

func (f *fake) GetQueryResults(_ context.Context, in *athena.GetQueryResultsInput, _ ...func(*athena.Options)) (*athena.GetQueryResultsOutput, error) {
	n := 0
	if in.NextToken != nil {
		_, _ = fmt.Sscan(*in.NextToken, &n)
	}
	out := &athena.GetQueryResultsOutput{ResultSet: &types.ResultSet{ResultSetMetadata: &types.ResultSetMetadata{ColumnInfo: f.columns}, Rows: f.pages[n]}}
	if n+1 < len(f.pages) {
		out.NextToken = aws.String(fmt.Sprint(n + 1))
	}
	return out, f.call(OpResults)
}

func (f *fake) StopQueryExecution(ctx context.Context, _ *athena.StopQueryExecutionInput, _ ...func(*athena.Options)) (*athena.StopQueryExecutionOutput, error) {
	if err := ctx.Err(); err != nil {
		return nil, err // it would not even be sent
	}
	return &athena.StopQueryExecutionOutput{}, f.call(OpStop)
}

func column(name, kind string) types.ColumnInfo {
	return types.ColumnInfo{Name: &name, Type: &kind}
}

// row is of texts; "-" is NULL.
func row(values ...string) types.Row {
	var r types.Row
	for _, v := range values {
		d := types.Datum{VarCharValue: &v}
		if v == "-" {
			d.VarCharValue = nil
		}
		r.Data = append(r.Data, d)
	}
	return r
}

func open(t *testing.T, f *fake, change ...func(*Options)) *Engine {
	t.Helper()
	o := Options{Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }, Target: estate.Target{Region: "eu-west-1"}}
	for _, c := range change {
		c(&o)
	}
	e, err := Open(t.Context(), f, o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func over(t *testing.T, e *Engine) *DB {
	t.Helper()
	db, err := e.Over(Table{Database: "billing", Name: "cur2"}, "2026-10", "2026-11")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

var succeeded = look{state: types.QueryExecutionStateSucceeded, read: 3}

// TestAnswersInPages: all pages are read, the names of the columns are no row of them, and values have their types.
func TestAnswersInPages(t *testing.T) {
	f := &fake{looks: []look{{state: types.QueryExecutionStateQueued}, {state: types.QueryExecutionStateRunning, read: 1}, succeeded}, kind: types.StatementTypeDml,
		columns: []types.ColumnInfo{column("team", "varchar"), column("cost", "decimal"), column("n", "bigint"), column("is", "boolean"), column("at", "timestamp"), column("part", "double")},
		pages: [][]types.Row{
			{row("team", "cost", "n", "is", "at", "part"), row("team", "-0.000000000000000001", "12", "true", "2026-10-01 00:00:00.000", "0.5")},
			{},
			{row("-", "12345678901234567890.123456789012345678", "-", "-", "-", "-")},
		}}
	rows, err := over(t, open(t, f)).Query(t.Context(), "SELECT 1 FROM charges")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for rows.Next() {
		var values [6]any
		if err := rows.Scan(&values[0], &values[1], &values[2], &values[3], &values[4], &values[5]); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(values[:]...), fmt.Sprintf("%T", values[1]))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	want := []string{"team-0.000000000000000001 12 true 2026-10-01 00:00:00 +0000 UTC 0.5", "decimal.Decimal", "<nil> 12345678901234567890.123456789012345678 <nil> <nil> <nil> <nil>", "decimal.Decimal"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if types, err := rows.ColumnTypes(); err == nil && types[1].DatabaseTypeName() != "DECIMAL" {
		t.Error(types[1].DatabaseTypeName())
	}
	if !strings.HasPrefix(*f.started.QueryString, "WITH charges AS (\n") || !strings.HasSuffix(*f.started.QueryString, ")\nSELECT 1 FROM charges") || *f.started.QueryExecutionContext.Database != "billing" {
		t.Errorf("asked %s", *f.started.QueryString)
	}
}

func errorOf(t *testing.T, err error) *estate.Error {
	t.Helper()
	e, ok := errors.AsType[*estate.Error](err)
	if !ok {
		t.Fatalf("%T %v", err, err)
	}
	return e
}

// TestStops: a query that nobody waits for any more, or that has read more than it may, is stopped, and what it read is told.
func TestStops(t *testing.T) {
	running := look{state: types.QueryExecutionStateRunning, read: 5 << 30}
	t.Run("interrupted", func(t *testing.T) {
		f := &fake{looks: []look{running}}
		ctx, cancel := context.WithCancel(t.Context())
		e := open(t, f, func(o *Options) {
			o.Wait = func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }
		})
		_, err := over(t, e).Query(ctx, "SELECT 1")
		if err == nil || !slices.Contains(f.asked, OpStop) {
			t.Fatalf("%v, asked %v", err, f.asked)
		}
	})
	t.Run("too much", func(t *testing.T) {
		f := &fake{looks: []look{{state: types.QueryExecutionStateRunning, read: 1}, running}}
		e := open(t, f, func(o *Options) { o.MaxScan = 1 << 30 })
		_, err := over(t, e).Query(t.Context(), "SELECT 1")
		if text := errorOf(t, err).Error(); text != "run SQL on query q1: it has read 5 GB, and may read 1 GB: it was stopped, and AWS charges what it has read" || !slices.Contains(f.asked, OpStop) {
			t.Errorf("%s, asked %v", text, f.asked)
		}
		if s := e.Spent(); s != (Spent{Queries: 1, Scanned: 5 << 30, Billed: 5 << 30}) {
			t.Errorf("%+v", s)
		}
	})
	t.Run("it does not stop", func(t *testing.T) {
		f := &fake{looks: []look{running}, fail: map[string]error{OpStop: &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"}}}
		_, err := over(t, open(t, f, func(o *Options) { o.MaxScan = 1 })).Query(t.Context(), "SELECT 1")
		if err == nil || !strings.Contains(err.Error(), "may still run") || !strings.Contains(err.Error(), "may read 1 bytes") {
			t.Error(err)
		}
	})
	t.Run("looking fails", func(t *testing.T) {
		f := &fake{looks: []look{running}, fail: map[string]error{OpLook: &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not authorized"}}}
		_, err := over(t, open(t, f)).Query(t.Context(), "SELECT 1")
		if e := errorOf(t, err); e.Op != OpLook || !slices.Contains(f.asked, OpStop) {
			t.Errorf("%v, asked %v", err, f.asked)
		}
	})
}

// TestFailuresSayWhatToDo: whatever Athena says, people are told what it was, and what helps.
func TestFailuresSayWhatToDo(t *testing.T) {
	for _, tt := range []struct {
		look       look
		fail       error
		text, hint string
	}{
		{look: look{state: "FAILED", why: "TABLE_NOT_FOUND: line 3:6: Table 'awsdatacatalog.billing.cur3' does not exist"}, text: "run SQL on query q1: it failed: TABLE_NOT_FOUND", hint: "ask charges"},
		{look: look{state: "FAILED", why: "SCHEMA_NOT_FOUND: line 3:6: Schema 'billing' does not exist"}, text: "SCHEMA_NOT_FOUND", hint: "--database"},
		{look: look{state: "FAILED", why: "COLUMN_NOT_FOUND: line 1:8: Column 'tags' cannot be resolved"}, text: "Column 'tags'", hint: "docs/lake.md"},
		{look: look{state: "FAILED", why: "Access denied when trying to read s3://bills"}, text: "it failed: Access denied", hint: "iam --for cost"},
		{look: look{state: "FAILED", why: "Insufficient permissions to execute the query. User is not authorized to perform: glue:GetTable"}, text: "glue:GetTable", hint: "Lake Formation"},
		{look: look{state: "CANCELLED", why: "Query cancelled! : Bytes scanned limit was exceeded"}, text: "it was cancelled: Query cancelled! : Bytes scanned limit was exceeded", hint: "its limit raised"},
		{look: look{state: "CANCELLED"}, text: "run SQL on query q1: it was cancelled", hint: "someone stopped it"},
		{look: look{state: "FAILED", why: "Query exhausted resources at this\n scale factor"}, text: "at this scale factor", hint: "fewer months"},
		{look: look{state: "FAILED"}, text: "run SQL on query q1: it failed"},
		{fail: &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "User: ana is not authorized to perform: athena:StartQueryExecution"}, text: "athena:StartQueryExecution on workgroup primary: AccessDeniedException", hint: "iam --for cost"},
		{fail: &smithy.GenericAPIError{Code: "InvalidRequestException", Message: "WorkGroup is not found."}, text: "is not found", hint: "--workgroup"},
		{fail: &smithy.GenericAPIError{Code: "InvalidRequestException", Message: "Unable to verify/create output bucket answers"}, text: "output bucket", hint: "--results"},
		{fail: &smithy.GenericAPIError{Code: "TooManyRequestsException", Message: "Too many requests"}, text: "TooManyRequestsException", hint: "again later"},
	} {
		f := &fake{looks: []look{tt.look}, fail: map[string]error{OpStart: tt.fail}}
		_, err := over(t, open(t, f)).Query(t.Context(), "SELECT 1")
		e := errorOf(t, err)
		if !strings.Contains(e.Error(), tt.text) || !strings.Contains(e.Hint, tt.hint) || tt.hint == "" && e.Hint != "" {
			t.Errorf("%v: %s\n  see: %s", tt.look, e, e.Hint)
		}
	}
}

// TestWorkgroups: what nothing can be run in is told before anything is asked, and a place that Athena would pass over or refuse is not named.
func TestWorkgroups(t *testing.T) {
	with := func(c *types.WorkGroupConfiguration) *types.WorkGroup {
		return &types.WorkGroup{State: types.WorkGroupStateEnabled, Configuration: c}
	}
	here := &types.ResultConfiguration{OutputLocation: aws.String("s3://theirs/")}
	for name, tt := range map[string]struct {
		group   *types.WorkGroup
		results string
		wrong   string
		place   *string
	}{
		"disabled":          {group: &types.WorkGroup{State: types.WorkGroupStateDisabled}, wrong: "it is disabled"},
		"no place":          {group: with(&types.WorkGroupConfiguration{}), wrong: "no place for the results"},
		"the user's place":  {group: with(&types.WorkGroupConfiguration{}), results: "s3://mine/", place: aws.String("s3://mine/")},
		"theirs":            {group: with(&types.WorkGroupConfiguration{ResultConfiguration: here})},
		"the user's before": {group: with(&types.WorkGroupConfiguration{ResultConfiguration: here}), results: "s3://mine/", place: aws.String("s3://mine/")},
		"enforced":          {group: with(&types.WorkGroupConfiguration{ResultConfiguration: here, EnforceWorkGroupConfiguration: aws.Bool(true)}), results: "s3://mine/"},
		"kept by Athena":    {group: with(&types.WorkGroupConfiguration{ManagedQueryResultsConfiguration: &types.ManagedQueryResultsConfiguration{Enabled: true}}), results: "s3://mine/"},
	} {
		f := &fake{group: tt.group, looks: []look{succeeded}, pages: [][]types.Row{{}}}
		e, err := Open(t.Context(), f, Options{Workgroup: "finops", Results: tt.results, Wait: func(context.Context, time.Duration) error { return nil }})
		if tt.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), tt.wrong) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := over(t, e).Query(t.Context(), "SELECT 1"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var got *string
		if c := f.started.ResultConfiguration; c != nil {
			got = c.OutputLocation
		}
		if diff := cmp.Diff(tt.place, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestSpent: what is charged is told as AWS charges it.
func TestSpent(t *testing.T) {
	for _, tt := range []struct {
		look   look
		kind   types.StatementType
		reused bool
		want   Spent
		says   string
	}{
		{look: look{state: "SUCCEEDED", read: 3}, kind: "DML", want: Spent{Queries: 1, Scanned: 3, Billed: 10 << 20}, says: "Athena read 3 bytes in 1 query, and charges 10 MB: at most $0.000053 at $5 a terabyte"},
		{look: look{state: "SUCCEEDED", read: 11<<20 + 1}, kind: "DML", want: Spent{Queries: 1, Scanned: 11<<20 + 1, Billed: 12 << 20}, says: "Athena read 11 MB in 1 query, and charges 12 MB: at most $0.000063 at $5 a terabyte"},
		{look: look{state: "SUCCEEDED"}, kind: "DML", reused: true, want: Spent{Queries: 1, Reused: 1}, says: "Athena read 0 bytes in 1 query, 1 of them answered before, and charges 0 bytes: at most $0 at $5 a terabyte"},
		{look: look{state: "SUCCEEDED"}, kind: "DDL", want: Spent{Queries: 1}, says: "Athena read 0 bytes in 1 query, and charges 0 bytes: at most $0 at $5 a terabyte"},
		{look: look{state: "FAILED", read: 1 << 30}, kind: "DML", want: Spent{Queries: 1, Scanned: 1 << 30}, says: "Athena read 1 GB in 1 query, and charges 0 bytes: at most $0 at $5 a terabyte"},
		{look: look{state: "CANCELLED", read: 1 << 30}, kind: "DML", want: Spent{Queries: 1, Scanned: 1 << 30, Billed: 1 << 30}, says: "Athena read 1 GB in 1 query, and charges 1 GB: at most $0.005369 at $5 a terabyte"},
	} {
		e := open(t, &fake{looks: []look{tt.look}, kind: tt.kind, reused: tt.reused, pages: [][]types.Row{{}}}, func(o *Options) {
			if tt.reused {
				o.Reuse = 90 * time.Minute
			}
		})
		rows, err := over(t, e).Query(t.Context(), "SELECT 1")
		if err == nil {
			drain(t, rows)
		}
		if reuse := e.api.(*fake).started.ResultReuseConfiguration; tt.reused && (reuse == nil || !reuse.ResultReuseByAgeConfiguration.Enabled || *reuse.ResultReuseByAgeConfiguration.MaxAgeInMinutes != 90) || !tt.reused && reuse != nil {
			t.Errorf("asked with %+v", reuse)
		}
		if diff := cmp.Diff(tt.want, e.Spent()); diff != "" {
			t.Error(diff)
		}
		if got := e.Spent().String(decimal.NewFromInt(5)); got != tt.says {
			t.Errorf("says %s\nwant %s", got, tt.says)
		}
		if got := e.Spent().String(decimal.Zero); strings.Contains(got, "$") {
			t.Errorf("without a price: %s", got)
		}
	}
}

func drain(t *testing.T, rows *sql.Rows) {
	t.Helper()
	for rows.Next() {
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		t.Error(err)
	}
}

// TestPlaces: a place in a statement is told as the person who wrote it counts.
func TestPlaces(t *testing.T) {
	db := over(t, open(t, &fake{}))
	for query, lines := range map[string]int{"SELECT 1": 0, "\n-- why\nSELECT 1": 2, "WITH t AS (SELECT 1)\nSELECT 1": 0} {
		whole, err := db.statement(query)
		if err != nil {
			t.Fatal(err)
		}
		first := strings.Count(whole[:len(whole)-len("SELECT 1")], "\n") + 1 - strings.Count(query[:len(query)-len("SELECT 1")], "\n") + lines
		said := &estate.Error{Op: "run SQL", Err: fmt.Errorf("it failed: SYNTAX_ERROR: line %d:8: no, line 2:1", first)}
		if got := placed(said, whole, query).Error(); got != fmt.Sprintf("run SQL: it failed: SYNTAX_ERROR: line %d:8: no, line 2:1", 1+lines) {
			t.Errorf("%q: %s", query, got)
		}
	}
}

// TestHeld: the months that there are bills of are asked of the table, within the bounds.
func TestHeld(t *testing.T) {
	f := &fake{looks: []look{succeeded}, kind: types.StatementTypeDml, columns: []types.ColumnInfo{column("billing_period", "varchar")},
		pages: [][]types.Row{{row("billing_period"), row("2026-11")}, {row("2026-10"), row("-")}}}
	got, err := over(t, open(t, f)).Held(t.Context())
	if diff := cmp.Diff([]string{"2026-10", "2026-11"}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if want := `SELECT DISTINCT "billing_period" FROM "billing"."cur2" WHERE "billing_period" >= '2026-10' AND "billing_period" <= '2026-11'`; *f.started.QueryString != want {
		t.Errorf("asked %s", *f.started.QueryString)
	}
}

// TestStatements: what makes charges stands before whatever is asked, and nothing but a question can stand behind it.
func TestStatements(t *testing.T) {
	db := over(t, open(t, &fake{}))
	for query, want := range map[string]string{
		"SELECT 1":                                  "WITH charges AS (… )\nSELECT 1",
		"  -- why\n /* and\nhow */ select 1":        "WITH charges AS (… )\nselect 1",
		"WITH t AS (SELECT 1) SELECT * FROM t":      "WITH charges AS (… ),\nt AS (SELECT 1) SELECT * FROM t",
		"with\n\tRecursive t (n) AS (x) SELECT 1":   "WITH RECURSIVE charges (billing_period) AS (… ),\nt (n) AS (x) SELECT 1",
		"(SELECT 1)":                                "WITH charges AS (… )\n(SELECT 1)",
		"VALUES 1":                                  "WITH charges AS (… )\nVALUES 1",
		"DROP VIEW x":                               "",
		"-- SELECT\nDROP VIEW x":                    "",
		"/* SELECT 1 */ INSERT INTO x SELECT 1":     "",
		"selection":                                 "",
		"":                                          "",
		"EXPLAIN SELECT 1":                          "",
		"SELECT '" + strings.Repeat("x", 262144):    "",
		"CREATE OR REPLACE VIEW v AS SELECT 1 AS n": "",
	} {
		got, err := db.statement(query)
		if want == "" {
			if err == nil {
				t.Errorf("%.40s: it is taken for a question", query)
			}
			continue
		}
		begin, end := strings.Index(got, "AS (\n"), strings.Index(got, db.charges)+len(db.charges)
		if err != nil || begin < 0 {
			t.Errorf("%s: %v", query, err)
			continue
		}
		short := strings.Replace(got[:begin]+"AS (… )"+got[end+2:], "("+columnNames()+")", "(billing_period)", 1)
		if short != want {
			t.Errorf("%s\n got %s\nwant %s", query, short, want)
		}
	}
}
