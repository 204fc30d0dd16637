package bench

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/pricing"
	"github.com/sagewarden/sagewarden/internal/simulate/prices"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// The most that one answer holds.
const (
	listed  = 100 // resources of SageMaker's List operations, of tag:GetResources, of pricing:GetProducts
	series  = 500 // series of cloudwatch:GetMetricData
	streams = 50  // streams of logs:DescribeLogStreams
	events  = 50  // events of cloudtrail:LookupEvents
	members = 20  // accounts of organizations:ListAccounts
)

// pages is how many answers hold n things.
func pages(n, most int) int { return (n + most - 1) / most }

// listing is how many answers hold n things of which nobody knows yet: that there is none is one answer, too.
func listing(n int) int { return max(1, pages(n, listed)) }

// leastCalls is the least with which the organization could be scanned for the same verdicts by somebody who knows beforehand where to
// look. It is worked out from the world, and from what the snapshot tells of people; not from the calls that a scan makes.
func leastCalls(w *world.World, snap *estate.Snapshot, enter func(*world.World, tally)) tally {
	least := tally{}
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			least[target{a.ID, r.Name}] = leastOf(w.At, a, r)
		}
	}
	leastForPeople(least, snap)
	enter(w, least)
	return least
}

// byProfile is the least for entering accounts one by one: whose credentials these are is asked once for each.
func byProfile(w *world.World, least tally) {
	for _, a := range w.Accounts {
		least[target{a.ID, a.Regions[0].Name}]["sts:GetCallerIdentity"] = 1
	}
}

// byRole is the least for entering the accounts of an organization from the one that leads it.
func byRole(w *world.World, least tally) {
	lead := w.Accounts[0]
	first := least[target{lead.ID, lead.Regions[0].Name}]
	first["sts:GetCallerIdentity"] = 1
	first["organizations:ListAccounts"] = pages(len(w.Accounts), members)
	// An answer holds the credentials of one role. Those of the account that leads are at hand.
	first["sts:AssumeRole"] = len(w.Accounts) - 1
	for _, a := range w.Accounts {
		// Each account has regions of its own; an answer holds all that there are.
		least[target{a.ID, a.Regions[0].Name}]["account:ListRegions"] = 1
	}
}

