package world

import (
	"time"

	exports "github.com/aws/aws-sdk-go-v2/service/bcmdataexports/types"
	reports "github.com/aws/aws-sdk-go-v2/service/costandusagereportservice/types"
)

// A Billing is what an account that pays has switched on.
type Billing struct {
	// Exports are data exports: CUR 2.0, FOCUS. Their ARNs follow from their names.
	Exports []exports.Export
	// Reports are legacy cost and usage reports.
	Reports []reports.ReportDefinition
	// ActiveTags are the tag keys that the bill shows.
	ActiveTags []string
}

// BillingPolicy is a bucket policy that lets billing deliver the bill of an account to the bucket.
func BillingPolicy(partition, bucket, account string) string {
	arn, home := "arn:"+partition+":s3:::"+bucket, map[string]string{"aws-cn": "cn-northwest-1"}[partition]
	if home == "" {
		home = "us-east-1"
	}
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["billingreports.amazonaws.com","bcm-data-exports.amazonaws.com"]},` +
		`"Action":["s3:PutObject","s3:GetBucketPolicy"],"Resource":["` + arn + `","` + arn + `/*"],"Condition":{"StringLike":{"aws:SourceAccount":"` + account + `","aws:SourceArn":["arn:` + partition + `:cur:` + home + `:` + account +
		`:definition/*","arn:` + partition + `:bcm-data-exports:` + home + `:` + account + `:export/*"]}}}]}`
}

// A Query is what Athena answers to a statement, whatever it says beyond the words that it is known by.
type Query struct {
	// Has is in the statement, as it is written.
	Has string
	// Columns are names and types, Rows the values; a nil value is NULL.
	Columns []QueryColumn
	Rows    [][]*string
	// Scanned is how many bytes it takes, and Takes how long.
	Scanned int64
	Takes   time.Duration
	// ID and Asked are of a query that was asked already, empty for one that was not.
	ID    string
	Asked time.Time
	// Failure is why it fails, empty where it succeeds.
	Failure string
}

// A QueryColumn is a column of a query's result.
type QueryColumn struct{ Name, Type string }

// A Workgroup is one of Athena's.
type Workgroup struct {
	Name string
	// Limit is how many bytes it lets a query read, zero for any.
	Limit int64
	// Results is its place for answers, empty for none; Enforced puts it before everybody's own.
	Results  string
	Enforced bool
	Disabled bool
}

// A CatalogTable is a table of the Glue catalog, whose files lie in a place in S3.
type CatalogTable struct {
	Database, Name      string
	Columns, Partitions []QueryColumn
	Place               string
}
