package kinds

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// A recreation makes a resource again that was deleted, from the answer D that was saved, by the input I.
type recreation[D, I any] struct {
	look   Look
	create maker[I]
	// while are the statuses in which it is on its way, or the one before it is.
	while []string
	// fill sets the members of the input that the answer calls otherwise; nil for none.
	fill func(*I, *D)
}

// A maker is a call that makes a resource.
type maker[I any] struct {
	operation string
	send      func(context.Context, *sagemaker.Client, *I) error
}

// creates is the maker by an operation of the SDK.
func creates[I, O any](create method[I, O]) maker[I] {
	return maker[I]{operation[I](), func(ctx context.Context, c *sagemaker.Client, in *I) error {
		_, err := create(c, ctx, in)
		return err
	}}
}

// undoes is a deletion that the recreation undoes.
func (r recreation[D, I]) undoes(a Action) Action {
	a.Undo, a.UndoOperations, a.Back = "create it again as it was saved", []string{r.look.Operation, r.create.operation}, r.back
	return a
}

// input is what makes the resource that the answer describes, but for its tags.
func (r recreation[D, I]) input(was *D) *I {
	in := new(I)
	restore(in, was)
	if r.fill != nil {
		r.fill(in, was)
	}
	return in
}

// back makes the resource again, unless the name has a bearer: then it is told whether that is like what was deleted.
func (r recreation[D, I]) back(ctx context.Context, h *Hand, made Made) (Move, error) {
	created, err := savedCreation(h, made)
	if err != nil {
		return Move{}, err
	}
	was, tags := new(D), struct{ Tags []types.Tag }{}
	for _, to := range []any{was, &tags} {
		if err := json.Unmarshal(made.Saved, to); err != nil {
			return Move{}, unread(h, made, err)
		}
	}
	in := r.input(was)
	s, err := r.look.at(ctx, h)
	switch {
	case err != nil:
		return Move{}, err
	case s != nil && slices.Contains(r.while, s.status):
		return Move{State: Wait, Why: "it is " + s.status}, nil
	case s != nil && s.bears(created):
		return Move{State: Done, Why: "it was not deleted"}, nil
	case s != nil && alike(in, r.input(s.out.(*D))):
		return Move{State: Done, Why: "it is there again as it was"}, nil
	case s != nil:
		return another(s), nil
	}
	reflect.ValueOf(in).Elem().FieldByName("Tags").Set(reflect.ValueOf(tags.Tags))
	return Move{State: Send, Operation: r.create.operation, Resource: h.Resource.ARN, Send: func(ctx context.Context) error {
		return failed(r.create.operation, h, r.create.send(ctx, h.SageMaker, in))
	}}, nil
}

// alike reports whether two inputs say the same.
func alike(a, b any) bool {
	one, err := json.Marshal(a)
	other, err2 := json.Marshal(b)
	return err == nil && err2 == nil && bytes.Equal(one, other)
}
