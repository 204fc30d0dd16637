package cloud

import (
	"cmp"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

const (
	// defaultAttempts span half a minute and more, with the SDK's backoff.
	defaultAttempts = 8
	// throttledAttempts outlast a throttle storm: of twenty thousand calls of which every third is refused, three would be refused eight
	// times in a row, and hardly one in a hundred scans twelve times.
	throttledAttempts = 12
)

// tooMany is for a 429 that carries no code that the SDK knows, as proxies send it.
var tooMany = retry.RetryableHTTPStatusCode{Codes: map[int]struct{}{http.StatusTooManyRequests: {}}}

// throttles reports whether AWS refused for load.
func throttles(err error) bool {
	return err != nil &&
		(retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err) == aws.TrueTernary ||
			tooMany.IsErrorRetryable(err) == aws.TrueTernary)
}

// newRetryer is the SDK's standard retryer without its quota of retries. In a storm that quota is used up by the first
// few calls and fails the rest; here the buckets hold the storm back instead.
func newRetryer(maxAttempts int, maxBackoff time.Duration) func() aws.Retryer {
	return func() aws.Retryer {
		standard := retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = cmp.Or(maxAttempts, throttledAttempts)
			o.MaxBackoff = cmp.Or(maxBackoff, retry.DefaultMaxBackoff)
			o.RateLimiter = ratelimit.None
			o.Retryables = append(o.Retryables, tooMany)
		})
		if maxAttempts != 0 {
			return standard
		}
		return patientRetryer{standard}
	}
}

// A patientRetryer gives a call that was refused for load more attempts than one that failed.
type patientRetryer struct{ *retry.Standard }

// RetryDelay is how long to wait after the attempt; the call's own error says that it was the last.
func (r patientRetryer) RetryDelay(attempt int, err error) (time.Duration, error) {
	if attempt >= defaultAttempts && !throttles(err) {
		return 0, err
	}
	return r.Standard.RetryDelay(attempt, err)
}

// Once repeats only what AWS refused for load, which did nothing. It is for calls that change something: any other failure may have done it.
func Once(r aws.Retryer) aws.Retryer { return onceRetryer{r} }

type onceRetryer struct{ aws.Retryer }

func (onceRetryer) IsErrorRetryable(err error) bool { return throttles(err) }
