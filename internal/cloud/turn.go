package cloud

import (
	"context"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// A turn is the leave to make one attempt.
type turn struct {
	bucket *bucket
	epoch  int
	// line is what the attempt has a place on until it ends.
	line chan struct{}
}

// leave gives the place back.
func (t turn) leave() {
	if t.line != nil {
		<-t.line
	}
}

// turn waits for the turn of an attempt.
func (c *Cloud) turn(ctx context.Context, k bucketKey) (turn, error) {
	b, line := c.bucket(k), c.line(k)
	asked := c.clock.now()
	epoch, err := b.wait(ctx, c.clock)
	if err == nil {
		select {
		case line <- struct{}{}:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	waited := c.clock.now().Sub(asked)
	c.tally.add(k.operation, func(s *OperationStats) { s.Wait += waited })
	if err != nil {
		return turn{}, &aws.RequestCanceledError{Err: err}
	}
	return turn{b, epoch, line}, nil
}

// awaited is where a context has the turn that Await took.
type awaited struct{}

// Await waits for the first turn of a call of the operation, as IAM names it. The call is made with the context that it returns, and does not
// wait again; done gives back what the call has not used. Whoever calls without it waits inside the SDK, which has built all that the
// call needs by then: thousands of calls of a large scan wait at once.
func (s *Session) Await(ctx context.Context, operation string) (_ context.Context, done func()) {
	mine, err := s.cloud.turn(ctx, bucketKey{s.target.Account, s.target.Region, operation})
	if err != nil {
		return ctx, func() {} // the call ends at once, and says why
	}
	var held atomic.Pointer[turn]
	held.Store(&mine)
	return context.WithValue(ctx, awaited{}, &held), func() {
		if unused := held.Swap(nil); unused != nil {
			unused.leave()
		}
	}
}

// first is the turn that was awaited for a call, or else waits for one.
func (c *Cloud) first(ctx context.Context, k bucketKey) (turn, error) {
	if held, ok := ctx.Value(awaited{}).(*atomic.Pointer[turn]); ok {
		if mine := held.Swap(nil); mine != nil {
			if mine.bucket == c.bucket(k) {
				return *mine, nil
			}
			mine.leave() // that of another operation: nobody waits for a place while he holds one
		}
	}
	return c.turn(ctx, k)
}

// line is where an attempt takes its place: a full one holds back whoever comes.
func (c *Cloud) line(k bucketKey) chan struct{} {
	service, _, _ := strings.Cut(k.operation, ":")
	at := lineKey{service, k.region}
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lines[at]
	if l == nil {
		l = make(chan struct{}, places)
		c.lines[at] = l
	}
	return l
}
