// Package policies holds the ready packs: policy files that a configuration or another policy file includes by name.
package policies

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed *.yaml
var files embed.FS

// TestEnding is how the file ends that holds the tests of a policy file.
const TestEnding = "_test.yaml"

// Names are the names of the packs, in order.
func Names() []string {
	entries, _ := fs.ReadDir(files, ".") // embedded: it cannot fail
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".yaml"); ok && !strings.HasSuffix(e.Name(), TestEnding) {
			names = append(names, name)
		}
	}
	return names
}

// Read returns the text of a pack.
func Read(name string) (string, error) {
	b, err := files.ReadFile(name + ".yaml")
	return string(b), err
}

// Tests returns the text of a pack's tests.
func Tests(name string) (string, error) {
	b, err := files.ReadFile(name + TestEnding)
	return string(b), err
}
