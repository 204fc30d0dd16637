package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/compliance"
	"github.com/sagewarden/sagewarden/internal/notify"
	"github.com/sagewarden/sagewarden/internal/pulse"
	"github.com/sagewarden/sagewarden/internal/report"
)

// complianceFlags say what counts as covered, and how to print who is not.
type complianceFlags struct {
	awsFlags
	notify         notifyFlags
	policy         compliance.Policy
	domain, format string
	failOn         string
	all            bool
	changeFlags
	remedy compliance.Remedy
	most   int
}

// complianceFormats are the forms of the output.
var complianceFormats = []string{"table", "json", "csv"}

// complianceTargets is how many targets are read at the same time.
const complianceTargets = 8

func newCompliance(env Env) *cobra.Command {
	var f complianceFlags
	cmd := &cobra.Command{
		Use:   "compliance",
		Short: "Say in which domain, profile, space or notebook instance nothing stops what idles",
		Long: "Compliance says who is not covered. An app is covered by the native idle shutdown, a space's over a profile's over a domain's; by an approved\n" +
			"lifecycle configuration that is attached and the default; or by an agent whose heartbeat is fresh and advances. It signs in as\n" +
			"nobody, wakes no app, and changes nothing. What could not be read is unknown.\n\n" +
			"With --fix it plans to cover those who are not, each by the narrowest place that does, and does it with --apply, after asking. What is unknown is left\n" +
			"alone. Each place is read again right before it is changed, left alone where it has changed, and read back afterwards.\n\n" +
			"Exit status: 0 fine, 1 failed or not everything was done, 2 usage, 3 findings of --fail-on, 4 something could not be seen.",
		Example: "  sagewarden studio compliance --approve sha256:9f86d0… --fail-on uncovered\n  sagewarden studio compliance --organization --max-idle 240 -o csv\n" +
			"  sagewarden studio compliance --domain d-abc --fix native --idle 120\n  sagewarden studio compliance --fix agent --approve arn:aws:sagemaker:…:studio-lifecycle-config/agent --apply",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.run(cmd.Context(), env, cloud.Options{Load: loadConfig})
		},
	}
	f.reach(cmd)
	f.listens(cmd)
	fl := cmd.Flags()
	fl.StringArrayVar(&f.policy.Scripts, "approve", nil, "lifecycle configuration that counts, by ARN or as sha256: and the digest of the script; repeatable")
	fl.StringArrayVar(&f.policy.Images, "image", nil, "ARN of an image of your own in which the native idle shutdown works; repeatable")
	fl.Int32Var(&f.policy.AtMost, "max-idle", 0, "longest native idle limit that is good enough, in minutes, 60 to 525600 (default: any)")
	fl.StringVar(&f.domain, "domain", "", "only this Studio domain")
	fl.StringVarP(&f.format, "output", "o", complianceFormats[0], "form of the output: "+strings.Join(complianceFormats, ", "))
	fl.BoolVar(&f.all, "all", false, "also show what is covered, in the table")
	fl.StringVar(&f.failOn, "fail-on", "", "exit with status 3 on findings: uncovered")
	f.notify.register(cmd)
	fl.StringVar(&f.remedy.Way, "fix", "", "plan to cover who is not: native turns the idle shutdown on, agent attaches an approved lifecycle configuration")
	fl.Int32Var(&f.remedy.Minutes, "idle", 0, "with --fix native: the idle limit in minutes, 60 to 525600 (default: --max-idle)")
	fl.BoolVar(&f.remedy.Replace, "default", false, "with --fix agent: make it the default also where another lifecycle configuration is")
	fl.IntVar(&f.most, "max-changes", 50, "with --apply: refuse a plan that changes more places")
	f.register(cmd)
	_ = cmd.RegisterFlagCompletionFunc("fix", cobra.FixedCompletions([]string{compliance.FixNative, compliance.FixAgent}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(complianceFormats, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions([]string{string(compliance.Uncovered)}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

var approved = regexp.MustCompile(`^(sha256:[0-9a-f]{64}|arn:aws[a-z-]*:sagemaker:.+)$`)

func (f *complianceFlags) check() error {
	switch i := slices.IndexFunc(f.policy.Scripts, func(s string) bool { return !approved.MatchString(s) }); {
	case i >= 0:
		return usagef("--approve: %q is neither the ARN of a lifecycle configuration nor sha256: and 64 hexadecimal digits", f.policy.Scripts[i])
	case !slices.Contains(complianceFormats, f.format):
		return usagef("--output: unknown format %q: the formats are %s", f.format, strings.Join(complianceFormats, ", "))
	case f.failOn != string(compliance.Uncovered) && f.given("fail-on"):
		return usagef("--fail-on: %q is unknown: the value is %s", f.failOn, compliance.Uncovered)
	case f.given("max-idle") && (f.policy.AtMost < 60 || f.policy.AtMost > 525_600):
		return usagef("--max-idle: AWS takes 60 to 525600 minutes")
	case f.given("fix"):
		return f.checkFix()
	case f.apply || f.sure || f.state != "" || len(f.accounts) > 0 || f.given("idle") || f.given("default") || f.given("max-changes"):
		return usagef("--apply, --auto-approve, --account, --state, --idle, --default and --max-changes have no effect without --fix")
	}
	return nil
}

func (f *complianceFlags) checkFix() error {
	r := &f.remedy
	if !f.given("idle") {
		r.Minutes = f.policy.AtMost
	}
	r.Policy = f.policy
	switch {
	case r.Way != compliance.FixNative && r.Way != compliance.FixAgent:
		return usagef("--fix: %q is neither %s nor %s", r.Way, compliance.FixNative, compliance.FixAgent)
	case r.Way == compliance.FixNative && f.given("default"):
		return usagef("--default has no effect with --fix native")
	case r.Way == compliance.FixNative && (r.Minutes < 60 || r.Minutes > 525_600):
		return usagef("--fix native takes an idle limit of 60 to 525600 minutes: add --idle")
	case r.Way == compliance.FixNative && f.policy.AtMost > 0 && r.Minutes > f.policy.AtMost:
		return usagef("--idle %d is longer than --max-idle %d, and would cover nobody", r.Minutes, f.policy.AtMost)
	case r.Way == compliance.FixAgent && f.given("idle"):
		return usagef("--idle has no effect with --fix agent")
	case r.Way == compliance.FixAgent && len(f.policy.Scripts) == 0:
		return usagef("--fix agent attaches what is approved: name a lifecycle configuration with --approve")
	case f.failOn != "" || f.all || len(f.notify.addresses) > 0:
		return usagef("--fix shows a plan, and nothing else: leave out --fail-on, --all and --notify")
	case f.given("max-changes") && !f.apply:
		return usagef("--max-changes has no effect without --apply")
	}
	return f.changeFlags.check(f.format)
}

func (f *complianceFlags) run(ctx context.Context, env Env, options cloud.Options) error {
	if err := f.check(); err != nil {
		return err
	}
	profile := ""
	if len(f.profiles) > 0 {
		profile = f.profiles[0]
	}
	channels, log, err := f.notify.channels(env, profile)
	if err != nil {
		return err
	}
	c, opened, err := f.open(ctx, env, options)
	if err != nil {
		return err
	}
	defer func() { _ = f.printStats(env, c) }()
	readers, err := f.hear(ctx, c)
	if err != nil {
		return err
	}
	seen, read := f.examine(ctx, opened, readers)
	if err := f.memory.Commit(); err != nil {
		return err
	}
	for _, r := range readers {
		seen.Coverage = append(seen.Coverage, r.Coverage()...)
	}
	estate.SortCoverage(seen.Coverage)
	if err := blind(&estate.Snapshot{Targets: targetsOf(opened.Sessions), Coverage: seen.Coverage}); err != nil && ctx.Err() == nil {
		return err
	}
	if f.domain != "" && len(seen.Findings) == 0 && ctx.Err() == nil {
		return &estate.Error{Op: "read", On: "domain " + f.domain, Err: errors.New("no such Studio domain was found"), Hint: "name its region with --region"}
	}
	if f.remedy.Way != "" {
		return f.fix(ctx, env, opened, seen, read)
	}
	if err := f.show(env, seen); err != nil {
		return err
	}
	if ctx.Err() == nil { // half of the truth is not told
		if err := tell(ctx, env, channels, log, notice(seen), seen.Fact(), seen.Count(compliance.Covered) < len(seen.Findings) || seen.Holes() > 0); err != nil {
			return err
		}
	}
	hole := ctx.Err() != nil || slices.ContainsFunc(seen.Coverage, estate.Coverage.Hole)
	switch {
	case f.failOn != "" && seen.Count(compliance.Uncovered) > 0:
		return status(exitFindings)
	case hole:
		return status(exitHoles)
	}
	return nil
}

// examine reads and judges every target, and returns what was read of each besides.
func (f *complianceFlags) examine(ctx context.Context, opened *cloud.Opened, readers []*pulse.Reader) (*compliance.Report, []compliance.Inventory) {
	seen := &compliance.Report{Findings: []compliance.Finding{}, Coverage: opened.Holes}
	findings, coverage := make([][]compliance.Finding, len(opened.Sessions)), make([][]estate.Coverage, len(opened.Sessions))
	read := make([]compliance.Inventory, len(opened.Sessions))
	o := compliance.Options{Domain: f.domain, Readers: readers}
	if f.remedy.Way != "" {
		o.Whole, o.Scripts = true, f.policy.Scripts
	}
	var g errgroup.Group
	g.SetLimit(complianceTargets)
	for i, s := range opened.Sessions {
		g.Go(func() error {
			read[i], coverage[i] = compliance.Read(ctx, s, o)
			findings[i] = compliance.Evaluate(read[i], f.policy, s.Now())
			return nil
		})
	}
	_ = g.Wait() // what fails is in the coverage
	seen.Findings = append(seen.Findings, slices.Concat(findings...)...)
	seen.Coverage = append(seen.Coverage, slices.Concat(coverage...)...)
	compliance.Sort(seen.Findings)
	return seen, read
}

// notice is the report for people who did not ask.
func notice(seen *compliance.Report) notify.Message {
	var text strings.Builder
	_ = seen.Table(&text, false) // a builder takes all
	return notify.Message{Subject: fmt.Sprintf("Sagewarden: Studio, %d uncovered, %d unknown, %d not seen", seen.Count(compliance.Uncovered), seen.Count(compliance.Unknown), seen.Holes()), Text: text.String(), Table: true}
}

func (f *complianceFlags) show(env Env, seen *compliance.Report) error {
	switch f.format {
	case "json":
		return seen.JSON(env.Stdout)
	case "csv":
		if err := seen.CSV(env.Stdout); err != nil {
			return err
		}
		return report.Holes(env.Stderr, &estate.Snapshot{Coverage: seen.Coverage})
	}
	return seen.Table(env.Stdout, f.all)
}

func targetsOf(sessions []*cloud.Session) (all []estate.Target) {
	for _, s := range sessions {
		all = append(all, s.Target())
	}
	return all
}
