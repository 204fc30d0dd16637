package remediate

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/ledger"
)

// An Undone is a call and what became of undoing it.
type Undone struct {
	Receipt ledger.Receipt `json:"receipt"`
	Outcome Outcome        `json:"outcome"`
	Why     string         `json:"why,omitempty"`
}

// Group are the receipts of the calls of one step, newest first, by the id of any of them.
func Group(ctx context.Context, l *ledger.Ledger, id string) ([]ledger.Receipt, error) {
	first, err := ledger.Get[ledger.Receipt](ctx, l, ledger.SortReceipt, id)
	if err == nil && first.Of != "" {
		first, err = ledger.Get[ledger.Receipt](ctx, l, ledger.SortReceipt, first.Of)
	}
	if errors.Is(err, ledger.ErrNone) {
		return nil, none(ctx, l, id)
	}
	if err != nil {
		return nil, err
	}
	var all []ledger.Receipt
	for r, err := range l.Receipts(ctx, first.Began.Add(-ledger.Lease), l.Now().Add(ledger.Lease)) {
		if err != nil {
			return nil, err
		}
		if r.ID == first.ID || r.Of == first.ID {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b ledger.Receipt) int { return cmp.Compare(b.Nth, a.Nth) })
	return all, nil
}

// none says why there is no receipt: the call may have none yet.
func none(ctx context.Context, l *ledger.Ledger, id string) error {
	open, err := l.Unsettled(ctx)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(open, func(b ledger.Begun) bool { return b.ID == id }); i >= 0 {
		return &estate.Error{Op: "read the receipt", On: id, Err: &ledger.BusyError{Begun: open[i]},
			Hint: "it has no end yet: five minutes after it was begun, a run of apply or serve finds out; see sagewarden history unsettled"}
	}
	return &estate.Error{Op: "read the receipt", On: id, Err: errors.New("there is no such receipt"), Hint: "see them with sagewarden history"}
}

// Undo takes back the step that a receipt is of: its calls one by one, newest first, each written down as the steps themselves are. It can be asked
// again: what is back already is left alone, and so is what somebody else has made meanwhile. It goes on past nothing that has failed.
func (e *Engine) Undo(ctx context.Context, id string) ([]Undone, error) {
	receipts, err := Group(ctx, e.Ledger, id)
	if err != nil {
		return nil, err
	}
	// Until it is known how an earlier attempt ended that was killed, nothing else can begin on the resource.
	if _, err := e.settle(ctx, func(b ledger.Begun) bool {
		return slices.ContainsFunc(receipts, func(r ledger.Receipt) bool { return r.Resource == b.Resource })
	}); err != nil {
		return nil, err
	}
	var all []Undone
	for _, r := range receipts {
		if r.Outcome != ledger.Done || r.Undoes != "" {
			continue
		}
		u := Undone{Receipt: r}
		u.Outcome, u.Why = e.undo(ctx, r)
		all = append(all, u)
		if u.Outcome != Done {
			return all, nil
		}
	}
	if len(all) == 0 {
		return nil, &estate.Error{Op: "undo", On: id, Err: errors.New("nothing was done that could be undone")}
	}
	return all, nil
}

func (e *Engine) undo(ctx context.Context, r ledger.Receipt) (Outcome, string) {
	action, err := actionOf(r.Kind, r.Ask.Action)
	if err != nil {
		return Refused, err.Error()
	}
	if action.Back == nil {
		return Refused, "nothing undoes it; it has cost " + cmp.Or(action.Loses, "nothing")
	}
	guard := e.Guard
	guard.Freezes = nil // whoever undoes means it
	if why := guard.Bars(ledger.Subject{Target: r.Target}, e.Now()); why != "" {
		return Untried, why
	}
	site, err := e.Site(r.Target)
	if err != nil {
		return Untried, err.Error()
	}
	hand := site.Hand(r.Identity, r.Ask, time.Time{})
	var last kinds.Move
	for {
		if ctx.Err() != nil {
			return Underway, "interrupted"
		}
		m, err := action.Back(ctx, hand, madeOf(r))
		switch {
		case err != nil:
			return Failed, cloud.Brief(err)
		case m.State == kinds.Done:
			return Done, m.Why
		case m.State == kinds.Refuse:
			return Refused, m.Why
		case m.State == kinds.Wait:
			if e.Pause == nil || !e.Pause(ctx) {
				return Underway, m.Why
			}
			continue
		case m.Operation == last.Operation && m.Resource == last.Resource:
			return Failed, m.Operation + " was sent, and has changed nothing"
		}
		last = m
		if o, why := e.back(ctx, site, r, hand, action, m); o != "" {
			return o, why
		}
	}
}

// back sends one call that undoes another. An empty outcome means that undoing goes on.
func (e *Engine) back(ctx context.Context, site Site, r ledger.Receipt, hand *kinds.Hand, action kinds.Action, m kinds.Move) (Outcome, string) {
	var id string
	err := e.Ledger.Update(ctx, func(tx *ledger.Tx) (err error) {
		switch f, err := ledger.Get[ledger.Finding](ctx, tx, ledger.SortFinding, r.Finding); {
		case err == nil: // whoever takes it back is told again before it is done again
			if err := tx.Put(ctx, ledger.SortFinding, f.ID, f.Anew(e.Now())); err != nil {
				return err
			}
		case !errors.Is(err, ledger.ErrNone):
			return err
		}
		id, err = tx.Begin(ctx, ledger.Action{
			Undoes: r.ID, Finding: r.Finding, Policy: r.Policy, Target: r.Target, Resource: r.Resource, Kind: r.Kind, Ask: r.Ask, Identity: r.Identity,
			Operation: m.Operation, On: m.Resource, Saved: m.Saved, Hourly: r.Hourly, Known: r.Known, By: site.Principal(),
		})
		return err
	})
	if err != nil {
		return Untried, "nothing was sent, for it could not be written down: " + err.Error()
	}
	sent, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	outcome, why := ledger.Done, ""
	if failed := m.Send(sent); failed != nil {
		outcome, why = settled(sent, failed, m, func(ctx context.Context) (kinds.Move, error) { return action.Back(ctx, hand, madeOf(r)) })
	}
	if outcome == "" {
		return Unsettled, why
	}
	if err := e.Ledger.End(context.WithoutCancel(ctx), id, outcome, why); err != nil {
		return Unsettled, "this could not be written down: " + err.Error()
	}
	if outcome == ledger.Failed {
		return Failed, why
	}
	return "", ""
}
