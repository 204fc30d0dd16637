package kinds

import (
	"context"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Scope is one target under scan, as the families see it.
type Scope struct {
	*cloud.Session
	// Domain limits Studio families to one domain; empty means all.
	Domain string
	// Only limits families to one resource, by ARN or name, and what its verdict depends on; empty means all.
	Only string
	// Whole are the families that Only does not limit, since others are judged by them.
	Whole []estate.Kind
	// Reading bounds the series under way over all scopes that share it: an answer that is full of them takes some ten megabytes to read.
	Reading *semaphore.Weighted
	// Past says that the time before is judged, too: what is beyond doubt today may have been in doubt then, and is inspected as well.
	Past bool
	// Report records how a call of an operation ended.
	Report func(operation string, o estate.Outcome, err error)

	memo sync.Map
	// lost are the operations by which something that was listed was found to be gone.
	lost sync.Map
}

// Cover records how a call of an operation ended by its error, nil for well.
func (s *Scope) Cover(operation string, err error) {
	if err == nil {
		s.Report(operation, estate.OutcomeSeen, nil)
		return
	}
	o := cloud.Lost(err)
	if cloud.Classify(err) == cloud.NotOffered && lists(operation) {
		o = estate.OutcomeNotOffered
	}
	s.Report(operation, o, err)
}

// wants reports whether a resource of the family is within Only.
func (s *Scope) wants(f *Family, arn, name string) bool {
	return s.Only == "" || s.Only == name || strings.EqualFold(s.Only, arn) || slices.Contains(s.Whole, f.Name)
}

// once makes f's answer be asked for once in the scope, however many families want it.
func once[T any](s *Scope, key string, f func() (T, error)) (T, error) {
	v, _ := s.memo.LoadOrStore(key, sync.OnceValues(f))
	return v.(func() (T, error))()
}

// forget drops one answer that nobody in the scope wants any more.
func (s *Scope) forget(key string) { s.memo.Delete(key) }

// Forget drops what was asked for once. Whoever asks later, asks anew.
func (s *Scope) Forget() { s.memo.Clear() }

// Call runs an operation of the scope and records its coverage. Has says whether an answer holds what the API promises of it: an empty
// answer is not an answer that says "none".
func Call[T any](ctx context.Context, s *Scope, operation string, f func(context.Context) (T, error), has func(T) bool) (T, error) {
	out, err := awaited(ctx, s, operation, f)
	if err == nil && !has(out) {
		err = cloud.ErrHollow
	}
	s.Cover(operation, err)
	return out, err
}

// awaited is f's answer, asked when it is the operation's turn.
func awaited[T any](ctx context.Context, s *Scope, operation string, f func(context.Context) (T, error)) (T, error) {
	ctx, done := s.Await(ctx, operation)
	defer done()
	return f(ctx)
}

// Describe is Call for an operation on one resource that was listed: that it is gone by now is no failure.
func Describe[T any](ctx context.Context, s *Scope, operation string, f func(context.Context) (T, error), has func(T) bool) (out T, gone bool, err error) {
	out, err = awaited(ctx, s, operation, f)
	if cloud.Classify(err) == cloud.NotFound {
		s.lost.Store(operation, true)
		s.Cover(operation, nil)
		return out, true, nil
	}
	if err == nil && !has(out) {
		err = cloud.ErrHollow
	}
	s.Cover(operation, err)
	return out, false, err
}

// describers is how many resources of a target are described at once. The token buckets set the pace; this only
// has to keep them busy over the latency of a call.
const describers = 6

// each runs f for every item, several at once. Once cancelled, every call fails at once, so that f leaves its trace on each item.
func each[T any](ctx context.Context, items []T, f func(context.Context, T)) {
	var g errgroup.Group
	g.SetLimit(describers)
	for _, it := range items {
		g.Go(func() error {
			f(ctx, it)
			return nil
		})
	}
	_ = g.Wait() // f returns nothing
}

// brokenSignal is the signal of a source that could not be read.
func brokenSignal(name, part, source string, err error) estate.Signal {
	return estate.Signal{Name: name, Part: part, Source: source, Quality: qualityOfOutcome(cloud.Lost(err)), Note: cloud.Brief(err)}
}
