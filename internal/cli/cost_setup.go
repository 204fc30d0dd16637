package cli

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/cost/allocate"
	"github.com/sagewarden/sagewarden/internal/cost/setup"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
	"github.com/sagewarden/sagewarden/internal/report"
)

// setupFlags say what is to be switched on, and where.
type setupFlags struct {
	awsFlags
	changeFlags
	wish     setup.Wish
	payer    string
	tags     []string
	backfill string
	lake     string
	format   string
	// holes are the accounts that stay shut.
	holes []estate.Coverage
}

func newCostSetup(env Env) *cobra.Command {
	var f setupFlags
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "Plan what to switch on in the paying account so that the bill can be charged to teams, and do it with --apply",
		Long: "Setup looks for an export (CUR 2.0) with hourly lines and resources; for the tags that the rules of sagewarden.yaml read, and SageMaker's own, among the\n" +
			"cost allocation tags; and for Studio domains that do not hand their tags on. What is missing it plans. It changes nothing without --apply, which asks first; what it\n" +
			"has changed is read back. What is there already is left alone, so that running it again goes on where it ended.\n\n" +
			"Billing is asked with the caller's credentials, or those of one --profile or of --payer. Domains are looked at in the caller's account and region, or wherever\n" +
			"--profile, --region, --organization and the configuration file say.\n\n" +
			"Exit status: 0 fine, 1 failed or not everything was done, 2 usage, 4 something could not be seen.",
		Example: "  sagewarden cost setup\n" +
			"  sagewarden cost setup --bucket acme-billing --bucket-policy --backfill-from 2026-06 --apply\n" +
			"  sagewarden cost setup --only tags --tag team --tag cost-center --payer management\n" +
			"  sagewarden cost setup --only domains --organization --role ops/SagewardenFixer --region all",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.run(cmd.Context(), env, cloud.Options{Load: loadConfig})
		},
	}
	f.reach(cmd)
	fl := cmd.Flags()
	fl.StringArrayVar(&f.wish.Parts, "only", nil, "look at this part alone: "+strings.Join(setup.Parts, ", ")+"; repeatable (default: all)")
	fl.StringVar(&f.payer, "payer", "", "AWS profile of the account that pays (default: the one --profile, or the SDK's credential chain)")
	fl.StringVar(&f.wish.Export, "export", "sagewarden", "name of the export that is made where no other will do")
	fl.StringVar(&f.wish.Bucket, "bucket", "", "bucket of the paying account that the export is delivered to")
	fl.StringVar(&f.wish.Prefix, "prefix", "exports", "where in the bucket")
	fl.StringVar(&f.wish.Region, "bucket-region", "", "region of the bucket (default: it is found)")
	fl.BoolVar(&f.wish.Policy, "bucket-policy", false, "let billing deliver, by a statement beside those of the bucket's policy, where none does")
	fl.BoolVar(&f.wish.Split, "split", false, "ask for split cost allocation data, too: what containers on Amazon EKS use, as those of HyperPod")
	fl.BoolVar(&f.wish.Member, "member", false, "export the lines of a member account alone, where the caller's does not pay")
	fl.StringArrayVar(&f.tags, "tag", nil, "further tag key that is to be on the bill; repeatable")
	fl.StringVar(&f.backfill, "backfill-from", "", "also show the tags on earlier bills, from this month on, as 2026-06: twelve months back at most")
	fl.StringVar(&f.lake, "lake", "", "lake of charges that tells what was billed for domains without tags (default: as for cost report, where there is one)")
	fl.StringVarP(&f.format, "output", "o", planFormats[0], "form of the plan: "+strings.Join(planFormats, ", "))
	f.register(cmd)
	_ = cmd.RegisterFlagCompletionFunc("only", cobra.FixedCompletions(setup.Parts, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(planFormats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

var (
	exportNames = regexp.MustCompile(`^[0-9A-Za-z!\-_.*'()]{1,128}$`)
	bucketNames = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	// prefixes are what data exports take before their names.
	prefixes = regexp.MustCompile(`^[0-9A-Za-z!\-_.*'()][0-9A-Za-z!\-_.*'()/]*$`)
)

func (f *setupFlags) check() error {
	for _, part := range f.wish.Parts {
		if !slices.Contains(setup.Parts, part) {
			return usagef("--only: %q is none of %s", part, strings.Join(setup.Parts, ", "))
		}
	}
	if len(f.wish.Parts) == 0 {
		f.wish.Parts = setup.Parts
	}
	of := map[string][]string{
		setup.PartExport: {"export", "bucket", "prefix", "bucket-region", "bucket-policy", "split", "member"},
		setup.PartTags:   {"tag", "backfill-from"},
	}
	for _, part := range []string{setup.PartExport, setup.PartTags} {
		for _, name := range of[part] {
			if f.given(name) && !slices.Contains(f.wish.Parts, part) {
				return usagef("--%s has no effect without --only %s", name, part)
			}
		}
	}
	for _, name := range []string{"prefix", "bucket-region"} {
		if f.given(name) && f.wish.Bucket == "" {
			return usagef("--%s says where in a bucket: name it with --bucket", name)
		}
	}
	switch {
	case !exportNames.MatchString(f.wish.Export):
		return usagef("--export: %q is no name of an export: those have letters, digits and -_.", f.wish.Export)
	case f.given("bucket") && !bucketNames.MatchString(f.wish.Bucket):
		return usagef("--bucket: %q is no name of a bucket: write it without s3://, and the rest with --prefix", f.wish.Bucket)
	case !prefixes.MatchString(f.wish.Prefix):
		return usagef("--prefix: %q is no prefix of an export: those have letters, digits and -_./, and begin with none of these but a letter or digit", f.wish.Prefix)
	case slices.Contains(f.tags, ""):
		return usagef("--tag: the key is empty")
	case len(f.profiles) > 1 && f.payer == "" && f.pays():
		return usagef("--profile is given %d times: say with --payer which of the accounts pays, or leave billing out with --only domains", len(f.profiles))
	case f.payer != "" && !f.pays():
		return usagef("--payer has no effect with --only domains")
	}
	f.wish.Prefix = strings.Trim(f.wish.Prefix, "/")
	if f.backfill != "" {
		from, err := time.Parse("2006-01", f.backfill)
		if err != nil {
			return usagef("--backfill-from: %q is no month: write it as 2026-06", f.backfill)
		}
		f.wish.BackfillFrom = from
	}
	return f.changeFlags.check(f.format)
}

// pays reports whether billing is asked.
func (f *setupFlags) pays() bool {
	return slices.Contains(f.wish.Parts, setup.PartExport) || slices.Contains(f.wish.Parts, setup.PartTags)
}

func (f *setupFlags) run(ctx context.Context, env Env, options cloud.Options) error {
	if err := f.check(); err != nil {
		return err
	}
	file, err := f.configuration(env)
	if err != nil {
		return err
	}
	rules := file.Cost.Allocation
	f.wish.Keys = slices.Compact(slices.Sorted(slices.Values(slices.Concat(allocate.Keys(rules), f.tags))))
	f.wish.Spellings = func(key string, seen []string) []string { return allocate.Spellings(rules, key, seen) }
	c, payer, sessions, err := f.sign(ctx, env, options)
	if err != nil {
		return err
	}
	defer func() { _ = f.printStats(env, c) }()
	var places []setup.Place
	for _, s := range sessions {
		places = append(places, setup.Place{Target: s.Target(), Studio: s.SageMaker()})
	}
	var pays *setup.Payer
	if payer != nil {
		pays = payerOf(payer)
		if wrong := setup.CheckBackfill(f.wish.BackfillFrom, pays.Now()); f.backfill != "" && wrong != "" {
			return usagef("--backfill-from %s: %s", f.backfill, wrong)
		}
		sessions = append([]*cloud.Session{payer}, sessions...)
	}
	plan, err := setup.New(ctx, pays, places, f.wish)
	if err != nil {
		return err
	}
	plan.Coverage = append(plan.Coverage, f.holes...)
	if err := f.price(ctx, env, plan, rules); err != nil {
		return err
	}
	if f.format == "table" {
		if _, err := fmt.Fprint(env.Stdout, plan); err != nil {
			return err
		}
	}
	results, err := f.carryOut(ctx, env, sessions, pays, plan)
	if err != nil {
		return err
	}
	if f.format == "json" {
		err = printJSON(env, struct {
			*setup.Plan
			Results []setup.Result `json:"results,omitempty"`
		}{plan, results})
	} else {
		err = report.Holes(env.Stderr, &estate.Snapshot{Coverage: plan.Coverage})
	}
	switch {
	case err != nil:
		return err
	case slices.ContainsFunc(results, func(r setup.Result) bool { return r.Outcome != settings.Done }):
		return status(exitFailed)
	case plan.Holes() > 0:
		return status(exitHoles)
	}
	return nil
}

// sign opens the session where billing is asked, nil where it is not, and those whose domains are looked at.
func (f *setupFlags) sign(ctx context.Context, env Env, options cloud.Options) (*cloud.Cloud, *cloud.Session, []*cloud.Session, error) {
	var c *cloud.Cloud
	var sessions []*cloud.Session
	if slices.Contains(f.wish.Parts, setup.PartDomains) {
		var opened *cloud.Opened
		var err error
		if c, opened, err = f.open(ctx, env, options); err != nil {
			return nil, nil, nil, err
		}
		sessions, f.holes = opened.Sessions, opened.Holes
	} else if err := checkRegions(f.regions); err != nil {
		return nil, nil, nil, err
	}
	if !f.pays() {
		return c, nil, sessions, nil
	}
	if c == nil {
		options.Version = buildVersion()
		c = cloud.New(options)
	}
	profile := f.payer
	if profile == "" && len(f.profiles) == 1 {
		profile = f.profiles[0]
	}
	regions := slices.DeleteFunc(slices.Clone(f.regions), func(r string) bool { return r == cloud.AllRegions })
	if len(regions) > 1 {
		regions = regions[:1] // they are of one partition, of which billing is asked in one place
	}
	own, err := c.Open(ctx, profile, regions)
	if err != nil {
		return nil, nil, nil, err
	}
	payer, ok := own[0].Billing()
	if !ok {
		return nil, nil, nil, usagef("the partition %s has no billing of its own: its accounts are billed through one of the partition aws, so name that one's profile with --payer, or say --only domains", own[0].Target().Partition)
	}
	return c, payer, sessions, nil
}

// payerOf is a session as setup asks it.
func payerOf(s *cloud.Session) *setup.Payer {
	return &setup.Payer{Target: s.Target(), Exports: s.DataExports(), Reports: s.CostReports(), Tags: s.CostExplorer(), Bucket: s.S3(), Organization: s.Organizations(), Now: s.Now}
}

// carryOut asks, and does it, where that is wanted.
func (f *setupFlags) carryOut(ctx context.Context, env Env, sessions []*cloud.Session, payer *setup.Payer, plan *setup.Plan) ([]setup.Result, error) {
	if !f.apply || len(plan.Steps) == 0 {
		return nil, nil
	}
	if err := f.meant(plan.Targets()); err != nil {
		return nil, err
	}
	j, err := f.openJournal(ctx, env, f.file, sessions)
	if err != nil {
		return nil, err
	}
	defer func() { _ = j.Close() }()
	if !f.sure {
		if err := confirm(ctx, env, "Change "+counted(len(plan.Steps), "thing", "things"), plan.Targets()); err != nil {
			return nil, err
		}
	}
	e := setup.Engine{Payer: payer, Journal: j, Wait: env.Wait, Studio: func(t estate.Target) settings.Studio {
		i := slices.IndexFunc(sessions, func(s *cloud.Session) bool { return s.Target().Key() == t.Key() })
		return sessions[i].SageMaker()
	}}
	return e.Apply(ctx, plan, func(r setup.Result) {
		if f.format == "table" {
			_, _ = fmt.Fprintln(env.Stdout, report.Line(r.String()))
		}
	}), nil
}
