package pricing

import "strings"

// regionPrefixes are what usage types begin with: AWS's billing codes of regions
// (https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-region-billing-codes.html). eu-west-1 has no digit.
var regionPrefixes = strings.Fields(`
	USE1 USE2 USW1 USW2 CAN1 CAN2 MXC1 SAE1
	EU EUW2 EUW3 EUC1 EUC2 EUN1 EUS1 EUS2
	APE1 APE2 APN1 APN2 APN3 APS1 APS2 APS3 APS4 APS5 APS6 APS7 APS8 APS9
	AFS1 ILC1 MEC1 MES1
	UGE1 UGW1 CNN1 CNW1`)

// withoutRegion cuts the region's prefix off a usage type, if it has one. What stands before a hyphen need not be a
// prefix: Cluster-Reserved has none.
func withoutRegion(usagetype string) string {
	for _, prefix := range regionPrefixes {
		if rest, ok := strings.CutPrefix(usagetype, prefix+"-"); ok {
			return rest
		}
	}
	return usagetype
}
