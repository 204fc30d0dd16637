package bill

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	exports "github.com/aws/aws-sdk-go-v2/service/bcmdataexports/types"
	reports "github.com/aws/aws-sdk-go-v2/service/costandusagereportservice/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// switchedOn is what the payer has switched on so that the bills on the shelf are delivered: their exports, and the tags that are on them.
func switchedOn(b *Bill, bucket, region string) *world.Billing {
	on := &world.Billing{ActiveTags: b.activeTags()}
	for _, e := range shelved {
		if e.Format == Legacy {
			on.Reports = append(on.Reports, reports.ReportDefinition{ReportName: aws.String(e.reportName()), TimeUnit: reports.TimeUnitDaily, Format: reports.ReportFormatCsv,
				Compression: reports.CompressionFormatZip, AdditionalSchemaElements: []reports.SchemaElement{reports.SchemaElementResources, reports.SchemaElementSplitCostAllocationData},
				S3Bucket: &bucket, S3Prefix: aws.String(e.Prefix), S3Region: reports.AWSRegion(region), RefreshClosedReports: aws.Bool(true), ReportVersioning: reports.ReportVersioningCreateNewReport})
			continue
		}
		columns, _, _ := b.columns(e.Format) // of a format that there is
		var names []string
		for _, c := range columns {
			names = append(names, c.name)
		}
		table, settings, compression, form := "FOCUS_1_2_AWS", map[string]string{}, exports.CompressionOptionParquet, exports.FormatOptionParquet
		if e.Format == CUR2 {
			table, compression, form = "COST_AND_USAGE_REPORT", exports.CompressionOptionGzip, exports.FormatOptionTextOrCsv
			settings = map[string]string{"TIME_GRANULARITY": "DAILY", "INCLUDE_RESOURCES": "TRUE", "INCLUDE_SPLIT_COST_ALLOCATION_DATA": "TRUE", "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY": "FALSE"}
		}
		on.Exports = append(on.Exports, exports.Export{
			Name: aws.String(e.reportName()), Description: aws.String("the organization's bill"),
			RefreshCadence: &exports.RefreshCadence{Frequency: exports.FrequencyOptionSynchronous},
			DataQuery:      &exports.DataQuery{QueryStatement: aws.String("SELECT " + strings.Join(names, ", ") + " FROM " + table), TableConfigurations: map[string]map[string]string{table: settings}},
			DestinationConfigurations: &exports.DestinationConfigurations{S3Destination: &exports.S3Destination{S3Bucket: &bucket, S3Prefix: aws.String(e.Prefix), S3Region: &region,
				S3OutputConfigurations: &exports.S3OutputConfigurations{Compression: compression, Format: form, OutputType: exports.S3OutputTypeCustom, Overwrite: exports.OverwriteOptionOverwriteReport}}},
		})
	}
	return on
}

// activeTags are the keys that the bill shows.
func (b *Bill) activeTags() []string {
	keys := []string{"aws:createdBy", "sagemaker:domain-arn", "sagemaker:space-arn", "sagemaker:user-profile-arn"}
	for _, a := range b.world.Accounts {
		for _, r := range a.Regions {
			for _, tags := range r.Tags {
				for key := range tags {
					keys = append(keys, key)
				}
			}
		}
	}
	slices.Sort(keys)
	return slices.DeleteFunc(slices.Compact(keys), func(key string) bool { return slices.Contains(b.Inactive, key) })
}
