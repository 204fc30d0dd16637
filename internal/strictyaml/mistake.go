package strictyaml

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A mistake is what is wrong with a value, where it is, and what to write instead.
type mistake struct {
	line, column int
	text, hint   string
	// drawing is the line with a caret below it, where there is one to show.
	drawing string
}

func (m *mistake) Error() string { return m.text + m.drawing }

// ReadErrors are the mistakes: all that is wrong with texts that were read. There is at least one. Each is an error of its own, with its place and its hint.
type ReadErrors []*estate.Error

// Error tells of each.
func (m ReadErrors) Error() string {
	var all []string
	for _, e := range m {
		all = append(all, e.Error())
	}
	return strings.Join(all, "\n")
}

// Unwrap returns each.
func (m ReadErrors) Unwrap() []error {
	var all []error
	for _, e := range m {
		all = append(all, e)
	}
	return all
}

// All is what the errors of one text say, in the order of their places and each once; nil where there is none. The errors are *estate.Error and ReadErrors.
func All(errs ...error) error {
	var all ReadErrors
	for _, err := range errs {
		if several, ok := errors.AsType[ReadErrors](err); ok {
			all = append(all, several...)
		} else if e, ok := errors.AsType[*estate.Error](err); ok {
			all = append(all, e)
		}
	}
	place := func(e *estate.Error) (line, column int) {
		if m, ok := errors.AsType[*mistake](e.Err); ok {
			return m.line, m.column
		}
		return 0, 0
	}
	slices.SortStableFunc(all, func(a, b *estate.Error) int {
		aLine, aColumn := place(a)
		bLine, bColumn := place(b)
		return cmp.Or(cmp.Compare(aLine, bLine), cmp.Compare(aColumn, bColumn))
	})
	all = slices.CompactFunc(all, func(a, b *estate.Error) bool { return a.Error() == b.Error() })
	if len(all) == 0 {
		return nil
	}
	return all
}

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
