package shutdown

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
)

// JSON prints the plan for programs.
func (p *Plan) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(p)
}

// Table prints the plan for people.
func (p *Plan) Table(w io.Writer) error {
	var b strings.Builder
	money := "$" + p.Hourly + "/h"
	if !p.Known {
		money += " and what has no known price"
	}
	fmt.Fprintf(&b, "%s would be shut down, which ends %s\n", p.Count(), money)
	for _, t := range p.everywhere() {
		fmt.Fprintf(&b, "\n%s\n", t)
		var rows, whys []string
		for _, s := range p.Steps {
			if s.Target.Key() == t.Key() {
				rows, whys = append(rows, s.row("shut down")), append(whys, s.Reason)
			}
		}
		for _, l := range p.Left {
			if l.Target.Key() == t.Key() {
				rows, whys = append(rows, l.row("leave")), append(whys, l.Why)
			}
		}
		var aligned strings.Builder
		w := tabwriter.NewWriter(&aligned, 0, 0, 2, ' ', 0)
		_, _ = io.WriteString(w, strings.Join(rows, ""))
		_ = w.Flush() // a builder takes all
		for i, row := range strings.Split(strings.TrimSuffix(aligned.String(), "\n"), "\n") {
			fmt.Fprintf(&b, "  %s\n", row)
			if whys[i] != "" {
				fmt.Fprintf(&b, "    %s\n", report.Line(whys[i]))
			}
		}
	}
	if used, unclear := p.Used(); used+unclear > 0 {
		fmt.Fprintf(&b, "\n%d of them are in use, and of %d nobody knows: what is in their memory is lost.\n", used, unclear)
	}
	b.WriteString("\nFiles, spaces and volumes stay. Single kernels and terminals cannot be reached from outside: the agent and the panel in JupyterLab stop those.\n")
	for _, c := range p.Coverage {
		fmt.Fprintf(&b, "\nnot seen: %s %s %s: %s\n", c.Target, c.Operation, c.Outcome, report.Line(c.Reason()))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Count says how many apps are meant.
func (p *Plan) Count() string {
	if len(p.Steps) == 1 {
		return "1 app"
	}
	return fmt.Sprintf("%d apps", len(p.Steps))
}

// everywhere are the targets of all that is meant, each once.
func (p *Plan) everywhere() []estate.Target {
	all := Plan{Steps: slices.Clone(p.Steps)}
	for _, l := range p.Left {
		all.Steps = append(all.Steps, l.Step)
	}
	return all.Targets()
}

func (s Step) row(action string) string {
	use := string(s.State)
	if s.Status != inService {
		use = s.Status
	}
	hourly := "?"
	if s.Hourly != "" {
		hourly = "$" + s.Hourly + "/h"
	}
	cells := []string{action, s.place(), s.Type, s.App, cmp.Or(s.InstanceType, "-"), hourly, use, "of " + cmp.Or(s.Owner, "nobody known")}
	for i := range cells {
		cells[i] = report.Line(cells[i])
	}
	return strings.Join(cells, "\t") + "\n"
}

func (s Step) place() string {
	if s.Space != "" {
		return "space " + s.Space
	}
	return "user " + s.User
}

// String is a line for a person.
func (r Result) String() string {
	line := fmt.Sprintf("%s: %s %s of %s in %s", r.Outcome, r.Type, r.App, r.place(), r.Target)
	if r.Why != "" {
		line += ": " + r.Why
	}
	return report.Line(line)
}
