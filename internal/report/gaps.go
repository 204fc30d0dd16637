package report

import (
	"fmt"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A gap is something that was not known about a resource, and how to make it known.
type gap struct {
	What string `json:"what"`
	Hint string `json:"hint,omitempty"`
}

// gaps gathers them from the verdict, the signals, the prices, the tags and the coverage of the resource's target.
// An absent signal is no gap: its source answered.
func gaps(s *estate.Snapshot, ob *estate.Observation) []gap {
	var out []gap
	if ob.Verdict.State == estate.Unknown {
		out = append(out, gap{"whether it is used: " + ob.Verdict.Why, ob.Verdict.Remedy})
	}
	for _, sig := range ob.Signals {
		if sig.Quality == estate.Good || sig.Quality == estate.Absent {
			continue
		}
		what := "signal " + sig.Name
		if sig.Part != "" {
			what += " of " + sig.Part
		}
		what += fmt.Sprintf(" is %s (%s)", sig.Quality, sig.Source)
		if sig.Note != "" {
			what += ": " + sig.Note
		}
		out = append(out, gap{what, remedies[sig.Quality]})
	}
	for _, m := range ob.Resource.Meters {
		if _, known := m.Hourly(); !known {
			what := strings.TrimSpace(fmt.Sprintf("the price of %s %s", m.Component, m.InstanceType))
			if m.Rate.Why != "" {
				what += ": " + m.Rate.Why
			}
			out = append(out, gap{What: what})
		}
	}
	if ob.Resource.Tags == nil {
		out = append(out, gap{What: "its tags: they could not be read"})
	}
	for _, b := range blind(coverageOf(s, ob.Resource.Target)) {
		out = append(out, gap{b.failure(), b.hint()})
	}
	return out
}

// remedies are what helps against each quality that is no evidence, whatever the source.
var remedies = map[estate.Quality]string{
	estate.Stale:     "wait for the source's next report, and look at why it has stopped if none comes",
	estate.Partial:   "scan again: the source had not finished its answer",
	estate.Denied:    "grant the permission to read the source",
	estate.Throttled: "scan again when the account is quieter, or with a lower rate",
}

func coverageOf(s *estate.Snapshot, t estate.Target) []estate.Coverage {
	out := []estate.Coverage{}
	for _, c := range s.Coverage {
		if c.Target.Key() == t.Key() {
			out = append(out, c)
		}
	}
	return out
}
