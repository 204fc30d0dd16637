package bench

import (
	"maps"
	"slices"
	"time"

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

// studio are the apps that are listed and, if one of them runs in a space, the number of spaces.
func (v view) studio() (apps []app, spaces int) {
	for _, d := range v.Domains {
		for _, a := range d.Apps {
			// Deleted apps stay listed for a day.
			if !a.Created.After(v.now) && (a.Deleted.IsZero() || v.now.Before(a.Deleted.Add(24*time.Hour))) {
				apps = append(apps, app{a, d.ID})
			}
		}
		for _, s := range d.Spaces {
			if s.At(v.now) {
				spaces++
			}
		}
	}
	if !slices.ContainsFunc(apps, func(a app) bool { return a.Space != "" }) {
		spaces = 0
	}
	return apps, spaces
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

// series is how many metric series have to be looked at: what says that something was used, and for endpoints what says that the
// silence of it can be trusted. That what is not in service is unknown needs no metric.
func (v view) series(apps []app, endpoints []*world.Endpoint, components []*world.Component) int {
	n := 0
	for _, a := range v.billing(apps) {
		n++ // its heartbeat
		if a.Type == "Canvas" {
			n++ // its own stamp
		}
	}
	n += 2 * len(components) // invocations, which serve the endpoint's verdict too, and utilisation
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

// tagged is how many of the resources have tags.
func (v view) tagged(apps []app, endpoints []*world.Endpoint, components []*world.Component) int {
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
	for _, e := range endpoints {
		count(e.Resource())
	}
	for _, c := range components {
		count(c.Resource())
	}
	return n
}
