package doctor

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/pricing"
)

// Options say what to look at.
type Options struct {
	// Opened are the targets, and the accounts that stayed shut.
	Opened *cloud.Opened
	// Organization says that the accounts are those of an organization.
	Organization bool
	// Profiles says that the accounts are those of named profiles: a scan begins only where each can be opened.
	Profiles bool
	// Kinds are the families that a scan would look for; empty means all.
	Kinds []kinds.Kind
	// Prices is the price list that a scan would use.
	Prices *pricing.Book
	// Trail says that a scan would ask CloudTrail for creators.
	Trail bool
	// Now is this machine's clock.
	Now func() time.Time
}

type examination struct{ Options }

// Examine looks at everything. One account is asked in one of its regions, the first.
func Examine(ctx context.Context, o Options) []estate.Check {
	if len(o.Kinds) == 0 {
		o.Kinds = kinds.All()
	}
	e := &examination{o}
	var patients []*cloud.Session
	for _, s := range o.Opened.Sessions {
		if !slices.ContainsFunc(patients, func(p *cloud.Session) bool { return p.Target().Account == s.Target().Account }) {
			patients = append(patients, s)
		}
	}
	found := make([][]estate.Check, len(patients)+1)
	var g errgroup.Group
	g.SetLimit(atOnce)
	for i, s := range patients {
		g.Go(func() error {
			found[i] = inTurn(ctx, s, one(e.credentials), e.permissions, one(e.trail), one(quotas))
			return nil
		})
	}
	g.Go(func() error {
		steps := []step{func(ctx context.Context, _ *cloud.Session) []estate.Check {
			return slices.Concat(e.accounts(), e.regions(ctx))
		}}
		var first *cloud.Session
		if len(patients) > 0 {
			first, steps = patients[0], append(steps, one(e.clock), one(e.prices))
		}
		found[len(patients)] = inTurn(ctx, first, steps...)
		return nil
	})
	_ = g.Wait() // what fails is a finding
	checks := slices.Concat(found...)
	slices.SortStableFunc(checks, func(a, b estate.Check) int {
		return cmp.Compare(slices.Index(order, a.Name), slices.Index(order, b.Name))
	})
	if ctx.Err() != nil {
		checks = append(checks, estate.Check{Name: "interrupted", Level: estate.Warn, Finding: "what had not answered by then is not known"})
	}
	return checks
}

// A step makes some checks with a session.
type step = func(context.Context, *cloud.Session) []estate.Check

func one(check func(context.Context, *cloud.Session) estate.Check) step {
	return func(ctx context.Context, s *cloud.Session) []estate.Check { return []estate.Check{check(ctx, s)} }
}

// inTurn takes the steps one after the other, and of those that the context's end cuts short keeps nothing.
func inTurn(ctx context.Context, s *cloud.Session, steps ...step) (checks []estate.Check) {
	for _, take := range steps {
		if made := take(ctx, s); ctx.Err() == nil {
			checks = append(checks, made...)
		}
	}
	return checks
}

// order is that of what a scan needs first.
var order = []string{"credentials", "clock", "accounts", "regions", permissions, "cloudtrail", "quotas", "prices"}

// soon is how long before their end credentials are worth a warning.
const soon = 10 * time.Minute

func (e *examination) credentials(ctx context.Context, s *cloud.Session) estate.Check {
	c := estate.Check{Name: "credentials", On: s.Target().Label(), Level: estate.Fine, Finding: who(s)}
	got, err := s.SageMaker().Options().Credentials.Retrieve(ctx)
	switch {
	case err != nil:
		c.Level, c.Finding, c.Hint = estate.Fail, cloud.Brief(err), cloud.Fail("find credentials", s.Target(), err).Hint
		return c
	case got.Source == "":
		c.Finding += ", assumed anew when it ends"
	case !got.CanExpire:
		c.Finding += ", without an end, from " + source(got.Source)
	default:
		left := got.Expires.Sub(e.Now()).Round(time.Minute)
		c.Finding += fmt.Sprintf(", good for %s, from %s", strings.TrimSuffix(left.String(), "0s"), source(got.Source))
		if left < soon {
			c.Level, c.Hint = estate.Warn, "sign in again before a long scan"
		}
	}
	return c
}

// source is where the SDK found credentials, in its own words but for the folders of a file.
func source(said string) string {
	kind, file, isFile := strings.Cut(said, ": ")
	if !isFile {
		return said
	}
	return kind + ": " + filepath.Base(file)
}

// who is the caller as its account knows it.
func who(s *cloud.Session) string {
	arn, err := estate.ParseARN(s.Principal())
	if err != nil {
		return s.Principal()
	}
	return arn.Resource
}

// skewed is how far clocks may differ: AWS refuses signatures that are five minutes off.
const skewed = time.Minute

