package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/doctor"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
)

type targetsFlags struct {
	awsFlags
	format string
}

func newTargets(env Env) *cobra.Command {
	f := targetsFlags{awsFlags: awsFlags{patient: true}}
	cmd := &cobra.Command{
		Use:   "targets",
		Short: "List the accounts and regions that a scan would look at, and check each",
		Long: "Targets opens every account as scan does, by profile, through the organization or as sagewarden.yaml says, and asks each region one cheap\n" +
			"question. What is wrong with which target, and what to do about it, stands below the target.\n\n" +
			"Exit status: 0 every target is ready, 1 none is or something failed, 2 usage, 4 some cannot be looked at.",
		Example: "  sagewarden targets --organization --region all\n  sagewarden targets --organization --ou Production --exclude-account 'sandbox-*' -o json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.run(cmd.Context(), env, hasty(env))
		},
	}
	f.reach(cmd)
	addCheckFormat(cmd, &f.format)
	return cmd
}

// addCheckFormat adds --output for the commands that check.
func addCheckFormat(cmd *cobra.Command, format *string) {
	cmd.Flags().StringVarP(format, "output", "o", string(report.Table), "form of the output: "+strings.Join(names(report.CheckFormats()), ", "))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(names(report.CheckFormats()), cobra.ShellCompDirectiveNoFileComp))
}

func checkOptions(env Env, format string) (report.Options, error) {
	parsed, err := report.ParseFormat(format, report.CheckFormats())
	if err != nil {
		return report.Options{}, usagef("--output: %w", err)
	}
	return report.Options{Format: parsed, Color: env.color(env.Stdout), Width: env.Width(env.Stdout)}, nil
}

func (f *targetsFlags) run(ctx context.Context, env Env, options cloud.Options) error {
	out, err := checkOptions(env, f.format)
	if err != nil {
		return err
	}
	c, opened, err := f.open(ctx, env, options)
	if err != nil {
		return err
	}
	defer func() { _ = f.printStats(env, c) }()

	notes := f.notes(opened)
	var all []report.Reach
	asked := &estate.Snapshot{}
	for i, answer := range doctor.Knock(ctx, opened.Sessions) {
		s := opened.Sessions[i]
		all = append(all, report.Reach{Target: s.Target(), Principal: s.Principal(), Ahead: doctor.Ahead(s, env.Now), Answer: answer})
		asked.Targets, asked.Coverage = append(asked.Targets, s.Target()), append(asked.Coverage, answer)
	}
	if ctx.Err() != nil {
		notes = append(notes, "interrupted: what had not answered by then is not known")
	}
	for _, h := range opened.Holes {
		all = append(all, report.Reach{Target: h.Target, Answer: h})
		asked.Coverage = append(asked.Coverage, h)
	}
	if err := report.Targets(env.Stdout, all, notes, out); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return status(exitHoles)
	case len(all) == 0:
		return &estate.Error{Op: "choose regions", Err: errors.New("no account has a region enabled that SageMaker is in"), Hint: "name one with --region"}
	}
	if err := blind(asked); err != nil {
		return err
	}
	if slices.ContainsFunc(all, report.Reach.Shut) {
		return status(exitHoles)
	}
	return nil
}

// notes say what is left out, and what was read.
func (f *targetsFlags) notes(opened *cloud.Opened) []string {
	var notes []string
	if opened.Inactive > 0 {
		verb := "accounts of the organization that are"
		if opened.Inactive == 1 {
			verb = "account of the organization that is"
		}
		notes = append(notes, fmt.Sprintf("left out: %d %s suspended, closed or not yet active", opened.Inactive, verb))
	}
	if f.file.Path != "" {
		notes = append(notes, "configuration: "+f.file.Path)
	}
	return notes
}
