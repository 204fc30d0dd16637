package organization

import (
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A deployment is an endpoint in the making.
type deployment struct {
	*generator
	site     *site
	sort     sort
	endpoint *world.Endpoint
	// used are the calls that are use, sent are all.
	used, sent world.Union
}

// variants makes the variants with their models and series.
func (d *deployment) variants(plans []variantPlan, production bool) []world.Variant {
	var vs []world.Variant
	for _, p := range plans {
		v := world.Variant{Name: p.name, MemoryMB: p.memory, Provisioned: p.provisioned}
		switch {
		case p.memory > 0:
			v.MaxConcurrency = max(20, p.provisioned)
		case p.count > 0:
			v.InstanceType, v.Count = pick(d.dice, p.machines), 1+d.Int32N(p.count)
		default:
			v.InstanceType = pick(d.dice, p.machines)
		}
		if p.components == nil {
			v.Model = d.model(v.Name)
		} else {
			v.MinScale, v.MaxScale = min(p.count, 1), 4
		}
		vs = append(vs, v)
		d.publish(d.endpoint.VariantMetrics(v, d.call(p.calls, production)))
		for _, c := range p.components {
			d.component(v, c)
		}
	}
	return vs
}

// call is what the caller sends from the endpoint's creation to its end. Only calls of production variants may be use.
func (d *deployment) call(c caller, production bool) world.Calls {
	switch {
	case c.mirrors:
		return world.Calls{Of: d.sent[0]}
	case c.calls == nil:
		return world.Calls{}
	}
	calls := c.calls(d.generator, d.endpoint.Created)
	if !d.endpoint.Deleted.IsZero() {
		calls = world.Until(calls, d.endpoint.Deleted)
	}
	d.sent = append(d.sent, calls)
	if production && !c.idle {
		d.used = append(d.used, calls)
	}
	if c.unseen {
		return world.Calls{}
	}
	return world.Calls{Of: calls, Errors: c.errors, Container: c.container}
}

// use is the truth about the endpoint.
func (d *deployment) use() world.Activity {
	switch len(d.used) {
	case 0:
		return nil
	case 1:
		return d.used[0]
	}
	return d.used
}

func (d *deployment) requests() world.Activity {
	if len(d.sent) == 0 {
		return nil
	}
	return d.sent
}

func (d *deployment) publish(ms []*world.Metric) { d.site.Metrics = append(d.site.Metrics, ms...) }

// component places an inference component on the variant.
func (d *deployment) component(v world.Variant, p componentPlan) {
	e := d.endpoint
	c := &world.Component{
		Life: world.Life{Created: e.Created.Add(20 * time.Minute), Deleted: e.Deleted}, Name: e.Name + "-" + p.stage,
		Endpoint: e.Name, Variant: v.Name, Status: "InService", Copies: p.copies,
	}
	before := len(d.used)
	calls := d.call(p.calls, true)
	if len(d.used) > before {
		c.Use = d.used[before]
	}
	d.publish(c.Metrics(calls))
	d.site.Components = append(d.site.Components, c)
}

func (d *deployment) model(variant string) string {
	created := d.endpoint.Created.Add(-d.between(time.Minute, 30*time.Minute))
	m := &world.Model{
		Life: world.Life{Created: created}, Name: d.endpoint.Name + "-" + variant + created.Format("-20060102-1504"),
		Containers: d.sort.containers, MultiModel: d.sort.multiModel,
	}
	d.site.Models = append(d.site.Models, m)
	return m.Name
}

// configure makes the configuration of a deployment, some minutes before it. What is counted now was asked for then; what is at
// zero or never came up had asked for one.
func (d *deployment) configure(deployed time.Time, variants, shadow []world.Variant) *world.EndpointConfig {
	created := deployed.Add(-d.between(10*time.Second, time.Minute))
	c := &world.EndpointConfig{
		Life: world.Life{Created: created}, Name: d.endpoint.Name + created.Format("-20060102-1504"), Async: d.endpoint.Async,
		Shadow: shadow,
	}
	for _, v := range variants {
		if v.InstanceType != "" {
			v.Count = max(v.Count, 1)
		}
		c.Variants = append(c.Variants, v)
	}
	if d.sort.orphaned {
		c.Deleted = d.At.Add(-time.Duration(d.Days) * day)
	}
	d.site.Configs = append(d.site.Configs, c)
	return c
}
