//go:build cgo

package bill

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
)

// TestLabelsSQLSaysWhatGoSays: keys are spelled alike by the function of Go that imports use and by the SQL that engines without Go run.
func TestLabelsSQLSaysWhatGoSays(t *testing.T) {
	db, err := duck.Open(t.Context(), duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	pieces := []string{"", "user_", "user:", "aws_", "aws:", "resourceTags/", "accountTag/", "team", "cost_center", "sagemaker_domain_arn", "amazon_data_zone_user", "aws_created_by", "managed_by_amazon_sage_maker_resource", "é", "'", "sagemaker:domain-arn"}
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 400 {
		labels := map[string]string{}
		for range r.IntN(6) {
			key := pieces[r.IntN(len(pieces))] + pieces[r.IntN(len(pieces))] + pieces[r.IntN(len(pieces))]
			if key != "" {
				labels[key] = []string{"", "a", "b", "'"}[r.IntN(4)]
			}
		}
		written, err := json.Marshal(labels)
		if err != nil {
			t.Fatal(err)
		}
		for _, prefix := range []string{"", "resourceTags/", "accountTag/"} {
			want, err := readLabels([]string{string(written), prefix})
			if err != nil {
				t.Fatal(err)
			}
			rows, err := db.Query(t.Context(), "SELECT CAST(to_json("+labelsSQL(dialect.DuckDB, dialect.DuckDB.ParseLabels(dialect.Text(string(written))), prefix)+") AS VARCHAR)")
			if err != nil {
				t.Fatal(err)
			}
			for row, err := range duck.Values(rows) {
				if err != nil {
					t.Fatal(err)
				}
				got := ""
				if row[0] != nil {
					got = fmt.Sprint(row[0])
				}
				if !same(t, got, want) {
					t.Fatalf("%d: %s with %q: SQL says %s, Go says %s", n, written, prefix, got, want)
				}
			}
		}
	}
}

// same reports whether two texts are the same map, or both empty.
func same(t *testing.T, a, b string) bool {
	t.Helper()
	if a == "" || b == "" {
		return a == b
	}
	var x, y map[string]string
	if err := errors.Join(json.Unmarshal([]byte(a), &x), json.Unmarshal([]byte(b), &y)); err != nil {
		t.Fatal(a, b, err)
	}
	return maps.Equal(x, y)
}
