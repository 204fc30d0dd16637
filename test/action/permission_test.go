package action

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/sagewarden/sagewarden/internal/access"
	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// TestPermissions: under the policy that is printed for a family, every action of it is carried out and undone, and without any one operation
// of those that this takes, something is not. The simulated organization enforces the policy.
func TestPermissions(t *testing.T) {
	for _, k := range kinds.All() {
		t.Run(string(k.Family().Name), func(t *testing.T) {
			t.Parallel()
			actions := covered(k)
			if denied := denials(t, k, actions, ""); len(denied) > 0 {
				t.Fatalf("under all that is printed: %v", denied)
			}
			for _, operation := range granted(k, actions) {
				if len(denials(t, k, actions, operation)) == 0 {
					t.Errorf("%s is granted, and nothing is denied without it", operation)
				}
			}
		})
	}
}

// granted are the operations that the actions take. Those of the family's other actions are not asked for here.
func granted(k kinds.Kind, actions []kinds.Action) []string {
	all := map[string]bool{}
	for _, s := range access.Statements(access.Options{Purposes: []access.Purpose{access.Enforce}, Kinds: []kinds.Kind{k}}) {
		for _, op := range s.Actions {
			all[op] = true
		}
	}
	if slices.Contains(elsewhere, k.Family().Name) {
		all = map[string]bool{}
		for _, a := range actions {
			for _, op := range slices.Concat(a.Operations, a.UndoOperations) {
				all[op] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// denials are the actions that cannot be carried out or undone under the printed policy but for one operation.
func denials(t *testing.T, k kinds.Kind, actions []kinds.Action, without string) (denied []string) {
	t.Helper()
	for _, r := range samples(t, k) {
		policies := printed(t, k, access.Place{Partition: r.Target.Partition, Account: r.Target.Account}, without)
		for _, a := range actions {
			s := in(t, r.account, r.region, policies...)
			made, _, err := s.act(t.Context(), once, a, r.Resource, asks(a))
			if err == nil && a.Back != nil {
				_, err = s.undo(t.Context(), once, a, r.Resource, asks(a), made)
			}
			switch {
			case err == nil:
			case cloud.Classify(err) != cloud.Denied:
				t.Errorf("%s %s without %s: %v", a.Name, r.Name, without, err)
			default:
				denied = append(denied, a.Name+" "+r.Name+": "+err.Error())
				if without != "" {
					return denied // one is enough
				}
			}
		}
	}
	return denied
}

// printed are the policies for scanning and acting on a family, but for one operation.
func printed(t *testing.T, k kinds.Kind, p access.Place, without string) (policies []string) {
	t.Helper()
	b := access.New(access.Options{Purposes: []access.Purpose{access.Scan, access.Enforce}, Kinds: []kinds.Kind{k}})
	for i := range b.Policies {
		for j := range b.Policies[i] {
			s := &b.Policies[i][j]
			s.Actions = slices.DeleteFunc(slices.Clone(s.Actions), func(op string) bool { return op == without })
		}
		b.Policies[i] = slices.DeleteFunc(b.Policies[i], func(s access.Statement) bool { return len(s.Actions) == 0 })
	}
	b.Policies = slices.DeleteFunc(b.Policies, func(all []access.Statement) bool { return len(all) == 0 })
	var text bytes.Buffer
	if err := b.JSON(&text, p); err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(strings.NewReader(text.String())); d.More(); {
		var policy json.RawMessage
		if err := d.Decode(&policy); err != nil {
			t.Fatal(err)
		}
		policies = append(policies, string(policy))
	}
	return policies
}
