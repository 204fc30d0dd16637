package wire

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports"
	exports "github.com/aws/aws-sdk-go-v2/service/bcmdataexports/types"
	cur "github.com/aws/aws-sdk-go-v2/service/costandusagereportservice"
	reports "github.com/aws/aws-sdk-go-v2/service/costandusagereportservice/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// exportARN is the name of a data export: its own, with what AWS makes up.
func exportARN(partition, account, name string) string {
	id := strings.ToLower(mark(account+" "+name, 32))
	return estate.ARN{Partition: partition, Service: "bcm-data-exports", Region: "us-east-1", Account: account,
		Resource: "export/" + name + "-" + id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]}.String()
}

// The bounds of data exports and of legacy reports in an account.
const mostExports, mostReports = 5, 10

var (
	exportName  = regexp.MustCompile(`^[0-9A-Za-z!\-_.*'()]{1,128}$`)
	exportTable = regexp.MustCompile(`(?is)^\s*SELECT\s+(.+?)\s+FROM\s+(COST_AND_USAGE_REPORT|FOCUS_1_0_AWS|FOCUS_1_2_AWS|COST_OPTIMIZATION_RECOMMENDATIONS|CARBON_EMISSIONS)\b`)
)

func (v *view) listExports(in *bcmdataexports.ListExportsInput) (*bcmdataexports.ListExportsOutput, error) {
	limit, err := most(in.MaxResults, 100, 100)
	if err != nil {
		return nil, err
	}
	cut, next, err := page(v, v.billing().exports, func(e *export) string { return *e.ExportArn }, false, limit, in.NextToken)
	if errors.Is(err, errToken) {
		return nil, invalid("The NextToken is invalid.")
	}
	if err != nil {
		return nil, err
	}
	out := &bcmdataexports.ListExportsOutput{NextToken: next, Exports: []exports.ExportReference{}}
	for _, e := range cut {
		out.Exports = append(out.Exports, exports.ExportReference{ExportArn: e.ExportArn, ExportName: e.Name, ExportStatus: e.status()})
	}
	return out, nil
}

func (e *export) status() *exports.ExportStatus {
	return &exports.ExportStatus{StatusCode: exports.ExportStatusCodeHealthy, CreatedAt: &e.created, LastUpdatedAt: &e.updated, LastRefreshedAt: &e.updated}
}

func (v *view) getExport(in *bcmdataexports.GetExportInput) (*bcmdataexports.GetExportOutput, error) {
	for _, e := range v.billing().exports {
		if *e.ExportArn == aws.ToString(in.ExportArn) {
			return &bcmdataexports.GetExportOutput{Export: &e.Export, ExportStatus: e.status()}, nil
		}
	}
	return nil, &apiError{code: "ResourceNotFoundException", message: "Export not found: " + aws.ToString(in.ExportArn)}
}

// createExport refuses a query that is not a list of columns of a table that there is: of an asterisk, readers of the API say that it is refused too.
func (v *view) createExport(in *bcmdataexports.CreateExportInput) (*bcmdataexports.CreateExportOutput, error) {
	e := in.Export
	if e == nil || e.DataQuery == nil || e.DestinationConfigurations == nil || e.DestinationConfigurations.S3Destination == nil || e.RefreshCadence == nil {
		return nil, invalid("Export lacks a member that must be there.")
	}
	b, to, name := v.billing(), e.DestinationConfigurations.S3Destination, aws.ToString(e.Name)
	query := exportTable.FindStringSubmatch(aws.ToString(e.DataQuery.QueryStatement))
	switch {
	case !exportName.MatchString(name):
		return nil, invalid("Value '%s' at 'export.name' failed to satisfy constraint: Member must satisfy regular expression pattern: %s", name, exportName)
	case query == nil || strings.Contains(query[1], "*"):
		return nil, invalid("The query statement is not valid.")
	case strings.EqualFold(query[2], costTable) && v.principal.decide("cur:PutReportDefinition", v.reportARN(name), v.target.Region) != allowed:
		return nil, v.principal.denied("cur:PutReportDefinition", v.reportARN(name), " because no identity-based policy allows the cur:PutReportDefinition action")
	case slices.ContainsFunc(b.exports, func(o *export) bool { return aws.ToString(o.Name) == name }):
		return nil, invalid("Export name already exists: %s", name)
	case len(b.exports) >= mostExports:
		return nil, &apiError{code: "ServiceQuotaExceededException", message: "You can have no more exports of this sort."}
	case !v.delivers(aws.ToString(to.S3Bucket)):
		return nil, invalid("S3 bucket permission validation failed for bucket: %s", aws.ToString(to.S3Bucket))
	}
	made := &export{*e, v.now, v.now}
	made.ExportArn = aws.String(exportARN(v.target.Partition, v.target.Account, name))
	b.exports = append(b.exports, made)
	v.remember(Mutation{Resource: *made.ExportArn})
	return &bcmdataexports.CreateExportOutput{ExportArn: made.ExportArn}, nil
}

