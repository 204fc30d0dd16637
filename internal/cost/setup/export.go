package setup

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports/types"
	reports "github.com/aws/aws-sdk-go-v2/service/costandusagereportservice/types"
)

// table is that of CUR 2.0.
const table = "COST_AND_USAGE_REPORT"

// The settings of the table.
const (
	granularity = "TIME_GRANULARITY"
	resources   = "INCLUDE_RESOURCES"
	splits      = "INCLUDE_SPLIT_COST_ALLOCATION_DATA"
	discounts   = "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY"
	view        = "BILLING_VIEW_ARN"
	hourly      = "HOURLY"
	yes, no     = "TRUE", "FALSE"
)

// wanted is the export that is to be there.
func (w Wish) wanted(bucket, prefix, region string) *types.Export {
	split := no
	if w.Split {
		split = yes
	}
	return &types.Export{
		Name: &w.Export, Description: aws.String("hourly lines with resources, for sagewarden"),
		DataQuery: &types.DataQuery{QueryStatement: aws.String("SELECT " + strings.Join(Columns(w.Split), ", ") + " FROM " + table),
			TableConfigurations: map[string]map[string]string{table: {granularity: hourly, resources: yes, splits: split, discounts: no}}},
		DestinationConfigurations: &types.DestinationConfigurations{S3Destination: &types.S3Destination{S3Bucket: &bucket, S3Prefix: &prefix, S3Region: &region,
			S3OutputConfigurations: &types.S3OutputConfigurations{Compression: types.CompressionOptionParquet, Format: types.FormatOptionParquet, OutputType: types.S3OutputTypeCustom,
				Overwrite: types.OverwriteOptionOverwriteReport}}},
		RefreshCadence: &types.RefreshCadence{Frequency: types.FrequencyOptionSynchronous},
	}
}

// improved is an export with what it lacks. Whatever else it asks for, it goes on to ask for.
func improved(is, want *types.Export) *types.Export {
	set := maps.Clone(is.DataQuery.TableConfigurations[table])
	if set == nil {
		set = map[string]string{}
	}
	had := maps.Clone(set)
	maps.Copy(set, want.DataQuery.TableConfigurations[table])
	for _, more := range []string{splits, discounts} {
		if strings.EqualFold(had[more], yes) {
			set[more] = had[more]
		}
	}
	list := Columns(strings.EqualFold(set[splits], yes))
	if query := said.FindStringSubmatch(aws.ToString(is.DataQuery.QueryStatement)); query != nil {
		for column := range strings.SplitSeq(query[1], ",") {
			if name := shown(column); name != "*" && name != "" && !slices.Contains(list, name) {
				list = append(list, strings.TrimSpace(column))
			}
		}
	}
	next := *want
	next.Description = cmp.Or(is.Description, want.Description)
	next.DataQuery = &types.DataQuery{QueryStatement: aws.String("SELECT " + strings.Join(list, ", ") + " FROM " + table), TableConfigurations: map[string]map[string]string{table: set}}
	return &next
}

// shown is the name that a column has in the file: its own, or the one behind AS.
func shown(column string) string {
	words := strings.Fields(column)
	if len(words) == 0 {
		return ""
	}
	return strings.ToLower(words[len(words)-1])
}

// said is what an export asks for: the columns, the table, and what is behind it.
var said = regexp.MustCompile(`(?is)^\s*SELECT\s+(.+?)\s+FROM\s+(\w+)(.*)$`)

// filter is what keeps a part of the bill out of an export, empty for nothing: whatever stands behind the table, or a view of the bill that is not the whole of it.
// What an export lacks it can be given. By its filter it is somebody's for a purpose, and stays as it is.
func filter(e *types.Export) string {
	if e == nil || e.DataQuery == nil {
		return ""
	}
	if query := said.FindStringSubmatch(aws.ToString(e.DataQuery.QueryStatement)); query != nil {
		if rest := strings.Join(strings.Fields(strings.Trim(query[3], "; \t\r\n")), " "); rest != "" {
			return rest
		}
	}
	if arn := e.DataQuery.TableConfigurations[table][view]; arn != "" && !strings.HasSuffix(arn, ":billingview/primary") {
		return view + " " + arn
	}
	return ""
}

// lacks is what an export of costs and usage does not have, for people; of another table it is nothing, and another says so.
func lacks(e *types.Export, split bool) (missing []string, another bool) {
	if e == nil || e.DataQuery == nil {
		return nil, true
	}
	query := said.FindStringSubmatch(aws.ToString(e.DataQuery.QueryStatement))
	if query == nil || !strings.EqualFold(query[2], table) {
		return nil, true
	}
	set := e.DataQuery.TableConfigurations[table]
	if has := set[granularity]; !strings.EqualFold(has, hourly) {
		missing = append(missing, "hourly lines (it has "+strings.ToLower(cmp.Or(has, "none"))+")")
	}
	if !strings.EqualFold(set[resources], yes) {
		missing = append(missing, "resources")
	}
	if split && !strings.EqualFold(set[splits], yes) {
		missing = append(missing, "split cost allocation data")
	}
	var out types.S3OutputConfigurations
	if d := e.DestinationConfigurations; d != nil && d.S3Destination != nil && d.S3Destination.S3OutputConfigurations != nil {
		out = *d.S3Destination.S3OutputConfigurations
	}
	if out.Format != types.FormatOptionParquet {
		missing = append(missing, "Parquet")
	}
	if out.Overwrite != types.OverwriteOptionOverwriteReport {
		missing = append(missing, "overwriting of what it delivered before")
	}
	if absent := absent(query[1]); len(absent) > 0 {
		missing = append(missing, count(len(absent), "column", "columns")+" ("+some(absent)+")")
	}
	return missing, false
}

// absent are the columns that are needed and not asked for. What is asked for may have another name in the file, by AS.
func absent(list string) []string {
	has := map[string]bool{}
	for column := range strings.SplitSeq(list, ",") {
		has[shown(column)] = true
	}
	if has["*"] {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(needed), func(c string) bool { return has[c] })
}

// some are the first of several, and how many more there are.
func some(all []string) string {
	const most = 3
	if len(all) <= most {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(all[:most], ", "), len(all)-most)
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// where is the place in S3 that an export is delivered to.
func where(e *types.Export) (bucket, prefix, region string) {
	if e == nil || e.DestinationConfigurations == nil || e.DestinationConfigurations.S3Destination == nil {
		return "", "", ""
	}
	to := e.DestinationConfigurations.S3Destination
	return aws.ToString(to.S3Bucket), aws.ToString(to.S3Prefix), aws.ToString(to.S3Region)
}

// address is the export as cost import takes it.
func address(e *types.Export) string {
	bucket, prefix, _ := where(e)
	return "s3://" + bucket + "/" + strings.Trim(prefix, "/") + "/" + aws.ToString(e.Name)
}

// same reports whether an export is the one that is to be there.
func same(is, want *types.Export) bool {
	missing, another := lacks(is, strings.EqualFold(want.DataQuery.TableConfigurations[table][splits], yes))
	if another || len(missing) > 0 || filter(is) != filter(want) {
		return false
	}
	isBucket, isPrefix, isRegion := where(is)
	bucket, prefix, region := where(want)
	return isBucket == bucket && strings.Trim(isPrefix, "/") == strings.Trim(prefix, "/") && isRegion == region
}

// good reports whether a legacy report has hourly lines with resources.
func good(r reports.ReportDefinition) bool {
	return r.TimeUnit == reports.TimeUnitHourly && slices.Contains(r.AdditionalSchemaElements, reports.SchemaElementResources)
}
