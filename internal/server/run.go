package server

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/notify"
	"github.com/sagewarden/sagewarden/internal/notify/link"
	"github.com/sagewarden/sagewarden/internal/policy"
	"github.com/sagewarden/sagewarden/internal/remediate"
)

// A Bench is what one run works with: sessions and a clock of its own, and what was read anew.
type Bench struct {
	*remediate.Engine
	Office *notify.Office
	Post   *notify.Post
	// Scan looks at all that the policies are about.
	Scan func(context.Context) (*estate.Snapshot, error)
	// Calls are what was asked of AWS so far.
	Calls func() []cloud.OperationStats
	// Close ends what the bench holds; nil holds nothing.
	Close func() error
}

func (b *Bench) close() error {
	if b.Close == nil {
		return nil
	}
	return b.Close()
}

// errInterrupted says that a run ended before it had seen everything.
var errInterrupted = errors.New("interrupted while it was looking: nothing was planned or done")

// A Run is what became of one.
type Run struct {
	Settled []ledger.Receipt
	Plan    *remediate.Plan
	Told    *remediate.Announced
	Results []remediate.Result
	// Findings and Notices are those that stand afterwards.
	Findings []ledger.Finding
	Notices  []ledger.Notice
	Halted   bool
	Calls    []cloud.OperationStats
}

// run settles what earlier runs have left, looks, plans, tells and acts.
func (b *Bench) run(ctx context.Context, log *slog.Logger) (*Run, error) {
	var r Run
	var err error
	if r.Settled, err = b.Settle(ctx); err != nil {
		return nil, err
	}
	for _, s := range r.Settled {
		log.Warn(remediate.SettledLine(s))
	}
	snap := &estate.Snapshot{At: b.Now()}
	if len(b.Set.Policies) > 0 { // without any, there are notices to deliver all the same
		if snap, err = b.Scan(ctx); err != nil {
			return nil, err
		}
	}
	if snap.Interrupted {
		return nil, errInterrupted
	}
	if r.Plan, err = b.Plan(ctx, snap, b.Post.By); err != nil {
		return nil, err
	}
	if r.Told, err = b.Announce(ctx, r.Plan, b.Office, b.Post); err != nil {
		return nil, err
	}
	for _, n := range r.Told.Undelivered {
		log.Error("not told", "to", n.To, "channel", n.Channel, "notice", n.ID, "why", n.Trouble)
	}
	for _, g := range r.Told.Gaps {
		log.Error("not told", "to", g.To, "finding", g.Finding, "why", g.Why)
	}
	b.Tell = func(res remediate.Result) {
		level := slog.LevelInfo
		if res.Outcome.Wrong() {
			level = slog.LevelError
		}
		log.Log(ctx, level, "step", "outcome", res.Outcome, "action", res.Ask.Action, "resource", res.Finding.Resource.ARN, "policy", res.Finding.Policy, "finding", res.Finding.ID,
			"receipt", res.Receipt, "why", res.Why)
	}
	r.Results = b.Apply(ctx, r.Plan.Due())
	return &r, b.after(context.WithoutCancel(ctx), &r)
}

// after clears what is over, and reads what stands after the run.
func (b *Bench) after(ctx context.Context, r *Run) (err error) {
	if err := link.Clear(ctx, b.Ledger); err != nil {
		return err
	}
	if _, r.Findings, err = recall(ctx, b.Ledger); err != nil {
		return err
	}
	if r.Notices, err = notify.Notices(ctx, b.Ledger); err != nil {
		return err
	}
	halt, err := b.Ledger.Halted(ctx)
	r.Halted = halt != nil
	if b.Calls != nil {
		r.Calls = b.Calls()
	}
	return err
}

// words are the run in figures, for the log.
func (r *Run) words() []any {
	count := func(s remediate.Status) (n int) {
		for _, i := range r.Plan.Items {
			if i.Status == s {
				n++
			}
		}
		return n
	}
	wrong := 0
	for _, res := range r.Results {
		if res.Outcome.Wrong() {
			wrong++
		}
	}
	return []any{"findings", len(r.Findings), "due", count(remediate.Due), "held", count(remediate.Held), "later", count(remediate.Later), "acted", len(r.Results), "wrong", wrong,
		"told", r.Told.Delivered, "holes", len(r.Plan.Coverage), "halted", r.Halted}
}

// pick are the policies of those names, in the order of the set.
func pick(set *policy.Set, names []string) (*policy.Set, error) {
	some := &policy.Set{}
	for _, p := range set.Policies {
		if slices.Contains(names, p.Name) {
			some.Policies = append(some.Policies, p)
		}
	}
	for _, n := range names {
		if !slices.ContainsFunc(some.Policies, func(p *policy.Policy) bool { return p.Name == n }) {
			return nil, &estate.Error{Op: "run", On: n, Err: errors.New("there is no such policy"), Hint: "sagewarden policy explain names those that are configured"}
		}
	}
	return some, nil
}
