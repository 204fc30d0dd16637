package wire

import (
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// The bounds of every native idle setting, in minutes.
const (
	shortestIdle = 60
	longestIdle  = 525_600
)

// checkSettings refuses settings with lifecycle configurations that do not exist and with idle times out of bounds.
func (v *view) checkSettings(settings any) error {
	return walk(settings, func(value any) error {
		switch value := value.(type) {
		case string:
			if resource, ours := strings.CutPrefix(value, v.prefix); ours && strings.HasPrefix(resource, "studio-lifecycle-config/") {
				if exists, _ := v.stands(value, v.now); !exists {
					return notFound("StudioLifecycleConfig", &value)
				}
			}
		case types.IdleSettings:
			return inBounds(value.IdleTimeoutInMinutes, value.MinIdleTimeoutInMinutes, value.MaxIdleTimeoutInMinutes)
		case types.SpaceIdleSettings:
			return inBounds(value.IdleTimeoutInMinutes)
		}
		return nil
	})
}

func inBounds(minutes ...*int32) error {
	for _, m := range minutes {
		switch {
		case m == nil:
		case *m < shortestIdle:
			return invalid("1 validation error detected: Value '%d' at 'idleTimeoutInMinutes' failed to satisfy constraint: Member must have value greater than or equal to %d", *m, shortestIdle)
		case *m > longestIdle:
			return invalid("1 validation error detected: Value '%d' at 'idleTimeoutInMinutes' failed to satisfy constraint: Member must have value less than or equal to %d", *m, longestIdle)
		}
	}
	return nil
}

// walk gives every text and every structure within a value to the function, until that fails.
func walk(value any, visit func(any) error) error { return descend(reflect.ValueOf(value), visit) }

func descend(v reflect.Value, visit func(any) error) error {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return descend(v.Elem(), visit)
	case reflect.Slice:
		for _, item := range v.Seq2() {
			if err := descend(item, visit); err != nil {
				return err
			}
		}
	case reflect.Struct:
		if err := visit(v.Interface()); err != nil {
			return err
		}
		for field, member := range v.Fields() {
			if !field.IsExported() {
				continue
			}
			if err := descend(member, visit); err != nil {
				return err
			}
		}
	case reflect.String:
		return visit(v.String())
	}
	return nil
}
