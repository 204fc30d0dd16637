// Package strictyaml reads YAML that people write into Go types. It takes nothing that those types do not have, keeps text
// as it is written, and says of a mistake where it is, what it is, and what to write instead.
package strictyaml

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// maxDepth keeps a hostile file from exhausting the stack of the parser.
const maxDepth = 50

// A Document is a YAML text that was read, to look up where in it a value is.
type Document struct {
	op, name, text string
	root           ast.Node
	// wrong is what does not fit the form, and broken where.
	wrong  []error
	broken []Path
}

// Read reads the one document of the text into v, a pointer to a struct with yaml tags. What the text leaves out stays as
// it is. Op and name are what errors call the reading and the file. An error is ReadErrors, all there are: with a document beside them, v holds
// what could be read.
func Read(op, name, text string, v any) (*Document, error) {
	d := &Document{op: op, name: name, text: text}
	if err := d.parse(); err != nil {
		return nil, All(d.explain(err))
	}
	if d.root != nil {
		d.decode(d.root, reflect.ValueOf(v).Elem(), nil)
	}
	return d, All(d.wrong...)
}

// Sound reports whether the value at the path, with all that is in it, has the form that it ought to have.
func (d *Document) Sound(at Path) bool {
	return !slices.ContainsFunc(d.broken, func(p Path) bool { return len(p) >= len(at) && slices.Equal(p[:len(at)], at) })
}

func (d *Document) parse() error {
	tokens := lexer.Tokenize(d.text)
	if err := refuse(tokens); err != nil {
		return err
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		return err
	}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if d.root != nil {
			return Wrong(doc.Body, "put everything into one", "a second document in the file")
		}
		d.root = doc.Body
	}
	return nil
}

// refuse reports what the format does without: anchors, tags, and nesting so deep that it could only be meant to hurt.
func refuse(tokens token.Tokens) error {
	depth, dashes, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, dashes = t.Position.Line, 0
		}
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			return wrongAt(t, "write the value out", "anchors and aliases are not part of the format")
		case token.TagType, token.DirectiveType:
			return wrongAt(t, "remove it, or put text that begins with ! or % into quotes", "tags and directives are not part of the format")
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType:
			dashes++
		}
		if depth > maxDepth || dashes > maxDepth {
			return wrongAt(t, "", "nested more than %d deep", maxDepth)
		}
	}
	return nil
}

// Wrong is the error of the value at the path or, if that is left out, of what should hold it.
func (d *Document) Wrong(at Path, hint, format string, args ...any) error {
	if d.root == nil {
		return d.explain(&mistake{text: fmt.Sprintf(format, args...), hint: hint})
	}
	_, token := at.find(d.root)
	return d.explain(wrongAt(token, hint, format, args...))
}

// Position is the line and column of the value at the path or, if it is left out, of what should hold it; zero in an empty document.
func (d *Document) Position(at Path) (line, column int) {
	if d.root == nil {
		return 0, 0
	}
	_, token := at.find(d.root)
	return token.Position.Line, token.Position.Column
}

// WrongSecret is Wrong for a value that may be a secret: it says where, and does not show what is written there.
func (d *Document) WrongSecret(at Path, hint, format string, args ...any) error {
	e := &estate.Error{Op: d.op, On: d.name, Err: fmt.Errorf(format, args...), Hint: hint}
	if d.root != nil {
		line, column := d.Position(at)
		e.On = fmt.Sprintf("%s:%d:%d", d.name, line, column)
	}
	return e
}

// explain makes the error that a person sees: file, line, column, the text with a caret below it, and the hint.
func (d *Document) explain(err error) error {
	m, ok := errors.AsType[*mistake](err)
	if !ok {
		m = &mistake{text: err.Error()}
		if y, isYAML := errors.AsType[yaml.Error](err); isYAML {
			hint := ""
			if strings.HasPrefix(y.GetMessage(), "value is not allowed in this context") {
				hint = "text that begins with a quote ends with it: write >- and the text below it, or put all of it into quotes"
			}
			m = wrongAt(y.GetToken(), hint, "%s", y.GetMessage())
		}
	}
	e := &estate.Error{Op: d.op, On: d.name, Err: m, Hint: m.hint}
	lines := strings.Split(d.text, "\n")
	if m.line == 0 || m.line > len(lines) {
		return e
	}
	e.On = fmt.Sprintf("%s:%d:%d", d.name, m.line, m.column)
	number := fmt.Sprintf("%5d | ", m.line)
	margin := strings.Repeat(" ", len(number)-2) + "| " + strings.Repeat(" ", max(m.column-1, 0))
	m.drawing = fmt.Sprintf("\n%s%s\n%s^", number, strings.TrimRight(lines[m.line-1], "\r"), margin)
	return e
}
