package wire

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/account/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// defaultRegions are on in every account; the others have to be opted into
// (https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html).
var defaultRegions = []string{
	"ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
	"ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
	"us-east-1", "us-east-2", "us-west-1", "us-west-2",
}

// accountResource is the standalone account of the Account Management API.
func accountResource(v *view, _ *account.ListRegionsInput) string {
	return estate.ARN{Partition: v.target.Partition, Service: "account", Account: v.target.Account, Resource: "account"}.String()
}

func (v *view) listRegions(in *account.ListRegionsInput) (*account.ListRegionsOutput, error) {
	limit := int32(50)
	if in.MaxResults != nil {
		limit = *in.MaxResults
	}
	if limit < 1 || limit > 50 {
		return nil, invalid("MaxResults must be between 1 and 50, not %d.", limit)
	}
	names := slices.Concat(v.principal.enabled, v.server.world.Regions())
	slices.Sort(names)
	names = slices.DeleteFunc(slices.Compact(names), func(name string) bool {
		return estate.PartitionOf(name) != v.target.Partition ||
			len(in.RegionOptStatusContains) > 0 && !slices.Contains(in.RegionOptStatusContains, v.optStatus(name))
	})
	cut, next, err := page(v, names, func(name string) string { return name }, false, int(limit), in.NextToken)
	if errors.Is(err, errToken) {
		return nil, invalid("The NextToken is invalid.")
	}
	if err != nil {
		return nil, err
	}
	out := &account.ListRegionsOutput{NextToken: next}
	for _, name := range cut {
		out.Regions = append(out.Regions, types.Region{RegionName: aws.String(name), RegionOptStatus: v.optStatus(name)})
	}
	return out, nil
}

func (v *view) optStatus(region string) types.RegionOptStatus {
	switch {
	case !slices.Contains(v.principal.enabled, region):
		return types.RegionOptStatusDisabled
	case slices.Contains(defaultRegions, region):
		return types.RegionOptStatusEnabledByDefault
	}
	return types.RegionOptStatusEnabled
}

// writeRegions writes restJson: the account module has no schemas. Its members are spelled like the fields of the SDK's types.
func writeRegions(_ protocol, out *account.ListRegionsOutput) ([]byte, error) {
	type region struct {
		RegionName      *string
		RegionOptStatus types.RegionOptStatus
	}
	body := struct {
		NextToken *string `json:",omitempty"`
		Regions   []region
	}{NextToken: out.NextToken, Regions: []region{}}
	for _, r := range out.Regions {
		body.Regions = append(body.Regions, region{r.RegionName, r.RegionOptStatus})
	}
	return json.Marshal(body)
}
