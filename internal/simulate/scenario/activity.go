package scenario

import (
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// An Activity is what happens, and when: never, always, or one of the kinds, narrowed by since and until and multiplied by times.
type Activity struct {
	// Never and Always are written as the bare words.
	never, always bool
	// Sessions are stretches of continuous use.
	Sessions []Session `yaml:"sessions"`
	// Every is the period of a clock.
	Every Span `yaml:"every"`
	// Phase shifts the clock.
	Phase Span `yaml:"phase"`
	// WorkingDay is a person's habit.
	WorkingDay *WorkingDay `yaml:"workingDay"`
	// Traffic is calls at irregular instants around a rate.
	Traffic *Traffic `yaml:"traffic"`
	// Instants are single events.
	Instants []Instant `yaml:"instants"`
	// Union is everything that its members do.
	Union []Activity `yaml:"union"`
	// Since cuts off what is earlier.
	Since Instant `yaml:"since"`
	// Until cuts off what is later.
	Until Instant `yaml:"until"`
	// Times makes each event count so many times.
	Times float64 `yaml:"times"`
}

// A Session is a stretch of use: [from, to].
type Session [2]Instant

// A WorkingDay is a person's habit: working days with jitter, sick days and holidays.
type WorkingDay struct {
	// Zone is the person's time zone, such as Europe/Berlin.
	Zone string `yaml:"zone" jsonschema:"required"`
	// Hours are the usual hours, local time; 09:00-17:30 when left out.
	Hours string `yaml:"hours"`
	// Days are the working days; mon to fri when left out.
	Days []string `yaml:"days" jsonschema:"enum=mon,enum=tue,enum=wed,enum=thu,enum=fri,enum=sat,enum=sun"`
	// Jitter is how far start and end may be off.
	Jitter Span `yaml:"jitter"`
	// Seed tells people with the same hours apart.
	Seed uint64 `yaml:"seed"`
}

// Traffic is calls at irregular instants around a rate that follows the hour of the week.
type Traffic struct {
	// PerMinute is the mean rate on a weekday.
	PerMinute float64 `yaml:"perMinute" jsonschema:"required"`
	// Peak is the busiest hour (UTC).
	Peak float64 `yaml:"peak"`
	// Swing, 0 to 1, is how much quieter the opposite hour is.
	Swing float64 `yaml:"swing"`
	// Weekend is the share of a weekday's traffic on Saturday and Sunday; one when left out.
	Weekend *float64 `yaml:"weekend"`
	// Seed tells callers with the same shape apart.
	Seed uint64 `yaml:"seed"`
}

// UnmarshalYAML reads the bare words never and always, or a mapping.
func (a *Activity) UnmarshalYAML(node ast.Node) error {
	if word, ok := scalar(node); ok {
		a.never, a.always = word == "never", word == "always"
		if !a.never && !a.always {
			return wrong(node, "%q is not an activity", word).withHint("write never, always, or a mapping such as {sessions: [[-3h, -2h]]}")
		}
		return nil
	}
	type plain Activity
	return yaml.NodeToValue(node, (*plain)(a), yaml.Strict())
}

// UnmarshalYAML reads a pair of instants.
func (s *Session) UnmarshalYAML(node ast.Node) error {
	var pair []Instant
	if err := yaml.NodeToValue(node, &pair, yaml.Strict()); err != nil {
		return err
	}
	if len(pair) != 2 {
		return wrong(node, "a session has %d instants", len(pair)).withHint("write it as [from, to]: [-3h, -2h]")
	}
	*s = Session{pair[0], pair[1]}
	return nil
}
