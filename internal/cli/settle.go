package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/ledger/show"
	"github.com/sagewarden/sagewarden/internal/server"
)

func newUnsettled(env Env) *cobra.Command {
	var f struct {
		ledgerFlags
		sheetFlag
	}
	cmd := &cobra.Command{
		Use:   "unsettled",
		Short: "List the calls that were begun and have no end",
		Long: "Unsettled lists the calls that are under way, and those of which a crash has left nobody who knows. While one has no end, nothing else begins on its resource.\n" +
			"Every run looks how they ended, and writes it down where that can be seen; of the rest, history settle takes a person's word.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options, err := f.options(env)
			if err != nil {
				return err
			}
			l, err := f.open(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer func() { _ = l.Close() }()
			open, err := l.Unsettled(cmd.Context())
			if err != nil {
				return err
			}
			return show.Unsettled(open, l.Now()).Print(env.Stdout, options)
		},
	}
	f.ledgerFlags.add(cmd)
	f.sheetFlag.add(cmd)
	return cmd
}

// spoken are the ends of a call that a person may tell of.
var spoken = []ledger.Outcome{ledger.Done, ledger.Failed, ledger.Unsettled}

func newSettle(env Env) *cobra.Command {
	var f struct {
		ledgerFlags
		personFlags
	}
	var as, why string
	cmd := &cobra.Command{
		Use:   "settle RECEIPT-or-ARN --as done --why REASON",
		Short: "Say how a call ended, where no run can find out",
		Long: "Settle ends a call by your word, after you have looked at the resource: done, failed (it has changed nothing), or unsettled (nobody will ever know). From then on\n" +
			"something else may begin on the resource. The history keeps who said so, and why. It is refused while whoever has begun the call may still be at it, and while a\n" +
			"node is at work on the ledger, since that one looks itself.",
		Example: "  sagewarden history unsettled\n  sagewarden history settle 1ngh1wwpbe1zg --as failed --why 'CloudTrail has no such call'",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if !slices.Contains(spoken, ledger.Outcome(as)) {
				return usagef("--as: the values are %s", strings.Join(names(spoken), ", "))
			}
			if why == "" {
				return usagef("--why is missing: say how you know, for whoever asks later")
			}
			l, err := f.open(ctx, env)
			if err != nil {
				return err
			}
			defer func() { _ = l.Close() }()
			fail := func(err error, hint string) error {
				return &estate.Error{Op: "settle", On: args[0], Err: err, Hint: hint}
			}
			switch turn, err := server.AtWork(ctx, l); {
			case err != nil:
				return err
			case turn != nil:
				return fail(fmt.Errorf("the node %s is at work until %s, unless it says that it goes on", turn.Node, turn.Until.Format(time.RFC3339)), "try again when its run has ended")
			}
			r, err := l.Settle(ctx, args[0], ledger.Outcome(as), f.person(ctx, env), why)
			if err != nil {
				hint := "see sagewarden history unsettled"
				if _, ok := errors.AsType[*ledger.BusyError](err); ok {
					hint = "try again then; a run may have found out by that time"
				}
				return fail(err, hint)
			}
			_, err = fmt.Fprintf(env.Stdout, "%s: %s of %s (receipt %s), by the word of %s\n", r.Outcome, r.Operation, r.On, r.ID, r.SettledBy)
			return err
		},
	}
	f.ledgerFlags.add(cmd)
	f.personFlags.add(cmd)
	cmd.Flags().StringVar(&as, "as", "", "how it ended: "+strings.Join(names(spoken), ", "))
	cmd.Flags().StringVar(&why, "why", "", "how you know")
	_ = cmd.RegisterFlagCompletionFunc("as", cobra.FixedCompletions(names(spoken), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}
