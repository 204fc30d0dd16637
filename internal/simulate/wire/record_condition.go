package wire

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// A condition is asked of one member of a record's faces: of what a call shows of it.
type condition struct {
	// members are the names that the member may have; the first one that there is counts.
	members []string
	holds   func(member reflect.Value) bool
}

// on is the member of a face that the condition is about, invalid where the face has none.
func (c condition) on(face reflect.Value) reflect.Value {
	for _, name := range c.members {
		if member := reach(face, name); member.IsValid() {
			return member
		}
	}
	return reflect.Value{}
}

// met reports whether the condition holds on the first of a record's faces that has the member, if any does.
func (c condition) met(faces []reflect.Value) bool {
	for _, face := range faces {
		if member := c.on(face); member.IsValid() {
			return c.holds(member)
		}
	}
	return c.holds(reflect.Value{})
}

// reach follows a path of members, such as ResourceConfig.InstanceType, and Tags.team to the value of a tag.
func reach(from reflect.Value, path string) reflect.Value {
	for name := range strings.SplitSeq(path, ".") {
		for from.Kind() == reflect.Pointer {
			from = from.Elem()
		}
		if tags, ok := interfaceOf(from).([]types.Tag); ok {
			i := slices.IndexFunc(tags, func(t types.Tag) bool { return *t.Key == name })
			if i < 0 {
				return reflect.Value{}
			}
			from = reflect.ValueOf(tags[i].Value)
			continue
		}
		if from.Kind() != reflect.Struct {
			return reflect.Value{}
		}
		from = from.FieldByName(name)
	}
	return from
}

func interfaceOf(v reflect.Value) any {
	if !v.IsValid() {
		return nil
	}
	return v.Interface()
}

// texts are what a member says, as text: nothing, one value, or the values of a list. A structure says its status.
func texts(member reflect.Value) []string {
	switch member.Kind() {
	case reflect.Invalid:
		return nil
	case reflect.Pointer:
		if member.IsNil() {
			return nil
		}
		return texts(member.Elem())
	case reflect.Slice:
		var all []string
		for i := range member.Len() {
			all = append(all, texts(member.Index(i))...)
		}
		return all
	case reflect.Struct:
		return texts(member.FieldByName("Status"))
	case reflect.String:
		if member.Len() == 0 {
			return nil
		}
		return []string{member.String()}
	}
	return []string{fmt.Sprint(member.Interface())}
}

// instantOf is the instant that a member holds.
func instantOf(member reflect.Value) (time.Time, bool) {
	t, ok := interfaceOf(member).(*time.Time)
	if !ok || t == nil {
		return time.Time{}, false
	}
	return *t, true
}

// says is a condition on what a member says: one of its texts does.
func says(does func(text string) bool) func(reflect.Value) bool {
	return func(member reflect.Value) bool { return slices.ContainsFunc(texts(member), does) }
}

// dated is a condition on when a member's instant is.
func dated(is func(time.Time) bool) func(reflect.Value) bool {
	return func(member reflect.Value) bool {
		t, ok := instantOf(member)
		return ok && is(t)
	}
}
