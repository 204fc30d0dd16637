package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A row is one line of the scan: a resource, or an idle part of a resource that is itself in use.
// Its JSON names are the published ones of json and ndjson.
type row struct {
	// Label is what the table shows: the name, with the variant of an endpoint and the domain where two are called the same.
	Label       string            `json:"label"`
	Name        string            `json:"name"`
	Part        string            `json:"part,omitempty"`
	ARN         string            `json:"arn"`
	Kind        estate.Kind       `json:"kind"`
	Type        string            `json:"type,omitempty"`
	Partition   string            `json:"partition"`
	Account     string            `json:"account"`
	AccountName string            `json:"accountName,omitempty"`
	Region      string            `json:"region"`
	Domain      string            `json:"domain,omitempty"`
	Owner       string            `json:"owner,omitempty"`
	OwnerFrom   string            `json:"ownerFrom,omitempty"`
	Status      string            `json:"status"`
	State       estate.State      `json:"state"`
	Confidence  estate.Confidence `json:"confidence,omitempty"`
	// IdleSince and IdleFor are present when idle; IdleOpen says that the true idle time is longer.
	IdleSince time.Time       `json:"idleSince,omitzero"`
	IdleFor   estate.Duration `json:"idleFor,omitzero"`
	IdleOpen  bool            `json:"idleOpen,omitempty"`
	LastUse   time.Time       `json:"lastUse,omitzero"`
	Instances []string        `json:"instances,omitempty"`
	StorageGB float64         `json:"storageGB,omitempty"`
	// Hourly is dollars per hour: what stopping it would save when idle, what it bills otherwise. Wasted is dollars
	// since it became idle. Both are lower bounds unless PriceKnown, and null where nothing is known, or where it is not paid by the hour,
	// which Note says.
	Hourly     cost  `json:"hourly"`
	Wasted     *cost `json:"wasted,omitempty"`
	PriceKnown bool  `json:"priceKnown"`
	// Ends says that it ends by itself, so that the hour says nothing of a month.
	Ends   bool   `json:"ends,omitempty"`
	Rule   string `json:"rule,omitempty"`
	Why    string `json:"why"`
	Remedy string `json:"remedy,omitempty"`
	Note   string `json:"note,omitempty"`
	// Conditions are what is wrong with it, used or not.
	Conditions []estate.Condition `json:"conditions,omitempty"`
}

// rowOf is the row of the whole resource.
func rowOf(ob *estate.Observation, at time.Time) row {
	r, v := ob.Resource, ob.Verdict
	out := row{
		Label: r.Name, Name: r.Name, ARN: r.ARN, Kind: r.Kind, Type: r.Type,
		Partition: r.Target.Partition, Account: r.Target.Account, AccountName: r.Target.AccountName, Region: r.Target.Region, Domain: r.Domain,
		Owner: r.Owner, OwnerFrom: r.OwnerFrom, Status: r.Status,
		State: v.State, Confidence: v.Confidence, LastUse: v.LastUse,
		Instances: instances(r, ""), StorageGB: storage(r, ""), Ends: r.Ends,
		Rule: v.Rule, Why: v.Why, Remedy: v.Remedy, Note: notes(ob.Waste.Note, elsewhere(r, "")), Conditions: conditions(v),
	}
	if v.State == estate.Idle {
		w := ob.Waste
		out.IdleSince, out.IdleFor, out.IdleOpen = v.Since, estate.Duration(v.IdleFor(at)), v.Open
		out.waste(r, estate.PartWaste{Known: w.Known, Hourly: w.Hourly, SoFar: w.SoFar})
		return out
	}
	out.Hourly = bill(r, "")
	out.PriceKnown = out.Hourly.known
	return out
}

// restRow is the row of a resource that is not idle, beside those of its idle parts and of what shares its instance: it bills what no
// other row does, so that all rows together bill what all resources do.
func restRow(ob *estate.Observation, t tally, at time.Time) row {
	out, r := rowOf(ob, at), rest(ob)
	out.Instances, out.StorageGB = instances(r, ""), storage(r, "")
	if len(r.Meters) < len(ob.Resource.Meters) {
		out.Note = notes(out.Note, "its idle parts are counted in rows of their own")
	}
	var with string
	if out.Hourly, with = t.bill(r); with != "" {
		out.Note = notes(out.Note, "its instance is counted with "+with)
	}
	out.PriceKnown = out.Hourly.known
	return out
}

