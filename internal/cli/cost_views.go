package cli

import "github.com/spf13/cobra"

func newCostViews(env Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "views",
		Short: "Make views of the organization's own bill, for who asks it without sagewarden",
	}
	cmd.AddCommand(newCostViewsAthena(env), newCostViewsQuickSight(env))
	return cmd
}
