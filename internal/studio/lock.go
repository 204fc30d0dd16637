package studio

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// lockFile is where an agent keeps others of the same person away.
func lockFile() string {
	return filepath.Join(os.TempDir(), "sagewarden-agent-"+strconv.Itoa(os.Getuid())+".lock")
}

// lock takes the lock file until unlock, or until the process ends however it does: the kernel gives it back.
func lock(file string) (unlock func(), err error) {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, &estate.Error{Op: "take the lock", On: file, Err: cause(err), Hint: "name another with --lock"}
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = errors.New("another agent runs already")
		}
		return nil, &estate.Error{Op: "take the lock", On: file, Err: err, Hint: "one agent is enough; end the other first"}
	}
	return func() { _ = f.Close() }, nil
}
