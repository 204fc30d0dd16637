package wire

import (
	"context"
	"maps"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports"
	exports "github.com/aws/aws-sdk-go-v2/service/bcmdataexports/types"
	cur "github.com/aws/aws-sdk-go-v2/service/costandusagereportservice"
	reports "github.com/aws/aws-sdk-go-v2/service/costandusagereportservice/types"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	ce "github.com/aws/aws-sdk-go-v2/service/costexplorer/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// bill is what the account has switched on, and what Athena was asked.
func bill(w *world.World) {
	for _, b := range w.Accounts[0].Regions[0].Buckets {
		b.Policy = world.BillingPolicy("aws", b.Name, research)
	}
	w.Accounts[0].Billing = &world.Billing{
		Exports:    []exports.Export{*newExport("organization", "SELECT line_item_unblended_cost, tags FROM COST_AND_USAGE_REPORT")},
		Reports:    []reports.ReportDefinition{*newReport("old")},
		ActiveTags: []string{"team"},
	}
	w.Accounts[0].Workgroups = []*world.Workgroup{{Name: "primary"}, {Name: "finops", Limit: 10 << 30, Results: "s3://answers/finops/", Enforced: true}}
	w.Accounts[0].Tables = []*world.CatalogTable{{Database: "billing", Name: "cur2", Place: "s3://bills/cur2/data/",
		Columns: []world.QueryColumn{{Name: "line_item_unblended_cost", Type: "double"}, {Name: "tags", Type: "map<string,string>"}}, Partitions: []world.QueryColumn{{Name: "billing_period", Type: "string"}}}}
	one := "1"
	w.Accounts[0].Queries = []*world.Query{{Has: "SELECT 1", Columns: []world.QueryColumn{{Name: "n", Type: "integer"}, {Name: "nothing", Type: "varchar"}},
		Rows: [][]*string{{&one, nil}}, Scanned: 1 << 20, Takes: 3 * time.Second, ID: "asked", Asked: ago(time.Minute)}}
}

func newExport(name, query string) *exports.Export {
	return &exports.Export{Name: &name, RefreshCadence: &exports.RefreshCadence{Frequency: exports.FrequencyOptionSynchronous},
		DataQuery: &exports.DataQuery{QueryStatement: &query, TableConfigurations: map[string]map[string]string{"COST_AND_USAGE_REPORT": {"TIME_GRANULARITY": "HOURLY", "INCLUDE_RESOURCES": "TRUE"}}},
		DestinationConfigurations: &exports.DestinationConfigurations{S3Destination: &exports.S3Destination{S3Bucket: aws.String("beats"), S3Prefix: aws.String("cur2"), S3Region: aws.String("us-east-1"),
			S3OutputConfigurations: &exports.S3OutputConfigurations{Compression: exports.CompressionOptionParquet, Format: exports.FormatOptionParquet, OutputType: exports.S3OutputTypeCustom, Overwrite: exports.OverwriteOptionOverwriteReport}}}}
}

func newReport(name string) *reports.ReportDefinition {
	return &reports.ReportDefinition{ReportName: &name, Format: reports.ReportFormatParquet, Compression: reports.CompressionFormatParquet, TimeUnit: reports.TimeUnitHourly,
		AdditionalSchemaElements: []reports.SchemaElement{reports.SchemaElementResources}, S3Bucket: aws.String("beats"), S3Prefix: aws.String("cur"), S3Region: "us-east-1",
		RefreshClosedReports: aws.Bool(true), ReportVersioning: reports.ReportVersioningOverwriteReport}
}

func init() {
	arn := exportARN("aws", research, "organization")
	maps.Copy(contracts, map[string]contract{
		"ce:ListCostAllocationTags": {func(ctx context.Context, cfg aws.Config) (string, error) {
			out, err := costexplorer.NewFromConfig(cfg).ListCostAllocationTags(ctx, &costexplorer.ListCostAllocationTagsInput{MaxResults: aws.Int32(3), TagKeys: []string{"team", "owner", "aws:createdBy"}})
			if err != nil {
				return "", err
			}
			var text string
			for _, tag := range out.CostAllocationTags {
				text += line(*tag.TagKey, string(tag.Type), string(tag.Status), *tag.LastUsedDate, "")
			}
			return text, nil
		}, "aws:createdBy AWSGenerated Inactive 2026-11-01T00:00:00Z owner UserDefined Inactive 2026-11-01T00:00:00Z team UserDefined Active 2026-11-01T00:00:00Z "},
		"ce:UpdateCostAllocationTagsStatus": {func(ctx context.Context, cfg aws.Config) (string, error) {
			out, err := costexplorer.NewFromConfig(cfg).UpdateCostAllocationTagsStatus(ctx, &costexplorer.UpdateCostAllocationTagsStatusInput{CostAllocationTagsStatus: []ce.CostAllocationTagStatusEntry{
				{TagKey: aws.String("owner"), Status: ce.CostAllocationTagStatusActive}, {TagKey: aws.String("nobody's"), Status: ce.CostAllocationTagStatusActive}}})
			if err != nil {
				return "", err
			}
			return line(strconv.Itoa(len(out.Errors)), *out.Errors[0].TagKey, *out.Errors[0].Code), nil
		}, "1 nobody's NotFound"},
		"ce:StartCostAllocationTagBackfill": {func(ctx context.Context, cfg aws.Config) (string, error) {
			out, err := costexplorer.NewFromConfig(cfg).StartCostAllocationTagBackfill(ctx, &costexplorer.StartCostAllocationTagBackfillInput{BackfillFrom: aws.String("2026-01-01T00:00:00Z")})
			if err != nil {
				return "", err
			}
			return line(*out.BackfillRequest.BackfillFrom, string(out.BackfillRequest.BackfillStatus), *out.BackfillRequest.RequestedAt), nil
		}, "2026-01-01T00:00:00Z PROCESSING 2026-11-18T15:30:00Z"},
		"ce:ListCostAllocationTagBackfillHistory": {func(ctx context.Context, cfg aws.Config) (string, error) {
			out, err := costexplorer.NewFromConfig(cfg).ListCostAllocationTagBackfillHistory(ctx, nil)
			if err != nil {
				return "", err
			}
			return strconv.Itoa(len(out.BackfillRequests)), nil
		}, "0"},
		"bcm-data-exports:ListExports": {func(ctx context.Context, cfg aws.Config) (string, error) {
			out, err := bcmdataexports.NewFromConfig(cfg).ListExports(ctx, nil)
			if err != nil {
				return "", err
			}
			e := out.Exports[0]
			return line(*e.ExportArn, *e.ExportName, string(e.ExportStatus.StatusCode), e.ExportStatus.CreatedAt.Format(time.DateOnly)), nil
		}, arn + " organization HEALTHY 2026-05-18"},
		"bcm-data-exports:GetExport": {func(ctx context.Context, cfg aws.Config) (string, error) {
			out, err := bcmdataexports.NewFromConfig(cfg).GetExport(ctx, &bcmdataexports.GetExportInput{ExportArn: &arn})
			if err != nil {
				return "", err
			}
			e := out.Export
			to := e.DestinationConfigurations.S3Destination
			return line(*e.Name, e.DataQuery.TableConfigurations["COST_AND_USAGE_REPORT"]["TIME_GRANULARITY"], *to.S3Bucket, string(to.S3OutputConfigurations.Format)), nil
		}, "organization HOURLY beats PARQUET"},
		"bcm-data-exports:CreateExport": {func(ctx context.Context, cfg aws.Config) (string, error) {
			out, err := bcmdataexports.NewFromConfig(cfg).CreateExport(ctx, &bcmdataexports.CreateExportInput{Export: newExport("second", "SELECT BilledCost FROM FOCUS_1_2_AWS")})
			if err != nil {
				return "", err
			}
			return *out.ExportArn, nil
		}, exportARN("aws", research, "second")},
		"bcm-data-exports:UpdateExport": {func(ctx context.Context, cfg aws.Config) (string, error) {
			out, err := bcmdataexports.NewFromConfig(cfg).UpdateExport(ctx, &bcmdataexports.UpdateExportInput{ExportArn: &arn, Export: newExport("organization", "SELECT line_item_usage_type FROM COST_AND_USAGE_REPORT")})
			if err != nil {
				return "", err
			}
			return *out.ExportArn, nil
		}, arn},
		"cur:DescribeReportDefinitions": {func(ctx context.Context, cfg aws.Config) (string, error) {
			out, err := cur.NewFromConfig(cfg).DescribeReportDefinitions(ctx, nil)
			if err != nil {
				return "", err
			}
			r := out.ReportDefinitions[0]
			return line(*r.ReportName, string(r.Format), string(r.TimeUnit), string(r.AdditionalSchemaElements[0]), strconv.FormatBool(*r.RefreshClosedReports)), nil
		}, "old Parquet HOURLY RESOURCES true"},
		"cur:PutReportDefinition": {func(ctx context.Context, cfg aws.Config) (string, error) {
			_, err := cur.NewFromConfig(cfg).PutReportDefinition(ctx, &cur.PutReportDefinitionInput{ReportDefinition: newReport("new")})
			return "", err
		}, ""},
		"athena:GetWorkGroup": {func(ctx context.Context, cfg aws.Config) (string, error) {
			out, err := athena.NewFromConfig(cfg).GetWorkGroup(ctx, &athena.GetWorkGroupInput{WorkGroup: aws.String("finops")})
			if err != nil {
				return "", err
			}
			c := out.WorkGroup.Configuration
			return line(*out.WorkGroup.Name, string(out.WorkGroup.State), strconv.FormatInt(*c.BytesScannedCutoffPerQuery, 10), *c.ResultConfiguration.OutputLocation, strconv.FormatBool(*c.EnforceWorkGroupConfiguration)), nil
		}, "finops ENABLED 10737418240 s3://answers/finops/ true"},
		"athena:GetTableMetadata": {func(ctx context.Context, cfg aws.Config) (string, error) {
			out, err := athena.NewFromConfig(cfg).GetTableMetadata(ctx, &athena.GetTableMetadataInput{CatalogName: aws.String("AwsDataCatalog"), DatabaseName: aws.String("billing"), TableName: aws.String("cur2")})
			if err != nil {
				return "", err
			}
			t := out.TableMetadata
			return line(*t.Name, *t.Columns[0].Name, *t.Columns[1].Type, *t.PartitionKeys[0].Name), nil
		}, "cur2 line_item_unblended_cost map<string,string> billing_period"},
		"athena:StartQueryExecution": {func(ctx context.Context, cfg aws.Config) (string, error) {
			out, err := athena.NewFromConfig(cfg).StartQueryExecution(ctx, &athena.StartQueryExecutionInput{QueryString: aws.String("SELECT 1"), WorkGroup: aws.String("finops"), ClientRequestToken: aws.String("0123456789abcdef0123456789abcdef")})
			if err != nil {
				return "", err
			}
			return strconv.Itoa(len(*out.QueryExecutionId)), nil
		}, "36"},
		"athena:GetQueryExecution": {func(ctx context.Context, cfg aws.Config) (string, error) {
			out, err := athena.NewFromConfig(cfg).GetQueryExecution(ctx, &athena.GetQueryExecutionInput{QueryExecutionId: aws.String("asked")})
			if err != nil {
				return "", err
			}
			q := out.QueryExecution
			return line(*q.Query, string(q.Status.State), *q.WorkGroup, strconv.FormatInt(*q.Statistics.DataScannedInBytes, 10), q.Status.CompletionDateTime.Format(time.TimeOnly)), nil
		}, "SELECT 1 SUCCEEDED primary 1048576 15:29:03"},
		"athena:GetQueryResults": {func(ctx context.Context, cfg aws.Config) (string, error) {
			out, err := athena.NewFromConfig(cfg).GetQueryResults(ctx, &athena.GetQueryResultsInput{QueryExecutionId: aws.String("asked")})
			if err != nil {
				return "", err
			}
			rows := out.ResultSet.Rows
			return line(*out.ResultSet.ResultSetMetadata.ColumnInfo[0].Type, *rows[0].Data[0].VarCharValue, *rows[1].Data[0].VarCharValue, strconv.FormatBool(rows[1].Data[1].VarCharValue == nil)), nil
		}, "integer n 1 true"},
		"athena:StopQueryExecution": {func(ctx context.Context, cfg aws.Config) (string, error) {
			_, err := athena.NewFromConfig(cfg).StopQueryExecution(ctx, &athena.StopQueryExecutionInput{QueryExecutionId: aws.String("asked")})
			return "", err
		}, ""},
	})
}
