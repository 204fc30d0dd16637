package bill

import (
	"math/bits"
	"strconv"
	"strings"
)

// An Amount is a decimal of ten places, which is how the price list and the bill write: of money, hours, gigabytes.
type Amount int64

// One is the amount 1.
const One Amount = 10_000_000_000

// String is the shortest decimal that is the amount.
func (a Amount) String() string { return string(a.append(nil)) }

func (a Amount) append(b []byte) []byte {
	u := uint64(a)
	if a < 0 {
		b, u = append(b, '-'), -u
	}
	b = strconv.AppendUint(b, u/uint64(One), 10)
	if rest := u % uint64(One); rest != 0 {
		b = append(b, '.')
		digits := strconv.FormatUint(uint64(One)+rest, 10)[1:]
		b = append(b, strings.TrimRight(digits, "0")...)
	}
	return b
}

// Float is the double next to the amount. Up to a hundred thousand, or where there are cents alone, its shortest form is the amount again.
func (a Amount) Float() float64 { return float64(a) / float64(One) }

// Times is the product, rounded to the tenth place.
func (a Amount) Times(b Amount) Amount { return a.over(int64(b), int64(One)) }

// over is a × n / d, rounded half away from zero. The divisor is positive.
func (a Amount) over(n, d int64) Amount {
	negative := (a < 0) != (n < 0)
	high, low := bits.Mul64(magnitude(int64(a)), magnitude(n))
	low, carry := bits.Add64(low, uint64(d)/2, 0)
	quotient, _ := bits.Div64(high+carry, low, uint64(d))
	if negative {
		return -Amount(quotient)
	}
	return Amount(quotient)
}

// cents is the amount rounded to the hundredth.
func (a Amount) cents() Amount {
	const cent = int64(One) / 100
	return a.over(1, cent) * Amount(cent)
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// amountOf reads a decimal of ten places at most, as a price list of the simulated organization has it.
func amountOf(text string) Amount {
	whole, part, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole+(part + "0000000000")[:10], 10, 64)
	if err != nil {
		panic("bill: the price " + text + " is no decimal of ten places")
	}
	return Amount(n)
}
