package ledger

import (
	"context"
	"slices"
	"strings"
	"sync"
)

// memory is a store that ends with its process.
type memory struct {
	mu      sync.RWMutex
	records map[name]Record
	lines   [][]byte
	tip     Tip
	commits int64
}

func newMemory() *memory { return &memory{records: map[name]Record{}} }

func (m *memory) Get(_ context.Context, sort, key string) (Record, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	r, ok := m.records[name{sort, key}]
	if !ok {
		return Record{}, ErrNone
	}
	return r, nil
}

func (m *memory) Scan(_ context.Context, sort, prefix string, visit func(Record) error) error {
	m.mu.RLock()
	var found []Record
	for n, r := range m.records {
		if n.sort == sort && strings.HasPrefix(n.key, prefix) {
			found = append(found, r)
		}
	}
	m.mu.RUnlock()
	slices.SortFunc(found, func(a, b Record) int { return strings.Compare(a.Key, b.Key) })
	for _, r := range found {
		if err := visit(r); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Commit(ctx context.Context, c Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range c.Records {
		if m.records[name{r.Sort, r.Key}].Version != r.Version {
			return ErrConflict
		}
	}
	lines, tip, err := m.tip.seal(c.Entries)
	if err != nil {
		return err
	}
	m.commits++
	for _, r := range c.Records {
		if r.Body == nil {
			delete(m.records, name{r.Sort, r.Key})
			continue
		}
		r.Version, r.Body = r.next(m.commits), slices.Clone(r.Body)
		m.records[name{r.Sort, r.Key}] = r
	}
	m.lines, m.tip = append(m.lines, lines...), tip
	return nil
}

func (m *memory) Entries(_ context.Context, after int64, visit func(Entry) error) error {
	m.mu.RLock()
	lines := m.lines
	m.mu.RUnlock()
	for i := max(after, 0); i < int64(len(lines)); i++ {
		e, err := parseLine(i+1, lines[i])
		if err != nil {
			return err
		}
		if err := visit(e); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Tip(context.Context) (Tip, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.tip, nil
}

func (*memory) Close() error { return nil }
