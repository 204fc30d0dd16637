package access

import (
	"cmp"
	"strings"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/athena"
)

// What Athena does for who asks it, in their name.
var (
	catalogReads = []string{"glue:GetDatabase", "glue:GetTable", "glue:GetPartitions"}
	billReads    = []string{"s3:GetBucketLocation", "s3:ListBucket", "s3:GetObject"}
	// Long answers are put in parts.
	resultWrites = []string{"s3:GetBucketLocation", "s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:ListBucketMultipartUploads"}
	viewWrites   = []string{"glue:CreateTable", "glue:UpdateTable"}
)

// calledVia is the service in between, which AWS tells of calls that another makes in somebody's name.
const calledVia = "aws:CalledVia"

// query allows asking the organization's bill in Athena: in the named workgroup, of the named table, from where its files lie or else from the bucket that the bill is delivered to. What is not named is any, but for
// the place of results, which is where Athena puts them by itself.
func (all *statements) query(a config.Athena, delivered string) {
	region := cmp.Or(a.Region, "*")
	group := own("athena", region, "workgroup/"+cmp.Or(a.Workgroup, "*"))
	all.allow("QueryBill", []string{group}, athena.OpWorkGroup, athena.OpStart, athena.OpLook, athena.OpResults, athena.OpStop)
	all.allow("ReadBillTable", []string{own("athena", region, "datacatalog/"+athena.Catalog)}, athena.OpTable)

	database := cmp.Or(a.Database, "*")
	catalog := []string{own("glue", region, "catalog"), own("glue", region, "database/"+database), own("glue", region, "table/"+database+"/"+cmp.Or(a.Table, "*"))}
	if v := a.ViewsDatabase; v != "" && a.Database != "" {
		catalog = append(catalog, own("glue", region, "database/"+v), own("glue", region, "table/"+v+"/*"))
	}
	all.allow("ReadBillCatalog", catalog, catalogReads...)

	bucket, objects := place(cmp.Or(a.Bill, "s3://"+cmp.Or(delivered, "*")+"/"))
	all.allow("ReadBillFiles", []string{bucket, objects}, billReads...)
	all.via("ReadBillFiles")
	all.allow("ReadBillEncrypted", []string{"arn:" + partition + ":kms:*:*:key/*"}, "kms:Decrypt")
	all.through("ReadBillEncrypted", "s3", bucket, objects)

	bucket, objects = place(cmp.Or(a.Results, "s3://aws-athena-query-results-*/"))
	all.allow("KeepQueryResults", []string{bucket, objects}, resultWrites...)
	all.via("KeepQueryResults")
}

// show allows making views over the bill, and replacing what has their names.
func (all *statements) show(a config.Athena) {
	region := cmp.Or(a.Region, "*")
	database := cmp.Or(a.ViewsDatabase, a.Database, "*")
	all.allow("MakeBillViews", []string{own("glue", region, "catalog"), own("glue", region, "database/"+database), own("glue", region, "table/"+database+"/*")}, viewWrites...)
	all.via("MakeBillViews")
}

// via bounds a statement to what Athena does in the caller's name.
func (all *statements) via(sid string) {
	all.statement(sid).Condition = condition{"ForAnyValue:StringEquals": {calledVia: {"athena.amazonaws.com"}}}
}

// place is a bucket with the objects under a prefix in it.
func place(address string) (bucket, objects string) {
	name, prefix, _ := strings.Cut(strings.TrimPrefix(address, "s3://"), "/")
	bucket = "arn:" + partition + ":s3:::" + name
	return bucket, bucket + "/" + prefix + "*"
}
