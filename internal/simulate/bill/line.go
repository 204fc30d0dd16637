package bill

import (
	"fmt"
	"time"
)

// A LineType is CUR's word for what a line is.
type LineType string

// The line types.
const (
	Usage                LineType = "Usage"
	Fee                  LineType = "Fee"
	Tax                  LineType = "Tax"
	Credit               LineType = "Credit"
	Refund               LineType = "Refund"
	BundledDiscount      LineType = "BundledDiscount"
	EDPDiscount          LineType = "EdpDiscount"
	PrivateDiscount      LineType = "PrivateRateDiscount"
	OtherDiscount        LineType = "Discount"
	PlanCovered          LineType = "SavingsPlanCoveredUsage"
	PlanNegation         LineType = "SavingsPlanNegation"
	PlanRecurring        LineType = "SavingsPlanRecurringFee"
	PlanUpfront          LineType = "SavingsPlanUpfrontFee"
	ReservationCovered   LineType = "DiscountedUsage"
	ReservationRecurring LineType = "RIFee"
)

// A Line is a line of the bill, before any format.
type Line struct {
	Type    LineType
	Subject *Subject
	Product *Product
	// Start and End are the hour, the day, or the month that it is of.
	Start, End time.Time
	Currency   string
	// Seller is the billing entity: AWS, or AWS Marketplace.
	Seller string
	// Quantity is how much was used, at Rate; what is no usage has none.
	Quantity, Rate Amount
	// Unblended is what the invoice says, Net what it says after the private discount, List the price without any commitment or discount.
	Unblended, Net, List Amount
	// Discount is the private discount that Net has and Unblended has not; negative.
	Discount Amount
	// Plan is the savings plan that covers the line, or whose fee it is, and Effective what it takes of the commitment.
	Plan      *Plan
	Effective Amount
	// Of a recurring fee: what was committed, and what of that was used; Upfront is what of it was paid for at the beginning.
	Committed, Used, Upfront Amount
	// Reservation is the reservation that covers the line, or whose fee it is. Its own amounts are those above.
	Reservation *Reservation
	// Split is what a pod takes of the instance that it runs on.
	Split *Split
	// Description is the bill's own text, the product's where it is empty.
	Description string
	// Tags are what the bill shows of the subject's, and of its account and categories.
	Tags *Tags

	// unused says that it is the row of FOCUS for the unused part of the commitment.
	unused bool
}

// A Split is a pod's share of an instance that is billed on a line of its own.
type Split struct {
	Parent                 string
	Reserved, Actual, Used Amount
	Cost, Unused, List     Amount
}

// String says how the line came about.
func (l *Line) String() string {
	text := fmt.Sprintf("%s %s %s of %s on %s", l.Type, l.Start.Format("2006-01-02T15"), l.Product.Service, l.Product.Usage, l.Subject.ID)
	if l.Quantity != 0 {
		text += fmt.Sprintf(": %s %s at %s", l.Quantity, l.Product.Unit, l.Rate)
	}
	if l.Plan != nil && l.Committed != 0 {
		text += fmt.Sprintf(", %s of %s used", l.Used, l.Committed)
	}
	return text + fmt.Sprintf(" = %s %s, %s amortized", l.Unblended, l.Currency, l.Amortized())
}

// Amortized is what the line costs once fees of commitments are spread over what they cover; what is left unused stays with the fee.
func (l *Line) Amortized() Amount {
	switch l.Type {
	case PlanCovered, ReservationCovered:
		return l.Effective
	case PlanNegation, PlanUpfront:
		return 0
	case PlanRecurring, ReservationRecurring:
		return l.Committed - l.Used
	case Refund:
		if l.Plan != nil {
			return 0
		}
	}
	return l.Unblended
}

// NetAmortized is the same after the private discount, from which commitments are exempt.
func (l *Line) NetAmortized() Amount {
	if amortized := l.Amortized(); amortized != l.Unblended {
		return amortized
	}
	return l.Net
}

// TrueUp is what Amortized has spread into the month of fees that were paid before it; negative.
func (l *Line) TrueUp() Amount {
	if l.Type == PlanRecurring || l.Type == ReservationRecurring {
		return -l.Upfront
	}
	return 0
}

// UpfrontFee is what was paid or given back at once for later months.
func (l *Line) UpfrontFee() Amount {
	if l.Type == PlanUpfront || l.Type == Refund && l.Plan != nil || l.Type == Fee && l.Reservation != nil {
		return l.Unblended
	}
	return 0
}

// Totals are sums over lines. Amounts of several currencies have no sum: a bill has totals for each.
type Totals struct {
	Lines                                                             int
	Unblended, Net, Amortized, NetAmortized, List, TrueUp, UpfrontFee Amount
}

func (t *Totals) add(l *Line) {
	t.Lines++
	t.Unblended += l.Unblended
	t.Net += l.Net
	t.Amortized += l.Amortized()
	t.NetAmortized += l.NetAmortized()
	t.List += l.List
	t.TrueUp += l.TrueUp()
	t.UpfrontFee += l.UpfrontFee()
}
