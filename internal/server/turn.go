package server

import (
	"context"
	"errors"
	"time"

	"github.com/sagewarden/sagewarden/internal/ledger"
)

const (
	// lease is how long a turn is a node's own unless it says that it is still at work. It is well above what clocks differ by.
	lease = 5 * time.Minute
	// renewal is how often it says so.
	renewal = time.Minute
	// turnKey is the key of the only turn there is.
	turnKey = "run"
)

// A Turn says which node may run, and until when unless it goes on.
type Turn struct {
	Node  string    `json:"node"`
	Until time.Time `json:"until"`
}

// AtWork is the turn that a node has now, nil for none.
func AtWork(ctx context.Context, l *ledger.Ledger) (*Turn, error) {
	t, err := ledger.Get[Turn](ctx, l, ledger.SortLease, turnKey)
	switch {
	case errors.Is(err, ledger.ErrNone), err == nil && !l.Now().Before(t.Until):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &t, nil
}

// errTaken says that another node has the turn.
var errTaken = errors.New("it is another node's turn")

// take takes the turn, or keeps it, and reports whether it is the node's.
func take(ctx context.Context, l *ledger.Ledger, node string) (mine bool, err error) {
	err = l.Update(ctx, func(tx *ledger.Tx) error {
		t, err := ledger.Get[Turn](ctx, tx, ledger.SortLease, turnKey)
		switch {
		case err != nil && !errors.Is(err, ledger.ErrNone):
			return err
		case err == nil && t.Node != node && tx.Now().Before(t.Until):
			return errTaken
		}
		return tx.Put(ctx, ledger.SortLease, turnKey, Turn{node, tx.Now().Add(lease)})
	})
	if errors.Is(err, errTaken) {
		return false, nil
	}
	return err == nil, err
}

// giveUp ends a node's turn, so that the others need not wait for its end.
func giveUp(ctx context.Context, l *ledger.Ledger, node string) error {
	return l.Update(ctx, func(tx *ledger.Tx) error {
		t, err := ledger.Get[Turn](ctx, tx, ledger.SortLease, turnKey)
		if errors.Is(err, ledger.ErrNone) || err == nil && t.Node != node {
			return nil
		}
		return errors.Join(err, tx.Delete(ctx, ledger.SortLease, turnKey))
	})
}

// keep says again and again that the node is at work, until the context ends. It calls lost when the turn is another's: nothing more may begin.
func (l *Loop) keep(ctx context.Context, lost context.CancelFunc) {
	for until := l.Ledger.Now().Add(lease); l.Wait(ctx, renewal) == nil; {
		switch mine, err := take(ctx, l.Ledger, l.Node); {
		case ctx.Err() != nil:
			return
		case err == nil && mine:
			until = l.Ledger.Now().Add(lease)
		case err == nil, !l.Ledger.Now().Add(renewal).Before(until): // nobody may believe it to be ours any more
			l.Log.Error("the turn was lost: nothing more is begun", "node", l.Node, "error", err)
			lost()
			return
		}
	}
}
