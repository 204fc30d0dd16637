package allocate

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// No part differs from the exact one by a unit, and all are the whole.
func TestPartsAreTheWhole(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		units := new(big.Int).Mul(big.NewInt(rapid.Int64().Draw(rt, "units")), big.NewInt(rapid.Int64().Draw(rt, "times")))
		weights := make([]*big.Int, rapid.IntRange(1, 9).Draw(rt, "parts"))
		sum := new(big.Int)
		for i := range weights {
			weights[i] = big.NewInt(rapid.Int64Range(0, 1<<40).Draw(rt, "weight"))
			sum.Add(sum, weights[i])
		}
		if sum.Sign() == 0 {
			weights[0], sum = big.NewInt(1), big.NewInt(1)
		}
		left := new(big.Int).Set(units)
		for i, part := range hand(units, weights) {
			left.Sub(left, part)
			off := new(big.Rat).Sub(new(big.Rat).SetInt(part), new(big.Rat).SetFrac(new(big.Int).Mul(units, weights[i]), sum))
			if off.Abs(off).Cmp(big.NewRat(1, 1)) >= 0 {
				rt.Errorf("%s of weight %s of %s is off by %s", part, weights[i], sum, off)
			}
			if weights[i].Sign() == 0 && part.Sign() != 0 {
				rt.Errorf("%s for a weight of zero", part)
			}
		}
		if left.Sign() != 0 {
			rt.Errorf("%s is left of %s", left, units)
		}
	})
}
