package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Find is the findings that a word means: the one with that id, or whose id alone begins with it, or the open ones of the resource with that ARN, and
// where none is open, all of it.
func (l *Ledger) Find(ctx context.Context, word string) ([]Finding, error) {
	var open, all []Finding
	arn, prefix := strings.HasPrefix(word, "arn:"), word
	if arn {
		prefix = ""
	}
	for f, err := range All[Finding](ctx, l, SortFinding, prefix) {
		switch {
		case err != nil:
			return nil, err
		case f.ID == word:
			return []Finding{f}, nil
		case arn && f.Resource.ARN != word:
			continue
		case f.Closed.IsZero():
			open = append(open, f)
		}
		all = append(all, f)
	}
	switch {
	case len(all) == 0 || word == "":
		return nil, fmt.Errorf("there is no finding %q", word)
	case !arn && len(all) > 1:
		return nil, fmt.Errorf("%d findings have ids that begin with %q: write more of it", len(all), word)
	case len(open) > 0:
		return open, nil
	}
	return all, nil
}

// decide changes a finding that is open, and says so in the history.
func (l *Ledger) decide(ctx context.Context, id, by, event string, body any, change func(*Tx, *Finding) error) error {
	return l.Update(ctx, func(tx *Tx) error {
		f, err := Get[Finding](ctx, tx, SortFinding, id)
		switch {
		case errors.Is(err, ErrNone):
			return fmt.Errorf("there is no finding %q", id)
		case err != nil:
			return err
		case !f.Closed.IsZero():
			return fmt.Errorf("the finding %s has been closed since %s: %s", id, f.Closed.Format(time.RFC3339), f.Why)
		}
		if err := change(tx, &f); err != nil {
			return err
		}
		return errors.Join(tx.Put(ctx, SortFinding, id, f), tx.Log(by, event, id, body))
	})
}

// Snooze puts every step of a finding that changes something off until an instant.
func (l *Ledger) Snooze(ctx context.Context, id string, s Snooze) error {
	return l.decide(ctx, id, s.By, EventSnoozed, s, func(_ *Tx, f *Finding) error {
		f.Snooze = &s
		return nil
	})
}

// Wake ends a snooze.
func (l *Ledger) Wake(ctx context.Context, id, by string) error {
	return l.decide(ctx, id, by, EventWoken, nil, func(_ *Tx, f *Finding) error {
		if f.Snooze == nil {
			return fmt.Errorf("the finding %s is not put off", id)
		}
		f.Snooze = nil
		return nil
	})
}

// Approve adds a person's word that the steps of a finding may be carried out. A person counts once, and who made the finding not at all: somebody else
// must have looked at it.
func (l *Ledger) Approve(ctx context.Context, id, by string) error {
	return l.decide(ctx, id, by, EventApproved, nil, func(tx *Tx, f *Finding) error {
		switch {
		case by == "":
			return errors.New("nobody knows who approves")
		case by == f.By:
			return fmt.Errorf("the finding %s was made by %s: somebody else must approve it", id, by)
		case slices.ContainsFunc(f.Approvals, func(a Approval) bool { return a.By == by }):
			return fmt.Errorf("%s has approved the finding %s already", by, id)
		}
		f.Approvals = append(f.Approvals, Approval{By: by, At: tx.at})
		return nil
	})
}

// Withdraw takes a person's approval back.
func (l *Ledger) Withdraw(ctx context.Context, id, by string) error {
	return l.decide(ctx, id, by, EventWithdrawn, nil, func(_ *Tx, f *Finding) error {
		n := len(f.Approvals)
		if f.Approvals = slices.DeleteFunc(f.Approvals, func(a Approval) bool { return a.By == by }); len(f.Approvals) == n {
			return fmt.Errorf("%s has not approved the finding %s", by, id)
		}
		return nil
	})
}

// ExemptionKey is the key of the exemption of a resource from a policy, empty for all. Those of a resource begin with its key for all.
func ExemptionKey(arn, policy string) string { return arn + " " + policy }

// Exempt keeps a resource out of a policy, or of all of them. The findings about it are written anew, so that who is about to act on one is refused.
func (l *Ledger) Exempt(ctx context.Context, e Exemption) error {
	return l.Update(ctx, func(tx *Tx) error {
		for f, err := range All[Finding](ctx, l, SortFinding, "") {
			if err != nil {
				return err
			}
			if !strings.EqualFold(f.Resource.ARN, e.ARN) {
				continue
			}
			now, err := Get[Finding](ctx, tx, SortFinding, f.ID)
			if err == nil {
				err = tx.Put(ctx, SortFinding, f.ID, now)
			}
			if err != nil && !errors.Is(err, ErrNone) {
				return err
			}
		}
		return errors.Join(tx.Put(ctx, SortExempt, ExemptionKey(e.ARN, e.Policy), e), tx.Log(e.By, EventExempted, e.ARN, e))
	})
}

// Unexempt ends an exemption.
func (l *Ledger) Unexempt(ctx context.Context, arn, policy, by string) error {
	return l.Update(ctx, func(tx *Tx) error {
		key := ExemptionKey(arn, policy)
		e, err := Get[Exemption](ctx, tx, SortExempt, key)
		if errors.Is(err, ErrNone) {
			return errors.New("there is no such exemption of " + arn)
		}
		return errors.Join(err, tx.Delete(ctx, SortExempt, key), tx.Log(by, EventUnexempted, arn, e))
	})
}
