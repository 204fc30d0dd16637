package arch

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestSafetyNamesRealTests: each test that docs/safety.md names is in the file that it names after it.
func TestSafetyNamesRealTests(t *testing.T) {
	text, err := os.ReadFile("../../docs/safety.md")
	if err != nil {
		t.Fatal(err)
	}
	// Names stand before their file: `TestA`, `TestB` (`path`).
	group := regexp.MustCompile("((?:`Test\\w+`,? )+)\\(`([\\w/.]+_test\\.go)`\\)")
	name := regexp.MustCompile("`(Test\\w+)`")
	found := 0
	for _, g := range group.FindAllStringSubmatch(string(text), -1) {
		source, err := os.ReadFile("../../" + g[2])
		if err != nil {
			t.Error(err)
			continue
		}
		for _, n := range name.FindAllStringSubmatch(g[1], -1) {
			if found++; !strings.Contains(string(source), "func "+n[1]+"(t *testing.T)") {
				t.Errorf("%s is not in %s", n[1], g[2])
			}
		}
	}
	if all := len(name.FindAllString(string(text), -1)); found != all || found == 0 {
		t.Errorf("%d of %d tests have a file", found, all)
	}
}
