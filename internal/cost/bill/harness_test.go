//go:build cgo

package bill

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// noon is when the simulated organization is looked at, and march the month before.
var noon, march = time.Date(2026, 4, 15, 12, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func small() *world.World {
	return organization.Generate(organization.Spec{Seed: 7, At: noon, Days: 60, Accounts: 3, Regions: []string{"us-east-1", "eu-west-1"}, Domains: 3, People: 12,
		Apps: 20, Endpoints: 20, Turnover: 8, Holdings: 40, OldJobs: 100})
}

// try imports what is at the path into a lake.
func try(t *testing.T, o Options, path string) ([]Result, error) {
	t.Helper()
	ds, err := Local(path)
	if err != nil {
		return nil, err
	}
	return run(t, o, ds)
}

func run(t *testing.T, o Options, ds []Delivery) ([]Result, error) {
	t.Helper()
	o.Now = func() time.Time { return noon }
	var results []Result
	err := Import(t.Context(), o, ds, func(r Result) { results = append(results, r) })
	return results, err
}

func must(t *testing.T, o Options, path string) []Result {
	t.Helper()
	results, err := try(t, o, path)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return results
}

// ask asks the lake.
func ask(t *testing.T, dir, query string) []string {
	t.Helper()
	l, err := lake.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	db, err := duck.Open(t.Context(), duck.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := l.Attach(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for row, err := range duck.Values(rows) {
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(text))
	}
	return out
}

// state is all that a lake holds, file by file, but for its locks.
func state(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(p string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasSuffix(p, ".lock") {
			return err
		}
		text, err := os.ReadFile(p)
		all = append(all, fmt.Sprintf("%s %x", p, text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

func write(t *testing.T, file string, text []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
