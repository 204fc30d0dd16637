package server

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/policy"
)

// A looked is when a policy looked last.
type looked struct {
	At time.Time `json:"at"`
}

// An Order is what a run is to do.
type Order struct {
	// Set are the policies that look, and those that go on with what they have found.
	Set *policy.Set
	// Follow are the names of the latter: their schedule has not come again.
	Follow map[string]bool
}

// names are those of the policies that look.
func (o Order) names() []string {
	all := []string{}
	for _, p := range o.Set.Policies {
		if !o.Follow[p.Name] {
			all = append(all, p.Name)
		}
	}
	return all
}

// due is what is to be done at an instant, and when there is something next. Last is when each policy looked last: one that never did and has a
// schedule waits for it. Times that were missed are caught up once.
func due(set *policy.Set, last map[string]time.Time, findings []ledger.Finding, every time.Duration, now time.Time) (Order, time.Time) {
	o, next := Order{Set: &policy.Set{}, Follow: map[string]bool{}}, now.Add(every)
	for _, p := range set.Policies {
		at, ever := now, true
		switch before, known := last[p.Name]; {
		case p.Schedule == "" && known:
			at = before.Add(every)
		case p.Schedule != "" && known:
			at, ever = p.Next(before)
		case p.Schedule != "":
			at, ever = p.Next(now)
		}
		switch {
		case ever && !at.After(now):
			o.Set.Policies = append(o.Set.Policies, p)
		case slices.ContainsFunc(findings, func(f ledger.Finding) bool { return goesOn(p, f, now) }):
			o.Set.Policies, o.Follow[p.Name] = append(o.Set.Policies, p), true
		}
		if ever && at.After(now) && at.Before(next) {
			next = at
		}
	}
	return o, next
}

// goesOn reports whether a policy with a schedule has begun with a finding, and its next step has come: what follows keeps its own time.
func goesOn(p *policy.Policy, f ledger.Finding, now time.Time) bool {
	if f.Policy != p.Name || p.Schedule == "" || f.Next >= len(p.Steps) {
		return false
	}
	step := p.Steps[f.Next]
	return f.Underway != "" || (f.Next > 0 || step.Notify != nil) && !now.Before(f.Since.Add(step.After))
}

// recall reads what due goes by.
func recall(ctx context.Context, l *ledger.Ledger) (last map[string]time.Time, findings []ledger.Finding, err error) {
	last = map[string]time.Time{}
	if err := l.Scan(ctx, ledger.SortRun, "", func(r ledger.Record) error {
		var at looked
		err := json.Unmarshal(r.Body, &at)
		last[r.Key] = at.At
		return err
	}); err != nil {
		return nil, nil, err
	}
	for f, err := range ledger.All[ledger.Finding](ctx, l, ledger.SortFinding, "") {
		if err != nil {
			return nil, nil, err
		}
		findings = append(findings, f)
	}
	return last, findings, nil
}

// remember writes down that policies have looked. Those with a schedule that have not yet looked count from the first time that somebody sees them.
func remember(ctx context.Context, l *ledger.Ledger, set *policy.Set, ran []string, at time.Time) error {
	return l.Update(ctx, func(tx *ledger.Tx) error {
		for _, p := range set.Policies {
			_, err := tx.Get(ctx, ledger.SortRun, p.Name)
			switch {
			case slices.Contains(ran, p.Name), errors.Is(err, ledger.ErrNone) && p.Schedule != "":
				err = tx.Put(ctx, ledger.SortRun, p.Name, looked{at})
			}
			if err != nil && !errors.Is(err, ledger.ErrNone) {
				return err
			}
		}
		return nil
	})
}
