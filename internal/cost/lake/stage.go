package lake

import (
	"cmp"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Stage is a folder of the lake's in which files are made before they count. It is swept away when its maker dies.
type Stage struct {
	Dir  string
	lake string
	held *os.File
}

// NewStage makes one in the lake of a folder, and the lake where there is none.
func NewStage(lake string) (*Stage, error) {
	lake, err := filepath.Abs(lake)
	if err != nil {
		return nil, fail(lake, err)
	}
	s := &Stage{Dir: filepath.Join(lake, stagingDir, rand.Text()), lake: lake}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, fail(lake, err)
	}
	writing, err := hold(filepath.Join(lake, writersLock), alone|create) // nobody sweeps before it is held
	if err != nil {
		return nil, fail(lake, err)
	}
	defer func() { _ = writing.Close() }()
	if s.held, err = hold(s.Dir+".lock", alone|create); err != nil {
		return nil, fail(lake, err)
	}
	return s, nil
}

// Discard removes what is left of it.
func (s *Stage) Discard() error {
	return errors.Join(os.RemoveAll(s.Dir), os.Remove(s.held.Name()), s.held.Close())
}

// Replace puts the files, which are in the stage, in the place of what the lake has of the month and bill, at once, and on the disk.
func (s *Stage) Replace(m Month, files ...string) error {
	if err := s.replace(m, files); err != nil {
		return fail(s.lake, err)
	}
	return nil
}

func (s *Stage) replace(m Month, files []string) error {
	dir := s.lake
	writing, err := hold(filepath.Join(dir, writersLock), alone|create)
	if err != nil {
		return err
	}
	defer func() { _ = writing.Close() }()
	if f, err := hold(filepath.Join(dir, readersLock), shared|create); err == nil { // so that whoever opens it finds a lock to hold
		_ = f.Close()
	}
	x, err := readIndex(dir)
	if err != nil {
		return err
	}
	if err := s.put(m, files, x); err != nil {
		if x, again := readIndex(dir); again == nil { // what was moved to its place and is named by no index must not be found there
			sweep(dir, x)
		}
		return err
	}
	return nil
}

// put moves the files to their place, and names them in the index.
func (s *Stage) put(m Month, files []string, x index) error {
	dir := s.lake
	folder := chargesDir + "/" + Partition + "=" + m.Period
	if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(folder)), 0o700); err != nil {
		return err
	}
	m.Files = nil
	for _, f := range files {
		name := folder + "/" + m.Bill + "-" + strings.ToLower(rand.Text()) + ".parquet"
		size, err := settle(f, filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		m.Files = append(m.Files, File{Name: name, Bytes: size})
	}
	if err := syncDir(filepath.Join(dir, filepath.FromSlash(folder))); err != nil {
		return err
	}
	x.Months = slices.DeleteFunc(x.Months, func(o Month) bool { return o.Period == m.Period && o.Bill == m.Bill })
	x.Months = append(x.Months, m)
	slices.SortFunc(x.Months, func(a, b Month) int {
		return cmp.Or(strings.Compare(a.Period, b.Period), strings.Compare(a.Bill, b.Bill))
	})
	if err := x.write(dir); err != nil {
		return err
	}
	sweep(dir, x)
	return nil
}

// settle moves a file to its place, with what is in it on the disk first.
func settle(from, to string) (size int64, err error) {
	f, err := os.Open(from)
	if err != nil {
		return 0, err
	}
	at, err := f.Stat()
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return 0, err
	}
	return at.Size(), os.Rename(from, to)
}
