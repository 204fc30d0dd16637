package bill

import (
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
	"github.com/sagewarden/sagewarden/internal/cost/usage"
)

// charges are the columns of the lake but for its partition, of a relation of what was read and, by grammar, of what usage types say. What is not read is NULL.
func charges(d dialect.Dialect, grammarOf func(column string) string, isRead func(column string) bool) []string {
	more := derived(d, grammarOf)
	columns := make([]string, 0, len(lake.Schema))
	for _, c := range lake.Schema {
		value, ok := more[c.Name]
		switch {
		case c.Name == lake.Partition:
			continue
		case ok:
		case slices.Contains(grammar, c.Name):
			value = grammarOf(c.Name)
		case isRead(c.Name):
			value = c.Name
		default:
			value = "NULL"
		}
		if c.Type == dialect.Labels {
			value = "COALESCE(" + value + ", " + d.NoLabels() + ")"
		}
		columns = append(columns, "CAST("+value+" AS "+c.Type+") AS "+c.Name)
	}
	return columns
}

// A Column is one of a table of another engine's, of a type in the words of SQL.
type Column struct{ Name, Type string }

// A Source is a table of CUR 2.0 where it lies, in another engine.
type Source struct {
	// Table is SQL of its name.
	Table   string
	Columns []Column
	// Where is SQL of a condition on its partition, empty for all of it.
	Where string
	// Products are the services whose lines are kept beside what bears one of SageMaker's own tags; all are where none is named.
	Products []string
}

// Charges is a query that makes the lake's table charges of it, by the same rules by which an import does. The partition is passed on as it is, so that a
// condition on it reaches the table.
func (s Source) Charges(d dialect.Dialect) (string, error) {
	c := &columns{Dialect: d, byName: map[string]*source{}}
	t := &table{files: []string{s.Table}, columns: make([]column, len(s.Columns))}
	for i, col := range s.Columns {
		t.columns[i] = column{col.Name, col.Type}
		c.byName[col.Name] = &source{name: col.Name, kind: col.Type, sql: dialect.Name(col.Name)}
	}
	f, err := formatOf(t, c)
	switch {
	case err != nil:
		return "", err
	case f != CUR2:
		return "", wrongf(s.Table, "sagewarden cost import reads files of every format", "its columns are of %s: views are of CUR 2.0", f)
	case !c.has(lake.Partition):
		return "", wrongf(s.Table, "make the table with PARTITIONED BY ("+lake.Partition+" string)", "it has no partition %s, so that each query would read every month", lake.Partition)
	}
	r := readCUR(c)
	var read strings.Builder
	read.WriteString("SELECT " + lake.Partition + ",\n  " + r.instance + " AS product_instance_type")
	for _, col := range lake.Schema {
		if v, ok := r.values[col.Name]; ok {
			read.WriteString(",\n  " + v + " AS " + col.Name)
		}
	}
	where := r.kept(c, s.Products)
	if s.Where != "" {
		where = s.Where + " AND " + where
	}
	read.WriteString("\nFROM " + s.Table + "\nWHERE " + where)
	list := charges(d, func(column string) string { return column }, func(column string) bool { return r.values[column] != "" })
	return "SELECT " + lake.Partition + ",\n  " + strings.Join(list, ",\n  ") + "\nFROM (" + usage.SQL("("+read.String()+") AS bill_lines") + ") AS bill_usage", nil
}
