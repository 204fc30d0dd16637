package policy

import (
	"fmt"
	"reflect"

	"cel.dev/cel-go/cel"
	celenv "cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// An object is a word with members as conditions hold it. The members themselves are read by their types.
type object struct {
	is *types.Type
	of any
}

// ConvertToNative gives it away to nobody.
func (o object) ConvertToNative(to reflect.Type) (any, error) {
	return nil, fmt.Errorf("a %s is no %s", o.is.TypeName(), to)
}

// ConvertToType makes nothing else of it.
func (o object) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return o.is
	}
	return types.NewErr("a %s is no %s", o.is.TypeName(), t.TypeName())
}

// Equal compares members, not words.
func (o object) Equal(ref.Val) ref.Val {
	return types.NewErr("compare members of a %s, not the whole", o.is.TypeName())
}

// Type is the type of the word.
func (o object) Type() ref.Type { return o.is }

// Value is what the members are read from.
func (o object) Value() any { return o.of }

// tags are a resource's tags. One that is not there reads as the empty text, so that a comparison with it is a plain false or true and not
// trouble for everything that has no such tag; has() and in tell the difference.
type tags struct {
	of  map[string]string
	all traits.Mapper
}

// Get is the value of a tag.
func (t tags) Get(key ref.Val) ref.Val {
	k, ok := key.(types.String)
	if !ok {
		return types.NewErr("the key of a tag is text")
	}
	return types.String(t.of[string(k)])
}

// IsSet reports whether the tag is there.
func (t tags) IsSet(key ref.Val) ref.Val { return t.all.Contains(key) }

// Contains reports whether the tag is there.
func (t tags) Contains(key ref.Val) ref.Val { return t.all.Contains(key) }

// Size is the number of tags.
func (t tags) Size() ref.Val { return t.all.Size() }

// Iterator goes through the keys.
func (t tags) Iterator() traits.Iterator { return t.all.Iterator() }

// ConvertToNative makes a Go map of them.
func (t tags) ConvertToNative(to reflect.Type) (any, error) { return t.all.ConvertToNative(to) }

// ConvertToType makes another type of them.
func (t tags) ConvertToType(to ref.Type) ref.Val { return t.all.ConvertToType(to) }

// Equal compares them with a map.
func (t tags) Equal(other ref.Val) ref.Val {
	if o, ok := other.(tags); ok {
		other = o.all
	}
	return t.all.Equal(other)
}

// Type is that of a map.
func (t tags) Type() ref.Type { return t.all.Type() }

// Value is the Go map.
func (t tags) Value() any { return t.all.Value() }

// withoutDuration is CEL's own library without the function that duration replaces.
var withoutDuration = &celenv.LibrarySubset{ExcludeFunctions: []*celenv.Function{{Name: "duration"}}}

// duration reads a length of time as the rest of a policy file does, days among them: CEL's own knows hours at most.
func duration() cel.EnvOption {
	return cel.Function("duration",
		cel.Overload("duration_to_duration", []*cel.Type{cel.DurationType}, cel.DurationType, cel.UnaryBinding(func(d ref.Val) ref.Val { return d })),
		cel.Overload("string_to_duration", []*cel.Type{cel.StringType}, cel.DurationType, cel.UnaryBinding(func(text ref.Val) ref.Val {
			d, err := estate.ParseDuration(string(text.(types.String)))
			if err != nil {
				return types.WrapErr(err)
			}
			return types.Duration{Duration: d}
		})))
}
