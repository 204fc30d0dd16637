package stops

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pulse"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// What tells of use.
const (
	byMetric   = "studio-app, heartbeat metric"
	byCanvas   = "studio-app, metric of Canvas"
	byAgent    = "studio-app, signed heartbeat"
	byNotebook = "notebook-instance, heartbeat metric"
	byCalls    = "endpoint, invocations"
)

// heartbeatEvery is how often whatever is inside reports, and canvasEvery how often Canvas does.
const (
	heartbeatEvery = time.Minute
	canvasEvery    = 5 * time.Minute
)

// A cast are the things of a world, by ARN, with the place where agents report.
type cast struct {
	world  *world.World
	things map[string]*thing
	source pulse.Source
}

// newCast takes hold of everything in the world that people use, so that more use can come to it than it was made with. Of six
// domains one has agents that report to a bucket, signed, four have agents that publish a metric, and the last is as it was made.
func newCast(w *world.World) *cast {
	c := &cast{world: w, things: map[string]*thing{}}
	shelf := c.shelf()
	n := 0
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			for _, d := range r.Domains {
				n++
				c.apps(a, r, d, n%6 != 0, n%6 == 1, shelf)
			}
			c.notebooks(a, r)
			c.endpoints(a, r)
		}
	}
	return c
}

// shelf is the bucket in which agents of all accounts put their heartbeats.
func (c *cast) shelf() *world.Bucket {
	var all []string
	for _, a := range c.world.Accounts {
		all = append(all, a.ID)
	}
	home := c.world.Accounts[0]
	created := world.Life{Created: c.world.At.AddDate(-1, 0, 0)}
	bucket := &world.Bucket{Life: created, Name: "heartbeats", Trusts: all}
	key := &world.KMSKey{Life: created, ID: "5a9e0000-0000-4000-8000-000000000001", Trusts: all}
	region := home.Regions[0]
	region.Buckets, region.KMSKeys = append(region.Buckets, bucket), append(region.KMSKeys, key)
	c.source = pulse.Source{Bucket: bucket.Name, SigningKey: key.ARN(home.Target(region.Name))}
	return bucket
}

// add takes hold of a thing that nothing tells of.
func (c *cast) add(a *world.Account, region, resource string, kind estate.Kind, l *world.Life) *thing {
	t := &thing{arn: a.ARN(region, resource), kind: kind, life: l}
	c.things[t.arn] = t
	return t
}

// sampled is what can be known of the use of a thing that something reports now and then since an instant, a lag later.
func (t *thing) sampled(since time.Time, every, lag time.Duration) func(time.Time) time.Time {
	return func(at time.Time) time.Time {
		seen := at.Add(-lag - 1)
		if seen.Before(since) {
			return time.Time{}
		}
		return t.used(since.Add(seen.Sub(since).Truncate(every)))
	}
}

func (c *cast) apps(a *world.Account, r *world.Region, d *world.Domain, reports, signs bool, shelf *world.Bucket) {
	for _, app := range d.Apps {
		t := c.add(a, r.Name, app.Resource(d.ID), "studio-app", &app.Life)
		t.again = func(ctx context.Context, sm *sagemaker.Client) error {
			in := &sagemaker.CreateAppInput{DomainId: &d.ID, AppType: types.AppType(app.Type), AppName: &app.Name}
			if app.InstanceType != "" {
				in.ResourceSpec = &types.ResourceSpec{InstanceType: types.AppInstanceType(app.InstanceType)}
			}
			if app.Space != "" {
				in.SpaceName = &app.Space
			} else {
				in.UserProfileName = &app.User
			}
			_, err := sm.CreateApp(ctx, in)
			return err
		}
		beat := app.Heartbeat(d.ID, time.Time{})
		if app.Type == "Canvas" {
			beat = app.CanvasActivity(d.ID)
		}
		i := slices.IndexFunc(r.Metrics, func(m *world.Metric) bool {
			return m.Namespace == beat.Namespace && m.Name == beat.Name && maps.Equal(m.Dimensions, beat.Dimensions)
		})
		var silent time.Time
		switch {
		case i >= 0:
			silent = r.Metrics[i].Pattern.(world.Elapsed).To
		case app.Vanishes || !reports || app.Status != "" || !slices.Contains([]string{"JupyterLab", "CodeEditor", "KernelGateway"}, app.Type):
			continue
		default:
			i, r.Metrics = len(r.Metrics), append(r.Metrics, beat)
		}
		t.back = newComeback()
		app.Use = joined(app.Use, t.back)
		switch {
		case app.Type == "Canvas":
			t.witness, r.Metrics[i] = byCanvas, app.CanvasActivity(d.ID)
			t.said = t.sampled(app.Created, canvasEvery, c.world.MetricLag)
		case signs:
			beats := app.Beats(t.arn, silent, heartbeatEvery, c.source.SigningKey)
			shelf.Objects = append(shelf.Objects, &world.Object{Key: beats.Key(""), Content: &lying{Beats: beats, thing: t}})
			t.witness, t.said = byAgent, t.sampled(app.Created, heartbeatEvery, 0)
			r.Metrics = slices.Delete(r.Metrics, i, i+1)
			continue
		default:
			t.witness, r.Metrics[i] = byMetric, app.Heartbeat(d.ID, silent)
			t.said = t.sampled(app.Created, heartbeatEvery, c.world.MetricLag)
		}
		r.Metrics[i].Pattern = running{r.Metrics[i].Pattern, t}
	}
}

func (c *cast) notebooks(a *world.Account, r *world.Region) {
	for _, n := range r.Records {
		if n.Family != world.NotebookInstance {
			continue
		}
		t := c.add(a, r.Name, n.Resource(), "notebook-instance", &n.Life)
		t.again = func(ctx context.Context, sm *sagemaker.Client) error {
			_, err := sm.StartNotebookInstance(ctx, &sagemaker.StartNotebookInstanceInput{NotebookInstanceName: &n.Name})
			return err
		}
		for _, m := range r.Metrics {
			beat, ok := m.Pattern.(world.Elapsed)
			if !ok || m.Name != world.HeartbeatMetric || m.Dimensions["NotebookInstanceName"] != n.Name {
				continue
			}
			t.back = newComeback()
			n.Use = joined(n.Use, t.back)
			beat.Of = n.Use
			m.Pattern = running{beat, t}
			t.witness, t.said = byNotebook, t.sampled(beat.From, heartbeatEvery, c.world.MetricLag)
		}
	}
}

func (c *cast) endpoints(a *world.Account, r *world.Region) {
	for _, m := range r.Metrics {
		if m.Dimensions["EndpointName"] != "" || m.Dimensions["InferenceComponentName"] != "" {
			m.Pattern = &remembered{Pattern: m.Pattern}
		}
	}
	for _, e := range r.Endpoints {
		t := c.add(a, r.Name, e.Resource(), "endpoint", &e.Life)
		v := e.Variants[0]
		if v.Model == "" || v.MemoryMB > 0 || e.Status != "InService" || e.Vanishes {
			continue // nothing sure is known of the use of components and of what runs nowhere
		}
		t.back = newComeback()
		for _, m := range e.VariantMetrics(v, world.Calls{Of: t.back}) {
			if _, calls := m.Pattern.(world.Samples); calls {
				r.Metrics = append(r.Metrics, m)
			}
		}
		e.Use = joined(e.Use, t.back)
		t.witness = byCalls
		t.said = func(at time.Time) time.Time { return t.used(at.Add(-c.world.MetricLag - 1)) }
	}
}
