package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/scan"
)

// saveTo saves a snapshot as --save does.
func saveTo(name string, snap *estate.Snapshot) error {
	o, err := createOut("save snapshot", name)
	if err != nil {
		return err
	}
	return o.commit(scan.Save(o, snap))
}

func TestOutFile(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "old.json")
	link := filepath.Join(dir, "latest.json")
	if err := errors.Join(os.WriteFile(old, []byte("old"), 0o600), os.Symlink("old.json", link)); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		t.Helper()
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	write := func(name string, failed error) error {
		o, err := createOut("save snapshot", name)
		if err != nil {
			return err
		}
		defer o.discard()
		_, err = o.WriteString("new")
		return o.commit(errors.Join(err, failed))
	}
	if err := write(link, errors.New("broke off")); err == nil || read(old) != "old" {
		t.Errorf("after a failure: %v, the file holds %q", err, read(old))
	}
	if err := write(link, nil); err != nil || read(old) != "new" {
		t.Errorf("through a link: %v, the file holds %q", err, read(old))
	}
	if at, err := os.Lstat(link); err != nil || at.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", at, err)
	}
	if err := write(os.DevNull, nil); err != nil {
		t.Errorf("to a device: %v", err)
	}
	if at, err := os.Stat(os.DevNull); err != nil || at.Mode().IsRegular() {
		t.Fatalf("the device became %v, %v", at, err)
	}
	for name, want := range map[string]string{dir: "is a directory", filepath.Join(dir, "none", "x"): "no such file", "-": "standard output"} {
		var e *estate.Error
		if err := write(name, nil); !errors.As(err, &e) || !strings.Contains(e.Error(), want) || e.Hint == "" {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".sagewarden-*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}
