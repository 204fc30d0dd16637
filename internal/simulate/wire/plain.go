package wire

import (
	"encoding/json"
	"reflect"
	"time"
)

// plainly writes the answer of a JSON service whose module has no schemas, and whose members are spelled like the fields of the SDK's types.
func plainly[O any](_ protocol, out O) ([]byte, error) {
	return json.Marshal(members(reflect.ValueOf(out)))
}

// members is a value of the SDK's as JSON has it: without members that are not there, and instants as texts.
func members(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return members(v.Elem())
	case reflect.Struct:
		if at, ok := reflect.TypeAssert[time.Time](v); ok {
			return at.UTC().Format(time.RFC3339)
		}
		tree := map[string]any{}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.IsExported() && f.Name != "ResultMetadata" && !v.Field(i).IsZero() {
				tree[f.Name] = members(v.Field(i))
			}
		}
		return tree
	case reflect.Slice:
		items := make([]any, v.Len())
		for i := range items {
			items[i] = members(v.Index(i))
		}
		return items
	}
	return v.Interface() // maps of texts, and scalars
}
