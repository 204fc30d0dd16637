package cloud

import (
	"context"
	"time"
)

// A clock is the time that buckets run on.
type clock struct {
	now   func() time.Time
	sleep func(context.Context, time.Duration) error
}

// ahead is a clock that shows the duration more.
func (c clock) ahead(d time.Duration) func() time.Time {
	return func() time.Time { return c.now().Add(d) }
}

// sleep waits for the duration or the end of the context.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
