package scan

import (
	"context"
	"slices"
	"sync"
)

// A queue lets a few in at once, and of those that wait the one with the least work first.
type queue struct {
	mu      sync.Mutex
	free    int
	waiting []waiter // by their work
}

// A waiter is let in when its channel is closed.
type waiter struct {
	work int
	in   chan struct{}
}

func newQueue(places int) *queue { return &queue{free: places} }

// enter waits for a place. Whoever is cancelled waits no longer.
func (q *queue) enter(ctx context.Context, work int) (leave func()) {
	w := waiter{work, make(chan struct{})}
	q.mu.Lock()
	i, _ := slices.BinarySearchFunc(q.waiting, work+1, func(w waiter, work int) int { return w.work - work })
	q.waiting = slices.Insert(q.waiting, i, w)
	q.admit()
	q.mu.Unlock()
	select {
	case <-w.in:
	case <-ctx.Done():
		if q.remove(w) {
			return func() {}
		}
	}
	return q.leave
}

// remove takes out who waits, and reports false where he was let in before.
func (q *queue) remove(w waiter) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting, w)
	if i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
	}
	return i >= 0
}

func (q *queue) leave() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.free++
	q.admit()
}

// admit lets in for whom there is a place.
func (q *queue) admit() {
	for q.free > 0 && len(q.waiting) > 0 {
		q.free--
		close(q.waiting[0].in)
		q.waiting = q.waiting[1:]
	}
}
