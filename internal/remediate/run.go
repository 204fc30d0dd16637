package remediate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/policy"
)

// Recall reads from the ledger what a plan of the instant takes: the findings that live, and the rest.
func Recall(ctx context.Context, l *ledger.Ledger, set *policy.Set, now time.Time) (findings []Standing, past Past, err error) {
	err = l.Scan(ctx, ledger.SortFinding, "", func(r ledger.Record) error {
		s := Standing{Version: r.Version}
		if err := json.Unmarshal(r.Body, &s.Finding); err != nil {
			return fmt.Errorf("the finding %s cannot be read: %w", r.Key, err)
		}
		findings = append(findings, s)
		return nil
	})
	if err != nil {
		return nil, past, err
	}
	for e, err := range ledger.All[ledger.Exemption](ctx, l, ledger.SortExempt, "") {
		if err != nil {
			return nil, past, err
		}
		past.Exemptions = append(past.Exemptions, e)
	}
	halt, err := l.Halted(ctx)
	if err != nil {
		return nil, past, err
	}
	if halt != nil {
		past.Halted = (&ledger.HaltedError{Halt: *halt}).Error()
	}
	past.Today = map[string]Spending{}
	for _, name := range append(names(set), everybody) {
		s, err := ledger.Get[Spending](ctx, l, ledger.SortSpending, spendingKey(now, name))
		if err != nil && !errors.Is(err, ledger.ErrNone) {
			return nil, past, err
		}
		past.Today[name] = s
	}
	return findings, past, nil
}

// before is what other runs of the same stretch have begun, by policy.
func (e *Engine) before(ctx context.Context, now time.Time) (map[string]Spending, error) {
	if e.Stretch == 0 {
		return nil, nil
	}
	all := map[string]Spending{}
	for _, name := range append(names(e.Set), everybody) {
		s, err := e.stretch(ctx, e.Ledger, name, now)
		if err != nil {
			return nil, err
		}
		all[name] = s.Spending
	}
	return all, nil
}

// stretch is what the runs of the stretch have begun that an instant is in.
func (e *Engine) stretch(ctx context.Context, from ledger.Getter, name string, now time.Time) (Stretch, error) {
	s, err := ledger.Get[Stretch](ctx, from, ledger.SortSpending, stretchKey(name))
	begin := now.UTC().Truncate(e.Stretch)
	switch {
	case err != nil && !errors.Is(err, ledger.ErrNone):
		return Stretch{}, err
	case s.From.Before(begin):
		return Stretch{From: begin}, nil
	}
	return s, nil
}

func names(set *policy.Set) (all []string) {
	for _, p := range set.Policies {
		all = append(all, p.Name)
	}
	return all
}

// Preview plans from a scan and what the ledger has, and writes nothing down.
func Preview(ctx context.Context, l *ledger.Ledger, set *policy.Set, g Guard, snap *estate.Snapshot) (*Plan, error) {
	findings, past, err := Recall(ctx, l, set, snap.At)
	if err != nil {
		return nil, err
	}
	return NewPlan(snap, set, Reconcile(snap, set, findings, past.Exemptions), past, g), nil
}

// attempts is how often the findings of a scan are written down anew where somebody else has changed one of them in between.
const attempts = 8

// together is how many findings are written down by one commit.
const together = 500

// Plan writes down what a scan makes of the findings, and plans from that.
func (e *Engine) Plan(ctx context.Context, snap *estate.Snapshot, by string) (*Plan, error) {
	for attempt := 1; ; attempt++ {
		findings, past, err := Recall(ctx, e.Ledger, e.Set, snap.At)
		if err != nil {
			return nil, err
		}
		acted, err := e.acted(ctx, snap.At)
		if err != nil {
			return nil, err
		}
		past.Follow = e.Follow
		if past.Before, err = e.before(ctx, snap.At); err != nil {
			return nil, err
		}
		now := slices.DeleteFunc(Reconcile(snap, e.Set, findings, past.Exemptions), func(f Standing) bool {
			return f.Event == EventOpened && (e.Follow[f.Policy] || acted[f.ID])
		})
		for n, f := range now {
			if f.Event == EventOpened || f.Event == EventAgain {
				now[n].By = by
			}
		}
		switch err := e.remember(ctx, now, by); {
		case err == nil:
			return NewPlan(snap, e.Set, now, past, e.Guard), nil
		case !errors.Is(err, ledger.ErrConflict) || attempt == attempts:
			return nil, err
		}
	}
}

// acted are the findings of which something was done since a scan began: what it has seen of them may be from before, and opens none of them anew.
func (e *Engine) acted(ctx context.Context, since time.Time) (map[string]bool, error) {
	all := map[string]bool{}
	for r, err := range e.Ledger.Receipts(ctx, since.Add(-ledger.Lease), e.Ledger.Now().Add(ledger.Lease)) {
		if err != nil {
			return nil, err
		}
		if r.Outcome == ledger.Done && !r.At.Before(since) {
			all[r.Finding] = true
		}
	}
	return all, nil
}

// remember writes findings down. It is safe to be repeated after an error: what is written down already is found so.
func (e *Engine) remember(ctx context.Context, findings []Standing, by string) error {
	var touched []Standing
	for _, f := range findings {
		if f.Touched && f.Underway == "" {
			touched = append(touched, f)
		}
	}
	for len(touched) > 0 {
		batch := touched[:min(together, len(touched))]
		touched = touched[len(batch):]
		err := e.Ledger.Update(ctx, func(tx *ledger.Tx) error {
			for _, f := range batch {
				if f.By == "" {
					f.By = by
				}
				r := ledger.Record{Sort: ledger.SortFinding, Key: f.ID, Version: f.Version}
				if f.Closed.IsZero() {
					body, err := json.Marshal(f.Finding)
					if err != nil {
						return err
					}
					r.Body = body
				}
				if err := tx.Set(ctx, r); err != nil {
					return err
				}
				if f.Event != "" {
					if err := tx.Log(by, f.Event, f.ID, f.Finding); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
