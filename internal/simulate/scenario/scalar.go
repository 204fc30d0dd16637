package scenario

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// An Instant is a point in time: RFC 3339, now, or relative to the scenario's at: -3d4h, +90s.
type Instant struct {
	absolute time.Time
	relative time.Duration
	given    bool
}

// UnmarshalYAML reads the instant.
func (i *Instant) UnmarshalYAML(node ast.Node) error {
	text, ok := scalar(node)
	if !ok {
		return wrong(node, "want a time").withHint(instantHint)
	}
	i.given = true
	if text == "now" {
		return nil
	}
	if sign, rest, ok := cutSign(text); ok {
		d, ok := parseSpan(rest)
		if !ok {
			return wrong(node, "%q is not a time", text).withHint(instantHint)
		}
		i.relative = time.Duration(sign) * d
		return nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.Year() < 2000 || t.Year() >= 2200 {
		return wrong(node, "%q is not a time", text).withHint(instantHint)
	}
	i.absolute = t.UTC()
	return nil
}

const instantHint = "write RFC 3339 (2026-03-02T12:00:00Z), now, or a time relative to at: -3d4h, -90s"

// from resolves the instant; one that was left out is the fallback.
func (i Instant) from(at, fallback time.Time) time.Time {
	switch {
	case !i.given:
		return fallback
	case !i.absolute.IsZero():
		return i.absolute
	}
	return at.Add(i.relative)
}

func cutSign(s string) (sign int, rest string, ok bool) {
	if rest, ok = strings.CutPrefix(s, "-"); ok {
		return -1, rest, true
	}
	rest, ok = strings.CutPrefix(s, "+")
	return 1, rest, ok
}

// A Span is a length of time: 90s, 2h30m, 3d, 2w.
type Span time.Duration

// UnmarshalYAML reads the length of time.
func (s *Span) UnmarshalYAML(node ast.Node) error {
	text, ok := scalar(node)
	d, valid := parseSpan(text)
	if !ok || !valid {
		return wrong(node, "%q is not a length of time", text).withHint("write it as 90s, 2h30m, 3d or 2w")
	}
	*s = Span(d)
	return nil
}

func (s Span) or(fallback time.Duration) time.Duration {
	if s == 0 {
		return fallback
	}
	return time.Duration(s)
}

var (
	spanSyntax = regexp.MustCompile(`^([0-9]{1,9}(\.[0-9]{1,9})?(ms|w|d|h|m|s))+$`)
	spanPart   = regexp.MustCompile(`([0-9.]+)([a-z]+)`)
	spanUnits  = map[string]time.Duration{"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
)

// longest keeps arithmetic with spans away from the limits of time.Duration.
const longest = 50 * 365 * 24 * time.Hour

func parseSpan(s string) (time.Duration, bool) {
	if !spanSyntax.MatchString(s) {
		return 0, false
	}
	var sum float64
	for _, part := range spanPart.FindAllStringSubmatch(s, -1) {
		n, err := strconv.ParseFloat(part[1], 64)
		if err != nil {
			return 0, false
		}
		sum += n * float64(spanUnits[part[2]])
	}
	return time.Duration(sum), sum <= float64(longest)
}

// Text is text that may be written without quotes even where it looks like a number: account ids, prices.
type Text string

// UnmarshalYAML keeps the characters as they are written.
func (t *Text) UnmarshalYAML(node ast.Node) error {
	s, ok := scalar(node)
	if !ok {
		return wrong(node, "want text")
	}
	*t = Text(s)
	return nil
}

// A Policy is an IAM policy document as JSON.
type Policy string

// UnmarshalYAML reads a mapping, or JSON text.
func (p *Policy) UnmarshalYAML(node ast.Node) error {
	const hint = "write the document as YAML, or as JSON text"
	if text, ok := scalar(node); ok {
		var document map[string]any
		if err := json.Unmarshal([]byte(text), &document); err != nil {
			return wrong(node, "the policy is not a JSON object: %v", err).withHint(hint)
		}
		*p = Policy(text)
		return nil
	}
	var document map[string]any
	if err := yaml.NodeToValue(node, &document, yaml.Strict()); err != nil {
		return err
	}
	// Version: 2012-10-17 written without quotes is a date to some YAML readers; here it stays text.
	text, err := json.Marshal(document)
	if err != nil {
		return wrong(node, "the policy is not a JSON object: %v", err).withHint(hint)
	}
	*p = Policy(text)
	return nil
}

// scalar returns the text of a scalar as it is written.
func scalar(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	return "", false
}
