package wire

import (
	"maps"
	"slices"
	"strings"
	"time"

	cloudwatch "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A region is a world's region, indexed for the calls that are made.
type region struct {
	domains    roll[*world.Domain]
	users      roll[user]
	spaces     roll[space]
	apps       roll[app]
	endpoints  roll[*world.Endpoint]
	configs    roll[*world.EndpointConfig]
	models     roll[*world.Model]
	components roll[*world.Component]
	// scalings are what Application Auto Scaling knows, and alarms CloudWatch's.
	scalings scalings
	alarms   roll[*cloudwatch.MetricAlarm]
	versions roll[*world.ImageVersion]
	// records are those of every other family by resource, and families the same by family and name.
	records   roll[*world.Record]
	families  map[world.Family]roll[*world.Record]
	histories map[world.Family][]*world.History
	// prefix is what the region's SageMaker ARNs begin with.
	prefix string
	series map[string][]*world.Metric
	// listed are the series in the order of ListMetrics.
	listed  []listedSeries
	streams map[string][]*world.Stream
	// tags are as they are now.
	tags map[string]map[string]string
	// written is what was changed, oldest first.
	written []change
}

type user struct {
	*world.User
	domain string
}

type space struct {
	*world.Space
	domain string
}

type app struct {
	*world.App
	domain string
}

// emptyRegion is what a service sees that answers for a whole partition from a region that is off.
var emptyRegion = newRegion(estate.Target{}, &world.Region{})

func newRegion(t estate.Target, w *world.Region) *region {
	r := &region{
		apps:      roll[app]{linger: 24 * time.Hour},
		families:  map[world.Family]roll[*world.Record]{},
		histories: map[world.Family][]*world.History{},
		prefix:    t.SageMakerARN(""),
		series:    map[string][]*world.Metric{},
		streams:   map[string][]*world.Stream{},
		tags:      cloned(w.Tags),
	}
	for _, d := range w.Domains {
		r.domains.add(d.Resource(), d.Life, d)
		for _, u := range d.Users {
			r.users.add(u.Resource(d.ID), u.Life, user{u, d.ID})
		}
		for _, s := range d.Spaces {
			r.spaces.add(s.Resource(d.ID), s.Life, space{s, d.ID})
		}
		for _, a := range d.Apps {
			r.apps.add(a.Resource(d.ID), a.Life, app{a, d.ID})
		}
	}
	for _, e := range w.Endpoints {
		r.endpoints.add(e.Resource(), e.Life, e)
	}
	for _, c := range w.Configs {
		r.configs.add(c.Resource(), c.Life, c)
	}
	for _, m := range w.Models {
		r.models.add(m.Resource(), m.Life, m)
	}
	for _, c := range w.Components {
		r.components.add(c.Resource(), c.Life, c)
	}
	for _, c := range w.Scalings {
		r.scalings.add(c)
	}
	for _, a := range w.Alarms {
		r.alarms.add(*a.Alarm.AlarmName, a.Life, &a.Alarm)
	}
	for _, i := range w.ImageVersions {
		r.versions.add(i.Resource(), i.Life, i)
	}
	for _, record := range w.Records {
		r.enter(record)
	}
	for _, h := range w.Histories {
		r.histories[h.Family] = append(r.histories[h.Family], h)
	}
	for _, m := range w.Metrics {
		key := seriesKey(m.Namespace, m.Name, m.Dimensions)
		if len(r.series[key]) == 0 {
			r.listed = append(r.listed, listedSeries{key, m})
		}
		r.series[key] = append(r.series[key], m)
	}
	slices.SortFunc(r.listed, func(a, b listedSeries) int { return strings.Compare(a.key, b.key) })
	for _, s := range w.Streams {
		r.streams[s.Group] = append(r.streams[s.Group], s)
	}
	return r
}

// cloned is a copy to be written to: the world itself is never altered.
func cloned(tags map[string]map[string]string) map[string]map[string]string {
	if tags == nil {
		return map[string]map[string]string{}
	}
	return maps.Clone(tags)
}

// stands reports whether the ARN's bearer exists at the instant, and whether the world has ever known it. Of what it does
// not model, such as another service's resources, it may still know the tags.
func (r *region) stands(arn string, t time.Time) (exists, known bool) {
	resource, ours := strings.CutPrefix(arn, r.prefix)
	if !ours {
		return false, false
	}
	for _, roll := range []interface {
		stands(name string, t time.Time) (exists, known bool)
	}{&r.domains, &r.users, &r.spaces, &r.apps, &r.endpoints, &r.configs, &r.models, &r.components, &r.records} {
		if exists, known = roll.stands(resource, t); known {
			return exists, true
		}
	}
	return r.remembers(resource, t)
}

// seriesKey identifies a metric by everything but its unit. It also orders metrics: by namespace, name, dimensions.
func seriesKey(namespace, name string, dimensions map[string]string) string {
	var b strings.Builder
	b.WriteString(namespace + "\x00" + name)
	for _, d := range slices.Sorted(maps.Keys(dimensions)) {
		b.WriteString("\x00" + d + "\x01" + dimensions[d])
	}
	return b.String()
}
