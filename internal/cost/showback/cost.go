package showback

import (
	"fmt"
	"strings"
)

// A Cost is one of the costs that a bill tells of each charge.
type Cost struct{ name, column, head, doc string }

// costs are in the order in which they are told, the default first.
var costs = []Cost{
	{"unblended", "unblended_cost", "UNBLENDED", "as billed on the day: upfront fees on theirs, and a commitment's fee beside what it covers"},
	{"net-unblended", "net_unblended_cost", "NET UNBLENDED", "the same after private discounts"},
	{"amortized", "amortized_cost", "AMORTIZED", "commitments spread over what they cover, and what of them went unused"},
	{"net-amortized", "net_amortized_cost", "NET AMORTIZED", "the same after private discounts"},
	{"list", "list_cost", "LIST", "at the public on-demand price"},
}

// String is the cost as people type it.
func (c Cost) String() string { return c.name }

// Column is its name in the lake, and for programs.
func (c Cost) Column() string { return c.column }

// ParseCost reads the name of a cost.
func ParseCost(name string) (Cost, error) {
	for _, c := range costs {
		if c.name == name {
			return c, nil
		}
	}
	return Cost{}, fmt.Errorf("unknown cost %q: the costs are %s", name, strings.Join(CostNames(), ", "))
}

// CostNames are the names that ParseCost reads.
func CostNames() []string {
	var names []string
	for _, c := range costs {
		names = append(names, c.name)
	}
	return names
}

// DescribeCosts is a line for each cost, its name and what it is.
func DescribeCosts() [][2]string {
	var lines [][2]string
	for _, c := range costs {
		lines = append(lines, [2]string{c.name, c.doc})
	}
	return lines
}
