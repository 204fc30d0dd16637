package athena

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// rows are those of an answer, a page of a thousand at a time.
type rows struct {
	ctx     context.Context //nolint:containedctx // that of the query, as of all rows of database/sql
	engine  *Engine
	id      string
	columns []types.ColumnInfo
	page    []types.Row
	token   *string
	last    bool
}

// open reads the first page.
func (e *Engine) open(ctx context.Context, x *execution) (*rows, error) {
	r := &rows{ctx: ctx, engine: e, id: x.id}
	if err := r.next(); err != nil {
		return nil, err
	}
	// The first row of an answer is the names of its columns.
	if len(r.page) > 0 && x.kind != types.StatementTypeDdl && r.isHeader(r.page[0]) {
		r.page = r.page[1:]
	}
	return r, nil
}

func (r *rows) isHeader(row types.Row) bool {
	for i, d := range row.Data {
		if i >= len(r.columns) || aws.ToString(d.VarCharValue) != aws.ToString(r.columns[i].Name) {
			return false
		}
	}
	return len(row.Data) == len(r.columns)
}

func (r *rows) next() error {
	out, err := r.engine.api.GetQueryResults(r.ctx, &athena.GetQueryResultsInput{QueryExecutionId: &r.id, NextToken: r.token})
	if err != nil {
		return r.engine.fail(OpResults, "query "+r.id, err)
	}
	if out.ResultSet == nil || out.ResultSet.ResultSetMetadata == nil {
		return &estate.Error{Op: OpResults, On: "query " + r.id, Err: errors.New("the answer has no columns")}
	}
	if r.columns == nil {
		r.columns = out.ResultSet.ResultSetMetadata.ColumnInfo
	}
	r.page, r.token, r.last = out.ResultSet.Rows, out.NextToken, aws.ToString(out.NextToken) == ""
	return nil
}

// Columns implements driver.Rows.
func (r *rows) Columns() []string {
	names := make([]string, len(r.columns))
	for i, c := range r.columns {
		names[i] = aws.ToString(c.Name)
	}
	return names
}

// ColumnTypeDatabaseTypeName implements driver.RowsColumnTypeDatabaseTypeName.
func (r *rows) ColumnTypeDatabaseTypeName(i int) string {
	return strings.ToUpper(aws.ToString(r.columns[i].Type))
}

// Close implements driver.Rows.
func (r *rows) Close() error { return nil }

// Next implements driver.Rows.
func (r *rows) Next(to []driver.Value) error {
	for len(r.page) == 0 {
		if r.last {
			return io.EOF
		}
		if err := r.next(); err != nil {
			return err
		}
	}
	row := r.page[0]
	r.page = r.page[1:]
	if len(row.Data) != len(to) {
		return &estate.Error{Op: OpResults, On: "query " + r.id, Err: fmt.Errorf("a row has %d values, and %d columns", len(row.Data), len(to))}
	}
	for i, d := range row.Data {
		v, err := value(aws.ToString(r.columns[i].Type), d.VarCharValue)
		if err != nil {
			return &estate.Error{Op: OpResults, On: "query " + r.id, Err: fmt.Errorf("column %s: %w", aws.ToString(r.columns[i].Name), err)}
		}
		to[i] = v
	}
	return nil
}

// timestampForm is how Athena writes one.
const timestampForm = "2006-01-02 15:04:05.999999999"

// value is one of a row: money stays a decimal, digit by digit, and what has no type of Go's is the text that Athena writes.
func value(kind string, text *string) (driver.Value, error) {
	if text == nil {
		return nil, nil //nolint:nilnil // that is NULL
	}
	switch strings.ToLower(kind) {
	case "tinyint", "smallint", "integer", "int", "bigint":
		return strconv.ParseInt(*text, 10, 64)
	case "decimal":
		return decimal.NewFromString(*text)
	case "double", "float", "real":
		return strconv.ParseFloat(*text, 64)
	case "boolean":
		return strconv.ParseBool(*text)
	case "timestamp":
		return time.Parse(timestampForm, *text)
	}
	return *text, nil
}
