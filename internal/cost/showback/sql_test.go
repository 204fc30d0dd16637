package showback

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
)

var update = flag.Bool("update", false, "write the golden files")

// The text is part of the interface: the views of Athena are made of it.
func TestGoldenSQL(t *testing.T) {
	for name, q := range map[string]Query{
		"plain": {By: dims(t, "day", "tag:cost-center", "instance-family"), Costs: costsOf(t, "unblended", "net-amortized"), Period: months(t, "2026-01", "2026-03"),
			Where: filters(t, "region=eu-*", "region=us-east-1", "service!=AmazonS3")},
		"team":         {By: dims(t, "team"), Costs: costsOf(t, "amortized"), Period: days(t, "2026-03-05", "2026-03-12"), Apart: true},
		"top":          {By: dims(t, "month", "resource"), Costs: costsOf(t, "unblended"), Top: 10},
		"before":       {By: dims(t, "account"), Costs: costsOf(t, "unblended"), Period: months(t, "2026-03", "2026-03"), Previous: true},
		"month-before": {By: dims(t, "month", "account"), Costs: costsOf(t, "unblended"), Period: months(t, "2026-02", "2026-03"), Previous: true, Top: 3},
	} {
		for _, d := range []dialect.Dialect{dialect.DuckDB, dialect.Athena} {
			file := filepath.Join("testdata", name+"."+d.Name+".sql")
			got := q.SQL(d) + "\n"
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", file, diff)
			}
		}
	}
}