func leastOf(now time.Time, a *world.Account, r *world.Region) calls {
	v := view{r, now, a}
	apps := v.studio()
	domains, users, spaces := v.studios()
	endpoints, components := v.endpoints(), v.components()
	c := calls{
		// Every page must be fetched. Pages of one target hold its resources alone.
		"sagemaker:ListApps":                listing(len(apps)),
		"sagemaker:ListSpaces":              listing(len(spaces)),
		"sagemaker:ListDomains":             listing(len(domains)),
		"sagemaker:ListUserProfiles":        listing(users),
		"sagemaker:ListEndpoints":           listing(len(endpoints)),
		"sagemaker:ListInferenceComponents": listing(len(components)),
		"sagemaker:ListEndpointConfigs":     listing(alive(v.Configs, now)),
		"sagemaker:ListModels":              listing(alive(v.Models, now)),
		// A listing of a hub's contents takes one sort of one hub.
		"sagemaker:ListHubContents": v.records(world.Hub) * len(types.HubContentType("").Values()),
		// Finished jobs stay listed, hundreds of thousands of them. A listing takes one status, or all of the past; there being none
		// is an answer, too. Search takes several statuses at once, of one sort of resource.
		"sagemaker:Search": listing(v.records(world.TrainingJob, "InProgress", "Stopping")) + listing(v.records(world.PipelineExecution, "Executing", "Stopping")),
		// Warm pools are listed by their own status.
		"sagemaker:ListTrainingJobs": listing(v.warmPools()),

		// Instance counts are in DescribeEndpoint alone, instance types in DescribeEndpointConfig alone, the copies of a component in
		// DescribeInferenceComponent alone. Each answers on one.
		"sagemaker:DescribeEndpoint":           len(endpoints),
		"sagemaker:DescribeEndpointConfig":     v.configs(endpoints),
		"sagemaker:DescribeInferenceComponent": len(components),
		// Stamps of activity are in DescribeApp alone, which answers on one app. Needed where no metric has said already what the app does.
		"sagemaker:DescribeApp": len(v.doubtful(apps)),
		// What a thing bills by is in its description alone: a domain's file system, a notebook's volume, the instances of a job or of
		// a warm pool or of a cluster, an online store, the size of a server that runs, a tier.
		"sagemaker:DescribeDomain":               len(domains),
		"sagemaker:DescribeNotebookInstance":     v.records(world.NotebookInstance),
		"sagemaker:DescribeTrainingJob":          v.records(world.TrainingJob, "InProgress", "Stopping") + v.warmPools(),
		"sagemaker:DescribeProcessingJob":        v.records(world.ProcessingJob, "InProgress", "Stopping"),
		"sagemaker:DescribeTransformJob":         v.records(world.TransformJob, "InProgress", "Stopping"),
		"sagemaker:DescribeCluster":              v.records(world.Cluster),
		"sagemaker:DescribeFeatureGroup":         v.records(world.FeatureGroup),
		"sagemaker:DescribeMlflowTrackingServer": v.records(world.TrackingServer) - v.records(world.TrackingServer, "Stopped", "CreateFailed", "StartFailed"),
		"sagemaker:DescribePartnerApp":           v.records(world.PartnerApp),

		// An answer holds 50 streams, so that fewer cannot hold those that are wanted, however well they lie together.
		"logs:DescribeLogStreams": pages(len(v.kernels(v.doubtful(apps)))+len(v.left(apps, spaces)), streams),
		// An answer holds 500 series, and has one window. Who calls once a month shows in one that CloudWatch has by the hour only, for
		// it drops what is finer after 63 days; who uses an app now shows in periods of minutes.
		"cloudwatch:GetMetricData": pages(v.heartbeats(apps), series) + pages(v.traffic(endpoints, components)+len(domains), series),
		// An answer holds the tags of 100 resources; what has none is not in it.
		"tag:GetResources": max(1, pages(v.tagged(apps, spaces, endpoints, components), listed)),
		// Left out: cloudwatch:ListMetrics. Who knew that no container is called directly would not ask for such series.
	}
	for family, operation := range whole {
		c[operation] = listing(v.records(family))
	}
	for family, by := range byStatus {
		for _, status := range by.statuses {
			c[by.operation] += listing(v.records(family, status))
		}
	}
	return c
}

// whole are the families whose listings have no past to be kept out of.
var whole = map[world.Family]string{
	world.NotebookInstance:                "sagemaker:ListNotebookInstances",
	world.NotebookInstanceLifecycleConfig: "sagemaker:ListNotebookInstanceLifecycleConfigs",
	world.StudioLifecycleConfig:           "sagemaker:ListStudioLifecycleConfigs",
	world.TrainingPlan:                    "sagemaker:ListTrainingPlans",
	world.Cluster:                         "sagemaker:ListClusters",
	world.TrackingServer:                  "sagemaker:ListMlflowTrackingServers",
	world.MlflowApp:                       "sagemaker:ListMlflowApps",
	world.PartnerApp:                      "sagemaker:ListPartnerApps",
	world.FeatureGroup:                    "sagemaker:ListFeatureGroups",
	world.MonitoringSchedule:              "sagemaker:ListMonitoringSchedules",
	world.Image:                           "sagemaker:ListImages",
	world.AppImageConfig:                  "sagemaker:ListAppImageConfigs",
	world.Hub:                             "sagemaker:ListHubs",
	world.ModelPackageGroup:               "sagemaker:ListModelPackageGroups",
	world.Workteam:                        "sagemaker:ListWorkteams",
}

