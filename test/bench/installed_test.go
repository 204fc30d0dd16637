package bench

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

var installation struct {
	sync.Once
	path string
	err  error
}

// installed is the program as it lies on a user's disk: of a file that the linker has just written the kernel maps twice as much, which was worth
// 40 MB of a scan's peak.
func installed(tb testing.TB) string {
	tb.Helper()
	installation.Do(func() { installation.path, installation.err = install() })
	if installation.err != nil {
		tb.Fatal(installation.err)
	}
	return installation.path
}

func install() (path string, err error) {
	from, err := os.Open(os.Args[0])
	if err != nil {
		return "", err
	}
	defer func() { _ = from.Close() }()
	dir, err := os.MkdirTemp("", "sagewarden-bench")
	if err != nil {
		return "", err
	}
	to, err := os.OpenFile(filepath.Join(dir, "sagewarden"), os.O_CREATE|os.O_WRONLY, 0o700)
	if err != nil {
		return "", err
	}
	_, copied := io.Copy(to, from)
	return to.Name(), errors.Join(copied, to.Sync(), evict(to), to.Close())
}

// uninstall removes what installed has made.
func uninstall() {
	if installation.path != "" {
		_ = os.RemoveAll(filepath.Dir(installation.path))
	}
}
