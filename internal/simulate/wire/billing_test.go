package wire

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports"
	exports "github.com/aws/aws-sdk-go-v2/service/bcmdataexports/types"
	cur "github.com/aws/aws-sdk-go-v2/service/costandusagereportservice"
	reports "github.com/aws/aws-sdk-go-v2/service/costandusagereportservice/types"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	ce "github.com/aws/aws-sdk-go-v2/service/costexplorer/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// paying is a world of a payer and another account, which can be written, at the instant that it gives.
func paying(t *testing.T, now *time.Time) aws.Config {
	t.Helper()
	w := studio()
	store(w)
	bill(w)
	_, cfg := serve(t, w, func(o *Options) {
		o.Writable = true
		o.Now = func() time.Time { return *now }
	})
	return cfg
}

func TestTagsAreThePayersAlone(t *testing.T) {
	now := at
	cfg := paying(t, &now)
	cfg.Credentials = credentials.NewStaticCredentialsProvider("AKIASIM"+sandbox, "secret", "")
	c := costexplorer.NewFromConfig(cfg)
	for name, call := range map[string]func() error{
		"list": func() error { _, err := c.ListCostAllocationTags(t.Context(), nil); return err },
		"update": func() error {
			_, err := c.UpdateCostAllocationTagsStatus(t.Context(), &costexplorer.UpdateCostAllocationTagsStatusInput{CostAllocationTagsStatus: []ce.CostAllocationTagStatusEntry{{TagKey: aws.String("team"), Status: "Active"}}})
			return err
		},
		"start": func() error {
			_, err := c.StartCostAllocationTagBackfill(t.Context(), &costexplorer.StartCostAllocationTagBackfillInput{BackfillFrom: aws.String("2026-01-01T00:00:00Z")})
			return err
		},
		"history": func() error {
			_, err := c.ListCostAllocationTagBackfillHistory(t.Context(), nil)
			return err
		},
	} {
		if err := call(); code(err) != "AccessDeniedException" || !strings.Contains(message(err), "Linked account doesn't have access to cost allocation tags") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTagsAreActivated(t *testing.T) {
	now := at
	c := costexplorer.NewFromConfig(paying(t, &now))
	list := func(status ce.CostAllocationTagStatus) (keys []string) {
		t.Helper()
		for p := costexplorer.NewListCostAllocationTagsPaginator(c, &costexplorer.ListCostAllocationTagsInput{Status: status, MaxResults: aws.Int32(2)}); p.HasMorePages(); {
			out, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, tag := range out.CostAllocationTags {
				keys = append(keys, *tag.TagKey)
			}
		}
		return keys
	}
	if got := strings.Join(list(ce.CostAllocationTagStatusActive), " "); got != "team" {
		t.Errorf("active at first: %s", got)
	}
	var many []ce.CostAllocationTagStatusEntry
	for n := range 21 {
		many = append(many, ce.CostAllocationTagStatusEntry{TagKey: aws.String("key-" + strconv.Itoa(n)), Status: ce.CostAllocationTagStatusActive})
	}
	if _, err := c.UpdateCostAllocationTagsStatus(t.Context(), &costexplorer.UpdateCostAllocationTagsStatusInput{CostAllocationTagsStatus: many}); code(err) != "ValidationException" {
		t.Errorf("21 keys at once: %v", err)
	}
	if _, err := c.UpdateCostAllocationTagsStatus(t.Context(), &costexplorer.UpdateCostAllocationTagsStatusInput{CostAllocationTagsStatus: []ce.CostAllocationTagStatusEntry{
		{TagKey: aws.String("owner"), Status: ce.CostAllocationTagStatusActive}, {TagKey: aws.String("sagemaker:space-arn"), Status: ce.CostAllocationTagStatusActive},
		{TagKey: aws.String("team"), Status: ce.CostAllocationTagStatusInactive}}}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(list(ce.CostAllocationTagStatusActive), " "); got != "owner sagemaker:space-arn" {
		t.Errorf("active then: %s", got)
	}
}

func TestBackfill(t *testing.T) {
	now := at
	c := costexplorer.NewFromConfig(paying(t, &now))
	start := func(from string) error {
		_, err := c.StartCostAllocationTagBackfill(t.Context(), &costexplorer.StartCostAllocationTagBackfillInput{BackfillFrom: &from})
		return err
	}
	for _, from := range []string{"2026-01-02T00:00:00Z", "2025-10-01T00:00:00Z", "2027-01-01T00:00:00Z", "January"} {
		if err := start(from); code(err) != "ValidationException" {
			t.Errorf("from %s: %v", from, err)
		}
	}
	if err := start("2025-11-01T00:00:00Z"); err != nil {
		t.Fatal(err)
	}
	now = now.Add(23 * time.Hour)
	if err := start("2026-01-01T00:00:00Z"); code(err) != "BackfillLimitExceededException" {
		t.Errorf("a second one within a day: %v", err)
	}
	now = now.Add(2 * time.Hour)
	if err := start("2026-01-01T00:00:00Z"); err != nil {
		t.Fatal(err)
	}
	out, err := c.ListCostAllocationTagBackfillHistory(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var states []string
	for _, r := range out.BackfillRequests {
		states = append(states, string(r.BackfillStatus))
	}
	if got := strings.Join(states, " "); got != "PROCESSING SUCCEEDED" {
		t.Errorf("history: %s", got)
	}
}

func TestExportsThatAreRefused(t *testing.T) {
	now := at
	c := bcmdataexports.NewFromConfig(paying(t, &now))
	elsewhere := newExport("x", "SELECT line_item_unblended_cost FROM COST_AND_USAGE_REPORT")
	elsewhere.DestinationConfigurations.S3Destination.S3Bucket = aws.String("nobodys")
	for name, e := range map[string]*exports.Export{
		"an asterisk":                newExport("x", "SELECT * FROM COST_AND_USAGE_REPORT"),
		"another table":              newExport("x", "SELECT a FROM BILLS"),
		"a name":                     newExport("x y", "SELECT a FROM COST_AND_USAGE_REPORT"),
		"the same name":              newExport("organization", "SELECT a FROM COST_AND_USAGE_REPORT"),
		"a bucket that is not there": elsewhere,
	} {
		if _, err := c.CreateExport(t.Context(), &bcmdataexports.CreateExportInput{Export: e}); code(err) != "ValidationException" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for n := range mostExports - 1 {
		if _, err := c.CreateExport(t.Context(), &bcmdataexports.CreateExportInput{Export: newExport("n"+strconv.Itoa(n), "SELECT a\nFROM COST_AND_USAGE_REPORT")}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.CreateExport(t.Context(), &bcmdataexports.CreateExportInput{Export: newExport("more", "SELECT a FROM COST_AND_USAGE_REPORT")}); code(err) != "ServiceQuotaExceededException" {
		t.Errorf("one too many: %v", err)
	}
	if _, err := c.GetExport(t.Context(), &bcmdataexports.GetExportInput{ExportArn: aws.String(exportARN("aws", research, "none"))}); code(err) != "ResourceNotFoundException" {
		t.Errorf("an export that is not there: %v", err)
	}
}

func TestReportsThatAreRefused(t *testing.T) {
	now := at
	c := cur.NewFromConfig(paying(t, &now))
	change := func(f func(*reports.ReportDefinition)) *reports.ReportDefinition {
		r := newReport("x")
		f(r)
		return r
	}
	for name, tt := range map[string]struct {
		report *reports.ReportDefinition
		want   string
	}{
		"a compression of another format": {change(func(r *reports.ReportDefinition) { r.Compression = reports.CompressionFormatGzip }), "ValidationException"},
		"Athena without overwriting": {change(func(r *reports.ReportDefinition) {
			r.AdditionalArtifacts, r.ReportVersioning = []reports.AdditionalArtifact{reports.AdditionalArtifactAthena}, reports.ReportVersioningCreateNewReport
		}), "ValidationException"},
		"the same name":              {newReport("old"), "DuplicateReportNameException"},
		"a bucket that is not there": {change(func(r *reports.ReportDefinition) { r.S3Bucket = aws.String("nobodys") }), "ValidationException"},
	} {
		if _, err := c.PutReportDefinition(t.Context(), &cur.PutReportDefinitionInput{ReportDefinition: tt.report}); code(err) != tt.want {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

func TestAthenaByTheClock(t *testing.T) {
	now := at
	w := studio()
	value := "x"
	long := &world.Query{Has: "FROM long", Columns: []world.QueryColumn{{Name: "v", Type: "varchar"}}, Takes: time.Minute, Scanned: 5}
	for range 2500 {
		long.Rows = append(long.Rows, []*string{&value})
	}
	w.Accounts[0].Queries = []*world.Query{long, {Has: "FROM broken", Takes: time.Second, Failure: "Query exhausted resources"}}
	_, cfg := serve(t, w, func(o *Options) { o.Now = func() time.Time { return now } })
	c := athena.NewFromConfig(cfg)
	ask := func(text string) *string {
		t.Helper()
		out, err := c.StartQueryExecution(t.Context(), &athena.StartQueryExecutionInput{QueryString: &text, WorkGroup: aws.String("finops")})
		if err != nil {
			t.Fatal(err)
		}
		return out.QueryExecutionId
	}
	state := func(id *string) string {
		t.Helper()
		out, err := c.GetQueryExecution(t.Context(), &athena.GetQueryExecutionInput{QueryExecutionId: id})
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out.QueryExecution.Status.State) + " " + aws.ToString(out.QueryExecution.Status.StateChangeReason))
	}
	good, broken, unknown, stopped := ask("SELECT v FROM long"), ask("SELECT v FROM broken"), ask("SELECT v FROM nowhere"), ask("SELECT v FROM long")
	if _, err := c.StopQueryExecution(t.Context(), &athena.StopQueryExecutionInput{QueryExecutionId: stopped}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.StartQueryExecution(t.Context(), &athena.StartQueryExecutionInput{QueryString: aws.String("SELECT 1")}); code(err) != "InvalidRequestException" {
		t.Errorf("a query without a place for its results: %v", err)
	}
	for _, step := range []struct {
		after time.Duration
		want  string
	}{
		{0, "QUEUED / QUEUED / QUEUED / CANCELLED Query cancelled by user"},
		{time.Second, "RUNNING / RUNNING / FAILED SYNTAX_ERROR: the simulated organization has no answer to this statement / CANCELLED Query cancelled by user"},
		{2 * time.Minute, "SUCCEEDED / FAILED Query exhausted resources / FAILED SYNTAX_ERROR: the simulated organization has no answer to this statement / CANCELLED Query cancelled by user"},
	} {
		now = at.Add(step.after)
		if got := strings.Join([]string{state(good), state(broken), state(unknown), state(stopped)}, " / "); got != step.want {
			t.Errorf("after %s: %s, want %s", step.after, got, step.want)
		}
		if _, err := c.GetQueryResults(t.Context(), &athena.GetQueryResultsInput{QueryExecutionId: good}); (err == nil) != strings.HasPrefix(step.want, "SUCCEEDED") {
			t.Errorf("after %s: results: %v", step.after, err)
		}
	}
	rows := 0
	for p := athena.NewGetQueryResultsPaginator(c, &athena.GetQueryResultsInput{QueryExecutionId: good}); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(out.ResultSet.Rows) > mostResults {
			t.Errorf("a page of %d rows", len(out.ResultSet.Rows))
		}
		rows += len(out.ResultSet.Rows)
	}
	if rows != 2501 {
		t.Errorf("%d rows, want 2500 and the names", rows)
	}
}
