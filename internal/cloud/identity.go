package cloud

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// An identity is a principal of one account with the credentials that prove it: a profile's own, or a role's.
type identity struct {
	cloud *Cloud
	arn   estate.ARN
	// name is what people call the account.
	name string
	// base has the credentials and the region they were proven in; its clients pass no gate. Those of cfg do.
	base, cfg aws.Config
	// skew is how far AWS's clock is ahead of this machine's.
	skew time.Duration
}

func newIdentity(c *Cloud, arn estate.ARN, name string, g gate, base aws.Config, skew time.Duration) *identity {
	g.cloud = c
	return &identity{cloud: c, arn: arn, name: name, base: base, cfg: c.through(g, base), skew: skew}
}

func (i *identity) target(region string) estate.Target {
	return estate.Target{Partition: i.arn.Partition, Account: i.arn.Account, AccountName: i.name, Region: region}
}

func (i *identity) session(region string) *Session {
	cfg := i.cfg.Copy()
	cfg.Region = region
	return newSession(i.cloud, i.target(region), i.arn.String(), cfg, i.cloud.clock.ahead(i.skew))
}

func (i *identity) sessions(regions []string) []*Session {
	sessions := make([]*Session, len(regions))
	for n, r := range regions {
		sessions[n] = i.session(r)
	}
	return sessions
}

// regions resolves the asked ones, each once: AllRegions to those that the account has enabled, none to the configured one.
func (i *identity) regions(ctx context.Context, asked []string) ([]string, error) {
	if len(asked) == 0 {
		return []string{i.base.Region}, nil
	}
	var names []string
	add := func(regions ...string) {
		for _, r := range regions {
			if !slices.Contains(names, r) {
				names = append(names, r)
			}
		}
	}
	for _, r := range asked {
		if r != AllRegions {
			add(r)
			continue
		}
		enabled, err := i.enabledRegions(ctx)
		if err != nil {
			return nil, err
		}
		add(enabled...)
	}
	return names, nil
}
