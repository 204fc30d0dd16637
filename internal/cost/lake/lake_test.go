//go:build cgo

package lake

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
)

// put replaces a month with lines that all cost the same.
func put(t *testing.T, dir, period, name string, lines int, cost string) {
	t.Helper()
	s, err := NewStage(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Discard(); err != nil {
			t.Error(err)
		}
	}()
	db := engine(t)
	columns := ""
	for _, c := range Schema[1:] {
		value := "NULL"
		if c.Name == "unblended_cost" {
			value = dialect.Text(cost)
		}
		columns += ", CAST(" + value + " AS " + c.Type + ") AS " + c.Name
	}
	file := filepath.Join(s.Dir, "a.parquet")
	if err := db.Exec(t.Context(), "COPY (SELECT "+columns[2:]+" FROM range("+decimal.NewFromInt(int64(lines)).String()+")) TO "+dialect.Text(file)+" (FORMAT parquet)"); err != nil {
		t.Fatal(err)
	}
	if err := s.Replace(Month{Period: period, Bill: name}, file); err != nil {
		t.Fatal(err)
	}
}

func engine(t *testing.T) *duck.DB {
	t.Helper()
	db, err := duck.Open(t.Context(), duck.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// sum is what the lake says that all lines cost.
func sum(t *testing.T, l *Lake) string {
	t.Helper()
	db := engine(t)
	if err := l.Attach(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query(t.Context(), "SELECT sum(unblended_cost) FROM charges")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var d decimal.Decimal
	for rows.Next() {
		if err := rows.Scan(duck.Into(&d)); err != nil {
			t.Fatal(err)
		}
	}
	return d.String()
}

func open(t *testing.T, dir string) *Lake {
	t.Helper()
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// TestReplaceIsWhole: whoever reads goes on with what was there, whoever opens it afterwards has the new month alone, and the files of
// the old one go when nobody reads them.
func TestReplaceIsWhole(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "2026-01", "bill", 3, "0.1")
	put(t, dir, "2026-02", "bill", 1, "1")
	put(t, dir, "2026-02", "other", 1, "5")
	before := open(t, dir)
	put(t, dir, "2026-02", "bill", 2, "10")
	if got := sum(t, before); got != "6.3" {
		t.Errorf("the old lake sums to %s, want 6.3", got)
	}
	after := open(t, dir)
	if got := sum(t, after); got != "25.3" {
		t.Errorf("the new lake sums to %s, want 25.3", got)
	}
	if got := files(t, dir); got != 4 {
		t.Errorf("%d files while the old month is read, want 4", got)
	}
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	if err := after.Close(); err != nil {
		t.Fatal(err)
	}
	put(t, dir, "2026-01", "bill", 1, "1")
	if got := files(t, dir); got != 3 {
		t.Errorf("%d files when nobody reads, want 3", got)
	}
}

func files(t *testing.T, dir string) int {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, chargesDir, "*", "*.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// TestStageOfTheDead: what somebody left who died in the midst is swept away by the next, and what the living have is left alone.
func TestStageOfTheDead(t *testing.T) {
	dir := t.TempDir()
	dead, err := NewStage(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := dead.held.Close(); err != nil { // as the kernel does for it
		t.Fatal(err)
	}
	alive, err := NewStage(dir)
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, "2026-01", "bill", 1, "1")
	if _, err := os.Stat(dead.Dir); !os.IsNotExist(err) {
		t.Errorf("the stage of the dead is still there: %v", err)
	}
	if _, err := os.Stat(alive.Dir); err != nil {
		t.Errorf("the stage of the living: %v", err)
	}
	if err := alive.Discard(); err != nil {
		t.Error(err)
	}
}

// TestReplaceThatFails: a month that cannot be put into the lake whole leaves nothing of itself there.
func TestReplaceThatFails(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "2026-01", "bill", 3, "0.1")
	s, err := NewStage(dir)
	if err != nil {
		t.Fatal(err)
	}
	first := filepath.Join(s.Dir, "first.parquet")
	if err := os.WriteFile(first, []byte("PAR1"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Replace(Month{Period: "2026-01", Bill: "bill"}, first, filepath.Join(s.Dir, "second.parquet")); err == nil {
		t.Error("a file that is not there was put into the lake")
	}
	if err := s.Discard(); err != nil {
		t.Error(err)
	}
	if got := sum(t, open(t, dir)); got != "0.3" || files(t, dir) != 1 {
		t.Errorf("the lake sums to %s in %d files, want 0.3 in 1", got, files(t, dir))
	}
}
