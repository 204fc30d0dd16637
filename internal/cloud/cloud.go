package cloud

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
)

// Options are the settings of a Cloud. The zero value is ready for use.
type Options struct {
	// Limits go before DefaultLimits, however general they are.
	Limits []Limit
	// MaxAttempts of a call, the first included. Zero means AWS_MAX_ATTEMPTS or the profile's max_attempts, else 8, and 12 of one that is throttled.
	MaxAttempts int
	// MaxBackoff between two attempts. Zero means the SDK's 20 seconds.
	MaxBackoff time.Duration
	// HTTPClient carries the requests. Nil means the SDK's, with a pool for many calls at once.
	HTTPClient aws.HTTPClient
	// Now and Sleep are the clock that the buckets run on: both or neither, since a bucket sleeps until its Now has
	// moved on. Nil means the real clock. Sleep returns the context's error when that ends first.
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
	// Load reads the configuration. Nil means config.LoadDefaultConfig.
	Load func(ctx context.Context, optFns ...func(*config.LoadOptions) error) (aws.Config, error)
	// Version is the program's, for the user agent.
	Version string
}

// A Cloud opens sessions, and holds what they share: the buckets and the count of calls. It is safe for concurrent use.
type Cloud struct {
	options Options
	clock   clock
	limits  limits
	tally   tally

	mu      sync.Mutex
	buckets map[bucketKey]*bucket
	lines   map[lineKey]chan struct{}
}

type bucketKey struct{ account, region, operation string }

// A lineKey is a service in a region: calls on many accounts share its hosts.
type lineKey struct{ service, region string }

// New returns a Cloud.
func New(o Options) *Cloud {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.HTTPClient == nil {
		o.HTTPClient = newHTTPClient()
	}
	if o.Load == nil {
		o.Load = config.LoadDefaultConfig
	}
	return &Cloud{
		options: o,
		clock:   clock{o.Now, o.Sleep},
		limits:  limits{o.Limits, DefaultLimits()},
		tally:   tally{by: map[string]*OperationStats{}},
		buckets: map[bucketKey]*bucket{},
		lines:   map[lineKey]chan struct{}{},
	}
}

const (
	// places are the attempts that may be under way at once on a service in a region, over all accounts. Each takes a tenth of a megabyte with
	// its connection and its stack.
	places = 52
	// conns per host is more than that: no attempt waits for a connection, where it would hold all that it needs. All are kept: another
	// call soon wants one. An endpoint of the user's own may be one host for everything.
	conns = 4 * places
	// silence is how long a connection may deliver nothing before the attempt is given up.
	silence = 30 * time.Second
)

func newHTTPClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithReadTimeout(silence).
		WithTransportOptions(func(t *http.Transport) { t.MaxConnsPerHost, t.MaxIdleConnsPerHost, t.MaxIdleConns = conns, conns, 0 })
}

// Stats returns what every operation has cost so far, most called first.
func (c *Cloud) Stats() []OperationStats { return c.tally.sorted() }

func (c *Cloud) bucket(k bucketKey) *bucket {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.buckets[k]
	if b == nil {
		b = newBucket(c.limits.perSecond(k.operation))
		c.buckets[k] = b
	}
	return b
}

// load reads the SDK's configuration for a profile. Its clients do not pass a gate yet: see through.
func (c *Cloud) load(ctx context.Context, profile string) (aws.Config, error) {
	opts := []func(*config.LoadOptions) error{
		config.WithHTTPClient(c.options.HTTPClient),
		config.WithAssumeRoleCredentialOptions(sameEndpoint),
	}
	if profile != "" {
		opts = append(opts, config.WithSharedConfigProfile(profile))
	}
	cfg, err := c.options.Load(ctx, opts...)
	if err != nil {
		return aws.Config{}, aboutCredentials(err)
	}
	cfg.Credentials = credentials{cfg.Credentials}
	// Set after loading, so that the SDK's search for credentials keeps its own short retries.
	cfg.RetryMaxAttempts = cmp.Or(c.options.MaxAttempts, cfg.RetryMaxAttempts)
	cfg.Retryer = newRetryer(cfg.RetryMaxAttempts, c.options.MaxBackoff)
	return cfg, nil
}

// through returns the configuration with which every client passes the gate.
func (c *Cloud) through(g gate, cfg aws.Config) aws.Config {
	cfg = cfg.Copy()
	cfg.APIOptions = append(slices.Clone(cfg.APIOptions), g.install,
		awsmiddleware.AddUserAgentKeyValue("sagewarden", cmp.Or(c.options.Version, "dev")))
	return cfg
}
