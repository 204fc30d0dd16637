package acts

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// A deed is an action on a resource of the furnished world.
type deed struct {
	name string
	kind estate.Kind
	on   string
	ask  estate.Ask
	// sends are the calls that it takes, in order.
	sends []string
	// final says that nothing undoes the last of them.
	final bool
}

var deeds = []deed{
	{"an app is stopped", "studio-app", "app/d-1/lab/jupyterlab/default", estate.Ask{Action: "stop"}, []string{"DeleteApp"}, false},
	{"an app of a profile is stopped", "studio-app", "app/d-1/ann/kernelgateway/kg", estate.Ask{Action: "stop"}, []string{"DeleteApp"}, false},
	{"a space is deleted with its apps", "studio-space", "space/d-1/lab", estate.Ask{Action: "delete", Data: true}, []string{"DeleteApp", "DeleteSpace"}, false},
	{"a profile is deleted with its apps and spaces", "user-profile", "user-profile/d-1/ann", estate.Ask{Action: "delete", Data: true},
		[]string{"DeleteApp", "DeleteSpace", "DeleteApp", "DeleteUserProfile"}, false},
	{"a profile that owns nothing is deleted", "user-profile", "user-profile/d-2/cleo", estate.Ask{Action: "delete"}, []string{"DeleteUserProfile"}, false},
	{"a domain is deleted with all that is in it", "studio-domain", "domain/d-1", estate.Ask{Action: "delete", Data: true},
		[]string{"DeleteSpace", "DeleteApp", "DeleteSpace", "DeleteApp", "DeleteApp", "DeleteUserProfile", "DeleteUserProfile", "DeleteDomain"}, true},
	{"a domain without spaces is deleted", "studio-domain", "domain/d-2", estate.Ask{Action: "delete"}, []string{"DeleteUserProfile", "DeleteDomain"}, true},
	{"a domain gets a limit", "studio-domain", "domain/d-1", estate.Ask{Action: "set-idle-shutdown", IdleMinutes: 90}, []string{"UpdateDomain"}, false},
	{"a profile gets a limit", "user-profile", "user-profile/d-1/ann", estate.Ask{Action: "set-idle-shutdown", IdleMinutes: 90}, []string{"UpdateUserProfile"}, false},
	{"a profile without settings gets a limit", "user-profile", "user-profile/d-1/ben", estate.Ask{Action: "set-idle-shutdown", IdleMinutes: 90}, []string{"UpdateUserProfile"}, false},
	{"a space gets a limit", "studio-space", "space/d-1/lab", estate.Ask{Action: "set-idle-shutdown", IdleMinutes: 90}, []string{"UpdateSpace"}, false},
	{"a space without settings gets a limit", "studio-space", "space/d-1/attic", estate.Ask{Action: "set-idle-shutdown", IdleMinutes: 90}, []string{"UpdateSpace"}, false},
	{"a notebook instance is stopped", "notebook-instance", "notebook-instance/nb", estate.Ask{Action: "stop"}, []string{"StopNotebookInstance"}, false},
	{"a notebook instance is started", "notebook-instance", "notebook-instance/off", estate.Ask{Action: "start"}, []string{"StartNotebookInstance"}, false},
	{"a notebook instance that runs is deleted", "notebook-instance", "notebook-instance/nb", estate.Ask{Action: "delete", Data: true},
		[]string{"StopNotebookInstance", "DeleteNotebookInstance"}, false},
	{"a notebook instance that was stopped is deleted", "notebook-instance", "notebook-instance/off", estate.Ask{Action: "delete", Data: true}, []string{"DeleteNotebookInstance"}, false},
	{"every variant is scaled", "endpoint", "endpoint/plain", estate.Ask{Action: "scale", Count: 1}, []string{"UpdateEndpointWeightsAndCapacities"}, false},
	{"one variant is scaled", "endpoint", "endpoint/plain", estate.Ask{Action: "scale", Part: "a", Count: 3}, []string{"UpdateEndpointWeightsAndCapacities"}, false},
	{"an asynchronous endpoint is scaled to nothing", "endpoint", "endpoint/queue", estate.Ask{Action: "scale", ToZero: true},
		[]string{"RegisterScalableTarget", "PutScalingPolicy", "PutMetricAlarm", "UpdateEndpointWeightsAndCapacities"}, false},
	{"an endpoint of components is scaled to nothing", "endpoint", "endpoint/packed", estate.Ask{Action: "scale", ToZero: true},
		[]string{"RegisterScalableTarget", "PutScalingPolicy", "PutMetricAlarm", "UpdateInferenceComponentRuntimeConfig",
			"RegisterScalableTarget", "PutScalingPolicy", "PutMetricAlarm", "UpdateInferenceComponentRuntimeConfig"}, false},
	{"an endpoint that scales by itself is deleted", "endpoint", "endpoint/plain", estate.Ask{Action: "delete"}, []string{"DeregisterScalableTarget", "DeleteEndpoint"}, false},
	{"an endpoint is deleted with its components", "endpoint", "endpoint/packed", estate.Ask{Action: "delete"},
		[]string{"DeregisterScalableTarget", "DeleteInferenceComponent", "DeleteInferenceComponent", "DeleteInferenceComponent", "DeleteEndpoint"}, false},
	{"a component is scaled", "inference-component", "inference-component/base", estate.Ask{Action: "scale", Count: 1}, []string{"UpdateInferenceComponentRuntimeConfig"}, false},
	{"a component is scaled to nothing", "inference-component", "inference-component/small", estate.Ask{Action: "scale", ToZero: true},
		[]string{"RegisterScalableTarget", "PutScalingPolicy", "PutMetricAlarm", "UpdateInferenceComponentRuntimeConfig"}, false},
	{"a component is deleted with its adapters", "inference-component", "inference-component/base", estate.Ask{Action: "delete"},
		[]string{"DeregisterScalableTarget", "DeleteInferenceComponent", "DeleteInferenceComponent"}, false},
	{"a configuration is deleted", "endpoint-config", "endpoint-config/old", estate.Ask{Action: "delete"}, []string{"DeleteEndpointConfig"}, false},
	{"a model is deleted", "model", "model/old", estate.Ask{Action: "delete"}, []string{"DeleteModel"}, false},
}

