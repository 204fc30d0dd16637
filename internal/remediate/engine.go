package remediate

import (
	"context"
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

// A Site is the way to one target.
type Site interface {
	// Principal is the ARN of the caller.
	Principal() string
	// Look looks at one resource now: a scan of it alone, with all that its verdict takes.
	Look(ctx context.Context, s ledger.Subject) (*estate.Snapshot, error)
	// Hand is what an action on the resource works with, which was looked at from an instant on; zero where nobody has looked.
	Hand(r estate.Resource, ask estate.Ask, seen time.Time) *kinds.Hand
}

// An Engine carries out what is due.
type Engine struct {
	Ledger *ledger.Ledger
	Set    *policy.Set
	// All are the names of all policies that there are, of which Set may be some; nil where that is not known.
	All []string
	// Follow are the policies, by name, that go on with the findings they have and make no new ones; none where all look.
	Follow map[string]bool
	Guard  Guard
	// Stretch has all runs within such a time (from an hour's begin, where it is an hour) count as one against the caps on the actions and the dollars of a run; zero counts
	// each by itself. The cap on a share is of what each run sees.
	Stretch time.Duration
	// Site reaches a target.
	Site func(estate.Target) (Site, error)
	// Now is AWS's clock.
	Now func() time.Time
	// Pause waits between two looks at something that takes its time, and reports whether to go on; nil never waits: the next run goes on.
	Pause func(context.Context) bool
	// Tell hears of every step as it ends; nil is silent.
	Tell func(Result)
}

// An Outcome is how a step ended in this run.
type Outcome string

// The outcomes.
const (
	// Done: what was asked for is so.
	Done Outcome = "done"
	// Underway: it was begun, and the next run goes on.
	Underway Outcome = "underway"
	// Canceled: something has changed since the plan. What the step had not done yet was not done.
	Canceled Outcome = "canceled"
	// Refused: it cannot be done.
	Refused Outcome = "refused"
	// Failed: AWS refused, or it could not be looked at. The call changed nothing, and the next run tries again.
	Failed Outcome = "failed"
	// Unsettled: a call was sent, and nobody knows whether it did anything. A later run looks.
	Unsettled Outcome = "unsettled"
	// Untried: it was not begun.
	Untried Outcome = "untried"
)

// Wrong reports whether somebody should look at it.
func (o Outcome) Wrong() bool { return o != Done && o != Underway && o != Canceled }

// A Result is a step and how it ended in this run.
type Result struct {
	Finding ledger.Finding `json:"finding"`
	Ask     estate.Ask     `json:"ask"`
	Outcome Outcome        `json:"outcome"`
	Why     string         `json:"why,omitempty"`
	// Receipt is what undoes it, empty where nothing was sent.
	Receipt string `json:"receipt,omitempty"`
}

// patience is how long a call that was sent is waited for, even where the run is interrupted: then at least it is known how it ended.
const patience = time.Minute

// fresh is how long after the last look began a call may be sent. Who uses the resource after that is not stopped by what was seen before: in a storm, a
// call waits for minutes until AWS takes it.
const fresh = 2 * time.Minute

// Apply carries the items out that change something, one after the other, and then goes on with those that take their time, as long as Pause waits.
// The failure of one does not stop the rest. Where the context ends, no other is begun.
func (e *Engine) Apply(ctx context.Context, items []Item) []Result {
	items = slices.DeleteFunc(slices.Clone(items), func(i Item) bool { return !i.Changes() })
	all := make([]Result, len(items))
	for n := range items {
		all[n] = e.step(ctx, items[n])
		e.tell(all[n])
	}
	underway := func(r Result) bool { return r.Outcome == Underway }
	for slices.ContainsFunc(all, underway) && e.Pause != nil && e.Pause(ctx) {
		for n := range items {
			if !underway(all[n]) {
				continue
			}
			if all[n] = e.step(ctx, items[n]); !underway(all[n]) {
				e.tell(all[n])
			}
		}
	}
	return all
}

func (e *Engine) tell(r Result) {
	if e.Tell != nil {
		e.Tell(r)
	}
}

// step carries out one step: look, work out what comes next, write that down, do it, write down how it ended, and look again.
func (e *Engine) step(ctx context.Context, i Item) Result {
	w := &work{Engine: e, item: i, finding: i.Finding.Finding}
	untried := func(why string) Result { return Result{Finding: w.finding, Ask: *i.Ask, Outcome: Untried, Why: why} }
	if ctx.Err() != nil {
		return untried("interrupted")
	}
	var err error
	if w.site, err = e.Site(i.Finding.Resource.Target); err == nil {
		err = w.open(ctx)
	}
	switch {
	case errors.Is(err, errMoved):
		return Result{Finding: w.finding, Ask: *i.Ask, Outcome: Canceled, Why: err.Error()}
	case err != nil:
		return untried(err.Error())
	}
	for {
		if ctx.Err() != nil {
			return w.end(ctx, w.orUnderway(Untried), "interrupted")
		}
		if o, why := w.admits(ctx); o != "" {
			return w.end(ctx, o, why)
		}
		r, o, why := w.look(ctx)
		if o != "" {
			return w.end(ctx, o, why)
		}
		move := kinds.Move{State: kinds.Done, Why: why}
		if r != nil {
			if move, err = w.action.Next(ctx, w.site.Hand(*r, *i.Ask, w.seen)); err != nil {
				return w.end(ctx, w.orUnderway(Failed), "it could not be looked at, and was left alone: "+cloud.Brief(err))
			}
		}
		switch move.State {
		case kinds.Done:
			if len(move.Saved) > 0 && r != nil {
				if o, why := w.file(ctx, *r, move); o != "" {
					return w.end(ctx, o, why)
				}
			}
			return w.end(ctx, Done, move.Why)
		case kinds.Refuse:
			return w.end(ctx, Refused, move.Why)
		case kinds.Wait:
			return w.end(ctx, Underway, move.Why)
		case kinds.Send:
			if w.sent(move) {
				return w.end(ctx, Canceled, "somebody has reversed "+move.Operation+" of "+move.Resource)
			}
			if o, why := w.send(ctx, *r, move); o != "" {
				return w.end(ctx, o, why)
			}
		default:
			return w.end(ctx, Failed, fmt.Sprintf("%s has no next move %q", i.Verb, move.State))
		}
	}
}
