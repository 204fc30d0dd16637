package cli

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

//go:generate go test -run TestCommandPagesAreUpToDate . -update

var update = flag.Bool("update", false, "write the command pages")

const pagesDir = "../../docs/commands"

// pages are the commands' pages by file name.
func pages(t *testing.T, cmd *cobra.Command) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	var page bytes.Buffer
	cmd.DisableAutoGenTag = true // its date would change the page every day
	if err := doc.GenMarkdown(cmd, &page); err != nil {
		t.Fatal(err)
	}
	all[strings.ReplaceAll(cmd.CommandPath(), " ", "_")+".md"] = page.Bytes()
	for _, sub := range cmd.Commands() {
		maps.Copy(all, pages(t, sub))
	}
	return all
}

func TestCommandPagesAreUpToDate(t *testing.T) {
	want := pages(t, newRoot(Env{}))
	if *update {
		if err := os.RemoveAll(pagesDir); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(pagesDir, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range want {
			if err := os.WriteFile(filepath.Join(pagesDir, name), text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	files, err := os.ReadDir(pagesDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if want[f.Name()] == nil {
			t.Errorf("%s is the page of no command: run go generate ./internal/cli", f.Name())
		}
	}
	for name, text := range want {
		got, err := os.ReadFile(filepath.Join(pagesDir, name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(got), string(text)); diff != "" {
			t.Errorf("%s is out of date: run go generate ./internal/cli (- page, + commands)\n%s", name, diff)
		}
	}
}

// TestEveryFlagIsExplained keeps the pages worth generating.
func TestEveryFlagIsExplained(t *testing.T) {
	root := newRoot(Env{})
	for _, cmd := range root.Commands() {
		if cmd.Short == "" {
			t.Errorf("%s has no summary", cmd.Name())
		}
		for line := range strings.Lines(cmd.LocalFlags().FlagUsages()) {
			if len(strings.Fields(line)) < 3 {
				t.Errorf("%s: a flag without a word of explanation: %s", cmd.Name(), line)
			}
		}
	}
}
