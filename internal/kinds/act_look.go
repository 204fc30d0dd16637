package kinds

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

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
	out any
	// status is empty for what has none, and created zero where AWS does not tell.
	status  string
	created time.Time
}

// A method is an operation of the SDK's client.
type method[I, O any] = func(*sagemaker.Client, context.Context, *I, ...func(*sagemaker.Options)) (*O, error)

// operation is the name of an operation, as IAM has it, by the type of its input.
func operation[I any]() string {
	return "sagemaker:" + strings.TrimSuffix(reflect.TypeFor[I]().Name(), "Input")
}

// naming is an input that names the resource: by its name or by its ARN, whichever member the input has first.
func naming[I any](r estate.Resource) *I {
	in := new(I)
	field, name := subject[I]()
	if name == "Arn" {
		reflect.ValueOf(in).Elem().FieldByIndex(field.Index).Set(reflect.ValueOf(&r.ARN))
	} else {
		reflect.ValueOf(in).Elem().FieldByIndex(field.Index).Set(reflect.ValueOf(&r.Name))
	}
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
func looks[I, O any](describe method[I, O]) Look {
	field, word := subject[I]()
	return looksFor(describe, strings.TrimSuffix(field.Name, word), naming[I])
}

// looksFor is the look by an operation with an input of its own. Stem begins the members of the resource's ARN and status.
func looksFor[I, O any](describe method[I, O], stem string, in func(estate.Resource) *I) Look {
	return Look{operation[I](), func(ctx context.Context, c *sagemaker.Client, r estate.Resource) (*sight, error) {
		out, err := describe(c, ctx, in(r))
		if err != nil {
			return nil, err
		}
		return see(out, reflect.ValueOf(out).Elem(), stem)
	}}
}

// see reads from an answer what the resource's members say of it.
func see(out any, resource reflect.Value, stem string) (*sight, error) {
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

// A call changes the resource that it names.
type call struct {
	operation string
	send      func(context.Context, *sagemaker.Client, estate.Resource) error
}

// on is a call of an operation whose input names the resource.
func on[I, O any](change method[I, O]) call { return callFor(change, naming[I]) }

// callFor is a call of an operation with an input of its own.
func callFor[I, O any](change method[I, O], in func(estate.Resource) *I) call {
	return call{operation[I](), func(ctx context.Context, c *sagemaker.Client, r estate.Resource) error {
		_, err := change(c, ctx, in(r))
		return err
	}}
}

// at looks at a hand's resource; nil is that there is none.
func (l Look) at(ctx context.Context, h *Hand) (*sight, error) {
	s, err := l.ask(ctx, h.SageMaker, h.Resource)
	if cloud.Classify(err) == cloud.NotFound {
		return nil, nil
	}
	return s, failed(l.Operation, h, err)
}

// failed says of a call that failed what was tried on what; nil stays nil.
func failed(operation string, h *Hand, err error) error {
	if err == nil {
		return nil
	}
	return &estate.Error{Op: operation, On: h.Resource.ARN, Err: err}
}

// bears reports whether what was found was made at the instant, where both are known. Listings and descriptions may round stamps otherwise.
func (s *sight) bears(created time.Time) bool {
	return created.IsZero() || s.created.IsZero() || s.created.Sub(created).Abs() < time.Second
}

// config is the whole configuration for the ledger: the answer, and the resource's tags, which most answers lack.
func (s *sight) config(tags map[string]string) (json.RawMessage, error) {
	return saved(s.out, tags)
}

// saved writes an answer of the SDK down, with the tags that are not AWS's own.
func saved(out any, tags map[string]string) (json.RawMessage, error) {
	text, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, err
	}
	delete(members, "ResultMetadata")
	maps.DeleteFunc(members, func(_ string, value json.RawMessage) bool { return string(value) == "null" })
	if own := ownTags(tags); len(own) > 0 {
		if members["Tags"], err = json.Marshal(own); err != nil {
			return nil, err
		}
	}
	return json.Marshal(members)
}

// withMembers adds to what is written down the members of a structure.
func withMembers(text json.RawMessage, more any) (json.RawMessage, error) {
	added, err := json.Marshal(more)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	for _, part := range [][]byte{text, added} {
		if err := json.Unmarshal(part, &members); err != nil {
			return nil, err
		}
	}
	return json.Marshal(members)
}

// ownTags are the tags that can be given, in order: those whose keys begin with aws: are AWS's.
func ownTags(tags map[string]string) []types.Tag {
	var own []types.Tag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if !reserved(key) {
			own = append(own, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
		}
	}
	return own
}

func reserved(key string) bool { return strings.HasPrefix(strings.ToLower(key), "aws:") }

// restore copies to an input what an answer says of the members that both have.
func restore(in, out any) {
	to, from := reflect.ValueOf(in).Elem(), reflect.ValueOf(out).Elem()
	for field, member := range to.Fields() {
		if source := from.FieldByName(field.Name); field.IsExported() && source.IsValid() && source.Type() == field.Type {
			member.Set(source)
		}
	}
}
