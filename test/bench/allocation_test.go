package bench

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/sagewarden/sagewarden/internal/cost/duck"
)

// allocationRules charge the lines of manyLines to two hundred teams, who share taxes and fees by what they cost, and homes by what they use of each domain.
const allocationRules = `cost:
  allocation:
    rules:
      - {name: fees, when: {class: [tax, commitment]}, pool: overhead}
      - {name: homes, when: {service: [AmazonEFS]}, pool: homes}
      - {name: cost center, tag: cost-center}
    pools:
      overhead: {split: proportional, by: unblended_cost}
      homes: {split: proportional, of: {component: [Studio]}, within: domain}
`

// bareAllocation is as much of it as SQL does without knowing of digits: rules as a CASE, and pools left whole.
const bareAllocation = "SELECT CASE WHEN usage_class IN ('tax', 'commitment') THEN 'overhead' WHEN service_code = 'AmazonEFS' THEN 'homes' ELSE tags['cost-center'] END AS team, " +
	"CASE WHEN usage_class IN ('tax', 'commitment') THEN 'fees' WHEN service_code = 'AmazonEFS' THEN 'homes' ELSE 'cost center' END AS rule, sum(unblended_cost)::VARCHAR FROM charges GROUP BY ALL ORDER BY ALL"

// An allocated is how long an allocation took beside SQL that splits nothing.
type allocated struct {
	lines, rows int
	ours, bare  spent
}

// String is a table.
func (a allocated) String() string {
	if a.lines == 0 {
		return ""
	}
	return fmt.Sprintf("\nAllocation of %d lines to teams, %d rows as CSV, and bare SQL that splits no pool and proves nothing\n", a.lines, a.rows) + beside(a.lines, a.bare, a.ours, spent{})
}

// BenchmarkAllocation has ten million lines charged to teams, by the program as it is.
func BenchmarkAllocation(b *testing.B) {
	if !duck.Available {
		b.Skip("this build has no DuckDB")
	}
	a := allocated{lines: billLines()}
	dir := manyLines(b, a.lines)
	rules := filepath.Join(b.TempDir(), "sagewarden.yaml")
	if err := os.WriteFile(rules, []byte(allocationRules), 0o600); err != nil {
		b.Fatal(err)
	}
	_, view := attached(b, dir)
	for range b.N {
		_, a.bare = bare(b, view, bareAllocation)
		var out []byte
		out, a.ours = program(b, "cost", "allocate", "-o", "csv", "--lake", dir, "--config", rules)
		a.rows = bytes.Count(out, []byte("\r\n")) - 1
	}
	b.ReportMetric(float64(a.lines)/a.ours.wall.Seconds(), "lines/s")
	b.ReportMetric(float64(a.ours.peak>>20), "MB")
	results.allocated = a
}
