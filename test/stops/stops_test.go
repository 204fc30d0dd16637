package stops

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sagewarden/sagewarden/internal/simulate/organization"
)

var at = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// A span is some organizations and how long they are watched.
type span struct {
	seeds int
	days  int
	every time.Duration
	// lag is how late metrics are; zero is as late as the organization has them.
	lag  time.Duration
	spec func(seed int64) organization.Spec
}

// run watches them.
func run(ctx context.Context, s span) (*tally, error) {
	var mu sync.Mutex
	all := newTally(at)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for seed := range s.seeds {
		g.Go(func() error {
			from := at.Add(-time.Duration(s.days) * day / 2)
			w := organization.Generate(s.spec(int64(seed + 1)))
			w.MetricLag = cmp.Or(s.lag, w.MetricLag)
			st, err := newStage(ctx, w, from, rand.New(rand.NewPCG(uint64(seed+1), 0x570b)))
			if err != nil {
				return err
			}
			if err := st.live(ctx, time.Duration(s.days)*day, s.every); err != nil {
				return fmt.Errorf("seed %d: %w", seed+1, err)
			}
			mu.Lock()
			defer mu.Unlock()
			all.join(st.tally)
			return nil
		})
	}
	return all, g.Wait()
}

func small(seed int64) organization.Spec {
	s := organization.Default(seed, at)
	s.Accounts, s.Domains, s.People, s.Apps, s.Endpoints, s.Turnover, s.Holdings, s.OldJobs = 2, 4, 40, 80, 46, 12, 120, 0
	return s
}

// TestNothingInUseIsStopped: whatever the adversary does, no pack stops what somebody uses, as far as anything could have told of it at the last look.
func TestNothingInUseIsStopped(t *testing.T) {
	s := span{seeds: 2, days: 5, every: 2 * time.Hour, spec: small}
	if testing.Short() {
		s.seeds, s.days = 1, 2
	}
	all, err := run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", all)
	for _, f := range all.faults {
		t.Error(f)
	}
	sum := all.sum(func(by) bool { return true })
	if sum.right < 20 || sum.refused < 10 || sum.blind < 5 {
		t.Errorf("%+v: this proves nothing", sum)
	}
}

// TestUnseenUseIsOfMinutes: however late metrics are, nobody is stopped who was back for longer than the newest evidence may be old when something
// is stopped by it, and a minute.
func TestUnseenUseIsOfMinutes(t *testing.T) {
	if testing.Short() {
		t.Skip("the packages of the product hold each bound by itself")
	}
	for _, lag := range []time.Duration{4 * time.Minute, 8 * time.Minute, 14 * time.Minute} {
		t.Run(lag.String(), func(t *testing.T) {
			t.Parallel()
			all, err := run(t.Context(), span{seeds: 1, days: 3, every: 2 * time.Hour, lag: lag, spec: small})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("\n%s", all)
			for _, f := range all.faults {
				t.Error(f)
			}
			for k, r := range all.rows {
				longest := 7 * time.Minute // the newest heartbeat may be five minutes old, the next is a minute later, and the look and the call take seconds
				switch k.witness {
				case byCanvas:
					longest = 16 * time.Minute
				case byAgent:
					longest = 2 * time.Minute
				}
				if k.trick == retried {
					longest += 2 * time.Minute
				}
				if r.window > longest {
					t.Errorf("%s, %s: somebody was back for %s", k.witness, k.trick, r.window)
				}
			}
		})
	}
}

// whole is the whole count: more than a million hours of apps, looked at every four hours, and two hundred thousand of endpoints, whose limits are
// weeks, every eight.
var whole = []span{
	{seeds: 4, days: 12, every: 4 * time.Hour, spec: func(seed int64) organization.Spec {
		s := organization.Default(seed, at)
		s.Accounts, s.Regions, s.Domains, s.People, s.Apps, s.Endpoints, s.OldJobs = 3, s.Regions[:1], 24, 640, 1300, 46, 0
		return s
	}},
	{seeds: 1, days: 40, every: 8 * time.Hour, spec: func(seed int64) organization.Spec {
		s := organization.Default(seed+100, at)
		s.Accounts, s.Domains, s.People, s.Apps, s.Turnover, s.Holdings, s.Endpoints, s.OldJobs = 3, 2, 20, 0, 0, 0, 250, 0
		return s
	}},
}

// BenchmarkStops prints the whole count.
func BenchmarkStops(b *testing.B) {
	for b.Loop() {
		began := time.Now()
		all := newTally(at)
		for _, s := range whole {
			t, err := run(b.Context(), s)
			if err != nil {
				b.Fatal(err)
			}
			all.join(t)
		}
		fmt.Printf("\n%s, in %s\n", "everything over the wire", time.Since(began).Round(time.Second))
		fmt.Print(all)
		for _, f := range all.faults {
			b.Error(f)
		}
	}
}
