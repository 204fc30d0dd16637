package scenario

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/*.yaml", "testdata/bad/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(b))
		}
	}
	f.Fuzz(func(t *testing.T, source string) {
		w, err := Load("fuzz.yaml", strings.NewReader(source))
		if err != nil {
			if _, ok := errors.AsType[*estate.Error](err); !ok {
				t.Fatalf("an error without its place: %v", err)
			}
			return
		}
		// What loads must also answer.
		if err := w.CheckRecords(); err != nil {
			t.Fatal(err)
		}
		for _, a := range w.Accounts {
			for _, r := range a.Regions {
				for _, m := range r.Metrics {
					m.Pattern.Stat(w.At.Add(-time.Hour), w.At)
				}
				for _, record := range r.Records {
					record.Describe(w.At, func(resource string) string { return a.ARN(r.Name, resource) })
				}
				for _, s := range r.Streams {
					if s.Events != nil {
						s.Events.Last(w.At)
					}
				}
			}
		}
	})
}

func TestHostileFiles(t *testing.T) {
	for name, source := range map[string]string{
		"deep lists":     "at: " + strings.Repeat("[", 500_000),
		"deep maps":      "at: " + strings.Repeat("{a: ", 100_000),
		"deep dashes":    strings.Repeat("- ", 300_000),
		"billion laughs": "a: &a [x, x]\nb: &b [*a, *a]\n",
		"too large":      "at: " + strings.Repeat("x", 2<<20),
		"empty":          "",
		"only a comment": "# nothing",
		"two documents":  "at: 2026-03-02T12:00:00Z\n---\nat: 2026-03-02T12:00:00Z\n",
	} {
		t.Run(name, func(t *testing.T) {
			if w, err := Load("hostile.yaml", strings.NewReader(source)); err == nil {
				t.Fatalf("loaded as %+v", w)
			}
		})
	}
}
