package estate

import (
	"github.com/shopspring/decimal"
)

// A Meter is one thing that a resource bills by the hour: component × instance type × count.
type Meter struct {
	// Part is the part of the resource that bills: an endpoint's variant. Empty means the whole.
	Part string `json:"part,omitempty"`
	// Component is the price list's name of the use (platoinstancetype): "Hosting", "Studio-JupyterLab".
	// The same instance type costs different money under different components.
	Component    string `json:"component"`
	InstanceType string `json:"instanceType"`
	// Count multiplies the rate: instances, or provisioned concurrency.
	Count int `json:"count"`
	// GB multiplies the rate in place of Count where storage is billed.
	GB float64 `json:"gb,omitempty"`
	// Share names a bill that several resources have in common, such as one instance under several
	// KernelGateway apps. Meters with the same non-empty Share are one meter.
	Share string `json:"share,omitempty"`
	// Free says why the meter costs nothing by the hour, empty when it costs.
	Free string `json:"free,omitempty"`
	// Elsewhere says that a free meter is no gift: it was paid for upfront, or other resources bill for it.
	Elsewhere bool `json:"elsewhere,omitempty"`
	Rate      Rate `json:"rate"`
}

// A Rate is dollars per hour from the price list for one unit of a meter, or not known.
type Rate struct {
	Known bool `json:"known"`
	// Hourly is dollars per hour for a count of one, or for one GB; meaningless unless Known.
	Hourly decimal.Decimal `json:"hourly"`
	SKU    string          `json:"sku,omitempty"`
	// Source says which price list, with its date.
	Source string `json:"source,omitempty"`
	// Why says why the rate is not known.
	Why string `json:"why,omitempty"`
}

// Hourly is what the meter costs per hour, and whether that is known. A free meter costs a known zero.
func (m Meter) Hourly() (decimal.Decimal, bool) {
	units := decimal.NewFromInt(int64(m.Count))
	if m.GB > 0 {
		units = decimal.NewFromFloat(m.GB)
	}
	switch {
	case m.Free != "" || units.IsZero():
		return decimal.Zero, true
	case !m.Rate.Known:
		return decimal.Zero, false
	}
	return m.Rate.Hourly.Mul(units), true
}

// Hourly sums the meters of the resource, and says whether every one of them is known.
func (r Resource) Hourly() (decimal.Decimal, bool) {
	sum, known := decimal.Zero, true
	for _, m := range r.Meters {
		h, ok := m.Hourly()
		sum, known = sum.Add(h), known && ok
	}
	return sum, known
}
