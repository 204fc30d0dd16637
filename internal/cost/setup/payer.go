package setup

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports"
	"github.com/aws/aws-sdk-go-v2/service/costandusagereportservice"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
)

// Exports is what is asked of data exports. The SDK's client is one, and so it is for the others.
type Exports interface {
	bcmdataexports.ListExportsAPIClient
	GetExport(context.Context, *bcmdataexports.GetExportInput, ...func(*bcmdataexports.Options)) (*bcmdataexports.GetExportOutput, error)
	CreateExport(context.Context, *bcmdataexports.CreateExportInput, ...func(*bcmdataexports.Options)) (*bcmdataexports.CreateExportOutput, error)
	UpdateExport(context.Context, *bcmdataexports.UpdateExportInput, ...func(*bcmdataexports.Options)) (*bcmdataexports.UpdateExportOutput, error)
}

// Reports is what is asked of legacy cost and usage reports.
type Reports interface {
	costandusagereportservice.DescribeReportDefinitionsAPIClient
}

// Tags is what is asked of Cost Explorer.
type Tags interface {
	costexplorer.ListCostAllocationTagsAPIClient
	costexplorer.ListCostAllocationTagBackfillHistoryAPIClient
	UpdateCostAllocationTagsStatus(context.Context, *costexplorer.UpdateCostAllocationTagsStatusInput, ...func(*costexplorer.Options)) (*costexplorer.UpdateCostAllocationTagsStatusOutput, error)
	StartCostAllocationTagBackfill(context.Context, *costexplorer.StartCostAllocationTagBackfillInput, ...func(*costexplorer.Options)) (*costexplorer.StartCostAllocationTagBackfillOutput, error)
}

// Bucket is what is asked of S3. No object is read or written.
type Bucket interface {
	GetBucketLocation(context.Context, *s3.GetBucketLocationInput, ...func(*s3.Options)) (*s3.GetBucketLocationOutput, error)
	GetBucketPolicy(context.Context, *s3.GetBucketPolicyInput, ...func(*s3.Options)) (*s3.GetBucketPolicyOutput, error)
	PutBucketPolicy(context.Context, *s3.PutBucketPolicyInput, ...func(*s3.Options)) (*s3.PutBucketPolicyOutput, error)
	GetBucketEncryption(context.Context, *s3.GetBucketEncryptionInput, ...func(*s3.Options)) (*s3.GetBucketEncryptionOutput, error)
	GetPublicAccessBlock(context.Context, *s3.GetPublicAccessBlockInput, ...func(*s3.Options)) (*s3.GetPublicAccessBlockOutput, error)
}

// Organization is what is asked of AWS Organizations.
type Organization interface {
	DescribeOrganization(context.Context, *organizations.DescribeOrganizationInput, ...func(*organizations.Options)) (*organizations.DescribeOrganizationOutput, error)
}

// Studio is what is asked of SageMaker.
type Studio interface {
	settings.Studio
	sagemaker.ListDomainsAPIClient
}

// A Payer is the account that pays, where billing is asked.
type Payer struct {
	Target       estate.Target
	Exports      Exports
	Reports      Reports
	Tags         Tags
	Bucket       Bucket
	Organization Organization
	// Now is the instant by AWS's clock.
	Now func() time.Time
}

// A Place is an account and region with domains of Studio.
type Place struct {
	Target estate.Target
	Studio Studio
}

// The operations, as IAM names them.
const (
	opListExports    = "bcm-data-exports:ListExports"
	opGetExport      = "bcm-data-exports:GetExport"
	opCreateExport   = "bcm-data-exports:CreateExport"
	opUpdateExport   = "bcm-data-exports:UpdateExport"
	opReports        = "cur:DescribeReportDefinitions"
	opListTags       = "ce:ListCostAllocationTags"
	opUpdateTags     = "ce:UpdateCostAllocationTagsStatus"
	opBackfills      = "ce:ListCostAllocationTagBackfillHistory"
	opBackfill       = "ce:StartCostAllocationTagBackfill"
	opOrganization   = "organizations:DescribeOrganization"
	opLocation       = "s3:GetBucketLocation"
	opPolicy         = "s3:GetBucketPolicy"
	opPutPolicy      = "s3:PutBucketPolicy"
	opEncryption     = "s3:GetEncryptionConfiguration"
	opPublicAccess   = "s3:GetBucketPublicAccessBlock"
	opListDomains    = "sagemaker:ListDomains"
	opDescribeDomain = "sagemaker:DescribeDomain"
	opUpdateDomain   = "sagemaker:UpdateDomain"
	// opPutReport is what AWS asks for beside opCreateExport for an export of costs and usage
	// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_bcm-data-exports.html).
	opPutReport = "cur:PutReportDefinition"
)

// Reads are the operations that making a plan calls.
var Reads = []string{opOrganization, opListExports, opGetExport, opReports, opListTags, opBackfills, opLocation, opPolicy, opEncryption, opPublicAccess, opListDomains, opDescribeDomain}

// Changes are the operations that carrying a plan out takes besides.
var Changes = []string{opCreateExport, opPutReport, opUpdateExport, opPutPolicy, opUpdateTags, opBackfill, opUpdateDomain}
