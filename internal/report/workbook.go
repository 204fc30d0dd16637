package report

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// What a spreadsheet has room for.
const (
	excelDigits   = 15 // of a number
	excelRows     = 1 << 20
	excelText     = 32767 // UTF-16 units in a cell
	excelSheet    = 31    // letters in a sheet's name
	excelMaxWidth = 60
)

// Workbook prints tables as the sheets of a workbook. Each has its heading frozen, with filters. Numbers are numbers; where they have more digits than a
// spreadsheet keeps, a column of text beside the table has them all. Text is text, whatever it begins with: no cell is a formula.
func Workbook(w io.Writer, tables ...Data) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	b := book{File: f, taken: map[string]bool{}}
	if err := b.setStyles(); err != nil {
		return err
	}
	var about [][]any
	for i, d := range tables {
		if err := b.add(i, d); err != nil {
			return &estate.Error{Op: "write a workbook", On: d.Name, Err: err, Hint: "CSV and Parquet have room for more: -o csv"}
		}
		about = append(about, []any{d.Title})
		for _, line := range append([]string{d.Alert}, d.notes()...) {
			if line != "" {
				about = append(about, []any{line})
			}
		}
		about = append(about, nil)
	}
	if err := b.notes(about); err != nil {
		return err
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		return err
	}
	f.SetActiveSheet(0)
	return f.Write(w)
}

// A book is a workbook that is being written.
type book struct {
	*excelize.File
	taken          map[string]bool
	styles, strong map[DataType]int
}

func (b *book) setStyles() error {
	bold := &excelize.Font{Bold: true}
	b.styles, b.strong = map[DataType]int{}, map[DataType]int{}
	formats := map[DataType]string{Text: "@", Date: "yyyy-mm-dd", Count: "#,##0", Number: "#,##0.####", Amount: "#,##0.00;-#,##0.00", Percent: "+0.0%;-0.0%;0.0%", Share: "0.0%",
		Moment: "yyyy-mm-dd hh:mm", monthDate: "yyyy-mm"}
	for t, format := range formats {
		var err error
		if b.styles[t], err = b.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
			return err
		}
		if b.strong[t], err = b.NewStyle(&excelize.Style{CustomNumFmt: &format, Font: bold}); err != nil {
			return err
		}
	}
	return nil
}

// sheet makes a sheet whose name no other has.
func (b *book) sheet(name string) (string, error) {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) {
			return ' '
		}
		return r
	}, name)
	whole := []rune(name)
	name = string(whole[:min(len(whole), excelSheet)])
	for n := 2; b.taken[strings.ToLower(name)]; n++ {
		suffix := fmt.Sprintf(" %d", n)
		name = string(whole[:min(len(whole), excelSheet-len(suffix))]) + suffix
	}
	b.taken[strings.ToLower(name)] = true
	_, err := b.NewSheet(name)
	return name, err
}

// add prints a table as a sheet.
func (b *book) add(n int, d Data) error {
	var rows [][]any
	exact := map[int]bool{} // the columns with more digits than a number keeps
	note := func(row []any) {
		for i, value := range row {
			if v, ok := figure(value); ok && !fits(v) {
				exact[i] = true
			}
		}
	}
	for row, err := range d.Rows {
		if err != nil {
			return err
		}
		if len(rows) == excelRows-2 {
			return fmt.Errorf("a sheet has room for %d rows, and there are more", excelRows)
		}
		note(row)
		rows = append(rows, append([]any(nil), row...))
	}
	total := d.total()
	note(total)

	name, err := b.sheet(d.Name)
	if err != nil {
		return err
	}
	out, err := b.NewStreamWriter(name)
	if err != nil {
		return err
	}
	var heads []any
	var texts []int // the columns that stand once more, as text
	for _, c := range d.Columns {
		heads = append(heads, c.Name)
	}
	for i, c := range d.Columns {
		if exact[i] {
			texts, heads = append(texts, i), append(heads, c.Name+" (exact)")
		}
	}
	if err := widths(out, d.Columns, texts, rows); err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	line := func(at int, row []any, styles map[DataType]int) error {
		cells := make([]any, 0, len(heads))
		for i, value := range row {
			t, v := excel(d.Columns[i].Type, value)
			cells = append(cells, excelize.Cell{StyleID: styles[t], Value: v})
		}
		for _, i := range texts {
			cells = append(cells, excelize.Cell{StyleID: styles[Text], Value: bare(row[i])})
		}
		return out.SetRow(fmt.Sprintf("A%d", at), cells)
	}
	if err := out.SetRow("A1", heads); err != nil {
		return err
	}
	for i, row := range rows {
		if err := line(i+2, row, b.styles); err != nil {
			return err
		}
	}
	if len(rows) > 0 {
		last, err := excelize.CoordinatesToCellName(len(heads), len(rows)+1)
		if err != nil {
			return err
		}
		if err := out.AddTable(&excelize.Table{Range: "A1:" + last, Name: fmt.Sprintf("sheet%d", n+1), StyleName: "TableStyleLight1"}); err != nil {
			return err
		}
	}
	if total != nil {
		// An empty row keeps the total out of what is filtered and sorted.
		if err := line(len(rows)+3, total, b.strong); err != nil {
			return err
		}
	}
	return out.Flush()
}

