package report

import (
	"time"

	"github.com/shopspring/decimal"
)

// Hourly is dollars an hour as people read them, a lower bound where not every price is known; empty where none is.
func Hourly(amount decimal.Decimal, known bool) string {
	c := cost{amount: amount, known: known}
	if c.blank() {
		return ""
	}
	return c.rate()
}

// Monthly is Hourly over a month.
func Monthly(amount decimal.Decimal, known bool) string {
	c := cost{amount: amount, known: known}.monthly()
	if c.blank() {
		return ""
	}
	return c.total()
}

// Span is a length of time by its largest unit and the next: "12d 4h".
func Span(d time.Duration) string { return span(d) }
