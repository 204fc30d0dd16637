package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A mistake is what is wrong with a scenario, and where.
type mistake struct {
	line, column int
	text, hint   string
}

func (m *mistake) Error() string { return m.text }

func (m *mistake) withHint(hint string) *mistake {
	m.hint = hint
	return m
}

func wrong(node ast.Node, format string, args ...any) *mistake {
	return wrongAt(node.GetToken(), format, args...)
}

func wrongAt(t *token.Token, format string, args ...any) *mistake {
	m := &mistake{text: fmt.Sprintf(format, args...)}
	if t != nil && t.Position != nil {
		m.line, m.column = t.Position.Line, t.Position.Column
	}
	return m
}

// explain makes the error that a person sees: file, line, column, the text with a caret below it, and the hint.
func explain(name, source string, err error) error {
	m, ok := errors.AsType[*mistake](err)
	if !ok {
		if y, isYAML := errors.AsType[yaml.Error](err); isYAML {
			m = wrongAt(y.GetToken(), "%s", y.GetMessage()).withHint("docs/simulate.md lists every field")
		} else {
			m = &mistake{text: err.Error()}
		}
	}
	e := &estate.Error{Op: "read scenario", On: name, Err: errors.New(m.text), Hint: m.hint}
	if m.line == 0 {
		return e
	}
	e.On = fmt.Sprintf("%s:%d:%d", name, m.line, m.column)
	lines := strings.Split(source, "\n")
	if m.line <= len(lines) {
		number := fmt.Sprintf("%5d | ", m.line)
		margin := strings.Repeat(" ", len(number)-2) + "| " + strings.Repeat(" ", max(m.column-1, 0))
		e.Err = fmt.Errorf("%s\n%s%s\n%s^", m.text, number, strings.TrimRight(lines[m.line-1], "\r"), margin)
	}
	return e
}

// A path leads from the root of a file to a value: field names and indices.
type path []any

func (p path) to(steps ...any) path { return append(slices.Clip(p), steps...) }

// find returns the token to point at: of the value at the path or, if it is left out, of what should hold it.
func (p path) find(node ast.Node) *token.Token {
	at := first(node)
	for _, step := range p {
		switch n := node.(type) {
		case *ast.MappingNode:
			i := indexOf(n, step)
			if i < 0 {
				return at
			}
			at, node = n.Values[i].Key.GetToken(), n.Values[i].Value
		case *ast.SequenceNode:
			i, ok := step.(int)
			if !ok || i >= len(n.Values) {
				return at
			}
			node = n.Values[i]
			at = first(node)
		default:
			return at
		}
	}
	if _, ok := scalar(node); ok {
		return node.GetToken()
	}
	return at
}

func indexOf(n *ast.MappingNode, key any) int {
	for i, v := range n.Values {
		if v.Key.GetToken().Value == key {
			return i
		}
	}
	return -1
}

// first is the first token of the node. The token of a mapping itself is the colon of its first entry.
func first(node ast.Node) *token.Token {
	if m, ok := node.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken()
	}
	return node.GetToken()
}
