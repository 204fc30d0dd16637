package cloud

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
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

	getCallerIdentity = "sts:GetCallerIdentity"
)

// Open resolves a profile to an account by one sts:GetCallerIdentity, and returns a session for each region.
// An empty profile is the SDK's default chain; no regions are the SDK's configured region.
// An error is an *estate.Error.
func (c *Cloud) Open(ctx context.Context, profile string, regions []string) ([]*Session, error) {
	me, err := c.signIn(ctx, profile, regions)
	if err != nil {
		return nil, err
	}
	names, err := me.regions(ctx, regions)
	if err != nil {
		e := fail(listRegions, profileName(profile), me.target(me.base.Region), err)
		e.Hint = join("name the regions with --region", e.Hint)
		return nil, e
	}
	return me.sessions(names), nil
}

// signIn finds the credentials of a profile and says whose they are. The regions are those that will be asked for.
func (c *Cloud) signIn(ctx context.Context, profile string, regions []string) (*identity, error) {
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
	caller, skew, err := identify(ctx, c.through(gate{cloud: c, account: on}, base), c.clock.now)
	if err != nil {
		return nil, fail(getCallerIdentity, on, home, err)
	}
	return newIdentity(c, caller, profile, gate{account: caller.Account, proven: true, home: base.Region}, base, skew), nil
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
