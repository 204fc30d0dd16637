//go:build cgo

package cli

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestWasteOfDaysByTeam: days whose charges are on the bill of the next month, too, cost teams what they cost resources.
func TestWasteOfDaysByTeam(t *testing.T) {
	dir := t.TempDir()
	lake, bill, config := filepath.Join(dir, "lake"), filepath.Join(dir, "bill.csv"), filepath.Join(dir, "sagewarden.yaml")
	lines := sampleLines(t)
	at := func(column string) int { return slices.Index(lines[0], column) }
	last := func(line []string) bool { return strings.HasPrefix(line[at("ChargePeriodStart")], "2024-09-30") }
	october := lines[slices.IndexFunc(lines, func(l []string) bool { return strings.HasPrefix(l[at("BillingPeriodStart")], "2024-10") })]
	for _, line := range lines {
		if last(line) {
			for _, column := range []int{at("BillingPeriodStart"), at("BillingPeriodEnd")} {
				line[column] = october[column]
			}
		}
	}
	f, err := os.Create(bill)
	if err != nil {
		t.Fatal(err)
	}
	if err := csv.NewWriter(f).WriteAll(lines); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, []byte("cost:\n  allocation:\n    rules: [{name: all, team: research}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, stdout, stderr := try(t, 0, "cost", "import", bill, "--product", "all", "--lake", lake); status != exitOK {
		t.Fatalf("status %d\n%s%s", status, stdout, stderr)
	}
	title := func(by string) string {
		status, stdout, stderr := try(t, 0, "cost", "waste", "--lake", lake, "--config", config, "--state", filepath.Join(dir, "state.db"), "--since", "2024-09-30", "--until", "2024-10-01", "--by", by)
		if status != exitOK {
			t.Fatalf("status %d\n%s%s", status, stdout, stderr)
		}
		line, _, _ := strings.Cut(stdout, "\n")
		return line
	}
	byTeam, byResource := title("team"), title("resource")
	if byTeam != byResource || strings.Contains(byTeam, "$0.00 paid") || !strings.HasPrefix(byTeam, "Of $") {
		t.Errorf("by team: %s\nby resource: %s", byTeam, byResource)
	}
}

func sampleLines(t *testing.T) [][]string {
	t.Helper()
	f, err := os.Open("../cost/bill/testdata/focus_sample.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return lines
}
