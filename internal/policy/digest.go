package policy

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Digest is short and the same as long as the policy decides the same: its kinds, conditions with the calendars and the zone that they read, and
// steps. Its words for people, its limits, its schedule and who approves may change: they do not change what is to happen to a resource.
func (p *Policy) Digest() string {
	of := struct {
		Kinds        []estate.Kind
		When, Unless string
		Zone         string
		Calendars    map[string]Calendar
		Steps        []Step
	}{Kinds: p.Kinds, Zone: p.Zone.String(), Calendars: map[string]Calendar{}, Steps: p.Steps}
	if p.when != nil {
		of.When = p.when.text
	}
	if p.unless != nil {
		of.Unless = p.unless.text
	}
	for _, c := range []*condition{p.when, p.unless} {
		if c == nil {
			continue
		}
		for _, read := range c.reads {
			if name, ok := strings.CutPrefix(read, wordCalendar+"."); ok {
				of.Calendars[name] = p.calendars[name].form
			}
		}
	}
	text, err := json.Marshal(of)
	if err != nil {
		panic(err) // texts and numbers: it cannot fail
	}
	sum := sha256.Sum256(text)
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}
