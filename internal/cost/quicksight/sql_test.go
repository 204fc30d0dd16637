//go:build cgo

package quicksight

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
)

// TestQuery: the data set's SQL, in DuckDB's words, adds up a table of charges by the day, and loses nothing. That a tag is not there is NULL.
func TestQuery(t *testing.T) {
	db, err := duck.Open(t.Context(), duck.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var columns []string
	for _, c := range lake.Schema {
		columns = append(columns, c.Name+" "+c.Type)
	}
	o := two()
	o.Months = 0
	for _, statement := range []string{
		`CREATE TABLE "main"."sagewarden_charges" (` + strings.Join(columns, ", ") + ")",
		`INSERT INTO sagewarden_charges BY NAME SELECT '2026-03' AS billing_period, TIMESTAMP '2026-03-02 10:00:00' + INTERVAL 1 HOUR * h AS charge_period_start, 'Usage' AS charge_category,
			'Host' AS component, MAP {'team': 'research'} AS tags, 0.1 AS unblended_cost, 0.07 AS amortized_cost, 0.07 AS net_amortized_cost, 0.2 AS list_cost FROM range(24) r(h)`,
		`INSERT INTO sagewarden_charges BY NAME SELECT '2026-03' AS billing_period, TIMESTAMP '2026-03-02 10:00:00' AS charge_period_start, 'Tax' AS charge_category, 1.5 AS unblended_cost, 1.5 AS amortized_cost`,
	} {
		if err := db.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := db.Query(t.Context(), "SELECT strftime(day, '%Y-%m-%d') || ' ' || category || ' ' || COALESCE(tag_team, '-') || ' ' || CAST(CAST(unblended_cost AS DECIMAL(10,2)) AS VARCHAR) || ' ' || "+
		"CAST(CAST(amortized_cost AS DECIMAL(10,2)) AS VARCHAR) FROM ("+o.query(dialect.DuckDB, "main")+") ORDER BY 1")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var got []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		got = append(got, line)
	}
	if diff := cmp.Diff([]string{"2026-03-02 Tax - 1.50 1.50", "2026-03-02 Usage research 1.40 0.98", "2026-03-03 Usage research 1.00 0.70"}, got); diff != "" || rows.Err() != nil {
		t.Error(diff, rows.Err())
	}
}
