package prices

import (
	"fmt"
	"strconv"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// serverless is the three prices of each memory size, all by the second: a request's duration on demand, its duration
// on provisioned concurrency, and the standing price of the provisioned concurrency itself.
func serverless(r region) []world.Price {
	var list []world.Price
	for gb := range dollars(7) {
		if gb == 0 {
			continue
		}
		for _, kind := range []struct {
			group, usage string
			// rate is per second and GB in us-east-1.
			rate dollars
		}{
			{"ServerlessInf", "ServerlessInf:Mem", 0.00002 * dollar},
			{"ServerlessProvisionedConcurrency-Duration", "ProvisionedConcurrency:Mem", 0.0000115 * dollar},
			{"ServerlessProvisionedConcurrency-Usage", "ProvisionedConcurrency:Usage", 0.000005 * dollar},
		} {
			a := attributes(r, "Serverless", fmt.Sprintf("%s-%s-%dGB", r.prefix, kind.usage, gb))
			a["group"], a["memorygb"] = kind.group, strconv.FormatInt(int64(gb), 10)
			rate := kind.rate * gb * dollars(r.permille) / 1000
			list = append(list, numbered(world.Price{Family: "ML Serverless", Attributes: a, USD: rate.String(), Unit: "seconds"}))
		}
	}
	return list
}
