package lake

import (
	"errors"
	"os"
	"syscall"
)

// How a lock is held. The kernel gives it back however the process ends.
const (
	shared = 1 << iota
	alone
	create
	// now fails in place of waiting.
	now
)

var errHeld = errors.New("it is held by another process")

// hold takes a lock until the file is closed.
func hold(file string, how int) (*os.File, error) {
	flags := os.O_RDONLY
	if how&create != 0 {
		flags = os.O_RDWR | os.O_CREATE
	}
	f, err := os.OpenFile(file, flags, 0o600)
	if err != nil {
		return nil, err
	}
	operation := syscall.LOCK_SH
	if how&alone != 0 {
		operation = syscall.LOCK_EX
	}
	if how&now != 0 {
		operation |= syscall.LOCK_NB
	}
	for {
		err = syscall.Flock(int(f.Fd()), operation)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = errHeld
		}
		return nil, err
	}
	return f, nil
}
