package pricing

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/smithy-go"
	"golang.org/x/sync/errgroup"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Options say where prices come from.
type Options struct {
	// Client is called when the cache does not hold what is needed. False, or no function, means that AWS is not to be asked.
	Client func() (Client, bool)
	// CacheDir is where answers are kept; empty keeps none.
	CacheDir string
	// MaxAge is how long an answer is fresh; zero means seven days.
	MaxAge time.Duration
	// File is a price file to use instead of AWS and the cache; see Open.
	File string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Brief says an error in a few words for a person; nil means the error's own.
	Brief func(error) string
}

// A Book is the price list as far as it was needed. It is safe for concurrent use.
type Book struct {
	options Options
	cache   cache
	// loading lets one Load at a time ask AWS, so that the next one finds what it asked.
	loading sync.Mutex

	mu     sync.RWMutex
	sheets map[sheetID]*sheet
	// unread says why a sheet is not there.
	unread map[sheetID]string
}

// parallel is how many questions are under way at once: the service's limit is per account and low.
const parallel = 4

// Open returns an empty book, or, given Options.File, one that holds that file and asks nobody. The file is one of
//
//   - AWS's own: the bulk offer file of AmazonSageMaker (index.json, of one region or all);
//   - CSV with the header region,component,instance_type,usd_per_hour and an optional fifth column sku. Component and
//     instance type are those of a Key. A price is what the file says, also when it says 0.
func Open(o Options) (*Book, error) {
	if o.MaxAge == 0 {
		o.MaxAge = 7 * 24 * time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Brief == nil {
		o.Brief = error.Error
	}
	b := &Book{options: o, cache: cache(o.CacheDir), sheets: make(map[sheetID]*sheet), unread: make(map[sheetID]string)}
	if o.File != "" {
		sheets, err := readFile(o.File)
		if err != nil {
			return nil, err
		}
		b.sheets = sheets
	}
	return b, nil
}

// Load makes the rates of the keys known: from the cache, else with one question per region and component. Where a
// question fails, an older answer serves if there is one; the failures are returned joined either way, each an
// *estate.Error. Not being allowed to ask is no failure: the rates say so.
func (b *Book) Load(ctx context.Context, keys []Key) error {
	if b.options.File != "" {
		return nil
	}
	b.loading.Lock()
	defer b.loading.Unlock()

	now := b.options.Now().UTC()
	var missing []Key
	stale := make(map[sheetID]*sheet)
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
		missing, stale[id] = append(missing, k), s
	}
	if len(missing) == 0 {
		return nil
	}
	client, ok := b.client()
	if !ok {
		for _, k := range missing {
			b.miss(k, stale[k.sheet()], "AWS was not asked")
		}
		return nil
	}
	errs := make([]error, len(missing))
	var group errgroup.Group
	group.SetLimit(parallel)
	for i, k := range missing {
		group.Go(func() error {
			errs[i] = b.refresh(ctx, client, k, stale[k.sheet()], now)
			return nil
		})
	}
	_ = group.Wait()
	return errors.Join(errs...)
}

// Rate is what the book says of the key. It asks nobody: see Load.
func (b *Book) Rate(k Key) estate.Rate {
	b.mu.RLock()
	defer b.mu.RUnlock()
	id := k.sheet()
	s := b.sheets[id]
	switch {
	case s == nil && b.options.File != "":
		return estate.Rate{Why: fmt.Sprintf("no SageMaker price under %s in %s in price file %s", k.Component, k.Region, b.options.File)}
	case s == nil && b.unread[id] != "":
		return estate.Rate{Why: fmt.Sprintf("the SageMaker prices under %s in %s are not known: %s", k.Component, k.Region, b.unread[id])}
	case s == nil:
		return estate.Rate{Why: fmt.Sprintf("the SageMaker prices under %s in %s were not loaded", k.Component, k.Region)}
	case len(s.Quotes) == 0:
		return estate.Rate{Source: s.source, Why: fmt.Sprintf("no SageMaker price under %s in %s", k.Component, k.Region)}
	}
	q, ok := s.Quotes[k.quote()]
	switch {
	case !ok:
		return estate.Rate{Source: s.source, Why: fmt.Sprintf("no SageMaker price for %s", k)}
	case q.Flaw != "":
		return estate.Rate{SKU: q.SKU, Source: s.source, Why: fmt.Sprintf("the SageMaker price for %s cannot be used: %s", k, q.Flaw)}
	}
	return estate.Rate{Known: true, Hourly: q.Hourly, SKU: q.SKU, Source: s.source}
}

// AsOf is the date of the oldest prices in the book, zero when it has none.
func (b *Book) AsOf() (oldest time.Time) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, s := range b.sheets {
		if oldest.IsZero() || s.At.Before(oldest) {
			oldest = s.At
		}
	}
	return oldest
}

// refresh asks for the key's sheet.
func (b *Book) refresh(ctx context.Context, client Client, k Key, stale *sheet, now time.Time) error {
	s, err := fetch(ctx, client, k, now)
	if err != nil {
		b.miss(k, stale, b.options.Brief(err))
		return &estate.Error{
			Op:   "pricing:GetProducts",
			On:   k.Component + " in " + k.Region,
			Err:  err,
			Hint: hint(err, stale),
		}
	}
	b.put(k.sheet(), s)
	// An empty answer is not kept: were it a mistake, it would hide prices for days, and asking again is one call.
	if len(s.Quotes) > 0 {
		b.cache.write(k.sheet(), s)
	}
	return nil
}

// miss settles for the stale sheet, or notes why there is none.
func (b *Book) miss(k Key, stale *sheet, why string) {
	if stale != nil {
		old := *stale
		old.source = "AWS price list of " + old.At.Format(time.DateOnly) + ", which could not be refreshed"
		b.put(k.sheet(), &old)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.unread[k.sheet()] = why
}

func (b *Book) put(id sheetID, s *sheet) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sheets[id] = s
}

func (b *Book) sheet(id sheetID) *sheet {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.sheets[id]
}

// fresh does not trust a date in the future: some clock was wrong, and nothing says how old the sheet is.
func (b *Book) fresh(s *sheet, now time.Time) bool {
	age := now.Sub(s.At)
	return age >= 0 && age < b.options.MaxAge
}

func (b *Book) client() (Client, bool) {
	if b.options.Client == nil {
		return nil, false
	}
	return b.options.Client()
}

func hint(err error, stale *sheet) string {
	if stale != nil {
		return "the prices of " + stale.At.Format(time.DateOnly) + " are used"
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() == "AccessDeniedException" {
		return "allow pricing:GetProducts, or give a price file"
	}
	return "try again later, or give a price file"
}