// most is more moves than any action takes.
const most = 300

// sender sends a move in the way that a test wants it sent.
type sender func(m kinds.Move) error

// plainly sends a move once.
func plainly(t *testing.T) sender {
	return func(m kinds.Move) error { return m.Send(t.Context()) }
}

// next is the next move of a deed. A resource that is not listed any more is gone.
func (s *stage) next(t *testing.T, d deed) kinds.Move {
	t.Helper()
	r, found := s.find(t, d.kind, arn(d.on))
	if !found {
		return kinds.Move{State: kinds.Done}
	}
	m, err := action(t, d.kind, d.ask.Action).Next(t.Context(), s.hand(r, d.ask, s.clock()))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// carry goes from move to move until the deed is done.
func (s *stage) carry(t *testing.T, d deed, send sender) (made []kinds.Made) {
	t.Helper()
	for range most {
		m := s.next(t, d)
		switch m.State {
		case kinds.Done:
			return made
		case kinds.Wait:
			s.pass(30 * time.Second)
		case kinds.Send:
			made = append(made, kinds.Made{Operation: m.Operation, Resource: m.Resource, Saved: m.Saved})
			if err := send(m); err != nil {
				t.Fatalf("%s of %s: %v", m.Operation, m.Resource, err)
			}
			if again := s.next(t, d); again.State == kinds.Send && again.Operation == m.Operation && again.Resource == m.Resource {
				t.Fatalf("%s of %s was sent and comes next again", m.Operation, m.Resource)
			}
		default:
			t.Fatalf("%s: %s", m.State, m.Why)
		}
	}
	t.Fatal("it never ends")
	return nil
}

// back is the next move that undoes a call.
func (s *stage) back(t *testing.T, d deed, made kinds.Made) kinds.Move {
	t.Helper()
	// What undoes knows no more of the resource than its receipt does.
	hand := s.hand(estate.Resource{ARN: arn(d.on), Kind: d.kind, Target: target}, d.ask, time.Time{})
	m, err := action(t, d.kind, d.ask.Action).Back(t.Context(), hand, made)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// undo undoes calls, the newest first.
func (s *stage) undo(t *testing.T, d deed, made []kinds.Made, send sender) {
	t.Helper()
	for _, call := range slices.Backward(made) {
		s.undoOne(t, d, call, send)
	}
}

func (s *stage) undoOne(t *testing.T, d deed, call kinds.Made, send sender) {
	t.Helper()
	for range most {
		m := s.back(t, d, call)
		switch m.State {
		case kinds.Done:
			return
		case kinds.Wait:
			s.pass(30 * time.Second)
		case kinds.Send:
			if err := send(m); err != nil {
				t.Fatalf("undoing %s: %s of %s: %v", call.Operation, m.Operation, m.Resource, err)
			}
			if again := s.back(t, d, call); again.State == kinds.Send && again.Operation == m.Operation && again.Resource == m.Resource {
				t.Fatalf("undoing %s: %s of %s was sent and comes next again", call.Operation, m.Operation, m.Resource)
			}
		default:
			t.Fatalf("undoing %s: %s: %s", call.Operation, m.State, m.Why)
		}
	}
	t.Fatalf("undoing %s never ends", call.Operation)
}

// TestUndoingLeavesTheWorldAsItWas: every action, and back. What is asked again after each call is another move, so that whoever crashed right
// after a call, or lost its answer, goes on from there.
func TestUndoingLeavesTheWorldAsItWas(t *testing.T) {
	for _, d := range deeds {
		t.Run(d.name, func(t *testing.T) {
			s := onStage(t, furnished())
			before := s.portrait(t)
			made := s.carry(t, d, plainly(t))
			var sent []string
			for _, m := range made {
				sent = append(sent, last(m.Operation))
			}
			if diff := cmp.Diff(d.sends, sent); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			if cmp.Equal(before, s.portrait(t)) {
				t.Error("nothing has changed")
			}
			if d.final {
				if m := s.back(t, d, made[len(made)-1]); m.State != kinds.Refuse {
					t.Errorf("the last call is undone: %+v", m)
				}
				return
			}
			s.undo(t, d, made, plainly(t))
			if diff := cmp.Diff(before, s.portrait(t)); diff != "" {
				t.Errorf("the world is another one (-before +after):\n%s", diff)
			}
			for _, call := range made {
				if m := s.back(t, d, call); m.State != kinds.Done {
					t.Errorf("what is undone would be undone again: %+v", m)
				}
			}
		})
	}
}

// TestABrokenOffDeletionIsUndone: a domain whose deletion stopped halfway gets back what it had.
func TestABrokenOffDeletionIsUndone(t *testing.T) {
	for _, d := range deeds {
		for n := 1; n < len(d.sends); n++ {
			t.Run(fmt.Sprintf("%s, %d of %d calls", d.name, n, len(d.sends)), func(t *testing.T) {
				s := onStage(t, furnished())
				before := s.portrait(t)
				var made []kinds.Made
				for len(made) < n {
					m := s.next(t, d)
					if m.State == kinds.Wait {
						s.pass(30 * time.Second)
						continue
					}
					made = append(made, kinds.Made{Operation: m.Operation, Resource: m.Resource, Saved: m.Saved})
					if err := m.Send(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				s.undo(t, d, made, plainly(t))
				if diff := cmp.Diff(before, s.portrait(t)); diff != "" {
					t.Errorf("the world is another one (-before +after):\n%s", diff)
				}
			})
		}
	}
}

// harmless are the calls that are the same however often they are sent.
var harmless = []string{"UpdateDomain", "UpdateUserProfile", "UpdateSpace", "RegisterScalableTarget", "PutScalingPolicy", "PutScheduledAction", "PutMetricAlarm", "DeleteTags"}

// twice sends a move as two runs do that have worked it out at once: the second is refused, or does nothing more.
func twice(t *testing.T) sender {
	return func(m kinds.Move) error {
		if err := m.Send(t.Context()); err != nil {
			return err
		}
		if err := m.Send(t.Context()); err == nil && !slices.Contains(harmless, last(m.Operation)) {
			return fmt.Errorf("%s was done twice", m.Operation)
		}
		return nil
	}
}

// TestTwoRunsAtOnceDoEachCallOnce: both ways.
func TestTwoRunsAtOnceDoEachCallOnce(t *testing.T) {
	for _, d := range deeds {
		t.Run(d.name, func(t *testing.T) {
			s, alone := onStage(t, furnished()), onStage(t, furnished())
			before := s.portrait(t)
			made := s.carry(t, d, twice(t))
			alone.carry(t, d, plainly(t))
			if diff := cmp.Diff(alone.portrait(t), s.portrait(t)); diff != "" {
				t.Errorf("two runs make another world (-one +two):\n%s", diff)
			}
			if d.final {
				return
			}
			s.undo(t, d, made, twice(t))
			if diff := cmp.Diff(before, s.portrait(t)); diff != "" {
				t.Errorf("the world is another one (-before +after):\n%s", diff)
			}
		})
	}
}
