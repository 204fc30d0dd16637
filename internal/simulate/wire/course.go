package wire

import (
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// World is the organization until an instant, as calls have changed it: for a bill of what ran. What was changed is there several times, each time as
// it was from one call to the next. What bills nothing is as the world has it.
func (s *Server) World(at time.Time) *world.World {
	s.state.RLock()
	defer s.state.RUnlock()
	regions := map[*world.Account]map[string]*region{}
	for _, k := range s.identities.keys {
		regions[k.account] = k.regions
	}
	now := *s.world
	now.At, now.Accounts = at, nil
	for _, a := range s.world.Accounts {
		account := *a
		account.Regions = nil
		for _, name := range s.world.Regions() {
			r := regions[a][name]
			if r == nil {
				continue
			}
			described := &world.Region{Name: name}
			if i := slices.IndexFunc(a.Regions, func(r *world.Region) bool { return r.Name == name }); i >= 0 {
				described = a.Regions[i]
			}
			account.Regions = append(account.Regions, r.course(described))
		}
		now.Accounts = append(now.Accounts, &account)
	}
	return &now
}

// course is the region with what was written in it.
func (r *region) course(described *world.Region) *world.Region {
	c := *described
	c.Domains, c.Endpoints, c.Configs, c.Records, c.Tags = nil, nil, nil, nil, r.tags
	domains := map[string]*world.Domain{}
	for d, l := range r.domains.stretches() {
		if domains[d.ID] != nil {
			domains[d.ID].Deleted, domains[d.ID].TagPropagation = l.Deleted, d.TagPropagation
			continue
		}
		copied := *d
		copied.Life, copied.Apps, copied.Spaces = l, nil, nil
		domains[d.ID] = &copied
		c.Domains = append(c.Domains, &copied)
	}
	for s, l := range r.spaces.stretches() {
		copied := *s.Space
		copied.Life = l
		domains[s.domain].Spaces = append(domains[s.domain].Spaces, &copied)
	}
	for a, l := range r.apps.stretches() {
		copied := *a.App
		copied.Life = l
		domains[a.domain].Apps = append(domains[a.domain].Apps, &copied)
	}
	for e, l := range r.endpoints.stretches() {
		copied := *e
		copied.Life = l
		c.Endpoints = append(c.Endpoints, &copied)
	}
	for e := range r.configs.stretches() {
		c.Configs = append(c.Configs, e)
	}
	for record, l := range r.records.stretches() {
		copied := *record
		copied.Life = l
		c.Records = append(c.Records, &copied)
	}
	return &c
}

// stretches are all that names have borne, in the order of the names, each with the life that it had until it became the next.
func (r *roll[T]) stretches() func(yield func(T, world.Life) bool) {
	return func(yield func(T, world.Life) bool) {
		done := map[string]bool{}
		for _, first := range r.all {
			if done[first.name] {
				continue
			}
			done[first.name] = true
			all := slices.Clone(r.named[first.name])
			slices.SortStableFunc(all, func(a, b *entry[T]) int { return a.since.Compare(b.since) })
			for i, e := range all {
				life := e.life
				life.Created = world.Later(life.Created, e.since)
				if i+1 < len(all) && (life.Deleted.IsZero() || all[i+1].since.Before(life.Deleted)) {
					life.Deleted = all[i+1].since
				}
				if (life.Deleted.IsZero() || life.Created.Before(life.Deleted)) && !yield(e.item, life) {
					return
				}
			}
		}
	}
}
