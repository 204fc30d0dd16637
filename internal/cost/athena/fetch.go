package athena

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// fetched is the table into which rows come, before labels are read.
const fetched = "athena_charges"

// Fetch brings the charges into the table charges of an engine on this machine, and returns their months, oldest first. Charges of a day that differ in nothing but time and
// amount come as one, which has the id of a line where it is one line: what is added up is the same, and a bill comes in a small part of its lines.
func (db *DB) Fetch(ctx context.Context, into *duck.DB) (months []string, err error) {
	columns, final := make([]string, len(lake.Schema)), make([]string, len(lake.Schema))
	for i, c := range lake.Schema {
		kind := c.Type
		final[i] = dialect.Name(c.Name)
		if c.Type == dialect.Labels {
			kind, final[i] = "VARCHAR", "CAST(CAST("+final[i]+" AS JSON) AS "+dialect.Labels+") AS "+final[i]
		}
		columns[i] = dialect.Name(c.Name) + " " + kind
	}
	if err := into.Exec(ctx, "CREATE TABLE "+fetched+" ("+strings.Join(columns, ", ")+")"); err != nil {
		return nil, err
	}
	rows, err := db.Query(ctx, days())
	if err != nil {
		return nil, err
	}
	var failed error
	err = into.Append(ctx, fetched, func(yield func([]any) bool) {
		for row, err := range duck.Values(rows) {
			if err != nil {
				failed = err
				return
			}
			if m, _ := row[0].(string); !slices.Contains(months, m) {
				months = append(months, m)
			}
			if !yield(row) {
				return
			}
		}
	})
	switch {
	case failed != nil:
		return nil, failed
	case err != nil:
		return nil, err
	}
	if len(months) == 0 {
		return nil, &estate.Error{Op: "read bill", On: db.table.String(), Err: errors.New("it has no charge of these months"), Hint: "name months that were delivered with --month, and other services with --product"}
	}
	slices.Sort(months)
	return months, errors.Join(into.Exec(ctx, "CREATE TABLE charges AS SELECT "+strings.Join(final, ", ")+" FROM "+fetched), into.Exec(ctx, "DROP TABLE "+fetched))
}

// days is a query of the columns of the lake, by day.
func days() string {
	columns := make([]string, len(lake.Schema))
	var group []string
	for i, c := range lake.Schema {
		switch name := dialect.Name(c.Name); {
		case c.Name == "line_id":
			columns[i] = "CASE WHEN count(*) = 1 THEN min(line_id) END"
		case c.Name == "charge_period_start":
			columns[i] = "min(charge_period_start)"
		case c.Name == "charge_period_end":
			columns[i] = "max(charge_period_end)"
		case strings.HasPrefix(c.Type, "DECIMAL"):
			columns[i] = "sum(" + name + ")"
		case c.Type == dialect.Labels:
			columns[i] = "json_format(CAST(" + name + " AS JSON))"
			group = append(group, strconv.Itoa(i+1))
		default:
			columns[i] = name
			group = append(group, strconv.Itoa(i+1))
		}
		columns[i] += " AS " + dialect.Name(c.Name)
	}
	return fmt.Sprintf("SELECT %s\nFROM charges\nGROUP BY %s, %s", strings.Join(columns, ", "), strings.Join(group, ", "), dialect.Athena.Truncate("day", "charge_period_start"))
}
