package remediate

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/policy"
)

// work is one step of one finding under way.
type work struct {
	*Engine
	site   Site
	item   Item
	policy *policy.Policy
	action kinds.Action
	// finding is what the ledger has of it, and version that of its record: whoever else begins a call of the step changes it.
	finding ledger.Finding
	version int64
	// calls are those that the step has made, in earlier runs too, oldest first, and tried counts them with those that failed.
	calls []ledger.Action
	tried int
	// verdict is that of the last look, which began at looked, and seen when the first one began.
	verdict estate.Verdict
	looked  time.Time
	seen    time.Time
}

// open reads what the ledger has of the finding, and what the step has done in earlier runs.
func (w *work) open(ctx context.Context) (err error) {
	if w.policy = policyOf(w.Set, w.item.Finding.Policy); w.policy == nil {
		return fmt.Errorf("there is no policy %s", w.item.Finding.Policy)
	}
	if err = w.recall(ctx); err != nil {
		return err
	}
	if w.finding.Asks != w.policy.Digest() {
		return nil // which ends it, whatever the step was
	}
	switch open, err := ledger.Get[ledger.Begun](ctx, w.Ledger, ledger.SortIntent, w.finding.Resource.ARN); {
	case err == nil: // what it finds there may be of its own doing
		return &ledger.BusyError{Begun: open}
	case !errors.Is(err, ledger.ErrNone):
		return err
	}
	if w.action, err = actionOf(w.item.Finding.Resource.Kind, w.item.Ask.Action); err != nil || w.finding.Underway == "" {
		return err
	}
	receipts, err := Group(ctx, w.Ledger, w.finding.Underway)
	if err != nil {
		return fmt.Errorf("of its first call nobody knows yet how it ended: %w", err)
	}
	w.tried = len(receipts)
	for _, r := range receipts {
		if r.Outcome == ledger.Done {
			w.calls = append(w.calls, r.Action)
		}
	}
	slices.Reverse(w.calls)
	return nil
}

// recall reads the finding and its version.
func (w *work) recall(ctx context.Context) error {
	r, err := w.Ledger.Get(ctx, ledger.SortFinding, w.item.Finding.ID)
	switch {
	case errors.Is(err, ledger.ErrNone):
		return fmt.Errorf("%w: it has ended", errMoved)
	case err != nil:
		return err
	}
	w.version, w.finding = r.Version, ledger.Finding{}
	return json.Unmarshal(r.Body, &w.finding)
}

// admits says how the step ends here and why, whatever the resource is now; an empty outcome lets it go on.
func (w *work) admits(ctx context.Context) (Outcome, string) {
	now, f := w.Now(), w.finding
	if why := moved(f, w.item, w.policy, now); why != "" {
		return Canceled, why
	}
	why := held(f, w.policy, w.Guard.People, now)
	if halt, err := w.Ledger.Halted(ctx); err != nil {
		why = "the ledger cannot be read: " + err.Error()
	} else if halt != nil {
		why = (&ledger.HaltedError{Halt: *halt}).Error()
	}
	why = cmp.Or(why, w.Guard.Bars(f.Resource, now))
	for e, err := range ledger.All[ledger.Exemption](ctx, w.Ledger, ledger.SortExempt, "") {
		if err != nil {
			why = "the ledger cannot be read: " + err.Error()
		} else if off := exempted([]ledger.Exemption{e}, f.Policy, f.Resource.ARN, now); off != "" {
			why = cmp.Or(why, "it is let off "+off)
		}
	}
	if why != "" {
		return w.orUnderway(Untried), why
	}
	return "", ""
}

// moved is why a finding is not any more what a plan took it for, empty where it is.
func moved(f ledger.Finding, i Item, p *policy.Policy, now time.Time) string {
	switch {
	case !f.Closed.IsZero():
		return "the finding has ended: " + f.Why
	case f.Asks != p.Digest():
		return "the policy has changed"
	case f.Next != i.Step:
		return "somebody else has done this step"
	case now.Before(f.Since.Add(p.Steps[i.Step].After)):
		return "it is not due any more: somebody has put it back"
	}
	return ""
}

// held is why a step waits for somebody's word, empty where it does not.
func held(f ledger.Finding, p *policy.Policy, people ledger.People, now time.Time) string {
	if f.Snooze != nil && now.Before(f.Snooze.Until) {
		return fmt.Sprintf("put off until %s by %s", f.Snooze.Until.UTC().Format(time.RFC3339), f.Snooze.By)
	}
	approvers := f.Approvers(people)
	if approvers >= p.Approvals {
		return ""
	}
	why := fmt.Sprintf("%d of %d approvals are missing", p.Approvals-approvers, p.Approvals)
	if unsure := len(f.Approvals) - approvers; unsure > 0 {
		why += fmt.Sprintf("; %d of those given may be of somebody who counts already, or of who made the finding: arns under notify.people tells them apart", unsure)
	}
	return why
}

