package wire

import (
	"errors"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"github.com/sagewarden/sagewarden/internal/simulate/resend"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// at is the instant of the tests' worlds.
var at = time.Date(2026, 11, 18, 15, 30, 0, 0, time.UTC)

const (
	research = "111111111111"
	homeTown = "us-east-1"
)

// ago is an instant before at.
func ago(d time.Duration) time.Time { return at.Add(-d) }

const day = 24 * time.Hour

// always yields one sample a minute with a value.
type always float64

func (p always) Stat(from, to time.Time) world.Stat {
	n := 0.0
	for t := from.Truncate(time.Minute); t.Before(to); t = t.Add(time.Minute) {
		if !t.Before(from) {
			n++
		}
	}
	if n == 0 {
		return world.Stat{}
	}
	return world.Stat{Count: n, Sum: n * float64(p), Min: float64(p), Max: float64(p)}
}

// samples are values by instant.
type samples map[time.Time]float64

func (p samples) Stat(from, to time.Time) world.Stat {
	var sum world.Stat
	for t, v := range p {
		if !t.Before(from) && t.Before(to) {
			sum = sum.Add(world.Stat{Count: 1, Sum: v, Min: v, Max: v})
		}
	}
	return sum
}

// instants are when something happened.
type instants []time.Time

func (a instants) Count(from, to time.Time) float64 {
	n := 0.0
	for _, t := range a {
		if !t.Before(from) && t.Before(to) {
			n++
		}
	}
	return n
}

func (a instants) Last(t time.Time) (time.Time, bool) {
	var last time.Time
	for _, i := range a {
		if !i.After(t) && i.After(last) {
			last = i
		}
	}
	return last, !last.IsZero()
}

// serve starts the endpoint of a world and returns it with a configuration that talks to it.
func serve(t *testing.T, w *world.World, options ...func(*Options)) (*Server, aws.Config) {
	t.Helper()
	if w.At.IsZero() {
		w.At = at
	}
	o := Options{World: w}
	for _, option := range options {
		option(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	endpoint := httptest.NewServer(resend.Lost(s))
	t.Cleanup(endpoint.Close)
	return s, aws.Config{
		BaseEndpoint: aws.String(endpoint.URL),
		Region:       homeTown,
		Credentials:  credentials.NewStaticCredentialsProvider("AKIASIM"+research, "secret", ""),
		HTTPClient:   endpoint.Client(), // connections of its own: the end of another server closes idle ones of the default client
		Retryer:      lostConnections,
	}
}

// lostConnections asks again where net/http gave a connection up in the middle of an answer, as it does now and then on a busy machine and as
// the SDK's own retryer knows; whatever else fails is a finding.
func lostConnections() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.Retryables = []retry.IsErrorRetryable{retry.IsErrorRetryableFunc(func(err error) aws.Ternary {
			return aws.BoolTernary(errors.Is(err, net.ErrClosed))
		})}
		o.RateLimiter, o.MaxBackoff = ratelimit.None, time.Millisecond
	})
}

// home is a world of one account with one region.
func home(r *world.Region) *world.World {
	r.Name = homeTown
	return &world.World{At: at, Accounts: []*world.Account{{ID: research, Name: "research", Regions: []*world.Region{r}}}}
}

func life(age time.Duration) world.Life { return world.Life{Created: ago(age)} }

// code is the error code that a client saw.
func code(err error) string {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return ""
}

// message is the error message that a client saw.
func message(err error) string {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorMessage()
	}
	return ""
}
