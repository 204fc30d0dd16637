package pricing

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"

	"github.com/shopspring/decimal"
)

// A quote is what the price list says under one key: dollars per hour, or the flaw that keeps it from being a rate.
type quote struct {
	Hourly decimal.Decimal `json:"hourly"`
	SKU    string          `json:"sku,omitempty"`
	Flaw   string          `json:"flaw,omitempty"`
}

// flawTiers spoils the key, not only its own product: the tiers are a price too, but none that is known beforehand.
const flawTiers = "it depends on the volume used"

// settle makes one quote of all that were found under a key. A product with another flaw is no price, and does not
// count beside one without; products that disagree leave none.
func settle(quotes []quote) quote {
	slices.SortFunc(quotes, func(a, b quote) int {
		return cmp.Or(cmp.Compare(a.Flaw, b.Flaw), a.Hourly.Cmp(b.Hourly), cmp.Compare(a.SKU, b.SKU))
	})
	if i := slices.IndexFunc(quotes, func(q quote) bool { return q.Flaw == flawTiers }); i >= 0 {
		return quotes[i]
	}
	clean := quotes
	if i := slices.IndexFunc(quotes, func(q quote) bool { return q.Flaw != "" }); i > 0 {
		clean = quotes[:i]
	}
	low, high := clean[0], clean[len(clean)-1]
	if low.Flaw == "" && !low.Hourly.Equal(high.Hourly) {
		return quote{Flaw: fmt.Sprintf("it is ambiguous, $%s%s and $%s%s", low.Hourly, low.origin(), high.Hourly, high.origin())}
	}
	return low
}

func (q quote) origin() string {
	if q.SKU == "" {
		return ""
	}
	return " (SKU " + q.SKU + ")"
}

var plainDecimal = regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,18})?$`)

// dollars reads an amount as the price list writes it: no sign, no exponent.
func dollars(text string) (decimal.Decimal, error) {
	if !plainDecimal.MatchString(text) {
		return decimal.Zero, fmt.Errorf("%q is not an amount in dollars", text)
	}
	return decimal.NewFromString(text)
}