// send writes the call down, sends it, and writes down how it ended. An empty outcome means that the step goes on.
func (w *work) send(ctx context.Context, r estate.Resource, m kinds.Move) (Outcome, string) {
	if why := w.Guard.Bars(w.finding.Resource, w.Now()); why != "" { // the look has taken its time
		return w.orUnderway(Untried), why
	}
	if !w.fresh() {
		return w.orUnderway(Untried), "nothing was sent, for AWS answered so slowly that what was seen is old: it is looked at again in the next run"
	}
	id, err := w.begin(ctx, r, m)
	switch {
	case errors.Is(err, errMoved):
		return w.orUnderway(Canceled), err.Error()
	case err != nil:
		return w.orUnderway(Untried), "nothing was sent, for it could not be written down: " + err.Error()
	}
	sent, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	outcome, why := ledger.Done, ""
	if failed := m.Send(cloud.While(sent, w.fresh)); failed != nil {
		hand := w.site.Hand(r, *w.item.Ask, w.seen)
		hand.Open = &kinds.Made{Operation: m.Operation, Resource: m.Resource}
		outcome, why = settled(sent, failed, m, func(ctx context.Context) (kinds.Move, error) { return w.action.Next(ctx, hand) })
	}
	if outcome == "" {
		return Unsettled, why
	}
	if err := w.Ledger.End(context.WithoutCancel(ctx), id, outcome, why); err != nil {
		return Unsettled, fmt.Sprintf("%s: %s; this could not be written down: %v", m.Operation, cmp.Or(why, string(outcome)), err)
	}
	if outcome == ledger.Failed {
		return Failed, why
	}
	w.calls = append(w.calls, ledger.Action{Operation: m.Operation, On: m.Resource})
	return "", ""
}

// fresh reports whether what was seen last is new enough to act on.
func (w *work) fresh() bool { return w.Now().Sub(w.looked) <= fresh }

// file keeps what was asked for to be kept. Nothing is sent.
func (w *work) file(ctx context.Context, r estate.Resource, m kinds.Move) (Outcome, string) {
	id, err := w.begin(ctx, r, m)
	if err == nil {
		err = w.Ledger.End(context.WithoutCancel(ctx), id, ledger.Done, m.Why)
	}
	switch {
	case errors.Is(err, errMoved):
		return w.orUnderway(Canceled), err.Error()
	case err != nil:
		return w.orUnderway(Untried), "it could not be written down: " + err.Error()
	}
	return "", ""
}

// settled looks whether a call that ended in an error did something all the same: an answer may be lost, and a second attempt is refused where the
// first was heard. No outcome means that nobody knows.
func settled(ctx context.Context, failed error, m kinds.Move, next func(context.Context) (kinds.Move, error)) (ledger.Outcome, string) {
	look, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	now, err := next(look)
	same := now.State == kinds.Send && now.Operation == m.Operation && now.Resource == m.Resource
	switch {
	case err != nil:
		return "", cloud.Brief(failed) + "; and it could not be looked at: " + cloud.Brief(err)
	case !same && now.State != kinds.Refuse:
		return ledger.Done, "its answer was an error, but it is done: " + cloud.Brief(failed)
	case cloud.Uncertain(failed):
		return "", cloud.Brief(failed) + "; it is as it was, but the call may be on its way"
	}
	return ledger.Failed, cloud.Brief(failed)
}

// errMoved says that a finding is not what the plan took it for.
var errMoved = errors.New("the finding has changed")

// begin writes the call down, together with what it means for the finding and the caps. Of two processes that carry out the same step one is refused.
func (w *work) begin(ctx context.Context, of estate.Resource, m kinds.Move) (id string, err error) {
	i := w.item
	err = w.Ledger.Update(ctx, func(tx *ledger.Tx) error {
		r, err := tx.Get(ctx, ledger.SortFinding, i.Finding.ID)
		switch {
		case err != nil && !errors.Is(err, ledger.ErrNone):
			return err
		case r.Version != w.version: // 0 where it is gone
			return fmt.Errorf("%w: somebody else is at it", errMoved)
		}
		f := w.finding
		if f.Underway == "" {
			if err := w.spend(ctx, tx); err != nil {
				return err
			}
		}
		if id, err = tx.Begin(ctx, ledger.Action{
			Of: f.Underway, Nth: w.tried, Finding: f.ID, Policy: f.Policy, Target: of.Target, Resource: of.ARN, Kind: of.Kind, Ask: *i.Ask, Identity: identity(of),
			Operation: m.Operation, On: m.Resource, Saved: m.Saved, Evidence: w.verdict, Hourly: i.Finding.Hourly, Known: i.Finding.Known, By: w.site.Principal(),
		}); err != nil {
			return err
		}
		f.Underway, f.Seen = cmp.Or(f.Underway, id), w.seen
		return tx.Put(ctx, ledger.SortFinding, f.ID, f)
	})
	if err != nil {
		return "", err
	}
	w.tried++
	// Until this call has its end, nobody else can begin one: the version is that of one's own writing, or of somebody's word since, which is asked for again.
	return id, w.recall(ctx)
}

