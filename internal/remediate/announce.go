package remediate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/notify"
)

// An Announced is what became of telling people.
type Announced struct {
	notify.Report
	// Made are the notices that were written, Told the findings whose step is done by them.
	Made []ledger.Notice
	Told []ledger.Finding
	// Gaps are those who ought to be told, and cannot be. What waits for them goes on waiting.
	Gaps []notify.Gap
}

// Announce tells people what a plan has for them: it writes the notices down, delivers what is in the outbox, and moves on those findings of which
// everybody has been told who ought to be. A notice that is not delivered keeps its finding where it is.
func (e *Engine) Announce(ctx context.Context, plan *Plan, office *notify.Office, post *notify.Post) (*Announced, error) {
	a := &Announced{}
	notices, err := e.notices(ctx)
	if err != nil {
		return nil, err
	}
	tells := e.tells(plan)
	a.Made, a.Gaps = office.Compose(plan.At, tells, notices)
	switch err := e.post(ctx, a.Made, tells, post.By); {
	case errors.Is(err, ledger.ErrConflict): // another node tells of them, or they are not what they were: what is left is for the next run
		a.Made = nil
	case err != nil:
		return nil, err
	}
	if a.Report, err = post.Deliver(ctx); err != nil {
		return nil, err
	}
	if notices, err = e.notices(ctx); err != nil {
		return nil, err
	}
	for _, i := range plan.Due() {
		if i.Changes() {
			continue
		}
		if _, told := office.Told(e.notice(i), notices); !told {
			continue
		}
		f, err := e.told(ctx, i, post.By)
		if err != nil {
			return nil, err
		}
		a.Told = append(a.Told, f)
	}
	return a, e.forget(ctx, notices)
}

// tells are what is to be told: steps that are due, what is at hand, and what was told and goes on.
func (e *Engine) tells(plan *Plan) (all []notify.Tell) {
	for _, i := range plan.Items {
		switch {
		case i.Status == Due && !i.Changes(), i.Status == Told:
			if t := e.notice(i); len(t.To) > 0 {
				all = append(all, t)
			}
		case i.Status == Later && i.Changes():
			if t := e.reminder(i); len(t.To) > 0 {
				all = append(all, t)
			}
		}
	}
	return all
}

// notice is what a step that notifies tells: what comes next, and not before when.
func (e *Engine) notice(i Item) notify.Tell {
	pol := policyOf(e.Set, i.Finding.Policy)
	t := notify.Tell{Finding: i.Finding.Finding, Step: i.Step, Due: i.At, Approval: i.Finding.Approvers(e.Guard.People) < pol.Approvals}
	if i.Status == Told { // it was told at its last step, and may be told again when that has long been quiet
		t.Step, t.Due = len(pol.Steps)-1, i.Finding.First
	}
	step := pol.Steps[t.Step]
	if step.Notify == nil {
		return notify.Tell{}
	}
	t.To, t.Via, t.Template = append([]string{step.Notify.To}, step.Notify.CC...), step.Notify.Via, step.Notify.Template
	wait := time.Duration(0)
	for _, s := range pol.Steps[t.Step+1:] {
		if wait += s.After; s.Notify == nil {
			t.Next, t.At = s.Ask, e.Now().Add(wait)
			break
		}
	}
	return t
}

// reminder is what reminds of a step that changes something, of those who were told of it. It is empty where nobody was.
func (e *Engine) reminder(i Item) notify.Tell {
	steps := policyOf(e.Set, i.Finding.Policy).Steps
	for n, s := range slices.Backward(steps[:i.Step]) {
		if s.Notify != nil {
			return notify.Tell{
				Finding: i.Finding.Finding, Step: i.Step, To: append([]string{steps[n].Notify.To}, steps[n].Notify.CC...), Via: s.Notify.Via, Template: s.Notify.Template,
				Due: i.Finding.Since, Next: *i.Ask, At: i.At, Reminder: true,
			}
		}
	}
	return notify.Tell{}
}

// post writes notices down, all of them or none. It holds the findings meanwhile, so that of two nodes one alone tells of them.
func (e *Engine) post(ctx context.Context, made []ledger.Notice, tells []notify.Tell, by string) error {
	if len(made) == 0 {
		return nil
	}
	of := map[string]ledger.Finding{}
	for _, t := range tells {
		of[t.Finding.ID] = t.Finding
	}
	return e.Ledger.Update(ctx, func(tx *ledger.Tx) error {
		for _, n := range made {
			for _, told := range n.Findings {
				f, err := ledger.Get[ledger.Finding](ctx, tx, ledger.SortFinding, told.Finding)
				if errors.Is(err, ledger.ErrNone) || err == nil && (f.Next != of[f.ID].Next || !f.Since.Equal(of[f.ID].Since)) {
					return fmt.Errorf("the finding %s: %w", told.Finding, ledger.ErrConflict)
				}
				if err != nil {
					return err
				}
				if err := tx.Put(ctx, ledger.SortFinding, f.ID, f); err != nil {
					return err
				}
			}
		}
		return notify.Put(ctx, tx, by, made)
	})
}

// notices are all that the ledger has.
func (e *Engine) notices(ctx context.Context) (all []ledger.Notice, err error) {
	for n, err := range ledger.All[ledger.Notice](ctx, e.Ledger, ledger.SortNotice, "") {
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

// told moves a finding on after everybody was told. The time of the next step counts from now by AWS's clock: that of whoever has delivered the
// notices may be hours off.
func (e *Engine) told(ctx context.Context, i Item, by string) (f ledger.Finding, err error) {
	err = e.Ledger.Update(ctx, func(tx *ledger.Tx) error {
		if f, err = ledger.Get[ledger.Finding](ctx, tx, ledger.SortFinding, i.Finding.ID); errors.Is(err, ledger.ErrNone) {
			return nil // it has ended meanwhile
		}
		if err != nil || f.Next != i.Step || !f.First.Equal(i.Finding.First) {
			return err
		}
		f.Next, f.Since = f.Next+1, e.Now()
		return errors.Join(tx.Put(ctx, ledger.SortFinding, f.ID, f), tx.Log(by, "step told", f.ID, f))
	})
	return f, err
}

// kept is how long a notice is remembered after it was delivered and what it tells of has ended.
const kept = 24 * time.Hour

// forget takes away the notices that nobody needs any more. The history has them.
func (e *Engine) forget(ctx context.Context, notices []ledger.Notice) error {
	live := map[string]bool{}
	if err := e.Ledger.Scan(ctx, ledger.SortFinding, "", func(r ledger.Record) error {
		live[r.Key] = true
		return nil
	}); err != nil {
		return err
	}
	var over []string
	for _, n := range notices {
		if !n.Delivered.IsZero() && e.Now().Sub(n.Delivered) > kept && !slices.ContainsFunc(n.Findings, func(t ledger.Told) bool { return live[t.Finding] }) {
			over = append(over, n.ID)
		}
	}
	if len(over) == 0 {
		return nil
	}
	return e.Ledger.Update(ctx, func(tx *ledger.Tx) error {
		for _, id := range over {
			if err := tx.Delete(ctx, ledger.SortNotice, id); err != nil {
				return err
			}
		}
		return nil
	})
}
