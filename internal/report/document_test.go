package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"
)

// trickyDocument has a chart with a credit, a table with bars, and strangers' names.
func trickyDocument() Document {
	table := func(name string, rows ...[]any) Data {
		return Data{Name: name, Title: name, Columns: []DataColumn{{Name: "month", Head: "MONTH", Type: Date}, {Name: "change", Head: "CHANGE", Type: Amount}}, Rows: walk(rows)}
	}
	values := func(of ...string) (all []decimal.Decimal) {
		for _, v := range of {
			all = append(all, usd(v))
		}
		return all
	}
	return Document{
		Name: "cost.overview", Title: "What it cost", Figures: []Figure{{Label: "All of it", Text: "$12.00", Note: "+1.0% beside <2026-02>"}}, Notes: []string{"as billed"},
		Parts: []Part{
			{Title: "By month", Lead: "More & more.", Data: table("by month", []any{"2026-02", Money{Value: usd("7")}}, []any{"2026-03", Money{Value: usd("-2")}}),
				Chart: &Chart{Labels: []string{"2026-02", "<b>"}, Series: []Series{{"compute", values("5", "0")}, {"storage", values("2", "-2")}}}},
			{Title: "What changed", Bars: "change", Data: table("what changed", []any{"2026-02", Money{Value: usd("10")}}, []any{"2026-03", Money{Value: usd("-5")}})},
		},
	}
}

func TestDocument(t *testing.T) {
	for _, f := range []Format{HTML, Markdown, Table} {
		var b bytes.Buffer
		if err := trickyDocument().Print(&b, Options{Format: f}); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "document."+string(f)+".golden")
		if flag.Lookup("update").Value.String() == "true" {
			if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), b.String()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", f, diff)
		}
	}
	var b bytes.Buffer
	if err := trickyDocument().Print(&b, Options{Format: XLSX}); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"by month", "what changed", "notes"}, book.GetSheetList()); diff != "" {
		t.Error(diff)
	}
}

// A page holds all that it shows: it asks nobody for anything, and runs nothing.
func TestAPageIsSelfContained(t *testing.T) {
	var b bytes.Buffer
	if err := trickyDocument().Print(&b, Options{Format: HTML}); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	if !strings.Contains(page, `content="default-src 'none'; style-src 'sha256-`) {
		t.Error("the page's policy allows more than its own style")
	}
	for _, no := range []string{"<script", "<img", "<link", "http:", "https:", " style=", "url(", "<b>"} {
		if strings.Contains(page, no) {
			t.Errorf("the page has %s", no)
		}
	}
}

func TestAChartIsToScale(t *testing.T) {
	v := trickyDocument().Parts[0].Chart.view()
	height := map[string]string{}
	for _, r := range v.Columns {
		height[r.Title] = r.Height
	}
	// The axis is from -2.5 to 7.5: 200 pixels are 10 dollars.
	if diff := cmp.Diff(map[string]string{"2026-02: compute $5.00": "100", "2026-02: storage $2.00": "40", "<b>: storage -$2.00": "40"}, height); diff != "" {
		t.Errorf("columns (-want +got)\n%s", diff)
	}
	var ticks []string
	for _, k := range v.Ticks {
		ticks = append(ticks, k.Text+" "+k.At)
	}
	if diff := cmp.Diff([]string{"-$2.5 210", "$0 160", "$2.5 110", "$5 60", "$7.5 10"}, ticks); diff != "" {
		t.Errorf("axis (-want +got)\n%s", diff)
	}
}

func TestBarsOfCreditsGoTheOtherWay(t *testing.T) {
	got := bars([]decimal.Decimal{usd("10"), usd("-5"), usd("0")})
	if diff := cmp.Diff([]rectView{{X: "50", Width: "50", Hue: 3}, {X: "25", Width: "25", Hue: 2}, {X: "50", Width: "0", Hue: 3}}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]rectView{{X: "0", Width: "100"}, {X: "0", Width: "50"}}, bars([]decimal.Decimal{usd("4"), usd("2")})); diff != "" {
		t.Error(diff)
	}
}

func TestMoneyOnAnAxis(t *testing.T) {
	for amount, want := range map[string]string{"0": "$0", "1500": "$1.5k", "-2000000": "-$2M", "0.25": "$0.25", "3000000000": "$3B"} {
		if got := (Money{Value: usd(amount)}).short(); got != want {
			t.Errorf("%s: %q, want %q", amount, got, want)
		}
	}
}
