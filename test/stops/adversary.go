package stops

import (
	"math/rand/v2"
	"time"
)

// An adversary brings people back to what is about to be stopped.
type adversary struct{ *rand.Rand }

// A trick is when it does so.
type trick string

// The tricks.
const (
	nobody  trick = "people as they are"
	already trick = "back by a trick against another policy"
	between trick = "before the last look"
	second  trick = "a second before the call"
	retried trick = "while the call is refused for load and repeated"
	middle  trick = "a second after the call"
)

// An attempt is a step that takes a thing away, from its last look on.
type attempt struct {
	*thing
	trick trick
	// goesOn says that the step had begun before: most of these see that it has come true.
	goesOn bool
	// lead is how long before the last look somebody is back.
	lead time.Duration
	// looked is when its last look began.
	looked time.Time
	// refusals are how often the call is still to be refused, and refused how often it was.
	refusals, refused int
	done              bool
}

// attempts draws what becomes of a step that is looked at at an instant.
func (a *adversary) attempts(t *thing, goesOn bool, at time.Time) *attempt {
	s := &attempt{thing: t, trick: nobody, goesOn: goesOn}
	if t.back == nil || goesOn {
		return s
	}
	if t.back.Count(at.Add(-time.Hour), at.Add(time.Hour)) > 0 {
		s.trick = already
		return s
	}
	switch n := a.IntN(100); {
	case n < 40:
	case n < 75:
		longest := 8 * time.Minute
		if a.IntN(3) == 0 {
			longest = time.Hour
		}
		s.trick, s.lead = between, time.Duration(a.Int64N(int64(longest))).Truncate(time.Second)
	case n < 85:
		s.trick = second
	case n < 95:
		s.trick, s.refusals = retried, 1+a.IntN(9)
	default:
		s.trick = middle
	}
	return s
}

// comes brings people back at an instant, for a while.
func (a *adversary) comes(s *attempt, at time.Time) {
	s.back.add(at, at.Add(time.Duration(20+a.IntN(100))*time.Minute))
}

// refuses reports whether a call that ends the thing is refused at an instant.
func (a *adversary) refuses(s *attempt, at time.Time) bool {
	switch {
	case s.trick == second && s.refused == 0:
		s.refused++
		a.comes(s, at.Add(-time.Second))
	case s.refusals > s.refused:
		if s.refused++; s.refused == 1 {
			a.comes(s, at.Add(time.Second))
		}
		return true
	}
	return false
}

// backoff is how long whoever was refused waits: the SDK's, at its longest.
func (s *attempt) backoff() time.Duration {
	return min(time.Second<<(s.refused-1), 20*time.Second)
}
