package stops

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/notify"
	"github.com/sagewarden/sagewarden/internal/policy"
	"github.com/sagewarden/sagewarden/internal/remediate"
	"github.com/sagewarden/sagewarden/internal/server"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// live has policies run by themselves for a time, every so often, while people come and go.
func (s *stage) live(ctx context.Context, lasts, every time.Duration) error {
	loop := &server.Loop{
		Ledger: s.ledger, Node: "node", Every: every, Log: slog.New(slog.DiscardHandler), Watch: server.NewWatch(s.now),
		Load: func(context.Context) (*policy.Set, error) { return s.set, nil },
		Open: func(_ context.Context, o server.Order) (*server.Bench, error) { return s.bench(o), nil },
		Wait: func(ctx context.Context, _ time.Duration) error { <-ctx.Done(); return ctx.Err() },
	}
	end := s.now().Add(lasts)
	for s.now().Before(end) {
		began := s.now()
		next, err := loop.Once(ctx)
		if err != nil {
			return err
		}
		s.ended()
		s.watch(every)
		if err := s.approve(ctx); err != nil {
			return err
		}
		next = world.Later(next, began.Add(every))
		if err := s.comeBack(ctx, next); err != nil {
			return err
		}
		s.until(next)
	}
	s.tally.close(s.things)
	return nil
}

// bench is what one run works with.
func (s *stage) bench(o server.Order) *server.Bench {
	e := s.engine()
	e.Set, e.Follow = o.Set, o.Follow
	return &server.Bench{Engine: e, Office: s.office, Post: s.post(), Scan: func(ctx context.Context) (*estate.Snapshot, error) {
		snap, err := s.scan(ctx)
		s.pass(scanTakes)
		return snap, err
	}}
}

func (s *stage) post() *notify.Post {
	return &notify.Post{Ledger: s.ledger, Channels: map[string]notify.Channel{"chat": deaf{}}, Directory: s.office.Directory(), Jitter: func() float64 { return 0 }, By: worker}
}

// Who works, and who approves.
const (
	worker   = "arn:aws:sts::111111111111:assumed-role/sagewarden/node"
	approver = "arn:aws:iam::111111111111:user/ana"
)

// deaf takes every notice.
type deaf struct{}

// Send takes it.
func (deaf) Send(context.Context, notify.Message) error { return nil }

// look begins the last look at a thing: the adversary's moment.
func (s *stage) look(ctx context.Context, arn string) error {
	t := s.things[arn]
	if t == nil {
		return fmt.Errorf("%s is not of this world", arn)
	}
	if s.step == nil || s.step.thing != t {
		s.ended()
		begun := false
		if len(t.down) > 0 { // else nothing was ever begun
			var err error
			if _, begun, err = s.underway(ctx, arn); err != nil {
				return err
			}
		}
		if s.step = s.attempts(t, begun, s.now()); s.step.trick == between {
			s.comes(s.step, s.now().Add(-s.step.lead))
		}
	}
	s.step.looked = s.now()
	return nil
}

// ended counts the attempt that is over.
func (s *stage) ended() {
	if s.step != nil {
		s.tally.attempt(s.step)
	}
	s.step = nil
}

// stopped holds a stop that has just come true against the truth.
func (s *stage) stopped(ctx context.Context) error {
	f, begun, err := s.underway(ctx, s.step.arn)
	if err != nil || !begun {
		return cmp.Or(err, fmt.Errorf("%s was stopped, and no finding is under way", s.step.arn))
	}
	now := s.now()
	s.step.done = true
	s.tally.stop(s.step, f.First, limits[f.Policy], now)
	s.step.stop(now, f.Underway)
	if s.step.trick == middle {
		s.comes(s.step, now.Add(time.Second))
	}
	return nil
}

// underway is the finding whose step has begun on a resource.
func (s *stage) underway(ctx context.Context, arn string) (f ledger.Finding, begun bool, err error) {
	for f, err := range ledger.All[ledger.Finding](ctx, s.ledger, ledger.SortFinding, "") {
		if err != nil || f.Resource.ARN == arn && f.Underway != "" {
			return f, err == nil, err
		}
	}
	return ledger.Finding{}, false, nil
}

// limits are how long the packs' policies want what they take away to have been idle.
var limits = map[string]time.Duration{
	"studio-apps-idle": 2 * time.Hour, "notebook-instances-idle": 2 * time.Hour, "idle-outside-office-hours": 2 * time.Hour, "endpoints-silent": 14 * 24 * time.Hour,
}

// approve gives every finding the word that it waits for.
func (s *stage) approve(ctx context.Context) error {
	for f, err := range ledger.All[ledger.Finding](ctx, s.ledger, ledger.SortFinding, "") {
		if err != nil {
			return err
		}
		i := slices.IndexFunc(s.set.Policies, func(p *policy.Policy) bool { return p.Name == f.Policy })
		if i < 0 || f.Approvers(nil) >= s.set.Policies[i].Approvals {
			continue
		}
		if err := s.ledger.Approve(ctx, f.ID, approver); err != nil {
			return err
		}
	}
	return nil
}

// comeBack has everybody who wants to use before an instant what is stopped get it back, at once.
func (s *stage) comeBack(ctx context.Context, before time.Time) error {
	type wish struct {
		*thing
		at time.Time
	}
	var all []wish
	for _, t := range s.things {
		if t.receipt == "" {
			continue
		}
		// Not before it is down: whoever wants it sooner tries again until then.
		if at, back := t.returns(t.down[len(t.down)-1].From, before); back {
			all = append(all, wish{t, world.Later(at, t.down[len(t.down)-1].From.Add(settles))})
		}
	}
	slices.SortFunc(all, func(a, b wish) int { return cmp.Or(a.at.Compare(b.at), strings.Compare(a.arn, b.arn)) })
	for _, r := range all {
		s.until(r.at)
		if err := s.restart(ctx, r.thing); err != nil {
			return fmt.Errorf("%s does not come back: %w", r.arn, err)
		}
	}
	return nil
}

// restart has a thing run again: apps and notebook instances as people start them, endpoints by undoing what has deleted them.
func (s *stage) restart(ctx context.Context, t *thing) error {
	if t.again != nil {
		i := slices.IndexFunc(s.sessions, func(c *cloud.Session) bool { return strings.HasPrefix(t.arn, c.Target().SageMakerARN("")) })
		t.restart(s.now())
		return t.again(ctx, s.sessions[i].SageMaker())
	}
	back, err := s.engine().Undo(ctx, t.receipt)
	if err != nil {
		return err
	}
	switch u := back[len(back)-1]; u.Outcome {
	case remediate.Done:
		t.restart(s.now())
	case remediate.Underway:
	default:
		return fmt.Errorf("%s: %s", u.Outcome, u.Why)
	}
	return nil
}

// settles is how long AWS takes at most to stop something.
const settles = 5 * time.Minute

// watch counts what the last scan saw, as of now.
func (s *stage) watch(every time.Duration) {
	for _, o := range s.snap.Observations {
		if t := s.things[o.Resource.ARN]; t != nil {
			s.tally.hour(t, o, s.snap.At, every)
		}
	}
}
