package kinds

import (
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Series is one CloudWatch series wanted, and the signal that it becomes.
type Series struct {
	// Signal and Part name the signal.
	Signal, Part string
	Namespace    string
	Metric       string
	Stat         string
	// Dimensions in the order asked. CloudWatch matches the set exactly: one too few or too many finds nothing.
	Dimensions []Dimension
	Window     estate.Window
	// Newest takes the newest datapoint alone.
	Newest bool
	// Ages says that the values are seconds since something happened: with Newest, the least as of the newest datapoint counts.
	Ages bool
	// Floor makes the series one of a level, such as a utilisation: a datapoint at or below it counts as none, and the signal's
	// value is the highest instead of the sum. Zero for a count.
	Floor float64
	// Unit is the unit of the value, for people; empty for a count.
	Unit string
}

// A Dimension is a metric's dimension.
type Dimension struct{ Name, Value string }

// Source is the series in words.
func (s Series) Source() string {
	dims := make([]string, len(s.Dimensions))
	for i, d := range s.Dimensions {
		dims[i] = d.Name + "=" + d.Value
	}
	return "cloudwatch " + s.Namespace + " " + s.Metric + " " + s.Stat + " [" + strings.Join(dims, " ") + "]"
}

const (
	// periodsPerWindow keeps 500 series within the 100,800 datapoints that one GetMetricData answer may hold.
	periodsPerWindow = 200
	// periodsPerLimit is how finely the idle limit is resolved at least. Coarser periods see further back.
	periodsPerLimit = 2
	// historyPeriod makes a window of a hundred days, in which a monthly caller comes three times.
	historyPeriod = 12 * time.Hour
	// metricLag is how late a datapoint may appear. CloudWatch promises nothing; SageMaker's arrive within minutes.
	metricLag = 15 * time.Minute
)

// periods are the grains that a window may have. CloudWatch keeps data under five minutes' grain for 15 days and under an
// hour's for 63; no window here reaches further back than its grain is kept.
var periods = [...]time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
}

// useWindow is the window in which traffic is looked at: as far back as one answer can hold at a grain that resolves the limit.
func useWindow(c estate.Criteria) estate.Window {
	p := periods[0]
	for _, q := range periods {
		if q <= c.IdleFor/periodsPerLimit {
			p = q
		}
	}
	return windowOf(c.Now, p, periodsPerWindow)
}

// historyWindow is the window in which the rhythm of use is looked for, and whether useWindow is too short for that.
func historyWindow(c estate.Criteria) (estate.Window, bool) {
	return windowOf(c.Now, historyPeriod, periodsPerWindow), time.Duration(useWindow(c).Period) < historyPeriod
}

// stampWindow is the window for metrics of which only the newest datapoint counts.
func stampWindow(c estate.Criteria) estate.Window {
	if c.Acting { // a bin tells of its end at the latest, however early in it the newest datapoint is
		return windowOf(c.Now, time.Minute, 180)
	}
	return windowOf(c.Now, 5*time.Minute, 36)
}

// windowOf is the n periods up to and with the one that now is in.
func windowOf(now time.Time, p time.Duration, n int) estate.Window {
	return estate.Window{From: binEnd(now, p).Add(-time.Duration(n) * p), To: now.UTC(), Period: estate.Duration(p)}
}

// binEnd is the end of the period that the instant is in. CloudWatch cuts time into periods from the Unix epoch.
func binEnd(t time.Time, p time.Duration) time.Time {
	return t.UTC().Truncate(p).Add(p)
}
