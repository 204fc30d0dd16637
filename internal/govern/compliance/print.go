package compliance

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
	"github.com/sagewarden/sagewarden/internal/report"
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

// Fact is what the report says, without what changes from hour to hour: two reports with the same fact need not both be told.
func (r *Report) Fact() string {
	var b strings.Builder
	for _, f := range r.Findings {
		if f.Verdict != Covered {
			fmt.Fprintln(&b, f.Verdict, f.ARN, f.AppType)
		}
	}
	for _, c := range r.Coverage {
		if c.Hole() {
			fmt.Fprintln(&b, "not seen", c.Target, c.Operation, c.Outcome)
		}
	}
	return b.String()
}

// Holes is how much could not be seen.
func (r *Report) Holes() (n int) {
	for _, c := range r.Coverage {
		if c.Hole() {
			n++
		}
	}
	return n
}

// Table prints the findings for people: what is covered, only where all are asked for. What has the same verdict for the same reasons in a
// domain stands together.
func (r *Report) Table(w io.Writer, all bool) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d uncovered, %d unknown, %d covered\n", r.Count(Uncovered), r.Count(Unknown), r.Count(Covered))
	for _, g := range groups(r.Findings) {
		if g[0].Verdict != Covered || all {
			g.print(&b)
		}
	}
	for _, c := range r.Coverage {
		if c.Hole() {
			fmt.Fprintf(&b, "\nnot seen: %s %s %s: %s\n", c.Target, c.Operation, c.Outcome, report.Line(c.Reason()))
			if c.Hint != "" {
				fmt.Fprintf(&b, "  hint: %s\n", report.Line(c.Hint))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// A group is findings of one domain, or of the notebook instances of one target, that are alike but for what they are about.
type group []Finding

// groups are in the order of the first finding of each.
func groups(fs []Finding) (all []group) {
	at := map[string]int{}
	for _, f := range fs {
		key := strings.Join(append([]string{string(f.Verdict), f.Target.String(), f.Domain}, f.Reasons...), "\n")
		i, known := at[key]
		if !known {
			i, at[key] = len(all), len(all)
			all = append(all, nil)
		}
		all[i] = append(all[i], f)
	}
	return all
}

// print writes the group: where, why, and a line for each resource with its app types.
func (g group) print(b *strings.Builder) {
	where := g[0].Target.String()
	if d := g[0].Domain; d != "" {
		where = report.Line(d) + " in " + where
	}
	fmt.Fprintf(b, "\n%s: %s\n", where, g[0].Verdict)
	for _, why := range g[0].Reasons {
		fmt.Fprintf(b, "  %s\n", report.Line(why))
	}
	var lines strings.Builder
	t := tabwriter.NewWriter(&lines, 0, 0, 2, ' ', 0)
	for rows := []Finding(g); len(rows) > 0; {
		f, n, types := rows[0], 0, []string(nil)
		for n < len(rows) && rows[n].ARN == f.ARN && rows[n].Running == f.Running {
			types = append(types, strings.TrimSpace(rows[n].AppType+" "+rows[n].App))
			n++
		}
		rows = rows[n:]
		user, runs := "", ""
		if f.Level == settings.LevelSpace {
			user = f.User
		}
		if f.Running {
			runs = "running"
		}
		_, _ = fmt.Fprintf(t, "    %s\t%s\t%s\t%s\t%s\n", f.Level, report.Line(f.Name), report.Line(user), runs, report.Line(strings.Join(types, ", ")))
	}
	_ = t.Flush() // a builder takes all
	for l := range strings.Lines(lines.String()) {
		fmt.Fprintln(b, strings.TrimRight(l, " \n"))
	}
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
	rows := [][]string{{"verdict", "account", "region", "level", "name", "domain", "user", "app_type", "app", "running", "by", "idle_minutes", "reasons", "arn"}}
	for _, f := range r.Findings {
		rows = append(rows, []string{string(f.Verdict), f.Target.Account, f.Target.Region, string(f.Level), f.Name, f.Domain, f.User, f.AppType, f.App, strconv.FormatBool(f.Running),
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
