package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A group sums the resources that have the same value in every dimension. Its JSON names are published.
type group struct {
	// Keys are the values by dimension, empty where a resource has none, and "?" of a tag where tags could not be read.
	Keys map[Dimension]string `json:"keys,omitempty"`
	// AccountName is the account's name where the group is one account's.
	AccountName string `json:"accountName,omitempty"`
	Resources   int    `json:"resources"`
	// Hourly and Monthly are lower bounds unless PriceKnown, and null where nothing is known. Monthly leaves out what ends by itself,
	// which Ends counts.
	Hourly     cost `json:"hourly"`
	Monthly    cost `json:"monthly"`
	Ends       int  `json:"ends,omitempty"`
	PriceKnown bool `json:"priceKnown"`
	// Unpriced is how many of the resources have a price that is not known.
	Unpriced int `json:"unpriced"`
}

func (g *group) add(it item) {
	if g.Resources == 0 {
		g.Hourly, g.Monthly = moot, moot
	}
	g.Resources++
	g.Hourly, g.Monthly = g.Hourly.plus(it.Hourly), g.Monthly.plus(it.Monthly)
	g.PriceKnown = g.Hourly.known
	if it.Ends {
		g.Ends++
	}
	if !it.PriceKnown {
		g.Unpriced++
	}
}

// groupsOf groups the items, which are those of the observations one by one, and sums all. Groups are dearest first, dimension by
// dimension: within the dearest account its dearest kind.
func groupsOf(obs []*estate.Observation, items []item, by []Dimension) (groups []group, all group) {
	all = group{Hourly: cost{known: true}, Monthly: cost{known: true}, PriceKnown: true}
	// The sums of the outer groups give the order.
	sums := map[string]*group{}
	for i, it := range items {
		all.add(it)
		path := ""
		for _, d := range by {
			path = within(path, d.of(obs[i].Resource))
			if sums[path] == nil {
				sums[path] = &group{}
			}
			sums[path].add(it)
		}
		if leaf := sums[path]; leaf != nil && leaf.Keys == nil {
			leaf.Keys = map[Dimension]string{}
			for _, d := range by {
				leaf.Keys[d] = d.of(obs[i].Resource)
			}
			if slices.Contains(by, "account") {
				leaf.AccountName = it.AccountName
			}
		}
	}
	for _, sum := range sums {
		if sum.Keys != nil {
			groups = append(groups, *sum)
		}
	}
	slices.SortFunc(groups, func(a, b group) int {
		ofA, ofB := "", ""
		for _, d := range by {
			ofA, ofB = within(ofA, a.Keys[d]), within(ofB, b.Keys[d])
			if ofA != ofB {
				x, y := sums[ofA], sums[ofB]
				return cmp.Or(compareCosts(x.Hourly, y.Hourly), y.Resources-x.Resources, strings.Compare(ofA, ofB))
			}
		}
		return 0
	})
	return groups, all
}

// within is the path of a value in a group.
func within(path, value string) string { return path + strconv.Itoa(len(value)) + ":" + value }

func (inv inventory) groupGrid() *grid {
	g := &grid{}
	for i, d := range inv.by {
		c := column{head: d.head(), least: 12, middle: true}
		if i > 0 {
			c.least = 8
		}
		g.columns = append(g.columns, c)
	}
	g.columns = append(g.columns, column{head: "RESOURCES", short: "COUNT", right: true}, hourlyColumn,
		monthlyColumn, column{head: "UNPRICED", right: true, shed: 1})
	add := func(keys []cell, sum group, tone tone) {
		unpriced := cell{"-", tone}
		if sum.Unpriced > 0 {
			unpriced = cell{strconv.Itoa(sum.Unpriced), doubtful}
		}
		g.rows = append(g.rows, append(keys, cell{strconv.Itoa(sum.Resources), tone}, cell{sum.Hourly.total(), tone}, cell{sum.Monthly.total(), tone}, unpriced))
	}
	for _, sum := range inv.groups {
		var keys []cell
		for _, d := range inv.by {
			text := cmp.Or(sum.Keys[d], "-")
			if d == "account" && sum.AccountName != "" {
				text = sum.AccountName + " (" + text + ")"
			}
			keys = append(keys, cell{text, plain})
		}
		add(keys, sum, plain)
	}
	keys := make([]cell, len(inv.by))
	keys[0] = cell{"all", strong}
	add(keys, inv.all, strong)
	return g
}