// updateExport puts another export in the place of one, under its name.
func (v *view) updateExport(in *bcmdataexports.UpdateExportInput) (*bcmdataexports.UpdateExportOutput, error) {
	e := in.Export
	if e == nil || e.DataQuery == nil || e.DestinationConfigurations == nil || e.DestinationConfigurations.S3Destination == nil || e.RefreshCadence == nil {
		return nil, invalid("Export lacks a member that must be there.")
	}
	i := slices.IndexFunc(v.billing().exports, func(o *export) bool { return *o.ExportArn == aws.ToString(in.ExportArn) })
	if i < 0 {
		return nil, &apiError{code: "ResourceNotFoundException", message: "Export not found: " + aws.ToString(in.ExportArn)}
	}
	was, query := v.billing().exports[i], exportTable.FindStringSubmatch(aws.ToString(e.DataQuery.QueryStatement))
	bucket := aws.ToString(e.DestinationConfigurations.S3Destination.S3Bucket)
	switch {
	case aws.ToString(e.Name) != aws.ToString(was.Name):
		return nil, invalid("Export name cannot be changed.")
	case query == nil || strings.Contains(query[1], "*"):
		return nil, invalid("The query statement is not valid.")
	case !v.delivers(bucket):
		return nil, invalid("S3 bucket permission validation failed for bucket: %s", bucket)
	}
	made := &export{*e, was.created, v.now}
	made.ExportArn = was.ExportArn
	v.billing().exports[i] = made
	v.remember(Mutation{Resource: *made.ExportArn})
	return &bcmdataexports.UpdateExportOutput{ExportArn: made.ExportArn}, nil
}

// costTable is the table whose exports take the permission for legacy reports, too
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_bcm-data-exports.html).
const costTable = "COST_AND_USAGE_REPORT"

// delivers reports whether there is such a bucket, which billing may write to: it belongs to the account, or trusts it, and its policy lets billing.
func (v *view) delivers(bucket string) bool {
	b := v.server.vault.buckets[bucket]
	return b != nil && b.At(v.now) && (b.target.Account == v.target.Account || slices.Contains(b.Trusts, v.target.Account)) &&
		b.letsBilling("s3:PutObject") && b.letsBilling("s3:GetBucketPolicy")
}

func createdExport(v *view, in *bcmdataexports.CreateExportInput) string {
	if in.Export == nil {
		return "*"
	}
	return exportARN(v.target.Partition, v.target.Account, aws.ToString(in.Export.Name))
}

func updatedExport(_ *view, in *bcmdataexports.UpdateExportInput) string {
	return aws.ToString(in.ExportArn)
}

func askedExport(_ *view, in *bcmdataexports.GetExportInput) string {
	return aws.ToString(in.ExportArn)
}

func (v *view) describeReports(in *cur.DescribeReportDefinitionsInput) (*cur.DescribeReportDefinitionsOutput, error) {
	limit, err := most(in.MaxResults, 5, 5)
	if err != nil {
		return nil, err
	}
	cut, next, err := page(v, v.billing().reports, func(r reports.ReportDefinition) string { return aws.ToString(r.ReportName) }, false, limit, in.NextToken)
	if errors.Is(err, errToken) {
		return nil, invalid("The NextToken is invalid.")
	}
	if err != nil {
		return nil, err
	}
	return &cur.DescribeReportDefinitionsOutput{NextToken: next, ReportDefinitions: cut}, nil
}

func (v *view) putReport(in *cur.PutReportDefinitionInput) (*cur.PutReportDefinitionOutput, error) {
	r := in.ReportDefinition
	if r == nil {
		return nil, invalid("ReportDefinition must not be null")
	}
	b := v.billing()
	parquet := r.Format == reports.ReportFormatParquet
	switch {
	case aws.ToString(r.ReportName) == "" || aws.ToString(r.S3Prefix) == "" || r.TimeUnit == "":
		return nil, invalid("ReportName, S3Prefix and TimeUnit must be there.")
	case parquet != (r.Compression == reports.CompressionFormatParquet):
		return nil, invalid("Format %s does not go with compression %s.", r.Format, r.Compression)
	case slices.Contains(r.AdditionalArtifacts, reports.AdditionalArtifactAthena) && (!parquet || r.ReportVersioning != reports.ReportVersioningOverwriteReport || len(r.AdditionalArtifacts) > 1):
		return nil, invalid("The artifact ATHENA takes Parquet, OVERWRITE_REPORT, and no other artifact.")
	case slices.ContainsFunc(b.reports, func(o reports.ReportDefinition) bool { return aws.ToString(o.ReportName) == *r.ReportName }):
		return nil, &apiError{code: "DuplicateReportNameException", message: "A report with the name " + *r.ReportName + " already exists."}
	case len(b.reports) >= mostReports:
		return nil, &apiError{code: "ReportLimitReachedException", message: "This account already has as many reports as it may have."}
	case !v.delivers(aws.ToString(r.S3Bucket)):
		return nil, invalid("Failed to verify customer bucket permission. Bucket: %s", aws.ToString(r.S3Bucket))
	}
	b.reports = append(b.reports, *r)
	v.remember(Mutation{Resource: v.reportARN(*r.ReportName)})
	return &cur.PutReportDefinitionOutput{}, nil
}

func (v *view) reportARN(name string) string {
	return estate.ARN{Partition: v.target.Partition, Service: "cur", Region: "us-east-1", Account: v.target.Account, Resource: "definition/" + name}.String()
}

func putReportNamed(v *view, in *cur.PutReportDefinitionInput) string {
	if in.ReportDefinition == nil {
		return "*"
	}
	return v.reportARN(aws.ToString(in.ReportDefinition.ReportName))
}
