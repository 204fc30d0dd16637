package bill

import (
	"strconv"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A Plan is a savings plan of the payer's.
type Plan struct {
	Terms
	// ID is AWS's id of it, and ARN its name.
	ID, ARN string
}

// planService is the product code of machine learning savings plans.
const planService = "MachineLearningSavingsPlans"

// Ends is when the plan is over.
func (p *Plan) Ends() time.Time { return p.Bought.AddDate(p.Years, 0, 0) }

// At reports whether it is in force.
func (p *Plan) At(t time.Time) bool { return !t.Before(p.Bought) && t.Before(p.Ends()) }

// Payment is how it is paid for, in the bill's words.
func (p *Plan) Payment() string {
	switch p.Upfront {
	case 0:
		return "No Upfront"
	case 1000:
		return "All Upfront"
	}
	return "Partial Upfront"
}

// upfrontFee is what was paid at its beginning, in cents.
func (p *Plan) upfrontFee() Amount {
	hours := int64(p.Ends().Sub(p.Bought).Hours())
	return (p.Hourly.over(p.Upfront, 1000) * Amount(hours)).cents()
}

func (b *Bill) sign() []*Plan {
	var plans []*Plan
	for n, t := range b.Plans {
		id := uuid("plan", b.Payer.ID, strconv.Itoa(n))
		plans = append(plans, &Plan{Terms: t, ID: id, ARN: "arn:" + b.Payer.InPartition() + ":savingsplans::" + b.Payer.ID + ":savingsplan/" + id})
	}
	return plans
}

// hours are how many hours of [from, to) the plan is in force: it begins and ends with an hour.
func (p *Plan) hours(from, to time.Time) int64 {
	from, to = world.Later(from, p.Bought.Truncate(time.Hour)), world.Earlier(to, p.Ends())
	if !from.Before(to) {
		return 0
	}
	return int64(to.Sub(from) / time.Hour)
}

// planProduct is the product of a plan's fees.
func planProduct(p *Plan) *Product {
	return &Product{Service: planService, ServiceName: "Machine Learning Savings Plans", Usage: "MachineLearningSP:" + strconv.Itoa(p.Years) + "yr" + p.Payment(), Unit: "Hours",
		Family: "MachineLearningSavingsPlans", SKU: digest("sku", planService, p.Payment())[:16], Rate: p.Hourly,
		Description: strconv.Itoa(p.Years) + " year " + p.Payment() + " Machine Learning Savings Plan"}
}
