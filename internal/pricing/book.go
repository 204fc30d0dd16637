package pricing

import (
	"fmt"
	"sync"
	"time"

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
	// Passing reports whether a question that failed may be answered later; others are not asked again. Nil means that all may.
	Passing func(error) bool
}

// A Book is the price list as far as it was needed. It is safe for concurrent use.
type Book struct {
	options Options
	cache   cache
	// loading lets one Load at a time ask AWS, so that the next one finds what it asked.
	loading sync.Mutex
	// refused says why questions are not asked again.
	refused map[inquiry]string

	mu     sync.RWMutex
	sheets map[sheetID]*sheet
	// unread says why a sheet is not there.
	unread map[sheetID]string
}

// Open returns an empty book, or, given Options.File, one that holds that file and asks nobody. The file is one of
//
//   - AWS's own: the bulk offer file of AmazonSageMaker (index.json, of one region or all);
//   - CSV with the header region,component,instance_type,usd_per_hour and the optional further columns usd_per_gb_month
//     and sku. Component and instance type are those of a Key. A row has one of the two prices, and a GB may be priced
//     by either. A price is what the file says, also when it says 0.
//
// The rate of storage is dollars per GB and hour, of which a month has 730: AWS's convention.
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
	if o.Passing == nil {
		o.Passing = func(error) bool { return true }
	}
	b := &Book{options: o, cache: cache(o.CacheDir), sheets: make(map[sheetID]*sheet), unread: make(map[sheetID]string), refused: make(map[inquiry]string)}
	if o.File != "" {
		sheets, err := readFile(o.File)
		if err != nil {
			return nil, err
		}
		b.sheets = sheets
	}
	return b, nil
}

// Rate is what the book says of the key. It asks nobody: see Load.
func (b *Book) Rate(k Key) estate.Rate {
	b.mu.RLock()
	defer b.mu.RUnlock()
	id, c := k.sheet(), componentOf(k.Component)
	s, list := b.sheets[id], c.list()
	switch {
	case s == nil && b.options.File != "":
		return estate.Rate{Why: fmt.Sprintf("no %s price under %s in %s in price file %s", list, k.Component, k.Region, b.options.File)}
	case s == nil && c.question == question{}:
		return estate.Rate{Why: fmt.Sprintf("how the %s price list names %s is not known; a price file can give its price", list, k.Component)}
	case s == nil && b.unread[id] != "":
		return estate.Rate{Why: fmt.Sprintf("the %s prices under %s in %s are not known: %s", list, k.Component, k.Region, b.unread[id])}
	case s == nil:
		return estate.Rate{Why: fmt.Sprintf("the %s prices under %s in %s were not loaded", list, k.Component, k.Region)}
	case len(s.Quotes) == 0:
		return estate.Rate{Source: s.source, Why: fmt.Sprintf("no %s price under %s in %s", list, k.Component, k.Region)}
	}
	q, ok := s.Quotes[k.quote()]
	switch {
	case !ok:
		return estate.Rate{Source: s.source, Why: fmt.Sprintf("no %s price for %s", list, k)}
	case q.Flaw != "":
		return estate.Rate{SKU: q.SKU, Source: s.source, Why: fmt.Sprintf("the %s price for %s cannot be used: %s", list, k, q.Flaw)}
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
