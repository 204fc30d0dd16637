package bill

import (
	"maps"
	"slices"
	"time"
)

// on is a line of an account that is for no resource: of the whole month unless it says otherwise.
func (w *writer) on(as LineType, p *Product, cost Amount, text string) *Line {
	return &Line{Type: as, Subject: &Subject{Account: w.account, Region: p.Region}, Product: p, Start: w.Month, End: w.end, Unblended: cost, List: cost, Description: text}
}

// fees are what the payer alone is charged: for plans, reservations and support, with the tax on that.
func (w *writer) fees() {
	support := w.supported
	w.open(w.Payer, w.currencyOf(w.Payer))
	if w.payers != nil {
		w.charged = w.payers
	}
	for _, p := range w.plans {
		w.plan(p)
	}
	if w.Reservations {
		w.reservation(&Reservation{ID: digest("reservation", w.Payer.ID)[:12], Region: "us-east-1", Count: 4, Idle: 1, Recurring: 3 * One / 100, Upfront: One / 100, Rate: 96 * One / 1000})
	}
	if fee := support.over(w.Support, 1000).cents(); fee > 0 {
		l := w.on(Fee, &Product{Service: "AWSSupportBusiness", ServiceName: "AWS Support (Business)", Usage: "Dollar", Operation: "MonthlySupport", Unit: "Dollar", Family: "AWS Support"},
			fee, "AWS Support (Business) of the month")
		l.Quantity = fee
		w.put(l)
	}
	w.tax()
}

// plan puts the fees of a savings plan on the bill, with what of the commitment is used. That comes last, since all lines are before it.
func (w *writer) plan(p *Plan) {
	product, left := planProduct(p), w.unused(p)
	fee := func(as LineType, cost Amount, at time.Time, text string) *Line {
		l := w.on(as, product, cost, text)
		l.Subject.ID, l.Plan, l.List = p.ARN, p, 0
		if !at.IsZero() {
			l.Start, l.End = at, at.Add(w.grain())
		}
		return l
	}
	if bought := p.Bought.Truncate(w.grain()); p.Upfront > 0 && !bought.Before(w.Month) && bought.Before(w.until) {
		w.put(fee(PlanUpfront, p.upfrontFee(), bought, "Upfront fee of "+product.Description))
	}
	for n, from := 0, w.Month; from.Before(w.until); n, from = n+1, from.Add(w.grain()) {
		hours := p.hours(from, from.Add(w.grain()))
		if hours == 0 {
			continue
		}
		l := fee(PlanRecurring, 0, from, product.Description)
		l.Committed, l.Upfront = w.committed(p, from), p.Hourly.over(p.Upfront, 1000)*Amount(hours)
		l.Used, l.Quantity, l.Unblended = l.Committed-left[n], Amount(hours)*One, l.Committed-l.Upfront
		l.Rate = p.Hourly - p.Hourly.over(p.Upfront, 1000)
		w.put(l)
	}
	if w.PlanRefund {
		w.put(fee(Refund, -(p.Hourly * 24).cents(), time.Time{}, "Refund for one-time fee for Savings Plan ID "+p.ID))
	}
}

// refund gives the account back what one line had cost.
func (w *writer) refund(of *Line) {
	if !w.Refunds || w.refunded || of.Type != Usage || of.Subject.Kind != "endpoint" || of.Unblended < One {
		return
	}
	w.refunded = true
	back := *of
	back.Type, back.Quantity, back.Rate, back.Discount = Refund, 0, 0, 0
	back.Unblended, back.List, back.Description = -of.Unblended.cents(), -of.Unblended.cents(), "Refund of usage that was charged by mistake"
	w.put(&back)
}

// credit gives the account a part of what it was charged for SageMaker.
func (w *writer) credit() {
	if back := w.charged[sageMaker].over(15, 1000).cents(); w.Credits && back > 0 {
		l := w.on(Credit, &Product{Service: sageMaker, ServiceName: "Amazon SageMaker"}, -back, "Credit of the proof-of-concept program")
		l.List = 0
		w.put(l)
	}
}

// tax is on what each service has charged the account.
func (w *writer) tax() {
	for _, service := range slices.Sorted(maps.Keys(w.charged)) {
		if tax := w.charged[service].over(w.Tax, 1000).cents(); tax > 0 {
			l := w.on(Tax, &Product{Service: service, ServiceName: service}, tax, "Tax for product code "+service)
			l.List = 0
			w.put(l)
		}
	}
}

// A Reservation is instances of another service that were reserved, of which some are idle.
type Reservation struct {
	ID, Region string
	// Count instances are reserved, and Idle of them not used.
	Count, Idle int64
	// Recurring and Upfront are what each costs by the hour, Rate what it would without.
	Recurring, Upfront, Rate Amount
}

// ARN is the reservation's name.
func (r *Reservation) ARN(account string) string {
	return "arn:aws:ec2:" + r.Region + ":" + account + ":reserved-instances/" + r.ID
}

func (w *writer) reservation(r *Reservation) {
	product := &Product{Service: "AmazonEC2", ServiceName: "Amazon Elastic Compute Cloud", Usage: "BoxUsage:m5.large", Operation: "RunInstances", Unit: "Hrs", Family: "Compute Instance",
		Instance: "m5.large", SKU: "7X4K64YA59VZZAC3", Region: r.Region, Rate: r.Rate, Description: "Linux/UNIX (Amazon VPC), m5.large reserved instance applied"}
	var hours int64
	for from := w.Month; from.Before(w.until); from = from.Add(w.grain()) {
		n := int64(w.grain() / time.Hour)
		hours += n
		l := w.on(ReservationCovered, product, 0, product.Description)
		l.Subject.ID = "i-0" + digest("instance", r.ID)[:16]
		l.Start, l.End, l.Reservation = from, from.Add(w.grain()), r
		l.Quantity = Amount((r.Count-r.Idle)*n) * One
		l.Effective, l.List = (r.Recurring + r.Upfront).Times(l.Quantity), r.Rate.Times(l.Quantity)
		w.put(l)
	}
	fee := w.on(ReservationRecurring, product, r.Recurring*Amount(hours*r.Count), "USD hourly fee per Linux/UNIX (Amazon VPC), m5.large instance")
	fee.List, fee.Reservation, fee.Quantity, fee.Rate = 0, r, Amount(hours*r.Count)*One, r.Recurring
	fee.Upfront = r.Upfront * Amount(hours*r.Count)
	fee.Committed, fee.Used = fee.Unblended+fee.Upfront, (r.Recurring+r.Upfront)*Amount(hours*(r.Count-r.Idle))
	w.put(fee)
}
