package cloud

import (
	"errors"
	"reflect"
)

// ErrHollow is an answer that went well but lacks what the API promises, as a proxy's or a poor emulator's may.
var ErrHollow = errors.New("the answer lacks its content: did a proxy answer in place of AWS?")

var errLoop = errors.New("the answer repeats the token of its own page, so that the listing would never end: did a proxy answer in place of AWS?")

// loops reports whether a page names itself as the next one.
func loops(in, out any) bool {
	asked, next := pageToken(in), pageToken(out)
	return asked != "" && asked == next
}

// pageToken is the page token of an input or output of the SDK, empty where it has none.
func pageToken(v any) string {
	s := reflect.Indirect(reflect.ValueOf(v))
	if s.Kind() != reflect.Struct {
		return ""
	}
	for _, name := range []string{"NextToken", "PaginationToken"} {
		if f := s.FieldByName(name); f.IsValid() && f.Type() == reflect.TypeFor[*string]() && !f.IsNil() {
			return f.Elem().String()
		}
	}
	return ""
}
