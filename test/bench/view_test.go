package bench

import (
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A view is what there is in a target at an instant.
type view struct {
	*world.Region
	now     time.Time
	account *world.Account
}

// An app is a Studio app with its domain.
type app struct {
	*world.App
	domain string
}

// studio are the apps that are listed.
func (v view) studio() (apps []app) {
	for _, d := range v.Domains {
		for _, a := range d.Apps {
			// Deleted apps stay listed for a day.
			if !a.Created.After(v.now) && (a.Deleted.IsZero() || v.now.Before(a.Deleted.Add(24*time.Hour))) {
				apps = append(apps, app{a, d.ID})
			}
		}
	}
	return apps
}

// A space is a Studio space with its domain.
type space struct {
	*world.Space
	domain string
}

// studios are the domains with their spaces, and how many profiles they have.
func (v view) studios() (domains []*world.Domain, users int, spaces []space) {
	for _, d := range v.Domains {
		if !d.At(v.now) {
			continue
		}
		domains, users = append(domains, d), users+alive(d.Users, v.now)
		for _, s := range d.Spaces {
			if s.At(v.now) {
				spaces = append(spaces, space{s, d.ID})
			}
		}
	}
	return domains, users, spaces
}

// left are the spaces in which nothing runs, but something may have: what last did is in the log.
func (v view) left(apps []app, spaces []space) []space {
	used := map[space]bool{}
	byName := map[[2]string]space{}
	for _, s := range spaces {
		byName[[2]string{s.domain, s.Name}] = s
	}
	for _, a := range apps {
		if a.At(v.now) {
			used[byName[[2]string{a.domain, a.Space}]] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(spaces), func(s space) bool {
		// Apps of other types may have any name, and by the name goes the log.
		return used[s] || !slices.Contains([]string{"JupyterLab", "CodeEditor"}, s.AppType) || v.now.Sub(world.Later(s.Created, s.Modified)) < longUnused
	})
}

// longUnused is the default limit for spaces: in a younger one nobody asks since when nothing runs.
const longUnused = 30 * 24 * time.Hour

// alive is how many of them there are at the instant.
func alive[T interface{ At(time.Time) bool }](all []T, now time.Time) (n int) {
	for _, one := range all {
		if one.At(now) {
			n++
		}
	}
	return n
}

// resources are how many there are of the kinds that say most, without what vanishes before it can be looked at.
func (v view) resources() map[estate.Kind]int {
	_, users, spaces := v.studios()
	n := map[estate.Kind]int{
		"user-profile": users, "studio-space": len(spaces), "endpoint-config": alive(v.Configs, v.now), "model": alive(v.Models, v.now),
		"notebook-instance": v.records(world.NotebookInstance), "feature-group": v.records(world.FeatureGroup),
		"training-job":   v.records(world.TrainingJob, "InProgress", "Stopping"),
		"processing-job": v.records(world.ProcessingJob, "InProgress", "Stopping"), "warm-pool": v.warmPools(),
	}
	for _, e := range v.endpoints() {
		if !e.Vanishes {
			n["endpoint"]++
		}
	}
	for _, a := range v.studio() {
		if a.At(v.now) && !a.Vanishes {
			n["studio-app"]++
		}
	}
	return n
}

// records is how many of the family there are, in one of the statuses if any are given. What is in a history is over.
func (v view) records(f world.Family, statuses ...string) (n int) {
	for _, r := range v.Records {
		if r.Family == f && r.At(v.now) && (len(statuses) == 0 || slices.Contains(statuses, r.StatusAt(v.now))) {
			n++
		}
	}
	return n
}

// warmPools is how many training jobs are over whose instances are still kept.
func (v view) warmPools() (n int) {
	for _, r := range v.Records {
		if r.Family != world.TrainingJob || !r.At(v.now) {
			continue
		}
		job := r.Describe(v.now, func(resource string) string { return resource }).(*sagemaker.DescribeTrainingJobOutput)
		if job.WarmPoolStatus != nil && job.WarmPoolStatus.Status == types.WarmPoolResourceStatusAvailable {
			n++
		}
	}
	return n
}

func (v view) endpoints() []*world.Endpoint {
	return slices.DeleteFunc(slices.Clone(v.Endpoints), func(e *world.Endpoint) bool { return !e.At(v.now) })
}

func (v view) components() []*world.Component {
	return slices.DeleteFunc(slices.Clone(v.Components), func(c *world.Component) bool { return !c.At(v.now) })
}

// configs is how many configurations the endpoints have that can still be described.
func (v view) configs(endpoints []*world.Endpoint) int {
	names := map[string]bool{}
	for _, e := range endpoints {
		if !e.Vanishes {
			names[e.Config] = true
		}
	}
	return len(names)
}

// billing are the apps that run and cost something.
func (v view) billing(apps []app) []app {
	return slices.DeleteFunc(slices.Clone(apps), func(a app) bool {
		return !a.At(v.now) || a.Status != "" || a.Type == "JupyterServer" && a.InstanceType == "system"
	})
}

// doubtful are the billing apps of which no metric has spoken lately: without a heartbeat, or the like of it, in the hours that a scan
// looks back.
func (v view) doubtful(apps []app) []app {
	spoken := map[string]bool{}
	for _, m := range v.Metrics {
		if speaks(m) && m.Pattern.Stat(v.now.Add(-3*time.Hour), v.now).Count > 0 {
			spoken[key(m.Dimensions)] = true
		}
	}
	return slices.DeleteFunc(v.billing(apps), func(a app) bool {
		return spoken[key(a.Heartbeat(a.domain, time.Time{}).Dimensions)] || a.Type == "Canvas" && spoken[key(a.CanvasActivity(a.domain).Dimensions)]
	})
}

// speaks reports whether the metric says when an app was used last.
func speaks(m *world.Metric) bool {
	return m.Name == world.HeartbeatMetric || m.Name == (&world.App{}).CanvasActivity("").Name
}

func key(dimensions map[string]string) string {
	var k string
	for _, name := range slices.Sorted(maps.Keys(dimensions)) {
		k += name + "=" + dimensions[name] + "\n"
	}
	return k
}

// kernels are the apps whose log says something.
func (v view) kernels(apps []app) []app {
	return slices.DeleteFunc(slices.Clone(apps), func(a app) bool { return a.Type != "KernelGateway" })
}

// heartbeats is how many metric series say when an app was used last.
func (v view) heartbeats(apps []app) int {
	n := 0
	for _, a := range v.billing(apps) {
		n++ // its heartbeat
		if a.Type == "Canvas" {
			n++ // its own stamp
		}
	}
	return n
}

// traffic is how many metric series have to be looked at for what hosts models: what says that something was called, and what says that
// the silence of it can be trusted. That what is not in service is unknown needs no metric.
func (v view) traffic(endpoints []*world.Endpoint, components []*world.Component) int {
	n := 2 * len(components) // invocations, which serve the endpoint's verdict too, and utilisation
	for _, e := range endpoints {
		if e.Status != "InService" || e.Vanishes {
			continue
		}
		if e.Async {
			n++ // the backlog
		}
		for _, w := range e.Variants {
			if w.MemoryMB == 0 {
				n++ // the utilisation of its instances
			}
			if w.Model != "" {
				n += 2 // invocations and their errors; processed requests and their latency
			}
		}
		n += len(e.Shadow) // the utilisation of their instances
	}
	return n
}

// tagged is how many of the resources have tags. What few there are of other families may be in the same answers.
func (v view) tagged(apps []app, spaces []space, endpoints []*world.Endpoint, components []*world.Component) int {
	n := 0
	count := func(resource string) {
		if len(v.Tags[v.account.ARN(v.Name, resource)]) > 0 {
			n++
		}
	}
	for _, a := range apps {
		if a.At(v.now) {
			count(a.Resource(a.domain))
		}
	}
	for _, s := range spaces {
		count(s.Resource(s.domain))
	}
	for _, e := range endpoints {
		count(e.Resource())
	}
	for _, c := range components {
		count(c.Resource())
	}
	for _, m := range v.Models {
		if m.At(v.now) {
			count(m.Resource())
		}
	}
	return n
}
