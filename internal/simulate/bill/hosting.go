package bill

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// endpoint bills the instances of an endpoint's variants with their volumes, what serverless variants take, and the data.
func (p *purse) endpoint(e *world.Endpoint) {
	s := p.subject("endpoint", e.Resource(), e.Name)
	stands := lasting(e.Created.Add(s.lag()), e.Deleted)
	config := p.config(e.Config)
	use := "Host:"
	if e.Async {
		use = "AsyncInf:"
	}
	for _, v := range slices.Concat(e.Variants, e.Shadow) {
		calls := p.invocations(e.Name, v.Name)
		if v.MemoryMB > 0 {
			p.serverless(s, v, calls, stands)
			continue
		}
		instance, gigabytes := v.InstanceType, int32(0)
		if c := variant(config, v.Name); c != nil {
			if instance == "" {
				instance = c.InstanceType
			}
			gigabytes = volume(config, v.Name)
		}
		p.hours(s, use+instance, int64(v.Count), stands)
		if !e.Async {
			p.gigabytes(s, "Host:VolumeUsage.gp2", Amount(gigabytes*v.Count)*One, stands)
		}
		if calls != nil {
			// A request of some kilobytes, and an answer of a few.
			in, out := Amount(2+s.number()%30), Amount(1+s.number()%6)
			p.calls(s, "Hst:Data-Bytes-In", in*One/(1<<20), calls)
			p.calls(s, "Hst:Data-Bytes-Out", out*One/(1<<20), calls)
		}
	}
}

// serverless bills the seconds of requests, on provisioned concurrency or without, and the concurrency itself as long as it stands.
func (p *purse) serverless(s *Subject, v world.Variant, calls world.Activity, stands world.Interval) {
	size := fmt.Sprintf("-%dGB", v.MemoryMB/1024)
	took := Amount(100+s.number()%900) * One / 1000
	if v.Provisioned == 0 {
		p.calls(s, "ServerlessInf:Mem"+size, took, calls)
		return
	}
	p.calls(s, "ProvisionedConcurrency:Mem"+size, took, calls)
	p.stand(s, p.catalog.of(p.region.Name, "ProvisionedConcurrency:Usage"+size), Amount(v.Provisioned)*One, 1, stands)
}

// invocations are the calls of a variant, nil for none.
func (p *purse) invocations(endpoint, variant string) world.Activity {
	if calls := p.called[endpoint+"/"+variant]; calls != nil {
		return calls
	}
	return nil
}

// callers are the calls by endpoint and variant.
func callers(r *world.Region) map[string]world.Union {
	called := map[string]world.Union{}
	for _, m := range r.Metrics {
		if s, ok := m.Pattern.(world.Samples); ok && m.Dimensions["VariantName"] != "" && (m.Name == "Invocations" || m.Name == "InvocationsProcessed") {
			name := m.Dimensions["EndpointName"] + "/" + m.Dimensions["VariantName"]
			called[name] = append(called[name], s.Of)
		}
	}
	return called
}

func (p *purse) config(name string) *world.EndpointConfig {
	for _, c := range p.region.Configs {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func variant(c *world.EndpointConfig, name string) *world.Variant {
	if c == nil {
		return nil
	}
	for _, v := range slices.Concat(c.Variants, c.Shadow) {
		if v.Name == name {
			return &v
		}
	}
	return nil
}

// volume is how large each instance's volume is, where the configuration says so.
func volume(c *world.EndpointConfig, name string) int32 {
	if c.Output == nil {
		return 0
	}
	for _, v := range slices.Concat(c.Output.ProductionVariants, c.Output.ShadowProductionVariants) {
		if aws.ToString(v.VariantName) == name {
			return aws.ToInt32(v.VolumeSizeInGB)
		}
	}
	return 0
}
