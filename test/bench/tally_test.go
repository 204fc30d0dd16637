package bench

import (
	"math"
	"path"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/cloud"
)

// Calls are numbers of calls by operation, as IAM names it.
type calls map[string]int

func (c calls) total() (n int) {
	for _, k := range c {
		n += k
	}
	return n
}

// last is when the last call of the operation on a target may start, at the documented rate: the first starts at once.
func (c calls) last(operation string) time.Duration {
	return time.Duration(float64(max(c[operation]-1, 0)) / rate(operation) * float64(time.Second))
}

// rate is the calls per second that the program keeps to by default. The patterns of the limits do not overlap.
func rate(operation string) float64 {
	for _, l := range cloud.DefaultLimits() {
		if ok, err := path.Match(l.Operation, operation); ok && err == nil {
			return l.PerSecond
		}
	}
	return math.Inf(1)
}

// A target is an account's region.
type target struct{ account, region string }

// A tally is calls by target.
type tally map[target]calls

// all are the calls of all targets together.
func (t tally) all() calls {
	sum := calls{}
	for _, c := range t {
		for op, n := range c {
			sum[op] += n
		}
	}
	return sum
}

// longest is the longest time that any target takes. Targets do not wait for each other: rates are per account and region.
func (t tally) longest(path func(calls) time.Duration) time.Duration {
	var times []time.Duration
	for _, c := range t {
		times = append(times, path(c))
	}
	return slices.Max(times)
}
