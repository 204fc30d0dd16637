package wire

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// querySignings are the IAM prefixes of the services that speak the query protocol, by the name that they are signed for.
// What is signed for another service, or not at all, is taken for STS.
var querySignings = map[string]string{"sts": "sts", "iam": "iam"}

// A plain value is one of the query protocol, which does not say what it is.
type plain string

// form reads the members of a query: Tags.member.1.Key is the member Key of the first of Tags.
func form(values url.Values) (any, error) {
	root := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		path := strings.Split(name, ".")
		// No operation nests deeper; the bound keeps a hostile name from exhausting the stack.
		if len(path) > 12 {
			return nil, fmt.Errorf("%s is nested too deep", path[0])
		}
		at := root
		for _, step := range path[:len(path)-1] {
			if at[step] == nil {
				at[step] = map[string]any{}
			}
			inner, ok := at[step].(map[string]any)
			if !ok {
				return nil, fmt.Errorf("%s is a value and a structure", step)
			}
			at = inner
		}
		at[path[len(path)-1]] = plain(values.Get(name))
	}
	return lists(root)
}

var errIndex = errors.New("the members of a list are not numbered")

// lists turns what holds nothing but numbered members into a list.
func lists(tree any) (any, error) {
	members, ok := tree.(map[string]any)
	if !ok {
		return tree, nil
	}
	for name, member := range members {
		inner, err := lists(member)
		if err != nil {
			return nil, err
		}
		members[name] = inner
	}
	numbered, ok := members["member"].(map[string]any)
	if !ok || len(members) > 1 {
		return members, nil
	}
	items := map[int]any{}
	for number, item := range numbered {
		n, err := strconv.Atoi(number)
		if err != nil {
			return nil, errIndex
		}
		items[n] = item
	}
	list := make([]any, 0, len(items))
	for _, n := range slices.Sorted(maps.Keys(items)) {
		list = append(list, items[n])
	}
	return list, nil
}

// Markup is the XML of an answer in the query protocol: the modules of STS and IAM have no schemas.
type markup struct{ bytes.Buffer }

func (m *markup) text(name, text string) {
	m.within(name, func() { escape(&m.Buffer, text) })
}

// given writes what is there.
func (m *markup) given(name string, text *string) {
	if text != nil {
		m.text(name, *text)
	}
}

func (m *markup) within(name string, inside func()) {
	m.WriteString("<" + name + ">")
	inside()
	m.WriteString("</" + name + ">")
}

// The XML namespaces are the versions of the services' APIs.
const (
	stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"
	iamNamespace = "https://iam.amazonaws.com/doc/2010-05-08/"
)

// answered is the answer of an operation with what is inside its result.
func answered(namespace, operation string, result func(*markup)) []byte {
	var m markup
	m.WriteString("<" + operation + `Response xmlns="` + namespace + `">`)
	m.within(operation+"Result", func() { result(&m) })
	m.WriteString("</" + operation + "Response>")
	return m.Bytes()
}
