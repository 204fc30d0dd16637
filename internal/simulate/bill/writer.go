package bill

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A writer makes the lines of a bill, one after the other.
type writer struct {
	*Bill
	yield func(*Line) bool
	done  bool
	// left is what is not used yet of each plan, by hour or day of the month.
	left map[*Plan][]Amount
	// supported is all that was charged in the payer's currency.
	supported Amount

	// Of the account at hand: what is said about many lines together, and what is charged by service.
	account  *world.Account
	currency string
	together map[bundle]*Line
	charged  map[string]Amount
	refunded bool
	// payers are what the payer is charged by service.
	payers map[string]Amount
}

// A bundle is lines of one type that are one line, as AWS makes one negation an hour of all that a plan covers.
type bundle struct {
	as    LineType
	plan  *Plan
	usage string
	start time.Time
}

func (k bundle) compare(o bundle) int {
	var plan, other string
	if k.plan != nil {
		plan = k.plan.ID
	}
	if o.plan != nil {
		other = o.plan.ID
	}
	return cmp.Or(cmp.Compare(k.as, o.as), cmp.Compare(plan, other), cmp.Compare(k.usage, o.usage), k.start.Compare(o.start))
}

func (w *writer) open(a *world.Account, currency string) {
	w.account, w.currency, w.together, w.charged = a, currency, map[bundle]*Line{}, map[string]Amount{}
	w.refunded = false
}

// put puts a line on the bill. What the private discount takes off a line, it has of its own.
func (w *writer) put(l *Line) {
	if w.done {
		return
	}
	if l.Currency == "" {
		l.Currency = w.currency
	}
	if l.Seller == "" {
		l.Seller = amazon
	}
	if l.Tags == nil {
		l.Tags = w.shown(l.Subject, l.Start)
	}
	l.Net = l.Unblended
	if l.Type == Usage && l.Seller == amazon && w.Discount > 0 {
		off := -l.Unblended.over(w.Discount, 1000)
		if w.discounted() {
			l.Discount, l.Net = off, l.Unblended+off
		} else if off != 0 {
			w.bundle(EDPDiscount, nil, l, "Enterprise Discount Program").gather(off)
		}
	}
	w.reduce(l)
	w.charged[l.Product.Service] += l.Net
	if l.Currency == w.currencyOf(w.Payer) {
		w.supported += l.Net
	}
	w.done = !w.yield(l)
}

// reduce puts aside what private rates and volume take off the usage of the month.
func (w *writer) reduce(l *Line) {
	if l.Type != Usage || l.Seller != amazon || l.Split != nil {
		return
	}
	as, thousandths, text := OtherDiscount, w.Volume, "Discount on the volume of "+l.Product.ServiceName
	if l.Product.Service == sageMaker {
		if !strings.HasPrefix(l.Product.unprefixed(), "Host:ml.") {
			return
		}
		as, thousandths, text = PrivateDiscount, w.PrivateRate, "Private rate of "+l.Product.Usage
	}
	if off := -l.Unblended.over(thousandths, 1000); off != 0 {
		of := *l
		of.Start, of.End = w.Month, w.end
		w.bundle(as, nil, &of, text).gather(off)
	}
}

// amazon sells all but what Marketplace does.
const amazon, marketplace = "AWS", "AWS Marketplace"

// bundle is the line of the type that stands for the like of the given one in its hour, day or month.
func (w *writer) bundle(as LineType, plan *Plan, of *Line, text string) *Line {
	k := bundle{as, plan, of.Product.Usage, of.Start}
	l := w.together[k]
	if l == nil {
		l = &Line{Type: as, Subject: &Subject{Account: w.account, Region: of.Subject.Region}, Product: of.Product, Start: of.Start, End: of.End, Plan: plan, Description: text}
		w.together[k] = l
	}
	return l
}

// gather adds to a line that stands for many.
func (l *Line) gather(unblended Amount) { l.Unblended += unblended }

// spend puts the lines of a spend on the bill: one for each hour or day, of which what a plan covers is another.
func (w *writer) spend(s spend) {
	turns, tags := w.turns(), (*Tags)(nil)
	for n, from := 0, w.Month; from.Before(w.until); n, from = n+1, from.Add(w.grain()) {
		to := from.Add(w.grain())
		if tags == nil || len(turns) > 0 && !from.Before(turns[0]) {
			tags = w.shown(s.subject, from)
			for len(turns) > 0 && !from.Before(turns[0]) {
				turns = turns[1:]
			}
		}
		used := s.used(from, to)
		if used == 0 {
			continue
		}
		line := func(as LineType, quantity Amount) *Line {
			cost := s.product.Rate.Times(quantity)
			if s.pod != nil {
				return s.pod.line(s, quantity, from, to, tags)
			}
			return &Line{Type: as, Subject: s.subject, Product: s.product, Start: from, End: to, Quantity: quantity, Rate: s.product.Rate, Unblended: cost, List: cost, Tags: tags,
				Seller: s.product.seller()}
		}
		if s.product.PlanRate > 0 && s.as == Usage {
			for _, p := range w.plans {
				if p.Alone && w.account != w.Payer || w.currency != w.currencyOf(w.Payer) {
					continue
				}
				covered, takes := w.cover(p, n, s.product.PlanRate, used)
				if covered == 0 {
					continue
				}
				l := line(PlanCovered, covered)
				l.Plan, l.Effective = p, takes
				w.bundle(PlanNegation, p, l, "SavingsPlanNegation used by AccountId : "+w.account.ID+" and UsageSku : "+s.product.SKU).gather(-l.Unblended)
				w.put(l)
				if used -= covered; used == 0 {
					break
				}
			}
			if used == 0 {
				continue
			}
		}
		l := line(s.as, used)
		if w.Bundled && l.Product.unprefixed() == "Hst:Data-Bytes-In" {
			w.bundle(BundledDiscount, nil, l, "Bundled discount on data that goes into endpoints").gather(-l.Unblended)
		}
		w.put(l)
		w.refund(l)
		if w.done {
			return
		}
	}
}

// unused is what is left of the plan in each hour or day.
func (w *writer) unused(p *Plan) []Amount {
	if w.left[p] == nil {
		left := []Amount{}
		for from := w.Month; from.Before(w.until); from = from.Add(w.grain()) {
			left = append(left, w.committed(p, from))
		}
		w.left[p] = left
	}
	return w.left[p]
}

// committed is what the plan commits to in the hour or day.
func (w *writer) committed(p *Plan, from time.Time) Amount {
	return p.Hourly * Amount(p.hours(from, from.Add(w.grain())))
}

// cover takes what is left of the plan in the nth hour or day for the use of the rate: as much of it as there is.
func (w *writer) cover(p *Plan, n int, rate, used Amount) (covered, takes Amount) {
	left := w.unused(p)
	if takes = rate.Times(used); takes > left[n] {
		used = left[n].over(int64(One), int64(rate))
		for takes = rate.Times(used); takes > left[n]; takes = rate.Times(used) {
			used--
		}
	}
	if used <= 0 {
		return 0, 0
	}
	left[n] -= takes
	return used, takes
}

// close puts what is said about the account's lines together on the bill.
func (w *writer) close() {
	keys := slices.SortedFunc(maps.Keys(w.together), func(a, b bundle) int { return a.compare(b) })
	for _, k := range keys {
		w.put(w.together[k])
	}
	w.credit()
	if w.account == w.Payer {
		w.payers = w.charged // fees come on top of it
		return
	}
	w.tax()
}
