package allocate

import (
	"maps"
	"slices"

	"github.com/sagewarden/sagewarden/internal/config"
)

// Keys are the tag keys that the rules read from the bill, each once, in alphabetical order.
func Keys(a config.Allocation) []string {
	all := map[string]bool{}
	of := func(charges ...*config.Charges) {
		for _, c := range charges {
			if c != nil {
				for key := range c.Tags {
					all[key] = true
				}
			}
		}
	}
	for _, r := range a.Rules {
		all[r.Tag], all[r.AccountTag] = true, true
		of(r.When, r.Unless)
	}
	for _, p := range a.Pools {
		of(p.Of)
	}
	delete(all, "")
	return slices.Sorted(maps.Keys(all))
}

// Spellings are those of the keys seen that the rules take for the key: itself first, then those that the file lists, then those that differ in case and in
// marks alone.
func Spellings(a config.Allocation, key string, seen []string) []string {
	return spellings(key, a.TagKeys[key], seen)
}
