package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/strictyaml"
)

// The words of pools and of what rules go by.
const (
	SplitEven         = "even"
	SplitFixed        = "fixed"
	SplitProportional = "proportional"
	// Unallocated is the team of what no rule says anything of, where no default is given.
	Unallocated = "unallocated"
	// DefaultRule is the name of the rule that no rule holds.
	DefaultRule = "default"
)

var (
	splits      = []string{SplitEven, SplitFixed, SplitProportional}
	costColumns = []string{"unblended_cost", "net_unblended_cost", "amortized_cost", "net_amortized_cost", "list_cost"}
	withins     = []string{"domain", "account", "region"}
	classes     = []string{"compute", "storage", "data", "requests", "commitment", "tax", "support", "other"}
)

func (c *checker) allocation(a Allocation, at strictyaml.Path) {
	meant := map[string]string{Unallocated: Unallocated}
	for name := range a.Teams {
		meant[name] = name
	}
	for _, name := range slices.Sorted(maps.Keys(a.Teams)) {
		c.require(strings.TrimSpace(name) != "", at.To("teams", name), "write what tags say", "a team has no name")
		for i, alias := range a.Teams[name].Aliases {
			at := at.To("teams", name, "aliases", i)
			c.require(strings.TrimSpace(alias) != "", at, "write what tags say", "an alias is empty")
			team, taken := meant[alias]
			c.require(!taken || team == name, at, "let it stand for one team", "%q means the team %s, too", alias, team)
			meant[alias] = name
		}
	}
	c.called = map[string]string{Fold(Unallocated): Unallocated}
	for _, key := range slices.Sorted(maps.Keys(a.TagKeys)) {
		c.require(key != "" && tagText.MatchString(key), at.To("tagKeys", key), "letters, digits, spaces and _.:/=+-@", "%q is no tag key", key)
		for i, k := range a.TagKeys[key] {
			c.require(k != "" && tagText.MatchString(k), at.To("tagKeys", key, i), "letters, digits, spaces and _.:/=+-@", "%q is no tag key", k)
		}
	}
	named := map[string]bool{DefaultRule: true}
	for i, r := range a.Rules {
		at := at.To("rules", i)
		c.require(r.Name != "", at, "add name: …", "the rule has no name")
		c.require(!named[r.Name], at.To("name"), "give each rule a name of its own", "%q is another rule, too", r.Name)
		named[r.Name] = true
		c.allocationRule(a, r, at)
	}
	if a.Default != "" {
		c.payer(a, a.Default, at.To("default"))
	}
	for _, name := range slices.Sorted(maps.Keys(a.Pools)) {
		_, team := a.Teams[name]
		c.require(!team && name != Unallocated && name != "", at.To("pools", name), "give one of them another name", "%q is a team, too", name)
		c.pool(a, a.Pools[name], at.To("pools", name))
	}
	if circle := a.circle(); circle != nil {
		c.require(false, at.To("pools", circle[0]), "break it: let one of them be split among teams alone", "pools are split in a circle: %s", strings.Join(circle, " → "))
	}
}

func (c *checker) allocationRule(a Allocation, r AllocationRule, at strictyaml.Path) {
	given := 0
	for _, assigns := range []any{r.Team, r.Pool, r.Tag, r.AccountTag, r.CostCategory, r.Accounts, r.Domains, r.Profiles, r.Spaces, r.Estate} {
		if !reflect.ValueOf(assigns).IsZero() {
			given++
		}
	}
	c.require(given == 1, at, "write one of team, pool, tag, accountTag, costCategory, accounts, domains, profiles, spaces, estate", "a rule says in one way who is charged, not in %d", given)
	c.charges(r.When, at.To("when"))
	c.charges(r.Unless, at.To("unless"))
	if r.Team != "" {
		c.team(a, r.Team, at.To("team"))
	}
	if r.Pool != "" {
		_, known := a.Pools[r.Pool]
		c.require(known, at.To("pool"), near(r.Pool, slices.Sorted(maps.Keys(a.Pools)), "describe it under pools"), "%q is no pool", r.Pool)
	}
	for field, by := range map[string]map[string]string{"accounts": r.Accounts, "domains": r.Domains, "profiles": r.Profiles, "spaces": r.Spaces} {
		for _, key := range slices.Sorted(maps.Keys(by)) {
			c.require(field != "accounts" || accountID.MatchString(key), at.To(field, key), "account ids have twelve digits, in quotes", "%q is no account id", key)
			c.team(a, by[key], at.To(field, key))
		}
	}
	if e := r.Estate; e != nil {
		c.require((e.Tag != "") != e.Owner, at.To("estate"), "write tag: … or owner: true", "nothing, or too much, says what of the estate names a team")
	}
}

