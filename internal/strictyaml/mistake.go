package strictyaml

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// A mistake is what is wrong with a value, where it is, and what to write instead.
type mistake struct {
	line, column int
	text, hint   string
}

func (m *mistake) Error() string { return m.text }

// Wrong is the error of a type that reads itself: what is wrong with the node, and what helps.
func Wrong(node ast.Node, hint, format string, args ...any) error {
	return wrongAt(first(node), hint, format, args...)
}

func wrongAt(t *token.Token, hint, format string, args ...any) *mistake {
	m := &mistake{text: fmt.Sprintf(format, args...), hint: hint}
	if t != nil && t.Position != nil {
		m.line, m.column = t.Position.Line, t.Position.Column
	}
	return m
}
