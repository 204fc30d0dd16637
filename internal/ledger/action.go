package ledger

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Begun is an action that was begun, and of which nobody has said how it ended.
type Begun struct {
	ID    string    `json:"id"`
	Began time.Time `json:"began"`
	Action
}

// An Outcome is how an action ended.
type Outcome string

// The outcomes.
const (
	// Done: what was asked for is so, or AWS is at it.
	Done Outcome = "done"
	// Cancelled: nothing was sent, for the resource is not what it was, or the work was interrupted.
	Cancelled Outcome = "cancelled"
	// Failed: AWS refused, and nothing has changed.
	Failed Outcome = "failed"
	// Unsettled: it was sent, and nobody will ever know what became of it.
	Unsettled Outcome = "unsettled"
)

// A Receipt is what was done, and how it ended.
type Receipt struct {
	Begun
	At      time.Time `json:"at"`
	Outcome Outcome   `json:"outcome"`
	Why     string    `json:"why,omitempty"`
	// Undone is the receipt of the action that took this one back.
	Undone string `json:"undone,omitempty"`
	// SettledBy is who said how it ended, where that was a person's word and nobody's look.
	SettledBy string `json:"settledBy,omitempty"`
}

// Lease is how long whoever has begun a step's call may be at it. It is well above the patience with a call, and with clocks that differ.
const Lease = 5 * time.Minute

// Held is until when whoever has begun the action may be at it.
func (b Begun) Held() time.Time {
	if b.Ask.Action == "" { // of a journal, which waits longer
		return b.Began.Add(abandoned)
	}
	return b.Began.Add(Lease)
}

// A BusyError says that an action on a resource cannot begin, for one is under way or has been left without an end. It is an ErrConflict.
type BusyError struct{ Begun }

// Error says who, and since when.
func (e *BusyError) Error() string {
	return fmt.Sprintf("%s by %s has been under way since %s (%s)", e.Operation, e.By, e.Began.Format(time.RFC3339), e.ID)
}

// Is says that it is a conflict.
func (*BusyError) Is(target error) bool { return target == ErrConflict }

// Begin writes an action down for good before it is done, and returns the id that its receipt will have. What it is for must not be done after an
// error. While it has no end, no other begins on the resource: the error is a *BusyError then, and a *HaltedError while all work is halted. The records
// are changed with it; it is an ErrConflict if one of them is no longer the version that it says.
func (l *Ledger) Begin(ctx context.Context, a Action, records ...Record) (id string, err error) {
	err = l.Update(ctx, func(tx *Tx) error {
		for _, r := range records {
			if err := tx.Set(ctx, r); err != nil {
				return err
			}
		}
		id, err = tx.Begin(ctx, a)
		return err
	})
	return id, err
}

// Begin is Ledger.Begin as a part of an update.
func (tx *Tx) Begin(ctx context.Context, a Action) (id string, err error) {
	if a.Resource == "" || a.Operation == "" {
		return "", errors.New("an action needs an operation and a resource")
	}
	halt, err := Get[Halt](ctx, tx, SortHalt, haltKey)
	switch {
	case err == nil && a.Undoes == "": // what was done may be taken back meanwhile
		return "", &HaltedError{halt}
	case err != nil && !errors.Is(err, ErrNone):
		return "", err
	}
	switch other, err := Get[Begun](ctx, tx, SortIntent, a.Resource); {
	case err == nil:
		return "", &BusyError{other}
	case !errors.Is(err, ErrNone):
		return "", err
	}
	b := Begun{newID(tx.at), tx.at, a}
	if err := tx.Put(ctx, SortIntent, a.Resource, b); err != nil {
		return "", err
	}
	return b.ID, tx.Log(a.By, EventBegun, a.Resource, b.told(""))
}

// End writes down for good how an action ended, and lets the next one begin. After an error it has no end yet. To say it again is no error.
func (l *Ledger) End(ctx context.Context, id string, outcome Outcome, why string) error {
	for b, err := range All[Begun](ctx, l, SortIntent, "") { // those under way are few
		if err != nil {
			return err
		}
		if b.ID == id {
			return l.Update(ctx, func(tx *Tx) error { return tx.End(ctx, b, outcome, why) })
		}
	}
	r, err := Get[Receipt](ctx, l, SortReceipt, id)
	if errors.Is(err, ErrNone) {
		return fmt.Errorf("no action has the id %q", id)
	}
	if err == nil && r.Outcome != outcome {
		return fmt.Errorf("the action %s has ended already: %s", id, r.Outcome)
	}
	return err
}

