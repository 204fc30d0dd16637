package lake

import (
	"os"
	"path/filepath"
	"strings"
)

// sweep removes what no index names any more and nobody reads, and the stages of those who died. The writers' lock is held. What cannot
// be removed now is removed by a later one.
func sweep(dir string, x index) {
	sweepStages(filepath.Join(dir, stagingDir))
	reading, err := hold(filepath.Join(dir, readersLock), alone|now)
	if err != nil {
		return
	}
	defer func() { _ = reading.Close() }()
	named := map[string]bool{}
	for _, m := range x.Months {
		for _, f := range m.Files {
			named[filepath.Join(dir, filepath.FromSlash(f.Name))] = true
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, chargesDir, Partition+"=*", "*.parquet"))
	for _, f := range files {
		if !named[f] {
			_ = os.Remove(f)
		}
	}
}

func sweepStages(staging string) {
	locks, _ := filepath.Glob(filepath.Join(staging, "*.lock"))
	for _, l := range locks {
		f, err := hold(l, alone|now)
		if err != nil {
			continue // its maker lives
		}
		_ = os.RemoveAll(strings.TrimSuffix(l, ".lock"))
		_ = os.Remove(l)
		_ = f.Close()
	}
}
