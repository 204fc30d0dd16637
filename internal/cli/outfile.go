package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// An outFile is a file that is being written. It takes the place of what has its name when it is committed, whole or not at all;
// what is no regular file, such as a pipe or a device, is written to as it stands. It is readable by its owner alone: it names people.
type outFile struct {
	*os.File
	op, name string
	// place is where the file goes, by way of symbolic links; empty for what is written to as it stands.
	place string
	done  bool
}

// createOut begins to write a file, so that a name which cannot be written to is refused before the work is done.
func createOut(op, name string) (*outFile, error) {
	o := &outFile{op: op, name: name, place: name}
	if real, err := filepath.EvalSymlinks(name); err == nil {
		o.place = real
	}
	var err error
	switch at, statErr := os.Stat(o.place); {
	case name == "-":
		err = errors.New("it is standard output, which takes what is printed")
	case statErr == nil && at.IsDir():
		err = errors.New("it is a directory")
	case statErr == nil && !at.Mode().IsRegular():
		o.place = ""
		o.File, err = os.OpenFile(name, os.O_WRONLY, 0)
	case statErr != nil && !errors.Is(statErr, fs.ErrNotExist):
		err = statErr
	default:
		o.File, err = os.CreateTemp(filepath.Dir(o.place), ".sagewarden-*")
	}
	if err != nil {
		return nil, o.fail(err)
	}
	return o, nil
}

// commit ends the file, unless writing it failed with err.
func (o *outFile) commit(err error) error {
	if err == nil && o.place != "" {
		err = o.Sync()
	}
	if err = errors.Join(err, o.Close()); err == nil && o.place != "" {
		err = os.Rename(o.Name(), o.place)
	}
	if err != nil {
		return o.fail(err)
	}
	o.done = true
	return nil
}

// discard removes what was not committed.
func (o *outFile) discard() {
	if o == nil || o.done {
		return
	}
	_ = o.Close()
	if o.place != "" {
		_ = os.Remove(o.Name())
	}
}

func (o *outFile) fail(err error) error {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		err = p.Err // its path is the temporary file's
	}
	return &estate.Error{Op: o.op, On: o.name, Err: err, Hint: "choose a file in a folder that you may write to"}
}
