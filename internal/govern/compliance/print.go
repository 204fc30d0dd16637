package compliance

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Report is what compliance found, over all targets.
type Report struct {
	Findings []Finding         `json:"findings"`
	Coverage []estate.Coverage `json:"coverage"`
}

// Count is how many findings have the verdict.
func (r *Report) Count(v Verdict) (n int) {
	for _, f := range r.Findings {
		if f.Verdict == v {
			n++
		}
	}
	return n
}

// Table prints the findings for people: what is covered, only where all are asked for.
func (r *Report) Table(w io.Writer, all bool) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d uncovered, %d unknown, %d covered\n", r.Count(Uncovered), r.Count(Unknown), r.Count(Covered))
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0) // Flush says what goes wrong
	shown := false
	for _, f := range r.Findings {
		if f.Verdict == Covered && !all {
			continue
		}
		if !shown {
			fmt.Fprintln(&b)
			_, _ = fmt.Fprintln(t, "VERDICT\tACCOUNT\tREGION\tWHAT\tNAME\tDOMAIN\tUSER\tAPP\tRUNS\tWHY")
			shown = true
		}
		runs := "-"
		if f.Running {
			runs = "now"
		}
		_, _ = fmt.Fprintln(t, strings.Join([]string{string(f.Verdict), f.Target.Account, f.Target.Region, string(f.Level), plain(f.Name), cmp.Or(f.Domain, "-"), cmp.Or(plain(f.User), "-"),
			cmp.Or(f.AppType, "-"), runs, plain(strings.Join(f.Reasons, "; "))}, "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, c := range r.Coverage {
		if c.Hole() {
			fmt.Fprintf(&b, "\nnot seen: %s %s %s: %s\n", c.Target, c.Operation, c.Outcome, plain(c.Reason()))
			if c.Hint != "" {
				fmt.Fprintf(&b, "  hint: %s\n", plain(c.Hint))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// plain is a text without what would move a terminal's cursor or break a row.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}

// JSON prints everything for programs.
func (r *Report) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// CSV prints every finding as a row. A cell that a spreadsheet would take for a formula begins with an apostrophe.
func (r *Report) CSV(w io.Writer) error {
	c := csv.NewWriter(w)
	rows := [][]string{{"verdict", "account", "region", "level", "name", "domain", "user", "app_type", "running", "by", "idle_minutes", "reasons", "arn"}}
	for _, f := range r.Findings {
		rows = append(rows, []string{string(f.Verdict), f.Target.Account, f.Target.Region, string(f.Level), f.Name, f.Domain, f.User, f.AppType, strconv.FormatBool(f.Running),
			f.By, strconv.Itoa(int(f.Minutes)), strings.Join(f.Reasons, "; "), f.ARN})
	}
	for _, row := range rows {
		for i, cell := range row {
			if strings.IndexAny(cell, "=+-@\t\r") == 0 {
				row[i] = "'" + cell
			}
		}
	}
	return c.WriteAll(rows)
}
