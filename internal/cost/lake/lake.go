// Package lake keeps the charges of bills as Parquet files, a folder for each month, that any tool can read. An index names the files
// that count, so that a month is replaced whole or not at all, and nobody ever reads half of one.
package lake

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Lake is the charges as they were when it was opened. Others may replace months meanwhile: what this one reads stays until it is closed.
type Lake struct {
	dir    string
	months []Month
	held   *os.File
}

// The places in the folder of a lake.
const (
	chargesDir  = "charges"
	stagingDir  = "staging"
	readersLock = "readers.lock"
	writersLock = "writers.lock"
)

// Open opens the lake in a folder. One that is not there yet is empty, and is made when something is put into it.
func Open(dir string) (*Lake, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fail(dir, err)
	}
	l := &Lake{dir: dir}
	// What the index names is swept away by nobody who cannot have this lock alone.
	if l.held, err = hold(filepath.Join(dir, readersLock), shared); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fail(dir, err)
	}
	x, err := readIndex(dir)
	if err != nil {
		_ = l.Close()
		return nil, err
	}
	l.months = x.Months
	return l, nil
}

// Close lets go of the files.
func (l *Lake) Close() error {
	if l.held == nil {
		return nil
	}
	return l.held.Close()
}

// Months are those in the lake, oldest first.
func (l *Lake) Months() []Month { return slices.Clone(l.months) }

// Files are those of all months.
func (l *Lake) Files() []string {
	var files []string
	for _, m := range l.months {
		for _, f := range m.Files {
			files = append(files, filepath.Join(l.dir, filepath.FromSlash(f.Name)))
		}
	}
	return files
}

// Attach makes the view charges.
func (l *Lake) Attach(ctx context.Context, db *duck.DB) error {
	if len(l.months) == 0 {
		return &estate.Error{Op: "read lake", On: l.dir, Err: errors.New("nothing was imported into it"), Hint: "sagewarden cost import FILE|FOLDER|s3://… does; --lake names another folder"}
	}
	files := l.Files()
	for i, f := range files {
		if _, err := os.Stat(f); err != nil {
			return &estate.Error{Op: "read lake", On: l.dir, Err: fmt.Errorf("its index names a file that is not there: %w", err), Hint: "import that month again, with --force"}
		}
		files[i] = duck.File(f)
	}
	columns := make([]string, len(Schema))
	for i, c := range Schema {
		columns[i] = dialect.Name(c.Name)
	}
	// Files without lines are left in: they keep the view of the same form.
	return db.Exec(ctx, "CREATE OR REPLACE VIEW charges AS SELECT "+strings.Join(columns, ", ")+" FROM read_parquet(["+strings.Join(files, ", ")+
		"], union_by_name = true, hive_partitioning = true, hive_types = {'"+Partition+"': VARCHAR})")
}

func fail(dir string, err error) error {
	if _, ok := errors.AsType[*estate.Error](err); ok {
		return err
	}
	return &estate.Error{Op: "write lake", On: dir, Err: err, Hint: "name a folder that you may write to with --lake"}
}
