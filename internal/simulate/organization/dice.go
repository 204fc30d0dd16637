package organization

import (
	"math/rand/v2"
	"time"
)

// dice are the generator's only source of chance.
type dice struct{ *rand.Rand }

// between is a whole number of seconds in [low, high).
func (d dice) between(low, high time.Duration) time.Duration {
	return (low + d.part(high-low)).Truncate(time.Second)
}

func (d dice) part(of time.Duration) time.Duration {
	if of <= 0 {
		return 0
	}
	return time.Duration(d.Int64N(int64(of)))
}

// chance is true for the share of all throws.
func (d dice) chance(share float64) bool { return d.Float64() < share }

// text is n letters of the alphabet.
func (d dice) text(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[d.IntN(len(alphabet))]
	}
	return string(b)
}

func pick[T any](d dice, from []T) T { return from[d.IntN(len(from))] }

// draw picks an index by weight.
func draw[T any](d dice, from []T, weight func(T) int) int {
	sum := 0
	for _, f := range from {
		sum += weight(f)
	}
	n := d.IntN(sum)
	for i, f := range from {
		if n -= weight(f); n < 0 {
			return i
		}
	}
	panic("organization: weights changed while being drawn from")
}
