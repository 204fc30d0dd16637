package strictyaml

import (
	"slices"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// A Path leads from the root of a document to a value: keys, and indices of lists.
type Path []any

// To is the path that goes on from here.
func (p Path) To(steps ...any) Path { return append(slices.Clip(p), steps...) }

// find returns the value at the path and the token to point at: its own or, if it is left out, that of what should hold it.
func (p Path) find(node ast.Node) (ast.Node, *token.Token) {
	at := first(node)
	for _, step := range p {
		switch n := node.(type) {
		case *ast.MappingNode:
			i := slices.IndexFunc(n.Values, func(v *ast.MappingValueNode) bool { return v.Key.GetToken().Value == step })
			if i < 0 {
				return nil, at
			}
			at, node = n.Values[i].Key.GetToken(), n.Values[i].Value
		case *ast.SequenceNode:
			i, ok := step.(int)
			if !ok || i >= len(n.Values) {
				return nil, at
			}
			node = n.Values[i]
			at = first(node)
		default:
			return nil, at
		}
	}
	if _, ok := Scalar(node); ok {
		return node, node.GetToken()
	}
	return node, at
}

// first is the first token of the node. The token of a mapping itself is the colon of its first entry.
func first(node ast.Node) *token.Token {
	if m, ok := node.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken()
	}
	return node.GetToken()
}

// Scalar returns the text of a scalar as it is written.
func Scalar(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}
