package cloud

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/account/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

//go:generate go test -run TestRegionTableIsUpToDate . -update

// AllRegions among the regions asked for stands for every region that the account has enabled and SageMaker is in.
const AllRegions = "all"

// Regions are the regions of a partition that SageMaker is in, by the SDK's endpoint tables, in alphabetical order.
func Regions(partition string) []string { return slices.Clone(sageMakerRegions[partition]) }

// HasSageMaker reports whether SageMaker is in the region.
func HasSageMaker(region string) bool {
	_, found := slices.BinarySearch(sageMakerRegions[estate.PartitionOf(region)], region)
	return found
}

const listRegions = "account:ListRegions"

// optIn are the partitions in which regions are switched on and off, by the Account Management API. Elsewhere all are on.
var optIn = []string{"aws", "aws-cn"}

// enabledRegions are the regions that the account has switched on and SageMaker is in.
func (i *identity) enabledRegions(ctx context.Context) ([]string, error) {
	if !slices.Contains(optIn, i.arn.Partition) {
		return Regions(i.arn.Partition), nil
	}
	var names []string
	pages := account.NewListRegionsPaginator(account.NewFromConfig(i.cfg), &account.ListRegionsInput{
		MaxResults:              aws.Int32(50),
		RegionOptStatusContains: []types.RegionOptStatus{types.RegionOptStatusEnabled, types.RegionOptStatusEnabledByDefault},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Regions {
			if name := aws.ToString(r.RegionName); HasSageMaker(name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names, nil
}
