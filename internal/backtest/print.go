package backtest

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/report"
)

// JSON prints the report for programs.
func (r *Report) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// dearest is how many stops the table shows unless all are asked for.
const dearest = 10

// Table prints the report for people: every interruption, and of the stops the dearest only, unless all are asked for.
func (r *Report) Table(w io.Writer, all bool) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", r.Summary())
	rows := [][]string{{"POLICY", "FINDINGS", "CLEARED", "STOPS", "INTERRUPTED", "UNDER WAY", "SAVED", "A MONTH", "NOT JUDGED"}}
	for _, t := range r.Policies {
		rows = append(rows, []string{t.Policy, strconv.Itoa(t.Findings), strconv.Itoa(t.Cleared), strconv.Itoa(t.Stops), strconv.Itoa(t.Interrupted), strconv.Itoa(t.UnderWay),
			money(t.Saved, t.Known), money(t.Monthly, t.Known), t.share()})
	}
	table(&b, rows)
	for _, t := range r.Policies {
		for _, reason := range slices.Sorted(maps.Keys(t.Held)) {
			fmt.Fprintf(&b, "%s held %s back: %s\n", t.Policy, count(t.Held[reason], "finding", "findings"), reason)
		}
	}
	if interrupted := r.Interrupted(); len(interrupted) > 0 {
		fmt.Fprintf(&b, "\nWould have interrupted\n")
		rows = nil
		for _, s := range interrupted {
			came := estate.FormatDuration(s.Back.Sub(s.At).Round(time.Minute)) + " later"
			if s.UnderWay {
				came = "it was in use"
			}
			rows = append(rows, []string{"  " + stamp(s.At), s.Action, string(s.Resource.Kind), s.Resource.Name, place(s.Resource), "of " + owner(s.Resource), came, s.Policy})
		}
		table(&b, rows)
	}
	if len(r.Stops) > 0 {
		shown := r.Stops
		if !all {
			shown = shown[:min(dearest, len(shown))]
		}
		fmt.Fprintf(&b, "\nDearest stops\n")
		rows = nil
		for _, s := range shown {
			back := "not used again"
			if !s.Back.IsZero() {
				back = "used again " + stamp(s.Back)
			}
			rows = append(rows, []string{"  " + money(s.Saved, s.Known), stamp(s.At), s.Action, string(s.Resource.Kind), s.Resource.Name, place(s.Resource), "of " + owner(s.Resource), back})
		}
		table(&b, rows)
		if more := len(r.Stops) - len(shown); more > 0 {
			fmt.Fprintf(&b, "  and %d more: --all shows them\n", more)
		}
	}
	for i, n := range r.Notes {
		if i == 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	_, err := io.WriteString(w, report.Lines(b.String()))
	return err
}

// Summary is the report in one line.
func (r *Report) Summary() string {
	var saved, monthly decimal.Decimal
	known := true
	for _, t := range r.Policies {
		saved, monthly, known = saved.Add(t.Saved), monthly.Add(t.Monthly), known && t.Known
	}
	return fmt.Sprintf("From %s to %s, looked at %s: %s, %s saved, %s a month; %d would have interrupted somebody within %s",
		stamp(r.From), stamp(r.To), count(r.Frames, "time", "times"), count(len(r.Stops), "stop", "stops"), money(saved, known), money(monthly, known),
		len(r.Interrupted()), estate.FormatDuration(time.Duration(r.Within)))
}

// share is which part of the looks came to no judgement.
func (t *Tally) share() string {
	if t.Looks == 0 {
		return "nothing seen"
	}
	return fmt.Sprintf("%d of %d (%d%%)", t.Unjudged, t.Looks, t.Unjudged*100/t.Looks)
}

func table(b *strings.Builder, rows [][]string) {
	tab := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, cells := range rows {
		for i := range cells {
			cells[i] = report.Line(cells[i])
		}
		_, _ = fmt.Fprintln(tab, strings.Join(cells, "\t"))
	}
	_ = tab.Flush() // a builder takes all
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

func place(s ledger.Subject) string { return s.Target.Label() + "/" + s.Target.Region }

func owner(s ledger.Subject) string {
	if s.Owner == "" {
		return "nobody known"
	}
	return s.Owner
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func money(d decimal.Decimal, known bool) string {
	if !known {
		return "$" + d.StringFixed(2) + " or more"
	}
	return "$" + d.StringFixed(2)
}
