package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/scenario"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func newSim(env Env) *cobra.Command {
	var file, listen, at, config string
	var unsafe, writable bool
	var seed int64
	cmd := &cobra.Command{
		Use:   "sim",
		Short: "Run a simulated AWS organization on this machine",
		Long: "Sim serves a simulated AWS organization over the real AWS protocols, so that sagewarden, the AWS CLI and boto3 can all talk to it.\n" +
			"A scenario file says what is in it; docs/simulate.md has the format. Without one it is the organization of sagewarden demo.",
		Example: "  sagewarden sim --scenario awkward.yaml --listen 127.0.0.1:4600\n  sagewarden sim --at 2026-03-02T15:00:00Z",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !unsafe {
				if err := loopback(listen, "sim", "the simulated organization checks no signature"); err != nil {
					return err
				}
			}
			w, err := loadWorld(env, file, seed, at)
			if err != nil {
				return err
			}
			if config == "" {
				file, remove, err := scratch()
				if err != nil {
					return err
				}
				defer remove()
				config = file
			}
			if config, err = filepath.Abs(config); err != nil {
				return fmt.Errorf("--config: %w", err)
			}
			s, err := simulate(w, listen, config, writable)
			if err != nil {
				return err
			}
			defer s.close()
			s.clock.start()
			if err := s.instructions(env.Stdout); err != nil {
				return err
			}
			return s.wait(cmd.Context())
		},
	}
	cmd.AddCommand(newSimBill(env))
	fl := cmd.Flags()
	fl.StringVar(&file, "scenario", "", "scenario file; - reads standard input")
	fl.StringVar(&listen, "listen", "127.0.0.1:0", "address to listen on; port 0 takes any that is free")
	fl.BoolVar(&unsafe, "unsafe-listen", false, "allow an address that other machines can reach")
	fl.BoolVar(&writable, "writable", false, "let calls change the organization, as long as it is served")
	fl.StringVar(&at, "at", "", "the instant at which its clock starts, like 2026-03-02T15:00:00Z (default: the scenario's, else the last Wednesday)")
	fl.StringVar(&config, "config", "", "where to write the AWS configuration file with a profile for each account (default: a temporary file)")
	fl.Int64Var(&seed, "seed", 1, "seed of the organization, where no scenario is given")
	return cmd
}

// lastWednesday is the last Wednesday, 14:00 UTC: a day and hour at which people work, and the same for a week, so that
// what one run showed is there in the next.
func lastWednesday(now time.Time) time.Time {
	t := now.UTC().Truncate(24 * time.Hour).Add(14 * time.Hour)
	for t.After(now) || t.Weekday() != time.Wednesday {
		t = t.Add(-24 * time.Hour)
	}
	return t
}

// loadWorld is the scenario's world, or the default one.
func loadWorld(env Env, file string, seed int64, at string) (*world.World, error) {
	var instant time.Time
	if at != "" {
		var err error
		if instant, err = time.Parse(time.RFC3339, at); err != nil {
			return nil, usagef("--at: %q is not an instant like 2026-03-02T15:00:00Z", at)
		}
	}
	if file == "" {
		if instant.IsZero() {
			instant = lastWednesday(env.Now())
		}
		return organization.Generate(organization.Default(seed, instant)), nil
	}
	in := env.Stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, &estate.Error{Op: "read scenario", On: file, Err: errors.Unwrap(err), Hint: "docs/simulate.md has a scenario to start from"}
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	w, err := scenario.Load(file, in)
	if err != nil {
		return nil, err
	}
	if !instant.IsZero() {
		w.At = instant
	}
	return w, nil
}
