// Package packing keeps values in few bytes of memory for as long as nobody looks at them. A string or a map that many of them share is
// written once. What it packs goes nowhere else: the form belongs to one run of the program.
package packing

import (
	"bytes"
	"encoding"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"reflect"
	"time"

	"github.com/klauspost/compress/s2"
)

// A Packer packs values of one type: structs of strings, numbers, booleans, instants, slices, maps of strings, and what marshals itself to bytes.
type Packer[T any] struct{ form *form }

// New returns a packer. It panics on a type that holds anything else.
func New[T any]() Packer[T] { return Packer[T]{forms{}.of(reflect.TypeFor[T]())} }

// Pack returns the values as bytes. It panics where one cannot be marshaled.
func (p Packer[T]) Pack(all []*T) []byte {
	w := writer{strings: map[string]uint64{"": 0}, maps: map[uintptr]uint64{}}
	w.number(uint64(len(all)))
	for _, one := range all {
		p.form.write(&w, reflect.ValueOf(one).Elem())
	}
	return bytes.Clone(s2.Encode(nil, w.bytes)) // which leaves room for the worst
}

// Unpack returns new values, equal to those that Pack was given; instants are in UTC. It panics on what Pack did not write.
func (p Packer[T]) Unpack(packed []byte) []*T {
	plain, err := s2.Decode(nil, packed)
	if err != nil {
		panic(fmt.Sprintf("packing: %v", err))
	}
	r := reader{bytes: plain, strings: []string{""}}
	values := make([]T, r.number())
	all := make([]*T, len(values))
	for i := range values {
		all[i] = &values[i]
		p.form.read(&r, reflect.ValueOf(all[i]).Elem())
	}
	return all
}

// A writer packs.
type writer struct {
	bytes []byte
	// strings and maps are numbered as they first occur.
	strings map[string]uint64
	maps    map[uintptr]uint64
}

func (w *writer) number(n uint64) { w.bytes = binary.AppendUvarint(w.bytes, n) }

func (w *writer) text(s string) {
	n, known := w.strings[s]
	if !known {
		n = uint64(len(w.strings))
		w.strings[s] = n
	}
	if w.number(n); !known {
		w.number(uint64(len(s)))
		w.bytes = append(w.bytes, s...)
	}
}

// A reader unpacks. Its strings and maps are those met so far.
type reader struct {
	bytes   []byte
	strings []string
	maps    []reflect.Value
}

func (r *reader) number() uint64 {
	n, size := binary.Uvarint(r.bytes)
	r.bytes = r.bytes[size:]
	return n
}

func (r *reader) take(n uint64) []byte {
	taken := r.bytes[:n]
	r.bytes = r.bytes[n:]
	return taken
}

func (r *reader) text() string {
	n := r.number()
	if n == uint64(len(r.strings)) {
		r.strings = append(r.strings, string(r.take(r.number())))
	}
	return r.strings[n]
}

// A form is how values of a type are written and read. What is read into is the zero value.
type form struct {
	write func(*writer, reflect.Value)
	read  func(*reader, reflect.Value)
}

// forms are those of the types met so far: a type may hold itself.
type forms map[reflect.Type]*form

func (fs forms) of(t reflect.Type) *form {
	f := fs[t]
	if f == nil {
		f = new(form)
		fs[t] = f
		*f = fs.make(t)
	}
	return f
}

func (fs forms) make(t reflect.Type) form {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return form{writeInstant, readInstant}
	case t.Implements(reflect.TypeFor[encoding.BinaryMarshaler]()):
		return form{writeMarshaler, readMarshaler}
	}
	switch t.Kind() {
	case reflect.String:
		return form{func(w *writer, v reflect.Value) { w.text(v.String()) }, func(r *reader, v reflect.Value) { v.SetString(r.text()) }}
	case reflect.Bool:
		return form{
			func(w *writer, v reflect.Value) {
				if v.Bool() {
					w.number(1)
				} else {
					w.number(0)
				}
			},
			func(r *reader, v reflect.Value) { v.SetBool(r.number() == 1) },
		}
	case reflect.Int, reflect.Int64:
		return form{
			func(w *writer, v reflect.Value) { w.bytes = binary.AppendVarint(w.bytes, v.Int()) },
			func(r *reader, v reflect.Value) {
				n, size := binary.Varint(r.bytes)
				r.bytes = r.bytes[size:]
				v.SetInt(n)
			},
		}
	case reflect.Float64:
		// Of a round number the low bits are zero: reversed, they need not be written.
		return form{
			func(w *writer, v reflect.Value) { w.number(bits.ReverseBytes64(math.Float64bits(v.Float()))) },
			func(r *reader, v reflect.Value) { v.SetFloat(math.Float64frombits(bits.ReverseBytes64(r.number()))) },
		}
	case reflect.Struct:
		return fs.fields(t)
	case reflect.Slice:
		return fs.slice(t)
	case reflect.Map:
		return fs.texts(t)
	}
	panic(fmt.Sprintf("packing: %v cannot be packed", t))
}
