package report

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// hoursPerMonth is the month that AWS's own price pages reckon with.
var hoursPerMonth = decimal.NewFromInt(730)

// A cost is an amount of dollars; when it is not known, the amount is a lower bound.
type cost struct {
	amount decimal.Decimal
	known  bool
	// moot says that there is no such amount, as there is no month's of what ends by itself. A sum passes over it.
	moot bool
}

// moot is the cost that there is not, and with that the sum of none.
var moot = cost{known: true, moot: true}

// projected is the month at the resource's present rate.
func projected(r estate.Resource, hourly cost) cost {
	if r.Ends {
		return moot
	}
	return hourly.monthly()
}

func (c cost) plus(o cost) cost {
	switch {
	case c.moot:
		return o
	case o.moot:
		return c
	}
	return cost{amount: c.amount.Add(o.amount), known: c.known && o.known}
}

func (c cost) monthly() cost {
	c.amount = c.amount.Mul(hoursPerMonth)
	return c
}

// blank reports whether nothing at all is known: a lower bound of zero says nothing.
func (c cost) blank() bool { return !c.known && c.amount.IsZero() }

// isZero reports whether it is known to cost nothing.
func (c cost) isZero() bool { return c.known && !c.moot && c.amount.IsZero() }

// compareCosts puts the dearest first. A lower bound stands where its bound stands, after a known price of the same amount. What
// has no known price at all stands after everything that is known to cost, then comes what has none, and what is known to be free.
func compareCosts(a, b cost) int {
	return cmp.Or(cmp.Compare(b.rank(), a.rank()), b.amount.Cmp(a.amount), cmp.Compare(b.certainty(), a.certainty()))
}

func (c cost) rank() int {
	switch {
	case c.amount.IsPositive():
		return 3
	case c.blank():
		return 2
	case c.moot:
		return 1
	}
	return 0
}

func (c cost) certainty() int {
	if c.known {
		return 1
	}
	return 0
}

// rate prints dollars per hour. Below a dollar the cents are too coarse, so that it keeps up to four decimals.
func (c cost) rate() string {
	places := int32(2)
	if c.amount.LessThan(decimal.NewFromInt(1)) {
		places = 4
	}
	return c.print(places)
}

// total prints a sum of dollars, to the cent.
func (c cost) total() string { return c.print(2) }

// exact prints every digit that the price list gives. The endless ones of a month's price divided by its hours end at the ninth.
func (c cost) exact() string { return c.print(min(max(2, -c.amount.Exponent()), 9)) }

// perMonth prints the price of a month of which the cost is an hour, as the price list has it.
func (c cost) perMonth() string {
	return cost{amount: c.monthly().amount.Round(6), known: c.known}.exact()
}

func (c cost) print(places int32) string {
	switch {
	case c.moot:
		return "-"
	case c.blank():
		return "?"
	}
	amount, sign := c.amount.Round(places), ""
	if !c.known {
		sign = "≥ "
	}
	if amount.IsZero() && c.amount.IsPositive() {
		// Neither a cost nor a bound may look like nothing.
		amount, sign = decimal.New(1, -places), "< "
		if !c.known {
			amount, sign = decimal.Zero, "> "
		}
	}
	return sign + "$" + digits(amount, places)
}

// digits groups the thousands and drops the zeros after the second decimal.
func digits(d decimal.Decimal, places int32) string {
	whole, fraction, _ := strings.Cut(d.StringFixed(places), ".")
	for len(fraction) > 2 && fraction[len(fraction)-1] == '0' {
		fraction = fraction[:len(fraction)-1]
	}
	return thousands(whole) + "." + fraction
}

// thousands groups the digits of a whole number.
func thousands(whole string) string {
	digits := strings.TrimPrefix(whole, "-")
	minus := whole[:len(whole)-len(digits)]
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return minus + digits
}

// figure reports whether there is an amount to give to programs.
func (c cost) figure() bool { return !c.moot && !c.blank() }

// String is the plain decimal for programs, empty when nothing is known.
func (c cost) String() string {
	if !c.figure() {
		return ""
	}
	return c.amount.String()
}

// MarshalJSON writes the decimal as a string, or null when nothing is known.
func (c cost) MarshalJSON() ([]byte, error) {
	if !c.figure() {
		return []byte("null"), nil
	}
	return strconv.AppendQuote(nil, c.amount.String()), nil
}
