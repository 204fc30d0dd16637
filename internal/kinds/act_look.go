package kinds

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/smithy-go"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Look reads a resource whole, right before it is acted on.
type Look struct {
	// Operation is the call, as IAM names it.
	Operation string
	ask       func(context.Context, *sagemaker.Client, estate.Resource) (*sight, error)
}

// A sight is what a look finds.
type sight struct {
	// out is the answer: a pointer to the SDK's output.
	out smithy.Serializable
	// status is empty for what has none, and created zero where AWS does not tell.
	status  string
	created time.Time
}

// A verb is an operation of the SDK's client, whoever's.
type verb[I, O any] = func(*sagemaker.Client, context.Context, *I, ...func(*sagemaker.Options)) (*O, error)

// operation is the name of an operation, as IAM has it, by the type of its input.
func operation[I any]() string {
	return "sagemaker:" + strings.TrimSuffix(reflect.TypeFor[I]().Name(), "Input")
}

// naming is an input that names the resource: by its name or by its ARN, whichever member the input has first.
func naming[I any](r estate.Resource) *I {
	in := new(I)
	field, word := subject[I]()
	name := &r.Name
	if word == "Arn" {
		name = &r.ARN
	}
	reflect.ValueOf(in).Elem().FieldByIndex(field.Index).Set(reflect.ValueOf(name))
	return in
}

// subject is the member of an input that names what the operation is about, and the last word of its name.
func subject[I any]() (field reflect.StructField, word string) {
	for field := range reflect.TypeFor[I]().Fields() {
		for _, word := range []string{"Name", "Arn"} {
			if field.Type == reflect.TypeFor[*string]() && strings.HasSuffix(field.Name, word) {
				return field, word
			}
		}
	}
	panic("kinds: " + reflect.TypeFor[I]().Name() + " names nothing")
}

// looks is the look by an operation whose input names the resource.
func looks[I, O any](describe verb[I, O]) Look {
	field, word := subject[I]()
	return looksFor(describe, strings.TrimSuffix(field.Name, word), naming[I])
}

// looksFor is the look by an operation with an input of its own. Stem begins the members of the resource's ARN and status.
func looksFor[I, O any](describe verb[I, O], stem string, in func(estate.Resource) *I) Look {
	return Look{operation[I](), func(ctx context.Context, c *sagemaker.Client, r estate.Resource) (*sight, error) {
		out, err := describe(c, ctx, in(r))
		if err != nil {
			return nil, err
		}
		return see(any(out).(smithy.Serializable), reflect.ValueOf(out).Elem(), stem)
	}}
}

// see reads from an answer what the resource's members say of it.
func see(out smithy.Serializable, resource reflect.Value, stem string) (*sight, error) {
	if arn := member(resource, stem+"Arn", "Arn"); !arn.IsValid() || arn.IsNil() {
		return nil, cloud.ErrHollow
	}
	s := &sight{out: out}
	if created := member(resource, "CreationTime", "CreateDate"); created.IsValid() {
		s.created = aws.ToTime(created.Interface().(*time.Time)).UTC()
	}
	if status := member(resource, stem+"Status", "Status"); status.IsValid() {
		s.status = status.String()
	}
	return s, nil
}

// member is the first of the members that a structure has.
func member(of reflect.Value, names ...string) reflect.Value {
	for _, name := range names {
		if field := of.FieldByName(name); field.IsValid() {
			return field
		}
	}
	return reflect.Value{}
}

// at looks at a hand's resource; nil is that there is none.
func (l Look) at(ctx context.Context, h *Hand) (*sight, error) {
	s, err := l.ask(ctx, h.SageMaker, h.Resource)
	switch cloud.Classify(err) {
	case cloud.Ok:
		if s.status == "Deleted" { // some are shown for a while after
			return nil, nil
		}
		return s, nil
	case cloud.NotFound:
		return nil, nil
	}
	return nil, cloud.Fail(l.Operation, h.Resource.Target, err)
}

// bears reports whether what was found was made at the instant, where both are known.
func (s *sight) bears(created time.Time) bool {
	return created.IsZero() || s.created.IsZero() || sameStamp(s.created, created)
}

// another says that the name has another bearer now.
func another(s *sight) Move {
	return refuse("another one bears its name by now, made at %s", s.created.Format(time.RFC3339))
}

// save writes down what was found, besides what more holds already, and without what looks like secrets, whose names it returns.
func (s *sight) save(more saved) (body json.RawMessage, secrets []string, err error) {
	if more.Was, err = written(s.out); err != nil {
		return nil, nil, err
	}
	if more.Was, more.Withheld, err = discreet(more.Was); err != nil {
		return nil, nil, err
	}
	body, err = json.Marshal(more)
	return body, more.Withheld, err
}

// transcribe copies to an input what an answer says of the members that both have.
func transcribe(in, out any) {
	to, from := reflect.ValueOf(in).Elem(), reflect.ValueOf(out).Elem()
	for field, member := range to.Fields() {
		if source := from.FieldByName(field.Name); field.IsExported() && source.IsValid() && source.Type() == field.Type {
			member.Set(source)
		}
	}
}

// A call changes the resource that it names.
type call struct {
	operation string
	send      func(context.Context, *sagemaker.Client, estate.Resource) error
}

// on is a call of an operation whose input names the resource.
func on[I, O any](change verb[I, O]) call { return callFor(change, naming[I]) }

// callFor is a call of an operation with an input of its own.
func callFor[I, O any](change verb[I, O], in func(estate.Resource) *I) call {
	return call{operation[I](), func(ctx context.Context, c *sagemaker.Client, r estate.Resource) error {
		_, err := change(c, ctx, in(r), onceSageMaker)
		return err
	}}
}
