package bench

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// results are the figures of the benchmarks that ran.
var results figures

type figures struct {
	least       tally
	leastPrices int
	paced, free run
	naive       tally
}

func (f figures) leastCalls() calls {
	c := f.least.all()
	c["pricing:GetProducts"] = f.leastPrices
	return c
}

func (f figures) callRatio(t tally) float64 {
	return float64(t.all().total()) / float64(f.leastCalls().total())
}

func (f figures) timeRatio() float64 {
	return f.paced.wall.Seconds() / f.least.longest(leastTime).Seconds()
}

// String is the figures as tables, as far as there are any.
func (f figures) String() string {
	var b strings.Builder
	row := func(label string, cells ...string) {
		fmt.Fprintf(&b, "%-42s", label)
		for _, c := range cells {
			fmt.Fprintf(&b, "%12s", c)
		}
		b.WriteByte('\n')
	}
	if f.paced.snap != nil && f.naive != nil {
		least, ours, naive := f.leastCalls(), f.paced.calls.all(), f.naive.all()
		row("\nAPI calls", "the least", "sagewarden", "naive")
		operations := calls{}
		for _, c := range []calls{least, ours, naive} {
			maps.Copy(operations, c)
		}
		for _, op := range slices.Sorted(maps.Keys(operations)) {
			row(op, number(least[op]), number(ours[op]), number(naive[op]))
		}
		row("all", number(least.total()), number(ours.total()), number(naive.total()))
		row("times the least", "1", ratio(1, f.callRatio(f.paced.calls)), ratio(1, f.callRatio(f.naive)))
		bound := f.least.longest(leastTime)
		naiveTime := f.naive.longest(leastNaiveTime)
		row("\ntime at the documented rates", seconds(bound), seconds(f.paced.wall), "> "+seconds(naiveTime))
		row("times the least", "1", ratio(1, f.timeRatio()), ratio(bound.Seconds(), naiveTime.Seconds()))
	}
	if f.paced.snap != nil && f.free.snap != nil {
		n := len(f.free.snap.Observations)
		row("\nthe scanning process", "documented", "no limits")
		row("wall time", seconds(f.paced.wall), seconds(f.free.wall))
		row("processor time", seconds(f.paced.cpu), seconds(f.free.cpu))
		row("peak memory", megabytes(f.paced.Peak), megabytes(f.free.Peak))
		row("allocations for each resource", number(int(f.paced.Allocations)/n), number(int(f.free.Allocations)/n))
		row("allocated for each resource", fmt.Sprintf("%d kB", int(f.paced.Allocated)/n/1000), fmt.Sprintf("%d kB", int(f.free.Allocated)/n/1000))
		row("resources", number(n), number(n))
	}
	return b.String()
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

func ratio(of, x float64) string { return fmt.Sprintf("%.2f", x/of) }

func megabytes(n int64) string {
	if n == 0 {
		return "not known"
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// number writes thousands as people read them: 12,345.
func number(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", number(n/1000), n%1000)
}
