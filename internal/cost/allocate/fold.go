package allocate

import (
	"maps"
	"slices"

	"github.com/sagewarden/sagewarden/internal/config"
)

// spellings are the keys on the bill that mean the key: itself first, then those that the file lists, then those that fold to the same.
func spellings(key string, listed, seen []string) []string {
	meant := map[string]bool{config.Fold(key): true}
	all := append([]string{key}, listed...)
	for _, k := range listed {
		meant[config.Fold(k)] = true
	}
	for _, k := range slices.Sorted(slices.Values(seen)) {
		if f := config.Fold(k); f != "" && meant[f] && !slices.Contains(all, k) {
			all = append(all, k)
		}
	}
	return slices.DeleteFunc(all, func(k string) bool { return !slices.Contains(seen, k) })
}

// teams are those that are meant by what tags say.
type teams struct {
	// byName are the names and aliases of the file, letter by letter.
	byName map[string]string
	// byFold are by the folded names; empty where the file gives several teams names that fold to one.
	byFold map[string]string
}

// names are the teams that the file names, and the aliases that it lists.
func names(a config.Allocation) teams {
	n := teams{map[string]string{}, map[string]string{}}
	add := func(name, team string) {
		if _, taken := n.byName[name]; taken {
			return
		}
		n.byName[name] = team
		if other, taken := n.byFold[config.Fold(name)]; taken && other != team {
			team = "" // whom another spelling means nobody can tell
		}
		n.byFold[config.Fold(name)] = team
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
	named := []string{config.Unallocated, orUnallocated(a.Default)}
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
		if _, known := n.byFold[config.Fold(s)]; !known {
			n.byFold[config.Fold(s)] = s
		}
	}
}

// team is who is meant: who is called so in the file, letter by letter, else who is called so but for case and marks. A name of marks alone stays as it is.
func (n teams) team(said string) string {
	if team, known := n.byName[said]; known {
		return team
	}
	if team := n.byFold[config.Fold(said)]; team != "" && config.Fold(said) != "" {
		return team
	}
	return said
}
