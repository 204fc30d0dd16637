package remediate

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/ledger"
)

// Settle finds out what became of the calls that were begun and have no end, since a crash has left nobody who knows. It looks, and never
// sends one again. What it cannot find out stays unsettled, and keeps every other change away from the resource. What is under way by a policy that there is no more
// ends where it is.
func (e *Engine) Settle(ctx context.Context) ([]ledger.Receipt, error) {
	return e.settle(ctx, func(ledger.Begun) bool { return true })
}

// settle is Settle of some of the calls.
func (e *Engine) settle(ctx context.Context, some func(ledger.Begun) bool) ([]ledger.Receipt, error) {
	open, err := e.Ledger.Unsettled(ctx)
	if err != nil {
		return nil, err
	}
	var all []ledger.Receipt
	for _, b := range open {
		if b.Ask.Action == "" || !some(b) || e.Ledger.Now().Before(b.Held()) {
			continue
		}
		r := ledger.Receipt{Begun: b, At: e.Ledger.Now()}
		if r.Outcome, r.Why = e.found(ctx, b); r.Outcome != ledger.Unsettled {
			if err := e.Ledger.End(ctx, b.ID, r.Outcome, r.Why); err != nil {
				return all, err
			}
		}
		all = append(all, r)
	}
	return all, e.endOrphans(ctx)
}

// Orphaned: the finding's policy was taken away while a step of it was under way.
const Orphaned = "its policy was taken away"

// endOrphans ends the findings with a step under way whose policy is none of all there are. One whose call has no known end waits for that.
func (e *Engine) endOrphans(ctx context.Context) error {
	if e.All == nil {
		return nil
	}
	open, err := e.Ledger.Unsettled(ctx)
	if err != nil {
		return err
	}
	for f, err := range ledger.All[ledger.Finding](ctx, e.Ledger, ledger.SortFinding, "") {
		if err != nil {
			return err
		}
		called := func(b ledger.Begun) bool { return b.Finding == f.ID }
		if f.Underway == "" || slices.Contains(e.All, f.Policy) || slices.ContainsFunc(open, called) {
			continue
		}
		if err := e.Ledger.Update(ctx, func(tx *ledger.Tx) error { return endOrphan(ctx, tx, f) }); err != nil {
			return err
		}
	}
	return nil
}

func endOrphan(ctx context.Context, tx *ledger.Tx, was ledger.Finding) error {
	f, err := ledger.Get[ledger.Finding](ctx, tx, ledger.SortFinding, was.ID)
	if errors.Is(err, ledger.ErrNone) || err == nil && f.Underway != was.Underway {
		return nil // it is somebody else's by now
	}
	if err != nil {
		return err
	}
	r := Result{Outcome: Canceled, Why: Orphaned, Receipt: f.Underway}
	f = f.Ended()
	f.Closed, f.Why = tx.Now(), Orphaned
	r.Finding = f
	return errors.Join(tx.Log("", "step "+string(Canceled), f.ID, r), keep(ctx, tx, f))
}

// found is what a look says of a call; Unsettled where it does not tell.
func (e *Engine) found(ctx context.Context, b ledger.Begun) (ledger.Outcome, string) {
	site, err := e.Site(b.Target)
	if err != nil {
		return ledger.Unsettled, err.Error()
	}
	action, err := actionOf(b.Kind, b.Ask.Action)
	if err != nil {
		return ledger.Unsettled, err.Error()
	}
	s := ledger.Subject{ARN: b.Resource, Kind: b.Kind, Target: b.Target}
	next := action.Next
	if b.Undoes != "" {
		undone, err := ledger.Get[ledger.Receipt](ctx, e.Ledger, ledger.SortReceipt, b.Undoes)
		if err != nil {
			return ledger.Unsettled, err.Error()
		}
		next = func(ctx context.Context, h *kinds.Hand) (kinds.Move, error) {
			return action.Back(ctx, h, madeOf(undone))
		}
	}
	r := b.Identity
	if b.Undoes == "" {
		snap, err := site.Look(ctx, s)
		if err != nil {
			return ledger.Unsettled, cloud.Brief(err)
		}
		i := slices.IndexFunc(snap.Observations, func(o *estate.Observation) bool {
			return o.Resource.Kind == s.Kind && strings.EqualFold(o.Resource.ARN, s.ARN)
		})
		switch {
		case i >= 0:
			r = snap.Observations[i].Resource
		case listed(snap, s):
			return ledger.Done, "found: it is gone"
		default:
			return ledger.Unsettled, "it could not be looked at"
		}
	}
	hand := site.Hand(r, b.Ask, time.Time{})
	hand.Open = &kinds.Made{Operation: b.Operation, Resource: b.On}
	move, err := next(ctx, hand)
	switch {
	case err != nil:
		return ledger.Unsettled, cloud.Brief(err)
	case move.State == kinds.Send && move.Operation == b.Operation && move.Resource == b.On:
		return ledger.Failed, "found: it was not done"
	case move.State == kinds.Refuse:
		return ledger.Unsettled, move.Why
	}
	return ledger.Done, "found: it was done"
}

func madeOf(r ledger.Receipt) kinds.Made {
	return kinds.Made{Operation: r.Operation, Resource: r.On, Saved: r.Saved}
}
