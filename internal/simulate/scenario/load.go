// Package scenario reads the description of a simulated organization: a part that a seed generates, and resources
// written by hand with the signals that they publish, so that anyone can write down an awkward case.
package scenario

import (
	"errors"
	"fmt"
	"io"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

const (
	maxSize = 1 << 20
	// maxDepth keeps a hostile file from exhausting the stack of the parser.
	maxDepth = 50
)

// Load reads a scenario. The name is what errors call it.
func Load(name string, r io.Reader) (*world.World, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, &estate.Error{Op: "read scenario", On: name, Err: err}
	}
	if len(b) > maxSize {
		return nil, &estate.Error{Op: "read scenario", On: name, Err: fmt.Errorf("more than %d bytes", maxSize),
			Hint: "generate what is large: organization: {endpoints: 2000}"}
	}
	source := string(b)
	root, err := parse(source)
	if err != nil {
		return nil, explain(name, source, err)
	}
	var f File
	if err := yaml.NodeToValue(root, &f, yaml.Strict()); err != nil {
		return nil, explain(name, source, err)
	}
	w, err := build(&f, root)
	if err != nil {
		return nil, explain(name, source, err)
	}
	return w, nil
}

// parse returns the root mapping of the only document.
func parse(source string) (ast.Node, error) {
	tokens := lexer.Tokenize(source)
	if err := refuse(tokens); err != nil {
		return nil, err
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		return nil, err
	}
	var root ast.Node
	for _, d := range file.Docs {
		if d.Body == nil {
			continue
		}
		if root != nil {
			return nil, wrong(d.Body, "a second document in the file").withHint("keep one scenario per file")
		}
		root = d.Body
	}
	if root == nil {
		return nil, errors.New("the file is empty")
	}
	if _, ok := root.(*ast.MappingNode); !ok {
		return nil, wrong(root, "a scenario is a mapping").withHint("begin with at: 2026-03-02T12:00:00Z")
	}
	return root, nil
}

// refuse reports what a scenario does not need and what could make reading one expensive: anchors, tags, deep nesting.
func refuse(tokens token.Tokens) error {
	depth, dashes, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, dashes = t.Position.Line, 0
		}
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			return wrongAt(t, "anchors and aliases are not part of the format").withHint("write the value out")
		case token.TagType, token.DirectiveType:
			return wrongAt(t, "tags and directives are not part of the format").withHint("remove it")
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType:
			dashes++
		}
		if depth > maxDepth || dashes > maxDepth {
			return wrongAt(t, "nested more than %d deep", maxDepth)
		}
	}
	return nil
}
