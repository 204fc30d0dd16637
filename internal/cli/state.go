package cli

import (
	"cmp"
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/ledger"
)

// stateVariable is the environment variable that says where the ledger is.
const stateVariable = "SAGEWARDEN_STATE"

func stateFlag(cmd *cobra.Command, state *string) {
	cmd.Flags().StringVar(state, "state", "", "place of the ledger: a file, s3://bucket/key or postgres://user@host/database (default: "+stateVariable+",\nthen state in the configuration file, then sagewarden/state.db in $XDG_STATE_HOME or ~/.local/state)")
}

// openLedger opens the ledger that a flag names, or else the environment, the file, or custom.
func openLedger(ctx context.Context, env Env, file *config.File, flag string) (*ledger.Ledger, error) {
	address := cmp.Or(flag, env.Getenv(stateVariable), file.State)
	if address == "" {
		home := cmp.Or(env.Getenv("XDG_STATE_HOME"), filepath.Join(env.Getenv("HOME"), ".local", "state"))
		if address = filepath.Join(home, "sagewarden", "state.db"); !filepath.IsAbs(address) {
			return nil, usagef("nothing says where your ledger is: name it with --state, or set HOME") // not another one in every folder
		}
	}
	return ledger.Open(ctx, address, ledger.Environment{Now: env.Now, S3: func(ctx context.Context, profile, region string) (ledger.S3, error) {
		var regions []string
		if region != "" {
			regions = []string{region}
		}
		sessions, err := cloud.New(cloud.Options{Load: loadConfig, Version: buildVersion()}).Open(ctx, profile, regions)
		if err != nil {
			return nil, err
		}
		return sessions[0].S3(), nil
	}})
}