// widths gives each column the room that its first rows need.
func widths(out *excelize.StreamWriter, columns []DataColumn, texts []int, rows [][]any) error {
	width := func(at int, head string, values func(row []any) string) error {
		widest := len(head) + 4 // the filter's button
		for _, row := range rows[:min(len(rows), 200)] {
			widest = max(widest, utf8.RuneCountInString(values(row))+2)
		}
		return out.SetColWidth(at+1, at+1, float64(min(widest, excelMaxWidth)))
	}
	for i, c := range columns {
		if err := width(i, c.Name, func(row []any) string { return c.text(row[i]) }); err != nil {
			return err
		}
	}
	for n, i := range texts {
		if err := width(len(columns)+n, columns[i].Name+" (exact)", func(row []any) string { return bare(row[i]) }); err != nil {
			return err
		}
	}
	return nil
}

// notes prints lines as the last sheet.
func (b *book) notes(lines [][]any) error {
	name, err := b.sheet("notes")
	if err != nil {
		return err
	}
	out, err := b.NewStreamWriter(name)
	if err != nil {
		return err
	}
	if err := out.SetColWidth(1, 1, 120); err != nil {
		return err
	}
	for i, l := range lines {
		if err := out.SetRow(fmt.Sprintf("A%d", i+1), l); err != nil {
			return err
		}
	}
	return out.Flush()
}

// monthDate is how a cell shows a date that is a month.
const monthDate DataType = -1

// excel is the value as a cell takes it, and the type as which it shows it. What is in a column of dates and is none is text.
func excel(t DataType, value any) (DataType, any) {
	switch v := value.(type) {
	case string:
		if t == Date {
			for _, as := range []struct {
				layout string
				t      DataType
			}{{time.DateOnly, Date}, {"2006-01", monthDate}} {
				if at, err := time.Parse(as.layout, v); err == nil {
					return as.t, at
				}
			}
			t = Text
		}
		return t, clip(Line(v))
	case time.Time:
		return t, v.UTC()
	case int64:
		return t, v
	}
	v, ok := figure(value)
	if !ok {
		return t, nil
	}
	if t == Percent || t == Share {
		v = v.Shift(-2)
	}
	return t, v.InexactFloat64()
}

func figure(value any) (decimal.Decimal, bool) {
	switch v := value.(type) {
	case decimal.Decimal:
		return v, true
	case Money:
		return v.Value, true
	}
	return decimal.Decimal{}, false
}

// fits reports whether a spreadsheet keeps every digit.
func fits(v decimal.Decimal) bool {
	digits := strings.TrimLeft(strings.ReplaceAll(strings.TrimPrefix(v.String(), "-"), ".", ""), "0")
	return len(strings.TrimRight(digits, "0")) <= excelDigits
}

// clip keeps to what a cell has room for.
func clip(s string) string {
	units := 0
	for i, r := range s {
		n := 1
		if r > 0xffff {
			n = 2
		}
		if units += n; units > excelText {
			return s[:i]
		}
	}
	return s
}
