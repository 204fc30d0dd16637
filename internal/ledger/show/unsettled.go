package show

import (
	"fmt"
	"time"

	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/report"
)

// Unsettled is the table of what was begun and has no end.
func Unsettled(all []ledger.Begun, now time.Time) report.Sheet {
	s := report.Sheet{
		Title:   fmt.Sprintf("%d calls without an end", len(all)),
		Columns: []report.Column{{Head: "RECEIPT"}, {Head: "BEGUN"}, {Head: "CALL"}, {Head: "RESOURCE", Name: true}, {Head: "BY", Name: true}, {Head: "STATUS", Prose: true}},
		Document: struct {
			Unsettled []ledger.Begun `json:"unsettled"`
		}{append([]ledger.Begun{}, all...)},
	}
	if len(all) == 1 {
		s.Title = "1 call without an end"
	}
	for _, b := range all {
		status := "nobody is at it: a run looks how it ended, or history settle says it"
		if now.Before(b.Held()) {
			status = "whoever has begun it may be at it until " + report.Instant(b.Held())
		}
		s.Rows = append(s.Rows, []string{b.ID, report.Instant(b.Began), b.Operation, b.On, b.By, status})
	}
	return s
}
