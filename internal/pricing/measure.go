package pricing

import (
	"strings"

	"github.com/shopspring/decimal"
)

// A measure is what a component is sold by.
type measure string

const (
	perHour measure = "hour"
	// perSecond is sold by the second or hour.
	perSecond measure = "second"
	perGB     measure = "GB-month"
)

// monthHours is how many hours AWS's price pages take for a month: 8760 / 12. A bill counts those of the month at hand,
// so that an hour of a GB costs 2 % less than this in a month of 31 days, and 9 % more in February.
const monthHours = 730

// hourly turns the price of a unit into the price of an hour, and says whether the measure knows the unit at all.
func (m measure) hourly(unit string) (func(decimal.Decimal) decimal.Decimal, bool) {
	switch strings.ToLower(unit) {
	case "hrs", "hour", "hours":
		return func(d decimal.Decimal) decimal.Decimal { return d }, m != perGB
	case "second", "seconds":
		return func(d decimal.Decimal) decimal.Decimal { return d.Mul(decimal.NewFromInt(3600)) }, m == perSecond
	case "gb-mo", "gb-month":
		return gbHour, m == perGB
	}
	return nil, false
}

// gbHour is the price of a GB for an hour, given that for a month.
func gbHour(month decimal.Decimal) decimal.Decimal { return month.Div(decimal.NewFromInt(monthHours)) }
