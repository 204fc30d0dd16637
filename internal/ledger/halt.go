package ledger

import (
	"context"
	"errors"
	"time"
)

// A Halt stops every process that shares the ledger from beginning anything.
type Halt struct {
	At  time.Time `json:"at"`
	By  string    `json:"by"`
	Why string    `json:"why,omitempty"`
}

// String says who halted, when and why.
func (h Halt) String() string {
	text := "all work was halted by " + h.By + " at " + h.At.Format(time.RFC3339)
	if h.Why != "" {
		text += ": " + h.Why
	}
	return text
}

// haltKey is the key of the only halt there can be.
const haltKey = "all"

// A HaltedError says that nothing may begin.
type HaltedError struct{ Halt }

// Error says who halted, when and why.
func (e *HaltedError) Error() string { return e.String() }

// Halt has nothing begin any more, on any node, until Resume. Only what takes back what was done may. One that holds already stays as it is.
func (l *Ledger) Halt(ctx context.Context, by, why string) error {
	return l.Update(ctx, func(tx *Tx) error {
		if _, err := tx.Get(ctx, SortHalt, haltKey); !errors.Is(err, ErrNone) {
			return err
		}
		h := Halt{At: tx.at, By: by, Why: why}
		return errors.Join(tx.Put(ctx, SortHalt, haltKey, h), tx.Log(by, EventHalted, haltKey, h))
	})
}

// Halted is the halt that holds, nil for none.
func (l *Ledger) Halted(ctx context.Context) (*Halt, error) {
	h, err := Get[Halt](ctx, l, SortHalt, haltKey)
	switch {
	case errors.Is(err, ErrNone):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &h, nil
}

// Resume takes a halt away, and reports whether there was one.
func (l *Ledger) Resume(ctx context.Context, by string) (was bool, err error) {
	err = l.Update(ctx, func(tx *Tx) error {
		_, err := tx.Get(ctx, SortHalt, haltKey)
		if was = err == nil; errors.Is(err, ErrNone) {
			return nil
		}
		if err != nil {
			return err
		}
		return errors.Join(tx.Delete(ctx, SortHalt, haltKey), tx.Log(by, EventResumed, haltKey, nil))
	})
	return was, err
}
