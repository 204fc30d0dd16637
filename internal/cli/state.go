package cli

import (
	"cmp"
	"context"
	"os/user"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/ledger"
)

// stateVariable is the environment variable that says where the ledger is.
const stateVariable = "SAGEWARDEN_STATE"

func stateFlag(cmd *cobra.Command, state *string) {
	cmd.Flags().StringVar(state, "state", "", "place of the ledger: a file, s3://bucket/key or postgres://user@host/database\n(default: "+stateVariable+", then state in the configuration file, then sagewarden/state.db in $XDG_STATE_HOME or ~/.local/state)")
}

// openLedger opens the ledger that a flag names, or else the environment, the file, or custom.
func openLedger(ctx context.Context, env Env, file *config.File, flag string) (*ledger.Ledger, error) {
	address := cmp.Or(flag, env.Getenv(stateVariable), file.State)
	if address == "" {
		home := stateHome(env)
		if home == "" {
			return nil, usagef("nothing says where your ledger is: name it with --state, or set HOME")
		}
		address = filepath.Join(home, "state.db")
	}
	return ledger.Open(ctx, address, ledger.Environment{Now: env.Now, S3: func(ctx context.Context, profile, region string) (ledger.S3, error) {
		s, err := signIn(ctx, profile, region)
		if err != nil {
			return nil, err
		}
		return s.S3(), nil
	}})
}

// stateHome is the folder of what outlasts a run, empty where nothing says so: there is not to be another one in every folder.
func stateHome(env Env) string {
	home := filepath.Join(cmp.Or(env.Getenv("XDG_STATE_HOME"), filepath.Join(env.Getenv("HOME"), ".local", "state")), "sagewarden")
	if !filepath.IsAbs(home) {
		return ""
	}
	return home
}

// signIn opens one session.
func signIn(ctx context.Context, profile, region string) (*cloud.Session, error) {
	var regions []string
	if region != "" {
		regions = []string{region}
	}
	sessions, err := cloud.New(cloud.Options{Load: loadConfig, Version: buildVersion()}).Open(ctx, profile, regions)
	if err != nil {
		return nil, err
	}
	return sessions[0], nil
}

// ledgerFlags are those of the commands about the ledger.
type ledgerFlags struct {
	reachFlags // of which only the file is given
	state      string
}

func (f *ledgerFlags) add(cmd *cobra.Command) {
	stateFlag(cmd, &f.state)
	cmd.Flags().StringVar(&f.configFile, "config", "", "configuration file (default: "+config.FileName+", found upward from here, then in the user's configuration folder)")
}

func (f *ledgerFlags) open(ctx context.Context, env Env) (*ledger.Ledger, error) {
	file, err := f.configuration(env)
	if err != nil {
		return nil, err
	}
	return openLedger(ctx, env, file, f.state)
}

// personFlags say who it is that decides.
type personFlags struct {
	profile, region, by string
}

func (f *personFlags) add(cmd *cobra.Command) {
	f.addProfile(cmd)
	cmd.Flags().StringVar(&f.by, "by", "", "who it is (default: the ARN of the caller, or the name of the user where there are no credentials)")
}

func (f *personFlags) addProfile(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.profile, "profile", "", "AWS profile whose caller it is")
	cmd.Flags().StringVar(&f.region, "region", "", "AWS region in which that is asked (default: the configured one)")
}

// patience is how long AWS is waited for to say who the caller is: a halt must not wait for long.
const patience = 10 * time.Second

// caller is the ARN of who calls.
func (f *personFlags) caller(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s, err := signIn(ctx, f.profile, f.region)
	if err != nil {
		return "", err
	}
	return s.Principal(), nil
}

// person is who it is, as far as that is known.
func (f *personFlags) person(ctx context.Context, env Env) string {
	if f.by != "" {
		return f.by
	}
	if arn, err := f.caller(ctx); err == nil {
		return arn
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return cmp.Or(env.Getenv("USER"), "nobody knows")
}
