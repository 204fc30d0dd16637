package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"
)

// trickyTable is a table with everything that makes forms difficult.
func trickyTable() Data {
	at := time.Date(2026, 3, 1, 7, 30, 0, 0, time.UTC)
	rows := [][]any{
		{"vision", Money{usd("1234.567891234567891234"), "USD"}, "USD", int64(1234567), usd("12.34"), at},
		{`=HYPERLINK("http://evil")`, Money{usd("-0.001"), "EUR"}, "EUR", int64(0), usd("-100"), nil},
		{nil, nil, "USD", nil, nil, nil},
		{" +1\x1b[31m|<b>", Money{usd("0.5"), "USD"}, "USD", int64(-2), usd("0"), at},
	}
	return Data{
		Name: "cost.report", Title: "Cost by team",
		Columns: []DataColumn{{Name: "team", Head: "TEAM", None: "(no team)"}, {Name: "unblended_cost", Head: "UNBLENDED", Type: Amount}, {Name: "currency", Quiet: true},
			{Name: "lines", Head: "LINES", Type: Count}, {Name: "change_percent", Head: "CHANGE", Type: Percent}, {Name: "at", Head: "AT", Type: Moment}},
		Rows:  walk(rows),
		Total: func() []any { return []any{"total", Money{usd("1235.07"), "USD"}, "USD", nil, nil, nil} },
		Notes: func() []string { return []string{"as billed"} },
		About: map[string]string{"month": "2026-03"},
	}
}

func walk(rows [][]any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func printed(t *testing.T, f Format) string {
	t.Helper()
	var b bytes.Buffer
	if err := trickyTable().Print(&b, Options{Format: f}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestDataForPeople(t *testing.T) {
	for f, want := range map[Format]string{
		Table: `Cost by team

TEAM                         UNBLENDED      LINES   CHANGE  AT
vision                       $1,234.57  1,234,567   +12.3%  2026-03-01 07:30 UTC
=HYPERLINK("http://evil")  > -EUR 0.01          0  -100.0%  -
(no team)                            -          -        -  -
 +1␛[31m|<b>                     $0.50         -2     0.0%  2026-03-01 07:30 UTC
total                        $1,235.07

as billed
`,
		Markdown: `# Cost by team

| TEAM | UNBLENDED | LINES | CHANGE | AT |
|---|---:|---:|---:|---|
| vision | \$1,234.57 | 1,234,567 | +12.3% | 2026-03-01 07:30 UTC |
| =HYPERLINK("http://evil") | \> -EUR 0.01 | 0 | -100.0% | - |
| (no team) | - | - | - | - |
|  +1␛\[31m\|\<b\> | \$0.50 | -2 | 0.0% | 2026-03-01 07:30 UTC |
| total | \$1,235.07 |  |  |  |

- as billed
`,
	} {
		if diff := cmp.Diff(want, printed(t, f)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f, diff)
		}
	}
	page := printed(t, HTML)
	if strings.Contains(page, "<b>") || !strings.Contains(page, "&lt;b&gt;") {
		t.Error("HTML: a stranger's text is not escaped")
	}
}

func TestDataInRows(t *testing.T) {
	records, err := csv.NewReader(strings.NewReader(printed(t, CSV))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"team", "unblended_cost", "currency", "lines", "change_percent", "at"},
		{"vision", "1234.567891234567891234", "USD", "1234567", "12.34", "2026-03-01T07:30:00Z"},
		{`'=HYPERLINK("http://evil")`, "-0.001", "EUR", "0", "-100", ""},
		{"", "", "USD", "", "", ""},
		{"' +1␛[31m|<b>", "0.5", "USD", "-2", "0", "2026-03-01T07:30:00Z"},
	}
	if diff := cmp.Diff(want, records); diff != "" {
		t.Errorf("CSV (-want +got):\n%s", diff)
	}

	lines := strings.Split(strings.TrimSpace(printed(t, NDJSON)), "\n")
	if want := `{"team": "vision", "unblended_cost": "1234.567891234567891234", "currency": "USD", "lines": 1234567, "change_percent": "12.34", "at": "2026-03-01T07:30:00Z"}`; lines[0] != want {
		t.Errorf("NDJSON\n got %s\nwant %s", lines[0], want)
	}
	var doc struct {
		Schema string
		About  map[string]string
		Rows   []map[string]any
		Total  map[string]any
		Notes  []string
	}
	if err := json.Unmarshal([]byte(printed(t, JSON)), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Schema != "sagewarden.cost.report/1" || doc.About["month"] != "2026-03" || len(doc.Rows) != 4 || doc.Rows[2]["unblended_cost"] != nil ||
		doc.Total["unblended_cost"] != "1235.07" || len(doc.Notes) != 1 {
		t.Errorf("JSON: %+v", doc)
	}
}

func TestDataInParquetKeepsEveryDigit(t *testing.T) {
	text := printed(t, Parquet)
	r := parquet.NewReader(strings.NewReader(text))
	defer func() { _ = r.Close() }()
	rows := make([]parquet.Row, 5)
	n, err := r.ReadRows(rows)
	if err != nil && !errors.Is(err, io.EOF) || n != 4 {
		t.Fatalf("%d rows, %v", n, err)
	}
	if got := new(big.Int).SetBytes(rows[0][1].ByteArray()); got.String() != "1234567891234567891234" {
		t.Errorf("got %s", got)
	}
	if !rows[2][1].IsNull() || rows[1][3].IsNull() {
		t.Errorf("what is not known is null, and a zero is not: %v, %v", rows[2], rows[1])
	}
}

func TestWorkbook(t *testing.T) {
	var b bytes.Buffer
	second := trickyTable()
	second.Name = "cost.report"
	if err := Workbook(&b, trickyTable(), second); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"cost.report", "cost.report 2", "notes"}, f.GetSheetList()); diff != "" {
		t.Error(diff)
	}
	cell := func(at string) (string, excelize.CellType, string) {
		raw, err := f.GetCellValue("cost.report", at, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		kind, err := f.GetCellType("cost.report", at)
		if err != nil {
			t.Fatal(err)
		}
		formula, err := f.GetCellFormula("cost.report", at)
		if err != nil {
			t.Fatal(err)
		}
		return raw, kind, formula
	}
	for at, want := range map[string]struct {
		raw  string
		text bool
	}{
		"A1": {"team", true}, "G1": {"unblended_cost (exact)", true},
		"B2": {"1234.567891234568", false}, "G2": {"1234.567891234567891234", true},
		"A3": {`=HYPERLINK("http://evil")`, true}, "B3": {"-0.001", false}, "E3": {"-1", false},
		"A7": {"total", true}, "B7": {"1235.07", false},
	} {
		raw, kind, formula := cell(at)
		if raw != want.raw || (kind == excelize.CellTypeInlineString) != want.text || formula != "" {
			t.Errorf("%s: %q (type %d, formula %q), want %q as text: %v", at, raw, kind, formula, want.raw, want.text)
		}
	}
	panes, err := f.GetPanes("cost.report")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the heading is not frozen: %+v, %v", panes, err)
	}
	tables, err := f.GetTables("cost.report")
	if err != nil || len(tables) != 1 || tables[0].Range != "A1:G5" {
		t.Errorf("filters: %+v, %v", tables, err)
	}
}

