package bill

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"unicode"

	"github.com/sagewarden/sagewarden/internal/cost/duck"
)

// A column is one of the source, in its own words.
type column struct {
	name string
	// kind is the engine's type: VARCHAR for all of CSV.
	kind string
}

// A table is files of one form that have the same columns in the same order. Columns of a month may differ from file to file.
type table struct {
	packed  bool // in CSV, whatever that is packed in
	crlf    bool
	columns []column
	files   []string
}

// maxHeader bounds the first line: the widest report has a few hundred columns.
const maxHeader = 1 << 20

// readHeader reads the columns of a CSV file, and how its lines end.
func readHeader(file string) (names []string, crlf bool, err error) {
	t, err := openText(file, new(atomic.Int64))
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = t.close() }() // it was read only
	line, err := bufio.NewReaderSize(io.LimitReader(t, maxHeader), maxHeader).ReadSlice('\n')
	switch {
	case errors.Is(err, io.EOF) && len(line) == 0:
		return nil, false, wrongf(file, "fetch it again", "it is empty")
	case errors.Is(err, bufio.ErrBufferFull), errors.Is(err, io.EOF) && len(line) == maxHeader:
		return nil, false, wrongf(file, "", "row 1: it has more than %d bytes, which no header of a bill has", maxHeader)
	case err != nil && !errors.Is(err, io.EOF):
		return nil, false, t.wrong(err)
	}
	line = bytes.TrimPrefix(line, []byte("\ufeff"))
	names, err = csv.NewReader(bytes.NewReader(line)).Read()
	if err != nil {
		return nil, false, wrongf(file, "the first line has to be the names of the columns", "row 1: %w", err)
	}
	return names, bytes.HasSuffix(line, []byte("\r\n")), nil
}

// periodColumns say of which month's bill a line is.
var periodColumns = []string{"bill_billing_period_start_date", "billingperiodstart"}

// firstPeriod is the month of the first line of a CSV file, by its column; empty where there is no line.
func firstPeriod(file string, column int) (string, error) {
	t, err := openText(file, new(atomic.Int64))
	if err != nil {
		return "", err
	}
	defer func() { _ = t.close() }() // it was read only
	lines := csv.NewReader(io.LimitReader(t, maxHeader+maxLine))
	_, err = lines.Read()
	if err == nil {
		var record []string
		if record, err = lines.Read(); err == nil && column < len(record) && len(record[column]) >= len("2026-01") {
			return record[column][:len("2026-01")], nil
		}
	}
	return "", nil // what is wrong with it is told when it is read whole
}

// readParquet reads the columns of a Parquet file.
func readParquet(ctx context.Context, db *duck.DB, file string) (columns []column, err error) {
	rows, err := db.Query(ctx, "DESCRIBE SELECT * FROM read_parquet("+duck.File(file)+", hive_partitioning = false)")
	if err != nil {
		return nil, wrongf(file, "fetch it again: it was cut short or damaged on its way", "it is no Parquet file: %w", cause(err))
	}
	for row, err := range duck.Values(rows) {
		if err != nil {
			return nil, wrongf(file, "", "%w", err)
		}
		columns = append(columns, column{row[0].(string), row[1].(string)})
	}
	return columns, nil
}

// tables sorts the files by their columns.
func tables(ctx context.Context, db *duck.DB, files []string) ([]*table, error) {
	var all []*table
	for _, f := range files {
		t := &table{packed: formOf(f) != parquet, files: []string{f}}
		if !t.packed {
			var err error
			if t.columns, err = readParquet(ctx, db, f); err != nil {
				return nil, err
			}
		} else {
			names, crlf, err := readHeader(f)
			if err != nil {
				return nil, err
			}
			t.crlf = crlf
			for _, n := range names {
				t.columns = append(t.columns, column{n, "VARCHAR"})
			}
		}
		i := slices.IndexFunc(all, func(o *table) bool {
			return o.packed == t.packed && o.crlf == t.crlf && slices.Equal(o.columns, t.columns)
		})
		if i < 0 {
			all = append(all, t)
		} else {
			all[i].files = append(all[i].files, f)
		}
	}
	return all, nil
}

// canonical is a column's name as Athena and Parquet files have it: lineItem/UnblendedCost is line_item_unblended_cost. Names without a
// group stay as they are, in small letters.
func canonical(name string) string {
	group, rest, grouped := strings.Cut(name, "/")
	if !grouped {
		return strings.ToLower(name)
	}
	return snake(group) + "_" + snake(rest)
}

// snake puts a _ before each capital, and in place of all that is neither letter nor digit; several are one.
func snake(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case unicode.IsUpper(r):
			b.WriteByte('_')
			b.WriteRune(unicode.ToLower(r))
		case unicode.IsLetter(r), unicode.IsDigit(r):
			b.WriteRune(r)
		default:
			b.WriteByte('_')
		}
	}
	return strings.Join(strings.FieldsFunc(b.String(), func(r rune) bool { return r == '_' }), "_")
}
