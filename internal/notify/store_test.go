package notify

import (
	"context"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/ledger"
)

// A store is one in memory. Before is called at every commit, which it may turn into an error.
type store struct {
	ledger.Store
	before func() error
}

func (s *store) Commit(ctx context.Context, c ledger.Change) error {
	if s.before != nil {
		if err := s.before(); err != nil {
			return err
		}
	}
	return s.Store.Commit(ctx, c)
}

// open is a ledger in memory by the clock, and its store.
func openLedger(t testing.TB, now func() time.Time) (*ledger.Ledger, *store) {
	t.Helper()
	l, err := ledger.Open(t.Context(), "memory:", ledger.Environment{Now: now, Pause: func(context.Context, int) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	s := &store{Store: l.Store}
	l.Store = s
	return l, s
}
