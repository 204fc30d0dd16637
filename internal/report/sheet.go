package report

import (
	"io"
	"time"

	"github.com/shopspring/decimal"
)

// A Sheet is a table whose texts others have worked out, and what programs get in its place.
type Sheet struct {
	// Title is the line above the table.
	Title   string
	Columns []Column
	Rows    [][]string
	// Notes are lines below it.
	Notes []string
	// Document is the form JSON.
	Document any
}

// A Column of a Sheet. A terminal that is too narrow cuts a name in its middle, and puts prose below its row.
type Column struct {
	Head               string
	Right, Name, Prose bool
}

// leastName is how much of a name is left at least.
const leastName = 16

// Print prints it in the form Table or JSON.
func (s Sheet) Print(w io.Writer, o Options) error {
	if o.Format == JSON {
		return writeJSON(w, s.Document)
	}
	t := newTerminal(o)
	t.line(strong, 0, 0, s.Title)
	if len(s.Rows) > 0 {
		g := &grid{}
		for _, c := range s.Columns {
			column := column{head: c.Head, right: c.Right, middle: c.Name, fold: c.Prose}
			if c.Name {
				column.least = leastName
			}
			g.columns = append(g.columns, column)
		}
		for _, r := range s.Rows {
			cells := make([]cell, len(r))
			for i, text := range r {
				cells[i].text = text
			}
			g.rows = append(g.rows, cells)
		}
		t.blank()
		t.grid(g)
	}
	if len(s.Notes) > 0 {
		t.blank()
	}
	for _, n := range s.Notes {
		t.line(faint, 0, 2, n)
	}
	return write(w, t.Bytes())
}

// Rate prints dollars per hour: a lower bound unless known.
func Rate(hourly decimal.Decimal, known bool) string {
	return cost{amount: hourly, known: known}.rate()
}

// Total prints a sum of dollars, to the cent: a lower bound unless known.
func Total(sum decimal.Decimal, known bool) string { return cost{amount: sum, known: known}.total() }

// Instant prints a time to the minute, and a dash for none.
func Instant(t time.Time) string { return instant(t) }
