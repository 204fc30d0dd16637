package cloud

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// A gate is what the calls made with one account's credentials pass through, whichever client makes them.
type gate struct {
	cloud *Cloud
	// account keys the buckets. Before the account is known it is the profile's name.
	account string
	// proven says that the credentials are known to be good, and home is the region in which they were seen to be so;
	// empty where STS has just made them.
	proven bool
	home   string
}

// install puts the gate into the SDK's stack of one call.
func (g gate) install(stack *middleware.Stack) error {
	return errors.Join(
		stack.Initialize.Add(middleware.InitializeMiddlewareFunc("SagewardenCall", g.call), middleware.After),
		stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("SagewardenAttempt", g.attempt), "Retry", middleware.After),
		stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("SagewardenBytes", g.bytes), middleware.After),
	)
}

// key is the bucket of the call's attempts.
func (g gate) key(ctx context.Context, op string) bucketKey {
	return bucketKey{g.account, awsmiddleware.GetRegion(ctx), op}
}

// call counts the call, and waits for its first turn before anything is written.
func (g gate) call(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
	out middleware.InitializeOutput, meta middleware.Metadata, err error,
) {
	op := operation(ctx)
	first, err := g.cloud.first(ctx, g.key(ctx, op))
	if err == nil {
		out, meta, err = next.HandleInitialize(middleware.WithStackValue(ctx, turnKey{}, &first), in)
		first.leave() // a call that failed before its first attempt has it still
	}
	if err == nil && loops(in.Parameters, out.Result) {
		err = errLoop
	}
	g.cloud.tally.add(op, func(s *OperationStats) {
		s.Calls++
		if err != nil {
			s.Errors++
		}
	})
	return out, meta, g.regional(ctx, err)
}

// turnKey is where a call keeps the turn of its first attempt.
type turnKey struct{}

// attempt runs inside the SDK's retry loop and before signing, so that a signature does not age while it waits.
func (g gate) attempt(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
	middleware.FinalizeOutput, middleware.Metadata, error,
) {
	c, op := g.cloud, operation(ctx)
	first := middleware.GetStackValue(ctx, turnKey{}).(*turn)
	mine := *first
	*first = turn{}
	if mine.bucket == nil { // an attempt before this one has taken it
		var err error
		if mine, err = c.turn(ctx, g.key(ctx, op)); err != nil {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, err
		}
	}
	defer mine.leave()
	if err := over(ctx); err != nil {
		return middleware.FinalizeOutput{}, middleware.Metadata{}, err
	}
	started := c.clock.now()

	out, meta, err := next.HandleFinalize(ctx, in)

	ended := c.clock.now()
	throttle := throttles(err)
	c.tally.add(op, func(s *OperationStats) {
		s.Attempts++
		s.Time += ended.Sub(started)
		if throttle {
			s.Throttles++
		}
	})
	if throttle {
		mine.bucket.throttled(mine.epoch, ended)
	} else if err == nil || isAPIError(err) {
		mine.bucket.answered(ended)
	}
	return out, meta, err
}

func (g gate) bytes(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	middleware.DeserializeOutput, middleware.Metadata, error,
) {
	op := operation(ctx)
	if req, ok := in.Request.(*smithyhttp.Request); ok {
		if n, known, err := req.StreamLength(); known && err == nil {
			g.cloud.tally.add(op, func(s *OperationStats) { s.BytesOut += n })
		}
	}
	out, meta, err := next.HandleDeserialize(ctx, in)
	if resp, ok := out.RawResponse.(*smithyhttp.Response); ok && resp.Body != nil {
		resp.Body = countedBody{resp.Body, func(n int) {
			g.cloud.tally.add(op, func(s *OperationStats) { s.BytesIn += int64(n) })
		}}
	}
	return out, meta, err
}

type countedBody struct {
	io.ReadCloser
	count func(int)
}

func (b countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.count(n)
	return n, err
}

// regional tells a region that is off from credentials that are bad: AWS gives the same answer for both, but
// these credentials are known to be good elsewhere.
func (g gate) regional(ctx context.Context, err error) error {
	region := awsmiddleware.GetRegion(ctx)
	if err == nil || !g.proven || region == g.home {
		return err
	}
	dns, isDNS := errors.AsType[*net.DNSError](err)
	switch errorCode(err) {
	case "UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure":
		return &regionError{region, err}
	}
	if isDNS && dns.IsNotFound {
		return &regionError{region, err}
	}
	return err
}

// A regionError is a refusal by a region of what another region accepts.
type regionError struct {
	region string
	err    error
}

func (e *regionError) Error() string { return "region " + e.region + " is off: " + e.err.Error() }
func (e *regionError) Unwrap() error { return e.err }

// prefixes are the services as IAM names them, by the SDK's service id, where lower case is not enough.
var prefixes = map[string]string{
	"Application Auto Scaling":      "application-autoscaling",
	"BCM Data Exports":              "bcm-data-exports",
	"CloudWatch Logs":               "logs",
	"Cost Explorer":                 "ce",
	"Cost and Usage Report Service": "cur",
	"Resource Groups Tagging API":   "tag",
	"Service Quotas":                "servicequotas",
}

// operation is the call's operation as IAM names it.
func operation(ctx context.Context) string {
	id := awsmiddleware.GetServiceID(ctx)
	prefix, ok := prefixes[id]
	if !ok {
		prefix = strings.ToLower(id)
	}
	return prefix + ":" + awsmiddleware.GetOperationName(ctx)
}

func isAPIError(err error) bool {
	_, ok := errors.AsType[smithy.APIError](err)
	return ok
}

func errorCode(err error) string {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return ""
}
