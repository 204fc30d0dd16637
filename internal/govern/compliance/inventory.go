package compliance

import (
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// An Inventory is what was read of one target. Of what could not be read, the field Unread says why.
type Inventory struct {
	Target    estate.Target
	Domains   []Domain
	Notebooks []Notebook
	// Scripts are the lifecycle configurations that something names, by ARN.
	Scripts map[string]Script
	// Unlisted says why it is not known what else there is, empty where the listings were whole.
	Unlisted string
}

// A Domain is a Studio domain with what is in it.
type Domain struct {
	ARN, ID, Name, Unread string
	// Users are the defaults of people, Shared those of shared spaces.
	Users, Shared Settings
	Profiles      []Profile
	Spaces        []Space
	Apps          []App
	// AppsUnread says why it is not known what runs.
	AppsUnread string
}

// A Profile is a user profile, with what it says itself.
type Profile struct {
	ARN, Name, Unread string
	Own               Settings
}

// A Space is a Studio space, with what it says itself.
type Space struct {
	ARN, Name, Owner, Unread string
	// Type is the app that runs in it, empty where it takes any.
	Type   string
	Shared bool
	Own    Settings
	// Spared says that it was not described, since nothing that it could say would cover it.
	Spared bool
}

// An App is an app that runs, with its newest heartbeat.
type App struct {
	ARN, Type, Name, User, Space string
	Beat                         Beat
}

// A Notebook is a notebook instance.
type Notebook struct {
	ARN, Name string
	// Script is the ARN of its lifecycle configuration, empty for none.
	Script  string
	Running bool
	Beat    Beat
}

// Settings are those of the apps, by their type.
type Settings map[string]AppSettings

// AppSettings are what one level says of an app; a zero field says nothing.
type AppSettings struct {
	Idle Idle
	// Scripts are the lifecycle configurations to choose from, Script the one that is taken by default.
	Scripts []string
	Script  string
	Image   Image
}

// Idle is the native idle shutdown, in minutes.
type Idle struct {
	// Management is ENABLED or DISABLED, in capitals as the API has it.
	Management        string
	Minutes, Min, Max int32
}

// An Image is what an app starts from by default. Without an ARN it is Studio's own newest.
type Image struct{ ARN, Version string }

// A Script is a lifecycle configuration.
type Script struct {
	// Digest is sha256: and the hexadecimal digest of what it runs.
	Digest, Unread string
}

// A Beat is what is known of an agent's heartbeat.
type Beat struct {
	At time.Time
	// Advancing says that an older beat is known besides: the agent did not start and die.
	Advancing bool
	// Quality is Absent where there is none.
	Quality estate.Quality
	Note    string
}

// or is the heartbeat that says more, of two that the same agent may send: one that is fresh and advances, else one that leaves a doubt.
func (b Beat) or(other Beat, now time.Time) Beat {
	if other.rank(now) > b.rank(now) {
		return other
	}
	return b
}

func (b Beat) rank(now time.Time) int {
	switch {
	case b.Quality.Broken():
		return 2
	case b.At.IsZero():
		return 0
	case now.Sub(b.At) > Fresh:
		return 1
	case !b.Advancing:
		return 3
	}
	return 4
}

// over lays what a nearer level says over what a farther one does, field by field.
func (near AppSettings) over(far AppSettings) AppSettings {
	if i := near.Idle; i.Management != "" {
		far.Idle.Management = i.Management
	}
	for _, m := range []struct {
		near int32
		far  *int32
	}{{near.Idle.Minutes, &far.Idle.Minutes}, {near.Idle.Min, &far.Idle.Min}, {near.Idle.Max, &far.Idle.Max}} {
		if m.near != 0 {
			*m.far = m.near
		}
	}
	if len(near.Scripts) > 0 {
		far.Scripts = near.Scripts
	}
	if near.Script != "" {
		far.Script = near.Script
	}
	if near.Image.ARN != "" {
		far.Image = near.Image
	}
	return far
}
