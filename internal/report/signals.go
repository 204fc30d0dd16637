package report

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func signals(s *estate.Snapshot, sigs estate.Signals) *grid {
	if len(sigs) == 0 {
		return nil
	}
	g := &grid{prose: true, columns: []column{
		{head: "SIGNAL", least: 12, middle: true}, {head: "PART", least: 6, shed: 1}, {head: "VALUE", right: true, shed: 4},
		{head: "AT", shed: 2}, {head: "AGE", right: true, shed: 3}, {head: "QUALITY"},
		{head: "SOURCE", fold: true}, {head: "WINDOW", fold: true}, {head: "SEEN", fold: true}, {head: "NOTE", fold: true},
	}}
	for _, sig := range sigs {
		value := strings.TrimSpace(number(sig.Value) + " " + sig.Unit)
		if sig.Quality.Broken() {
			// The zero of a failed reading is no measurement.
			value = "?"
		}
		g.rows = append(g.rows, []cell{
			{sig.Name, strong}, {cmp.Or(sig.Part, "-"), plain}, {value, plain}, {instant(sig.At), plain}, {ago(s.At, sig.At), plain}, {string(sig.Quality), trust(sig.Quality)},
			{sig.Source, plain}, {window(sig.Window), plain}, {seen(s, sig.Spans), plain}, {sig.Note, plain},
		})
	}
	return g
}

// number prints a measurement: whole numbers in thousands, others to six digits.
func number(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return thousands(strconv.FormatInt(int64(v), 10))
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}

func trust(q estate.Quality) tone {
	switch {
	case q == estate.Good, q == estate.Absent:
		return good
	case q.Broken():
		return bad
	}
	return doubtful
}

func window(w estate.Window) string {
	if w.To.IsZero() {
		return ""
	}
	text := fmt.Sprintf("%s to %s (%s)", instant(w.From), instant(w.To), span(w.To.Sub(w.From)))
	if w.Period > 0 {
		text += ", by " + w.Period.String()
	}
	return text
}

// seen summarises the spans of a series.
func seen(s *estate.Snapshot, spans []estate.Span) string {
	if len(spans) == 0 {
		return ""
	}
	return fmt.Sprintf("%s, last %s", count(len(spans), "time"), ago(s.At, spans[len(spans)-1].To))
}
