package pricing

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/aws/smithy-go"
	"golang.org/x/sync/errgroup"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// parallel is how many questions are under way at once: the service's limit is per account and low.
const parallel = 4

// An inquiry is a question about a region.
type inquiry struct {
	region   string
	question question
}

// An errand is an inquiry, and the sheets that are wanted of it, each with the stale one or nil.
type errand struct {
	inquiry
	stale map[sheetID]*sheet
}

// Load makes the rates of the keys known: from the cache, else with one question per region and component, and one for
// all volumes of a region. Where a question fails, an older answer serves if there is one; the failures are returned
// joined either way, each an *estate.Error. Not being allowed to ask is no failure: the rates say so.
func (b *Book) Load(ctx context.Context, keys []Key) error {
	if b.options.File != "" {
		return nil
	}
	b.loading.Lock()
	defer b.loading.Unlock()

	now := b.options.Now().UTC()
	errands := b.errands(keys, now)
	if len(errands) == 0 {
		return nil
	}
	client, ok := b.client()
	if !ok {
		for _, e := range errands {
			b.miss(e, "AWS was not asked")
		}
		return nil
	}
	errands = slices.DeleteFunc(errands, func(e *errand) bool {
		why, refused := b.refused[e.inquiry]
		if refused {
			b.miss(e, why)
		}
		return refused
	})
	errs := make([]error, len(errands))
	var group errgroup.Group
	group.SetLimit(parallel)
	for i, e := range errands {
		group.Go(func() error {
			errs[i] = b.run(ctx, client, e, now)
			return nil
		})
	}
	_ = group.Wait()
	for i, err := range errs {
		if err != nil && !b.options.Passing(err) {
			b.refused[errands[i].inquiry] = b.options.Brief(errors.Unwrap(err))
		}
	}
	return errors.Join(errs...)
}

// errands are what has to be asked for the keys, the cache read.
func (b *Book) errands(keys []Key, now time.Time) []*errand {
	var errands []*errand
	seen := make(map[sheetID]bool)
	for _, k := range keys {
		id := k.sheet()
		if seen[id] {
			continue
		}
		seen[id] = true
		s := b.sheet(id)
		if s == nil || !b.fresh(s, now) {
			if cached := b.cache.read(id); cached != nil {
				s = cached
			}
		}
		if s != nil && b.fresh(s, now) {
			b.put(id, s)
			continue
		}
		q := componentOf(k.Component).question
		if q == (question{}) {
			continue // Rate says so
		}
		i := slices.IndexFunc(errands, func(e *errand) bool { return e.inquiry == inquiry{id.region, q} })
		if i < 0 {
			i, errands = len(errands), append(errands, &errand{inquiry{id.region, q}, make(map[sheetID]*sheet)})
		}
		errands[i].stale[id] = s
	}
	return errands
}

// run asks, and keeps the sheets of every component that the answer holds or shows to be absent.
func (b *Book) run(ctx context.Context, client Client, e *errand, now time.Time) error {
	found, err := fetch(ctx, client, e.region, e.question)
	if err != nil {
		b.miss(e, b.options.Brief(err))
		return &estate.Error{Op: "pricing:GetProducts", On: e.question.value + " in " + e.region, Err: err, Hint: e.hint(err)}
	}
	answered := maps.Clone(e.stale)
	for _, c := range components {
		if c.question == e.question {
			answered[Key{Region: e.region, Component: c.name}.sheet()] = nil
		}
	}
	source := "AWS price list of " + now.Format(time.DateOnly)
	read := sheets(found, now, source)
	for id := range answered {
		s := read[id]
		if s == nil {
			// An empty sheet is not cached: were it a mistake, it would hide prices for days, and asking again is one call.
			b.put(id, &sheet{sheetVersion, id.region, id.component, now, nil, source})
			continue
		}
		b.put(id, s)
		b.cache.write(id, s)
	}
	return nil
}

// miss settles for the stale sheets, or notes why there is none.
func (b *Book) miss(e *errand, why string) {
	for id, s := range e.stale {
		if s != nil {
			old := *s
			old.source = "AWS price list of " + old.At.Format(time.DateOnly) + ", which could not be refreshed"
			b.put(id, &old)
			continue
		}
		b.mu.Lock()
		b.unread[id] = why
		b.mu.Unlock()
	}
}

func (b *Book) client() (Client, bool) {
	if b.options.Client == nil {
		return nil, false
	}
	return b.options.Client()
}

// hint says what to do about a question that failed.
func (e *errand) hint(err error) string {
	for _, s := range e.stale {
		if s != nil {
			return "the prices of " + s.At.Format(time.DateOnly) + " are used"
		}
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() == "AccessDeniedException" {
		return "allow pricing:GetProducts, or give a price file"
	}
	return "try again later, or give a price file"
}
