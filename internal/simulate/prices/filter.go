package prices

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/pricing/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// Passes reports whether GetProducts lets the price through the filters.
func Passes(p world.Price, filters []types.Filter) bool {
	return !slices.ContainsFunc(filters, func(f types.Filter) bool { return !passes(p, f) })
}

func passes(p world.Price, f types.Filter) bool {
	has, wanted := Field(p, aws.ToString(f.Field)), aws.ToString(f.Value)
	switch f.Type {
	case types.FilterTypeContains:
		return strings.Contains(has, wanted)
	case types.FilterTypeAnyOf:
		return slices.Contains(strings.Split(wanted, ","), has)
	case types.FilterTypeNoneOf:
		return !slices.Contains(strings.Split(wanted, ","), has)
	}
	return has == wanted
}
