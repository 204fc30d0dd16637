package world

import (
	"slices"
	"time"
)

// Add joins two statistic sets.
func (s Stat) Add(o Stat) Stat {
	switch {
	case s.Count == 0:
		return o
	case o.Count == 0:
		return s
	}
	return Stat{s.Count + o.Count, s.Sum + o.Sum, min(s.Min, o.Min), max(s.Max, o.Max)}
}

// repeat is the statistic set of n samples of one value.
func repeat(n, value float64) Stat {
	if n <= 0 {
		return Stat{}
	}
	return Stat{n, n * value, value, value}
}

// Silent publishes nothing.
type Silent struct{}

// Stat has no samples.
func (Silent) Stat(_, _ time.Time) Stat { return Stat{} }

// Samples publishes one sample for each event of an activity, and nothing when nothing happens: Invocations.
type Samples struct {
	Of    Activity
	Value float64
}

// Stat has a sample of Value for each event.
func (p Samples) Stat(from, to time.Time) Stat { return repeat(p.Of.Count(from, to), p.Value) }

// A Gauge publishes the same value while something is alive: the CPU utilisation of an instance.
type Gauge struct {
	From, To time.Time
	Value    float64
	// Every is the sampling period; zero means a minute.
	Every time.Duration
	// Each is how many samples are published at a time, such as one per live instance; zero means one.
	Each int
}

// Stat has the samples whose time falls into [from, to).
func (p Gauge) Stat(from, to time.Time) Stat {
	_, n := sampling(p.From, p.To, p.Every).within(from, to)
	return repeat(float64(n*max(p.Each, 1)), p.Value)
}

// Elapsed publishes the seconds since the last use: 0 while in use, and the time since From when never used.
// It is a heartbeat, or TimeSinceLastActive of Canvas.
type Elapsed struct {
	Of Activity
	// From and To bound the publishing. A heartbeat that stopped has a To in the past; a zero To never ends.
	From, To time.Time
	// Every is the sampling period; zero means a minute.
	Every time.Duration
}

// Stat has the samples whose time falls into [from, to).
func (p Elapsed) Stat(from, to time.Time) Stat {
	m := sampling(p.From, p.To, p.Every)
	return m.fold(from, to, func(first time.Time, n int) (Stat, bool) {
		last := first.Add(time.Duration(n-1) * m.every)
		used, ok := p.Of.Last(first)
		if !ok {
			used = p.From
		}
		if n := p.Of.Count(first.Add(1), last.Add(1)); n > 0 {
			// As many seconds of use as there are, from one use to another: nothing but use.
			latest, _ := p.Of.Last(last)
			return repeat(float64(last.Sub(first)/m.every)+1, 0), used.Equal(first) && latest.Equal(last) && n == last.Sub(first).Seconds()
		}
		low, high := first.Sub(used).Seconds(), last.Sub(used).Seconds()
		return Stat{float64(n), float64(n) * (low + high) / 2, low, high}, true
	})
}

// A Backlog publishes how many requests came in lately and are still queued or being worked on: ApproximateBacklogSize.
// It publishes zeros too.
type Backlog struct {
	Of Activity
	// Stay is how long a request stays.
	Stay     time.Duration
	From, To time.Time
	// Every is the sampling period; zero means a minute.
	Every time.Duration
}

// Stat has the samples whose time falls into [from, to).
func (p Backlog) Stat(from, to time.Time) Stat {
	m := sampling(p.From, p.To, p.Every)
	return m.fold(from, to, func(first time.Time, n int) (Stat, bool) {
		last := first.Add(time.Duration(n-1) * m.every)
		queued := p.Of.Count(first.Add(-p.Stay), last)
		return repeat(float64(n), queued), n == 1 || queued == 0
	})
}

func sampling(from, to time.Time, every time.Duration) marks {
	if every <= 0 {
		every = time.Minute
	}
	return marks{from, to, every}
}

// fold joins the statistics of the samples in [from, to). Stat answers for n samples from the first on when it can do so at
// once, which it must for one; else they are halved. A long quiet stretch so costs as little as one sample.
func (m marks) fold(from, to time.Time, stat func(first time.Time, n int) (Stat, bool)) Stat {
	first, n := m.within(from, to)
	if n == 0 {
		return Stat{}
	}
	var halve func(first time.Time, n int) Stat
	halve = func(first time.Time, n int) Stat {
		if s, ok := stat(first, n); ok {
			return s
		}
		h := n / 2
		return halve(first, h).Add(halve(first.Add(time.Duration(h)*m.every), n-h))
	}
	return halve(first, n)
}

// A Point is one sample.
type Point struct {
	At    time.Time
	Value float64
}

// Points are samples written down one by one, oldest first.
type Points []Point

// NewPoints sorts the samples.
func NewPoints(ps ...Point) Points {
	s := slices.Clone(ps)
	slices.SortStableFunc(s, func(a, b Point) int { return a.At.Compare(b.At) })
	return s
}

// Stat has the samples whose time falls into [from, to).
func (p Points) Stat(from, to time.Time) (s Stat) {
	i, _ := slices.BinarySearchFunc(p, from, func(x Point, t time.Time) int { return x.At.Compare(t) })
	for ; i < len(p) && p[i].At.Before(to); i++ {
		s = s.Add(repeat(1, p[i].Value))
	}
	return s
}
