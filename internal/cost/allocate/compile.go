package allocate

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
)

// A said is what a rule says of a charge as SQL: who, NULL where it says nothing, and why.
type said struct{ who, why string }

// rule is what the rule with the number says of a charge.
func (c compiler) rule(n int, r config.AllocationRule) said {
	s := c.assigns(n, r)
	if r.When != nil {
		s.why = dialect.Text(described("", r.When)+": ") + " || " + s.why
	}
	conditions := make([]string, 0, 2)
	if r.When != nil {
		conditions = append(conditions, c.charges(r.When))
	}
	if r.Unless != nil {
		// Of a charge of which that is not known it does not hold.
		conditions = append(conditions, "NOT COALESCE("+c.charges(r.Unless)+", false)")
	}
	if len(conditions) > 0 {
		s.who = "CASE WHEN " + strings.Join(conditions, " AND ") + " THEN " + s.who + " END"
	}
	return s
}

// assigns is what the rule says whatever the charge.
func (c compiler) assigns(n int, r config.AllocationRule) said {
	switch {
	case r.Team != "":
		return said{dialect.Text(r.Team), dialect.Text("given to " + r.Team)}
	case r.Pool != "":
		return said{dialect.Text(r.Pool), dialect.Text("put into " + r.Pool)}
	case r.Tag != "":
		return c.inherits(tagKey{"tags", r.Tag}, "tag ")
	case r.AccountTag != "":
		return c.inherits(tagKey{"account_tags", r.AccountTag}, "account tag ")
	case r.CostCategory != "":
		return c.inherits(tagKey{"cost_categories", r.CostCategory}, "cost category ")
	case r.Estate != nil:
		return said{each(n, "value"), each(n, "why")}
	case r.Accounts != nil:
		return said{lookup(r.Accounts, "sub_account_id", ""), "'account ' || sub_account_id"}
	case r.Domains != nil:
		return said{lookup(r.Domains, "allocation_domain", ""), "'domain ' || allocation_domain"}
	case r.Profiles != nil:
		return said{lookup(r.Profiles, "user_profile_name", "domain_id || '/' || user_profile_name"), "'user profile ' || user_profile_name"}
	}
	return said{lookup(r.Spaces, "space_name", "domain_id || '/' || space_name"), "'space ' || space_name"}
}

func (c compiler) inherits(k tagKey, noun string) said {
	return said{c.tag(k), dialect.Text(noun+k.key+" is ") + " || " + c.tag(k)}
}

// lookup is the team of what a column holds. Keys with a slash are looked up as the longer text, and go before.
func lookup(teams map[string]string, of, long string) string {
	var b strings.Builder
	b.WriteString("CASE")
	keys := slices.Sorted(maps.Keys(teams))
	slices.SortStableFunc(keys, func(a, b string) int { return strings.Count(b, "/") - strings.Count(a, "/") })
	for _, key := range keys {
		column := of
		if long != "" && strings.Contains(key, "/") {
			column = long
		}
		fmt.Fprintf(&b, " WHEN %s = %s THEN %s", column, dialect.Text(key), dialect.Text(teams[key]))
	}
	return b.String() + " END"
}

// levels are where in the estate a charge's team is looked for, nearest first, and what of the charge is looked up.
var levels = []struct{ name, key string }{
	{"resource", "resource_id"},
	{"space", "domain_id || '/' || space_name"},
	{"profile", "domain_id || '/' || user_profile_name"},
	{"domain", "allocation_domain"},
}

// each is a column of the estate's table at the nearest level that has one.
func each(rule int, column string) string {
	all := make([]string, len(levels))
	for i := range levels {
		all[i] = fmt.Sprintf("e%d_%d.%s", rule, i, column)
	}
	return "COALESCE(" + strings.Join(all, ", ") + ")"
}

