package report

import (
	"io"

	"github.com/shopspring/decimal"
)

// A Document tells of something in parts, for people who have little time: figures first, then a sentence for each part, a chart where it helps, and a table
// of all that the chart shows.
type Document struct {
	// Name names it for programs.
	Name         string
	Title, Alert string
	Figures      []Figure
	Parts        []Part
	Notes        []string
}

// A Figure is one of the few numbers that matter most, and what to know of it.
type Figure struct{ Label, Text, Note string }

// A Part is a section of a document.
type Part struct {
	Title string
	// Lead is what the table says, in a sentence.
	Lead  string
	Chart *Chart
	Data  Data
	// Bars is the column whose amounts are drawn beside each row, as long as they are large; empty for none.
	Bars string
}

// DocumentFormats are the forms of a Document, the default first.
func DocumentFormats() []Format { return []Format{HTML, Markdown, XLSX, Table} }

// Print prints it in one of DocumentFormats.
func (d Document) Print(w io.Writer, o Options) error {
	if o.Format == XLSX {
		tables := make([]Data, len(d.Parts))
		for i, p := range d.Parts {
			tables[i] = p.Data
		}
		return Workbook(w, tables...)
	}
	s := story{title: d.Title, alert: d.Alert}
	for _, f := range d.Figures {
		s.figures = append(s.figures, fact{label: f.Label, text: f.Text, note: f.Note})
	}
	if o.Format != HTML {
		s.add(section{facts: s.figures})
	}
	for _, p := range d.Parts {
		part, err := p.section()
		if err != nil {
			return err
		}
		s.sections = append(s.sections, part)
	}
	var notes []remark
	for _, n := range d.Notes {
		notes = append(notes, remark{text: n, tone: faint})
	}
	s.add(section{remarks: notes})
	s.next(o.Next)
	switch o.Format {
	case HTML, "":
		return s.html(w)
	case Markdown:
		return write(w, s.markdown())
	case Table, Wide:
		return write(w, s.terminal(o))
	}
	return unsupported(o.Format, DocumentFormats())
}

// section tells a part to people.
func (p Part) section() (section, error) {
	at, values := -1, []decimal.Decimal{}
	for i, c := range p.Data.Columns {
		if c.Name == p.Bars {
			at = i
		}
	}
	rows := p.Data.Rows
	p.Data.Rows = func(yield func([]any, error) bool) {
		for row, err := range rows {
			if at >= 0 && err == nil {
				m, _ := row[at].(Money)
				values = append(values, m.Value)
			}
			if !yield(row, err) {
				return
			}
		}
	}
	part, err := p.Data.section()
	part.title, part.lead, part.chart = p.Title, p.Lead, p.Chart
	if at >= 0 {
		part.bars = bars(values)
	}
	return part, err
}
