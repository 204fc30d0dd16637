package allocate

import (
	"maps"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/dialect"
)

// compiler writes rules as SQL for an engine.
type compiler struct {
	dialect.Dialect
	// keys are the spellings on the bill of the keys that rules name, by where they stand and their name.
	keys map[tagKey][]string
}

// A tagKey is a key of one of the maps of a charge.
type tagKey struct{ column, key string }

// columns of a charge by the words of the file.
func columns(c config.Charges) []struct {
	word, column string
	values       []string
} {
	return []struct {
		word, column string
		values       []string
	}{
		{"service", "service_code", c.Service},
		{"class", "usage_class", c.Class},
		{"component", "component", c.Component},
		{"category", "charge_category", c.Category},
		{"line item type", "line_item_type", c.LineItemType},
		{"usage type", "usage_type", c.UsageType},
		{"account", "sub_account_id", c.Account},
		{"region", "region_id", c.Region},
		{"domain", "allocation_domain", c.Domain},
		{"resource", "resource_id", c.Resource},
	}
}

// charges is the condition that a charge is meant.
func (c compiler) charges(w *config.Charges) string {
	if w == nil {
		return "true"
	}
	var all []string
	for _, f := range columns(*w) {
		if len(f.values) > 0 {
			all = append(all, oneOf(f.column, f.values))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(w.Tags)) {
		all = append(all, oneOf(c.tag(tagKey{"tags", key}), w.Tags[key]))
	}
	return strings.Join(all, " AND ")
}

// tag is the value of a tag, whatever the spelling of its key, NULL without one.
func (c compiler) tag(k tagKey) string {
	values := make([]string, 0, 2)
	for _, spelling := range c.keys[k] {
		values = append(values, "NULLIF(TRIM("+c.Value(k.column, spelling)+"), '')")
	}
	switch len(values) {
	case 0:
		return "CAST(NULL AS VARCHAR)"
	case 1:
		return values[0]
	}
	return "COALESCE(" + strings.Join(values, ", ") + ")"
}

// oneOf is the condition that a text is one of the values, in which a * stands for any characters.
func oneOf(of string, values []string) string {
	var exact, any []string
	for _, v := range values {
		if !strings.Contains(v, "*") {
			exact = append(exact, dialect.Text(v))
			continue
		}
		pattern := strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`, "*", "%").Replace(v)
		any = append(any, of+" LIKE "+dialect.Text(pattern)+` ESCAPE '\'`)
	}
	if exact != nil {
		any = append(any, of+" IN ("+strings.Join(exact, ", ")+")")
	}
	return "(" + strings.Join(any, " OR ") + ")"
}

// described says in words which charges are meant, behind a word of its own.
func described(before string, w *config.Charges) string {
	if w == nil {
		return ""
	}
	var all []string
	for _, f := range columns(*w) {
		if len(f.values) > 0 {
			all = append(all, f.word+" "+strings.Join(f.values, " or "))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(w.Tags)) {
		all = append(all, "tag "+key+" "+strings.Join(w.Tags[key], " or "))
	}
	return before + strings.Join(all, " and ")
}
