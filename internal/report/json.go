package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// The versions of the published JSON forms.
const (
	scanSchema    = "sagewarden.scan/1"
	explainSchema = "sagewarden.explain/1"
)

// A document is the form JSON of a scan. Money is dollars, written as decimal strings.
type document struct {
	Schema      string    `json:"schema"`
	At          time.Time `json:"at"`
	Criteria    criteria  `json:"criteria,omitzero"`
	Interrupted bool      `json:"interrupted,omitempty"`
	Summary     summary   `json:"summary"`
	Idle        []row     `json:"idle"`
	// Free are idle too and bill nothing, present when all were asked for.
	Free []row `json:"free,omitempty"`
	// Wrong are the resources with conditions; their hourly figure is what they bill, idle or not.
	Wrong []row `json:"wrong"`
	// Resources are all observations, present when all were asked for.
	Resources []*estate.Observation `json:"resources,omitempty"`
	Coverage  []estate.Coverage     `json:"coverage"`
}

type criteria struct {
	IdleFor             map[estate.Kind]estate.Duration `json:"idleFor,omitempty"`
	MinDailyInvocations float64                         `json:"minDailyInvocations,omitempty"`
}

// IsZero reports whether the snapshot tells no criteria.
func (c criteria) IsZero() bool { return len(c.IdleFor) == 0 && c.MinDailyInvocations == 0 }

func (d digest) json(w io.Writer, o Options) error {
	s := d.snapshot
	doc := document{
		Schema: scanSchema, At: s.At.UTC(), Criteria: criteria{s.IdleFor, s.MinDailyInvocations}, Interrupted: s.Interrupted,
		Summary: d.summary, Idle: orEmpty(d.idle), Wrong: orEmpty(d.wrong), Coverage: orEmpty(s.Coverage),
	}
	if o.All {
		doc.Free, doc.Resources = d.free, slices.Collect(s.All())
	}
	return writeJSON(w, doc)
}

// An explanation is the form JSON of Explain. Money is dollars, written as decimal strings.
type explanation struct {
	Schema      string              `json:"schema"`
	At          time.Time           `json:"at"`
	Interrupted bool                `json:"interrupted,omitempty"`
	Observation *estate.Observation `json:"observation"`
	// Hourly is what the resource bills, a lower bound unless PriceKnown.
	Hourly     cost              `json:"hourly"`
	PriceKnown bool              `json:"priceKnown"`
	NotKnown   []gap             `json:"notKnown"`
	Coverage   []estate.Coverage `json:"coverage"`
	// Policies are missing where none are configured.
	Policies []Said `json:"policies,omitempty"`
}

func explainJSON(w io.Writer, s *estate.Snapshot, ob *estate.Observation, o Options) error {
	bills := bill(ob.Resource, "")
	return writeJSON(w, explanation{
		Schema: explainSchema, At: s.At.UTC(), Interrupted: s.Interrupted, Observation: ob,
		Hourly: bills, PriceKnown: bills.known, NotKnown: orEmpty(gaps(s, ob)), Coverage: coverageOf(s, ob.Resource.Target),
		Policies: o.Policies,
	})
}

// orEmpty makes a list of nothing print as [] rather than null.
func orEmpty[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// ndjson prints a row per line.
func ndjson[T any](w io.Writer, rows []T) error {
	out := bufio.NewWriter(w)
	for _, r := range rows {
		text, err := encode(r, "")
		if err != nil {
			return err
		}
		if _, err := out.Write(text); err != nil {
			return err
		}
	}
	return out.Flush()
}

func writeJSON(w io.Writer, v any) error {
	text, err := encode(v, "  ")
	if err != nil {
		return err
	}
	return write(w, text)
}

// encode keeps <, > and & as they are, and escapes what a terminal would obey: JSON itself only demands that of C0.
func encode(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return escape(b.Bytes()), nil
}

// escape rewrites the characters that do not print. In JSON they occur nowhere but in strings.
func escape(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch {
		case r == '\n' || r == zeroWidthJoiner || r == zeroWidthNonJoiner || unicode.IsPrint(r):
			out = append(out, text[:n]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		text = text[n:]
	}
	return out
}
