package report

import (
	"fmt"
	"io"
	"strconv"
	"time"
)

// A CallStat sums the calls of one operation, as IAM names it.
type CallStat struct {
	Operation string
	Calls     int
	// Attempts counts the requests sent, retries with them.
	Attempts  int
	Throttles int
	Errors    int
	// Bytes is what the bodies of requests and answers weighed.
	Bytes int64
	// Time is spent in requests, over all that ran at once; Waited is spent on the own rate limit before them.
	Time   time.Duration
	Waited time.Duration
}

// Stats prints the calls that were made, with their sum, as a table; of the options, the colour and the width count.
func Stats(w io.Writer, rows []CallStat, o Options) error {
	t := newTerminal(o)
	t.grid(statsGrid(rows))
	return write(w, t.Bytes())
}

func statsGrid(rows []CallStat) *grid {
	g := &grid{columns: []column{
		{head: "OPERATION", least: 16, middle: true},
		{head: "CALLS", right: true}, {head: "ATTEMPTS", right: true, shed: 4}, {head: "THROTTLES", right: true, shed: 5}, {head: "ERRORS", right: true},
		{head: "BYTES", right: true, shed: 3}, {head: "TIME", right: true, shed: 2}, {head: "WAITED", right: true, shed: 1},
	}}
	add := func(c CallStat, tone tone) {
		g.rows = append(g.rows, []cell{{c.Operation, tone}, {strconv.Itoa(c.Calls), tone}, {strconv.Itoa(c.Attempts), tone}, {strconv.Itoa(c.Throttles), tone},
			{strconv.Itoa(c.Errors), tone}, {size(c.Bytes), tone}, {brief(c.Time), tone}, {brief(c.Waited), tone}})
	}
	all := CallStat{Operation: "all"}
	for _, c := range rows {
		add(c, plain)
		all.Calls += c.Calls
		all.Attempts += c.Attempts
		all.Throttles += c.Throttles
		all.Errors += c.Errors
		all.Bytes += c.Bytes
		all.Time += c.Time
		all.Waited += c.Waited
	}
	add(all, strong)
	return g
}

// size prints bytes in the unit, of a thousand each, that keeps it short.
func size(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	value, unit := float64(n)/1000, 0
	for ; value >= 999.95; unit++ {
		value /= 1000
	}
	return fmt.Sprintf("%.1f %cB", value, "kMGTPE"[unit])
}

// brief prints a duration to three digits or so.
func brief(d time.Duration) string {
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	}
	return d.Round(time.Millisecond).String()
}