// assigned is a query of the charges that the condition chooses, with rule_n, the number of the rule that decides (from one; zero for none), said, what it says, reason, and
// allocation_domain, the domain that the charge is for.
func (c compiler) assigned(a config.Allocation, fileSystems map[string]string, condition string) string {
	var candidates, which, who, why strings.Builder
	var joins strings.Builder
	for i, r := range a.Rules {
		n := i + 1
		s := c.rule(n, r)
		fmt.Fprintf(&candidates, ",\n  %s AS said_%d, %s AS why_%d", s.who, n, s.why, n)
		fmt.Fprintf(&which, " WHEN said_%d IS NOT NULL THEN %d", n, n)
		fmt.Fprintf(&who, "said_%d, ", n)
		fmt.Fprintf(&why, " WHEN said_%d IS NOT NULL THEN why_%d", n, n)
		if r.Estate == nil {
			continue
		}
		for l, level := range levels {
			fmt.Fprintf(&joins, "\n  LEFT JOIN (SELECT place, value, why FROM allocation_estate WHERE rule = %d AND level = %s) AS e%d_%d ON e%[1]d_%[4]d.place = %[5]s", n, dialect.Text(level.name), n, l, level.key)
		}
	}
	for i := range c.read {
		fmt.Fprintf(&candidates, ", %s", readTag(i)) // which what is shared is measured by, too
	}
	otherwise := dialect.Text("no rule says anything of it")
	ruleN, reason := "0", otherwise
	if which.Len() > 0 {
		ruleN, reason = "CASE"+which.String()+" ELSE 0 END", "CASE"+why.String()+" ELSE "+otherwise+" END"
	}
	return "SELECT *, " + ruleN + " AS rule_n, COALESCE(" + who.String() + dialect.Text(orUnallocated(a.Default)) + ") AS said, " + reason + " AS reason" +
		"\nFROM (SELECT " + list(columnNames()) + ", allocation_domain" + candidates.String() +
		"\nFROM (SELECT *, " + domain(fileSystems) + " AS allocation_domain FROM " + c.reading("charges WHERE "+condition) + " AS read) AS chosen" + joins.String() + ") AS candidates"
}

// domain is the Studio domain that a charge is for: that of its resource, or the one whose home its file system is.
func domain(fileSystems map[string]string) string {
	var homes strings.Builder
	for _, id := range slices.Sorted(maps.Keys(fileSystems)) {
		fmt.Fprintf(&homes, " WHEN resource_id = %s OR resource_id LIKE %s THEN %s", dialect.Text(id), dialect.Text("%:file-system/"+id), dialect.Text(fileSystems[id]))
	}
	if homes.Len() == 0 {
		return "domain_id"
	}
	return "COALESCE(domain_id, CASE" + homes.String() + " END)"
}

// ruleName is the name of the rule that decides, as SQL.
func ruleName(a config.Allocation) string {
	var b strings.Builder
	b.WriteString("CASE rule_n")
	for i, r := range a.Rules {
		fmt.Fprintf(&b, " WHEN %d THEN %s", i+1, dialect.Text(r.Name))
	}
	return b.String() + " WHEN 0 THEN " + dialect.Text(config.DefaultRule) + " END"
}

// pooling is the condition that what decides is a pool.
func pooling(a config.Allocation) string {
	rules := []string{"-1"}
	if _, is := a.Pools[a.Default]; is {
		rules = append(rules, "0")
	}
	for i, r := range a.Rules {
		if r.Pool != "" {
			rules = append(rules, strconv.Itoa(i+1))
		}
	}
	return "rule_n IN (" + strings.Join(rules, ", ") + ")"
}

func orUnallocated(name string) string {
	if name == "" {
		return config.Unallocated
	}
	return name
}

// columnNames are those of charges.
func columnNames() []string {
	all := make([]string, len(lake.Schema))
	for i, c := range lake.Schema {
		all[i] = c.Name
	}
	return all
}

// Costs are the columns of charges that hold money.
func Costs() []string {
	return slices.DeleteFunc(measures(), func(c string) bool { return c == "consumed_quantity" })
}

// measures are the columns of charges that are split: those of money, and the quantity.
func measures() []string {
	var all []string
	for _, c := range lake.Schema {
		if strings.HasPrefix(c.Type, "DECIMAL") {
			all = append(all, c.Name)
		}
	}
	return all
}

func list(names []string) string { return strings.Join(names, ", ") }
