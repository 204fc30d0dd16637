package cloud

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// DefaultRole is the name of the role that an account is opened by where no other is asked for.
const DefaultRole = "SagewardenReader"

// A Role is what is assumed in an account, and how. Every field has a default.
type Role struct {
	// Name may begin with a path: "ops/SagewardenReader". Empty means DefaultRole.
	Name string
	// ExternalID is what the role's trust policy asks for, if it does.
	ExternalID string
	// SessionName is who did it in the account's own records. Empty means sagewarden.
	SessionName string
	// SessionTags come with the session; the trust policy must allow sts:TagSession.
	SessionTags map[string]string
	// Duration is how long one set of credentials is good for. They are renewed in time. Zero means an hour, which is also
	// the most that AWS gives to a caller whose own credentials are a role's.
	Duration time.Duration
}

const (
	defaultSessionName = "sagewarden"
	defaultDuration    = time.Hour

	// renewal is how long before their end credentials are renewed; AWS makes none for less than fifteen minutes.
	renewal = 5 * time.Minute
	// assumeTimeout is for one answer of STS, however long its call had to wait for its turn.
	assumeTimeout = 10 * time.Second

	assumeRole = "sts:AssumeRole"
)

func (r Role) arn(partition, account string) string {
	name := strings.TrimPrefix(cmp.Or(r.Name, DefaultRole), "/")
	return estate.ARN{Partition: partition, Service: "iam", Account: account, Resource: "role/" + name}.String()
}

func (r Role) input(arn string) *sts.AssumeRoleInput {
	in := &sts.AssumeRoleInput{
		RoleArn:         aws.String(arn),
		RoleSessionName: aws.String(cmp.Or(r.SessionName, defaultSessionName)),
		DurationSeconds: aws.Int32(int32(cmp.Or(r.Duration, defaultDuration) / time.Second)),
	}
	if r.ExternalID != "" {
		in.ExternalId = aws.String(r.ExternalID)
	}
	for _, key := range slices.Sorted(maps.Keys(r.SessionTags)) {
		in.Tags = append(in.Tags, types.Tag{Key: aws.String(key), Value: aws.String(r.SessionTags[key])})
	}
	return in
}

// assume returns the identity of the role in the account. Its one call to STS goes to the bucket of the caller's account.
func (i *identity) assume(ctx context.Context, account, name string, r Role) (*identity, error) {
	a := &assumption{account: account, now: i.cloud.clock.now, input: r.input(r.arn(i.arn.Partition, account))}
	a.client = sts.NewFromConfig(i.cfg, func(o *sts.Options) { o.APIOptions = append(o.APIOptions, patient(assumeTimeout)) })
	first, err := a.assume(ctx)
	if err != nil {
		return nil, err
	}
	a.unused.Store(&first.credentials)
	base := i.base.Copy()
	base.Credentials = aws.NewCredentialsCache(a, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = renewal })
	return newIdentity(i.cloud, first.arn, name, gate{account: account, proven: true}, base, first.skew), nil
}

// An assumption provides the credentials of a role, and new ones when those run out.
type assumption struct {
	client  *sts.Client
	input   *sts.AssumeRoleInput
	account string
	now     func() time.Time
	// unused are credentials that are at hand already.
	unused atomic.Pointer[aws.Credentials]
}

// Retrieve returns credentials that nobody has had yet.
func (a *assumption) Retrieve(ctx context.Context) (aws.Credentials, error) {
	// They may have waited for longer than they last, where many targets are looked at in turn.
	if c := a.unused.Swap(nil); c != nil && time.Now().Before(c.Expires.Add(-renewal)) {
		return *c, nil
	}
	g, err := a.assume(ctx)
	return g.credentials, err
}

// A grant is an answer of STS.
type grant struct {
	arn         estate.ARN
	credentials aws.Credentials
	skew        time.Duration
}

func (a *assumption) assume(ctx context.Context) (grant, error) {
	out, err := a.client.AssumeRole(ctx, a.input)
	if err != nil {
		return grant{}, a.fail(err)
	}
	if out.Credentials == nil || out.Credentials.Expiration == nil || out.AssumedRoleUser == nil {
		return grant{}, a.fail(errors.New("the answer holds no credentials"))
	}
	arn, err := estate.ParseARN(aws.ToString(out.AssumedRoleUser.Arn))
	if err != nil {
		return grant{}, a.fail(fmt.Errorf("read the role's ARN: %w", err))
	}
	if arn.Account != a.account {
		return grant{}, a.fail(fmt.Errorf("the credentials are for account %s", arn.Account))
	}
	g := grant{arn: arn, credentials: aws.Credentials{
		AccessKeyID:     aws.ToString(out.Credentials.AccessKeyId),
		SecretAccessKey: aws.ToString(out.Credentials.SecretAccessKey),
		SessionToken:    aws.ToString(out.Credentials.SessionToken),
		CanExpire:       true,
		Expires:         *out.Credentials.Expiration,
	}}
	if server, ok := awsmiddleware.GetServerTime(out.ResultMetadata); ok {
		g.skew = server.Sub(a.now())
		// The SDK's cache looks at this machine's clock, which may be wrong.
		g.credentials.Expires = time.Now().Add(g.credentials.Expires.Sub(server))
	}
	return g, nil
}

func (a *assumption) fail(err error) error {
	return &assumeError{aws.ToString(a.input.RoleArn), len(a.input.Tags) > 0, err}
}

// An assumeError is a role that could not be assumed, perhaps no longer.
type assumeError struct {
	role string
	// tagged says that the session was to have tags.
	tagged bool
	err    error
}

func (e *assumeError) Error() string { return "assume role " + e.role + ": " + e.err.Error() }
func (e *assumeError) Unwrap() error { return e.err }

func (e *assumeError) hint() string {
	switch Classify(e.err) {
	case Denied:
		allowed := assumeRole
		if e.tagged {
			allowed += " and sts:TagSession, by the trust policy, too"
		}
		return "see that " + e.role + " exists, that its trust policy names the caller and asks for no other external id or session tag (--external-id, --session-tag), and that the caller is allowed " + allowed
	case Throttled:
		return "others use up the account's rate: run again later, or with a lower limit for " + assumeRole
	case Credentials:
		return "the credentials that assume " + e.role + " are no longer good: sign in again"
	case RegionOff:
		return "switch on the region's STS endpoint in the IAM settings of the caller's account, or call from another region"
	}
	switch text := e.err.Error(); {
	case strings.Contains(text, "role chaining"):
		return "lower --duration: a caller who is in a role already gets 1h at most"
	case strings.Contains(text, "MaxSessionDuration"):
		return "lower --duration: a role allows 1h at most, unless its MaxSessionDuration says more"
	}
	return ""
}
