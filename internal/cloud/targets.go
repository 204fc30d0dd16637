package cloud

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Targets say which accounts to open: those of an organization, and those named one by one, which go before.
type Targets struct {
	// Profile is whose credentials read the organization and assume roles. Empty means the SDK's default chain.
	Profile      string
	Organization *Organization
	Accounts     []Account
}

// An Account is one account to open.
type Account struct {
	// ID may be left out with a profile and no role. Where it is given, the credentials must be that account's.
	ID string
	// Name is what people call the account.
	Name string
	// Profile is whose credentials open the account or assume the role. Empty means the profile of the Targets.
	Profile string
	// Role is assumed with those credentials; nil means that they open the account themselves.
	Role *Role
	// Regions of the account, AllRegions among them for the enabled ones. None means the region configured for the credentials.
	Regions []string
}

// Opened is what came of opening targets.
type Opened struct {
	// Sessions are in the order of the accounts and of their regions, each target once.
	Sessions []*Session
	// Holes are the accounts that could not be opened, a line for each. Their region is AllRegions.
	Holes []estate.Coverage
	// Inactive is how many accounts of the organization were left out for being suspended, closed or not yet active.
	Inactive int
	// Unmatched are the exclusions that left out no account of the organization.
	Unmatched []string
}

// atOnce is how many accounts are asked about at the same time. The buckets say how often.
const atOnce = 32

// OpenTargets opens every account. One that cannot be opened is a hole, and costs the others nothing.
// An error is an *estate.Error: there is nobody to ask, the organization does not tell its accounts, or the context has ended.
func (c *Cloud) OpenTargets(ctx context.Context, t Targets) (*Opened, error) {
	accounts := slices.Clone(t.Accounts)
	for i := range accounts {
		accounts[i].Profile = cmp.Or(accounts[i].Profile, t.Profile)
	}
	logins := c.logins(ctx, t, accounts)
	var me *identity
	if signIn, needed := logins[t.Profile]; needed {
		var err error
		if me, err = signIn(); err != nil {
			return nil, err
		}
	}
	out := &Opened{}
	if t.Organization != nil {
		members, err := t.Organization.accounts(ctx, me.session(me.base.Region), out)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			if !slices.ContainsFunc(t.Accounts, func(a Account) bool { return a.ID == m.ID }) {
				m.Profile = t.Profile
				accounts = append(accounts, m)
			}
		}
	}

	sessions, holes := make([][]*Session, len(accounts)), make([]*estate.Coverage, len(accounts))
	var g errgroup.Group
	g.SetLimit(atOnce)
	for i, a := range accounts {
		g.Go(func() error {
			sessions[i], holes[i] = a.open(ctx, logins[a.Profile])
			return nil
		})
	}
	_ = g.Wait() // what fails is a hole
	if err := ctx.Err(); err != nil {
		return nil, fail("open the accounts", "", estate.Target{}, err)
	}
	seen := map[string]bool{}
	for i := range accounts {
		if holes[i] != nil {
			out.Holes = append(out.Holes, *holes[i])
		}
		for _, s := range sessions[i] {
			if key := s.Target().Key(); !seen[key] {
				seen[key] = true
				out.Sessions = append(out.Sessions, s)
			}
		}
	}
	return out, nil
}

// A login signs in when it is first called.
type login func() (*identity, error)

// logins are those that the targets need, by profile.
func (c *Cloud) logins(ctx context.Context, t Targets, accounts []Account) map[string]login {
	regions := map[string][]string{}
	if t.Organization != nil {
		regions[t.Profile] = slices.Clone(t.Organization.Regions)
	}
	for _, a := range accounts {
		regions[a.Profile] = append(regions[a.Profile], a.Regions...)
	}
	logins := map[string]login{}
	for profile, asked := range regions {
		logins[profile] = sync.OnceValues(func() (*identity, error) { return c.signIn(ctx, profile, asked) })
	}
	return logins
}

// open returns the account's sessions, or why there are none.
func (a Account) open(ctx context.Context, signIn login) ([]*Session, *estate.Coverage) {
	caller, err := signIn()
	if err != nil {
		return nil, a.hole(getCallerIdentity, estate.Target{AccountName: a.Profile}, err)
	}
	home, id := caller.base.Region, cmp.Or(a.ID, caller.arn.Account)
	me := *caller
	me.name = cmp.Or(a.Name, me.name)
	switch {
	case a.Role != nil:
		assumed, err := caller.assume(ctx, id, a.Name, *a.Role)
		if err != nil {
			return nil, a.hole(assumeRole, caller.target(home), err)
		}
		me = *assumed
	case caller.arn.Account != id:
		return nil, a.hole(getCallerIdentity, caller.target(home), fmt.Errorf("the credentials are for account %s", caller.arn.Account))
	}
	regions, err := me.regions(ctx, a.Regions)
	if err != nil {
		return nil, a.hole(listRegions, me.target(home), err)
	}
	return me.sessions(regions), nil
}

// hole is the line of coverage for an account that err keeps shut. The target is where the operation was asked.
func (a Account) hole(operation string, asked estate.Target, err error) *estate.Coverage {
	hint := Fail(operation, asked, err).Hint
	if operation == listRegions {
		hint = join("name the account's regions", hint)
	}
	return &estate.Coverage{
		Target:    estate.Target{Partition: asked.Partition, Account: a.ID, AccountName: cmp.Or(a.Name, a.Profile), Region: AllRegions},
		Operation: operation, Outcome: Lost(err), Error: Brief(err), Hint: hint,
		Hides: "everything in the account",
	}
}
