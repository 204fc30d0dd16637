package showback

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
)

// A Filter keeps charges by a dimension.
type Filter struct {
	Dimension Dimension
	// Value is what it is to be, where a * stands for any text; empty is none.
	Value string
	// Not keeps the others.
	Not bool
}

// ParseFilter reads dimension=value, or dimension!=value.
func ParseFilter(s string) (Filter, error) {
	name, value, ok := strings.Cut(s, "=")
	if !ok {
		return Filter{}, errors.New("write it as dimension=value or dimension!=value")
	}
	name, not := strings.CutSuffix(name, "!")
	d, err := ParseDimension(name)
	return Filter{d, value, not}, err
}

// String is the filter as people type it.
func (f Filter) String() string {
	if f.Not {
		return f.Dimension.name + "!=" + f.Value
	}
	return f.Dimension.name + "=" + f.Value
}

// condition is true in SQL, and never unknown, of what it keeps.
func (f Filter) condition(d dialect.Dialect) string {
	expr := f.Dimension.expr(d)
	switch {
	case f.Value == "" && f.Not:
		return expr + " IS NOT NULL"
	case f.Value == "":
		return expr + " IS NULL"
	}
	is, isNot := " = "+dialect.Text(f.Value), " <> "+dialect.Text(f.Value)
	if strings.Contains(f.Value, "*") {
		pattern := strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`, "*", "%").Replace(f.Value)
		is = " LIKE " + dialect.Text(pattern) + ` ESCAPE '\'`
		isNot = " NOT" + is
	}
	if f.Not {
		return "(" + expr + isNot + " OR " + expr + " IS NULL)"
	}
	return expr + is
}

// conditions joins filters: those that keep by the same dimension are choices, all else holds together.
func conditions(d dialect.Dialect, filters []Filter) []string {
	var all []string
	choices := map[string][]string{}
	for _, f := range filters {
		if f.Not {
			all = append(all, f.condition(d))
		} else {
			choices[f.Dimension.name] = append(choices[f.Dimension.name], f.condition(d))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(choices)) {
		if either := choices[name]; len(either) > 1 {
			all = append(all, "("+strings.Join(either, " OR ")+")")
		} else {
			all = append(all, either[0])
		}
	}
	return all
}
