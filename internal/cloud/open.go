package cloud

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/account"
	accounttypes "github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/sagewarden/sagewarden/internal/estate"
)

const (
	// credentialsTimeout leaves a credential_process the minute that the SDK allows it. A metadata service that is not
	// there costs less: the SDK gives up on it within seconds.
	credentialsTimeout = time.Minute
	// identityTimeout and identityAttempts are small because somebody waits at the terminal, and the usual cause is
	// a wrong endpoint or no network.
	identityTimeout  = 10 * time.Second
	identityAttempts = 3
)

// AllRegions among the regions given to Open stands for every region that the account has enabled.
const AllRegions = "all"

// Open resolves a profile to an account by one sts:GetCallerIdentity, and returns a session for each region.
// An empty profile is the SDK's default chain; no regions are the SDK's configured region.
// An error is an *estate.Error.
func (c *Cloud) Open(ctx context.Context, profile string, regions []string) ([]*Session, error) {
	on := profileName(profile)
	base, err := c.load(ctx, profile)
	if err != nil {
		return nil, fail("load the AWS configuration", on, estate.Target{AccountName: profile}, err)
	}
	base.Region = homeRegion(base.Region, regions)
	if base.Region == "" {
		return nil, &estate.Error{Op: "choose a region", On: on, Err: errNoRegion, Hint: "name one with --region or AWS_REGION"}
	}
	home := estate.Target{AccountName: profile, Region: base.Region}
	if err := retrieve(ctx, base.Credentials); err != nil {
		return nil, fail("find credentials", on, home, err)
	}
	cfg := c.through(gate{cloud: c, account: on}, base)
	caller, skew, err := identify(ctx, cfg, c.clock.now)
	if err != nil {
		return nil, fail("sts:GetCallerIdentity", on, home, err)
	}
	switch {
	case slices.Contains(regions, AllRegions):
		if regions, err = enabledRegions(ctx, cfg); err != nil {
			e := fail("account:ListRegions", on, home, err)
			e.Hint = join("name the regions with --region", e.Hint)
			return nil, e
		}
	case len(regions) == 0:
		regions = []string{base.Region}
	}

	cfg = c.through(gate{cloud: c, account: caller.Account, home: base.Region}, base)
	var sessions []*Session
	for i, region := range regions {
		if slices.Contains(regions[:i], region) {
			continue
		}
		t := estate.Target{Partition: caller.Partition, Account: caller.Account, AccountName: profile, Region: region}
		cfg.Region = region
		sessions = append(sessions, newSession(t, caller.String(), cfg, c.clock.ahead(skew)))
	}
	return sessions, nil
}

var errNoRegion = errors.New("no region is given or configured")

func profileName(profile string) string {
	if profile == "" {
		return "the default profile"
	}
	return "profile " + profile
}

// homeRegion is where the caller is identified. That is the configured region unless the asked ones are in another
// partition, since one of the asked may be off while the configured one works.
func homeRegion(configured string, asked []string) string {
	i := slices.IndexFunc(asked, func(r string) bool { return r != AllRegions })
	if i < 0 {
		return configured
	}
	if configured == "" || estate.PartitionOf(configured) != estate.PartitionOf(asked[i]) {
		return asked[i]
	}
	return configured
}

// retrieve finds the credentials, which the SDK then holds. It is a step of its own because it may take longer than a call.
func retrieve(ctx context.Context, p aws.CredentialsProvider) error {
	return within(ctx, credentialsTimeout, func(ctx context.Context) error {
		_, err := p.Retrieve(ctx)
		return err
	})
}

// identify says who the caller is, and how far AWS's clock is ahead of this machine's.
func identify(ctx context.Context, cfg aws.Config, now func() time.Time) (caller estate.ARN, skew time.Duration, err error) {
	err = within(ctx, identityTimeout, func(ctx context.Context) error {
		out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil, func(o *sts.Options) {
			o.RetryMaxAttempts = identityAttempts
		})
		if err != nil {
			return err
		}
		if caller, err = estate.ParseARN(aws.ToString(out.Arn)); err != nil {
			return fmt.Errorf("read the caller's ARN: %w", err)
		}
		if server, ok := awsmiddleware.GetServerTime(out.ResultMetadata); ok {
			skew = server.Sub(now())
		}
		return nil
	})
	return caller, skew, err
}

func enabledRegions(ctx context.Context, cfg aws.Config) ([]string, error) {
	var names []string
	pages := account.NewListRegionsPaginator(account.NewFromConfig(cfg), &account.ListRegionsInput{
		MaxResults: aws.Int32(50),
		RegionOptStatusContains: []accounttypes.RegionOptStatus{
			accounttypes.RegionOptStatusEnabled, accounttypes.RegionOptStatusEnabledByDefault,
		},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Regions {
			names = append(names, aws.ToString(r.RegionName))
		}
	}
	slices.Sort(names)
	return names, nil
}

// within bounds a step, and tells running out of that time from being cancelled.
func within(ctx context.Context, limit time.Duration, f func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := f(bounded)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return &lateError{limit, err}
	}
	return err
}

// A lateError is the end of our patience, not the caller's.
type lateError struct {
	after time.Duration
	err   error
}

func (e *lateError) Error() string { return "no answer within " + e.after.String() }
func (e *lateError) Unwrap() error { return e.err }
