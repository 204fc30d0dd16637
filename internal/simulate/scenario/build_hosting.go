package scenario

import (
	"cmp"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

const defaultTakes = 5 * time.Minute

// hosting builds models, configurations, endpoints and inference components, in the order in which they refer to each other.
func (b *regionBuilder) hosting(r Region, p path) {
	models := roster{}
	for i, m := range r.Models {
		mp := p.to("models", i)
		b.enlist(models, mp, "name", "model", m.Name)
		model := &world.Model{Life: b.life(m.Life, nil, mp), Name: m.Name, Containers: m.Containers, MultiModel: m.MultiModel}
		b.tag(model.Resource(), m.Tags)
		b.region.Models = append(b.region.Models, model)
	}
	configs := roster{}
	for i, c := range r.Configs {
		cp := p.to("configs", i)
		b.enlist(configs, cp, "name", "endpoint configuration", c.Name)
		config := &world.EndpointConfig{Life: b.life(c.Life, nil, cp), Name: c.Name, Async: c.Async}
		config.Variants = b.variants(c.Variants, c.Name, config.Life, models, cp.to("variants"))
		config.Shadow = b.variants(c.Shadow, c.Name, config.Life, models, cp.to("shadow"))
		if len(config.Variants) == 0 {
			b.wrong(cp.to("variants"), "add variants: [{name: AllTraffic}]", "configuration %q has no variants", c.Name)
		}
		b.tag(config.Resource(), c.Tags)
		b.region.Configs = append(b.region.Configs, config)
	}
	endpoints := roster{}
	for i, e := range r.Endpoints {
		b.enlist(endpoints, p.to("endpoints", i), "name", "endpoint", e.Name)
		b.endpoint(e, models, configs, p.to("endpoints", i))
	}
	components := roster{}
	for i, c := range r.Components {
		b.enlist(components, p.to("components", i), "name", "inference component", c.Name)
		b.component(c, p.to("components", i))
	}
}

func (b *regionBuilder) endpoint(e Endpoint, models, configs roster, p path) {
	b.oneOf(p, "metrics", e.Metrics, "none")
	b.oneOf(p, "status", e.Status, "OutOfService", "Creating", "Updating", "SystemUpdating", "RollingBack", "InService", "Deleting", "Failed", "UpdateRollbackFailed")
	b.share(p, e.Errors)
	ep := &world.Endpoint{Life: b.life(e.Life, e.Use, p), Name: e.Name, Config: cmp.Or(e.Config, e.Name), Status: cmp.Or(e.Status, "InService"),
		FailureReason: e.FailureReason, Async: e.Async}
	ep.Variants = b.variants(e.Variants, e.Name, ep.Life, models, p.to("variants"))
	ep.Shadow = b.variants(e.Shadow, e.Name, ep.Life, models, p.to("shadow"))
	if e.Config == "" {
		if configs[e.Name] {
			b.wrong(p.to("name"), "add config: "+e.Name, "endpoint %q would get a configuration of its name, and there is one already", e.Name)
		}
		configs[e.Name] = true
		life := world.Life{Created: ep.Created}
		b.region.Configs = append(b.region.Configs, &world.EndpointConfig{Life: life, Name: e.Name,
			Variants: slices.Clone(ep.Variants), Shadow: slices.Clone(ep.Shadow), Async: e.Async})
	} else {
		b.adopt(ep, configs, p)
	}
	if len(ep.Variants) == 0 {
		b.wrong(p.to("variants"), "add variants: [{instanceType: ml.m5.xlarge}]", "endpoint %q has no variants", e.Name)
	}
	if len(e.Pending) > 0 {
		ep.Pending = &world.EndpointConfig{Life: world.Life{Created: ep.Created}, Name: e.Name + "-next", Async: e.Async,
			Variants: b.variants(e.Pending, e.Name+"-next", ep.Life, models, p.to("pending"))}
		b.region.Configs = append(b.region.Configs, ep.Pending)
	}
	b.tag(ep.Resource(), e.Tags)
	b.region.Endpoints = append(b.region.Endpoints, ep)

	calls := ep.Use
	if e.Calls != nil {
		calls = b.activity(e.Calls, p.to("calls"))
	}
	if e.Metrics == "none" {
		return
	}
	if ep.Async {
		b.publish(ep.Backlog(b.alive(calls, ep.Life), e.Takes.or(defaultTakes)))
	}
	for _, side := range []struct {
		field   string
		written []Variant
		built   []world.Variant
	}{{"variants", e.Variants, ep.Variants}, {"shadow", e.Shadow, ep.Shadow}} {
		for i, v := range side.built {
			c := world.Calls{Of: b.alive(calls, ep.Life), Errors: e.Errors}
			if i < len(side.written) {
				c.Container = side.written[i].Container
				if side.written[i].Calls != nil {
					c.Of = b.alive(b.activity(side.written[i].Calls, p.to(side.field, i, "calls")), ep.Life)
				}
			}
			b.publish(ep.VariantMetrics(v, c)...)
		}
	}
}

// adopt takes from the named configuration what the endpoint leaves out, and checks that the rest agrees.
func (b *regionBuilder) adopt(ep *world.Endpoint, configs roster, p path) {
	b.known(configs, p, "config", "endpoint configuration", ep.Config)
	i := slices.IndexFunc(b.region.Configs, func(c *world.EndpointConfig) bool { return c.Name == ep.Config })
	if i < 0 {
		return
	}
	config := b.region.Configs[i]
	ep.Async = ep.Async || config.Async
	if len(ep.Variants) == 0 {
		ep.Variants = slices.Clone(config.Variants)
	}
	if len(ep.Shadow) == 0 {
		ep.Shadow = slices.Clone(config.Shadow)
	}
	for _, side := range []struct {
		field          string
		named, allowed []world.Variant
	}{{"variants", ep.Variants, config.Variants}, {"shadow", ep.Shadow, config.Shadow}} {
		for j, v := range side.named {
			if !slices.ContainsFunc(side.allowed, func(o world.Variant) bool { return o.Name == v.Name }) {
				b.wrong(p.to(side.field, j), "add it to the configuration, or mend the spelling", "configuration %q has no variant %q", ep.Config, v.Name)
			}
		}
	}
}

// variants builds variants, with a model for each that names none.
func (b *regionBuilder) variants(vs []Variant, owner string, life world.Life, models roster, p path) []world.Variant {
	names := roster{}
	var built []world.Variant
	for i, v := range vs {
		vp := p.to(i)
		name := cmp.Or(v.Name, "AllTraffic")
		b.enlist(names, vp, "name", "variant", name)
		b.known(models, vp, "model", "model", v.Model)
		model := v.Model
		if model == "" {
			model = owner + "-" + name
			if !models[model] {
				models[model] = true
				b.region.Models = append(b.region.Models, &world.Model{Life: world.Life{Created: life.Created}, Name: model, Containers: []string{"container-1"}})
			}
		}
		count, instance := int32(1), cmp.Or(v.InstanceType, "ml.m5.xlarge")
		if v.MemoryMB > 0 {
			count, instance = 0, v.InstanceType
			if instance != "" {
				b.wrong(vp.to("instanceType"), "leave out memoryMB or instanceType", "a serverless variant has no instance type")
			}
		} else if v.Provisioned > 0 {
			b.wrong(vp.to("provisioned"), "add memoryMB: 2048", "only a serverless variant has provisioned concurrency")
		}
		if v.Count != nil {
			count = *v.Count
		}
		if count < 0 || v.MemoryMB < 0 || v.Provisioned < 0 || v.MinScale < 0 || v.MaxScale < v.MinScale {
			b.wrong(vp, "mind that maxScale is not below minScale", "the numbers of the variant make no sense")
		}
		built = append(built, world.Variant{Name: name, Model: model, InstanceType: instance, Count: count, MemoryMB: v.MemoryMB,
			MaxConcurrency: v.MaxConcurrency, Provisioned: v.Provisioned, MinScale: v.MinScale, MaxScale: v.MaxScale})
	}
	return built
}

func (b *regionBuilder) component(c Component, p path) {
	b.require(p, "endpoint", c.Endpoint)
	b.oneOf(p, "metrics", c.Metrics, "none")
	b.oneOf(p, "status", c.Status, "InService", "Creating", "Updating", "Failed", "Deleting")
	b.share(p, c.Errors)
	i := slices.IndexFunc(b.region.Endpoints, func(e *world.Endpoint) bool { return e.Name == c.Endpoint })
	if i < 0 {
		b.wrong(p.to("endpoint"), "add the endpoint to the region", "there is no endpoint %q here", c.Endpoint)
		return
	}
	ep, variant := b.region.Endpoints[i], c.Variant
	if variant == "" && len(ep.Variants) > 0 {
		variant = ep.Variants[0].Name
	}
	if !slices.ContainsFunc(ep.Variants, func(v world.Variant) bool { return v.Name == variant }) {
		b.wrong(p.to("variant"), "mend the spelling", "endpoint %q has no variant %q", c.Endpoint, variant)
	}
	copies := int32(1)
	if c.Copies != nil {
		copies = *c.Copies
	}
	comp := &world.Component{Life: b.life(c.Life, c.Use, p), Name: c.Name, Endpoint: c.Endpoint, Variant: variant,
		Status: cmp.Or(c.Status, "InService"), Copies: copies}
	b.tag(comp.Resource(), c.Tags)
	b.region.Components = append(b.region.Components, comp)
	if c.Metrics == "none" {
		return
	}
	calls := comp.Use
	if c.Calls != nil {
		calls = b.activity(c.Calls, p.to("calls"))
	}
	b.publish(comp.Metrics(world.Calls{Of: b.alive(calls, comp.Life), Errors: c.Errors})...)
}

// alive is the part of the activity within the life.
func (b *builder) alive(a world.Activity, life world.Life) world.Activity {
	if a == nil {
		return nil
	}
	a = world.Since(a, life.Created)
	if !life.Deleted.IsZero() {
		a = world.Until(a, life.Deleted)
	}
	return a
}

func (b *builder) share(p path, errors float64) {
	if !(errors >= 0 && errors <= 1) {
		b.wrong(p.to("errors"), "write a share between 0 and 1", "%v is not a share", errors)
	}
}
