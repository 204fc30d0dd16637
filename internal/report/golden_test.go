package report

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
)

var update = flag.Bool("update", false, "write the golden files")

func TestGolden(t *testing.T) {
	next := func() []string {
		return []string{"sagewarden explain recsys-ranker-production-blue-2026-02", "sagewarden scan --all"}
	}
	stats := []CallStat{
		{Operation: "cloudwatch:GetMetricData", Calls: 12, Attempts: 15, Throttles: 3, Bytes: 1_234_567, Time: 3500 * time.Millisecond, Waited: 2 * time.Second},
		{Operation: "sagemaker:ListApps", Calls: 6, Attempts: 6, Errors: 1, Bytes: 999, Time: 900 * time.Millisecond},
	}
	interrupted := tidy()
	interrupted.Interrupted = true
	scan := func(s *estate.Snapshot, o Options) func(io.Writer) error {
		return func(w io.Writer) error { return Scan(w, s, o) }
	}
	explain := func(i int, o Options) func(io.Writer) error {
		s := rich()
		return func(w io.Writer) error { return Explain(w, s, s.Observations[i], o) }
	}
	inventory := func(s *estate.Snapshot, o Options, by ...Dimension) func(io.Writer) error {
		return func(w io.Writer) error { return Inventory(w, s, by, o) }
	}
	const (
		notebook = 0
		denied   = 1
		search   = 3
		evil     = 5
		ranker   = 6
	)
	for name, render := range map[string]func(io.Writer) error{
		"table.pipe":        scan(rich(), Options{Next: next}),
		"table.60":          scan(rich(), Options{Width: 60, Next: next}),
		"table.80":          scan(rich(), Options{Width: 80, Next: next}),
		"table.120.all":     scan(rich(), Options{Width: 120, All: true, Next: next}),
		"table.200.all":     scan(rich(), Options{Width: 200, All: true}),
		"table.120.color":   scan(rich(), Options{Width: 120, Color: true}),
		"table.empty":       scan(&estate.Snapshot{At: at}, Options{Width: 80}),
		"table.tidy":        scan(tidy(), Options{Width: 80}),
		"table.interrupted": scan(interrupted, Options{Width: 80}),
		"wide.pipe":         scan(rich(), Options{Format: Wide}),
		"wide.100":          scan(rich(), Options{Format: Wide, Width: 100, All: true}),
		"json":              scan(rich(), Options{Format: JSON}),
		"json.all":          scan(tidy(), Options{Format: JSON, All: true}),
		"ndjson":            scan(rich(), Options{Format: NDJSON, All: true}),
		"csv":               scan(rich(), Options{Format: CSV, All: true}),
		"markdown":          scan(rich(), Options{Format: Markdown, All: true, Next: next}),
		"html":              scan(rich(), Options{Format: HTML, All: true, Next: next}),
		"html.empty":        scan(&estate.Snapshot{At: at}, Options{Format: HTML}),

		"explain.ranker.80":       explain(ranker, Options{Width: 80, Next: next}),
		"explain.ranker.pipe":     explain(ranker, Options{}),
		"explain.ranker.markdown": explain(ranker, Options{Format: Markdown}),
		"explain.ranker.json":     explain(ranker, Options{Format: JSON}),
		"explain.search.120":      explain(search, Options{Width: 120}),
		"explain.notebook.60":     explain(notebook, Options{Width: 60}),
		"explain.denied.100":      explain(denied, Options{Width: 100}),
		"explain.denied.color":    explain(denied, Options{Width: 100, Color: true}),
		"explain.evil.80":         explain(evil, Options{Width: 80}),
		"explain.evil.markdown":   explain(evil, Options{Format: Markdown}),

		"broad.60":           scan(broad(), Options{Width: 60}),
		"broad.80":           scan(broad(), Options{Width: 80}),
		"broad.140":          scan(broad(), Options{Width: 140}),
		"broad.140.top":      scan(broad(), Options{Width: 140, Top: 1}),
		"broad.wide.140":     scan(broad(), Options{Format: Wide, Width: 140}),
		"broad.csv":          scan(broad(), Options{Format: CSV}),
		"broad.ndjson":       scan(broad(), Options{Format: NDJSON}),
		"broad.holes":        func(w io.Writer) error { return Holes(w, broad()) },
		"explain.sandbox.80": func(w io.Writer) error { return Explain(w, broad(), named(broad(), "sandbox"), Options{Width: 80}) },
		"explain.spring.80":  func(w io.Writer) error { return Explain(w, broad(), named(broad(), "spring"), Options{Width: 80}) },
		"explain.tuned.80":   func(w io.Writer) error { return Explain(w, broad(), named(broad(), "tuned"), Options{Width: 80}) },
		"explain.etl.140":    func(w io.Writer) error { return Explain(w, broad(), named(broad(), "etl"), Options{Width: 140}) },

		"inventory.80":             inventory(rich(), Options{Width: 80}),
		"inventory.140":            inventory(rich(), Options{Width: 140}),
		"inventory.empty":          inventory(&estate.Snapshot{At: at}, Options{}),
		"inventory.wide.100":       inventory(rich(), Options{Format: Wide, Width: 100}),
		"inventory.unjudged.80":    inventory(unjudged(), Options{Width: 80}),
		"inventory.json":           inventory(unjudged(), Options{Format: JSON}),
		"inventory.ndjson":         inventory(unjudged(), Options{Format: NDJSON}),
		"inventory.csv":            inventory(rich(), Options{Format: CSV}),
		"inventory.markdown":       inventory(rich(), Options{Format: Markdown}),
		"inventory.kind.80":        inventory(broad(), Options{Width: 80}, "kind"),
		"inventory.account.140":    inventory(rich(), Options{Width: 140}, "account", "region", "tag:owner"),
		"inventory.account.60":     inventory(rich(), Options{Width: 60}, "account", "region", "tag:owner"),
		"inventory.account.json":   inventory(rich(), Options{Format: JSON}, "account", "tag:owner"),
		"inventory.account.csv":    inventory(rich(), Options{Format: CSV}, "account", "tag:owner"),
		"inventory.account.ndjson": inventory(rich(), Options{Format: NDJSON}, "account", "tag:owner"),

		"holes":    func(w io.Writer) error { return Holes(w, rich()) },
		"stats.80": func(w io.Writer) error { return Stats(w, stats, Options{Width: 80}) },
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := render(&got); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("differs from %s (-want +got):\n%s", file, diff)
			}
		})
	}
}
