package organization

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// untold are the families of which nobody can say when they are used.
var untold = []world.Family{
	world.NotebookInstanceLifecycleConfig, world.StudioLifecycleConfig, world.Pipeline, world.MonitoringSchedule, world.Image, world.AppImageConfig,
	world.Hub, world.HubContent, world.ModelPackageGroup, world.Workteam,
}

// Truth is when everything of which that can be said lives, and when it is really used, by ARN. A piece that is judged on its own is there
// too, as <ARN>#<piece>: the variants of an endpoint with several in production, and the instance groups of a cluster that report.
func Truth(w *world.World) map[string]world.Life {
	truth := w.Truth()
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			t := teller{truth: truth, site: &site{account: a, Region: r}}
			t.records()
			t.variants()
			t.groups()
			t.studios()
			t.deployed()
		}
	}
	return truth
}

// A teller tells the truth about a site.
type teller struct {
	truth map[string]world.Life
	*site
}

func (t teller) records() {
	for _, r := range t.Records {
		if slices.Contains(untold, r.Family) {
			delete(t.truth, t.arn(r.Resource()))
		}
	}
}

func (t teller) variants() {
	called := callsByVariant(t.Region)
	for _, e := range t.Endpoints {
		if len(e.Variants) < 2 {
			continue
		}
		for _, v := range e.Variants {
			l := e.Life
			if l.Use != nil {
				l.Use = called[e.Name+"/"+v.Name]
			}
			t.truth[t.arn(e.Resource())+"#"+v.Name] = l
		}
	}
}

// callsByVariant are the invocations by endpoint and variant. On an endpoint that is used at all they are use: warmers and monitors have
// endpoints of their own.
func callsByVariant(r *world.Region) map[string]world.Activity {
	called := map[string]world.Activity{}
	for _, m := range r.Metrics {
		if s, ok := m.Pattern.(world.Samples); ok && m.Name == "Invocations" && m.Dimensions["VariantName"] != "" {
			called[m.Dimensions["EndpointName"]+"/"+m.Dimensions["VariantName"]] = s.Of
		}
	}
	return called
}

// groups tells of instance groups what their heartbeats are made of.
func (t teller) groups() {
	named := map[string]*world.Record{}
	for _, r := range t.Records {
		if r.Family == world.Cluster {
			named[r.Name] = r
		}
	}
	for _, m := range t.Metrics {
		if beat, ok := m.Pattern.(world.Elapsed); ok && m.Dimensions["InstanceGroupName"] != "" {
			cluster := named[m.Dimensions["ClusterName"]]
			l := cluster.Life
			l.Use = beat.Of
			t.truth[t.arn(cluster.Resource())+"#"+m.Dimensions["InstanceGroupName"]] = l
		}
	}
}

// studios are used through their apps: spaces and profiles through their own, and domains through all.
func (t teller) studios() {
	for _, d := range t.Domains {
		var all world.Union
		bySpace, byUser := map[string]world.Union{}, map[string]world.Union{}
		for _, app := range d.Apps {
			if app.Use == nil {
				continue
			}
			all = append(all, app.Use)
			if app.Space != "" {
				bySpace[app.Space] = append(bySpace[app.Space], app.Use)
			} else {
				byUser[app.User] = append(byUser[app.User], app.Use)
			}
		}
		for _, s := range d.Spaces {
			byUser[s.Owner] = append(byUser[s.Owner], bySpace[s.Name]...)
			t.tell(s.Resource(d.ID), s.Life, bySpace[s.Name])
		}
		for _, u := range d.Users {
			t.tell(u.Resource(d.ID), u.Life, byUser[u.Name])
		}
		t.tell(d.Resource(), d.Life, all)
	}
}

func (t teller) tell(resource string, l world.Life, used world.Union) {
	if len(used) > 0 {
		l.Use = used
	}
	t.truth[t.arn(resource)] = l
}

// deployed tells of configurations and models when something that stands has them.
func (t teller) deployed() {
	configs, models := map[string][]world.Interval{}, map[string][]world.Interval{}
	for _, e := range t.Endpoints {
		configs[e.Config] = append(configs[e.Config], lasting(e.Created, e.Deleted))
		if e.Pending != nil {
			configs[e.Pending.Name] = append(configs[e.Pending.Name], lasting(e.Modified, e.Deleted))
		}
	}
	for _, c := range t.Configs {
		for _, v := range slices.Concat(c.Variants, c.Shadow) {
			models[v.Model] = append(models[v.Model], configs[c.Name]...)
		}
		t.tell(c.Resource(), c.Life, used(configs[c.Name]))
	}
	for _, r := range t.Records {
		if job, ok := r.Output.(*sagemaker.DescribeTransformJobOutput); ok {
			models[*job.ModelName] = append(models[*job.ModelName], lasting(r.Created, r.Ended))
		}
	}
	for _, m := range t.Models {
		t.tell(m.Resource(), m.Life, used(models[m.Name]))
	}
}

// lasting is the time from one instant to another, which never comes when it is zero.
func lasting(from, to time.Time) world.Interval {
	if to.IsZero() {
		to = world.Forever
	}
	return world.Interval{From: from, To: to}
}

func used(stretches []world.Interval) world.Union {
	if len(stretches) == 0 {
		return nil
	}
	return world.Union{world.NewSessions(stretches...)}
}