// rest is the resource without what its idle parts bill.
func rest(ob *estate.Observation) estate.Resource {
	r := ob.Resource
	r.Meters = slices.DeleteFunc(slices.Clone(r.Meters), func(m estate.Meter) bool {
		return slices.ContainsFunc(ob.Verdict.Parts, func(p estate.PartVerdict) bool { return p.Part == m.Part && p.State == estate.Idle })
	})
	return r
}

// notes joins those that say something.
func notes(all ...string) string {
	return strings.Join(slices.DeleteFunc(all, func(n string) bool { return n == "" }), "; ")
}

// partRows are the rows of the idle parts of a resource that is not itself idle.
func partRows(ob *estate.Observation, at time.Time) []row {
	if ob.Verdict.State == estate.Idle {
		return nil
	}
	var rows []row
	for _, v := range ob.Verdict.Parts {
		if v.State != estate.Idle {
			continue
		}
		out := partRow(ob, v, at)
		out.IdleSince, out.IdleOpen = v.Since, v.Open
		if !v.Since.IsZero() {
			out.IdleFor = estate.Duration(at.Sub(v.Since))
		}
		out.waste(ob.Resource, partWaste(ob.Waste, v.Part))
		rows = append(rows, out)
	}
	return rows
}

// partRow is the row of a part, but for the figures.
func partRow(ob *estate.Observation, v estate.PartVerdict, at time.Time) row {
	out := rowOf(ob, at)
	out.Label += " › " + v.Part
	out.Part, out.State, out.Confidence, out.LastUse = v.Part, v.State, v.Confidence, v.LastUse
	out.Why, out.Rule, out.Remedy, out.Conditions = v.Why, v.Rule, v.Remedy, v.Conditions
	out.Instances, out.StorageGB, out.Note = instances(ob.Resource, v.Part), storage(ob.Resource, v.Part), elsewhere(ob.Resource, v.Part)
	return out
}

// partWaste is the part's figures. A part without figures is one whose price is not known, not a free one.
func partWaste(w estate.Waste, part string) estate.PartWaste {
	i := slices.IndexFunc(w.Parts, func(p estate.PartWaste) bool { return p.Part == part })
	if i < 0 {
		return estate.PartWaste{Part: part}
	}
	return w.Parts[i]
}

// waste sets the figures of what is idle: the resource, or the part that they name.
func (r *row) waste(of estate.Resource, w estate.PartWaste) {
	r.Hourly = orElsewhere(cost{amount: w.Hourly, known: w.Known}, of, w.Part)
	r.Wasted = new(orElsewhere(cost{amount: w.SoFar, known: w.Known}, of, w.Part))
	r.PriceKnown = r.Hourly.known
}

// compareRows puts the dearest first: by dollars per hour, then dollars wasted, then name.
func compareRows(a, b row) int {
	return cmp.Or(
		compareCosts(a.Hourly, b.Hourly),
		b.wasted().amount.Cmp(a.wasted().amount),
		cmp.Compare(a.Label, b.Label),
		cmp.Compare(a.ARN, b.ARN),
	)
}

func (r row) wasted() cost {
	if r.Wasted == nil {
		return cost{known: true}
	}
	return *r.Wasted
}

// place is the account and region as people name them.
func (r row) place() string { return cmp.Or(r.AccountName, r.Account) + "/" + r.Region }

// kind is the family and its type, short: "app: JupyterLab".
func (r row) kind() string { return kindOf(r.Kind, r.Type) }

func kindOf(k estate.Kind, typ string) string {
	short := strings.TrimPrefix(string(k), "studio-")
	if typ == "" {
		return short
	}
	return short + ": " + typ
}

// reason is why, with what explains a surprising figure.
func (r row) reason() string {
	if r.Note == "" {
		return r.Why
	}
	return r.Why + "; " + r.Note
}

// instances names what runs, of the part or of the whole: "2 × ml.g5.xlarge".
func instances(r estate.Resource, part string) []string {
	var out []string
	for _, m := range r.Meters {
		if m.InstanceType == "" || m.Count == 0 || part != "" && m.Part != part {
			continue
		}
		text := m.InstanceType
		if m.Count > 1 {
			text = fmt.Sprintf("%d × %s", m.Count, m.InstanceType)
		}
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// storage is how many GB bill, of the part or of the whole.
func storage(r estate.Resource, part string) float64 {
	sum := 0.0
	for _, m := range r.Meters {
		if part == "" || m.Part == part {
			sum += m.GB
		}
	}
	return sum
}
