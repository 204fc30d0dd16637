package cloud

import (
	"context"
	"errors"
)

// whileKey is where a context has what its calls wait on.
type whileKey struct{}

// While is a context whose calls make no attempt any more once something does not hold, however long they have waited for their turn, or for AWS to
// take the load. An attempt that is under way comes to its end.
func While(ctx context.Context, holds func() bool) context.Context {
	return context.WithValue(ctx, whileKey{}, holds)
}

// errOver is the end of a call whose next attempt came too late. AWS has refused those before it, if there were any.
var errOver = errors.New("it was not sent in time")

// over says that no attempt may be made any more.
func over(ctx context.Context) error {
	if holds, bounded := ctx.Value(whileKey{}).(func() bool); bounded && !holds() {
		return errOver
	}
	return nil
}
