package kinds

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A deed is an action that is one call, sent once the resource is in a state that takes it, and waited for.
type deed struct {
	look Look
	call call
	// from are the statuses that take the call, while those in which AWS is at it or at something else that ends by itself, over those in
	// which what was asked for is so. In any other it is refused. A family without statuses always takes the call.
	from, while, over []string
	// ends says that what is gone is done: a deletion, or the stop of what runs once.
	ends bool
	// data is what goes with the resource for good, so that the call is only sent where the policy says that it may; nil for nothing.
	data func(*sight) string
	// more holds the call back for what the status does not tell; nil for nothing. A zero Move lets it pass.
	more func(*sight) Move
	// tagged says that the resource goes with its tags, which are saved to make it again. What could not be, for a secret in it, is refused.
	tagged bool
}

// holds is the data that goes with whatever is deleted.
func holds(data string) func(*sight) string { return func(*sight) string { return data } }

func (d deed) next(ctx context.Context, h *Hand) (Move, error) {
	return d.move(ctx, h, h.Resource.Created)
}

// back is the deed as what undoes a call on the resource that was made when the saved one was.
func (d deed) back(ctx context.Context, h *Hand, made Made) (Move, error) {
	created, err := savedCreation(made)
	if err != nil {
		return Move{}, unread(h, made, err)
	}
	return d.move(ctx, h, created)
}

// savedCreation is when the resource was made that was saved with a call.
func savedCreation(made Made) (time.Time, error) {
	var s struct {
		Was struct{ CreationTime json.Number }
	}
	if err := json.Unmarshal(made.Saved, &s); err != nil {
		return time.Time{}, err
	}
	seconds, err := s.Was.CreationTime.Float64()
	return time.UnixMilli(int64(seconds * 1e3)).UTC(), err
}

// unread says that what was saved with a call cannot be read.
func unread(h *Hand, made Made, err error) error {
	return &estate.Error{Op: "read what was saved before " + made.Operation, On: h.Resource.ARN, Err: err, Hint: "the receipt was not written by this program, or something cut it"}
}

// move is the next one on the way to the deed's end, for the resource that was made at the instant.
func (d deed) move(ctx context.Context, h *Hand, created time.Time) (Move, error) {
	s, m, err := d.ready(ctx, h, created)
	if err != nil || m.State != "" {
		return m, err
	}
	var more saved
	if d.tagged {
		if more.Tags, err = h.tagsOf(ctx, &h.Resource.ARN); err != nil {
			return Move{}, err
		}
	}
	was, secrets, err := s.save(more)
	if d.tagged && len(secrets) > 0 && !h.Ask.Data {
		return secret("it", secrets[0]), nil
	}
	return Move{State: Send, Operation: d.call.operation, Resource: h.Resource.ARN, Saved: was, Send: func(ctx context.Context) error {
		return d.call.send(ctx, h.SageMaker, h.Resource)
	}}, err
}

// ready looks whether the call can be sent. A move that is not zero is what comes instead.
func (d deed) ready(ctx context.Context, h *Hand, created time.Time) (*sight, Move, error) {
	s, err := d.look.at(ctx, h)
	if err != nil {
		return nil, Move{}, err
	}
	return s, d.instead(s, h, created), nil
}

// instead is what comes instead of the call, zero for nothing.
func (d deed) instead(s *sight, h *Hand, created time.Time) Move {
	switch {
	case s == nil && d.ends:
		return done("it is gone")
	case s == nil:
		return refuse("it is gone")
	case !s.bears(created):
		return another(s)
	case slices.Contains(d.over, s.status):
		return done("it is %s", s.status)
	case slices.Contains(d.while, s.status):
		return wait("it is %s", s.status)
	case len(d.from) > 0 && !slices.Contains(d.from, s.status):
		return refuse("it is %s, which does not take %s", s.status, d.call.operation)
	}
	if d.data != nil && !h.Ask.Data {
		if data := d.data(s); data != "" {
			return refuse("it would take %s along, and the policy does not say that its data may go", data)
		}
	}
	if d.more != nil {
		return d.more(s)
	}
	return Move{}
}

// Statuses of jobs, as most of them are written.
var (
	jobRuns  = []string{"InProgress"}
	jobStops = []string{"Stopping"}
	jobEnded = []string{"Completed", "Failed", "Stopped"}
)

// stopsJob is the action that stops a job, which runs once: nothing undoes it. One that has ended meanwhile needs no stop.
func stopsJob(look Look, stop call, loses string) Action {
	return deed{look: look, call: stop, from: jobRuns, while: jobStops, over: jobEnded, ends: true}.action("stop", loses)
}

// deletes is the action that deletes an entry that has no status.
func deletes(look Look, call call) Action {
	return deed{look: look, call: call, ends: true, tagged: true}.action("delete", "")
}

// action is the deed as what nothing undoes.
func (d deed) action(name, loses string) Action {
	a := Action{Name: name, Operations: []string{d.look.Operation, d.call.operation}, Loses: loses, Next: d.next}
	if d.tagged {
		a.Operations = append(a.Operations, listTags)
	}
	return a
}

// undone is the action with the deed that undoes it.
func (a Action) undone(undo string, by deed) Action {
	return a.undoneBy(undo, by.back, by.look.Operation, by.call.operation)
}

// undoneBy is the action with what undoes it, and the operations for that.
func (a Action) undoneBy(undo string, back func(context.Context, *Hand, Made) (Move, error), operations ...string) Action {
	a.Undo, a.Back, a.UndoOperations = undo, back, operations
	return a
}
