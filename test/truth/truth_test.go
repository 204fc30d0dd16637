package truth

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sagewarden/sagewarden/internal/simulate/organization"
)

var at = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)

// small is an organization with every sort of app, endpoint and holding, at a size that a month of scans over twenty seeds can bear.
func small(seed int64) organization.Spec {
	s := organization.Default(seed, at)
	s.Accounts, s.Domains, s.People, s.Apps, s.Endpoints, s.Turnover, s.Holdings = 2, 4, 40, 80, 50, 12, 120
	return s
}

// month scans every so many days for thirty days, at an hour that moves through the day.
func month(ctx context.Context, spec organization.Spec, every int) (Tally, error) {
	w := organization.Generate(spec)
	f := factsOf(w)
	st, err := newStage(w)
	if err != nil {
		return Tally{}, err
	}
	var t Tally
	for d := int(spec.Seed) % every; d < 30; d += every {
		instant := at.Add(time.Duration(d-15)*24*time.Hour + time.Duration((d*7+int(spec.Seed)*5)%24)*time.Hour + time.Duration(d*13%60)*time.Minute)
		snap, err := st.scan(ctx, instant)
		if err != nil {
			return t, err
		}
		if h := snap.Holes(); len(h) > 0 {
			return t, fmt.Errorf("seed %d at %v: %+v", spec.Seed, instant, h)
		}
		t.count(snap, f)
	}
	return t, nil
}

// months adds up over seeds.
func months(ctx context.Context, seeds, every int, spec func(int64) organization.Spec) (Tally, error) {
	var mu sync.Mutex
	var all Tally
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for seed := range seeds {
		g.Go(func() error {
			t, err := month(ctx, spec(int64(seed+1)), every)
			mu.Lock()
			defer mu.Unlock()
			all.add(t)
			return err
		})
	}
	return all, g.Wait()
}

// TestNothingInUseIsIdleAtHigh is the promise on which stopping anything will rest: over thirty days and twenty
// organizations, no resource that was used within the limit is idle at high, and no idleness begins before the last use.
func TestNothingInUseIsIdleAtHigh(t *testing.T) {
	seeds := 20
	if testing.Short() {
		seeds = 2
	}
	tally, err := months(t.Context(), seeds, 3, small)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d seeds, every third of 30 days:\n%s", seeds, tally)
	for i, f := range tally.Faults {
		if i == 20 {
			t.Errorf("and %d more", len(tally.Faults)-i)
			break
		}
		t.Error(f)
	}
	if tally.Right["high"] == 0 || tally.Right["medium"] == 0 {
		t.Error("nothing was found idle: the test proves nothing")
	}
}

// BenchmarkTruth prints the tally over organizations of ordinary size.
func BenchmarkTruth(b *testing.B) {
	for b.Loop() {
		tally, err := months(b.Context(), 20, 1, func(seed int64) organization.Spec { return organization.Default(seed, at) })
		if err != nil {
			b.Fatal(err)
		}
		fmt.Printf("\n20 organizations of 340 apps, 84 endpoints and what else people have, one scan a day for 30 days each:\n%s", tally)
		b.ReportMetric(float64(tally.False["high"]), "false-high")
		b.ReportMetric(float64(len(tally.Faults)), "faults")
	}
}
