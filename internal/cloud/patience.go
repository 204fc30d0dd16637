package cloud

import (
	"context"
	"time"

	"github.com/aws/smithy-go/middleware"
)

// patient bounds each attempt of a call, but not its wait for a turn: a low rate is no reason to give up.
func patient(limit time.Duration) func(*middleware.Stack) error {
	attempt := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
		out middleware.FinalizeOutput, meta middleware.Metadata, err error,
	) {
		err = within(ctx, limit, func(ctx context.Context) error {
			out, meta, err = next.HandleFinalize(ctx, in)
			return err
		})
		return out, meta, err
	}
	return func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("SagewardenPatience", attempt), "SagewardenAttempt", middleware.After)
	}
}

// within bounds a step, and tells running out of that time from being cancelled.
func within(ctx context.Context, limit time.Duration, f func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := f(bounded)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return &lateError{limit, err}
	}
	return err
}

// A lateError is the end of our patience, not the caller's.
type lateError struct {
	after time.Duration
	err   error
}

func (e *lateError) Error() string { return "no answer within " + e.after.String() }
func (e *lateError) Unwrap() error { return e.err }
