package acts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/access"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A document is an IAM policy.
type document struct {
	Version   string
	Statement []statement
}

type statement struct {
	Sid, Effect      string
	Action, Resource []string
	Condition        map[string]map[string][]string `json:",omitempty"`
}

// allows are the policies for a family and the purposes, without an action of them.
func allows(t *testing.T, kind estate.Kind, without string, purposes ...access.Purpose) (policies []string, actions []string) {
	t.Helper()
	k, err := kinds.Get(kind)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := access.New(access.Options{Purposes: purposes, Kinds: []kinds.Kind{k}}).JSON(&text, access.Place{Partition: target.Partition, Account: target.Account}); err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(&text); d.More(); {
		var p document
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		var rest []statement
		for _, s := range p.Statement {
			actions = append(actions, s.Action...)
			if s.Action = slices.DeleteFunc(s.Action, func(a string) bool { return a == without }); len(s.Action) > 0 {
				rest = append(rest, s)
			}
		}
		p.Statement = rest
		policy, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		policies = append(policies, string(policy))
	}
	return policies, actions
}

// as has the caller be allowed what the policies say.
func as(policies []string) *world.World {
	w := furnished()
	w.Accounts[0].Keys = []world.Key{{AccessKeyID: "AKIAWARDEN", Principal: "arn:aws-us-gov:iam::111111111111:role/warden", Policies: policies}}
	return w
}

// goes carries a deed out, up to a number of calls, and undoes them where that can be. It says what kept it from that.
func (s *stage) goes(t *testing.T, d deed, calls int) error {
	t.Helper()
	r, found := s.find(t, d.kind, arn(d.on))
	if !found {
		return fmt.Errorf("%s is not listed", d.on)
	}
	a := action(t, d.kind, d.ask.Action)
	var made []kinds.Made
	for state := kinds.Send; len(made) < calls && (state == kinds.Send || state == kinds.Wait); {
		m, err := a.Next(t.Context(), s.hand(r, d.ask, time.Time{}))
		if err != nil {
			return err
		}
		if state = m.State; state == kinds.Wait {
			s.pass(30 * time.Second)
		}
		if state == kinds.Send {
			made = append(made, kinds.Made{Operation: m.Operation, Resource: m.Resource, Saved: m.Saved})
			if err := m.Send(t.Context()); err != nil {
				return err
			}
		}
	}
	if d.final && len(made) == len(d.sends) {
		return nil
	}
	for _, call := range slices.Backward(made) {
		for state := kinds.Send; state == kinds.Send || state == kinds.Wait; {
			m, err := a.Back(t.Context(), s.hand(r, d.ask, time.Time{}), call)
			if err != nil {
				return err
			}
			if state = m.State; state == kinds.Refuse {
				return fmt.Errorf("undoing %s: %s", call.Operation, m.Why)
			}
			if state == kinds.Wait {
				s.pass(30 * time.Second)
			}
			if state == kinds.Send {
				if err := m.Send(t.Context()); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// TestPrintedPermissionsAreEnoughAndNoneIsInVain: with what iam --for scan,enforce prints for a family, every action of it is carried out and
// undone in an organization that enforces policies; without any one of the permissions for that, one is not.
func TestPrintedPermissionsAreEnoughAndNoneIsInVain(t *testing.T) {
	byKind := map[estate.Kind][]deed{}
	for _, d := range deeds {
		byKind[d.kind] = append(byKind[d.kind], d)
	}
	for kind, all := range byKind {
		t.Run(string(kind), func(t *testing.T) {
			// What every family has goes on its resources, too.
			on := all[0].on
			all = append(all, deed{kind: kind, on: on, ask: estate.Ask{Action: "tag", Tags: map[string]string{"seen": "yes"}}}, deed{kind: kind, on: on, ask: estate.Ask{Action: "snapshot-config"}, final: true})
			// A deletion that nothing undoes is undone as long as it has not come to its end.
			fails := func(policies []string, d deed) error {
				err := onStage(t, as(policies)).goes(t, d, most)
				if err == nil && d.final {
					err = onStage(t, as(policies)).goes(t, d, len(d.sends)-1)
				}
				if w := as(policies); err == nil { // the first target of all takes a role
					region(w).Scalings, region(w).Alarms = nil, nil
					err = onStage(t, w).goes(t, d, most)
				}
				return err
			}
			policies, granted := allows(t, kind, "", access.Scan, access.Enforce)
			for _, d := range all {
				if err := fails(policies, d); err != nil {
					t.Errorf("%s %s: %v", d.ask.Action, d.on, err)
				}
			}
			_, reads := allows(t, kind, "", access.Scan)
			for _, permission := range slices.Compact(slices.Sorted(slices.Values(granted))) {
				if slices.Contains(reads, permission) {
					continue
				}
				less, _ := allows(t, kind, permission, access.Scan, access.Enforce)
				if !slices.ContainsFunc(all, func(d deed) bool { return fails(less, d) != nil }) {
					t.Errorf("%s is granted in vain", permission)
				}
			}
		})
	}
}
