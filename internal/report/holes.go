package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// coverage says what was seen, and names every hole.
func coverage(s *estate.Snapshot) []remark {
	operations := map[string]bool{}
	for _, c := range s.Coverage {
		operations[c.Operation] = true
	}
	line := remark{text: fmt.Sprintf("coverage: %s, %s, ", count(len(s.Targets), "target"), count(len(operations), "operation"))}
	holes := s.Holes()
	if s.Interrupted {
		line.text, line.tone = line.text+"interrupted, ", bad
	}
	switch {
	case len(holes) > 0:
		line.text, line.tone = line.text+count(len(holes), "hole")+":", bad
	case s.Interrupted:
		line.text = strings.TrimSuffix(line.text, ", ")
	case len(operations) == 0:
		line.text += "nothing was asked"
	default:
		line.text += "all seen"
	}
	out := []remark{line}
	eachBlindness(s, func(b blindness, reason, hint string) {
		out = append(out, remark{text: b.String(), level: 1})
		if reason != "" {
			out = append(out, remark{text: reason, tone: faint, level: 2})
		}
		if hint != "" {
			out = append(out, remark{text: "hint: " + hint, tone: faint, level: 2})
		}
	})
	return out
}

// Holes prints what could not be seen and why, with hints, beside the forms that have no room for it.
func Holes(w io.Writer, s *estate.Snapshot) error {
	t := newTerminal(Options{})
	if s.Interrupted {
		t.line(plain, 0, 0, "sagewarden: interrupted: this is what was known by then, not all that there is")
	}
	eachBlindness(s, func(b blindness, _, hint string) {
		t.line(plain, 0, 0, "sagewarden: not seen: "+b.failure())
		if hint != "" {
			t.line(plain, 2, 0, "hint: "+hint)
		}
	})
	return write(w, t.Bytes())
}

// eachBlindness tells f of each blindness of the snapshot, why it is and what to do about it. A hint that several have in common
// comes with the last of them, and so does a reason that they share, too.
func eachBlindness(s *estate.Snapshot, f func(b blindness, reason, hint string)) {
	all := blind(s.Coverage)
	for i, b := range all {
		reason, hint := b.reason(), b.hint()
		if i+1 < len(all) && all[i+1].hint() == hint {
			hint = ""
			if all[i+1].reason() == reason {
				reason = ""
			}
		}
		f(b, reason, hint)
	}
}

// A blindness is the holes of one account that came out the same way, in the regions where they are the same operations'.
type blindness struct {
	// regions are those of the account, each with the same holes; holes are the first region's.
	regions []string
	holes   []estate.Coverage
	// whole says that nothing else was asked.
	whole bool
}

// blind groups the holes: an account that refuses everything is one line, not one for each operation and region. They are in
// the order of the coverage, but those with the same hint follow one another.
func blind(coverage []estate.Coverage) []blindness {
	type way struct {
		target  estate.Target // with its name: of an account that did not open, nothing else may be known
		outcome estate.Outcome
	}
	asked := map[estate.Target]int{}
	byWay := map[way][]estate.Coverage{}
	var ways []way
	for _, c := range coverage {
		asked[c.Target]++
		if !c.Hole() {
			continue
		}
		w := way{c.Target, c.Outcome}
		if byWay[w] == nil {
			ways = append(ways, w)
		}
		byWay[w] = append(byWay[w], c)
	}
	var all []blindness
	for _, w := range ways {
		b := blindness{holes: byWay[w], whole: len(byWay[w]) == asked[w.target]}
		if i := slices.IndexFunc(all, b.like); i >= 0 {
			all[i].regions = append(all[i].regions, b.holes[0].Target.Region)
			continue
		}
		b.regions = []string{b.holes[0].Target.Region}
		all = append(all, b)
	}
	place := map[string]int{}
	for _, b := range all {
		if _, seen := place[b.hint()]; !seen {
			place[b.hint()] = len(place)
		}
	}
	slices.SortStableFunc(all, func(a, b blindness) int { return place[a.hint()] - place[b.hint()] })
	return all
}

// like reports whether the other is the same in another region of the account.
func (b blindness) like(o blindness) bool {
	return b.whole == o.whole && slices.EqualFunc(b.holes, o.holes, func(x, y estate.Coverage) bool {
		x.Target.Region, y.Target.Region = "", ""
		return x.Target == y.Target && x.Operation == y.Operation && x.Outcome == y.Outcome &&
			x.Hides == y.Hides && x.Hint == y.Hint
	})
}

const (
	regionsTold    = 4
	operationsTold = 3
	hiddenTold     = 3
)

// String says what was not seen and what that hides.
func (b blindness) String() string {
	c := b.holes[0]
	where := c.Target.Label() + "/" + some(b.regions, regionsTold, ",")
	if len(b.holes) == 1 {
		return where + " " + c.Operation + " " + string(c.Outcome) + hides(c.Hides)
	}
	if b.whole {
		return fmt.Sprintf("%s all %d operations %s, hides everything that was asked for", where, len(b.holes), c.Outcome)
	}
	var hidden []string
	for _, h := range b.holes {
		if h.Hides != "" && !slices.Contains(hidden, h.Hides) {
			hidden = append(hidden, h.Hides)
		}
	}
	return fmt.Sprintf("%s %d operations %s (%s)%s", where, len(b.holes), c.Outcome, some(b.operations(), operationsTold, ", "), hides(some(hidden, hiddenTold, "; ")))
}

func hides(what string) string {
	if what == "" {
		return ""
	}
	return ", hides " + what
}

func (b blindness) operations() []string {
	var out []string
	for _, h := range b.holes {
		out = append(out, h.Operation)
	}
	return out
}

// hint is what to do about all of it: where the hints differ in the operation's name alone, one that names them together.
func (b blindness) hint() string {
	const operations = "\x00"
	var hints []string
	for _, h := range b.holes {
		if general := strings.ReplaceAll(h.Hint, h.Operation, operations); h.Hint != "" && !slices.Contains(hints, general) {
			hints = append(hints, general)
		}
	}
	return strings.ReplaceAll(strings.Join(hints, "; "), operations, some(b.operations(), operationsTold, ", "))
}

// reason is the error of all of it, in few words, or the first of several.
func (b blindness) reason() string {
	var reasons []string
	for _, h := range b.holes {
		if r := h.Reason(); r != "" && !slices.Contains(reasons, r) {
			reasons = append(reasons, r)
		}
	}
	switch len(reasons) {
	case 0:
		return ""
	case 1:
		return "error: " + reasons[0]
	}
	return fmt.Sprintf("first of %d errors: %s", len(reasons), reasons[0])
}

// failure is the blindness with the errors that made it, or the first of many.
func (b blindness) failure() string {
	switch e := b.holes[0].Error; {
	case e == "":
		return b.String()
	case len(b.holes) == 1:
		return b.String() + ": " + e
	default:
		return b.String() + "; the first: " + e
	}
}
