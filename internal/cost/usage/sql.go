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
//
// Each step is a query of its own, so that no engine works anything out twice; what is looked up by equality is joined, which costs next to nothing.
func SQL(relation string) string {
	query := relation
	step := func(columns string) { query = "(SELECT *, " + columns + "\nFROM " + query + ") AS usage_step" }
	// Where the engines differ, one is empty and the other NULL: no comparison here tells the two apart.
	step("CASE WHEN strpos(usage_type, '-') > 0 THEN substr(usage_type, 1, strpos(usage_type, '-') - 1) ELSE '' END AS usage_at_prefix")
	query += "\nLEFT JOIN (VALUES " + regionRows() + ") AS usage_regions (usage_at_code, usage_region) ON usage_at_code = usage_at_prefix"
	step("CASE WHEN usage_at_code IS NOT NULL THEN substr(usage_type, length(usage_at_prefix) + 2) ELSE COALESCE(usage_type, '') END AS usage_at_tail")
	step("CASE WHEN strpos(usage_at_tail, '-ml.') > 0 THEN strpos(usage_at_tail, '-ml.') ELSE strpos(usage_at_tail, '-sc.') END AS usage_at_hyphen")
	step("substr(usage_at_tail, strpos(usage_at_tail, ':') + 1) AS usage_at_detail")
	step("CASE WHEN substr(usage_at_detail, 1, 3) IN ('ml.', 'sc.') THEN " + instanceSQL("usage_at_detail") + " END AS usage_at_plain, " +
		"CASE WHEN usage_at_hyphen > 0 THEN " + instanceSQL("substr(usage_at_tail, usage_at_hyphen + 1)") + " END AS usage_at_hyphened")
	step(formSQL() + " AS usage_at_form")
	query += "\nLEFT JOIN (VALUES " + formRows() + ") AS usage_forms (usage_at_number, usage_at_component, usage_at_class, usage_at_app, usage_unit, usage_meter) ON usage_at_number = usage_at_form"
	step("COALESCE(usage_at_component, " + text(Unknown) + ") AS component, COALESCE(usage_at_class, " + operationSQL() + ") AS usage_class, " +
		appSQL() + " AS app_type, " + sizedSQL() + " AS usage_at_sized")
	step("CASE WHEN usage_at_sized IS NOT NULL THEN usage_at_sized WHEN usage_class = 'compute' THEN " + instanceSQL("product_instance_type") + " END AS instance_type")
	return "SELECT * FROM " + query
}

// regionRows are the codes of regions with their names.
func regionRows() string {
	rows := make([]string, 0, len(regions))
	for _, code := range slices.Sorted(maps.Keys(regions)) {
		rows = append(rows, "("+text(code)+", "+text(regions[code])+")")
	}
	return strings.Join(rows, ", ")
}

// formRows are the numbers of the forms with what they mean.
func formRows() string {
	rows := make([]string, len(forms))
	for i, f := range forms {
		class := string(f.class)
		if f.class == Other { // unless the operation tells
			class = ""
		}
		rows[i] = fmt.Sprintf("(%d, %s, %s, %s, %s, %s)", i, text(f.component), text(class), text(f.app), text(string(f.unit)), text(f.meter))
	}
	return strings.Join(rows, ", ")
}

// text is a literal, which is NULL for what is empty.
func text(s string) string {
	if s == "" {
		return "NULL"
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// operationSQL is what classOfOperation returns.
func operationSQL() string {
	var b strings.Builder
	b.WriteString("CASE")
	for _, o := range operations {
		has := "operation = "
		if strings.HasSuffix(o.operation, "-") {
			has = "substr(operation, 1, " + fmt.Sprint(len(o.operation)) + ") = "
		}
		b.WriteString(" WHEN " + has + text(o.operation) + " THEN " + text(string(o.class)))
	}
	return b.String() + " ELSE " + text(string(Other)) + " END"
}

// formSQL is the number of the first form that the tail has, or -1. Those that begin with the same letter are looked through together.
func formSQL() string {
	var b strings.Builder
	b.WriteString("CASE substr(usage_at_tail, 1, 1)")
	done := map[byte]bool{}
	for _, f := range forms {
		first := f.head[0]
		if f.rest == before || done[first] {
			continue
		}
		done[first] = true
		fmt.Fprintf(&b, "\n  WHEN %s THEN %s", text(string(first)), formsSQL(func(f form) bool { return f.rest == before || f.head[0] == first }))
	}
	return b.String() + "\n  ELSE " + formsSQL(func(f form) bool { return f.rest == before }) + " END"
}

// formsSQL is the number of the first of some forms that the tail has, or -1.
func formsSQL(some func(form) bool) string {
	var b strings.Builder
	b.WriteString("CASE")
	for i, f := range forms {
		if some(f) {
			fmt.Fprintf(&b, " WHEN %s THEN %d", f.hasSQL(), i)
		}
	}
	return b.String() + " ELSE -1 END"
}

// hasSQL is the condition that the tail has the form.
func (f form) hasSQL() string {
	head := text(f.head)
	has := fmt.Sprintf("starts_with(usage_at_tail, %s)", head)
	switch f.rest {
	case nothing:
		return "usage_at_tail = " + head
	case before:
		return fmt.Sprintf("length(usage_at_tail) >= %d AND substr(usage_at_tail, length(usage_at_tail) - %d) = %s", len(f.head), len(f.head)-1, head)
	case onInstance:
		return fmt.Sprintf("%s AND %s IS NOT NULL", has, f.instanceSQL())
	case appOnInstance:
		return fmt.Sprintf("%s AND usage_at_hyphen > %d AND %s IS NOT NULL", has, len(f.head)+1, f.instanceSQL())
	case volume:
		return fmt.Sprintf("%s AND (length(usage_at_tail) = %d OR substr(usage_at_tail, %d, 1) = '.')", has, len(f.head), len(f.head)+1)
	case sized, memory:
		return fmt.Sprintf("%s AND length(usage_at_tail) > %d", has, len(f.head))
	}
	return has
}

// byForm is a value for the forms that have one: what several share is written once.
func byForm(value func(form) string, otherwise string) string {
	numbers := map[string][]string{}
	var order []string
	for i, f := range forms {
		v := value(f)
		if v == "" {
			continue
		}
		if numbers[v] == nil {
			order = append(order, v)
		}
		numbers[v] = append(numbers[v], fmt.Sprint(i))
	}
	var b strings.Builder
	b.WriteString("CASE")
	for _, v := range order {
		fmt.Fprintf(&b, " WHEN usage_at_form IN (%s) THEN %s", strings.Join(numbers[v], ", "), v)
	}
	return b.String() + " ELSE " + otherwise + " END"
}

// sizedSQL is the instance type or the size that the form has.
func sizedSQL() string {
	return byForm(func(f form) string {
		written := fmt.Sprintf("substr(usage_at_tail, %d)", len(f.head)+1)
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
			return fmt.Sprintf("substr(usage_at_tail, %d, usage_at_hyphen - %[1]d)", len(f.head)+1)
		}
		return ""
	}, "usage_at_app")
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

// instanceSQL is what instance returns, NULL where there is none.
func instanceSQL(of string) string {
	return "NULLIF(regexp_extract(" + of + `, '^((ml|sc)\.[^.]+\.[^.-]+)', 1), '')`
}
