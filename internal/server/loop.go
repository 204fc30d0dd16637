// Package server has policies look by themselves: when, one run at a time on a ledger however many nodes share it, and what it tells of that.
package server

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/policy"
)

// settling is how long a node that stops may take to give its turn up.
const settling = 30 * time.Second

// soon is when what has failed, or was another node's turn, is tried again; sooner where Every is.
const soon = time.Minute

// A Loop runs policies when they are due.
type Loop struct {
	Ledger *ledger.Ledger
	// Node names this process among those that share the ledger.
	Node string
	// Every is how often policies without a schedule look.
	Every time.Duration
	// Load reads the policies, anew for each run.
	Load func(context.Context) (*policy.Set, error)
	// Open makes ready what one run works with.
	Open func(context.Context, Order) (*Bench, error)
	// Wait lets time pass, unless the context ends before.
	Wait func(context.Context, time.Duration) error
	Log  *slog.Logger
	// Watch is told of what happens.
	Watch *Watch

	// set are the policies that were read without a mistake last.
	set *policy.Set
}

// Serve runs policies until the context ends. What is under way then comes to its end, and nothing else begins. It returns an error only where the
// policies cannot be read at the beginning.
func (l *Loop) Serve(ctx context.Context) error {
	if err := l.read(ctx); err != nil {
		return err
	}
	for ended := ctx.Err() != nil; !ended; {
		next := l.turn(ctx)
		ended = l.Wait(ctx, next.Sub(l.Ledger.Now())) != nil
	}
	l.Log.Info("stopped", "node", l.Node)
	return nil
}

// turn runs what is due, and says when to come back.
func (l *Loop) turn(ctx context.Context) time.Time {
	next, err := l.Once(ctx)
	if err != nil && ctx.Err() == nil {
		return l.Ledger.Now().Add(min(soon, l.Every))
	}
	return next
}

// read reads the policies. With a mistake in them those that were read before stay.
func (l *Loop) read(ctx context.Context) error {
	set, err := l.Load(ctx)
	l.Watch.policies(err)
	switch {
	case err == nil:
		l.set = set
		return nil
	case l.set == nil:
		return err
	}
	l.Log.Error("the policies cannot be read: those from before stay", "error", err)
	return nil
}

// ErrBusy says that another node runs.
var ErrBusy = errors.New("another node is at work on this ledger")

// Once runs what is due now, once, and says when there is something next. The error is ErrBusy where it is another node's turn.
func (l *Loop) Once(ctx context.Context) (next time.Time, err error) {
	return l.alone(ctx, func(ctx context.Context) (time.Time, error) {
		if err := l.read(ctx); err != nil {
			return time.Time{}, err
		}
		last, findings, err := recall(ctx, l.Ledger)
		if err != nil {
			return time.Time{}, err
		}
		now := l.Ledger.Now()
		order, next := due(l.set, last, findings, l.Every, now)
		if err := l.run(ctx, order); err != nil || ctx.Err() != nil { // what was cut short is still due
			return next, err
		}
		return next, remember(ctx, l.Ledger, l.set, order.names(), now)
	})
}

// Named runs the policies of those names, whether they are due or not.
func (l *Loop) Named(ctx context.Context, names []string) error {
	_, err := l.alone(ctx, func(ctx context.Context) (time.Time, error) {
		if err := l.read(ctx); err != nil {
			return time.Time{}, err
		}
		set, err := pick(l.set, names)
		if err != nil {
			return time.Time{}, err
		}
		now := l.Ledger.Now()
		if err := l.run(ctx, Order{Set: set}); err != nil || ctx.Err() != nil {
			return time.Time{}, err
		}
		return time.Time{}, remember(ctx, l.Ledger, set, names, now)
	})
	return err
}

// alone does something while it is this node's turn.
func (l *Loop) alone(ctx context.Context, f func(context.Context) (time.Time, error)) (next time.Time, err error) {
	defer func() {
		if err != nil {
			l.Watch.failed(ctx, err)
		}
		if err != nil && !errors.Is(err, ErrBusy) {
			l.Log.Error("the run failed", "node", l.Node, "error", err)
		}
	}()
	mine, err := take(ctx, l.Ledger, l.Node)
	if err != nil {
		return next, err
	}
	if !mine {
		l.Log.Info("another node is at work", "node", l.Node)
		return next, ErrBusy
	}
	work, stop := context.WithCancel(ctx)
	kept := make(chan struct{})
	go func() {
		defer close(kept)
		l.keep(work, stop)
	}()
	next, err = f(work)
	stop()
	<-kept
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), settling)
	defer cancel()
	return next, errors.Join(err, giveUp(end, l.Ledger, l.Node))
}

// run carries an order out.
func (l *Loop) run(ctx context.Context, order Order) error {
	began := l.Ledger.Now()
	l.Log.Info("run begins", "node", l.Node, "policies", order.names())
	b, err := l.Open(ctx, order)
	if err != nil {
		return err
	}
	b.All = Order{Set: l.set}.names()
	r, err := b.run(ctx, l.Log)
	if err = errors.Join(err, b.close()); err != nil {
		return err
	}
	now := l.Ledger.Now()
	l.Watch.ran(r, order.Set, now, now.Sub(began))
	l.Log.Info("run ends", append([]any{"node", l.Node, "took", now.Sub(began).Round(time.Millisecond).String()}, r.words()...)...)
	return nil
}
