package cloud

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// OperationStats is what the calls of one operation have cost, over all targets.
type OperationStats struct {
	// Operation as IAM names it: "sagemaker:ListApps".
	Operation string
	// Calls were asked for; Attempts were sent, retries included.
	Calls, Attempts int
	// Throttles are attempts that AWS refused for load; Errors are calls that failed in the end.
	Throttles, Errors int
	// BytesIn and BytesOut are the bodies of answers and of requests, uncompressed.
	BytesIn, BytesOut int64
	// Time is the sum over the attempts from request to answer; Wait is the sum of what they waited for their turn.
	Time, Wait time.Duration
}

// tally is the running account of all operations.
type tally struct {
	mu sync.Mutex
	by map[string]*OperationStats
}

func (t *tally) add(operation string, f func(*OperationStats)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.by[operation]
	if s == nil {
		s = &OperationStats{Operation: operation}
		t.by[operation] = s
	}
	f(s)
}

func (t *tally) sorted() []OperationStats {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]OperationStats, 0, len(t.by))
	for _, s := range t.by {
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b OperationStats) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), cmp.Compare(a.Operation, b.Operation))
	})
	return all
}
