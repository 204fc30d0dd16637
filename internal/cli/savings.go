package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/ledger/show"
	"github.com/sagewarden/sagewarden/internal/report"
	"github.com/sagewarden/sagewarden/internal/scan"
)

// sheetFormats are the forms of what is printed of the ledger.
var sheetFormats = []report.Format{report.Table, report.JSON}

// sheetFlag says how it is printed.
type sheetFlag struct{ format string }

func (f *sheetFlag) add(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.format, "output", "o", string(report.Table), "form of the output: "+strings.Join(names(sheetFormats), ", "))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(names(sheetFormats), cobra.ShellCompDirectiveNoFileComp))
}

func (f *sheetFlag) options(env Env) (report.Options, error) {
	format, err := report.ParseFormat(f.format, sheetFormats)
	if err != nil {
		return report.Options{}, usagef("--output: %w", err)
	}
	return report.Options{Format: format, Color: env.color(env.Stdout), Width: env.Width(env.Stdout)}, nil
}

func newSavings(env Env) *cobra.Command {
	var f struct {
		ledgerFlags
		sheetFlag
	}
	var since, from string
	cmd := &cobra.Command{
		Use:   "savings",
		Short: "Print what actions have saved, beside what findings would save",
		Long: "Savings reckons from receipts: the rate of what was stopped, for each hour from then until it was undone, made anew or seen billing again. It is by\n" +
			"the price list, and as sure as what has looked since: give it a scan's snapshot with --from, and it says what that confirms.",
		Example: "  sagewarden savings --since 90d\n  sagewarden scan --save today.json && sagewarden savings --from today.json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options, err := f.options(env)
			if err != nil {
				return err
			}
			begin, err := parseSince(since, env.Now())
			if err != nil {
				return err
			}
			var snap *estate.Snapshot
			if from != "" {
				if snap, err = scan.Load(from); err != nil {
					return err
				}
			}
			l, err := f.open(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer func() { _ = l.Close() }()
			now := l.Now()
			s, err := ledger.Saved(now, l.Receipts(cmd.Context(), begin, now), ledger.All[ledger.Finding](cmd.Context(), l, ledger.SortFinding, ""), snap)
			if err != nil {
				return err
			}
			return show.Savings(s).Print(env.Stdout, options)
		},
	}
	f.ledgerFlags.add(cmd)
	f.sheetFlag.add(cmd)
	fl := cmd.Flags()
	fl.StringVar(&since, "since", "", "only actions from then on: a day like 2026-03-01, or how long ago, like 90d")
	fl.StringVar(&from, "from", "", "snapshot that scan --save wrote, which confirms what is still stopped")
	return cmd
}
