package allocate

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/sagewarden/sagewarden/internal/config"
)

// fold is what is left of a tag key or a name without case and marks: CostCenter, cost-center and cost_center are one.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// spellings are the keys on the bill that mean the key: itself first, then those that the file lists, then those that fold to the same.
func spellings(key string, listed, seen []string) []string {
	meant := map[string]bool{fold(key): true}
	all := append([]string{key}, listed...)
	for _, k := range listed {
		meant[fold(k)] = true
	}
	for _, k := range slices.Sorted(slices.Values(seen)) {
		if f := fold(k); f != "" && meant[f] && !slices.Contains(all, k) {
			all = append(all, k)
		}
	}
	return slices.DeleteFunc(all, func(k string) bool { return !slices.Contains(seen, k) })
}

// teams are those that are meant by what tags say, by the folded names.
type teams struct{ byFold map[string]string }

// names are the teams that the file names, and the aliases that it lists.
func names(a config.Allocation) teams {
	n := teams{map[string]string{}}
	add := func(name, team string) {
		if _, taken := n.byFold[fold(name)]; !taken && fold(name) != "" {
			n.byFold[fold(name)] = team
		}
	}
	listed := slices.Sorted(maps.Keys(a.Teams))
	for _, team := range listed {
		add(team, team)
	}
	for _, team := range listed {
		for _, alias := range a.Teams[team].Aliases {
			add(alias, team)
		}
	}
	named := []string{config.Unallocated, a.Default}
	for _, r := range a.Rules {
		named = append(named, r.Team)
		for _, by := range []map[string]string{r.Accounts, r.Domains, r.Profiles, r.Spaces} {
			named = slices.AppendSeq(named, maps.Values(by))
		}
	}
	for name, p := range a.Pools {
		named = append(append(named, p.Payers()...), a.Fallback(name))
	}
	slices.Sort(named)
	for _, name := range named {
		if _, pool := a.Pools[name]; !pool {
			add(name, name)
		}
	}
	return n
}

// learn takes in what tags say: of names that are one, and that the file does not list, the first in alphabetical order is the team.
func (n teams) learn(said []string) {
	for _, s := range slices.Sorted(slices.Values(said)) {
		if _, known := n.byFold[fold(s)]; !known && fold(s) != "" {
			n.byFold[fold(s)] = s
		}
	}
}

// team is who is meant. A name of marks alone stays as it is.
func (n teams) team(said string) string {
	if team, known := n.byFold[fold(said)]; known {
		return team
	}
	return said
}
