package link

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/sagewarden/sagewarden/internal/ledger"
)

// A store keeps records in memory. Before is called at every commit, which it may turn into an error.
type store struct {
	mu      sync.Mutex
	records []ledger.Record
	entries []ledger.Entry
	before  func() error
}

func (s *store) find(sort, key string) int {
	return slices.IndexFunc(s.records, func(r ledger.Record) bool { return r.Sort == sort && r.Key == key })
}

func (s *store) Get(_ context.Context, sort, key string) (ledger.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.find(sort, key); i >= 0 {
		return s.records[i], nil
	}
	return ledger.Record{}, ledger.ErrNone
}

func (s *store) Scan(_ context.Context, sort, prefix string, visit func(ledger.Record) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.SortedFunc(slices.Values(s.records), func(a, b ledger.Record) int { return strings.Compare(a.Key, b.Key) })
	for _, r := range all {
		if r.Sort == sort && strings.HasPrefix(r.Key, prefix) {
			if err := visit(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *store) Commit(_ context.Context, c ledger.Change) error {
	if s.before != nil {
		if err := s.before(); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range c.Records {
		var version int64
		if i := s.find(r.Sort, r.Key); i >= 0 {
			version = s.records[i].Version
		}
		if version != r.Version {
			return ledger.ErrConflict
		}
	}
	for _, r := range c.Records {
		r.Version++
		if i := s.find(r.Sort, r.Key); i >= 0 {
			s.records[i] = r
		} else {
			s.records = append(s.records, r)
		}
	}
	s.entries = append(s.entries, c.Entries...)
	return nil
}

func (s *store) Entries(context.Context, int64, func(ledger.Entry) error) error { return nil }

func (s *store) Close() error { return nil }
