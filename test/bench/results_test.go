package bench

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// results are what the benchmarks that ran have measured.
var results measured

type measured struct {
	hosting, whole figures
	custodian      []comparison
	guests         guests
	reports        []reported
	imported       imported
	allocated      allocated
}

// String is everything that was measured, as tables.
func (m measured) String() string {
	text := m.hosting.titled("Endpoints and Studio apps") + m.whole.titled("Every family, fifty accounts")
	for _, c := range m.custodian {
		text += c.String()
	}
	text += m.guests.String() + m.imported.String()
	for _, r := range m.reports {
		text += r.String()
	}
	return text + m.allocated.String()
}

func (f figures) titled(title string) string {
	if text := f.String(); text != "" {
		return "\n" + title + "\n" + text
	}
	return ""
}

// figures are those of one organization.
type figures struct {
	least       tally
	leastPrices int
	paced, free run
	// storm and denied are scans that something keeps from what they want.
	storm, denied run
	naive         tally
}

func (f figures) leastCalls() calls {
	c := f.least.all()
	c["pricing:GetProducts"] = f.leastPrices
	return c
}

// leastTime is the longest that any target takes. Prices are asked for beside the targets, and the accounts of an organization before.
func (f figures) leastTime() time.Duration {
	return f.least.all().last("organizations:ListAccounts") + max(f.least.longest(leastTime), f.leastCalls().last("pricing:GetProducts"))
}

func (f figures) callRatio(t tally) float64 {
	return float64(t.all().total()) / float64(f.leastCalls().total())
}

func (f figures) timeRatio() float64 {
	return f.paced.wall.Seconds() / f.leastTime().Seconds()
}

// String is the figures as tables, as far as there are any.
func (f figures) String() string {
	var b strings.Builder
	row := func(label string, cells ...string) { row(&b, label, cells...) }
	if f.paced.snap != nil {
		all := []calls{f.leastCalls(), f.paced.calls.all()}
		heads := []string{"the least", "sagewarden"}
		totals := []string{"1", ratio(1, f.callRatio(f.paced.calls))}
		times := []string{seconds(f.leastTime()), seconds(f.paced.wall)}
		if f.naive != nil {
			all, heads = append(all, f.naive.all()), append(heads, "naive")
			totals, times = append(totals, ratio(1, f.callRatio(f.naive))), append(times, "> "+seconds(f.naive.longest(leastNaiveTime)))
		}
		row("\nAPI calls", heads...)
		operations := calls{}
		for _, c := range all {
			maps.Copy(operations, c)
		}
		for _, op := range slices.Sorted(maps.Keys(operations)) {
			row(op, each(all, func(c calls) string { return number(c[op]) })...)
		}
		row("all", each(all, func(c calls) string { return number(c.total()) })...)
		row("times the least", totals...)
		row("time at the documented rates", times...)
		row("times the least", "1", ratio(1, f.timeRatio()))
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
	for _, r := range []struct {
		name string
		run
	}{{"a storm: every third call is throttled", f.storm}, {"five accounts let nobody in", f.denied}} {
		if r.snap != nil {
			row("\n"+r.name, "sagewarden")
			row("API calls", number(r.calls.all().total()))
			row("wall time", seconds(r.wall))
			row("resources", number(len(r.snap.Observations)))
			row("holes in the coverage", number(len(r.snap.Holes())))
		}
	}
	return b.String()
}

// row writes a line of a table.
func row(b *strings.Builder, label string, cells ...string) {
	fmt.Fprintf(b, "%-42s", label)
	for _, c := range cells {
		fmt.Fprintf(b, " %20s", c)
	}
	b.WriteByte('\n')
}

func each[T any](all []T, cell func(T) string) (cells []string) {
	for _, one := range all {
		cells = append(cells, cell(one))
	}
	return cells
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
