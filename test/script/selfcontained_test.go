package script

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// TestK6NothingBeside: the agent needs no library, interpreter or package beside it, so that none can be missing where it is installed, on neither machine that
// apps run on. Row K6 was a package that was not in the archive.
func TestK6NothingBeside(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the agent twice")
	}
	for _, arch := range []string{"amd64", "arm64"} {
		file := filepath.Join(t.TempDir(), "agent")
		build := exec.CommandContext(t.Context(), "go", "build", "-o", file, "../../cmd/sagewarden-agent")
		build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", arch, err, out)
		}
		binary, err := elf.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		libraries, err := binary.ImportedLibraries()
		if err != nil || len(libraries) > 0 || slices.ContainsFunc(binary.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
			t.Errorf("%s: it needs %q and perhaps an interpreter: %v", arch, libraries, err)
		}
		_ = binary.Close() // it was read only
	}
}
