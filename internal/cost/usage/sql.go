package usage

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// SQL is a query over a relation that has the text columns usage_type, operation and product_instance_type. It returns all columns of the
// relation and what Parse says, which is NULL where that is empty: usage_region, component, usage_class, app_type, instance_type, usage_unit, usage_meter.
// It is the same grammar, in the SQL that DuckDB and Trino have in common. Columns that begin with usage_at_ are steps on the way.
func SQL(relation string) string {
	query := relation
	for _, step := range []string{
		// DuckDB's substr and split_part are empty beyond the end, where Trino's may be NULL: no comparison here tells the two apart.
		regionSQL() + " AS usage_region, CASE WHEN strpos(usage_type, '-') > 0 AND " + prefixSQL + " IN (" + list(slices.Sorted(maps.Keys(regions))) +
			") THEN substr(usage_type, strpos(usage_type, '-') + 1) ELSE coalesce(usage_type, '') END AS usage_at_written",
		lowerSQL("usage_at_written") + " AS usage_at_tail",
		"CASE WHEN strpos(usage_at_tail, '-ml.') > 0 THEN strpos(usage_at_tail, '-ml.') ELSE strpos(usage_at_tail, '-sc.') END AS usage_at_hyphen, " +
			"substr(usage_at_tail, strpos(usage_at_tail, ':') + 1) AS usage_at_detail",
		instanceSQL("usage_at_detail") + " AS usage_at_plain, " + instanceSQL("substr(usage_at_tail, usage_at_hyphen + 1)") + " AS usage_at_hyphened",
		formSQL() + " AS usage_at_form",
		classSQL() + " AS usage_class, " + sizedSQL() + " AS usage_at_sized",
		byForm(func(f form) string { return text(f.component) }, text(Unknown)) + " AS component, " +
			appSQL() + " AS app_type, " +
			"CASE WHEN usage_at_sized IS NOT NULL THEN usage_at_sized WHEN usage_class = 'compute' THEN " + instanceSQL(lowerSQL("product_instance_type")) + " END AS instance_type, " +
			byForm(func(f form) string { return text(string(f.unit)) }, "NULL") + " AS usage_unit, " +
			byForm(func(f form) string { return text(f.meter) }, "NULL") + " AS usage_meter",
	} {
		query = "(SELECT *, " + step + " FROM " + query + ") AS usage_step"
	}
	return "SELECT * FROM " + query
}

const (
	letters   = "abcdefghijklmnopqrstuvwxyz"
	prefixSQL = "translate(split_part(usage_type, '-', 1), '" + letters + "', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')"
)

func lowerSQL(column string) string {
	return fmt.Sprintf("translate(%s, '%s', '%s')", column, strings.ToUpper(letters), letters)
}

// text is a literal, which is NULL for what is empty.
func text(s string) string {
	if s == "" {
		return "NULL"
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

func list(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = text(w)
	}
	return strings.Join(quoted, ", ")
}

// byForm is a value for each form: what the forms share is written once.
func byForm(value func(form) string, otherwise string) string {
	same := map[string][]string{}
	var order []string
	for i, f := range forms {
		v := value(f)
		if v == "" || v == "NULL" {
			continue
		}
		if same[v] == nil {
			order = append(order, v)
		}
		same[v] = append(same[v], fmt.Sprint(i))
	}
	var b strings.Builder
	b.WriteString("CASE")
	for _, v := range order {
		fmt.Fprintf(&b, " WHEN usage_at_form IN (%s) THEN %s", strings.Join(same[v], ", "), v)
	}
	return b.String() + " ELSE " + otherwise + " END"
}

func classSQL() string {
	operation := "CASE"
	for _, o := range operations {
		if strings.HasSuffix(o.operation, "-") {
			operation += fmt.Sprintf(" WHEN starts_with(operation, %s) THEN %s", text(o.operation), text(string(o.class)))
		} else {
			operation += fmt.Sprintf(" WHEN operation = %s THEN %s", text(o.operation), text(string(o.class)))
		}
	}
	operation += " ELSE 'other' END"
	return byForm(func(f form) string {
		if f.class == Other {
			return ""
		}
		return text(string(f.class))
	}, operation)
}

// formSQL is the number of the first form that the tail has, or -1.
func formSQL() string {
	var b strings.Builder
	b.WriteString("CASE")
	for i, f := range forms {
		head := text(lower(f.head))
		has := fmt.Sprintf("starts_with(usage_at_tail, %s)", head)
		switch f.rest {
		case nothing:
			has = "usage_at_tail = " + head
		case before:
			has = fmt.Sprintf("length(usage_at_tail) >= %d AND substr(usage_at_tail, length(usage_at_tail) - %d) = %s", len(f.head), len(f.head)-1, head)
		case onInstance:
			has += fmt.Sprintf(" AND %s IS NOT NULL", f.instanceSQL())
		case appOnInstance:
			has += fmt.Sprintf(" AND usage_at_hyphen > %d AND %s IS NOT NULL", len(f.head)+1, f.instanceSQL())
		case volume:
			has += fmt.Sprintf(" AND (length(usage_at_tail) = %d OR substr(usage_at_tail, %d, 1) = '.')", len(f.head), len(f.head)+1)
		case sized, memory:
			has += fmt.Sprintf(" AND length(usage_at_tail) > %d", len(f.head))
		}
		fmt.Fprintf(&b, "\n    WHEN %s THEN %d", has, i)
	}
	return b.String() + "\n    ELSE -1 END"
}

// sizedSQL is the instance type or the size that the form has.
func sizedSQL() string {
	return byForm(func(f form) string {
		written := fmt.Sprintf("substr(usage_at_written, %d)", len(f.head)+1)
		switch f.rest {
		case onInstance, appOnInstance:
			return f.instanceSQL()
		case sized:
			return written
		case memory:
			return "'Mem-' || " + written
		}
		return ""
	}, "NULL")
}

func appSQL() string {
	return byForm(func(f form) string {
		if f.rest == appOnInstance {
			return fmt.Sprintf("substr(usage_at_written, %d, usage_at_hyphen - %[1]d)", len(f.head)+1)
		}
		return text(f.app)
	}, "NULL")
}

// instanceSQL is the instance type of a tail that has the head.
func (f form) instanceSQL() string {
	switch {
	case f.rest == appOnInstance:
		return "usage_at_hyphened"
	case strings.HasSuffix(f.head, ":"):
		return "usage_at_plain"
	}
	return instanceSQL(fmt.Sprintf("substr(usage_at_tail, %d)", len(f.head)+1))
}

// instanceSQL is instance, NULL where there is none.
func instanceSQL(of string) string {
	return fmt.Sprintf("CASE WHEN split_part(%[1]s, '.', 1) IN ('ml', 'sc') AND split_part(%[1]s, '.', 2) <> '' AND split_part(split_part(%[1]s, '.', 3), '-', 1) <> ''"+
		" THEN split_part(%[1]s, '.', 1) || '.' || split_part(%[1]s, '.', 2) || '.' || split_part(split_part(%[1]s, '.', 3), '-', 1) END", of)
}

func regionSQL() string {
	by := map[string][]string{}
	for prefix, region := range regions {
		if region != "" {
			by[region] = append(by[region], prefix)
		}
	}
	var b strings.Builder
	b.WriteString("CASE WHEN strpos(usage_type, '-') > 0 THEN CASE")
	for _, region := range slices.Sorted(maps.Keys(by)) {
		slices.Sort(by[region])
		fmt.Fprintf(&b, " WHEN %s IN (%s) THEN %s", prefixSQL, list(by[region]), text(region))
	}
	return b.String() + " END END"
}
