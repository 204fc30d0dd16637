package scenario

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// output makes the answer of a family's Describe operation of the members that are written; nil if none are.
func (b *builder) output(f world.Family, m Members) any {
	if m.node == nil {
		return nil
	}
	answer := f.NewOutput()
	for _, entry := range m.node.(*ast.MappingNode).Values {
		if name := entry.Key.GetToken().Value; f.Moves(name) {
			b.mistaken(wrongAt(entry.Key.GetToken(), "%s follows from the record", name).
				withHint("write it as name, status, created, modified or ended of the record"))
		}
	}
	if err := b.fill(world.Members(answer), m.node); err != nil {
		b.mistaken(err)
	}
	return answer
}

// members is a structure of the API as it is written; nil if it is not.
func members[T any](b *builder, m Members) *T {
	if m.node == nil {
		return nil
	}
	to := new(T)
	if err := b.fill(reflect.ValueOf(to).Elem(), m.node); err != nil {
		b.mistaken(err)
	}
	return to
}

func (b *builder) mistaken(err error) {
	if m, ok := errors.AsType[*mistake](err); ok && b.first == nil {
		b.first = m
	}
}

// fill sets a value of the SDK's types to what is written.
func (b *builder) fill(to reflect.Value, node ast.Node) error {
	if _, empty := node.(*ast.NullNode); empty {
		return nil
	}
	if to.Type() == reflect.TypeFor[time.Time]() {
		var i Instant
		if err := i.UnmarshalYAML(node); err != nil {
			return err
		}
		to.Set(reflect.ValueOf(i.from(b.at, b.at)))
		return nil
	}
	switch to.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		return b.fill(to.Elem(), node)
	case reflect.Struct:
		return b.fillStruct(to, node)
	case reflect.Map:
		return b.fillMap(to, node)
	case reflect.Slice:
		return b.fillSlice(to, node)
	case reflect.Interface:
		return wrong(node, "a member that takes one of several shapes cannot be written").withHint("leave it out")
	}
	return fillScalar(to, node)
}

func (b *builder) fillStruct(to reflect.Value, node ast.Node) error {
	mapping, ok := node.(*ast.MappingNode)
	if !ok {
		return wrong(node, "want a mapping").withHint("one of: " + strings.Join(memberNames(to.Type()), ", "))
	}
	names := memberNames(to.Type())
	for _, entry := range mapping.Values {
		key := entry.Key.GetToken()
		if !slices.Contains(names, key.Value) {
			return wrongAt(key, "%s is no member of %s", key.Value, to.Type().Name()).withHint(perhaps(key.Value, names))
		}
		if err := b.fill(to.FieldByName(key.Value), entry.Value); err != nil {
			return err
		}
	}
	return nil
}

// memberNames are the members of an SDK structure; its metadata is none.
func memberNames(t reflect.Type) []string {
	var names []string
	for field := range t.Fields() {
		if field.IsExported() && field.Name != "ResultMetadata" {
			names = append(names, field.Name)
		}
	}
	return names
}

func (b *builder) fillMap(to reflect.Value, node ast.Node) error {
	mapping, ok := node.(*ast.MappingNode)
	if !ok {
		return wrong(node, "want a mapping").withHint("write it as {name: value}")
	}
	to.Set(reflect.MakeMap(to.Type()))
	for _, entry := range mapping.Values {
		value := reflect.New(to.Type().Elem()).Elem()
		if err := b.fill(value, entry.Value); err != nil {
			return err
		}
		to.SetMapIndex(reflect.ValueOf(entry.Key.GetToken().Value).Convert(to.Type().Key()), value)
	}
	return nil
}

func (b *builder) fillSlice(to reflect.Value, node ast.Node) error {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		return wrong(node, "want a list").withHint("write it as [ … ]")
	}
	to.Set(reflect.MakeSlice(to.Type(), len(list.Values), len(list.Values)))
	for i, item := range list.Values {
		if err := b.fill(to.Index(i), item); err != nil {
			return err
		}
	}
	return nil
}

func fillScalar(to reflect.Value, node ast.Node) error {
	text, ok := scalar(node)
	if !ok {
		return wrong(node, "want one value").withHint("write a text, a number, true or false")
	}
	var err error
	var want string
	switch to.Kind() {
	case reflect.String:
		if words := world.Enum(to.Type()); len(words) > 0 && !slices.Contains(words, text) {
			return wrong(node, "%s is not a known %s", text, to.Type().Name()).withHint(perhaps(text, words))
		}
		to.SetString(text)
	case reflect.Bool:
		want = "true or false"
		var is bool
		is, err = strconv.ParseBool(text)
		to.SetBool(is)
	case reflect.Int32, reflect.Int64:
		want = "a whole number"
		var n int64
		n, err = strconv.ParseInt(text, 10, to.Type().Bits())
		to.SetInt(n)
	case reflect.Float32, reflect.Float64:
		want = "a number"
		var n float64
		n, err = strconv.ParseFloat(text, to.Type().Bits())
		to.SetFloat(n)
	default:
		return wrong(node, "a member of type %s cannot be written", to.Type()).withHint("leave it out")
	}
	if err != nil {
		return wrong(node, "%q is not %s", text, want).withHint("the API's documentation says what the member holds")
	}
	return nil
}
