package remediate

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/report"
)

// hoursAMonth is a month's hours, as AWS's own calculator has them.
const hoursAMonth = 730

// JSON prints the plan for programs.
func (p *Plan) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(p)
}

// brief is how many lines of what is not due a plan shows unless all are asked for.
const brief = 10

// Table prints the plan for people. Of what is not due it shows the dearest only, unless all are asked for.
func (p *Plan) Table(w io.Writer, all bool) error {
	var b strings.Builder
	fmt.Fprintf(&b, "At %s: %s\n", p.At.UTC().Format("2006-01-02 15:04 MST"), p.Summary())
	if p.Halted != "" {
		fmt.Fprintf(&b, "\n%s\n", report.Line(p.Halted))
	}
	for _, part := range []struct {
		status Status
		title  string
	}{{Due, "Due now"}, {Held, "Held back"}, {Later, "Later"}, {Told, "Nothing more to do"}} {
		items := slices.DeleteFunc(slices.Clone(p.Items), func(i Item) bool { return i.Status != part.status })
		p.section(&b, part.title, items, all || part.status == Due)
	}
	except(&b, "Let off", p.Exempt, all)
	except(&b, "Cannot be judged, and are left alone", p.Unclear, all)
	for _, c := range p.Coverage {
		fmt.Fprintf(&b, "\nnot seen: %s %s %s: %s\n", c.Target, c.Operation, c.Outcome, report.Line(c.Reason()))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Summary is the plan in one line.
func (p *Plan) Summary() string {
	due := p.Due()
	changes := len(slices.DeleteFunc(slices.Clone(due), func(i Item) bool { return !i.Changes() }))
	line := fmt.Sprintf("%s due, %d of them to tell somebody", count(len(due), "step is", "steps are"), len(due)-changes)
	if len(due) == 0 {
		line = "no step is due"
	}
	if changes > 0 {
		hourly, known := p.Saves()
		line += fmt.Sprintf("; %s %s", count(changes, "change ends", "changes end"), money(hourly, known))
	}
	return line
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// money is dollars an hour, and in a month.
func money(hourly decimal.Decimal, known bool) string {
	text := fmt.Sprintf("$%s/h, $%s a month", hourly.StringFixed(2), hourly.Mul(decimal.NewFromInt(hoursAMonth)).StringFixed(2))
	if !known {
		text += ", and what has no known price"
	}
	return text
}

func (p *Plan) section(b *strings.Builder, title string, items []Item, all bool) {
	if len(items) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", title)
	shown := items
	if !all {
		shown = items[:min(brief, len(items))]
	}
	var rows strings.Builder
	tab := tabwriter.NewWriter(&rows, 0, 0, 2, ' ', 0)
	for _, i := range shown {
		cells := []string{i.Verb, string(i.Finding.Resource.Kind), short(i.Finding.Resource.Name), hourly(i.Finding.Hourly, i.Finding.Known),
			state(i.Finding.Verdict, p.At), "of " + cmp.Or(i.Finding.Resource.Owner, "nobody known")}
		for n := range cells {
			cells[n] = report.Line(cells[n])
		}
		_, _ = fmt.Fprintln(tab, strings.Join(cells, "\t"))
	}
	_ = tab.Flush() // a builder takes all
	for n, row := range strings.Split(strings.TrimSuffix(rows.String(), "\n"), "\n") {
		i := shown[n]
		why := cmp.Or(i.Why, i.Finding.Verdict.Why)
		if i.Status == Later {
			why = "in " + span(i.At.Sub(p.At)) + ", at " + i.At.UTC().Format("2006-01-02 15:04 MST")
		}
		fmt.Fprintf(b, "  %s\n    %s in %s by %s: %s\n", row, i.Finding.ID, report.Line(place(i.Finding.Resource.Target)), report.Line(i.Finding.Policy), report.Line(why))
		if i.Status == Due && i.Changes() && !i.Warned {
			b.WriteString("    nobody is told before\n")
		}
	}
	if more := len(items) - len(shown); more > 0 {
		fmt.Fprintf(b, "  and %d more: --all shows them\n", more)
	}
}

func except(b *strings.Builder, title string, all []Exception, every bool) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", title)
	shown := all
	if !every {
		shown = all[:min(brief, len(all))]
	}
	for _, e := range shown {
		fmt.Fprintf(b, "  %s %s in %s\n    %s: %s\n", e.Resource.Kind, report.Line(e.Resource.Name), place(e.Resource.Target), report.Line(e.Policy), report.Line(e.Why))
	}
	if more := len(all) - len(shown); more > 0 {
		fmt.Fprintf(b, "  and %d more: --all shows them\n", more)
	}
}

// short is a name that leaves room beside it: its beginning and its end.
func short(name string) string {
	const head, tail = 32, 12
	if r := []rune(name); len(r) > head+1+tail {
		return string(r[:head]) + "…" + string(r[len(r)-tail:])
	}
	return name
}

// place names a target as people do.
func place(t estate.Target) string { return t.Label() + "/" + t.Region }

func hourly(d decimal.Decimal, known bool) string {
	switch {
	case known:
		return "$" + d.StringFixed(4) + "/h"
	case d.IsPositive():
		return "$" + d.StringFixed(4) + "/h or more"
	}
	return "price not known"
}

func state(v estate.Verdict, now time.Time) string {
	text := string(cmp.Or(v.State, estate.Unknown))
	if v.State == estate.Idle {
		text += " " + span(v.IdleFor(now)) + " (" + string(v.Confidence) + ")"
	}
	return text
}

// span is a length of time in the units that people take for it.
func span(d time.Duration) string {
	switch d = d.Round(time.Minute); {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%dd%dh", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
	case d >= time.Hour:
		return fmt.Sprintf("%dh%dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%dm", d/time.Minute)
}

// String is a line for a person.
func (r Result) String() string {
	s := r.Finding.Resource
	line := fmt.Sprintf("%s: %s %s %s in %s", r.Outcome, r.Ask.Action, s.Kind, s.Name, place(s.Target))
	if r.Why != "" {
		line += ": " + r.Why
	}
	if r.Receipt != "" {
		line += " (receipt " + r.Receipt + ")"
	}
	return report.Line(line)
}

// String is a line for a person.
func (u Undone) String() string {
	line := fmt.Sprintf("%s: undo %s of %s", u.Outcome, u.Receipt.Operation, u.Receipt.On)
	if u.Why != "" {
		line += ": " + u.Why
	}
	return report.Line(line)
}

// SettledLine is a line for a person about a call whose end was not known.
func SettledLine(r ledger.Receipt) string {
	return report.Line(fmt.Sprintf("%s: %s of %s, begun at %s by %s: %s", r.Outcome, r.Operation, r.On, r.Began.UTC().Format(time.RFC3339), r.By, r.Why))
}
