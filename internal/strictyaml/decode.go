package strictyaml

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// An unmarshaler reads itself. Its errors are Wrong's.
type unmarshaler interface{ UnmarshalYAML(ast.Node) error }

// decode sets the value at the path to what the node says, as far as it can, and keeps what is wrong with it. A null says nothing, which is refused where to be
// there at all says something.
func (d *Document) decode(node ast.Node, v reflect.Value, at Path) {
	if node.Type() == ast.NullType {
		if v.Kind() == reflect.Pointer && v.Type().Elem().Kind() == reflect.Struct {
			d.keep(at, Wrong(node, "write {} to take every default, or leave it out", "nothing is said here"))
		}
		return
	}
	if u, ok := reflect.TypeAssert[unmarshaler](v.Addr()); ok {
		d.keep(at, u.UnmarshalYAML(node))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(node, v.Elem(), at)
		return
	case reflect.Struct:
		d.decodeStruct(node, v, at)
		return
	case reflect.Map:
		d.decodeMap(node, v, at)
		return
	case reflect.Slice:
		d.decodeList(node, v, at)
		return
	}
	text, ok := Scalar(node)
	if !ok {
		hint := ""
		if _, isMap := node.(*ast.MappingNode); isMap && v.Kind() == reflect.String {
			hint = "put text that has a colon in it into quotes" // in a list within braces the parser takes 08:00 for a key with a value
		}
		d.keep(at, Wrong(node, hint, "want %s", noun(v)))
		return
	}
	d.keep(at, decodeScalar(node, text, v))
}

// keep keeps what is wrong with the value at the path.
func (d *Document) keep(at Path, err error) {
	if err != nil {
		d.wrong, d.broken = append(d.wrong, d.explain(err)), append(d.broken, at)
	}
}

func (d *Document) decodeStruct(node ast.Node, v reflect.Value, at Path) {
	m, ok := node.(*ast.MappingNode)
	if !ok {
		d.keep(at, Wrong(node, "", "want fields with their values"))
		return
	}
	fields := map[string]reflect.Value{}
	var names []string
	gather(v, fields, &names)
	for _, entry := range m.Values {
		key := entry.Key.GetToken()
		field, known := fields[key.Value]
		if !known {
			hint := "known here: " + strings.Join(names, ", ")
			if near, ok := Nearest(key.Value, names); ok {
				hint = "did you mean " + near + "?"
			}
			d.keep(at, wrongAt(key, hint, "unknown field %q", key.Value))
			continue
		}
		d.decode(entry.Value, field, at.To(key.Value))
	}
}

// gather collects the fields of a struct by their names, those of inlined structs among them.
func gather(v reflect.Value, fields map[string]reflect.Value, names *[]string) {
	for f, value := range v.Fields() {
		name, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case option == "inline":
			gather(value, fields, names)
		case name != "" && name != "-":
			fields[name] = value
			*names = append(*names, name)
		}
	}
}

func (d *Document) decodeMap(node ast.Node, v reflect.Value, at Path) {
	m, ok := node.(*ast.MappingNode)
	if !ok {
		d.keep(at, Wrong(node, "", "want keys with their values"))
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, entry := range m.Values {
		key, value := entry.Key.GetToken().Value, reflect.New(v.Type().Elem()).Elem()
		d.decode(entry.Value, value, at.To(key))
		v.SetMapIndex(reflect.ValueOf(key), value)
	}
}

func (d *Document) decodeList(node ast.Node, v reflect.Value, at Path) {
	s, ok := node.(*ast.SequenceNode)
	if !ok {
		d.keep(at, Wrong(node, "begin each with a dash, or write [a, b]", "want a list"))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(s.Values), len(s.Values)))
	for i, n := range s.Values {
		d.decode(n, v.Index(i), at.To(i))
	}
}

var duration = reflect.TypeFor[time.Duration]()

func decodeScalar(node ast.Node, text string, v reflect.Value) error {
	switch {
	case v.Type() == duration:
		d, err := estate.ParseDuration(text)
		if err != nil {
			return Wrong(node, "write it as 90s, 15m, 1h30m or 7d", "%q is not a length of time", text)
		}
		v.SetInt(int64(d))
		return nil
	case v.Kind() == reflect.String:
		v.SetString(text)
		return nil
	case v.Kind() == reflect.Bool && (text == "true" || text == "false"):
		v.SetBool(text == "true")
		return nil
	case v.CanInt():
		if n, err := strconv.ParseInt(text, 10, v.Type().Bits()); err == nil {
			v.SetInt(n)
			return nil
		}
	case v.CanFloat():
		if f, err := strconv.ParseFloat(text, v.Type().Bits()); err == nil {
			v.SetFloat(f)
			return nil
		}
	}
	return Wrong(node, "", "%q is not %s", text, noun(v))
}

// noun is what a person would call a value of the type.
func noun(v reflect.Value) string {
	switch {
	case v.Type() == duration:
		return "a length of time"
	case v.Kind() == reflect.Bool:
		return "true or false"
	case v.CanInt():
		return "a whole number"
	case v.CanFloat():
		return "a number"
	}
	return "text"
}
