package cloud

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"
	"pgregory.net/rapid"
)

var realClock = clock{time.Now, sleep}

// waits lets n attempts pass and returns how long that took.
func waits(t *testing.T, b *bucket, n int) time.Duration {
	t.Helper()
	start := time.Now()
	for range n {
		if _, err := b.wait(t.Context(), realClock); err != nil {
			t.Fatal(err)
		}
	}
	return time.Since(start)
}

func TestBucketSpreadsAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if got, want := waits(t, newBucket(2), 11), 5*time.Second; got != want {
			t.Errorf("11 attempts at 2/s took %v, want %v", got, want)
		}
		if got := waits(t, newBucket(0), 1000); got != 0 {
			t.Errorf("1000 unlimited attempts took %v", got)
		}
		b := newBucket(2)
		waits(t, b, 1)
		pass(time.Hour)
		if got, want := waits(t, b, 3), time.Second; got != want {
			t.Errorf("3 attempts after an idle hour took %v, want %v: rest is not saved up", got, want)
		}
	})
}

func TestThrottleHalvesOnceForAllAttemptsOfItsEpoch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket(8)
		for range 5 {
			b.throttled(0, time.Now())
		}
		if got := b.limiter.Limit(); got != 4 {
			t.Errorf("five refusals of one epoch: %v/s, want 4", got)
		}
		for epoch := range 9 {
			b.throttled(epoch, time.Now())
		}
		if got := b.limiter.Limit(); got != 0.8 {
			t.Errorf("refusals without end: %v/s, want a tenth of 8", got)
		}
	})
}

func TestBucketRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket(8)
		b.throttled(0, time.Now())
		pass(15 * time.Second)
		b.answered(time.Now())
		if got := b.limiter.Limit(); math.Abs(float64(got-6)) > 1e-9 {
			t.Errorf("15 s after a cut to 4/s: %v/s, want 6", got)
		}
		pass(time.Minute)
		b.answered(time.Now())
		if got := b.limiter.Limit(); got != 8 {
			t.Errorf("75 s after the cut: %v/s, want 8", got)
		}
	})
}

func TestThrottleSlowsThoseWhoWaitAlready(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket(10)
		start := time.Now()
		var wg sync.WaitGroup
		for range 11 {
			wg.Go(func() {
				if _, err := b.wait(t.Context(), realClock); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		b.throttled(0, time.Now())
		wg.Wait()
		// One had passed and one had its token reserved. That token is paid off at 5/s, and the other nine come at 5/s.
		if got, want := time.Since(start), 2*time.Second; got != want {
			t.Errorf("took %v, want %v", got, want)
		}
	})
}

func TestWaitObeysContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBucket(0.01)
		waits(t, b, 1)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		var wg sync.WaitGroup
		for range 2 { // one sleeps, one queues
			wg.Go(func() {
				if _, err := b.wait(ctx, realClock); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v", err)
				}
			})
		}
		wg.Wait()
		if got := time.Since(start); got != 3*time.Second {
			t.Errorf("gave up after %v", got)
		}
		if got, want := waits(t, b, 1), 97*time.Second; got != want {
			t.Errorf("the next waited %v, want %v: who gives up returns the token", got, want)
		}
	})
}

// Whatever AWS answers, a bucket keeps between its least and its full rate, and never lets attempts through faster than that.
func TestBucketKeepsItsRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		full := rapid.Float64Range(0.1, 100).Draw(t, "full")
		now := time.Unix(0, 0)
		c := clock{
			now:   func() time.Time { return now },
			sleep: func(_ context.Context, d time.Duration) error { now = now.Add(d); return nil },
		}
		b, epoch, last := newBucket(full), 0, time.Time{}
		t.Repeat(map[string]func(*rapid.T){
			"attempt": func(t *rapid.T) {
				var err error
				if epoch, err = b.wait(context.Background(), c); err != nil {
					t.Fatal(err)
				}
				gap := time.Duration(float64(time.Second) / full)
				if !last.IsZero() && now.Sub(last) < gap-time.Microsecond {
					t.Fatalf("%v between two attempts, want %v or more", now.Sub(last), gap)
				}
				last = now
			},
			"throttle": func(*rapid.T) { b.throttled(epoch, now) },
			"answer":   func(*rapid.T) { b.answered(now) },
			"rest": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "rest")))
			},
			"": func(t *rapid.T) {
				if l := b.limiter.Limit(); l > rate.Limit(full) || l < rate.Limit(full*leastShare) {
					t.Fatalf("rate %v outside [%v, %v]", l, full*leastShare, full)
				}
			},
		})
	})
}