func TestAnErrorEndsEveryForm(t *testing.T) {
	broken := errors.New("broken")
	for _, f := range DataFormats() {
		d := trickyTable()
		d.Rows = func(yield func([]any, error) bool) { yield(nil, broken) }
		if err := d.Print(io.Discard, Options{Format: f}); !errors.Is(err, broken) {
			t.Errorf("%s: %v", f, err)
		}
	}
}

func TestMoneyIsPrintedToTheCent(t *testing.T) {
	for amount, want := range map[string]string{"0": "$0.00", "0.004": "< $0.01", "-0.004": "> -$0.01", "-1234.5": "-$1,234.50", "0.005": "$0.01"} {
		if got := (Money{Value: usd(amount)}).String(); got != want {
			t.Errorf("%s: %q, want %q", amount, got, want)
		}
	}
	if got := (Money{Value: decimal.RequireFromString("1234.56789"), Currency: "EUR"}).Exact(); got != "EUR 1,234.56789" {
		t.Errorf("exact: %q", got)
	}
}

// Hundredths read as people think of them: a change with its sign, a large one as how many times more, a part without.
func TestHundredths(t *testing.T) {
	for _, tt := range []struct {
		as          DataType
		value, want string
	}{{Percent, "12.34", "+12.3%"}, {Percent, "-100", "-100.0%"}, {Percent, "999.94", "+999.9%"}, {Percent, "1000", "×11"}, {Percent, "119447.1", "×1,195"}, {Share, "70.94", "70.9%"}, {Share, "0", "0.0%"}} {
		if got := (DataColumn{Type: tt.as}).text(usd(tt.value)); got != tt.want {
			t.Errorf("%s reads %s, want %s", tt.value, got, tt.want)
		}
	}
}

// Days and months are dates in a workbook, and what is neither is text.
func TestDatesOfAWorkbook(t *testing.T) {
	day, month := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		value any
		as    DataType
		cell  any
	}{{"2026-03-02", Date, day}, {"2026-03", monthDate, month}, {"total", Text, "total"}, {nil, Date, nil}} {
		if as, cell := excel(Date, tt.value); as != tt.as || cell != tt.cell {
			t.Errorf("%v is %v of type %d, want %v of %d", tt.value, cell, as, tt.cell, tt.as)
		}
	}
}

// What is indented belongs to the note above it.
func TestIndentedNotes(t *testing.T) {
	var b bytes.Buffer
	d := Data{Title: "t", Columns: []DataColumn{{Head: "A"}}, Rows: walk([][]any{{"x"}}), Notes: func() []string { return []string{"why", "  how"} }}
	if err := d.Print(&b, Options{Format: Table}); err != nil {
		t.Fatal(err)
	}
	if want := "t\n\nA\nx\n\nwhy\n  how\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
