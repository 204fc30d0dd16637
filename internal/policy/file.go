package policy

import (
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/strictyaml"
)

// A File is a policy file as it is written.
type File struct {
	// Summary is one line for people: what the file is for.
	Summary string `yaml:"summary"`
	// Include names ready packs whose policies belong to this file: studio-basics. See sagewarden policy list.
	Include []string `yaml:"include"`
	// Calendars say when people work, by names that conditions use: calendar.berlin.officeHours. One that has the name of an included pack's takes its place.
	Calendars map[string]Calendar `yaml:"calendars"`
	// Policies say which resources matter, when, and what is to happen.
	Policies []Form `yaml:"policies"`
	// Tests are cases with what is expected of them, for sagewarden policy test.
	Tests []Case `yaml:"tests"`
}

// Calendar says when people work.
type Calendar struct {
	// TimeZone is the zone of the hours, as Europe/Berlin; UTC when left out.
	TimeZone string `yaml:"timeZone"`
	// OfficeHours are the hours of work, as mon-fri 08:00-18:00.
	OfficeHours []string `yaml:"officeHours"`
	// Holidays are dates, as 2026-12-24, or days of every year, as 12-25. They have no office hours.
	Holidays []string `yaml:"holidays"`
	// Weekend is the days of it; sat and sun when left out.
	Weekend []string `yaml:"weekend"`
}

// Form is a policy as it is written.
type Form struct {
	// Name is unique among all policies.
	Name string `yaml:"name"`
	// Summary is one line for people.
	Summary string `yaml:"summary"`
	// Kind is the family of resources that the policy is about.
	Kind string `yaml:"kind"`
	// Kinds are the families, where they are several.
	Kinds []string `yaml:"kinds"`
	// When is the condition, in CEL: verdict.idle && verdict.idleFor > duration("2h").
	When string `yaml:"when"`
	// Unless is a condition that lets resources off.
	Unless string `yaml:"unless"`
	// Schedule is when to look, as a cron expression in the policy's time zone: 0 19 * * mon-fri. At every run when left out.
	Schedule string `yaml:"schedule"`
	// TimeZone is the zone of the schedule and of today, as Europe/Berlin; UTC when left out.
	TimeZone string `yaml:"timeZone"`
	// Approvals is how many people must approve a finding before anything is changed.
	Approvals int `yaml:"approvals"`
	// Steps are what happens, one after the other.
	Steps []StepForm `yaml:"steps"`
	// Limits bound what the policy does.
	Limits LimitsForm `yaml:"limits"`
}

// StepForm is a step as it is written: exactly one of notify, stop, start, delete, scale, set-idle-shutdown, tag and snapshot-config.
type StepForm struct {
	// After is how long after the step before was done, or after the resource was found.
	After time.Duration `yaml:"after"`
	// MinConfidence is the least that a verdict must have: high, medium or low. A stop, delete or scale asks for high when left out.
	MinConfidence estate.Confidence `yaml:"minConfidence"`
	// Notify tells people.
	Notify *NotifyForm `yaml:"notify"`
	// Stop stops it, so that it can be started again.
	Stop *Nothing `yaml:"stop"`
	// Start starts it.
	Start *Nothing `yaml:"start"`
	// Delete deletes it, after its configuration was saved.
	Delete *DeleteForm `yaml:"delete"`
	// Scale leaves fewer instances or copies, or more.
	Scale *ScaleForm `yaml:"scale"`
	// SetIdleShutdown sets Studio's own shutdown of idle apps.
	SetIdleShutdown *IdleForm `yaml:"set-idle-shutdown"`
	// Tag sets tags.
	Tag map[string]string `yaml:"tag"`
	// SnapshotConfig saves the configuration.
	SnapshotConfig *Nothing `yaml:"snapshot-config"`
}

// Nothing is what a step says that takes nothing: {}.
type Nothing struct{}

// NotifyForm says whom to tell, and how.
type NotifyForm struct {
	// To is owner, or the name of a configured person or group.
	To string `yaml:"to"`
	// CC are told as well.
	CC []string `yaml:"cc"`
	// Via are names of configured channels, all of which must take the notice; what the recipients have when left out.
	Via []string `yaml:"via"`
	// Template is the name of a configured template.
	Template string `yaml:"template"`
}

// DeleteForm says what a deletion takes along.
type DeleteForm struct {
	// Data takes the data along, such as a domain's file system. Without it all data that can stay stays.
	Data bool `yaml:"data"`
}

// ScaleForm says what scaling leaves.
type ScaleForm struct {
	// Part is the part that is meant, such as an endpoint's variant; all of them when left out.
	Part string `yaml:"part"`
	// Count is how many instances or copies are left.
	Count *int `yaml:"count"`
	// ToZero leaves none, and sets up what wakes it again.
	ToZero bool `yaml:"toZero"`
}

// IdleForm says when Studio shuts idle apps down by itself.
type IdleForm struct {
	// IdleFor is the time without use, from 1h to 365d, in whole minutes.
	IdleFor time.Duration `yaml:"idleFor"`
}

// LimitsForm bounds what a policy does. What is left out is no bound.
type LimitsForm struct {
	// MaxActions bounds the changes of a run.
	MaxActions *int `yaml:"maxActions"`
	// MaxPerDay bounds the changes of a day (UTC).
	MaxPerDay *int `yaml:"maxPerDay"`
	// MaxShare bounds the changes of a run to a share of the resources of the policy's kinds, as 20%.
	MaxShare Percent `yaml:"maxShare"`
	// MaxHourlySavings bounds the dollars an hour that a run stops.
	MaxHourlySavings Dollars `yaml:"maxHourlySavings"`
}

// Percent is a share, written as in the rest of the configuration: 20%.
type Percent = strictyaml.Percent

// Dollars are an amount of money, written as in the rest of the configuration.
type Dollars = strictyaml.Dollars
