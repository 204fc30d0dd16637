package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// notJudged says what the verdicts leave open.
func (d digest) notJudged(all bool) []remark {
	n := d.summary.NotJudged
	if n.Resources == 0 {
		return nil
	}
	text := fmt.Sprintf("not judged: %s, %s/h", count(n.Resources, "resource"), n.Hourly.total())
	if !all {
		text += ": see --all"
	}
	return []remark{{text: text, tone: doubtful}}
}

// unpriced names the prices that are not known, a line per reason.
func (d digest) unpriced() []remark {
	prices := d.summary.UnknownPrices
	if len(prices) == 0 {
		return nil
	}
	out := []remark{{text: count(len(prices), "price") + " unknown, so that sums with them are lower bounds:", tone: doubtful}}
	for len(prices) > 0 {
		why := prices[0].Why
		n := 0
		var names []string
		for ; n < len(prices) && prices[n].Why == why; n++ {
			names = append(names, prices[n].String())
		}
		line := strings.Join(names, ", ")
		if why != "" {
			line += ": " + why
		}
		out, prices = append(out, remark{text: line, level: 1}), prices[n:]
	}
	return out
}

// coverage says what was seen, and names every hole.
func (d digest) coverage() []remark {
	operations := map[string]bool{}
	for _, c := range d.snapshot.Coverage {
		operations[c.Operation] = true
	}
	line := remark{text: fmt.Sprintf("coverage: %s, %s, ", count(d.summary.Targets, "target"), count(len(operations), "operation"))}
	holes := d.snapshot.Holes()
	switch {
	case len(holes) > 0:
		line.text, line.tone = line.text+count(len(holes), "hole")+":", bad
	case d.snapshot.Interrupted:
		line.text, line.tone = line.text+"interrupted", bad
	case len(operations) == 0:
		line.text += "nothing was asked"
	default:
		line.text += "all seen"
	}
	out := []remark{line}
	for _, h := range holes {
		out = append(out, remark{text: hole(h), level: 1})
		if h.Hint != "" {
			out = append(out, remark{text: "hint: " + h.Hint, tone: faint, level: 2})
		}
	}
	return out
}

// Holes prints what could not be seen, a line each and its hint, beside the forms that have no room for it.
func Holes(w io.Writer, s *estate.Snapshot) error {
	t := newTerminal(Options{})
	for _, h := range s.Holes() {
		t.line(plain, 0, 0, "sagewarden: not seen: "+failure(h))
		if h.Hint != "" {
			t.line(plain, 2, 0, "hint: "+h.Hint)
		}
	}
	return write(w, t.Bytes())
}

// failure is the hole with the error that made it.
func failure(c estate.Coverage) string {
	if c.Error == "" {
		return hole(c)
	}
	return hole(c) + ": " + c.Error
}

// hole says what was not seen and what that hides.
func hole(c estate.Coverage) string {
	text := fmt.Sprintf("%s/%s %s %s", c.Target.Label(), c.Target.Region, c.Operation, c.Outcome)
	if c.Hides != "" {
		text += ", hides " + c.Hides
	}
	return text
}
