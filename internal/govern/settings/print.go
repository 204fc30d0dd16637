package settings

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/sagewarden/sagewarden/internal/report"
)

// Show writes what a change does to each app type, for a person.
func (c Change) Show(w io.Writer) {
	line := func(format string, args ...any) { _, _ = fmt.Fprintln(w, report.Line(fmt.Sprintf(format, args...))) }
	if p := c.TagPropagation; p != nil {
		line("    TagPropagation: %s, was %s", p.After, p.Before)
	}
	for _, t := range slices.Sorted(maps.Keys(c.After)) {
		before, after := c.Before[t], c.After[t]
		line("  %s", t)
		for _, arn := range before.Scripts {
			sign := "-"
			if slices.Contains(after.Scripts, arn) {
				sign = " "
			}
			line("    %s %s", sign, arn)
		}
		for _, arn := range after.Scripts {
			if !slices.Contains(before.Scripts, arn) {
				line("    + %s", arn)
			}
		}
		for _, m := range [][3]string{{"default", before.Script, after.Script}, {"built in", before.BuiltIn, after.BuiltIn},
			{"idle shutdown", before.Idle.String(), after.Idle.String()}, {"instance type", before.Instance, after.Instance}, {"image", before.Image.ARN, after.Image.ARN}} {
			if m[1] != m[2] {
				line("    %s: %s, was %s", m[0], cmp.Or(m[2], "none"), cmp.Or(m[1], "none"))
			}
		}
	}
}

// String is the setting for a person, empty for none.
func (i Idle) String() string {
	if i == (Idle{}) {
		return ""
	}
	text := map[string]string{"ENABLED": "on", "DISABLED": "off", "": "limit"}[i.Management]
	if i.Minutes != 0 {
		text += fmt.Sprintf(", after %d minutes", i.Minutes)
	}
	switch {
	case i.Min != 0 && i.Max != 0:
		text += fmt.Sprintf(" (people may choose %d to %d)", i.Min, i.Max)
	case i.Max != 0:
		text += fmt.Sprintf(" (people may choose up to %d)", i.Max)
	case i.Min != 0:
		text += fmt.Sprintf(" (people may choose %d or more)", i.Min)
	}
	return text
}
