package report

import (
	"cmp"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// Data is a table of typed values, such as what a query has found: one description for every form. A row has a value for each column, of the
// column's type, or nil where it is not known.
type Data struct {
	// Name names it for programs: the schema of a Parquet file, the sheet of a workbook.
	Name string
	// Title is the line above the table, and Alert what must be known before anything below is believed.
	Title, Alert string
	Columns      []DataColumn
	// Rows can be walked once. An error ends them.
	Rows iter.Seq2[[]any, error]
	// Total is the row that sums them, asked for after the walk; nil for none. Forms that are nothing but rows leave it out.
	Total func() []any
	// Notes are lines below the table, asked for after the walk.
	Notes func() []string
	// About says to programs what the table is of: its period, its filters.
	About any
}

// A DataColumn is a column of Data.
type DataColumn struct {
	// Name is for programs, and Head for people.
	Name, Head string
	Type       DataType
	// None is how people read a value that is not known; empty is a dash.
	None string
	// Quiet columns are for programs: people know it without, as a currency by its sign.
	Quiet bool
}

// A DataType is the type of a column's values.
type DataType int

// The types, with the Go type of their values.
const (
	Text    DataType = iota // string
	Date                    // string, a day or a month
	Count                   // int64
	Number                  // decimal.Decimal
	Amount                  // Money
	Percent                 // decimal.Decimal, 100 for the whole
	Moment                  // time.Time
	Share                   // decimal.Decimal, a part of a whole that is 100
)

// DataFormats are the forms of Data, the default first.
func DataFormats() []Format { return []Format{Table, JSON, NDJSON, CSV, Parquet, XLSX, Markdown, HTML} }

// Print prints it in one of DataFormats.
func (d Data) Print(w io.Writer, o Options) error {
	switch o.Format {
	case JSON:
		return d.json(w)
	case NDJSON:
		return d.ndjson(w)
	case CSV:
		return d.csv(w)
	case Parquet:
		return d.parquet(w)
	case XLSX:
		return Workbook(w, d)
	case Table, Wide, "", Markdown, HTML:
		s, err := d.story()
		switch {
		case err != nil:
			return err
		case o.Format == Markdown:
			return write(w, s.markdown())
		case o.Format == HTML:
			return s.html(w)
		}
		return write(w, s.terminal(o))
	}
	return unsupported(o.Format, DataFormats())
}

// story tells it to people.
func (d Data) story() (story, error) {
	part, err := d.section()
	s := story{title: d.Title, alert: d.Alert}
	notes := part.remarks
	part.remarks = nil
	s.add(part)
	s.add(section{remarks: notes})
	return s, err
}

// section is the table with its notes.
func (d Data) section() (section, error) {
	g := &grid{}
	for _, c := range d.Columns {
		if c.Quiet {
			continue
		}
		column := column{head: c.Head, right: c.Type != Text && c.Type != Date && c.Type != Moment}
		if c.Type == Text {
			column.least, column.middle = leastName, true
		}
		g.columns = append(g.columns, column)
	}
	add := func(values []any, none func(DataColumn) string, tone tone) {
		var row []cell
		for i, c := range d.Columns {
			switch {
			case c.Quiet:
			case values[i] == nil:
				row = append(row, cell{none(c), tone})
			default:
				row = append(row, cell{c.text(values[i]), tone})
			}
		}
		g.rows = append(g.rows, row)
	}
	for row, err := range d.Rows {
		if err != nil {
			return section{}, err
		}
		add(row, func(c DataColumn) string { return cmp.Or(c.None, "-") }, plain)
	}
	if total := d.total(); total != nil {
		add(total, func(DataColumn) string { return "" }, strong)
	}
	part := section{}
	if len(g.rows) > 0 {
		part.grid = g
	}
	for _, n := range d.notes() {
		// What is indented belongs to the note above it, as a command that mends what that tells.
		r := remark{text: strings.TrimLeft(n, " "), tone: faint}
		if r.text != n {
			r.level = 1
		}
		part.remarks = append(part.remarks, r)
	}
	return part, nil
}

func (d Data) total() []any {
	if d.Total == nil {
		return nil
	}
	return d.Total()
}

func (d Data) notes() []string {
	if d.Notes == nil {
		return nil
	}
	return d.Notes()
}

// text is the value as people read it, empty for nil.
func (c DataColumn) text(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case int64:
		return thousands(strconv.FormatInt(v, 10))
	case decimal.Decimal:
		switch c.Type {
		case Percent:
			return percent(v)
		case Share:
			return v.StringFixed(1) + "%"
		}
		return digits(v, min(4, max(0, -v.Exponent())))
	case Money:
		return v.String()
	case time.Time:
		return instant(v)
	}
	return ""
}

// bare is the value as programs read it, empty for nil.
func bare(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case decimal.Decimal:
		return v.String()
	case Money:
		return v.Value.String()
	case time.Time:
		return stamp(v)
	case nil:
		return ""
	}
	panic(fmt.Sprintf("a %T is in no column's type", value))
}

// large is the change from which on people think of how many times more it is.
var large = decimal.NewFromInt(1000)

// percent prints hundredths to a tenth, with its sign.
func percent(p decimal.Decimal) string {
	if p.GreaterThanOrEqual(large) {
		return "×" + thousands(p.Shift(-2).Add(decimal.NewFromInt(1)).Round(0).String())
	}
	text := p.StringFixed(1) + "%"
	if p.IsPositive() {
		return "+" + text
	}
	return text
}
