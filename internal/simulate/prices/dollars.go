package prices

import "fmt"

// Dollars are ten-billionths of a dollar: the price list writes ten decimals.
type dollars int64

const dollar = 10_000_000_000

// String is the number as the price list writes it.
func (d dollars) String() string { return fmt.Sprintf("%d.%010d", d/dollar, d%dollar) }

// scaled is the price at another level, in whole hundredths of a cent as published rates are.
func (d dollars) scaled(permille int64) dollars {
	const grain = dollar / 10_000
	return (d*dollars(permille)/1000 + grain/2) / grain * grain
}