func (e *examination) clock(_ context.Context, s *cloud.Session) estate.Check {
	c := estate.Check{Name: "clock", Level: estate.Fine}
	ahead := Ahead(s, e.Now)
	switch {
	case ahead == 0:
		c.Finding = "this machine's is AWS's"
	case ahead > 0:
		c.Finding = fmt.Sprintf("this machine's is %s behind AWS's", rough(ahead))
	default:
		c.Finding = fmt.Sprintf("this machine's is %s ahead of AWS's", rough(-ahead))
	}
	if s.SageMaker().Options().BaseEndpoint != nil { // it may be a simulation, whose time is its own
		c.Finding = strings.Replace(c.Finding, "AWS's", "that of the endpoint which stands in for AWS", 1)
	} else if ahead.Abs() > skewed {
		c.Level, c.Hint = estate.Warn, "set this machine's clock: AWS refuses what is signed more than five minutes off"
	}
	return c
}

// rough leaves the seconds out of what is hours.
func rough(d time.Duration) string {
	if d < time.Hour {
		return d.String()
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
}

// Ahead is how far AWS's clock is ahead of this machine's, in whole seconds; a second or two is the time of a call.
func Ahead(s *cloud.Session, now func() time.Time) time.Duration {
	ahead := s.Now().Sub(now()).Round(time.Second)
	if ahead.Abs() <= 2*time.Second {
		return 0
	}
	return ahead
}

// accounts are those that stayed shut.
func (e *examination) accounts() []estate.Check {
	var checks []estate.Check
	level := estate.Warn
	if e.Profiles || len(e.Opened.Sessions) == 0 {
		level = estate.Fail
	}
	for _, h := range e.Opened.Holes {
		checks = append(checks, estate.Check{Name: "accounts", On: h.Target.Label(), Level: level, Finding: finding(h),
			Hides: h.Hides, Hint: h.Hint})
	}
	if !e.Organization {
		return checks
	}
	open := map[string]bool{}
	for _, s := range e.Opened.Sessions {
		open[s.Target().Account] = true
	}
	sum := estate.Check{Name: "accounts", Level: estate.Fine, Finding: fmt.Sprintf("%d of %d accounts of the organization can be opened", len(open), len(open)+len(e.Opened.Holes))}
	if len(checks) > 0 {
		sum.Level = level
	}
	if e.Opened.Inactive > 0 {
		verb := "are"
		if e.Opened.Inactive == 1 {
			verb = "is"
		}
		sum.Finding += fmt.Sprintf("; %d more %s suspended, closed or not yet active", e.Opened.Inactive, verb)
	}
	return append([]estate.Check{sum}, checks...)
}

// regions are those of the targets in which SageMaker does not answer.
func (e *examination) regions(ctx context.Context) []estate.Check {
	var checks []estate.Check
	answers := Knock(ctx, e.Opened.Sessions)
	for _, a := range answers {
		// Who is not allowed to ask is a matter of permissions: the region answers.
		if a.Hole() && a.Outcome != estate.OutcomeDenied {
			checks = append(checks, estate.Check{Name: "regions", On: a.Target.Label() + "/" + a.Target.Region, Level: estate.Warn, Finding: finding(a),
				Hides: "everything there", Hint: a.Hint})
		}
	}
	if n := len(answers); n > 0 {
		sum := estate.Check{Name: "regions", Level: estate.Fine, Finding: fmt.Sprintf("SageMaker answers in %d of %d targets", n-len(checks), n)}
		switch len(checks) {
		case 0:
		case n:
			sum.Level = estate.Fail
		default:
			sum.Level = estate.Warn
		}
		checks = append([]estate.Check{sum}, checks...)
	}
	return checks
}

func (e *examination) trail(ctx context.Context, s *cloud.Session) estate.Check {
	c := estate.Check{Name: "cloudtrail", On: s.Target().Label(), Level: estate.Fine, Finding: "answers; it is asked for who created what has no other sign of an owner"}
	if !e.Trail {
		c.Finding = "answers; it is asked for no owners, as you wish"
	}
	if a := answer(s, "cloudtrail:LookupEvents", trail(ctx, s)); a.Hole() {
		c.Level, c.Finding, c.Hides, c.Hint = estate.Warn, finding(a), a.Hides, a.Hint
	}
	return c
}

// prices asks for the price of one instance that every region sells.
func (e *examination) prices(ctx context.Context, s *cloud.Session) estate.Check {
	c := estate.Check{Name: "prices", Level: estate.Fine}
	key := pricing.Key{Region: s.Target().Region, Component: pricing.ComponentHosting, InstanceType: "ml.m5.xlarge"}
	err := e.Prices.Load(ctx, []pricing.Key{key})
	rate := e.Prices.Rate(key)
	switch {
	case !rate.Known:
		c.Level, c.Finding, c.Hides, c.Hint = estate.Warn, rate.Why, "prices", "allow pricing:GetProducts, or give a --price-file"
	case err != nil:
		c.Level, c.Finding, c.Hint = estate.Warn, rate.Source, "allow pricing:GetProducts, or give a --price-file"
	default:
		c.Finding = rate.Source
		if age := e.Now().Sub(e.Prices.AsOf()).Round(24 * time.Hour); age > 0 && !e.Prices.AsOf().IsZero() {
			c.Finding += fmt.Sprintf(", %d days old", int(age/(24*time.Hour)))
		}
	}
	return c
}
