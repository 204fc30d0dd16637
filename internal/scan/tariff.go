package scan

import (
	"context"
	"errors"
	"sync"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
)

// A tariff has the prices of what is found loaded while the scan goes on: the price list answers at a rate of its own.
type tariff struct {
	book  *pricing.Book
	loads sync.WaitGroup

	mu sync.Mutex
	// asked are keys without an instance type: the prices of all types come together.
	asked map[pricing.Key]bool
	errs  []error
}

// loadRounds is how often what was throttled to the last attempt is asked for: there is time, as long as the scan goes on.
const loadRounds = 3

func newTariff(book *pricing.Book) *tariff {
	return &tariff{book: book, asked: map[pricing.Key]bool{}}
}

// want loads the prices of what the resource bills. What was wanted before is not asked for again, even where that failed.
func (t *tariff) want(ctx context.Context, r *estate.Resource) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var keys []pricing.Key
	for _, m := range priced(r) {
		k := pricing.Key{Region: r.Target.Region, Component: m.Component}
		if !t.asked[k] {
			t.asked[k], keys = true, append(keys, k)
		}
	}
	if t.book == nil || len(keys) == 0 {
		return
	}
	t.loads.Go(func() {
		var err error
		for range loadRounds {
			if err = t.book.Load(ctx, keys); cloud.Classify(err) != cloud.Throttled {
				break
			}
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.errs = append(t.errs, err)
	})
}

// loaded waits for what is wanted, and says what of it could not be had.
func (t *tariff) loaded() error {
	t.loads.Wait()
	return errors.Join(t.errs...)
}

func (t *tariff) rate(region string, m *estate.Meter) estate.Rate {
	if t.book == nil {
		return estate.Rate{Why: "no price list was read"}
	}
	return t.book.Rate(pricing.Key{Region: region, Component: m.Component, InstanceType: m.InstanceType})
}

// priced are the meters that the price list knows: a family may know that one is free, or has no price.
func priced(r *estate.Resource) (ms []*estate.Meter) {
	for i := range r.Meters {
		if m := &r.Meters[i]; m.Free == "" && m.Rate.Why == "" {
			ms = append(ms, m)
		}
	}
	return ms
}
