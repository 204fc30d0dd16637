package action

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// TestUndoIsTheInverse: every action of every family, carried out and undone, leaves the region as it was, whether each call is sent once or
// twice. What an action refuses, it does not touch.
func TestUndoIsTheInverse(t *testing.T) {
	for _, k := range kinds.All() {
		for _, a := range covered(k) {
			for name, by := range map[string]way{"once": once, "twice": twice} {
				t.Run(string(k.Family().Name)+"/"+a.Name+"/"+name, func(t *testing.T) {
					t.Parallel()
					changed := map[string]int{}
					for _, r := range samples(t, k) {
						tryAction(t, in(t, r.account, r.region), k, a, r.Resource, by, changed)
					}
					if changed["done"] == 0 {
						t.Errorf("the action was never carried out: %v", changed)
					}
				})
			}
		}
	}
}

func tryAction(t *testing.T, s *stage, k kinds.Kind, a kinds.Action, r estate.Resource, by way, changed map[string]int) {
	t.Helper()
	ctx, ask := t.Context(), asks(a)
	all := s.list(t, k)
	before := s.configs(t, k, all)
	made, last, err := s.act(ctx, by, a, r, ask)
	if err != nil {
		t.Errorf("%s, %s: %v", r.Name, r.Status, err)
		return
	}
	changed[string(last.State)]++
	after := s.configs(t, k, all)
	switch {
	case len(made) == 0 && len(s.Mutations()) > 0:
		t.Errorf("%s, %s: %s (%s) has changed %v", r.Name, r.Status, last.State, last.Why, s.Mutations())
	case len(made) == 0:
		return
	case last.State != kinds.Done:
		t.Errorf("%s, %s ends with %s: %s", r.Name, r.Status, last.State, last.Why)
		return
	case cmp.Equal(before, after):
		t.Errorf("%s, %s: calls were sent, and nothing is otherwise", r.Name, r.Status)
	}
	for arn := range before {
		if arn != r.ARN && before[arn] != after[arn] {
			t.Errorf("%s: another was changed:\n%s", r.Name, cmp.Diff(before[arn], after[arn]))
		}
	}
	if a.Back == nil {
		return
	}
	if last, err = s.undo(ctx, by, a, r, ask, made); err != nil || last.State != kinds.Done {
		t.Errorf("undoing it for %s, %s: %s: %s, %v", r.Name, r.Status, last.State, last.Why, err)
		return
	}
	if diff := cmp.Diff(before, s.configs(t, k, all)); diff != "" {
		t.Errorf("%s, %s is not as it was (- before, + after):\n%s", r.Name, r.Status, diff)
	}
	// Undone, it has nothing to undo.
	calls := len(s.Mutations())
	s.now = s.now.Add(time.Minute)
	if last, err = s.undo(ctx, by, a, r, ask, made); err != nil || len(s.Mutations()) != calls {
		t.Errorf("undone twice, %s: %s: %s, %v", r.Name, last.State, last.Why, err)
	}
}

// TestEveryActionIsComplete: an action can be carried out, and one that says how it is undone can be.
func TestEveryActionIsComplete(t *testing.T) {
	for _, k := range kinds.All() {
		for _, a := range k.Family().Actions {
			if a.Next == nil || (a.Back == nil) != (a.Undo == "") || (a.Back == nil) != (len(a.UndoOperations) == 0) {
				t.Errorf("%s %s: carried out: %v; undone: %v, by %q with %v", k.Family().Name, a.Name, a.Next != nil, a.Back != nil, a.Undo, a.UndoOperations)
			}
		}
	}
}
