package allocate

import (
	"fmt"
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
	// read are those whose values are columns of the relation already.
	read []tagKey
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
	if i := slices.Index(c.read, k); i >= 0 {
		return readTag(i)
	}
	values := make([]string, len(c.keys[k]))
	for i, spelling := range c.keys[k] {
		values[i] = c.Value(k.column, spelling)
	}
	return firstOf(values)
}

func readTag(i int) string { return fmt.Sprintf("tag_%d", i) }

// reading is a relation with the values of the tags that are read as columns beside the others. Each is read once for all that rules ask of it: the
// engine would read it again in every condition.
func (c compiler) reading(relation string) string {
	var raw, values strings.Builder
	for i, k := range c.read {
		names := make([]string, len(c.keys[k]))
		for n, spelling := range c.keys[k] {
			names[n] = fmt.Sprintf("spelled_%d_%d", i, n)
			fmt.Fprintf(&raw, ", %s AS %s", c.Value(k.column, spelling), names[n])
		}
		fmt.Fprintf(&values, ", %s AS %s", firstOf(names), readTag(i))
	}
	return "(SELECT *" + values.String() + " FROM (SELECT *" + raw.String() + " FROM " + relation + ") AS spelled)"
}

// firstOf is the first of some texts in which something is left without the blanks around it, NULL where there is none.
func firstOf(texts []string) string {
	if len(texts) == 0 {
		return "CAST(NULL AS VARCHAR)"
	}
	values := make([]string, len(texts))
	for i, t := range texts {
		values[i] = trimmed(t)
	}
	return "COALESCE(" + strings.Join(values, ", ") + ")"
}

// trimmed is a text without blanks around it, NULL where nothing is left. Few texts have any: the engine looks for other blanks only where it finds one,
// since that takes it longer than all else that is asked of a line.
func trimmed(text string) string {
	return "CASE WHEN " + text + " LIKE ' %' OR " + text + " LIKE '% ' THEN NULLIF(TRIM(" + text + "), '') ELSE NULLIF(" + text + ", '') END"
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
