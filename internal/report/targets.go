package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Reach is a target and whether it can be looked at.
type Reach struct {
	Target estate.Target
	// Principal is the ARN of the caller there, empty where the account stayed shut.
	Principal string
	// Ahead is how far its clock is ahead of this machine's.
	Ahead time.Duration
	// Answer is how the first question went, or what kept the account shut.
	Answer estate.Coverage
}

// Shut reports whether the target cannot be looked at.
func (r Reach) Shut() bool { return r.Answer.Hole() }

func (r Reach) state() (string, tone) {
	if r.Shut() {
		return string(r.Answer.Outcome), bad
	}
	return "ready", good
}

// Targets prints which targets there are and whether they can be looked at, in the form Table or JSON. Notes are what else
// there is to know.
func Targets(w io.Writer, all []Reach, notes []string, o Options) error {
	if o.Format == JSON {
		return writeJSON(w, reachDocument(all, notes))
	}
	accounts, ready := map[string]bool{}, 0
	for _, r := range all {
		accounts[r.Target.Partition+r.Target.Account] = true
		if !r.Shut() {
			ready++
		}
	}
	t := newTerminal(o)
	t.line(strong, 0, 0, fmt.Sprintf("%s in %s, %d ready", count(len(all), "target"), count(len(accounts), "account"), ready))
	t.blank()
	t.grid(reachGrid(all))
	if len(notes) > 0 {
		t.blank()
	}
	for _, n := range notes {
		t.line(faint, 0, 2, n)
	}
	return write(w, t.Bytes())
}

func reachGrid(all []Reach) *grid {
	g := &grid{prose: true, columns: []column{
		{head: "ACCOUNT", least: 12, middle: true}, {head: "ID"}, {head: "REGION"}, {head: "AS", least: 16, middle: true, shed: 1}, {head: "CLOCK", shed: 2}, {head: "STATE"},
		{head: "PROBLEM", fold: true}, {head: "HINT", fold: true},
	}}
	for _, r := range all {
		state, tone := r.state()
		clock, as := "-", "-"
		if r.Principal != "" {
			clock, as = skew(r.Ahead), r.Principal[strings.LastIndex(r.Principal, ":")+1:]
		}
		var problem, hint string
		if a := r.Answer; r.Shut() {
			problem, hint = a.Operation+" "+string(a.Outcome)+": "+strings.TrimSuffix(a.Reason(), ".")+hides(a.Hides), a.Hint
		}
		g.rows = append(g.rows, []cell{{cmp.Or(r.Target.AccountName, "-"), plain}, {cmp.Or(r.Target.Account, "-"), plain}, {r.Target.Region, plain}, {as, plain}, {clock, plain}, {state, tone}, {problem, plain}, {hint, plain}})
	}
	return g
}

// skew says how far a clock is off.
func skew(ahead time.Duration) string {
	switch {
	case ahead == 0:
		return "right"
	case ahead > 0:
		return "+" + span(ahead)
	}
	return "-" + span(-ahead)
}

// A reachRow is a Reach as JSON.
type reachRow struct {
	estate.Target
	State             string           `json:"state"`
	Principal         string           `json:"principal,omitempty"`
	ClockAheadSeconds int              `json:"clockAheadSeconds"`
	Problem           *estate.Coverage `json:"problem,omitempty"`
}

func reachDocument(all []Reach, notes []string) any {
	doc := struct {
		Targets []reachRow `json:"targets"`
		Notes   []string   `json:"notes,omitempty"`
	}{Notes: notes}
	for _, r := range all {
		state, _ := r.state()
		row := reachRow{Target: r.Target, State: state, Principal: r.Principal, ClockAheadSeconds: int(r.Ahead / time.Second)}
		if r.Shut() {
			row.Problem = &r.Answer
		}
		doc.Targets = append(doc.Targets, row)
	}
	return doc
}
