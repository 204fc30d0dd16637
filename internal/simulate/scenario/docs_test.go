package scenario

import (
	"os"
	"strings"
	"testing"
)

func TestDocumentedExamplesLoad(t *testing.T) {
	b, err := os.ReadFile("../../../docs/simulate.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(b), "```yaml\n")[1:]
	if len(blocks) < 3 {
		t.Fatalf("%d examples", len(blocks))
	}
	for i, block := range blocks {
		source, _, _ := strings.Cut(block, "```")
		if _, err := Load("docs/simulate.md", strings.NewReader(source)); err != nil {
			t.Errorf("example %d: %v\n%s", i+1, err, source)
		}
	}
}
