package strictyaml

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/invopop/jsonschema"
	"github.com/shopspring/decimal"
)

// A Size is a number of bytes, written as 500MB.
type Size int64

// sizes are the units, the largest first. They are what AWS means by them: a kB is 1024 bytes.
var sizes = []struct {
	unit string
	size int64
}{{"TB", 1 << 40}, {"GB", 1 << 30}, {"MB", 1 << 20}, {"kB", 1 << 10}}

// mostBytes is more than anybody has.
const mostBytes = 1 << 60

// ParseSize reads 500MB, 1.5 TB, or a number of bytes.
func ParseSize(text string) (Size, error) {
	number, unit := strings.TrimSpace(text), int64(1)
	for _, u := range sizes {
		if rest, ok := strings.CutSuffix(strings.ToUpper(number), strings.ToUpper(u.unit)); ok {
			number, unit = strings.TrimSpace(rest), u.size
			break
		}
	}
	n, err := decimal.NewFromString(number)
	if err != nil || n.IsNegative() || len(number) > 20 || n.Exponent() > 20 || n.Mul(decimal.NewFromInt(unit)).GreaterThan(decimal.NewFromInt(mostBytes)) {
		return 0, fmt.Errorf("%q is no size", text)
	}
	return Size(n.Mul(decimal.NewFromInt(unit)).IntPart()), nil
}

// String is the size as people read it, to a tenth of its unit.
func (s Size) String() string {
	for _, u := range sizes {
		if int64(s) >= u.size {
			return decimal.NewFromInt(int64(s)).DivRound(decimal.NewFromInt(u.size), 1).String() + " " + u.unit
		}
	}
	return fmt.Sprintf("%d bytes", int64(s))
}

// UnmarshalYAML reads 500MB.
func (s *Size) UnmarshalYAML(node ast.Node) error {
	written, _ := Scalar(node)
	size, err := ParseSize(written)
	if err != nil || size == 0 {
		return Wrong(node, "write it as 500MB, 20GB or 1.5TB", "%q is no size above zero", written)
	}
	*s = size
	return nil
}

// JSONSchema is its form for editors.
func (Size) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^[0-9]+(\.[0-9]+)? ?([kMGT]B)?$`}
}
