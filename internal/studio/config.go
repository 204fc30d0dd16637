package studio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// ConfigFile is where the administrator's configuration is, by default.
const ConfigFile = "/etc/sagewarden/agent.json"

// A Config is what an administrator decides. What is not in the file is as in DefaultConfig.
type Config struct {
	// Heartbeats is where signed heartbeats go, s3://bucket/prefix/; KMSKeyID encrypts them, SigningKeyID signs for them.
	Heartbeats   string `json:"heartbeats"`
	KMSKeyID     string `json:"kmsKeyId"`
	SigningKeyID string `json:"signingKeyId"`
	// IdleMinutes are the limits of those who set none of their own, Bounds those within which people may set theirs.
	IdleMinutes struct {
		App      int `json:"app"`
		Kernel   int `json:"kernel"`
		Terminal int `json:"terminal"`
	} `json:"idleMinutes"`
	Bounds Bounds `json:"bounds"`
	// Interval is how often to look, GraceMinutes how long before its end something is announced.
	Interval     estate.Duration `json:"interval"`
	GraceMinutes int             `json:"graceMinutes"`
	// Stop says what is shut down when it is idle.
	Stop struct {
		Kernels   bool `json:"kernels"`
		Terminals bool `json:"terminals"`
		App       bool `json:"app"`
	} `json:"stop"`
	// Quiet is what may be moved while nothing is in use.
	Quiet Quiet `json:"quiet"`
	// Rates are dollars per hour by instance type, as text. An unknown one is shown as unknown.
	Rates map[string]string `json:"rates"`
}

// Bounds are the minutes within which people may set their own limits.
type Bounds struct {
	Min int `json:"min"`
	Max int `json:"max"`
}

// DefaultConfig is the configuration of an administrator who decides nothing: nothing is shut down.
func DefaultConfig() Config {
	c := Config{Bounds: Bounds{Min: 15, Max: 1440}, Interval: estate.Duration(time.Minute), GraceMinutes: int(Default.Grace / time.Minute), Quiet: Default.Quiet}
	c.IdleMinutes.App = int(Default.Whole / time.Minute)
	c.IdleMinutes.Kernel = int(Default.Kernels / time.Minute)
	c.IdleMinutes.Terminal = int(Default.Terminals / time.Minute)
	return c
}

// ReadConfig reads the configuration. A file that is not there decides nothing, unless it has to be there.
func ReadConfig(file string, required bool) (Config, error) {
	c := DefaultConfig()
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && !required {
		return c, nil
	}
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields() // a limit that is misspelled would not hold
		if err = d.Decode(&c); err == nil && d.More() {
			err = errors.New("something follows its end: it was written over by half")
		}
	}
	if err == nil {
		err = c.check()
	}
	if err != nil {
		return c, &estate.Error{Op: "read the agent's configuration", On: file, Err: cause(err), Hint: "see docs/agent.md for its fields"}
	}
	return c, nil
}

// year is the most minutes of anything: far more would not fit a duration, and come out as any other.
const year = 366 * 24 * 60

func (c Config) check() error {
	switch interval := time.Duration(c.Interval); {
	case interval < time.Second || interval > Default.Gap:
		return fmt.Errorf("interval: %s is not between a second and ten minutes", interval)
	case c.Bounds.Min < 1 || c.Bounds.Max < c.Bounds.Min:
		return fmt.Errorf("bounds: %d to %d minutes is no range", c.Bounds.Min, c.Bounds.Max)
	case min(c.IdleMinutes.App, c.IdleMinutes.Kernel, c.IdleMinutes.Terminal) < 1:
		return errors.New("idleMinutes: a minute is the least")
	case min(c.Quiet.Process, c.Quiet.Network, c.Quiet.Disk) < 1:
		return errors.New("quiet: a byte a second is the least")
	case c.GraceMinutes < 0:
		return errors.New("graceMinutes: it cannot be negative")
	case max(c.Bounds.Max, c.IdleMinutes.App, c.IdleMinutes.Kernel, c.IdleMinutes.Terminal, c.GraceMinutes) > year:
		return fmt.Errorf("minutes: %d, a year, is the most; to stop nothing, leave out stop", year)
	}
	return nil
}

func (c Config) limits() Limits {
	l := Default
	l.Quiet = c.Quiet
	l.Whole, l.Kernels, l.Terminals, l.Grace = minutes(c.IdleMinutes.App), minutes(c.IdleMinutes.Kernel), minutes(c.IdleMinutes.Terminal), minutes(c.GraceMinutes)
	return l
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// within is the number, moved into the bounds.
func (b Bounds) within(n int) int { return max(b.Min, min(b.Max, n)) }
