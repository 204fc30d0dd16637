package athena

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// A DB answers SQL over the relation charges of an organization's bill.
type DB struct {
	engine  *Engine
	table   Table
	charges string
	// where is SQL of the months.
	where string
	pool  *sql.DB
}

// Over is the engine with the relation charges of some months of the table; of all of them where they are empty.
func (e *Engine) Over(t Table, first, last string) (*DB, error) {
	charges, err := t.Charges(first, last)
	if err != nil {
		return nil, err
	}
	db := &DB{engine: e, table: t, charges: charges, where: between(first, last)}
	db.pool = sql.OpenDB(connector{db})
	return db, nil
}

// Dialect is what it speaks.
func (*DB) Dialect() dialect.Dialect { return dialect.Athena }

// Query asks one SELECT over charges. It can change nothing: what is not a query cannot stand behind the one that makes charges.
func (db *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if len(args) > 0 {
		return nil, errors.New("athena: queries have no parameters")
	}
	return db.pool.QueryContext(ctx, query)
}

// Held are the months of which there is a bill, of those that the engine is over, oldest first. It reads the names of partitions alone, as far as Athena can.
func (db *DB) Held(ctx context.Context) (months []string, err error) {
	query := "SELECT DISTINCT " + dialect.Name(lake.Partition) + " FROM " + db.table.SQL()
	if db.where != "" {
		query += " WHERE " + db.where
	}
	x, err := db.engine.run(ctx, query, db.table.Database)
	if err != nil {
		return nil, err
	}
	rows, err := db.engine.open(ctx, x)
	if err != nil {
		return nil, err
	}
	months = []string{}
	for row := []driver.Value{nil}; ; {
		switch err := rows.Next(row); {
		case errors.Is(err, io.EOF):
			slices.Sort(months)
			return months, nil
		case err != nil:
			return nil, err
		}
		if m, ok := row[0].(string); ok {
			months = append(months, m)
		}
	}
}

// Close lets go of what there is on this machine.
func (db *DB) Close() error { return db.pool.Close() }

// leading is what may stand before a statement: space and comments.
var leading = regexp.MustCompile(`^(?:\s+|--[^\n]*(?:\n|$)|/\*(?s:.*?)\*/)*`)

var (
	withWord   = regexp.MustCompile(`(?i)^with\s+`)
	recursive  = regexp.MustCompile(`(?i)^recursive\s+`)
	beginsWell = regexp.MustCompile(`(?i)^(?:select\b|with\b|values\b|table\b|\()`)
)

// maxStatement is how long a statement may be for Athena.
const maxStatement = 262144

// statement puts the relation charges before a query.
func (db *DB) statement(query string) (string, error) {
	rest := query[len(leading.FindString(query)):]
	if !beginsWell.MatchString(rest) {
		return "", &estate.Error{Op: "run SQL", Err: errors.New("this is not one SELECT"), Hint: "charges can be read, and nothing can be changed: write one SELECT, or WITH … SELECT"}
	}
	word, name, more := "WITH ", "charges", "\n"
	if with := withWord.FindString(rest); with != "" {
		rest, more = rest[len(with):], ",\n"
		if r := recursive.FindString(rest); r != "" {
			word, name, rest = "WITH RECURSIVE ", "charges ("+columnNames()+")", rest[len(r):] // where each has to name its columns
		}
	}
	whole := word + name + " AS (\n" + db.charges + "\n)" + more + rest
	if len(whole) > maxStatement {
		return "", &estate.Error{Op: "run SQL", Err: fmt.Errorf("with what makes charges it is longer than the %d characters that Athena takes", maxStatement), Hint: "make the views, and ask them: sagewarden cost views athena --apply"}
	}
	return whole, nil
}

func columnNames() string {
	names := make([]string, len(lake.Schema))
	for i, c := range lake.Schema {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

// A connector has database/sql scan rows and close them.
type connector struct{ db *DB }

// Connect implements driver.Connector.
func (c connector) Connect(context.Context) (driver.Conn, error) { return conn(c), nil }

// Driver implements driver.Connector.
func (connector) Driver() driver.Driver { return noDriver{} }

type noDriver struct{}

// Open implements driver.Driver.
func (noDriver) Open(string) (driver.Conn, error) { return nil, errUnsupported }

var errUnsupported = errors.New("athena: only queries are possible")

type conn struct{ db *DB }

// QueryContext implements driver.QueryerContext.
func (c conn) QueryContext(ctx context.Context, query string, _ []driver.NamedValue) (driver.Rows, error) {
	whole, err := c.db.statement(query)
	if err != nil {
		return nil, err
	}
	x, err := c.db.engine.run(ctx, whole, c.db.table.Database)
	if err != nil {
		return nil, placed(err, whole, query)
	}
	return c.db.engine.open(ctx, x)
}

var linePlace = regexp.MustCompile(`line (\d+):`)

// placed tells places in the whole statement as lines of the query that somebody wrote, which is its end.
func placed(err error, whole, query string) error {
	e, ok := errors.AsType[*estate.Error](err)
	if !ok {
		return err
	}
	before := strings.Count(whole, "\n") - strings.Count(query, "\n")
	text := linePlace.ReplaceAllStringFunc(e.Err.Error(), func(place string) string {
		line, err := strconv.Atoi(linePlace.FindStringSubmatch(place)[1])
		if err != nil || line <= before {
			return place
		}
		return fmt.Sprintf("line %d:", line-before)
	})
	if text == e.Err.Error() {
		return err
	}
	return &estate.Error{Op: e.Op, On: e.On, Err: errors.New(text), Hint: e.Hint}
}

// Prepare implements driver.Conn.
func (conn) Prepare(string) (driver.Stmt, error) { return nil, errUnsupported }

// Close implements driver.Conn.
func (conn) Close() error { return nil }

// Begin implements driver.Conn.
func (conn) Begin() (driver.Tx, error) { return nil, errUnsupported }
