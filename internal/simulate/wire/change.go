package wire

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A change is a call that made or changed a resource, as CloudTrail has it.
type change struct {
	at time.Time
	// by is the ARN of who called.
	by string
	// event is the operation: CreateApp. Family is the resource's type: App of AWS::SageMaker::App.
	event, family string
	// name is what the resource is called, arn what its ARN ends with.
	name, arn string
	// request is what was asked for, by member, as the API spells them but for the case of the first letter. Empty members are left out.
	request map[string]string
	// silent says that the call has no answer.
	silent bool
	// number tells apart what was written by the same call in the same instant; zero for what follows from a resource.
	number int
}

// key tells apart what was done in the same instant.
func (c change) key() string {
	if c.number == 0 {
		return c.event + " " + c.arn
	}
	return c.event + " " + c.arn + " " + strconv.Itoa(c.number)
}

// newestFirst is CloudTrail's order.
func (c change) newestFirst(o change) int {
	return cmp.Or(o.at.Compare(c.at), strings.Compare(c.key(), o.key()))
}

// changes gives to the function what was made in the region by a known principal, and what was written since, as far as it
// interests the lookup, in no order. What was made follows from the resources; what was written is kept.
func (r *region) changes(l *lookup, yield func(change)) {
	for _, c := range r.written {
		if l.wantsEvent(c.event) && l.wantsInstant(c.at) {
			yield(c)
		}
	}
	each(l, yield, &r.domains, "CreateDomain", "Domain", func(d *world.Domain) change {
		return change{name: d.ID, arn: d.Resource(), request: map[string]string{"domainName": d.Name, "authMode": d.AuthMode}}
	})
	each(l, yield, &r.users, "CreateUserProfile", "UserProfile", func(u user) change {
		return change{name: u.Name, arn: u.Resource(u.domain), request: map[string]string{"domainId": u.domain, "userProfileName": u.Name}}
	})
	each(l, yield, &r.spaces, "CreateSpace", "Space", func(s space) change {
		return change{name: s.Name, arn: s.Resource(s.domain), request: map[string]string{"domainId": s.domain, "spaceName": s.Name}}
	})
	each(l, yield, &r.apps, "CreateApp", "App", func(a app) change {
		return change{name: a.Name, arn: a.Resource(a.domain), request: map[string]string{
			"domainId": a.domain, "userProfileName": a.User, "spaceName": a.Space, "appType": a.Type, "appName": a.Name,
		}}
	}, func(a app) []time.Time { return a.Relaunches })
	each(l, yield, &r.endpoints, "CreateEndpoint", "Endpoint", func(e *world.Endpoint) change {
		return change{name: e.Name, arn: e.Resource(), request: map[string]string{"endpointName": e.Name, "endpointConfigName": e.Config}}
	})
	each(l, yield, &r.configs, "CreateEndpointConfig", "EndpointConfig", func(c *world.EndpointConfig) change {
		return change{name: c.Name, arn: c.Resource(), request: map[string]string{"endpointConfigName": c.Name}}
	})
	each(l, yield, &r.models, "CreateModel", "Model", func(m *world.Model) change {
		return change{name: m.Name, arn: m.Resource(), request: map[string]string{"modelName": m.Name}}
	})
	each(l, yield, &r.components, "CreateInferenceComponent", "InferenceComponent", func(c *world.Component) change {
		return change{name: c.Name, arn: c.Resource(), request: map[string]string{
			"inferenceComponentName": c.Name, "endpointName": c.Endpoint, "variantName": c.Variant,
		}}
	})
	for family, records := range r.families {
		if event := createdBy(family); event != "" {
			each(l, yield, &records, event, family.Stem(), recordCreation)
		}
	}
}

// each gives what was made of a family. What is told by the instant, the creator and the operation alone goes before the
// rest is worked out: a family may have very many resources. Some are created again.
func each[T any](
	l *lookup, yield func(change), all *roll[T], event, family string, describe func(T) change, again ...func(T) []time.Time,
) {
	if !l.wantsEvent(event) {
		return
	}
	for _, e := range all.all {
		if e.life.Creator == "" || e.written {
			continue
		}
		instants := []time.Time{e.life.Created}
		for _, more := range again {
			instants = append(instants, more(e.item)...)
		}
		for _, at := range instants {
			if l.wantsInstant(at) {
				c := describe(e.item)
				c.at, c.by, c.event, c.family = at, e.life.Creator, event, family
				yield(c)
			}
		}
	}
}

// createdBy is the operation that makes a record of the family, empty where none does: nodes come with their cluster.
func createdBy(f world.Family) string {
	switch f {
	case world.ClusterNode:
		return ""
	case world.TrackingServer:
		return "CreateMlflowTrackingServer"
	case world.AutoMLJob:
		return "CreateAutoMLJobV2"
	case world.PipelineExecution:
		return "StartPipelineExecution"
	case world.HubContent:
		return "ImportHubContent"
	}
	return "Create" + f.Stem()
}

func recordCreation(r *world.Record) change {
	c := change{name: r.Name, arn: r.Resource(), request: map[string]string{}}
	if parent := r.Family.Parent(); parent != "" {
		c.request[lowered(parent.Stem())+"Name"] = r.Parent
	}
	// Executions and versions are numbered by the service.
	if r.Family != world.PipelineExecution && r.Family != world.ModelPackage {
		c.request[lowered(r.Family.Stem())+"Name"] = r.Name
	}
	return c
}
