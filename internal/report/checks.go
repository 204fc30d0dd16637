package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// CheckFormats are those of Checks and Targets.
func CheckFormats() []Format { return []Format{Table, JSON} }

// Checks prints what was looked at before any work, in the form Table or JSON.
func Checks(w io.Writer, checks []estate.Check, o Options) error {
	if o.Format == JSON {
		return writeJSON(w, struct {
			Checks []estate.Check `json:"checks"`
		}{checks})
	}
	levels := map[estate.Level]int{}
	for _, c := range checks {
		levels[c.Level]++
	}
	t := newTerminal(o)
	t.line(strong, 0, 0, fmt.Sprintf("%d checks: %d ok, %d warn, %d fail", len(checks), levels[estate.Fine], levels[estate.Warn], levels[estate.Fail]))
	t.blank()
	for _, c := range alike(checks) {
		t.check(c)
	}
	return write(w, t.Bytes())
}

var levelTones = map[estate.Level]tone{estate.Fine: good, estate.Warn: doubtful, estate.Fail: bad}

// The columns of a check: how it stands, what it is.
const (
	levelColumn = 6
	checkColumn = 15
)

// check prints what was found, and below it what that hides and what to do.
func (t *terminal) check(c estate.Check) {
	text := Line(c.Finding)
	if c.On != "" {
		text = Line(c.On) + ": " + text
	}
	const indent = levelColumn + checkColumn
	lines := []string{text}
	if t.width > 0 {
		lines = wrap(text, t.width-indent, t.width-indent)
	}
	for n, line := range lines {
		lead := strings.Repeat(" ", indent)
		if n == 0 {
			level := string(c.Level)
			lead = t.palette.paint(levelTones[c.Level], level) + strings.Repeat(" ", levelColumn-len(level)) + fmt.Sprintf("%-*s", checkColumn, Line(c.Name))
		}
		t.WriteString(lead + line + "\n")
	}
	if c.Hides != "" {
		t.line(faint, indent, 2, "hides "+c.Hides)
	}
	if c.Hint != "" {
		t.line(faint, indent, 2, "hint: "+c.Hint)
	}
}

// alike joins the checks that differ in nothing but the account: an organization's are one line.
func alike(checks []estate.Check) []estate.Check {
	var joined []estate.Check
	on := map[estate.Check][]string{} // empty for those that are about all
	for _, c := range checks {
		where := c.On
		c.On = ""
		if _, seen := on[c]; !seen {
			joined = append(joined, c)
		}
		on[c] = append(on[c], where)
	}
	for i, c := range joined {
		joined[i].On = some(slices.Compact(on[c]), regionsTold, ", ")
	}
	return joined
}
