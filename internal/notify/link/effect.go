package link

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
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

// races is how often somebody else may change a finding in the same moment before it is given up.
const races = 5

// Find is the finding of a grant, as long as the grant can have an effect on it.
func Find(ctx context.Context, store ledger.Store, g Grant) (ledger.Finding, error) {
	f, _, err := find(ctx, store, g)
	return f, err
}

func find(ctx context.Context, store ledger.Store, g Grant) (f ledger.Finding, version int64, err error) {
	if _, err := store.Get(ctx, ledger.SortLink, g.Nonce); !errors.Is(err, ledger.ErrNone) {
		return f, 0, cmp.Or(err, ErrSpent)
	}
	r, err := store.Get(ctx, ledger.SortFinding, g.Finding)
	if errors.Is(err, ledger.ErrNone) {
		return f, 0, ErrOver
	}
	if err == nil {
		err = json.Unmarshal(r.Body, &f)
	}
	if err == nil && !f.Closed.IsZero() {
		err = ErrOver
	}
	return f, r.Version, err
}

// Use does what a grant allows, once: the effect and the end of the link are one commit.
func Use(ctx context.Context, store ledger.Store, g Grant, now time.Time) error {
	for range races {
		f, version, err := find(ctx, store, g)
		if err != nil {
			return err
		}
		c, err := change(ctx, store, g, f, version, now)
		if err != nil {
			return err
		}
		if err = store.Commit(ctx, c); !errors.Is(err, ledger.ErrConflict) {
			return err
		}
	}
	return ledger.ErrConflict
}

// change is what a grant changes. The finding is part of it even where it stays as it is: what was planned by it is then planned anew.
func change(ctx context.Context, store ledger.Store, g Grant, f ledger.Finding, version int64, now time.Time) (c ledger.Change, err error) {
	var body any = f
	switch until := now.Add(g.For); g.Act {
	case Snooze:
		if f.Snooze == nil || f.Snooze.Until.Before(until) {
			f.Snooze = &ledger.Snooze{Until: until, By: g.To, Why: "by the link of a notice"}
		}
		body = f.Snooze
	case Keep:
		exemption, err := keep(ctx, store, g, f, until)
		if err != nil {
			return c, err
		}
		c.Records = append(c.Records, exemption)
		body = exemption.Body
	case Approve:
		if !slices.ContainsFunc(f.Approvals, func(a ledger.Approval) bool { return a.By == g.To }) {
			f.Approvals = append(slices.Clip(f.Approvals), ledger.Approval{By: g.To, At: now})
		}
		body = f.Approvals
	default:
		return c, ErrForged
	}
	finding, err := encode(ledger.SortFinding, f.ID, version, f)
	if err != nil {
		return c, err
	}
	spent, err := encode(ledger.SortLink, g.Nonce, 0, struct {
		Until time.Time `json:"until"`
	}{g.Until})
	if err != nil {
		return c, err
	}
	said, err := json.Marshal(body)
	c.Records = append(c.Records, finding, spent)
	c.Entries = []ledger.Entry{{At: now, By: g.To, Event: string(g.Act), Subject: f.ID, Body: said}}
	return c, err
}

// keep is the exemption of the finding's resource from its policy. One that is there already is never shortened.
func keep(ctx context.Context, store ledger.Store, g Grant, f ledger.Finding, until time.Time) (ledger.Record, error) {
	e := ledger.Exemption{ARN: f.Resource.ARN, Policy: f.Policy, Until: until, By: g.To, Why: "by the link of a notice"}
	r, err := store.Get(ctx, ledger.SortExempt, f.ID)
	if errors.Is(err, ledger.ErrNone) {
		return encode(ledger.SortExempt, f.ID, 0, e)
	}
	var old ledger.Exemption
	if err == nil {
		err = json.Unmarshal(r.Body, &old)
	}
	if err != nil || old.Until.IsZero() || old.Until.After(until) {
		return r, err
	}
	return encode(ledger.SortExempt, f.ID, r.Version, e)
}

func encode(sort, key string, version int64, v any) (ledger.Record, error) {
	body, err := json.Marshal(v)
	return ledger.Record{Sort: sort, Key: key, Version: version, Body: body}, err
}