// identity is a resource without what neither finds it again nor undoes anything.
func identity(r estate.Resource) estate.Resource {
	r.Tags, r.Meters, r.Parts, r.Owner, r.OwnerFrom = nil, nil, nil, "", ""
	return r
}

// spend counts the step against the caps of the day, and of the stretch that runs share, which other nodes may have used up since the plan.
func (w *work) spend(ctx context.Context, tx *ledger.Tx) error {
	f, now := w.item.Finding, w.Now()
	for _, who := range []struct {
		name   string
		limits policy.Limits
	}{{everybody, w.Guard.Limits}, {f.Policy, w.policy.Limits}} {
		key := spendingKey(now, who.name)
		today, err := ledger.Get[Spending](ctx, tx, ledger.SortSpending, key)
		if err != nil && !errors.Is(err, ledger.ErrNone) {
			return err
		}
		b := budget{limits: policy.Limits{MaxPerDay: who.limits.MaxPerDay}, today: today}
		if who.name == everybody {
			b.daily = w.Guard.MaxDailySavings
		}
		if w.Stretch > 0 {
			shared, err := w.stretch(ctx, tx, who.name, now)
			if err != nil {
				return err
			}
			b.limits.MaxActions, b.limits.MaxHourlySavings, b.before = who.limits.MaxActions, who.limits.MaxHourlySavings, shared.Spending
			shared.Spending = Spending{shared.Actions + 1, shared.Hourly.Add(f.Hourly)}
			if err := tx.Put(ctx, ledger.SortSpending, stretchKey(who.name), shared); err != nil {
				return err
			}
		}
		if why := b.refuses(f.Hourly); why != "" {
			return fmt.Errorf("%w: %s", errMoved, why)
		}
		if err := tx.Put(ctx, ledger.SortSpending, key, Spending{today.Actions + 1, today.Hourly.Add(f.Hourly)}); err != nil {
			return err
		}
	}
	return nil
}

// orUnderway is the outcome of a step that ends here, or Underway where it was begun.
func (w *work) orUnderway(o Outcome) Outcome {
	if len(w.calls) > 0 {
		return Underway
	}
	return o
}

// end writes down what the step's end means for the finding.
func (w *work) end(ctx context.Context, o Outcome, why string) Result {
	r := Result{Finding: w.finding, Ask: *w.item.Ask, Outcome: o, Why: why, Receipt: w.finding.Underway}
	err := w.Ledger.Update(context.WithoutCancel(ctx), func(tx *ledger.Tx) error {
		f, err := ledger.Get[ledger.Finding](ctx, tx, ledger.SortFinding, w.finding.ID)
		if errors.Is(err, ledger.ErrNone) || err == nil && (f.Next != w.item.Step || f.Underway != w.finding.Underway) {
			return nil // it is somebody else's by now
		}
		if err != nil {
			return err
		}
		switch _, err := tx.Get(ctx, ledger.SortIntent, f.Resource.ARN); {
		case err == nil && o != Unsettled:
			return nil // somebody else is at it
		case err != nil && !errors.Is(err, ledger.ErrNone):
			return err
		}
		f = ended(f, len(w.policy.Steps), o, len(w.calls) > 0, why, w.Now())
		r.Finding = f
		return errors.Join(keep(ctx, tx, f), tx.Log(w.site.Principal(), "step "+string(o), f.ID, r))
	})
	if err != nil {
		r.Why += fmt.Sprintf("; this could not be written down: %v", err)
	}
	return r
}

// ended is a finding after its next step came to an end in this run, having changed something or not. It is pure.
func ended(f ledger.Finding, steps int, o Outcome, changed bool, why string, now time.Time) ledger.Finding {
	f.Trouble = why
	switch o {
	case Underway, Unsettled, Untried:
		return f
	case Done:
		f.Trouble, f.Next, f.Since = "", f.Next+1, now
		if f.Next == steps {
			f.Closed, f.Why = now, Acted
		}
	case Canceled, Refused:
		if f.Underway != "" { // somebody else has a hand in it
			return f.Anew(now)
		}
	case Failed:
		if changed { // the next run goes on: the policy may not match any more what the step has made of it
			return f
		}
	}
	return f.Ended()
}

// keep keeps a finding as long as it lives; then the history has it.
func keep(ctx context.Context, tx *ledger.Tx, f ledger.Finding) error {
	if f.Closed.IsZero() {
		return tx.Put(ctx, ledger.SortFinding, f.ID, f)
	}
	return errors.Join(tx.Delete(ctx, ledger.SortFinding, f.ID), tx.Log("", EventClosed, f.ID, f))
}
