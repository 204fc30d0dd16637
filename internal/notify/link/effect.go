package link

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/ledger"
)

// The reasons for which a grant has no effect.
var (
	// ErrSpent: the link was used before.
	ErrSpent = errors.New("this link was used already")
	// ErrOver: the finding has ended, or is not there any more.
	ErrOver = errors.New("this is over")
)

// why is what the ledger says of where a decision came from.
const why = "by the link of a notice"

// Find is the finding of a grant, as long as the grant can have an effect on it.
func Find(ctx context.Context, from ledger.Getter, g Grant) (f ledger.Finding, err error) {
	if _, err := from.Get(ctx, ledger.SortLink, g.Nonce); err == nil {
		return f, ErrSpent
	} else if !errors.Is(err, ledger.ErrNone) {
		return f, err
	}
	f, err = ledger.Get[ledger.Finding](ctx, from, ledger.SortFinding, g.Finding)
	if errors.Is(err, ledger.ErrNone) || err == nil && !f.Closed.IsZero() {
		err = ErrOver
	}
	return f, err
}

// spent is the record of a link that was used.
type spent struct {
	Until time.Time `json:"until"`
}

const (
	// slack is by how much the clocks of nodes may differ: a record outlives its link by that.
	slack = time.Hour
	// sweep is how many records one clearing takes away at most.
	sweep = 500
)

// Clear takes away the records of links that have ended: such a link is refused without one.
func Clear(ctx context.Context, l *ledger.Ledger) error {
	var over []string
	err := l.Scan(ctx, ledger.SortLink, "", func(r ledger.Record) error {
		var s spent
		if err := json.Unmarshal(r.Body, &s); err != nil {
			return fmt.Errorf("the record of a link cannot be read: %w", err)
		}
		if l.Now().After(s.Until.Add(slack)) && len(over) < sweep {
			over = append(over, r.Key)
		}
		return nil
	})
	if err != nil || len(over) == 0 {
		return err
	}
	return l.Update(ctx, func(tx *ledger.Tx) error {
		for _, key := range over {
			if err := tx.Delete(ctx, ledger.SortLink, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// Use does what a grant allows, once: the effect and the end of the link are one commit. The finding is written even where it stays as it is, so that
// what was planned by it is planned anew.
func Use(ctx context.Context, l *ledger.Ledger, g Grant) error {
	return l.Update(ctx, func(tx *ledger.Tx) error {
		f, err := Find(ctx, tx, g)
		if err != nil {
			return err
		}
		var did any
		switch until := tx.Now().Add(g.For); g.Act {
		case Snooze:
			if f.Snooze == nil || f.Snooze.Until.Before(until) {
				f.Snooze = &ledger.Snooze{Until: until, By: g.To, Why: why}
			}
			did = f.Snooze
		case Keep:
			if did, err = keep(ctx, tx, g, f, until); err != nil {
				return err
			}
		case Approve:
			if !slices.ContainsFunc(f.Approvals, func(a ledger.Approval) bool { return a.By == g.To }) {
				f.Approvals = append(f.Approvals, ledger.Approval{By: g.To, At: tx.Now()})
			}
			did = f.Approvals
		default:
			return ErrForged
		}
		return errors.Join(tx.Put(ctx, ledger.SortFinding, f.ID, f), tx.Put(ctx, ledger.SortLink, g.Nonce, spent{g.Until}), tx.Log(g.To, string(g.Act), f.ID, did))
	})
}

// keep has the finding's policy leave its resource alone. An exemption that is there already is never shortened.
func keep(ctx context.Context, tx *ledger.Tx, g Grant, f ledger.Finding, until time.Time) (ledger.Exemption, error) {
	key := ledger.ExemptionKey(f.Resource.ARN, f.Policy)
	old, err := ledger.Get[ledger.Exemption](ctx, tx, ledger.SortExempt, key)
	if err == nil && (old.Until.IsZero() || old.Until.After(until)) || err != nil && !errors.Is(err, ledger.ErrNone) {
		return old, err
	}
	e := ledger.Exemption{ARN: f.Resource.ARN, Policy: f.Policy, Until: until, By: g.To, Why: why}
	return e, tx.Put(ctx, ledger.SortExempt, key, e)
}
