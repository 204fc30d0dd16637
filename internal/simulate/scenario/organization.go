package scenario

import (
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// organization generates what the file leaves to a seed.
func (b *builder) organization(o *Organization, p path) *world.World {
	for _, f := range []struct {
		name       string
		value, max int
	}{
		{"accounts", o.Accounts, 100}, {"domains", o.Domains, 1000}, {"people", o.People, 20_000}, {"apps", o.Apps, 20_000},
		{"endpoints", o.Endpoints, 20_000}, {"variantsPerEndpoint", o.VariantsPerEndpoint, 10}, {"days", o.Days, 400}, {"holdings", o.Holdings, 20_000}, {"oldJobs", o.OldJobs, 1_000_000},
	} {
		if f.value < 0 || f.value > f.max {
			b.wrong(p.to(f.name), "leave it out for the size of the demo", "%s is %d; want at most %d", f.name, f.value, f.max)
			return &world.World{At: b.at}
		}
	}
	names := roster{}
	for i, r := range o.Regions {
		if names[r] || r == "" || i >= 40 {
			b.wrong(p.to("regions", i), "name each region once", "region %q cannot be added", r)
			return &world.World{At: b.at}
		}
		names[r] = true
	}
	spec := organization.Default(int64(o.Seed), b.at)
	set := func(field *int, value int) {
		if value > 0 {
			*field = value
		}
	}
	set(&spec.Accounts, o.Accounts)
	set(&spec.Domains, o.Domains)
	set(&spec.People, o.People)
	set(&spec.Apps, o.Apps)
	set(&spec.Endpoints, o.Endpoints)
	set(&spec.Days, o.Days)
	set(&spec.Holdings, o.Holdings)
	set(&spec.OldJobs, o.OldJobs)
	spec.Variants = o.VariantsPerEndpoint * spec.Endpoints
	if len(o.Regions) > 0 {
		spec.Regions = o.Regions
	}
	return organization.Generate(spec)
}
