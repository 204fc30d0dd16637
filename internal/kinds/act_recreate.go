package kinds

import (
	"context"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/smithy-go"
)

// A recreation makes a resource again that was deleted, from the answer D that was saved, by the input I.
type recreation[D, I any] struct {
	look   Look
	create maker[I]
	// while are the statuses in which it is on its way, or the one before it is.
	while []string
	// fill sets the members of the input that the answer calls otherwise; nil for none.
	fill func(*I, *D)
	// rested reports whether it was at rest, to which the deed brings it again; nil where nothing rests.
	rested func(*D) bool
	rest   deed
}

// A maker is a call that makes a resource.
type maker[I any] struct {
	operation string
	send      func(context.Context, *sagemaker.Client, *I) error
}

// creates is the maker by an operation of the SDK.
func creates[I, O any](create verb[I, O]) maker[I] {
	return maker[I]{operation[I](), func(ctx context.Context, c *sagemaker.Client, in *I) error {
		_, err := create(c, ctx, in, onceSageMaker)
		return err
	}}
}

// move is the one that makes the hand's resource.
func (m maker[I]) move(h *Hand, in *I) Move {
	return Move{State: Send, Operation: m.operation, Resource: h.Resource.ARN, Send: func(ctx context.Context) error { return m.send(ctx, h.SageMaker, in) }}
}

// undoes is a deletion that the recreation undoes.
func (r recreation[D, I]) undoes(a Action) Action {
	if r.rested != nil {
		return a.undoneBy("create it again as it was saved, and stop it where it was stopped", r.back, r.look.Operation, r.create.operation, r.rest.call.operation)
	}
	return a.undoneBy("create it again as it was saved", r.back, r.look.Operation, r.create.operation)
}

// input is what makes the resource that the answer describes, but for its tags.
func (r recreation[D, I]) input(was *D) *I {
	in := new(I)
	transcribe(in, was)
	if r.fill != nil {
		r.fill(in, was)
	}
	return in
}

// back makes the resource again, unless the name has a bearer: then that is like what was deleted, or is left alone.
func (r recreation[D, I]) back(ctx context.Context, h *Hand, made Made) (Move, error) {
	was := new(D)
	saved, err := restore(made.Saved, any(was).(smithy.Deserializable))
	if err != nil {
		return Move{}, unread(h, made, err)
	}
	created, err := savedCreation(made)
	if err != nil {
		return Move{}, unread(h, made, err)
	}
	s, err := r.look.at(ctx, h)
	if err != nil {
		return Move{}, err
	}
	in := r.input(was)
	switch {
	case s != nil && slices.Contains(r.while, s.status):
		return wait("it is %s", s.status), nil
	case s != nil && s.bears(created):
		return done("it was not deleted"), nil
	case s != nil && reflect.DeepEqual(in, r.input(any(s.out).(*D))) && r.rested != nil && r.rested(was):
		return r.rest.move(ctx, h, s.created)
	case s != nil && reflect.DeepEqual(in, r.input(any(s.out).(*D))):
		return done("it is there again as it was"), nil
	case s != nil:
		return another(s), nil
	}
	if m, lost := saved.lost(); lost {
		return m, nil
	}
	reflect.ValueOf(in).Elem().FieldByName("Tags").Set(reflect.ValueOf(asTags(saved.Tags)))
	return r.create.move(h, in), nil
}
