package cloud

import (
	"cmp"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// defaultAttempts outlast a throttle storm: with the SDK's backoff they span half a minute and more.
const defaultAttempts = 8

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
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = cmp.Or(maxAttempts, defaultAttempts)
			o.MaxBackoff = cmp.Or(maxBackoff, retry.DefaultMaxBackoff)
			o.RateLimiter = ratelimit.None
			o.Retryables = append(o.Retryables, tooMany)
		})
	}
}
