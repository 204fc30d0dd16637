package cli

import "github.com/spf13/cobra"

func newStudio(env Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "studio",
		Short: "Govern Studio and notebook instances",
		Long:  "Studio has the commands for those who run Studio for others.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newCompliance(env), newInstall(env), newShutdown(env))
	return cmd
}
