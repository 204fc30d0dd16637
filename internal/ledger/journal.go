package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// A Journal is the ledger for commands that a person runs, which know no findings: an intent before each call, and how it ended after it. It writes also
// where the run is interrupted, since a call that was sent must not be forgotten.
type Journal struct{ l *Ledger }

// Journal is the ledger as one.
func (l *Ledger) Journal() Journal { return Journal{l} }

// An Intent is what is about to be done. It is written before that is begun.
type Intent struct {
	ID string
	At time.Time
	// Action is the operation, as IAM names it; Resource the ARN of what it changes; By the ARN of who calls.
	Action   string
	Resource string
	By       string
	// Before is what the resource was, as far as undoing takes.
	Before json.RawMessage
}

const (
	// writing bounds how long a word to the ledger may take.
	writing = time.Minute
	// abandoned is the age at which an intent without an end is one that a crash has left: no call is waited for as long.
	abandoned = 15 * time.Minute
)

// Intend writes an intent down for good, and returns its id. What it is for must not begin after an error. An intent that a crash has left behind
// stands in nobody's way: it ends unsettled.
func (j Journal) Intend(in Intent) (id string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), writing)
	defer cancel()
	err = j.l.Update(ctx, func(tx *Tx) error {
		left, err := Get[Begun](ctx, tx, SortIntent, in.Resource)
		if err == nil && tx.at.Sub(left.Began) >= abandoned {
			err = tx.End(ctx, left, Unsettled, "nobody has said how it ended")
		}
		if err != nil && !errors.Is(err, ErrNone) {
			return err
		}
		id, err = tx.Begin(ctx, Action{Operation: in.Action, On: in.Resource, Resource: in.Resource, Saved: in.Before, By: in.By})
		return err
	})
	return id, err
}

// Settle writes down for good how an intent ended. After an error it stays unsettled.
func (j Journal) Settle(id string, outcome Outcome, why string) error {
	ctx, cancel := context.WithTimeout(context.Background(), writing)
	defer cancel()
	return j.l.End(ctx, id, outcome, why)
}

// Unsettled are the intents of which nobody knows how they ended, oldest first.
func (j Journal) Unsettled(ctx context.Context) ([]Intent, error) {
	left, err := j.l.Unsettled(ctx)
	all := make([]Intent, len(left))
	for i, b := range left {
		all[i] = b.intent()
	}
	return all, err
}

// Done are the intents on a resource that ended as they were meant to, newest first.
func (j Journal) Done(ctx context.Context, resource string) (all []Intent, err error) {
	for r, err := range All[Receipt](ctx, j.l, SortReceipt, "") { // ids sort as time does
		if err != nil {
			return nil, err
		}
		if r.Resource == resource && r.Outcome == Done {
			all = append(all, r.intent())
		}
	}
	slices.Reverse(all)
	return all, nil
}

// intent is what was begun in the words of a journal.
func (b Begun) intent() Intent {
	return Intent{ID: b.ID, At: b.Began, Action: b.Operation, Resource: b.Resource, By: b.By, Before: b.Saved}
}

// Close lets go of the ledger.
func (j Journal) Close() error { return j.l.Close() }
