package kinds

import (
	"fmt"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Traffic is the evidence on one thing that serves invocations.
type traffic struct {
	// uses are series that are above zero only when it is used.
	uses []estate.Signal
	// queue is what waits to be served, where there is a queue; the zero signal where there is none.
	queue estate.Signal
	// history is the use over a hundred days, coarsely, where the window of uses is shorter or rarer use is looked for.
	history []estate.Signal
	// control is a series that exists as long as it runs, whatever its use: proof that the silence of uses means no use.
	control estate.Signal
	// fresh is the newest datapoint of such a series, at the grain of minutes: proof that metrics still arrive.
	fresh estate.Signal
	// errors counts the invocations that failed by the caller's fault; the zero signal where it is not asked.
	errors estate.Signal
	// noControl says that nothing of this sort publishes a control.
	noControl bool
	// lag is how late the control may be; zero means metricLag.
	lag time.Duration
	// floor is how many invocations a day are taken for warmers; zero for what is no invocation.
	floor float64
	// from is the earliest instant that may count as idle: creation or the last change.
	from time.Time
}

// judge is the one place where silence becomes idleness.
func (t traffic) judge(c estate.Criteria) (v estate.Verdict) {
	if c.IdleFor < 2*metricLag {
		return estate.Verdict{State: estate.Unknown, Rule: "traffic/limit-below-lag",
			Why: fmt.Sprintf("the limit of %s is too short: metrics may be %s late", span(c.IdleFor), span(metricLag)), Remedy: "ask with a longer --idle-for"}
	}
	last, calls := t.lastUse()
	recent := !last.IsZero() && c.Now.Sub(last) < c.IdleFor
	trickle := recent && t.trickle(c)
	if recent && !trickle {
		v = estate.Verdict{State: estate.Active, Confidence: estate.High, LastUse: last, Rule: "traffic/used",
			Why: "used " + lately(c.Now, last, t.uses[0].Window)}
		if t.errors.Value > 0 && t.errors.Value >= calls {
			v.Rule = "traffic/errors-only"
			v.Why = "called " + lately(c.Now, last, t.uses[0].Window) + ", but every call in the window failed with a 4xx error"
			v.Remedy = "look at who calls it: nobody gets an answer from it"
		}
		return v
	}
	if bad, ok := t.broken(); ok {
		return unreadable("traffic/unreadable", bad)
	}

	// Silence counts from the latest of: the last use, the last change, and the point from which the control is without a gap.
	since, bound, until := t.from, "it was created or changed", c.Now
	window := t.uses[0].Window
	open := false
	if window.From.After(since) {
		since, bound, open = window.From, "the metrics' window begins", true
	}
	if busy := t.lastBusy(trickle); busy.After(since) {
		since, bound, open = busy, "it was last used", false
	}
	if !t.noControl {
		lag := max(t.lag, metricLag)
		if c.Acting {
			lag = max(t.lag, actingFresh)
		}
		from, to, ok := unbroken(t.control, c.Now, lag)
		if !ok || t.fresh.Quality != estate.Good && t.fresh.Quality != estate.Stale || c.Now.Sub(t.fresh.At) > lag {
			return estate.Verdict{State: estate.Unknown, LastUse: last, Rule: "traffic/no-control",
				Why:    "no invocations are recorded, but its own CPU metrics are missing or late, too: the silence proves nothing",
				Remedy: "check that " + t.control.Source + " exists in CloudWatch"}
		}
		if from.After(since) {
			since, bound, open = from, "its CPU metrics begin", false
		}
		until = to
	}
	if until.Sub(since) < c.IdleFor {
		return estate.Verdict{State: estate.Unknown, LastUse: last, Rule: "traffic/too-young",
			Why: fmt.Sprintf("no use since %s %s ago, which is less than the limit of %s", bound, ago(c.Now, since), span(c.IdleFor))}
	}

	v = estate.Verdict{State: estate.Idle, Confidence: estate.High, Since: since, Open: open, LastUse: last, Rule: "traffic/silent"}
	switch {
	case trickle:
		v.Confidence, v.Rule = estate.Medium, "traffic/trickle"
		v.Why = fmt.Sprintf("fewer than %g invocations a day, which is taken for warmers and health checks", t.floor)
	case last.IsZero():
		v.Why = fmt.Sprintf("no invocation in %s, while its metrics prove that it runs", span(c.Now.Sub(since)))
	default:
		v.Why = fmt.Sprintf("last invocation %s ago, while its metrics prove that it runs", ago(c.Now, last))
	}
	if t.noControl {
		v.Confidence, v.Rule = v.Confidence.Min(estate.Medium), "traffic/silent-uncontrolled"
		v.Why = fmt.Sprintf("no invocation recorded in %s; nothing independent proves that its metrics arrive", span(c.Now.Sub(since)))
	}
	if rhythm, ok := t.rhythm(c.Now); ok {
		v.Confidence, v.Rule = v.Confidence.Min(estate.Medium), "traffic/rhythm"
		v.Why = fmt.Sprintf("no use for %s, but it has been silent for %s before and was used again", span(c.Now.Sub(since)), span(rhythm))
		v.Remedy = "ask for its schedule before stopping it: it looks like a batch caller's"
	}
	return v
}

// lastUse is the newest use over all series, and the number of invocations in the window.
func (t traffic) lastUse() (last time.Time, calls float64) {
	for _, u := range t.uses {
		last = later(last, u.At)
		if u.Name != signalAnswered {
			calls += u.Value
		}
	}
	return later(last, t.queue.At), calls
}

// lastBusy is the end of the newest use or, where the newest use is a trickle, of the newest traffic that was more.
func (t traffic) lastBusy(trickle bool) time.Time {
	last, _ := t.lastUse()
	if !trickle {
		return last
	}
	var busy time.Time
	for _, u := range t.uses {
		for _, s := range u.Spans {
			if days := max(s.To.Sub(s.From).Hours()/24, 1); s.Sum/days >= t.floor {
				busy = later(busy, s.To)
			}
		}
	}
	return busy
}

// trickle reports whether the traffic of the limit, by the day, stays below the floor. What waits in a queue is work, not warmth.
func (t traffic) trickle(c estate.Criteria) bool {
	if t.floor <= 0 || c.Now.Sub(t.queue.At) < c.IdleFor {
		return false
	}
	days := max(c.IdleFor.Hours()/24, 1)
	from := c.Now.Add(-time.Duration(days * 24 * float64(time.Hour)))
	var sum float64
	for _, u := range t.uses {
		for _, s := range u.Spans {
			if u.Name != signalAnswered && s.To.After(from) {
				sum += s.Sum
			}
		}
	}
	return sum/days < t.floor
}

func (t traffic) broken() (estate.Signal, bool) {
	all := append(slices.Concat(t.uses, t.history), t.queue)
	if !t.noControl {
		all = append(all, t.control, t.fresh)
	}
	for _, s := range all {
		if s.Quality.Broken() {
			return s, true
		}
	}
	return estate.Signal{}, false
}

// unbroken is the stretch up to now in which the series holds a datapoint in every period, the newest one excused while its
// data may still be on their way.
func unbroken(s estate.Signal, now time.Time, lag time.Duration) (from, to time.Time, ok bool) {
	if len(s.Spans) == 0 {
		return from, to, false
	}
	tail := s.Spans[len(s.Spans)-1]
	return tail.From, tail.To, now.Sub(tail.To) <= lag
}

// rhythm is the longest silence between two uses that is known of, if the present one has not clearly outgrown it.
// A caller who comes weekly or monthly is told from one who has gone by having come back after as long a silence before.
func (t traffic) rhythm(now time.Time) (time.Duration, bool) {
	var longest time.Duration
	var last time.Time
	for _, u := range append(slices.Concat(t.uses, t.history), t.queue) {
		for i, s := range u.Spans {
			if i > 0 {
				longest = max(longest, s.From.Sub(u.Spans[i-1].To))
			}
		}
		last = later(last, u.At)
	}
	present := now.Sub(last)
	return longest, longest > 0 && present < longest+longest/2
}

// combine is the verdict on a whole of which each piece was judged: used if any is, unknown if any is, idle since the last became idle.
func combine(vs []estate.Verdict) estate.Verdict {
	pick := func(state estate.State, better func(a, b estate.Verdict) bool) (out estate.Verdict, ok bool) {
		for _, v := range vs {
			if v.State == state && (!ok || better(v, out)) {
				out, ok = v, true
			}
		}
		return out, ok
	}
	if v, ok := pick(estate.Active, func(a, b estate.Verdict) bool { return a.LastUse.After(b.LastUse) }); ok {
		return v
	}
	if v, ok := pick(estate.Unknown, func(a, b estate.Verdict) bool { return a.LastUse.After(b.LastUse) }); ok {
		return v
	}
	v, _ := pick(estate.Idle, func(a, b estate.Verdict) bool { return a.Since.After(b.Since) })
	for _, o := range vs {
		if o.Confidence.Rank() < v.Confidence.Rank() {
			v.Confidence, v.Rule, v.Why, v.Remedy = o.Confidence, o.Rule, o.Why, o.Remedy
		}
	}
	return v
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// unreadable is the verdict where a signal could not be read: an error path, which never ends in idle.
func unreadable(rule string, s estate.Signal) estate.Verdict {
	v := estate.Verdict{State: estate.Unknown, Rule: rule, Why: s.Source + ": " + string(s.Quality)}
	if s.Note != "" {
		v.Why += ": " + s.Note
	}
	switch s.Quality {
	case estate.Denied:
		v.Remedy = "allow the operation to the role that scans; see the coverage"
	case estate.Throttled, estate.Partial:
		v.Remedy = "scan again later"
	}
	return v
}

// lately says how long ago something in a series of the window happened: within its newest period, nothing finer is known.
func lately(now, t time.Time, w estate.Window) string {
	if d := now.Sub(t); d >= time.Duration(w.Period) {
		return span(d) + " ago"
	}
	return "within the last " + span(time.Duration(w.Period))
}

func ago(now, t time.Time) string { return span(now.Sub(t)) }

// span writes a duration as people say it: its two largest units.
func span(d time.Duration) string {
	switch {
	case d >= 24*time.Hour:
		if h := int(d.Hours()) % 24; h > 0 {
			return fmt.Sprintf("%dd %dh", int(d.Hours())/24, h)
		}
		return fmt.Sprintf("%dd", int(d.Hours())/24)
	case d >= time.Hour:
		if m := int(d.Minutes()) % 60; m > 0 {
			return fmt.Sprintf("%dh %dm", int(d.Hours()), m)
		}
		return fmt.Sprintf("%dh", int(d.Hours()))
	case d >= time.Minute:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	default:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	}
}