// Settle is a person's word on how an action ended that nobody else will end: which one is said by its id or by its resource, and why, by whoever has looked.
// It is refused while whoever has begun the action may be at it.
func (l *Ledger) Settle(ctx context.Context, word string, outcome Outcome, by, why string) (settled Receipt, err error) {
	open, err := l.Unsettled(ctx)
	if err != nil {
		return Receipt{}, err
	}
	n := slices.IndexFunc(open, func(b Begun) bool { return b.ID == word || strings.EqualFold(b.Resource, word) })
	switch {
	case n < 0:
		return Receipt{}, fmt.Errorf("nothing is under way that %q means", word)
	case l.Now().Before(open[n].Held()):
		return Receipt{}, fmt.Errorf("whoever has begun it may be at it until %s: %w", open[n].Held().Format(time.RFC3339), &BusyError{open[n]})
	}
	err = l.Update(ctx, func(tx *Tx) error {
		settled = Receipt{Begun: open[n], At: tx.at, Outcome: outcome, Why: hide(why), SettledBy: by}
		return tx.end(ctx, settled)
	})
	return settled, err
}

// End is Ledger.End as a part of an update.
func (tx *Tx) End(ctx context.Context, b Begun, outcome Outcome, why string) error {
	return tx.end(ctx, Receipt{Begun: b, At: tx.at, Outcome: outcome, Why: hide(why)})
}

func (tx *Tx) end(ctx context.Context, r Receipt) error {
	b := r.Begun
	switch now, err := Get[Begun](ctx, tx, SortIntent, b.Resource); {
	case errors.Is(err, ErrNone), err == nil && now.ID != b.ID:
		return fmt.Errorf("the action %s has ended already", b.ID)
	case err != nil:
		return err
	}
	if err := tx.Delete(ctx, SortIntent, b.Resource); err != nil {
		return err
	}
	if err := tx.Put(ctx, SortReceipt, b.ID, r); err != nil {
		return err
	}
	if b.Undoes != "" && r.Outcome == Done {
		undone, err := Get[Receipt](ctx, tx, SortReceipt, b.Undoes)
		if err != nil {
			return fmt.Errorf("the receipt %s, which is undone: %w", b.Undoes, err)
		}
		undone.Undone = b.ID
		if err := tx.Put(ctx, SortReceipt, b.Undoes, undone); err != nil {
			return err
		}
	}
	return tx.Log(cmp.Or(r.SettledBy, b.By), string(r.Outcome), b.Resource, b.told(r.Why))
}

// told is what the history says of an action: of what is saved only the digest, and of the resource its ARN, since the history keeps everything for ever.
type told struct {
	Begun
	Saved string `json:"saved,omitempty"`
	Why   string `json:"why,omitempty"`
}

func (b Begun) told(why string) told {
	t := told{Begun: b, Why: why}
	t.Identity = estate.Resource{}
	if len(b.Saved) > 0 {
		sum := sha256.Sum256(b.Saved)
		t.Saved = hex.EncodeToString(sum[:])
	}
	return t
}

// Unsettled are the actions without an end, oldest first: those under way, and those of which a crash has left nobody who knows.
func (l *Ledger) Unsettled(ctx context.Context) ([]Begun, error) {
	var all []Begun
	for b, err := range All[Begun](ctx, l, SortIntent, "") {
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	slices.SortFunc(all, func(a, b Begun) int { return strings.Compare(a.ID, b.ID) }) // ids sort as time does
	return all, nil
}

// Receipts are those of actions that began in a stretch of time, oldest first. It reads as it goes.
func (l *Ledger) Receipts(ctx context.Context, from, to time.Time) iter.Seq2[Receipt, error] {
	first, last := stamp(from), stamp(to)
	n := 0
	for n < len(first) && first[n] == last[n] {
		n++
	}
	return func(yield func(Receipt, error) bool) {
		for r, err := range All[Receipt](ctx, l, SortReceipt, first[:n]) {
			if err == nil && (r.Began.Before(from) || !r.Began.Before(to)) {
				continue
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// ids are written in lower case, without letters that are taken for others or for digits. They sort as what they say does.
var ids = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// stamp is how the ids of a second begin; those of a later one sort behind. 35 bits of seconds are enough for a thousand years.
func stamp(at time.Time) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(at.Unix()))
	return ids.EncodeToString(b[3:])[1:]
}

// newID is an id that no other action has.
func newID(at time.Time) string {
	var b [5]byte
	_, _ = rand.Read(b[:]) // which never fails
	return stamp(at) + ids.EncodeToString(b[:])[:6]
}
