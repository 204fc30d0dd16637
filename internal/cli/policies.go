package cli

import (
	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/remediate"
)

// policyFlag adds the flag that names policies.
func policyFlag(cmd *cobra.Command, files *[]string) {
	cmd.Flags().StringArrayVar(files, "policy", nil, "policy file, pattern, or ready pack as pack:studio-basics; repeatable (default: policies in the configuration file)")
}

// guard is what bounds all policies, as the file has it.
func guard(file *config.File) (remediate.Guard, error) {
	g, c := remediate.Guard{Enforce: file.Enforce, Limits: remediate.DefaultLimits}, file.Guard
	g.Accounts, g.MaxDailySavings, g.MaxHourlySavings = c.Accounts, c.MaxDailySavings.Decimal, c.MaxHourlySavings.Decimal
	if c.MaxActions > 0 {
		g.MaxActions = c.MaxActions
	}
	if c.MaxPerDay > 0 {
		g.MaxPerDay = c.MaxPerDay
	}
	if c.MaxShare > 0 {
		g.MaxShare = float64(c.MaxShare)
	}
	for _, f := range c.Freezes {
		from, to, err := f.Times()
		if err != nil {
			return g, err
		}
		g.Freezes = append(g.Freezes, remediate.Freeze{From: from, To: to, Why: f.Why})
	}
	return g, nil
}
