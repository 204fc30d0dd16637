package policy

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// losses are what a family says of an action: theirs to change.
var losses = regexp.MustCompile(`(?m)^ {7}[a-z-]+: undone by: .*; lost: .*\n`)

func TestExplain(t *testing.T) {
	set, err := Load(t.Context(), "testdata/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, p := range set.Policies {
		if err := p.Explain(&b, noon); err != nil {
			t.Fatal(err)
		}
		b.WriteString("\n")
	}
	text := losses.ReplaceAllString(b.String(), "")
	if said := losses.FindAllString(b.String(), -1); len(said) != 8 || !strings.HasPrefix(said[0], "       notebook-instance: undone by: start it again; lost: what is in memory") {
		t.Errorf("what the families say of the actions: %q", said)
	}
	const golden = "testdata/full.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
