package allocate

import (
	"math/big"
	"slices"

	"github.com/shopspring/decimal"
)

// scale is how many digits behind the point money has in the lake.
const scale = 18

// A division divides amounts among the portions of a pool at a place.
type division struct {
	portions []portion
	// first is the number of the first portion; the others follow.
	first   int32
	weights []*big.Int
	// amount and parts are the last one that was handed out: several costs of a charge are the same, and so are those of a day's charges.
	amount decimal.Decimal
	parts  []decimal.Decimal
}

func newDivision(portions []portion) *division {
	fractions := make([]*big.Rat, len(portions))
	for i, p := range portions {
		fractions[i] = p.fraction
	}
	d := &division{portions: portions, weights: common(fractions)}
	d.parts = make([]decimal.Decimal, len(portions)) // nothing has parts of nothing
	return d
}

// hand are the parts of an amount, in the order of the portions.
func (d *division) hand(amount decimal.Decimal) []decimal.Decimal {
	if amount.Equal(d.amount) {
		return d.parts
	}
	parts := make([]decimal.Decimal, len(d.portions))
	for i, part := range hand(amount.Shift(scale).BigInt(), d.weights) {
		parts[i] = decimal.NewFromBigInt(part, -scale)
	}
	d.amount, d.parts = amount, parts
	return parts
}

// hand splits units in proportion to the weights, without a rest: each gets the whole units of its part, and those that are left go one by one to the
// largest fractions (Hare's method), the first of equals. At least one weight is above zero, none is below.
func hand(units *big.Int, weights []*big.Int) []*big.Int {
	whole := new(big.Int)
	for _, w := range weights {
		whole.Add(whole, w)
	}
	amount, product := new(big.Int).Abs(units), new(big.Int)
	parts, rests, order := make([]*big.Int, len(weights)), make([]*big.Int, len(weights)), make([]int, len(weights))
	left := new(big.Int).Set(amount)
	for i, w := range weights {
		parts[i], rests[i] = new(big.Int).QuoRem(product.Mul(amount, w), whole, new(big.Int))
		left.Sub(left, parts[i])
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return rests[b].Cmp(rests[a]) })
	for _, i := range order[:left.Int64()] { // fewer than there are weights
		parts[i].Add(parts[i], big.NewInt(1))
	}
	if units.Sign() < 0 {
		for _, p := range parts {
			p.Neg(p)
		}
	}
	return parts
}

// common are the fractions as whole numbers in the same proportion.
func common(fractions []*big.Rat) []*big.Int {
	denominator := big.NewInt(1)
	for _, f := range fractions {
		d := f.Denom()
		gcd := new(big.Int).GCD(nil, nil, denominator, d)
		denominator.Mul(denominator, new(big.Int).Quo(d, gcd))
	}
	whole := make([]*big.Int, len(fractions))
	for i, f := range fractions {
		whole[i] = new(big.Int).Mul(f.Num(), new(big.Int).Quo(denominator, f.Denom()))
	}
	return whole
}
