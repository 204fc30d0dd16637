package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"
)

//go:embed page.html.tmpl
var pageText string

//go:embed page.css
var pageStyle string

var page = template.Must(template.New("page").Parse(pageText))

// A pageView is what the template sees. The style is named by its hash in the page's content security policy, which allows
// nothing else: no script, no request.
type pageView struct {
	Title, Alert string
	Figures      []factView
	Sections     []sectionView
	Style        template.CSS
	StyleHash    string
}

type factView struct{ Label, Text, Note string }

type sectionView struct {
	Title, Lead string
	Chart       *chartView
	Columns     []columnView
	Rows        []rowView
	Remarks     []remarkView
	// Drawn says that rows have bars, and Folded that the table is unfolded below its chart.
	Drawn, Folded bool
}

type remarkView struct {
	Text  string
	Level int
}

type columnView struct {
	Head  string
	Right bool
}

// A rowView is a row whose last cell is the first text of prose, with the others to be unfolded.
type rowView struct {
	Cells []cellView
	Bar   *rectView
	Prose string
	More  []factView
}

type cellView struct {
	Text  string
	Class string
	Right bool
	Whole bool
	Long  bool
}

// wholeText is as long as a text may be to stay on one line; what is longer than longText gets room for several words a line.
const wholeText, longText = 16, 40

// foldedRows are as many as stand below a chart without being asked for.
const foldedRows = 14

func (s story) html(w io.Writer) error {
	hash := sha256.Sum256([]byte(pageStyle))
	view := pageView{
		Title: s.title, Alert: s.alert, Figures: factViews(s.figures),
		Style: template.CSS(pageStyle), StyleHash: "sha256-" + base64.StdEncoding.EncodeToString(hash[:]),
	}
	for _, part := range s.sections {
		v := sectionView{Title: part.title, Lead: part.lead, Chart: part.chart.view(), Drawn: part.bars != nil}
		v.Folded = v.Chart != nil && len(part.grid.rows) > foldedRows
		for _, r := range part.remarks {
			v.Remarks = append(v.Remarks, remarkView{r.text, r.level})
		}
		if part.grid != nil {
			v.Columns, v.Rows = part.grid.view()
			for i := range part.bars {
				v.Rows[i].Bar = &part.bars[i]
			}
		}
		view.Sections = append(view.Sections, v)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, view); err != nil {
		return err
	}
	return write(w, []byte(strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return visible(r)
	}, b.String())))
}

func factViews(facts []fact) []factView {
	var out []factView
	for _, f := range facts {
		out = append(out, factView{f.label, f.text, f.note})
	}
	return out
}

func (g *grid) view() (columns []columnView, rows []rowView) {
	prose := -1
	for i, c := range g.columns {
		if c.fold && prose >= 0 {
			continue
		}
		if c.fold {
			prose = i
		}
		columns = append(columns, columnView{c.head, c.right})
	}
	classes := map[tone]string{strong: "strong", good: "good", doubtful: "doubtful", bad: "bad"}
	for _, row := range g.rows {
		var v rowView
		for i, c := range row {
			switch column := g.columns[i]; {
			case !column.fold:
				v.Cells = append(v.Cells, cellView{c.text, classes[c.tone], column.right, len(c.text) <= wholeText, len(c.text) > longText})
			case i == prose:
				v.Prose = c.text
			case !empty(c.text):
				v.More = append(v.More, factView{Label: strings.ToLower(column.head), Text: c.text})
			}
		}
		rows = append(rows, v)
	}
	return columns, rows
}
