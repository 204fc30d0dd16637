package compliance

import (
	"maps"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
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
	Users, Shared settings.Apps
	Profiles      []Profile
	Spaces        []Space
	Apps          []App
	// AppsUnread says why it is not known what runs.
	AppsUnread string
}

// A Profile is a user profile, with what it says itself.
type Profile struct {
	ARN, Name, Unread string
	Own               settings.Apps
}

// A Space is a Studio space, with what it says itself.
type Space struct {
	ARN, Name, Owner, Unread string
	// Type is the app that runs in it, empty where it takes any.
	Type   string
	Shared bool
	Own    settings.Apps
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
	// Script is the ARN of its lifecycle configuration, and Config its name; empty for none.
	Script, Config string
	// Running says that it is used or can be, and Stopped that it takes changes.
	Running, Stopped bool
	Beat             Beat
}

// A Script is a lifecycle configuration.
type Script struct {
	// Digest is sha256: and the hexadecimal digest of what it runs, and Type the app type that it is for.
	Digest, Type, Unread string
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

// said is what each place says itself.
func (inv Inventory) said() map[settings.Place]settings.Apps {
	all := map[settings.Place]settings.Apps{}
	for _, d := range inv.Domains {
		all[settings.Place{Level: settings.LevelDomain, Domain: d.ID}] = d.Users
		all[settings.Place{Level: settings.LevelShared, Domain: d.ID}] = d.Shared
		for _, p := range d.Profiles {
			all[settings.Place{Level: settings.LevelProfile, Domain: d.ID, Name: p.Name}] = p.Own
		}
		for _, s := range d.Spaces {
			all[settings.Place{Level: settings.LevelSpace, Domain: d.ID, Name: s.Name}] = s.Own
		}
	}
	for _, n := range inv.Notebooks {
		app := settings.App{Script: n.Script}
		if n.Script != "" {
			app.Scripts = []string{n.Script}
		}
		all[settings.Place{Level: settings.LevelNotebook, Name: n.Name}] = settings.Apps{settings.Notebook: app}
	}
	return all
}

// A subject is what a finding is about: an app type of a domain, a profile or a space, or a notebook instance.
type subject struct {
	Finding
	// appType is that of the settings, which a notebook instance has by itself.
	appType string
	// places are those whose settings hold for it, the nearest first.
	places []settings.Place
	// running are its apps, and unread why it is not known what its places say.
	running []App
	unread  string
}

// in is what a subject's places say together.
func (s subject) in(said map[settings.Place]settings.Apps) (all settings.App) {
	for _, p := range s.places {
		all = all.Over(said[p][s.appType])
	}
	return all
}

// subjects are all that there are.
func (inv Inventory) subjects() (all []subject) {
	for _, d := range inv.Domains {
		all = append(all, d.subjects()...)
	}
	for _, n := range inv.Notebooks {
		s := subject{Finding: Finding{Level: settings.LevelNotebook, ARN: n.ARN, Name: n.Name}, appType: settings.Notebook,
			places: []settings.Place{{Level: settings.LevelNotebook, Name: n.Name}}}
		if n.Running {
			s.running = []App{{Beat: n.Beat}}
		}
		all = append(all, s)
	}
	return all
}

func (d Domain) subjects() (all []subject) {
	add := func(f Finding, appType string, running []App, unread string, places ...settings.Place) {
		f.AppType = appType
		all = append(all, subject{Finding: f, appType: appType, places: places, running: running, unread: unread})
	}
	home := settings.Place{Level: settings.LevelDomain, Domain: d.ID}
	base := Finding{Level: settings.LevelDomain, ARN: d.ARN, Domain: d.ID, Name: d.Name}
	for _, t := range native {
		add(base, t, nil, d.Unread, home)
	}
	for _, a := range d.Apps { // Those of the domain itself, such as RStudio's server.
		if a.User == "" && a.Space == "" {
			add(base, a.Type, []App{a}, d.Unread, home)
		}
	}
	users := map[string]Profile{}
	for _, p := range d.Profiles {
		users[p.Name] = p
		running := byType(d.Apps, func(a App) bool { return a.User == p.Name })
		for _, t := range native {
			running[t] = slices.Clip(running[t]) // judged by what would run
		}
		for _, t := range slices.Sorted(maps.Keys(running)) {
			add(Finding{Level: settings.LevelProfile, ARN: p.ARN, Domain: d.ID, Name: p.Name, User: p.Name}, t, running[t], first(d.Unread, p.Unread, d.AppsUnread),
				settings.Place{Level: settings.LevelProfile, Domain: d.ID, Name: p.Name}, home)
		}
	}
	for _, s := range d.Spaces {
		places, unread := []settings.Place{{Level: settings.LevelSpace, Domain: d.ID, Name: s.Name}}, first(d.Unread, s.Unread)
		if s.Shared {
			places = append(places, settings.Place{Level: settings.LevelShared, Domain: d.ID})
		} else {
			places, unread = append(places, settings.Place{Level: settings.LevelProfile, Domain: d.ID, Name: s.Owner}, home), first(unread, users[s.Owner].Unread)
		}
		running := byType(d.Apps, func(a App) bool { return a.Space == s.Name })
		if s.Type != "" {
			running[s.Type] = slices.Clip(running[s.Type])
		}
		for _, t := range slices.Sorted(maps.Keys(running)) {
			add(Finding{Level: settings.LevelSpace, ARN: s.ARN, Domain: d.ID, Name: s.Name, User: s.Owner}, t, running[t], first(unread, d.AppsUnread), places...)
		}
	}
	return all
}

// byType are the apps that are meant, by type.
func byType(apps []App, meant func(App) bool) map[string][]App {
	all := map[string][]App{}
	for _, a := range apps {
		if meant(a) {
			all[a.Type] = append(all[a.Type], a)
		}
	}
	return all
}

func first(texts ...string) string {
	i := slices.IndexFunc(texts, func(t string) bool { return t != "" })
	if i < 0 {
		return ""
	}
	return texts[i]
}
