package bench

import (
	"os"

	"golang.org/x/sys/unix"
)

// evict has the pages of a file read from the disk again when they are next wanted.
func evict(f *os.File) error { return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED) }
