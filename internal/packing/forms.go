package packing

import (
	"encoding"
	"encoding/binary"
	"fmt"
	"reflect"
	"time"
)

func (fs forms) fields(t reflect.Type) form {
	fields := make([]*form, t.NumField())
	for i := range fields {
		if !t.Field(i).IsExported() {
			panic(fmt.Sprintf("packing: %v.%s is not exported and cannot be packed", t, t.Field(i).Name))
		}
		fields[i] = fs.of(t.Field(i).Type)
	}
	return form{
		func(w *writer, v reflect.Value) {
			for i, f := range fields {
				f.write(w, v.Field(i))
			}
		},
		func(r *reader, v reflect.Value) {
			for i, f := range fields {
				f.read(r, v.Field(i))
			}
		},
	}
}

// slice writes the length and one, or 0 for nil.
func (fs forms) slice(t reflect.Type) form {
	of := fs.of(t.Elem())
	return form{
		func(w *writer, v reflect.Value) {
			if v.IsNil() {
				w.number(0)
				return
			}
			w.number(uint64(v.Len()) + 1)
			for i := range v.Len() {
				of.write(w, v.Index(i))
			}
		},
		func(r *reader, v reflect.Value) {
			n := int(r.number()) - 1
			if n < 0 {
				return
			}
			v.Set(reflect.MakeSlice(t, n, n))
			for i := range n {
				of.read(r, v.Index(i))
			}
		},
	}
}

// texts writes the map's number, from one, and what is in it where it is met first; 0 for nil.
func (forms) texts(t reflect.Type) form {
	if t != reflect.TypeFor[map[string]string]() {
		panic(fmt.Sprintf("packing: %v cannot be packed", t))
	}
	return form{
		func(w *writer, v reflect.Value) {
			if v.IsNil() {
				w.number(0)
				return
			}
			n, known := w.maps[v.Pointer()]
			if !known {
				n = uint64(len(w.maps)) + 1
				w.maps[v.Pointer()] = n
			}
			if w.number(n); known {
				return
			}
			m := v.Interface().(map[string]string)
			w.number(uint64(len(m)))
			for key, value := range m {
				w.text(key)
				w.text(value)
			}
		},
		func(r *reader, v reflect.Value) {
			n := r.number()
			if n == 0 {
				return
			}
			if n > uint64(len(r.maps)) {
				size := r.number()
				m := make(map[string]string, size)
				for range size {
					key := r.text()
					m[key] = r.text()
				}
				r.maps = append(r.maps, reflect.ValueOf(m))
			}
			v.Set(r.maps[n-1])
		},
	}
}

// writeInstant writes the nanoseconds and one, and the seconds of the era; 0 for no instant.
func writeInstant(w *writer, v reflect.Value) {
	at := v.Addr().Interface().(*time.Time)
	if at.IsZero() {
		w.number(0)
		return
	}
	w.number(uint64(at.Nanosecond()) + 1)
	w.bytes = binary.AppendVarint(w.bytes, at.Unix())
}

func readInstant(r *reader, v reflect.Value) {
	nanoseconds := r.number()
	if nanoseconds == 0 {
		return
	}
	seconds, size := binary.Varint(r.bytes)
	r.bytes = r.bytes[size:]
	*v.Addr().Interface().(*time.Time) = time.Unix(seconds, int64(nanoseconds)-1).UTC()
}

// writeMarshaler writes how many bytes follow, 0 for the zero value.
func writeMarshaler(w *writer, v reflect.Value) {
	if v.IsZero() {
		w.number(0)
		return
	}
	text, err := v.Interface().(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		panic(fmt.Sprintf("packing: %v: %v", v.Type(), err))
	}
	w.number(uint64(len(text)))
	w.bytes = append(w.bytes, text...)
}

func readMarshaler(r *reader, v reflect.Value) {
	n := r.number()
	if n == 0 {
		return
	}
	if err := v.Addr().Interface().(encoding.BinaryUnmarshaler).UnmarshalBinary(r.take(n)); err != nil {
		panic(fmt.Sprintf("packing: %v: %v", v.Type(), err))
	}
}
