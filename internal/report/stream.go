package report

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/shopspring/decimal"
)

// StreamFormats are the forms in which rows are printed as they come.
func StreamFormats() []Format { return []Format{Table, CSV, JSON, NDJSON} }

// A Stream prints rows of values as they come. Of a table alone the rows are held until the end, since its widths are those of all.
// Values are nil, texts, truths, whole numbers, decimals, times, and what marshals to JSON.
type Stream struct {
	out     *bufio.Writer
	csv     *csv.Writer
	format  Format
	columns []Column
	sheet   Sheet
	options Options
	rows    int
}

// NewStream begins with the columns.
func NewStream(w io.Writer, o Options, columns []Column) (*Stream, error) {
	s := &Stream{out: bufio.NewWriter(w), format: o.Format, columns: columns, options: o}
	switch o.Format {
	case CSV:
		s.csv = csv.NewWriter(s.out)
		s.csv.UseCRLF = true
		head := make([]string, len(columns))
		for i, c := range columns {
			head[i] = harmless(c.Head)
		}
		return s, s.csv.Write(head)
	case JSON, NDJSON:
		seen := map[string]bool{}
		for _, c := range columns {
			if seen[c.Head] {
				return nil, fmt.Errorf("two columns are called %q: give one another name with AS", Line(c.Head))
			}
			seen[c.Head] = true
		}
	}
	return s, nil
}

// Write prints a row.
func (s *Stream) Write(values []any) error {
	s.rows++
	switch s.format {
	case CSV:
		record := make([]string, len(values))
		for i, v := range values {
			record[i] = csvValue(v)
		}
		return s.csv.Write(record)
	case JSON, NDJSON:
		return s.object(values)
	}
	cells := make([]string, len(values))
	for i, v := range values {
		if cells[i] = plainText(v); v == nil {
			cells[i] = "–"
		}
	}
	s.sheet.Rows = append(s.sheet.Rows, cells)
	return nil
}

// Close ends it, with notes below a table.
func (s *Stream) Close(title string, notes ...string) error {
	switch s.format {
	case CSV:
		if s.csv.Flush(); s.csv.Error() != nil {
			return s.csv.Error()
		}
	case JSON:
		end := "\n]\n"
		if s.rows == 0 {
			end = "[]\n"
		}
		if _, err := s.out.WriteString(end); err != nil {
			return err
		}
	case NDJSON:
	default:
		s.sheet.Title, s.sheet.Columns, s.sheet.Notes = title, s.columns, notes
		if err := s.sheet.Print(s.out, s.options); err != nil {
			return err
		}
	}
	return s.out.Flush()
}

// object is a row in JSON, its members in the order of the columns.
func (s *Stream) object(values []any) error {
	begin := "{"
	if s.format == JSON {
		if begin = ",\n  {"; s.rows == 1 {
			begin = "[\n  {"
		}
	}
	if _, err := s.out.WriteString(begin); err != nil {
		return err
	}
	for i, v := range values {
		if at, ok := v.(time.Time); ok {
			v = at.UTC()
		}
		name, err := encode(s.columns[i].Head, "")
		if err != nil {
			return err
		}
		value, err := encode(v, "")
		if err != nil {
			return err
		}
		if i > 0 {
			_ = s.out.WriteByte(',') // the writer keeps its first error
		}
		_, _ = s.out.Write(name[:len(name)-1])
		_ = s.out.WriteByte(':')
		_, _ = s.out.Write(value[:len(value)-1])
	}
	_ = s.out.WriteByte('}')
	if s.format == NDJSON {
		_ = s.out.WriteByte('\n')
	}
	_, err := s.out.Write(nil)
	return err
}

// csvValue is a value in CSV. A negative number is no formula.
func csvValue(v any) string {
	if text, ok := v.(string); ok {
		return harmless(text)
	}
	return plainText(v)
}

func plainText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case decimal.Decimal:
		return v.String()
	case json.Marshaler, []any:
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Sprint(v)
		}
		return string(text)
	}
	return fmt.Sprint(v)
}
