package showback

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
)

func overview(t *testing.T, where ...string) Overview {
	t.Helper()
	return Overview{Cost: costsOf(t, "unblended")[0], Period: months(t, "2026-03", "2026-03"), History: months(t, "2026-01", "2026-03"), Where: filters(t, where...)}
}

func TestEveryPartOfAnOverviewHasTheSameTotal(t *testing.T) {
	lines := bill(9, "USD")
	doc, err := overview(t).Document(context.Background(), engine(t, lines))
	if err != nil {
		t.Fatal(err)
	}
	sum := decimal.Zero
	for _, c := range lines {
		if c.month == "2026-03" {
			sum = sum.Add(decimal.RequireFromString(c.unblended))
		}
	}
	if doc.Figures[0].Text != (report.Money{Value: sum}).String() {
		t.Errorf("figure %q, want %s", doc.Figures[0].Text, sum)
	}
	if notes := strings.Join(doc.Notes, "\n"); !strings.Contains(notes, report.Money{Value: sum}.Exact()) {
		t.Errorf("the notes do not have every digit of %s: %s", sum, notes)
	}
	held := 0
	for _, p := range doc.Parts {
		at := -1
		for i, c := range p.Data.Columns {
			if c.Name == "unblended_cost" {
				at = i
			}
		}
		for _, err := range p.Data.Rows { // the total is of what was walked over
			if err != nil {
				t.Fatal(err)
			}
		}
		if at < 0 || p.Data.Total == nil || p.Title == "By month" {
			continue
		}
		held++
		if got := p.Data.Total()[at].(report.Money).Value; !got.Equal(sum) {
			t.Errorf("%s: %s, want %s", p.Title, got, sum)
		}
	}
	if held < 5 {
		t.Errorf("only %d parts have a total", held)
	}
}

func TestAChartHasWhatItsTableHas(t *testing.T) {
	doc, err := overview(t).Document(context.Background(), engine(t, bill(9, "USD")))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range doc.Parts[:2] {
		row := 0
		for values, err := range p.Data.Rows {
			if err != nil {
				t.Fatal(err)
			}
			sum := decimal.Zero
			for _, s := range p.Chart.Series {
				sum = sum.Add(s.Values[row])
			}
			if values[0] != p.Chart.Labels[row] || !values[2].(report.Money).Value.Equal(sum) {
				t.Errorf("%s: the chart has %s of %s, the table %v", p.Title, sum, p.Chart.Labels[row], values)
			}
			row++
		}
		if row != len(p.Chart.Labels) {
			t.Errorf("%s: %d rows, %d columns", p.Title, row, len(p.Chart.Labels))
		}
	}
}

func TestTheLargestChangesStandFirst(t *testing.T) {
	doc, err := overview(t).Document(context.Background(), engine(t, bill(9, "USD")))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range doc.Parts {
		if p.Title != "What changed" {
			continue
		}
		var last *decimal.Decimal
		for row, err := range p.Data.Rows {
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range p.Data.Columns {
				if c.Name != "change" {
					continue
				}
				size := row[i].(report.Money).Value.Abs()
				if last != nil && size.GreaterThan(*last) {
					t.Errorf("%s after %s", size, last)
				}
				last = &size
			}
		}
		if last == nil {
			t.Error("no change")
		}
	}
}

func TestAnOverviewIsOfOneCurrency(t *testing.T) {
	db := engine(t, bill(9, "USD", "EUR"))
	_, err := overview(t).Document(context.Background(), db)
	if e, ok := errors.AsType[*estate.Error](err); !ok || !strings.Contains(e.Hint, "--where currency=EUR") {
		t.Errorf("got %v", err)
	}
	doc, err := overview(t, "currency=EUR").Document(context.Background(), db)
	if err != nil || !strings.HasPrefix(doc.Figures[0].Text, "EUR ") {
		t.Errorf("%+v, %v", doc.Figures, err)
	}
	if err := doc.Print(&bytes.Buffer{}, report.Options{Format: report.HTML}); err != nil {
		t.Error(err)
	}
}

func TestAnOverviewOfNothingSaysSo(t *testing.T) {
	o := overview(t)
	o.Period = months(t, "2020-01", "2020-01")
	if _, err := o.Document(context.Background(), engine(t, bill(9, "USD"))); err == nil {
		t.Error("no error")
	}
}
