//go:build !cgo

package duck

import (
	"context"
	"errors"
	"iter"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Available says whether this build has the engine.
const Available = false

var errNone = errors.New("this build of sagewarden has no DuckDB in it, since it was built without cgo: it cannot read, import or query bills")

// Open says that there is no engine in this build.
func Open(context.Context, Options) (*DB, error) {
	return nil, &estate.Error{Op: "start DuckDB", Err: errNone,
		Hint: "take the build for your machine that has it, or build with CGO_ENABLED=1 and a C compiler; all else works in this one"}
}

func appendRows(any, string, iter.Seq[[]any]) error { return errNone }

// Function says that there is no engine in this build.
func (*DB) Function(context.Context, string, int, func([]string) (string, error)) error {
	return errNone
}

func plain(v any) any { return v }
