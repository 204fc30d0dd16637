package ledger

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"time"
)

// A Ledger is a store with a clock. It is safe for concurrent use, by several processes too.
type Ledger struct {
	Store
	now   func() time.Time
	pause func(ctx context.Context, attempt int) error
}

// Now is the present instant by the ledger's clock.
func (l *Ledger) Now() time.Time { return l.now().UTC() }

// mostAttempts bounds how often an update is tried. Each that fails has seen another one succeed.
const mostAttempts = 50

// Update carries out f and commits what it has put, deleted and logged, all of it or nothing. Where somebody else has changed one of those records in
// between, f is called again with a new Tx, after a pause: it must have no effects of its own. An error of f is returned as it is, and nothing is done.
func (l *Ledger) Update(ctx context.Context, f func(*Tx) error) error {
	for attempt := 1; ; attempt++ {
		tx := &Tx{store: l.Store, at: l.Now(), held: map[name]*held{}}
		if err := f(tx); err != nil {
			return err
		}
		err := l.Commit(ctx, tx.change())
		if !errors.Is(err, ErrConflict) || attempt == mostAttempts {
			return err
		}
		if err := l.pause(ctx, attempt); err != nil {
			return err
		}
	}
}

// A Tx is one attempt of an update. It is for one goroutine.
type Tx struct {
	store   Store
	at      time.Time
	held    map[name]*held
	entries []Entry
}

type name struct{ sort, key string }

// held is a record as it was read, and what is to become of it.
type held struct {
	Record
	changed bool
}

// Now is the instant of the attempt.
func (tx *Tx) Now() time.Time { return tx.at }

func (tx *Tx) read(ctx context.Context, sort, key string) (*held, error) {
	n := name{sort, key}
	if h, ok := tx.held[n]; ok {
		return h, nil
	}
	r, err := tx.store.Get(ctx, sort, key)
	if err != nil && !errors.Is(err, ErrNone) {
		return nil, err
	}
	h := &held{Record: Record{Sort: sort, Key: key, Version: r.Version, Body: r.Body}}
	tx.held[n] = h
	return h, nil
}

// Get reads a record as this update leaves it; ErrNone where there is none.
func (tx *Tx) Get(ctx context.Context, sort, key string) (Record, error) {
	h, err := tx.read(ctx, sort, key)
	if err != nil {
		return Record{}, err
	}
	if h.Body == nil {
		return Record{}, ErrNone
	}
	return h.Record, nil
}

// Put makes the record say v.
func (tx *Tx) Put(ctx context.Context, sort, key string, v any) error {
	h, err := tx.read(ctx, sort, key)
	if err != nil {
		return err
	}
	h.Body, err = json.Marshal(v)
	h.changed = true
	return err
}

// Delete takes a record away, where there is one.
func (tx *Tx) Delete(ctx context.Context, sort, key string) error {
	h, err := tx.read(ctx, sort, key)
	if err != nil {
		return err
	}
	h.Body, h.changed = nil, true
	return nil
}

// Set makes a record say what r does if it is still the version that r has, and returns ErrConflict where it is not: the caller decided on something
// that holds no more, so that trying again would not help.
func (tx *Tx) Set(ctx context.Context, r Record) error {
	h, err := tx.read(ctx, r.Sort, r.Key)
	if err != nil {
		return err
	}
	if h.Version != r.Version || h.changed {
		return ErrConflict
	}
	h.Body, h.changed = r.Body, true
	return nil
}

// Log adds an entry to the history. Secrets in its body are hidden.
func (tx *Tx) Log(by, event, subject string, body any) error {
	e := Entry{At: tx.at, By: by, Event: event, Subject: subject}
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		if e.Body, err = clean(text); err != nil {
			return err
		}
	}
	tx.entries = append(tx.entries, e)
	return nil
}

func (tx *Tx) change() Change {
	c := Change{Entries: tx.entries}
	for _, h := range tx.held {
		if h.changed && (h.Version > 0 || h.Body != nil) {
			c.Records = append(c.Records, h.Record)
		}
	}
	slices.SortFunc(c.Records, func(a, b Record) int { return cmp.Or(cmp.Compare(a.Sort, b.Sort), cmp.Compare(a.Key, b.Key)) })
	return c
}

// next is the version of a record once a commit has changed it.
func (r Record) next(commit int64) int64 {
	if r.Version == 0 {
		return commit
	}
	return r.Version + 1
}

// A Getter reads records: a Store, a Ledger or a Tx.
type Getter interface {
	Get(ctx context.Context, sort, key string) (Record, error)
}

// Get reads a record as a T; ErrNone where there is none.
func Get[T any](ctx context.Context, from Getter, sort, key string) (v T, err error) {
	r, err := from.Get(ctx, sort, key)
	if err != nil {
		return v, err
	}
	return decode[T](r)
}

// All are the records of a sort whose keys begin with the prefix, as Ts, in order of their keys. It reads as it goes; after an error nothing follows.
func All[T any](ctx context.Context, s Store, sort, prefix string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		enough := errors.New("enough")
		err := s.Scan(ctx, sort, prefix, func(r Record) error {
			if v, err := decode[T](r); err != nil {
				return err
			} else if !yield(v, nil) {
				return enough
			}
			return nil
		})
		if err != nil && !errors.Is(err, enough) {
			var none T
			yield(none, err)
		}
	}
}

func decode[T any](r Record) (v T, err error) {
	if err = json.Unmarshal(r.Body, &v); err != nil {
		err = errors.New("the ledger's " + r.Sort + " " + r.Key + " cannot be read: " + err.Error())
	}
	return v, err
}
