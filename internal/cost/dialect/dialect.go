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
}

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

// Money reads a text as a decimal of 18 digits behind the point. Both engines round what has more.
func (d Dialect) Money(text string) string { return "CAST(" + text + " AS DECIMAL(38,18))" }

// Text is a plain text as a literal.
func Text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// Name is a plain name, quoted, of a column or a table.
func Name(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