// byStatus are the families of jobs, with the statuses of those that are not over.
var byStatus = map[world.Family]struct {
	operation string
	statuses  []string
}{
	world.ProcessingJob:   {"sagemaker:ListProcessingJobs", []string{"InProgress", "Stopping"}},
	world.TransformJob:    {"sagemaker:ListTransformJobs", []string{"InProgress", "Stopping"}},
	world.TuningJob:       {"sagemaker:ListHyperParameterTuningJobs", []string{"InProgress", "Stopping"}},
	world.AutoMLJob:       {"sagemaker:ListAutoMLJobs", []string{"InProgress", "Stopping"}},
	world.LabelingJob:     {"sagemaker:ListLabelingJobs", []string{"Initializing", "InProgress", "Stopping"}},
	world.CompilationJob:  {"sagemaker:ListCompilationJobs", []string{"STARTING", "INPROGRESS", "STOPPING"}},
	world.OptimizationJob: {"sagemaker:ListOptimizationJobs", []string{"STARTING", "INPROGRESS", "STOPPING"}},
}

// leastForPeople adds the least for the names of people, of whom the snapshot tells who is wanted.
func leastForPeople(least tally, snap *estate.Snapshot) {
	type person struct {
		target
		domain, profile string
	}
	sso, created, named := map[string]bool{}, map[target]int{}, map[person]bool{}
	for _, o := range snap.Observations {
		if o.Resource.Attributes[kinds.AttributeAuthMode] == "SSO" {
			sso[o.Resource.Domain] = true
		}
	}
	for _, o := range snap.Observations {
		r := o.Resource
		t := target{r.Target.Account, r.Target.Region}
		if strings.HasPrefix(r.OwnerFrom, "cloudtrail ") {
			created[t]++
		}
		told := len(r.Meters) > 0 && (o.Verdict.State == estate.Idle || len(o.Verdict.Conditions) > 0)
		if told && sso[r.Domain] && (kinds.OwnedByProfile(r) || strings.HasSuffix(r.OwnerFrom, "by sign-in name")) {
			named[person{t, r.Domain, r.Owner}] = true
		}
	}
	for t, c := range least {
		// An answer holds 50 events, of any sort if need be.
		c["cloudtrail:LookupEvents"] = pages(created[t], events)
	}
	for p := range named {
		// The name with which somebody signs in is in DescribeUserProfile alone, which answers on one. That there is none is an answer, too.
		least[p.target]["sagemaker:DescribeUserProfile"]++
	}
}

// undercut are the operations that a scan has called less often than the least, which then is none.
func (t tally) undercut(least tally) (which []string) {
	for target, c := range least {
		for op, n := range c {
			if t[target][op] < n {
				which = append(which, fmt.Sprintf("%s/%s: %d calls of %s, fewer than the least of %d", target.account, target.region, t[target][op], op, n))
			}
		}
	}
	return which
}

// leastTime is the least time that the calls on a target take at the documented rates, if an answer took no time at all.
//
// Each operation has a rate of its own, so that operations run side by side wherever one does not need what the other answers. Endpoints
// are described as soon as the page with them has come, and their configurations as soon as they are described: those overlap, and the slowest
// counts. Which apps are to be described is known from their metrics, and those are asked with the fewest calls when all apps are
// listed: this is a sequence, and the names of people whose apps are idle come after it at the earliest when the first has been described.
// It needs nothing of the endpoints, nor do the components, nor anything else.
func leastTime(c calls) time.Duration {
	return max(
		c.last("sagemaker:ListApps")+max(c.last("sagemaker:DescribeApp"), c.last("logs:DescribeLogStreams"), c.last("sagemaker:DescribeUserProfile")),
		max(c.last("sagemaker:ListEndpoints"), c.last("sagemaker:DescribeEndpoint"), c.last("sagemaker:DescribeEndpointConfig"))+
			c.last("cloudwatch:GetMetricData"),
		max(c.last("sagemaker:ListInferenceComponents"), c.last("sagemaker:DescribeInferenceComponent"))+
			c.last("cloudwatch:GetMetricData"),
		leastNaiveTime(c),
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
