package strictyaml

import (
	"slices"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
)

// WrongWithin is the error of a part of the text at the path: the part that begins at the offset, in bytes of the text as it is read.
func (d *Document) WrongWithin(at Path, offset int, hint, format string, args ...any) error {
	node, token := at.find(d.root)
	m := wrongAt(token, hint, format, args...)
	if text, ok := Scalar(node); ok && offset <= len(text) {
		m.line, m.column = within(d.text, m.line, m.column, node, text[:offset], strings.TrimSpace(text[offset:]) == "")
	}
	return d.explain(m)
}

// within is where in the source the text of the scalar goes on after a part of it, or ends with that part. What folding leaves of line breaks and indents is white
// space in the text too, so that all other characters are counted.
func within(source string, line, column int, node ast.Node, before string, ends bool) (int, int) {
	want := 0
	for _, r := range before {
		if !unicode.IsSpace(r) {
			want++
		}
	}
	lines := strings.Split(source, "\n")
	rest := []rune(strings.Join(lines[line-1:], "\n"))[column-1:]
	quote := rune(0)
	switch {
	case node.Type() == ast.LiteralType:
		head := slices.Index(rest, '\n')
		line, column, rest = line+1, 1, rest[head+1:]
	case len(rest) > 0 && (rest[0] == '"' || rest[0] == '\''):
		quote, rest, column = rest[0], rest[1:], column+1
	}
	for i := 0; i < len(rest); i++ {
		r := rest[i]
		escaped := i+1 < len(rest) && (quote == '"' && r == '\\' || quote == '\'' && r == '\'')
		switch {
		case r == '\n':
			line, column = line+1, 1
			continue
		case unicode.IsSpace(r):
		case want == 0:
			return line, column
		case escaped && !unicode.IsSpace(rest[i+1]):
			if !strings.ContainsRune("nrt", rest[i+1]) {
				want--
			}
			i, column = i+1, column+1
		case !escaped:
			want--
		}
		if column++; want == 0 && ends {
			return line, column
		}
	}
	return line, column
}
