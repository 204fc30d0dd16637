package allocate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/config"
)

// A Described is a rule or a pool in words: which charges, and to whom.
type Described struct {
	Name string `json:"name"`
	Of   string `json:"of"`
	To   string `json:"to"`
}

// Describe tells rules in their order, the default last, and pools.
func Describe(a config.Allocation) (rules, pools []Described) {
	for _, r := range a.Rules {
		of := "all"
		if r.When != nil {
			of = described("", r.When)
		}
		rules = append(rules, Described{r.Name, of + described(", unless ", r.Unless), destination(r)})
	}
	rules = append(rules, Described{config.DefaultRule, "all that is left", orUnallocated(a.Default)})
	for _, name := range slices.Sorted(maps.Keys(a.Pools)) {
		p := a.Pools[name]
		of, to := "split "+p.Split, strings.Join(p.Payers(), ", ")
		if p.Split == config.SplitProportional {
			of += " to " + by(p) + described(" of ", p.Of)
		}
		if p.Within != "" {
			of += " within the " + p.Within
		}
		if p.Split == config.SplitFixed {
			parts := make([]string, 0, len(p.Shares))
			for _, who := range slices.Sorted(maps.Keys(p.Shares)) {
				parts = append(parts, fmt.Sprintf("%s %s%%", who, p.Shares[who].Shift(2)))
			}
			to = strings.Join(parts, ", ")
		}
		if to == "" {
			to = "all teams"
		}
		if p.MayFallBack() {
			to += ", otherwise " + a.Fallback(name)
		}
		pools = append(pools, Described{name, of, to})
	}
	return rules, pools
}

// destination is who is charged by a rule, in words.
func destination(r config.AllocationRule) string {
	count := func(teams map[string]string, noun string) string {
		return fmt.Sprintf("the team of the %s (%d)", noun, len(teams))
	}
	switch {
	case r.Team != "":
		return r.Team
	case r.Pool != "":
		return "pool " + r.Pool
	case r.Tag != "":
		return "the value of tag " + r.Tag
	case r.AccountTag != "":
		return "the value of account tag " + r.AccountTag
	case r.CostCategory != "":
		return "the value of cost category " + r.CostCategory
	case r.Accounts != nil:
		return count(r.Accounts, "account")
	case r.Domains != nil:
		return count(r.Domains, "domain")
	case r.Profiles != nil:
		return count(r.Profiles, "user profile")
	case r.Spaces != nil:
		return count(r.Spaces, "space")
	case r.Estate.Owner:
		return "the owner in the estate"
	}
	return "tag " + r.Estate.Tag + " in the estate"
}
