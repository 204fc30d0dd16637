package strictyaml

import (
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/invopop/jsonschema"
	"github.com/shopspring/decimal"
)

// A Percent is a share, written as 20%.
type Percent float64

// UnmarshalYAML reads 20%.
func (p *Percent) UnmarshalYAML(node ast.Node) error {
	written, _ := Scalar(node)
	number, ok := strings.CutSuffix(written, "%")
	d, err := decimal.NewFromString(number)
	if !ok || err != nil || !d.IsPositive() || d.GreaterThan(decimal.NewFromInt(100)) {
		return Wrong(node, "write it as 20%: above 0% and up to 100%", "%q is no share", written)
	}
	*p = Percent(d.Shift(-2).InexactFloat64())
	return nil
}

// JSONSchema is its form for editors.
func (Percent) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^[0-9]+(\.[0-9]+)?%$`}
}

// Dollars are an amount of money.
type Dollars struct{ decimal.Decimal }

// UnmarshalYAML reads 500 or 12.50.
func (d *Dollars) UnmarshalYAML(node ast.Node) error {
	written, _ := Scalar(node)
	amount, err := decimal.NewFromString(written)
	if err != nil || !amount.IsPositive() || len(written) > 20 {
		return Wrong(node, "write it as 500 or 12.50", "%q is no amount of dollars above zero", written)
	}
	d.Decimal = amount
	return nil
}

// JSONSchema is its form for editors.
func (Dollars) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "number", ExclusiveMinimum: "0"}
}

// A Share is a part of a whole, written as 12.5% and kept digit by digit.
type Share struct{ decimal.Decimal }

// UnmarshalYAML reads 12.5%.
func (s *Share) UnmarshalYAML(node ast.Node) error {
	var p Percent
	if err := p.UnmarshalYAML(node); err != nil {
		return err
	}
	written, _ := Scalar(node)
	s.Decimal = decimal.RequireFromString(strings.TrimSuffix(written, "%")).Shift(-2)
	return nil
}

// JSONSchema is its form for editors.
func (Share) JSONSchema() *jsonschema.Schema { return Percent(0).JSONSchema() }
