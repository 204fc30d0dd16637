package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

const inventorySchema = "sagewarden.inventory/1"

// Inventory prints what there is and what it bills, dearest first: each resource, or the groups that the dimensions make of them.
func Inventory(w io.Writer, s *estate.Snapshot, by []Dimension, o Options) error {
	inv := newInventory(s, by)
	switch o.Format {
	case Table, Wide, "":
		return write(w, inv.story(o).terminal(o))
	case JSON:
		return inv.json(w)
	case NDJSON:
		if len(by) > 0 {
			return ndjson(w, inv.groups)
		}
		return ndjson(w, inv.items)
	case CSV:
		if len(by) > 0 {
			return writeCSV(w, groupFields(by), inv.groups)
		}
		return writeCSV(w, itemFields, inv.items)
	case Parquet:
		if len(by) > 0 {
			return writeParquet(w, s, groupFields(by), inv.groups)
		}
		return writeParquet(w, s, itemFields, inv.items)
	case Markdown:
		return write(w, inv.story(o).markdown())
	case HTML:
		return inv.story(o).html(w)
	}
	return unsupported(o.Format, InventoryFormats())
}

// An inventory is what every form of it is printed from.
type inventory struct {
	snapshot *estate.Snapshot
	by       []Dimension
	items    []item
	groups   []group
	all      group
	unpriced []unpriced
}

// An item is a resource and what it bills. Its JSON names are published.
type item struct {
	Name        string       `json:"name"`
	ARN         string       `json:"arn"`
	Kind        estate.Kind  `json:"kind"`
	Type        string       `json:"type,omitempty"`
	Status      string       `json:"status"`
	Partition   string       `json:"partition"`
	Account     string       `json:"account"`
	AccountName string       `json:"accountName,omitempty"`
	Region      string       `json:"region"`
	Domain      string       `json:"domain,omitempty"`
	User        string       `json:"user,omitempty"`
	Space       string       `json:"space,omitempty"`
	Owner       string       `json:"owner,omitempty"`
	OwnerFrom   string       `json:"ownerFrom,omitempty"`
	Created     time.Time    `json:"created,omitzero"`
	Modified    time.Time    `json:"modified,omitzero"`
	State       estate.State `json:"state,omitempty"`
	Instances   []string     `json:"instances,omitempty"`
	StorageGB   float64      `json:"storageGB,omitempty"`
	// Hourly and Monthly are dollars at the present rate: lower bounds unless PriceKnown, and null where nothing is known. There is no
	// Monthly of what Ends by itself.
	Hourly     cost   `json:"hourly"`
	Monthly    cost   `json:"monthly"`
	Ends       bool   `json:"ends,omitempty"`
	PriceKnown bool   `json:"priceKnown"`
	Note       string `json:"note,omitempty"`
	// Tags is null where they could not be read.
	Tags map[string]string `json:"tags"`
}

// newInventory charges an instance that several resources share to the first of them by ARN, so that every sum of items is right.
func newInventory(s *estate.Snapshot, by []Dimension) inventory {
	inv := inventory{snapshot: s, by: by}
	t, unpriced := tally{}, unknownPrices{}
	observations := slices.SortedFunc(s.All(), func(a, b *estate.Observation) int { return cmp.Compare(a.Resource.ARN, b.Resource.ARN) })
	for _, ob := range observations {
		unpriced.add(ob)
		r := ob.Resource
		it := item{
			Name: r.Name, ARN: r.ARN, Kind: r.Kind, Type: r.Type, Status: r.Status,
			Partition: r.Target.Partition, Account: r.Target.Account, AccountName: r.Target.AccountName, Region: r.Target.Region,
			Domain: r.Domain, User: r.User, Space: r.Space, Owner: r.Owner, OwnerFrom: r.OwnerFrom, Created: r.Created, Modified: r.Modified,
			State: ob.Verdict.State, Instances: instances(r, ""), StorageGB: storage(r, ""), Ends: r.Ends, Tags: r.Tags,
		}
		bill, with := t.bill(r)
		it.Hourly, it.Monthly, it.PriceKnown, it.Note = bill, projected(r, bill), bill.known, elsewhere(r, "")
		if with != "" {
			it.Note = notes(it.Note, "its instance is counted with "+with)
		}
		inv.items = append(inv.items, it)
	}
	inv.unpriced = unpriced.sorted()
	inv.groups, inv.all = groupsOf(observations, inv.items, by)
	slices.SortStableFunc(inv.items, func(a, b item) int { return compareCosts(a.Hourly, b.Hourly) })
	return inv
}

// An inventoryDocument is the form JSON of an inventory. Money is dollars, written as decimal strings.
type inventoryDocument struct {
	Schema      string    `json:"schema"`
	At          time.Time `json:"at"`
	Interrupted bool      `json:"interrupted,omitempty"`
	Targets     int       `json:"targets"`
	// Total sums all resources, whatever they are grouped by.
	Total         group             `json:"total"`
	UnknownPrices []unpriced        `json:"unknownPrices"`
	By            []Dimension       `json:"by,omitempty"`
	Groups        []group           `json:"groups,omitempty"`
	Resources     []item            `json:"resources,omitzero"`
	Coverage      []estate.Coverage `json:"coverage"`
}

