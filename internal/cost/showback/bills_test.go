package showback

import "testing"

// TestBills: the bills that a report is asked of are those of its months, and of what was before; days have a month around them.
func TestBills(t *testing.T) {
	for name, tt := range map[string]struct {
		q           Query
		first, last string
	}{
		"all":                         {Query{}, "", ""},
		"all beside what was before":  {Query{Previous: true}, "", ""},
		"a month":                     {Query{Period: months(t, "2026-03", "2026-03")}, "2026-03", "2026-03"},
		"over new year":               {Query{Period: months(t, "2025-11", "2026-02")}, "2025-11", "2026-02"},
		"beside the months before":    {Query{Period: months(t, "2026-01", "2026-02"), Previous: true}, "2025-11", "2026-02"},
		"each beside the month":       {Query{By: dims(t, "month"), Period: months(t, "2026-01", "2026-02"), Previous: true}, "2025-12", "2026-02"},
		"each beside the week":        {Query{By: dims(t, "week"), Period: months(t, "2026-03", "2026-03"), Previous: true}, "2026-02", "2026-03"},
		"days":                        {Query{Period: days(t, "2026-03-05", "2026-03-12")}, "2026-02", "2026-04"},
		"days up to the end":          {Query{Period: days(t, "2026-03-31", "2026-04-01")}, "2026-02", "2026-04"},
		"days over two months":        {Query{Period: days(t, "2026-01-31", "2026-02-02")}, "2025-12", "2026-03"},
		"days beside those before":    {Query{Period: days(t, "2026-03-01", "2026-03-31"), Previous: true}, "2025-12", "2026-04"},
		"days each beside the before": {Query{By: dims(t, "day"), Period: days(t, "2026-03-01", "2026-03-03"), Previous: true}, "2026-01", "2026-04"},
	} {
		if first, last := tt.q.Bills(); first != tt.first || last != tt.last {
			t.Errorf("%s: %s to %s, want %s to %s", name, first, last, tt.first, tt.last)
		}
	}
	p := months(t, "2026-03", "2026-03")
	if first, last := (Overview{Period: p, History: p.Year("")}).Bills(); first != "2025-04" || last != "2026-03" {
		t.Errorf("a story is told of %s to %s", first, last)
	}
}
