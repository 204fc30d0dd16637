package cli

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/doctor"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
)

type doctorFlags struct {
	awsFlags
	kinds  []string
	format string
}

// hasty are options with few attempts, since somebody waits: what does not answer is a finding.
func hasty(env Env) cloud.Options {
	options := cloud.Options{Load: loadConfig}
	if env.Getenv("AWS_MAX_ATTEMPTS") == "" {
		options.MaxAttempts = 3
	}
	return options
}

func newDoctor(env Env) *cobra.Command {
	f := doctorFlags{awsFlags: awsFlags{patient: true}}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check what a scan needs: credentials, permissions, quotas, prices, the clock",
		Long: "Doctor looks at the configuration, the credentials, each permission that a scan needs and what its absence hides, SageMaker's quotas, the\n" +
			"price list, CloudTrail, the clock, the regions, and the accounts of the organization where one is asked for. It changes nothing.\n\n" +
			"Exit status: 0 fine, 1 a scan would fail, 2 usage, 4 a scan would have holes.",
		Example: "  sagewarden doctor\n  sagewarden doctor --organization --region all -o json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.run(cmd.Context(), env, hasty(env))
		},
	}
	f.add(cmd)
	cmd.Flags().StringArrayVar(&f.kinds, "kind", nil, "family that the scan would look for; repeatable (default: all)")
	_ = cmd.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(kindCompletions(), cobra.ShellCompDirectiveNoFileComp))
	addCheckFormat(cmd, &f.format)
	return cmd
}

func (f *doctorFlags) run(ctx context.Context, env Env, options cloud.Options) error {
	out, err := checkOptions(env, f.format)
	if err != nil {
		return err
	}
	ks, err := parseKinds(f.kinds)
	if err != nil {
		return err
	}
	checks := []estate.Check{f.configured(env)}
	c, opened, err := f.open(ctx, env, options)
	if _, usage := errors.AsType[usageError](err); usage || ctx.Err() != nil {
		return err
	}
	if err != nil {
		checks = append(checks, failed("credentials", err))
	} else {
		defer func() { _ = f.printStats(env, c) }()
		book, err := f.book(env, opened.Sessions)
		if err != nil {
			return err
		}
		targets, err := f.targets(f.file)
		if err != nil {
			return err
		}
		checks = append(checks, doctor.Examine(ctx, doctor.Options{Opened: opened, Organization: targets != nil && targets.Organization != nil, Profiles: targets == nil,
			Kinds: ks, Prices: book, Trail: f.file.Owners.CloudTrail.Lookup && !f.noTrail, Now: env.Now})...)
		checks = append(checks, f.listen(ctx, c)...)
	}
	if err := report.Checks(env.Stdout, checks, out); err != nil {
		return err
	}
	switch {
	case slices.ContainsFunc(checks, func(c estate.Check) bool { return c.Level == estate.Fail }):
		return status(exitFailed)
	case slices.ContainsFunc(checks, func(c estate.Check) bool { return c.Hides != "" }), ctx.Err() != nil:
		return status(exitHoles)
	}
	return nil
}

// configured checks the configuration file. Where it is no good, the rest is checked as without one.
func (f *doctorFlags) configured(env Env) estate.Check {
	file, err := f.configuration(env)
	switch {
	case err != nil:
		f.file = config.Default()
		return failed("configuration", err)
	case file.Unread != "":
		note := misnamed(file)
		file.Unread = "" // it is said
		return estate.Check{Name: "configuration", Level: estate.Warn, Finding: note}
	case file.Path == "":
		return estate.Check{Name: "configuration", Level: estate.Fine, Finding: "no " + config.FileName + " is found, and none is needed"}
	}
	return estate.Check{Name: "configuration", Level: estate.Fine, Finding: file.Path}
}

// failed is the check that an error makes.
func failed(name string, err error) estate.Check {
	c := estate.Check{Name: name, Level: estate.Fail, Finding: err.Error()}
	if e, ok := errors.AsType[*estate.Error](err); ok {
		c.Hint = e.Hint
	}
	return c
}