func (inv inventory) json(w io.Writer) error {
	s := inv.snapshot
	doc := inventoryDocument{Schema: inventorySchema, At: s.At.UTC(), Interrupted: s.Interrupted, Targets: len(s.Targets),
		Total: inv.all, UnknownPrices: inv.unpriced, By: inv.by, Coverage: orEmpty(s.Coverage)}
	if len(inv.by) > 0 {
		doc.Groups = inv.groups
	} else {
		doc.Resources = orEmpty(inv.items)
	}
	return writeJSON(w, doc)
}

// story tells the inventory to people.
func (inv inventory) story(o Options) story {
	s := story{title: fmt.Sprintf("%s in %s, %s", count(inv.all.Resources, "resource"), count(len(inv.snapshot.Targets), "target"), instant(inv.snapshot.At))}
	if inv.snapshot.Interrupted {
		s.alert = interrupted
	}
	totals := []fact{{label: "per hour", text: inv.all.Hourly.total()}, {label: "per month at this rate", text: inv.all.Monthly.total()}}
	switch {
	case inv.all.Resources == 0:
	case len(inv.by) > 0:
		s.figures = totals
		s.add(section{grid: inv.groupGrid(), remarks: leftOut(inv.all.Ends)})
	default:
		s.figures = totals
		s.add(section{grid: inv.itemGrid(o)})
		s.add(section{remarks: append([]remark{{text: inv.sum(), tone: strong}}, leftOut(inv.all.Ends)...)})
	}
	s.add(section{remarks: slices.Concat(unpricedRemarks(inv.unpriced), coverage(inv.snapshot))})
	s.next(o.Next)
	return s
}

func (inv inventory) sum() string {
	text := "all: nothing by the hour"
	if !inv.all.Hourly.moot {
		text = "all: " + inv.all.Hourly.total() + "/h"
	}
	if !inv.all.Monthly.moot {
		text += ", " + inv.all.Monthly.total() + "/month at this rate"
	}
	if n := inv.all.Unpriced; n > 0 {
		text += fmt.Sprintf(", and %s of unknown price", count(n, "resource"))
	}
	return text
}

var ageColumn = column{head: "AGE", right: true, shed: 5}

func (inv inventory) itemGrid(o Options) *grid {
	// Where nothing was judged, there is no state to show.
	judged := slices.ContainsFunc(inv.items, func(it item) bool { return it.State != "" })
	g := &grid{columns: []column{resourceColumn, kindColumn, {head: "STATUS", least: 10, shed: 1}, placeColumn, ownerColumn, ageColumn}}
	if judged {
		g.columns = append(g.columns, column{head: "STATE", shed: 6})
	}
	g.columns = append(g.columns, hourlyColumn)
	faces := make([]face, len(inv.items))
	for i, it := range inv.items {
		faces[i] = face{it.Name, it.Account, it.Region, it.Domain, it.Type, it.Kind}
	}
	labels := labels(faces)
	for i, it := range inv.items {
		row := []cell{{labels[i], strong}, {kindOf(it.Kind, it.Type), plain}, {cmp.Or(it.Status, "-"), plain},
			{cmp.Or(it.AccountName, it.Account) + "/" + it.Region, plain}, {cmp.Or(it.Owner, "-"), plain}, {age(inv.snapshot.At, it.Created), plain}}
		if judged {
			row = append(row, cell{cmp.Or(string(it.State), "-"), plain})
		}
		g.rows = append(g.rows, append(row, money(it.Hourly.rate())))
	}
	if o.roomy() {
		g.prose = o.Width > 0
		inv.prose(g)
	}
	return g
}

// prose adds the columns of text, for the forms that have the room.
func (inv inventory) prose(g *grid) {
	add := func(head string, text func(item) string) {
		g.columns = append(g.columns, column{head: head, fold: true})
		for i, it := range inv.items {
			g.rows[i] = append(g.rows[i], cell{text(it), plain})
		}
	}
	add("INSTANCES", func(it item) string { return strings.Join(it.Instances, ", ") })
	add("STORAGE", func(it item) string { return gigabytes(it.StorageGB) })
	add("NOTE", func(it item) string { return it.Note })
	add("OWNER FROM", func(it item) string { return it.OwnerFrom })
	add("DOMAIN", func(it item) string { return it.Domain })
	add("CREATED", func(it item) string { return instant(it.Created) })
	add("TAGS", func(it item) string {
		var tags []string
		for _, t := range pairs(it.Tags) {
			tags = append(tags, t.label+"="+t.text)
		}
		return strings.Join(tags, ", ")
	})
	add("ARN", func(it item) string { return it.ARN })
}

// age is how long ago it was made.
func age(now, created time.Time) string {
	if created.IsZero() || created.After(now) {
		return "-"
	}
	return span(now.Sub(created))
}