func (c *checker) charges(w *Charges, at strictyaml.Path) {
	if w == nil {
		return
	}
	c.require(!reflect.ValueOf(*w).IsZero(), at, "name a service, a class, an account …, or leave it out", "nothing says which charges are meant")
	for i, class := range w.Class {
		c.require(slices.Contains(classes, class), at.To("class", i), near(class, classes, "one of "+strings.Join(classes, ", ")), "%q is no class of usage", class)
	}
	for i, id := range w.Account {
		c.require(accountID.MatchString(id), at.To("account", i), "account ids have twelve digits, in quotes", "%q is no account id", id)
	}
	for _, key := range slices.Sorted(maps.Keys(w.Tags)) {
		c.require(len(w.Tags[key]) > 0, at.To("tags", key), `write [value], or ["*"] for any`, "the tag has no value that it may have")
	}
}

func (c *checker) pool(a Allocation, p Pool, at strictyaml.Path) {
	c.require(slices.Contains(splits, p.Split), at.To("split"), "write even, fixed or proportional", "%q is no way to split", p.Split)
	for i, name := range p.To {
		c.payer(a, name, at.To("to", i))
		c.require(!slices.Contains(p.To[:i], name), at.To("to", i), "name each once", "%q is named twice", name)
	}
	sum := decimal.Zero
	for _, name := range slices.Sorted(maps.Keys(p.Shares)) {
		c.payer(a, name, at.To("shares", name))
		sum = sum.Add(p.Shares[name].Decimal)
	}
	fixed, proportional := p.Split == SplitFixed, p.Split == SplitProportional
	c.require(!fixed || sum.Equal(decimal.NewFromInt(1)), at.To("shares"), "let them make 100% together", "the shares make %s%%", sum.Shift(2))
	c.require(fixed || len(p.Shares) == 0, at.To("shares"), "write split: fixed, or leave the shares out", "a split that is %s has no shares", p.Split)
	c.require(!fixed || len(p.To) == 0 && p.Within == "", at, "who shares stands in shares: leave out to and within", "a fixed split says who shares by its shares alone")
	c.require(p.By == "" || slices.Contains(costColumns, p.By), at.To("by"), near(p.By, costColumns, "one of "+strings.Join(costColumns, ", ")), "%q is no cost to go by", p.By)
	c.require(proportional || p.By == "" && p.Of == nil, at, "write split: proportional, or leave out by and of", "a split that is %s goes by no cost", p.Split)
	c.require(p.Within == "" || slices.Contains(withins, p.Within), at.To("within"), "write domain, account or region", "%q is nothing to split within", p.Within)
	c.charges(p.Of, at.To("of"))
	if p.Otherwise != "" {
		c.payer(a, p.Otherwise, at.To("otherwise"))
	}
}

// team requires a team, which is one of those that are listed where any are.
func (c *checker) team(a Allocation, name string, at strictyaml.Path) {
	_, pool := a.Pools[name]
	c.require(!pool, at, "name a team", "%q is a pool", name)
	c.payer(a, name, at)
}

// payer requires a team or a pool.
func (c *checker) payer(a Allocation, name string, at strictyaml.Path) {
	_, team := a.Teams[name]
	_, pool := a.Pools[name]
	known := slices.Concat(slices.Sorted(maps.Keys(a.Teams)), slices.Sorted(maps.Keys(a.Pools)))
	c.require(name != "" && (team || pool || len(a.Teams) == 0 || name == Unallocated), at, near(name, known, "list it under teams"), "%q is no team and no pool", name)
	if team || pool {
		return
	}
	first, called := c.called[Fold(name)]
	c.require(!called || first == name || Fold(name) == "", at, "write it in one way, or list both under teams where they are two", "%q differs from %q in case and marks alone", name, first)
	c.called[Fold(name)] = name
}

func near(name string, names []string, otherwise string) string {
	if n, ok := strictyaml.Nearest(name, names); ok {
		return "did you mean " + n + "?"
	}
	return otherwise
}

// Payers are the teams and pools that a pool may be split among, as far as the file says; none where those are all teams.
func (p Pool) Payers() []string {
	if p.Split == SplitFixed {
		return slices.Sorted(maps.Keys(p.Shares))
	}
	return p.To
}

// MayFallBack reports whether there may be nothing to go by.
func (p Pool) MayFallBack() bool {
	return p.Split == SplitProportional || p.Split == SplitEven && (len(p.To) == 0 || p.Within != "")
}

// Fallback is who pays for a pool where there is nothing to go by.
func (a Allocation) Fallback(pool string) string {
	for _, name := range []string{a.Pools[pool].Otherwise, a.Default} {
		if name != "" {
			return name
		}
	}
	return Unallocated
}

// circle is a way from a pool to itself, or nil.
func (a Allocation) circle() []string {
	var walk func(path []string) []string
	done := map[string]bool{}
	walk = func(path []string) []string {
		last := path[len(path)-1]
		p, pool := a.Pools[last]
		if !pool || done[last] {
			return nil
		}
		if i := slices.Index(path[:len(path)-1], last); i >= 0 {
			return path[i:]
		}
		next := slices.Clone(p.Payers())
		if p.MayFallBack() {
			next = append(next, a.Fallback(last))
		}
		for _, n := range next {
			if found := walk(append(slices.Clip(path), n)); found != nil {
				return found
			}
		}
		done[last] = true
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(a.Pools)) {
		if found := walk([]string{name}); found != nil {
			return found
		}
	}
	return nil
}
