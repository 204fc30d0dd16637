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
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/pricing"
	"github.com/sagewarden/sagewarden/internal/report"
)

// awsFlags are the flags of every command that talks to AWS.
type awsFlags struct {
	profiles, regions, rates []string
	priceFile                string
	stats                    bool
}

func (f *awsFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringArrayVar(&f.profiles, "profile", nil, "AWS profile; repeat it to look at several accounts (default: the SDK's credential chain)")
	fl.StringArrayVar(&f.regions, "region", nil, "AWS region; repeat it, or say all for every enabled one (default: the SDK's)")
	fl.StringArrayVar(&f.rates, "rate", nil, "calls per second of an operation in one account and region, like sagemaker:List*=2; repeatable")
	fl.StringVar(&f.priceFile, "price-file", "", "price file to use instead of the AWS price list (the offer file of AmazonSageMaker as JSON, or CSV)")
	fl.BoolVar(&f.stats, "stats", false, "print how many calls were made, and how they went, to stderr")
}

// live are the flags that mean something only where AWS is asked.
var live = []string{"profile", "region", "rate", "price-file", "stats"}

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
func loadConfig(ctx context.Context, opts ...func(*config.LoadOptions) error) (aws.Config, error) {
	return config.LoadDefaultConfig(ctx, append(opts, config.WithLogger(logging.Nop{}))...)
}

// open makes the cloud and its sessions. A profile that cannot be opened is an error; none of the others is looked at then,
// because an account that is left out without a word would look like an account without waste.
func (f *awsFlags) open(ctx context.Context, options cloud.Options) (*cloud.Cloud, []*cloud.Session, error) {
	for _, r := range f.rates {
		l, err := cloud.ParseLimit(r)
		if err != nil {
			return nil, nil, usageError{fmt.Errorf("--rate: %w", err)}
		}
		options.Limits = append(options.Limits, l)
	}
	options.Version = buildVersion()
	c := cloud.New(options)
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
		return nil, nil, slices.DeleteFunc(errs, func(e error) bool { return e == nil })[0]
	}
	var sessions []*cloud.Session
	seen := map[string]bool{}
	for _, s := range slices.Concat(opened...) {
		if key := s.Target().Key(); !seen[key] {
			seen[key] = true
			sessions = append(sessions, s)
		}
	}
	return c, sessions, nil
}

// book opens the price list. Prices of a stand-in for AWS, told by an endpoint of its own, are not kept: they must never be
// taken for AWS's.
func (f *awsFlags) book(env Env, sessions []*cloud.Session) (*pricing.Book, error) {
	o := pricing.Options{File: f.priceFile, Now: env.Now, Brief: cloud.Brief}
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
