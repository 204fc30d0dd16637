// Package dialect holds the few texts in which DuckDB and Athena (Trino) write the same thing differently. All other SQL is of what
// they have in common.
package dialect

import "strings"

// A Dialect writes SQL for one engine. Arguments are SQL, unless they are said to be plain text.
type Dialect struct {
	// Name is what people call the engine.
	Name string
	// value is what a map has at a key, and NULL where it has none.
	value func(m, key string) string
	// truncate cuts a timestamp to the begin of its day, week or month.
	truncate func(unit, at string) string
	// matches tells whether a text holds a regular expression.
	matches func(text, pattern string) string
	// extract is a group of its first match.
	extract func(text, pattern, group string) string
	// month is the month of a timestamp as 2026-03.
	month func(at string) string
	// instant reads a timestamp as bills write it, 2026-03-01T00:00:00Z.
	instant func(text string) string
	// labels reads JSON of a map of texts.
	labels func(json string) string
	// member is what JSON of a map of texts has at a key.
	member func(json, key string) string
	// none is a map of texts without any.
	none string
	// hasAny tells whether a map has one of the keys.
	hasAny func(m, keys string) string
	// key and item are what the next two call what a map has.
	key, item string
	// keep are the entries of a map of which a condition holds.
	keep func(m, condition string) string
	// rekey is a map with other keys. None may be there twice.
	rekey func(m, key string) string
	// distinct is how many different keys there are, made of k.
	distinct func(m, key string) string
}

// DuckDB is the engine in this process.
var DuckDB = Dialect{
	Name:     "DuckDB",
	value:    func(m, key string) string { return m + "[" + key + "]" },
	truncate: func(unit, at string) string { return "CAST(date_trunc(" + unit + ", " + at + ") AS TIMESTAMP)" },
	matches:  func(t, pattern string) string { return "regexp_matches(" + t + ", " + pattern + ")" },
	extract: func(t, pattern, group string) string {
		return "NULLIF(regexp_extract(" + t + ", " + pattern + ", " + group + "), '')"
	},
	month:   func(at string) string { return "strftime(" + at + ", '%Y-%m')" },
	instant: func(text string) string { return "CAST(" + text + " AS TIMESTAMP)" },
	labels:  func(json string) string { return "CAST(CAST(" + json + " AS JSON) AS " + Labels + ")" },
	member:  func(json, key string) string { return "json_extract_string(" + json + ", '$." + key + "')" },
	none:    "MAP {}",
	hasAny:  func(m, keys string) string { return "list_has_any(map_keys(" + m + "), [" + keys + "])" },
	key:     "e.key",
	item:    "e.value",
	keep: func(m, condition string) string {
		return "map_from_entries(list_filter(map_entries(" + m + "), lambda e: " + condition + "))"
	},
	rekey: func(m, key string) string {
		return "map_from_entries(list_transform(map_entries(" + m + "), lambda e: {'key': " + key + ", 'value': e.value}))"
	},
	distinct: func(m, key string) string {
		return "len(list_distinct(list_transform(map_keys(" + m + "), lambda k: " + key + ")))"
	},
}

// Athena is Amazon's engine over S3, of the family of Trino.
var Athena = Dialect{
	Name:     "Athena",
	value:    func(m, key string) string { return "element_at(" + m + ", " + key + ")" },
	truncate: func(unit, at string) string { return "date_trunc(" + unit + ", " + at + ")" },
	matches:  func(t, pattern string) string { return "regexp_like(" + t + ", " + pattern + ")" },
	extract: func(t, pattern, group string) string {
		return "NULLIF(regexp_extract(" + t + ", " + pattern + ", " + group + "), '')"
	},
	month: func(at string) string { return "date_format(" + at + ", '%Y-%m')" },
	instant: func(text string) string {
		return "CAST(from_iso8601_timestamp(" + text + ") AT TIME ZONE 'UTC' AS TIMESTAMP)"
	},
	labels: func(json string) string { return "CAST(json_parse(" + json + ") AS " + Labels + ")" },
	member: func(json, key string) string { return "json_extract_scalar(" + json + ", '$." + key + "')" },
	none:   "CAST(MAP() AS " + Labels + ")",
	hasAny: func(m, keys string) string { return "arrays_overlap(map_keys(" + m + "), ARRAY[" + keys + "])" },
	key:    "k",
	item:   "v",
	keep:   func(m, condition string) string { return "map_filter(" + m + ", (k, v) -> " + condition + ")" },
	rekey:  func(m, key string) string { return "transform_keys(" + m + ", (k, v) -> " + key + ")" },
	distinct: func(m, key string) string {
		return "cardinality(array_distinct(transform(map_keys(" + m + "), k -> " + key + ")))"
	},
}

// Labels is the type of a map of texts, in both engines.
const Labels = "MAP(VARCHAR, VARCHAR)"

// Value is what a map has at a plain key, and NULL where it has none.
func (d Dialect) Value(m, key string) string { return d.value(m, Text(key)) }

// Truncate cuts a timestamp to the begin of its day, week (Monday) or month.
func (d Dialect) Truncate(unit, at string) string { return d.truncate(Text(unit), at) }

// Matches tells whether a text holds a plain regular expression.
func (d Dialect) Matches(text, pattern string) string { return d.matches(text, Text(pattern)) }

// Extract is what a group of a plain regular expression matches first, and NULL where nothing does.
func (d Dialect) Extract(text, pattern, group string) string {
	return d.extract(text, Text(pattern), group)
}

// Month is the month of a timestamp, as 2026-03.
func (d Dialect) Month(at string) string { return d.month(at) }

// Instant reads a text that is an instant, in UTC or with its zone, as a timestamp in UTC.
func (d Dialect) Instant(text string) string { return d.instant(text) }

// ParseLabels reads a text that is JSON of a map of texts.
func (d Dialect) ParseLabels(json string) string { return d.labels(json) }

// Member is what JSON of a map of texts has at a key of letters, and NULL where it has none.
func (d Dialect) Member(json, key string) string { return d.member(json, key) }

// NoLabels is a map of texts that has none.
func (d Dialect) NoLabels() string { return d.none }

// HasAny tells whether a map has one of some plain keys.
func (d Dialect) HasAny(m string, keys ...string) string { return d.hasAny(m, Texts(keys...)) }

// Keep is what a map has of which a condition on its keys, k, and its values, v, holds.
func (d Dialect) Keep(m string, condition func(k, v string) string) string {
	return d.keep(m, condition(d.key, d.item))
}

// Rekey is a map with other keys, that are made of the old, of which no two may become one.
func (d Dialect) Rekey(m string, key func(k string) string) string { return d.rekey(m, key(d.key)) }

// Distinct is how many keys a map has once they are others.
func (d Dialect) Distinct(m string, key func(k string) string) string { return d.distinct(m, key("k")) }

// Text is a plain text as a literal.
func Text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// Texts are plain texts as literals, parted by commas.
func Texts(all ...string) string {
	quoted := make([]string, len(all))
	for i, s := range all {
		quoted[i] = Text(s)
	}
	return strings.Join(quoted, ", ")
}

// Name is a plain name, quoted, of a column or a table.
func Name(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
