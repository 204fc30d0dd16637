package allocate

import (
	"maps"
	"slices"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// The kinds that stand for what runs in them, as scans name them.
const (
	kindDomain  estate.Kind = "studio-domain"
	kindProfile estate.Kind = "user-profile"
	kindSpace   estate.Kind = "studio-space"
	// attributeFileSystem is where a domain has the id of its home.
	attributeFileSystem = "homeEfsFileSystem"
)

// An owned is what the estate says of a place that charges name.
type owned struct{ level, place, value, why string }

// owners are what the estate says by a rule.
func owners(snap *estate.Snapshot, r config.EstateRule, listed []string) []owned {
	type at struct{ level, place string }
	all := map[at]owned{}
	for o := range snap.All() {
		value, why := ownerOf(o.Resource, r, listed)
		if value == "" {
			continue
		}
		add := func(level, place string) { all[at{level, place}] = owned{level, place, value, why} }
		add("resource", o.Resource.ARN)
		switch o.Resource.Kind {
		case kindSpace:
			add("space", o.Resource.Domain+"/"+o.Resource.Name)
		case kindProfile:
			add("profile", o.Resource.Domain+"/"+o.Resource.Name)
		case kindDomain:
			add("domain", o.Resource.Domain)
		}
	}
	return slices.Collect(maps.Values(all))
}

// ownerOf is what a resource says of its team.
func ownerOf(r estate.Resource, rule config.EstateRule, listed []string) (value, why string) {
	called := string(r.Kind) + " " + r.Name
	if rule.Owner {
		return r.Owner, "owner of " + called + ", by " + r.OwnerFrom
	}
	for _, key := range spellings(rule.Tag, listed, slices.Collect(maps.Keys(r.Tags))) {
		if v := r.Tags[key]; v != "" {
			return v, "tag " + key + " of " + called
		}
	}
	return "", ""
}

// fileSystems are the domains of home directories, by the id of the file system.
func fileSystems(snap *estate.Snapshot) map[string]string {
	all := map[string]string{}
	if snap == nil {
		return all
	}
	for o := range snap.All() {
		if id := o.Resource.Attributes[attributeFileSystem]; id != "" && o.Resource.Kind == kindDomain {
			all[id] = o.Resource.Domain
		}
	}
	return all
}
