package setup

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports/types"
	"github.com/aws/aws-sdk-go-v2/service/costandusagereportservice"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	ce "github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
)

func newExportPages(c Exports) *bcmdataexports.ListExportsPaginator {
	return bcmdataexports.NewListExportsPaginator(c, &bcmdataexports.ListExportsInput{MaxResults: aws.Int32(100)})
}

func newReportPages(c Reports) *costandusagereportservice.DescribeReportDefinitionsPaginator {
	return costandusagereportservice.NewDescribeReportDefinitionsPaginator(c, &costandusagereportservice.DescribeReportDefinitionsInput{MaxResults: aws.Int32(5)})
}

func getExport(ctx context.Context, c Exports, arn string) (*types.Export, error) {
	out, err := c.GetExport(ctx, &bcmdataexports.GetExportInput{ExportArn: &arn})
	if err != nil {
		return nil, err
	}
	return out.Export, nil
}

// costTags are all tag keys that billing has seen.
func costTags(ctx context.Context, c Tags) (all []ce.CostAllocationTag, err error) {
	for pages := costexplorer.NewListCostAllocationTagsPaginator(c, &costexplorer.ListCostAllocationTagsInput{MaxResults: aws.Int32(1000)}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, page.CostAllocationTags...)
	}
	return all, nil
}

// backfills are those that were asked for.
func backfills(ctx context.Context, c Tags) (all []ce.CostAllocationTagBackfillRequest, err error) {
	for pages := costexplorer.NewListCostAllocationTagBackfillHistoryPaginator(c, &costexplorer.ListCostAllocationTagBackfillHistoryInput{MaxResults: aws.Int32(1000)}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, page.BackfillRequests...)
	}
	return all, nil
}
