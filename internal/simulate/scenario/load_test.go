package scenario

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func load(t *testing.T, file string) *world.World {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	w, err := Load(file, f)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// Each bad file says in its first line where and how reading it fails.
func TestMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(b), "\n")
			position, text, _ := strings.Cut(strings.TrimPrefix(first, "# want "), ": ")
			_, err = Load("x.yaml", bytes.NewReader(b))
			e, ok := errors.AsType[*estate.Error](err)
			if !ok {
				t.Fatalf("got %v, want %q", err, text)
			}
			if e.On != "x.yaml:"+position || !strings.HasPrefix(e.Err.Error(), text) {
				t.Errorf("want %s: %s, got\n%v", position, text, err)
			}
			lines := strings.Split(e.Err.Error(), "\n")
			if len(lines) != 3 || !strings.HasSuffix(lines[2], "^") {
				t.Errorf("no line with a caret:\n%v", err)
			}
			if e.Hint == "" {
				t.Errorf("no hint: %v", err)
			}
		})
	}
}
