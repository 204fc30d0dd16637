package show

import (
	"fmt"

	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/report"
)

// Savings is the table of what was saved, and below it the months and what could be saved.
func Savings(s *ledger.Savings) report.Sheet {
	known := true
	for _, a := range s.Actual {
		known = known && a.Known
	}
	sheet := report.Sheet{
		Title: fmt.Sprintf("%s saved so far; what is stopped now saves %s a month", report.Total(s.Realised, known), report.Total(s.Forecast, known)),
		Columns: []report.Column{{Head: "RECEIPT"}, {Head: "POLICY", Name: true}, {Head: "RESOURCE", Name: true}, {Head: "SINCE"}, {Head: "$/MONTH", Right: true}, {Head: "SAVED", Right: true},
			{Head: "HOW SURE", Prose: true}},
		Document: s,
	}
	for _, a := range s.Actual {
		sheet.Rows = append(sheet.Rows, []string{a.Receipt, a.Policy, a.Resource, report.Instant(a.From), report.Total(a.Forecast, a.Known), report.Total(a.Realised, a.Known), sure(a)})
	}
	for _, m := range s.Months {
		sheet.Notes = append(sheet.Notes, m.Month+": "+report.Total(m.Realised, known))
	}
	if len(s.Open) > 0 {
		known := true
		for _, p := range s.Open {
			known = known && p.Known
		}
		sheet.Notes = append(sheet.Notes, fmt.Sprintf("findings without an action: %d, which would save %s a month", len(s.Open), report.Total(s.Potential, known)))
	}
	sheet.Notes = append(sheet.Notes, "by the price list: hours since the bill ended × the rate; a month is 730 hours; discounts and commitments are not in it")
	return sheet
}

// sure says what a figure rests on.
func sure(a ledger.Saving) string {
	switch {
	case a.Again != "":
		return "until " + report.Instant(a.To) + ": " + a.Again
	case !a.Confirmed.IsZero():
		return "a scan saw at " + report.Instant(a.Confirmed) + " that it bills nothing"
	}
	return "as the receipt says: no scan has looked since"
}
