// Package duck is the engine of the bill: DuckDB, inside this process. A build without cgo has none, and says so.
package duck

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Options say what the engine may take.
type Options struct {
	// Memory bounds what the engine holds, in megabytes; 512 when zero. The rest of the process comes on top.
	Memory int
	// Temp is the folder into which it spills what does not fit; without one it fails in place of spilling.
	Temp string
	// Threads bounds how many run at once; one for each processor when zero. Memory bounds them, too.
	Threads int
}

// defaultMemory keeps the whole process below 700 MB.
const defaultMemory = 512

// threadMemory is how many megabytes a thread needs to work in. More threads than have that would end for want of memory, on a machine of many
// processors, what fewer do in the same time or so.
const threadMemory = 112

// settings are what every connection of the engine lives by. Nothing is fetched from the network, and the clock on the wall is UTC.
func (o Options) settings() map[string]string {
	return map[string]string{
		"memory_limit":                 fmt.Sprintf("%dMB", cmp.Or(o.Memory, defaultMemory)),
		"temp_directory":               o.Temp,
		"preserve_insertion_order":     "false",
		"autoinstall_known_extensions": "false",
		"autoload_known_extensions":    "false",
		"allow_community_extensions":   "false",
		"threads":                      strconv.Itoa(o.threads()),
	}
}

func (o Options) threads() int {
	return max(1, min(cmp.Or(o.Threads, runtime.GOMAXPROCS(0)), cmp.Or(o.Memory, defaultMemory)/threadMemory))
}

// File is the path of a file in SQL. The engine takes the signs of patterns in a path for patterns, and would read other files in its place.
func File(path string) string {
	return "'" + strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]", "'", "''").Replace(path) + "'"
}

// A DB is an engine with an empty catalog, which is gone when it is closed.
type DB struct {
	pool    *sql.DB
	threads int
}

// Threads are how many of the engine's run at once.
func (db *DB) Threads() int { return db.threads }

// Query asks. An error in the SQL is an *estate.Error that shows where.
func (db *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := db.pool.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, wrong(ctx, err)
	}
	return rows, nil
}

// Exec carries out a statement that answers nothing.
func (db *DB) Exec(ctx context.Context, statement string, args ...any) error {
	if _, err := db.pool.ExecContext(ctx, statement, args...); err != nil {
		return wrong(ctx, err)
	}
	return nil
}

// Close ends the engine.
func (db *DB) Close() error { return db.pool.Close() }

// Append adds rows to a table, in the order of its columns. A decimal.Decimal goes into a DECIMAL(38,18) digit by digit.
func (db *DB) Append(ctx context.Context, table string, rows iter.Seq[[]any]) error {
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return wrong(ctx, err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.Raw(func(c any) error { return appendRows(c, table, rows) }); err != nil {
		return &estate.Error{Op: "append rows", On: table, Err: err}
	}
	return nil
}

// Seal leaves the engine nothing to read but these files, for good: no other file, no network, no extension, no setting.
func (db *DB) Seal(ctx context.Context, files ...string) error {
	var quoted []string
	for _, f := range files {
		quoted = append(quoted, "'"+strings.ReplaceAll(f, "'", "''")+"'")
		if as := File(f); as != quoted[len(quoted)-1] { // it looks at the pattern, and at what that finds
			quoted = append(quoted, as)
		}
	}
	for _, s := range []string{"SET allowed_paths = [" + strings.Join(quoted, ", ") + "]", "SET enable_external_access = false", "SET lock_configuration = true"} {
		if err := db.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// OnlySelect refuses what is not one SELECT. It reads the statement and runs nothing: the driver's own Prepare would run all but the last of several.
func (db *DB) OnlySelect(ctx context.Context, query string) error {
	// The engine writes down nothing but SELECTs, and says of all else that it cannot.
	var failed bool
	var kind, message, statements sql.NullString
	row := db.pool.QueryRowContext(ctx, "SELECT (j->>'error') = 'true', j->>'error_type', j->>'error_message', CAST(json_array_length(j->'statements') AS VARCHAR) FROM (SELECT json_serialize_sql(CAST($1 AS VARCHAR)) AS j)", query)
	if err := row.Scan(&failed, &kind, &message, &statements); err != nil {
		return wrong(ctx, err)
	}
	switch {
	case failed && kind.String == "parser":
		if rows, err := db.Query(ctx, query); err != nil {
			return err // it shows the place
		} else if err := rows.Close(); err != nil {
			return err
		}
		return &estate.Error{Op: "run SQL", Err: errors.New(message.String)}
	case failed || statements.String != "1":
		return &estate.Error{Op: "run SQL", Err: errors.New("this is not one SELECT"), Hint: "charges can be read, and nothing can be changed: write one SELECT, or WITH … SELECT"}
	}
	return nil
}

// Into scans a DECIMAL of an answer into d. NULL is zero.
func Into(d *decimal.Decimal) sql.Scanner { return into{d} }

type into struct{ to *decimal.Decimal }

// Scan implements sql.Scanner.
func (i into) Scan(value any) (err error) {
	switch v := plain(value).(type) {
	case nil:
		*i.to = decimal.Zero
	case decimal.Decimal:
		*i.to = v
	case float64, float32:
		return errors.New("a float is no money")
	default:
		*i.to, err = decimal.NewFromString(fmt.Sprint(v))
	}
	return err
}

// wrong is the error of a statement.
func wrong(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return said(err)
}

// said is what DuckDB says, which shows the place in the statement. Another engine's rows say it themselves.
func said(err error) error {
	if e, ok := errors.AsType[*estate.Error](err); ok {
		return e
	}
	return &estate.Error{Op: "run SQL", Err: errors.New(strings.TrimSpace(err.Error()))}
}
