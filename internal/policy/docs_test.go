package policy

import (
	"os"
	"strings"
	"testing"
)

// TestEveryWordIsDocumented keeps the page of policies whole.
func TestEveryWordIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/policies.md")
	if err != nil {
		t.Fatal(err)
	}
	for word, is := range words {
		for name := range members[is.TypeName()] {
			if !strings.Contains(string(page), "`"+name+"`") {
				t.Errorf("docs/policies.md says nothing of %s.%s", word, name)
			}
		}
		if !strings.Contains(string(page), "`"+word+"`") {
			t.Errorf("docs/policies.md says nothing of %s", word)
		}
	}
}
