package allocate

import (
	"math/big"
	"slices"
)

// scale is how many digits behind the point money has in the lake.
const scale = 18

// hand splits units in proportion to the weights, without a rest: each gets the whole units of its part, and those that are left go one by one to the
// largest fractions (Hare's method), the first of equals. At least one weight is above zero, none is below.
func hand(units *big.Int, weights []*big.Int) []*big.Int {
	whole := new(big.Int)
	for _, w := range weights {
		whole.Add(whole, w)
	}
	amount := new(big.Int).Abs(units)
	parts, rests, order := make([]*big.Int, len(weights)), make([]*big.Int, len(weights)), make([]int, len(weights))
	left := new(big.Int).Set(amount)
	for i, w := range weights {
		parts[i], rests[i] = new(big.Int).QuoRem(new(big.Int).Mul(amount, w), whole, new(big.Int))
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
