package world

import "time"

// A Level publishes how busy something is, whether it does anything or not: the CPU utilisation of a job's instance.
type Level struct {
	// Of counts the seconds of work, each once.
	Of Activity
	// Busy is the value of a sample with work since the one before, Rest that of any other. Mute leaves the others out.
	Busy, Rest float64
	Mute       bool
	From, To   time.Time
	// Every is the sampling period; zero means a minute.
	Every time.Duration
}

// Stat has the samples whose time falls into [from, to).
func (p Level) Stat(from, to time.Time) Stat {
	m := sampling(p.From, p.To, p.Every)
	return m.fold(from, to, func(first time.Time, n int) (Stat, bool) {
		begin, last := first.Add(-m.every), first.Add(time.Duration(n-1)*m.every)
		switch worked := p.Of.Count(begin, last); {
		case worked == 0 && p.Mute:
			return Stat{}, true
		case worked == 0:
			return repeat(float64(n), p.Rest), true
		default:
			return repeat(float64(n), p.Busy), n == 1 || worked == last.Sub(begin).Seconds()
		}
	})
}
