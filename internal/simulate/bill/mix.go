package bill

import (
	"math/rand/v2"
	"time"
)

// A Mix is what is on a bill beside the usage of the world. The zero Mix is nothing: usage at list price.
type Mix struct {
	// Plans are savings plans. They cover what comes first on the bill.
	Plans []Terms
	// Discount is the private discount on usage in thousandths. Rows says that it is on lines of its own, not in columns.
	Discount     int64
	DiscountRows bool
	// Bundled gives the data that goes into endpoints back.
	Bundled bool
	// PrivateRate is taken, in thousandths, off what instances of endpoints cost, and Volume off what other services do, each on a line of its own by the month.
	PrivateRate, Volume int64
	// Tax and Support are in thousandths of what is charged.
	Tax, Support int64
	// Credits, Refunds and PlanRefund are given back to accounts, and of what a plan had cost at once.
	Credits, Refunds, PlanRefund bool
	// Neighbors are other products: buckets, logs, registries, keys, data transfer, other services' instances, and Marketplace.
	Neighbors bool
	// Reservations are instances of other products under a reservation, with some unused.
	Reservations bool
	// Splits are the pods of clusters that EKS runs.
	Splits bool
	// Currencies are dealt out to the accounts in turn; none is USD.
	Currencies []string
	// Inactive are tag keys that are not shown. Activated are those that are shown only from a day of the month on.
	Inactive  []string
	Activated map[string]int
	// Categories shows a cost category by the account's stage.
	Categories bool
}

// Terms are those of a savings plan.
type Terms struct {
	// Hourly is the commitment, and Upfront what of it, in thousandths, is paid for at the beginning.
	Hourly  Amount
	Upfront int64
	// Bought is when it began, and Years how long it lasts. A plan that began in the month has its fee on the bill.
	Bought time.Time
	Years  int
	// Alone says that it covers the payer's own use only: it is not shared.
	Alone bool
}

// Everyday is what the bill of an organization of some size looks like in the month of the instant, in its nth delivery: from the second on, which
// comes when the month is closed, there are refunds.
func Everyday(at time.Time, delivery int) Mix {
	month := monthOf(at)
	return Mix{
		Plans: []Terms{
			{Hourly: 12 * One, Bought: month.AddDate(0, -7, 11), Years: 1},
			{Hourly: 24 * One, Upfront: 500, Bought: month.AddDate(0, 0, 9).Add(15 * time.Hour), Years: 1, Alone: true},
		},
		Tax: 190, Support: 30, Credits: true, Refunds: delivery > 1, Bundled: true, PrivateRate: 40, Volume: 20, Neighbors: true, Reservations: true, Splits: true, Categories: true,
		Inactive: []string{"Owner"}, Activated: map[string]int{"owner": 15},
	}
}

// monthOf is the first instant of the instant's month.
func monthOf(at time.Time) time.Time {
	y, m, _ := at.UTC().Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
}

// Random is a mix that follows from the seed: each part is there or not.
func Random(month time.Time, seed uint64) Mix {
	d := rand.New(rand.NewPCG(seed, 0xb111))
	half := func() bool { return d.IntN(2) == 0 }
	m := Mix{Bundled: half(), Credits: half(), Refunds: half(), Neighbors: half(), Reservations: half(), Splits: half(), Categories: half(), DiscountRows: half()}
	for range d.IntN(4) {
		m.Plans = append(m.Plans, Terms{
			Hourly: Amount(1+d.Int64N(400_000)) * One / 10_000, Upfront: []int64{0, 500, 1000}[d.IntN(3)],
			Bought: month.Add(-time.Duration(d.Int64N(int64(300*24*time.Hour))) + 40*24*time.Hour).Truncate(time.Second), Years: 1 + 2*d.IntN(2), Alone: half(),
		})
	}
	m.PlanRefund = len(m.Plans) > 0 && half()
	if half() {
		m.Discount = 1 + d.Int64N(300)
	}
	if half() {
		m.Tax = 1 + d.Int64N(250)
	}
	if half() {
		m.Support = 1 + d.Int64N(100)
	}
	if d.IntN(3) == 0 {
		m.Currencies = []string{"USD", "EUR", "JPY"}[:1+d.IntN(3)]
	}
	if half() {
		m.PrivateRate, m.Volume = 1+d.Int64N(200), 1+d.Int64N(200)
	}
	for _, key := range []string{"owner", "Owner", "team", "Team", "cost-center", "CostCentre"} {
		switch d.IntN(4) {
		case 0:
			m.Inactive = append(m.Inactive, key)
		case 1:
			if m.Activated == nil {
				m.Activated = map[string]int{}
			}
			m.Activated[key] = 2 + d.IntN(26)
		}
	}
	return m
}
