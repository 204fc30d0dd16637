package cloud

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// cut is what a throttled bucket keeps of its rate.
	cut = 0.5
	// leastShare of the full rate is kept however often AWS refuses: a scan slows down, but it ends.
	leastShare = 0.1
	// recovery is how long a bucket takes from nothing back to its full rate. By time and not by calls, so that a
	// fast operation does not run into the same refusal many times a second.
	recovery = time.Minute
)

// A bucket paces the attempts of one operation. It has no burst: calls are spread evenly over the second.
type bucket struct {
	full rate.Limit
	// turn is held by the one caller that has the next token reserved, so that a lower rate binds all who queue behind it.
	turn chan struct{}

	mu      sync.Mutex
	limiter *rate.Limiter
	// epoch counts the cuts. moved is when the rate last changed.
	epoch int
	moved time.Time
}

func newBucket(perSecond float64) *bucket {
	full := rate.Limit(perSecond)
	if perSecond == 0 {
		full = rate.Inf
	}
	return &bucket{full: full, turn: make(chan struct{}, 1), limiter: rate.NewLimiter(full, 1)}
}

// wait blocks until the next attempt may start, and returns the epoch it starts in.
func (b *bucket) wait(ctx context.Context, c clock) (epoch int, err error) {
	select {
	case b.turn <- struct{}{}:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	defer func() { <-b.turn }()
	now := c.now()
	slot := b.limiter.ReserveN(now, 1)
	if err := c.sleep(ctx, slot.DelayFrom(now)); err != nil {
		slot.CancelAt(c.now())
		return 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.epoch, nil
}

// throttled halves the rate: once for all attempts that started at the same rate.
func (b *bucket) throttled(epoch int, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full == rate.Inf || epoch != b.epoch {
		return
	}
	b.epoch++
	b.set(max(b.limiter.Limit()*cut, b.full*leastShare), now)
}

// answered restores the rate in proportion to the time gone by.
func (b *bucket) answered(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	limit := b.limiter.Limit()
	if limit >= b.full {
		return
	}
	gain := b.full * rate.Limit(now.Sub(b.moved).Seconds()/recovery.Seconds())
	b.set(min(limit+gain, b.full), now)
}

func (b *bucket) set(limit rate.Limit, now time.Time) {
	b.limiter.SetLimitAt(now, limit)
	b.moved = now
}
