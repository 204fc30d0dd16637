package stops

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A thing is something that people use and a pack may stop: an app, a notebook instance, an endpoint.
type thing struct {
	arn  string
	kind estate.Kind
	// witness is what tells of its use, for people: empty where nothing is sure enough for a stop.
	witness string
	life    *world.Life
	// back is the use that the adversary adds; nil where nothing would tell of it.
	back *comeback
	// said is the last use that anybody who reads at an instant can know of.
	said func(at time.Time) time.Time
	// down are the times in which it did not run; the last one is open while it does not.
	down []world.Interval
	// again starts it again, as whoever wants it back does; nil where that is to undo the stop.
	again func(context.Context, *sagemaker.Client) error
	// receipt is that of the stop, while it is down.
	receipt string
	// missed is why it still runs, though nobody has used it for long; empty while it is not a miss.
	missed string
}

// A comeback is use that comes as time goes by.
type comeback struct {
	world.Activity
	spans []world.Interval
}

func newComeback() *comeback { return &comeback{Activity: world.Never{}} }

func (c *comeback) add(from, to time.Time) {
	c.spans = append(c.spans, world.Interval{From: from, To: to})
	c.Activity = world.NewSessions(c.spans...)
}

// joined is the activity with more of it. Nil is none.
func joined(a world.Activity, more *comeback) world.Activity {
	if a == nil {
		return world.Union{more}
	}
	return world.Union{a, more}
}

// used is when it was really used last, or made.
func (t *thing) used(at time.Time) time.Time {
	if t.life.Use != nil {
		if last, ok := t.life.Use.Last(at); ok && last.After(t.life.Created) {
			return last
		}
	}
	return t.life.Created
}

// busy reports whether it is in use at an instant, or was until a moment before.
func (t *thing) busy(at time.Time) bool {
	const moment = time.Minute
	return t.life.Use != nil && t.life.Use.Count(at.Add(-moment), at.Add(1)) > 0
}

// returns is when it is used again after an instant and before another.
func (t *thing) returns(after, before time.Time) (time.Time, bool) {
	if t.life.Use == nil || !after.Before(before) || t.life.Use.Count(after, before) == 0 {
		return time.Time{}, false
	}
	for before.Sub(after) > time.Second {
		if half := after.Add(before.Sub(after) / 2); t.life.Use.Count(after, half) > 0 {
			before = half
		} else {
			after = half
		}
	}
	return before, true
}

// stop ends it.
func (t *thing) stop(at time.Time, receipt string) {
	t.receipt, t.missed = receipt, ""
	t.down = append(t.down, world.Interval{From: at, To: world.Forever})
}

// restart has it run again.
func (t *thing) restart(at time.Time) {
	t.receipt = ""
	t.down[len(t.down)-1].To = at
}

// running is the series of what tells of a thing from inside: nothing publishes while that is down.
type running struct {
	world.Pattern
	thing *thing
}

// Stat has the samples of the times in which it ran.
func (r running) Stat(from, to time.Time) (s world.Stat) {
	for _, d := range r.thing.down {
		s = s.Add(r.Pattern.Stat(from, world.Earlier(to, d.From)))
		from = world.Later(from, d.To)
	}
	return s.Add(r.Pattern.Stat(from, to))
}

// lying is what an agent put to S3 and goes on putting while the thing runs. To sign it again for each who reads it would take most of the time.
type lying struct {
	world.Beats
	thing *thing

	mu   sync.Mutex
	key  lyingKey
	body []byte
	put  time.Time
}

// A lyingKey is what a heartbeat depends on: which one it is, and what has changed of the use that it tells of.
type lyingKey struct{ nth, comebacks int64 }

// At is the newest that was put.
func (l *lying) At(t time.Time) ([]byte, time.Time) {
	for _, d := range l.thing.down {
		if !t.Before(d.From) && t.Before(d.To) {
			t = d.From.Add(-1)
		}
	}
	if !l.To.IsZero() {
		t = world.Earlier(t, l.To.Add(-1))
	}
	if t.Before(l.From) {
		return nil, time.Time{}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if key := (lyingKey{int64(t.Sub(l.From) / l.Every), int64(len(l.thing.back.spans))}); l.body == nil || key != l.key {
		l.key = key
		l.body, l.put = l.Beats.At(t)
	}
	return l.body, l.put
}

// remembered is a series whose past does not change, and is asked for again and again.
type remembered struct {
	world.Pattern
	bins sync.Map // by binKey
}

type binKey struct{ from, to int64 }

// Stat is the series', worked out once for each period that is over.
func (r *remembered) Stat(from, to time.Time) world.Stat {
	if to.Unix()%300 != 0 {
		return r.Pattern.Stat(from, to)
	}
	key := binKey{from.Unix(), to.Unix()}
	if known, ok := r.bins.Load(key); ok {
		return known.(world.Stat)
	}
	s := r.Pattern.Stat(from, to)
	r.bins.Store(key, s)
	return s
}
