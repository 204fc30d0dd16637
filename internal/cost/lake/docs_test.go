package lake

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

//go:generate go test -run TestSchemaPageIsUpToDate . -update

var update = flag.Bool("update", false, "write the schema's page")

// TestSchemaPageIsUpToDate: the page has the columns as they are.
func TestSchemaPageIsUpToDate(t *testing.T) {
	const page, begin, end = "../../../docs/lake.md", "<!-- schema -->\n", "<!-- end of schema -->"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the schema", page)
	}
	var b strings.Builder
	b.WriteString("| column | type | holds |\n|---|---|---|\n")
	for _, c := range Schema {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", c.Name, c.Type, c.Doc)
	}
	want := before + begin + b.String() + end + after
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(text) {
		t.Error("run go generate")
	}
}
