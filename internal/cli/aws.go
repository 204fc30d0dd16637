package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
	"github.com/sagewarden/sagewarden/internal/pulse"
	"github.com/sagewarden/sagewarden/internal/report"
	"github.com/sagewarden/sagewarden/internal/scan"
)

// awsFlags are the flags of every command that talks to AWS.
type awsFlags struct {
	reachFlags
	profiles, regions, rates []string
	priceFile                string
	stats, noTrail           bool
	// heartbeats and signingKey say where agents report, in place of the file.
	heartbeats, signingKey string
	// seen is the file in which it is kept which heartbeats were seen, and memory what this run has of it.
	seen   string
	memory *pulse.Memory
	// given reports whether the user gave a flag.
	given func(name string) bool
	// account is the one that is asked about, empty for all.
	account string
	// patient says that a profile that cannot be opened is a hole.
	patient bool
}

// reach adds the flags that say where to look and how fast.
func (f *awsFlags) reach(cmd *cobra.Command) {
	f.reachFlags.add(cmd)
	fl := cmd.Flags()
	f.given = fl.Changed
	fl.StringArrayVar(&f.profiles, "profile", nil, "AWS profile; repeat it to look at several accounts (default: the SDK's credential chain)")
	fl.StringArrayVar(&f.regions, "region", nil, "AWS region; repeat it, or say all for every enabled one (default: the SDK's)")
	fl.StringArrayVar(&f.rates, "rate", nil, "calls per second of an operation in one account and region, like sagemaker:List*=2; repeatable")
	fl.BoolVar(&f.stats, "stats", false, "print how many calls were made, and how they went, to stderr")
}

func (f *awsFlags) add(cmd *cobra.Command) {
	f.reach(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.priceFile, "price-file", "", "price file to use instead of the AWS price list (the offer file of AmazonSageMaker as JSON, or CSV)")
	f.listens(cmd)
	fl.BoolVar(&f.noTrail, "no-cloudtrail", false, "do not ask CloudTrail who created what has no other sign of an owner")
}

// listens adds the flags that say where agents report.
func (f *awsFlags) listens(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.heartbeats, "heartbeats", "", "place in S3 where agents report from inside, like s3://bucket/heartbeats/ (default: those of the configuration file)")
	fl.StringVar(&f.signingKey, "signing-key", "", "ARN of the KMS key that certifies the agents which report to --heartbeats; without it, they are trusted less")
	fl.StringVar(&f.seen, "seen", "", "`file` that keeps which heartbeats were seen from one run to the next: one that is put again is not believed")
}

// live are the flags that mean something only where AWS is asked.
var live = append([]string{"profile", "region", "rate", "price-file", "stats", "no-cloudtrail", "heartbeats", "signing-key", "seen", "organization", "config"}, detailed...)

// refuseWithFrom refuses, beside --from, what would have no effect: a result must not look narrower than it is.
func refuseWithFrom(cmd *cobra.Command) error {
	if !cmd.Flags().Changed("from") {
		return nil
	}
	for _, name := range live {
		if cmd.Flags().Changed(name) {
			return usagef("--%s has no effect with --from, which judges what was saved: leave out one of them", name)
		}
	}
	return nil
}

// loadConfig is the SDK's, without its log. That goes to stderr, which is ours: what goes wrong in a call is in the coverage or
// an error.
func loadConfig(ctx context.Context, opts ...func(*awsconfig.LoadOptions) error) (aws.Config, error) {
	return awsconfig.LoadDefaultConfig(ctx, append(opts, awsconfig.WithLogger(logging.Nop{}))...)
}

// open makes the cloud and its sessions.
func (f *awsFlags) open(ctx context.Context, env Env, options cloud.Options) (*cloud.Cloud, *cloud.Opened, error) {
	for _, r := range f.rates {
		l, err := cloud.ParseLimit(r)
		if err != nil {
			return nil, nil, usageError{fmt.Errorf("--rate: %w", err)}
		}
		options.Limits = append(options.Limits, l)
	}
	if f.account == "" {
		if err := checkRegions(f.regions); err != nil {
			return nil, nil, err
		}
	}
	options.Version = buildVersion()
	file, err := f.configuration(env)
	if err != nil {
		return nil, nil, err
	}
	if file.Unread != "" {
		note(env, misnamed(file))
	}
	targets, err := f.targets(file)
	if err != nil {
		return nil, nil, err
	}
	if f.memory, err = f.remember(); err != nil {
		return nil, nil, err
	}
	c := cloud.New(options)
	opened, err := f.sessions(ctx, c, targets)
	if err != nil && ctx.Err() != nil {
		err = &estate.Error{Op: "open the accounts", Err: errors.New("interrupted: nothing has been looked at yet")}
	}
	if err != nil {
		return c, nil, err
	}
	// What the file leaves out need not be in the units that the flags name.
	if len(f.exclude) > 0 || len(f.units) == 0 {
		for _, pattern := range opened.Unmatched {
			note(env, "the exclusion "+pattern+" leaves nobody out: no account that is asked for has such an id or name")
		}
	}
	return c, opened, nil
}

