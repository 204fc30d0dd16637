//go:build interop

package trino

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// dashboard: the data set of QuickSight loses nothing of the bill, and of months that are not wanted it reads no file.
func (b *bench) dashboard(t *testing.T) {
	query := func(months string) string {
		dir := t.TempDir()
		must(t, "cost", "views", "quicksight", "--database", "finops", "--tag", "team", "--tag", "cost-center", "--months", months,
			"--user", "arn:aws:quicksight:us-east-1:111122223333:user/default/ana", "--folder", dir)
		text, err := os.ReadFile(filepath.Join(dir, "data-set.json"))
		if err != nil {
			t.Fatal(err)
		}
		var set struct {
			PhysicalTableMap struct {
				Charges struct {
					CustomSQL struct {
						SQLQuery string `json:"SqlQuery"`
					} `json:"CustomSql"`
				} `json:"charges"`
			}
		}
		if err := json.Unmarshal(text, &set); err != nil {
			t.Fatal(err)
		}
		return set.PhysicalTableMap.Charges.CustomSQL.SQLQuery
	}
	const sums = "SELECT sum(unblended_cost), sum(amortized_cost), sum(net_amortized_cost), sum(list_cost) FROM "
	got, err := b.ask(t.Context(), sums+"("+query("0")+")")
	if err != nil {
		t.Fatal(err)
	}
	want, err := b.ask(t.Context(), sums+"finops.sagewarden_months")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(words(want.Data[0]), words(got.Data[0])); diff != "" {
		t.Errorf("(- bill, + data set)\n%s", diff)
	}
	// The months are counted by Trino's own clock, which goes on: whatever it says, months that end before the bill begins are none of it.
	plan, err := b.ask(t.Context(), "EXPLAIN (TYPE IO) "+query("1"))
	if err != nil {
		t.Fatal(err)
	}
	if text := words(plan.Data[0]); strings.Contains(text, `"`+months[0]+`"`) {
		t.Errorf("a month that is not wanted is read:\n%s", text)
	}
}
