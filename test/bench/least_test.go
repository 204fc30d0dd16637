package bench

import (
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
	"github.com/sagewarden/sagewarden/internal/simulate/prices"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// The most that one answer holds.
const (
	listed  = 100 // resources of SageMaker's List operations, of tag:GetResources, of pricing:GetProducts
	series  = 500 // series of cloudwatch:GetMetricData
	streams = 50  // streams of logs:DescribeLogStreams
)

// pages is how many answers hold n things.
func pages(n, most int) int { return (n + most - 1) / most }

// listing is how many answers hold n things of which nobody knows yet: that there is none is one answer, too.
func listing(n int) int { return max(1, pages(n, listed)) }

// leastCalls is the least with which the organization could be scanned for the same verdicts by somebody who knows beforehand where to
// look. It is worked out from the world, not from what a scan does.
func leastCalls(w *world.World) tally {
	least := tally{}
	for _, a := range w.Accounts {
		for i, r := range a.Regions {
			c := leastOf(w.At, a, r)
			if i == 0 {
				// Whose credentials these are is asked once for each account.
				c["sts:GetCallerIdentity"] = 1
			}
			least[target{a.ID, r.Name}] = c
		}
	}
	return least
}

func leastOf(now time.Time, a *world.Account, r *world.Region) calls {
	v := view{r, now, a}
	apps, spaces := v.studio()
	endpoints, components := v.endpoints(), v.components()
	return calls{
		// Every page must be fetched. Pages of one target hold its resources alone.
		"sagemaker:ListApps":                listing(len(apps)),
		"sagemaker:ListEndpoints":           listing(len(endpoints)),
		"sagemaker:ListInferenceComponents": listing(len(components)),
		// The owner of a space is in no other answer, save in one for each space. Needed for apps that run in one.
		"sagemaker:ListSpaces": pages(spaces, listed),
		// Instance counts are in DescribeEndpoint alone, instance types in DescribeEndpointConfig alone, the copies of a component in
		// DescribeInferenceComponent alone. Each answers on one.
		"sagemaker:DescribeEndpoint":           len(endpoints),
		"sagemaker:DescribeEndpointConfig":     v.configs(endpoints),
		"sagemaker:DescribeInferenceComponent": len(components),
		// Stamps of activity are in DescribeApp alone, which answers on one app. Needed where no metric has said already what the app does.
		"sagemaker:DescribeApp": len(v.doubtful(apps)),
		// An answer holds 50 streams, so that fewer cannot hold those that are wanted, however well they lie together.
		"logs:DescribeLogStreams": pages(len(v.kernels(v.doubtful(apps))), streams),
		// An answer holds 500 series, whatever their periods.
		"cloudwatch:GetMetricData": pages(v.series(apps, endpoints, components), series),
		// An answer holds the tags of 100 resources; what has none is not in it.
		"tag:GetResources": pages(v.tagged(apps, endpoints, components), listed),
		// Left out: cloudwatch:ListMetrics. Who knew that no container is called directly would not ask for such series.
	}
}

// leastTime is the least time that the calls on a target take at the documented rates, if an answer took no time at all.
//
// Each operation has a rate of its own, so that operations run side by side wherever one does not need what the other answers. Endpoints
// are described as soon as the page with them has come, and their configurations as soon as they are described: those overlap, and the slowest
// counts. Which apps are to be described is known from their metrics, and those are asked with the fewest calls when all apps are
// listed: this is a sequence. It needs nothing of the endpoints, nor do the components, nor the tags.
func leastTime(c calls) time.Duration {
	return max(
		c.last("sagemaker:ListApps")+max(c.last("sagemaker:DescribeApp"), c.last("logs:DescribeLogStreams")),
		max(c.last("sagemaker:ListEndpoints"), c.last("sagemaker:DescribeEndpoint"), c.last("sagemaker:DescribeEndpointConfig"))+
			c.last("cloudwatch:GetMetricData"),
		max(c.last("sagemaker:ListInferenceComponents"), c.last("sagemaker:DescribeInferenceComponent"))+
			c.last("cloudwatch:GetMetricData"),
		c.last("sagemaker:ListSpaces"),
		c.last("tag:GetResources"),
	)
}

// leastPriceCalls is the least for the prices of what was seen: a filter on the price list takes one region and one component.
func leastPriceCalls(w *world.World, snap *estate.Snapshot) int {
	type sheet struct{ region, component string }
	wanted := map[sheet]bool{}
	for _, o := range snap.Observations {
		for _, m := range o.Resource.Meters {
			if m.Free == "" && m.InstanceType != "" {
				wanted[sheet{o.Resource.Target.Region, m.Component}] = true
			}
		}
	}
	n := 0
	for s := range wanted {
		field, value := "platoinstancetype", s.component
		if s.component == pricing.ComponentProvisionedConcurrency {
			field, value = "productFamily", "ML Serverless"
		}
		products := 0
		for _, p := range w.Prices {
			if prices.Field(p, "regionCode") == s.region && prices.Field(p, field) == value {
				products++
			}
		}
		n += pages(products, listed)
	}
	return n
}
