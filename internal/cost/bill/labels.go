package bill

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
)

// labelsSQL is what readLabels returns, for engines in which no Go runs: of a map the keys that begin with the prefix, without it, as people and AWS
// spell them; NULL where there is none.
func labelsSQL(d dialect.Dialect, m, prefix string) string {
	plain := d.Keep(m, func(k, v string) string {
		if prefix == "" {
			return v + " <> ''"
		}
		return v + " <> '' AND starts_with(" + k + ", " + dialect.Text(prefix) + ")"
	})
	if prefix != "" {
		plain = d.Rekey(plain, func(k string) string { return "substr(" + k + ", " + strconv.Itoa(len(prefix)+1) + ")" })
	}
	// Two spellings that would become one stay as they are.
	return "CASE WHEN cardinality(" + plain + ") = 0 THEN NULL WHEN " + d.Distinct(plain, labelNameSQL) + " < cardinality(" + plain + ") THEN " + plain +
		" ELSE " + d.Rekey(plain, labelNameSQL) + " END"
}

// labelNameSQL is what labelName returns.
func labelNameSQL(k string) string {
	users := "substr(" + k + ", 1, 5) IN ('user_', 'user:')"
	bare := "substr(" + k + ", 6)"
	own := func(of string) string {
		var b strings.Builder
		b.WriteString("CASE " + of)
		for _, spelling := range slices.Sorted(maps.Keys(ownLabels)) {
			b.WriteString(" WHEN " + dialect.Text(spelling) + " THEN " + dialect.Text(ownLabels[spelling]))
		}
		return b.String()
	}
	return "CASE WHEN " + users + " THEN " + own(bare) + " ELSE " + bare + " END ELSE " + own(k) + " ELSE CASE WHEN substr(" + k + ", 1, 4) = 'aws_' THEN 'aws:' || substr(" + k + ", 5) ELSE " + k + " END END END"
}