// note tells of something that hinders nothing, but may not be meant.
func note(env Env, text string) { _, _ = fmt.Fprintln(env.Stderr, "sagewarden: "+report.Lines(text)) }

// sessions opens the targets, or where there are none, the profiles.
func (f *awsFlags) sessions(ctx context.Context, c *cloud.Cloud, targets *cloud.Targets) (*cloud.Opened, error) {
	if targets == nil && f.patient {
		targets = f.eachProfile()
	}
	switch {
	case targets == nil:
		return f.openProfiles(ctx, c)
	case f.account == "":
		return c.OpenTargets(ctx, *targets)
	}
	var opened *cloud.Opened
	for _, t := range narrowed(*targets, f.account) {
		var err error
		opened, err = c.OpenTargets(ctx, t)
		if err != nil || slices.ContainsFunc(opened.Sessions, func(s *cloud.Session) bool { return s.Target().Account == f.account }) {
			return opened, err
		}
	}
	return opened, nil
}

// eachProfile are the profiles as targets, of which each may stay shut.
func (f *awsFlags) eachProfile() *cloud.Targets {
	t := &cloud.Targets{}
	for _, p := range f.profiles {
		t.Accounts = append(t.Accounts, cloud.Account{Profile: p, Regions: f.regions})
	}
	if len(f.profiles) == 0 {
		t.Accounts = []cloud.Account{{Regions: f.regions}}
	}
	return t
}

// openProfiles opens each profile. One that cannot be opened is an error; none of the others is looked at then, because an
// account that is left out without a word would look like an account without waste.
func (f *awsFlags) openProfiles(ctx context.Context, c *cloud.Cloud) (*cloud.Opened, error) {
	profiles := f.profiles
	if len(profiles) == 0 {
		profiles = []string{""}
	}
	opened := make([][]*cloud.Session, len(profiles))
	errs := make([]error, len(profiles))
	var wg sync.WaitGroup
	for i, p := range profiles {
		wg.Go(func() { opened[i], errs[i] = c.Open(ctx, p, f.regions) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, slices.DeleteFunc(errs, func(e error) bool { return e == nil })[0]
	}
	out := &cloud.Opened{}
	seen := map[string]bool{}
	for _, s := range slices.Concat(opened...) {
		if key := s.Target().Key(); !seen[key] {
			seen[key] = true
			out.Sessions = append(out.Sessions, s)
		}
	}
	return out, nil
}

// owners says how owners are found. Like prices, the answers of a stand-in for AWS are not kept.
func (f *awsFlags) owners(file *config.File, sessions []*cloud.Session) scan.Owners {
	o := scan.Owners{Tags: file.Owners.Tags}
	if file.Owners.CloudTrail.Lookup && !f.noTrail {
		o.TrailPages = file.Owners.CloudTrail.Pages
	}
	if dir, err := os.UserCacheDir(); err == nil && !slices.ContainsFunc(sessions, standsIn) {
		o.TrailCache = filepath.Join(dir, "sagewarden", "creators")
	}
	return o
}

// standsIn reports whether an endpoint of its own takes the place of AWS.
func standsIn(s *cloud.Session) bool { return s.SageMaker().Options().BaseEndpoint != nil }

// book opens the price list. Prices of a stand-in for AWS, told by an endpoint of its own, are not kept: they must never be
// taken for AWS's.
func (f *awsFlags) book(env Env, sessions []*cloud.Session) (*pricing.Book, error) {
	o := pricing.Options{File: f.priceFile, Now: env.Now, Brief: cloud.Brief,
		Passing: func(err error) bool { c := cloud.Classify(err); return c == cloud.Throttled || c == cloud.Canceled }}
	for _, s := range sessions {
		c, ok := s.Pricing()
		if !ok {
			continue
		}
		o.Client = func() (pricing.Client, bool) { return c, true }
		if dir, err := os.UserCacheDir(); err == nil && c.Options().BaseEndpoint == nil {
			o.CacheDir = filepath.Join(dir, "sagewarden", "prices")
		}
		break
	}
	return pricing.Open(o)
}

func (f *awsFlags) printStats(env Env, c *cloud.Cloud) error {
	if !f.stats {
		return nil
	}
	var rows []report.CallStat
	for _, s := range c.Stats() {
		rows = append(rows, report.CallStat{Operation: s.Operation, Calls: s.Calls, Attempts: s.Attempts, Throttles: s.Throttles, Errors: s.Errors,
			Bytes: s.BytesIn + s.BytesOut, Time: s.Time, Waited: s.Wait})
	}
	return report.Stats(env.Stderr, rows, report.Options{Color: env.color(env.Stderr), Width: env.Width(env.Stderr)})
}
