package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newHalt(env Env) *cobra.Command {
	var f struct {
		ledgerFlags
		personFlags
	}
	var why string
	cmd := &cobra.Command{
		Use:   "halt",
		Short: "Have nothing begin any more, on any node, until resume",
		Long: "Halt writes to the ledger that nothing is to begin. Every node that shares the ledger reads it before each action. What was sent already goes on;\n" +
			"undo works meanwhile. It is the switch for an incident, and it takes no AWS permission but that to the ledger.",
		Example: "  sagewarden halt --why 'INC-4711: endpoints stopped that are in use'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := f.open(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer func() { _ = l.Close() }()
			if err := l.Halt(cmd.Context(), f.person(cmd.Context(), env), why); err != nil {
				return err
			}
			h, err := l.Halted(cmd.Context())
			if err != nil || h == nil {
				return err
			}
			_, err = fmt.Fprintln(env.Stdout, h)
			return err
		},
	}
	f.ledgerFlags.add(cmd)
	f.personFlags.add(cmd)
	cmd.Flags().StringVar(&why, "why", "", "why, for whoever is to resume")
	return cmd
}

func newResume(env Env) *cobra.Command {
	var f struct {
		ledgerFlags
		personFlags
	}
	cmd := &cobra.Command{
		Use:   "resume",
		Short: "End a halt",
		Long:  "Resume takes back what halt wrote: from then on, due steps are carried out again.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := f.open(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer func() { _ = l.Close() }()
			was, err := l.Resume(cmd.Context(), f.person(cmd.Context(), env))
			switch {
			case err != nil:
				return err
			case was:
				_, err = fmt.Fprintln(env.Stdout, "resumed")
			default:
				_, err = fmt.Fprintln(env.Stdout, "nothing was halted")
			}
			return err
		},
	}
	f.ledgerFlags.add(cmd)
	f.personFlags.add(cmd)
	return cmd
}
