package shutdown

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"
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
	fmt.Fprintf(&b, "%d apps would be shut down, which ends %s\n", len(p.Steps), money)
	if len(p.Steps)+len(p.Left) > 0 {
		fmt.Fprintln(&b)
		t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0) // Flush says what goes wrong
		_, _ = fmt.Fprintln(t, "ACTION\tACCOUNT\tREGION\tDOMAIN\tWHERE\tTYPE\tAPP\tINSTANCE\tSTATUS\tUSE\t$/H\tOWNER\tWHY")
		for _, s := range p.Steps {
			s.row(t, "shut down", s.Reason)
		}
		for _, l := range p.Left {
			l.row(t, "leave", l.Why)
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	if used, unclear := p.Used(); used+unclear > 0 {
		fmt.Fprintf(&b, "\n%d of them are in use, and of %d nobody knows: what is in their memory is lost.\n", used, unclear)
	}
	b.WriteString("\nFiles, spaces and volumes stay. Single kernels and terminals cannot be reached from outside: the agent and the panel in JupyterLab stop those.\n")
	for _, c := range p.Coverage {
		fmt.Fprintf(&b, "\nnot seen: %s %s %s: %s\n", c.Target, c.Operation, c.Outcome, plain(c.Reason()))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (s Step) row(w io.Writer, action, why string) {
	where := "user " + s.User
	if s.Space != "" {
		where = "space " + s.Space
	}
	cells := []string{action, s.Target.Account, s.Target.Region, s.Domain, where, s.Type, s.App, cmp.Or(s.InstanceType, "-"), s.Status, string(s.State), cmp.Or(s.Hourly, "?"), cmp.Or(s.Owner, "-"), why}
	for i := range cells {
		cells[i] = plain(cells[i])
	}
	_, _ = fmt.Fprintln(w, strings.Join(cells, "\t"))
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
