// Package step carries an action out as a policy's step: through the policy, the findings, the ledger and the engine, and back by undo. What is seen
// of the resource is its verdict, which is given: it is the way that is tried here, not the judging. The process may die on it.
package step

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/policy"
	"github.com/sagewarden/sagewarden/internal/remediate"
)

// A Step is an action on a resource, asked for by a policy.
type Step struct {
	// Session reaches the resource, Find lists it; ok is false where it is gone.
	Session *cloud.Session
	Find    func() (r estate.Resource, ok bool)
	Kind    kinds.Kind
	Ask     estate.Ask
	// Now is the time, and Pass lets it pass.
	Now  func() time.Time
	Pass func(time.Duration)

	died   bool
	store  ledger.Store
	ledger *ledger.Ledger
	set    *policy.Set
}

// ErrDied says that the process has died.
var ErrDied = errors.New("killed")

// mortal is a store whose process dies at a commit: before it, or when it is through.
type mortal struct {
	ledger.Store
	left  int
	after bool
}

func (m *mortal) Commit(ctx context.Context, c ledger.Change) error {
	m.left--
	if m.left == 0 && !m.after {
		panic(ErrDied)
	}
	err := m.Store.Commit(ctx, c)
	if m.left == 0 {
		panic(ErrDied)
	}
	return err
}

// Open begins with an empty ledger.
func (s *Step) Open(ctx context.Context) (err error) {
	if s.ledger, err = ledger.Open(ctx, "memory:", ledger.Environment{Now: s.Now}); err != nil {
		return err
	}
	s.store = s.ledger.Store
	form := map[string]any{}
	switch a := s.Ask; a.Action {
	case "scale":
		form["part"], form["toZero"] = a.Part, a.ToZero
		if !a.ToZero {
			form["count"] = a.Count
		}
	case "delete":
		form["data"] = a.Data
	case "set-idle-shutdown":
		form["idleFor"] = fmt.Sprintf("%dm", a.IdleMinutes)
	case "tag":
		for key, value := range a.Tags {
			form[key] = value
		}
	}
	text, err := yaml.Marshal(map[string]any{"policies": []any{map[string]any{
		"name": "all", "kind": string(s.Kind.Family().Name), "when": "true", "steps": []any{map[string]any{s.Ask.Action: form}},
	}}})
	if err != nil {
		return err
	}
	s.set, err = policy.Parse("step.yaml", string(text))
	return err
}

// look is a scan of the resource alone.
func (s *Step) look() *estate.Snapshot {
	t := s.Session.Target()
	snap := &estate.Snapshot{Version: estate.SnapshotVersion, At: s.Now(), Targets: []estate.Target{t},
		Coverage: []estate.Coverage{{Target: t, Operation: s.Kind.Family().Reads[0].Action, Outcome: estate.OutcomeSeen}}}
	if r, ok := s.Find(); ok {
		r.Tags = map[string]string{}
		snap.Observations = []*estate.Observation{{Resource: r, Verdict: estate.Verdict{State: estate.Idle, Confidence: estate.High, Open: true, Why: "given"}}}
	}
	return snap
}

// site looks as the step does, and acts for real.
type site struct {
	remediate.Place
	step *Step
}

func (s site) Look(context.Context, ledger.Subject) (*estate.Snapshot, error) {
	return s.step.look(), nil
}

// patience is how often a run waits for what takes its time: what is stuck ends no sooner.
const patience = 200

func (s *Step) engine() *remediate.Engine {
	waited := 0
	return &remediate.Engine{
		Ledger: s.ledger, Set: s.set, Guard: remediate.Guard{Enforce: true, Accounts: []string{s.Session.Target().Account}}, Now: s.Now,
		Site:  func(estate.Target) (remediate.Site, error) { return site{remediate.Place{Session: s.Session}, s}, nil },
		Pause: func(context.Context) bool { s.Pass(30 * time.Second); waited++; return waited < patience },
	}
}

// Died reports whether the process has died since it was made mortal last.
func (s *Step) Died() bool { return s.died }

// Mortal has the process die at the nth commit from now on, before it or after; 0 is never.
func (s *Step) Mortal(n int, after bool) {
	s.ledger.Store = s.store
	if n > 0 {
		s.died = false
		s.ledger.Store = &mortal{s.store, n, after}
	}
}

// Run is one run of apply. It is ErrDied where the process dies.
func (s *Step) Run(ctx context.Context) (r remediate.Result, err error) {
	defer s.caught(&err)
	e := s.engine()
	if _, err := e.Settle(ctx); err != nil {
		return r, err
	}
	p, err := e.Plan(ctx, s.look(), "test")
	if err != nil {
		return r, err
	}
	results := e.Apply(ctx, p.Due())
	if len(results) != 1 {
		return r, fmt.Errorf("%d results of %+v", len(results), p.Items)
	}
	return results[0], nil
}

// Undo is one run of undo, of the step's first receipt.
func (s *Step) Undo(ctx context.Context) (all []remediate.Undone, err error) {
	defer s.caught(&err)
	for r, err := range s.ledger.Receipts(ctx, time.Time{}, s.Now().Add(time.Hour)) {
		if err != nil {
			return nil, err
		}
		if r.Of == "" && r.Undoes == "" {
			return s.engine().Undo(ctx, r.ID)
		}
	}
	return nil, errors.New("there is no receipt")
}

func (s *Step) caught(err *error) {
	switch died := recover(); died {
	case nil:
	case ErrDied:
		*err, s.died = ErrDied, true
	default:
		panic(died)
	}
}

// Left is how many findings and intents the ledger has.
func (s *Step) Left(ctx context.Context) (findings, intents int, err error) {
	for _, err := range ledger.All[json.RawMessage](ctx, s.store, ledger.SortFinding, "") {
		if err != nil {
			return 0, 0, err
		}
		findings++
	}
	open, err := s.ledger.Unsettled(ctx)
	return findings, len(open), err
}

// Verify checks the chain of the history.
func (s *Step) Verify(ctx context.Context) error {
	_, err := s.ledger.Verify(ctx)
	return err
}
