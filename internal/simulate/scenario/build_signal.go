package scenario

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func (b *builder) activity(a *Activity, p path) world.Activity {
	if a.never {
		return world.Never{}
	}
	if a.always {
		return world.Always(b.at.Add(-longest))
	}
	var kinds []world.Activity
	if a.Sessions != nil {
		kinds = append(kinds, b.sessions(a.Sessions, p.to("sessions")))
	}
	if a.Every > 0 {
		kinds = append(kinds, world.Every{Period: time.Duration(a.Every), Phase: time.Duration(a.Phase)})
	}
	if a.WorkingDay != nil {
		kinds = append(kinds, b.workingDay(a.WorkingDay, p.to("workingDay")))
	}
	if a.Traffic != nil {
		kinds = append(kinds, b.traffic(a, p.to("traffic")))
	}
	if a.Instants != nil {
		var at []time.Time
		for _, i := range a.Instants {
			at = append(at, i.from(b.at, b.at))
		}
		kinds = append(kinds, world.NewInstants(at...))
	}
	if a.Union != nil {
		var u world.Union
		for i := range a.Union {
			u = append(u, b.activity(&a.Union[i], p.to("union", i)))
		}
		kinds = append(kinds, u)
	}
	if len(kinds) != 1 {
		b.wrong(p, "one of: never, always, sessions, every, workingDay, traffic, instants, union", "want one kind of activity, got %d", len(kinds))
		return world.Never{}
	}
	act := kinds[0]
	if a.Since.given {
		act = world.Since(act, a.Since.from(b.at, b.at))
	}
	if a.Until.given {
		act = world.Until(act, a.Until.from(b.at, b.at))
	}
	switch {
	case a.Times < 0 || a.Times > 1e9:
		b.wrong(p.to("times"), "write a number from 1 on", "times is %v", a.Times)
	case a.Times > 0:
		act = world.Times{Activity: act, N: a.Times}
	}
	return act
}

func (b *builder) sessions(ss []Session, p path) world.Activity {
	var spans []world.Interval
	for i, s := range ss {
		in := world.Interval{From: s[0].from(b.at, b.at), To: s[1].from(b.at, b.at)}
		if !in.From.Before(in.To) {
			b.wrong(p.to(i), "write the earlier instant first", "the session ends before it begins")
		}
		spans = append(spans, in)
	}
	return world.NewSessions(spans...)
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (b *builder) workingDay(w *WorkingDay, p path) world.Activity {
	b.require(p, "zone", w.Zone)
	zone, err := time.LoadLocation(w.Zone)
	if err != nil || w.Zone == "Local" {
		b.wrong(p.to("zone"), "write a name of the time zone database, such as Europe/Berlin", "%q is not a time zone", w.Zone)
		zone = time.UTC
	}
	start, end, ok := hours(cmp.Or(w.Hours, "09:00-17:30"))
	if !ok {
		b.wrong(p.to("hours"), "write them as 09:00-17:30, at most 16 hours; 22:00-06:00 is a night shift", "%q are not hours", w.Hours)
	}
	day := world.WorkingDay{Zone: zone, Start: start, End: end, Jitter: time.Duration(w.Jitter), Seed: w.Seed}
	if day.Jitter > 2*time.Hour {
		b.wrong(p.to("jitter"), "at most 2h", "the jitter is longer than it may be")
	}
	for i, name := range w.Days {
		b.oneOf(p.to("days"), "day", name, weekdays...)
		for n, d := range weekdays {
			if d == name {
				day.Days = append(day.Days, time.Weekday(n))
			}
		}
		if name == "" {
			b.wrong(p.to("days", i), "one of: "+strings.Join(weekdays, ", "), "a day is empty")
		}
	}
	return day
}

func hours(s string) (start, end time.Duration, ok bool) {
	a, z, found := strings.Cut(s, "-")
	from, err1 := time.Parse("15:04", a)
	to, err2 := time.Parse("15:04", z)
	if !found || err1 != nil || err2 != nil {
		return 0, 0, false
	}
	length := to.Sub(from)
	if length <= 0 {
		length += 24 * time.Hour
	}
	start = time.Duration(from.Hour())*time.Hour + time.Duration(from.Minute())*time.Minute
	return start, start + length, length <= 16*time.Hour
}

// trafficReach is how far back traffic goes that has no since.
const trafficReach = 400 * 24 * time.Hour

func (b *builder) traffic(a *Activity, p path) world.Activity {
	t, weekend := a.Traffic, 1.0
	if t.Weekend != nil {
		weekend = *t.Weekend
	}
	for _, f := range []struct {
		name       string
		value, max float64
	}{{"perMinute", t.PerMinute, 1e6}, {"peak", t.Peak, 24}, {"swing", t.Swing, 1}, {"weekend", weekend, 10}} {
		if !(f.value >= 0 && f.value <= f.max) {
			b.wrong(p.to(f.name), fmt.Sprintf("write a number from 0 to %v", f.max), "%s is %v", f.name, f.value)
			return world.Never{}
		}
	}
	return world.NewTraffic(world.TrafficShape{PerMinute: t.PerMinute, Peak: t.Peak, Swing: t.Swing, Weekend: weekend, Seed: t.Seed,
		From: a.Since.from(b.at, b.at.Add(-trafficReach))})
}

func (b *builder) metric(m Metric, p path) *world.Metric {
	b.require(p, "namespace", m.Namespace)
	b.require(p, "name", m.Name)
	var patterns []world.Pattern
	if m.Samples != nil {
		value := 1.0
		if m.Samples.Value != nil {
			value = *m.Samples.Value
		}
		patterns = append(patterns, world.Samples{Of: b.of(m.Samples.Of, p.to("samples")), Value: value})
	}
	if g := m.Gauge; g != nil {
		from, to := b.sampled(g.Sampling, p.to("gauge"))
		patterns = append(patterns, world.Gauge{From: from, To: to, Every: time.Duration(g.Every), Value: g.Value, Each: g.Each})
	}
	if e := m.Elapsed; e != nil {
		from, to := b.sampled(e.Sampling, p.to("elapsed"))
		patterns = append(patterns, world.Elapsed{Of: b.of(e.Of, p.to("elapsed")), From: from, To: to, Every: time.Duration(e.Every)})
	}
	if l := m.Backlog; l != nil {
		from, to := b.sampled(l.Sampling, p.to("backlog"))
		patterns = append(patterns, world.Backlog{Of: b.of(l.Of, p.to("backlog")), Stay: l.Takes.or(defaultTakes), From: from, To: to, Every: time.Duration(l.Every)})
	}
	if m.Points != nil {
		var ps []world.Point
		for i, pt := range m.Points {
			if !pt.At.given {
				b.wrong(p.to("points", i), "write a point as {at: -1h, value: 3}", "a point without a time")
			}
			ps = append(ps, world.Point{At: pt.At.from(b.at, b.at), Value: pt.Value})
		}
		patterns = append(patterns, world.NewPoints(ps...))
	}
	if m.Silent {
		patterns = append(patterns, world.Silent{})
	}
	if len(patterns) != 1 {
		b.wrong(p, "one of: samples, gauge, elapsed, backlog, points, silent", "want one pattern for the metric, got %d", len(patterns))
		patterns = []world.Pattern{world.Silent{}}
	}
	return &world.Metric{Namespace: m.Namespace, Name: m.Name, Dimensions: m.Dimensions, Unit: m.Unit, Pattern: patterns[0]}
}

func (b *builder) of(a *Activity, p path) world.Activity {
	if a == nil {
		b.wrong(p, "add of: with an activity", "the pattern does not say of what")
		return world.Never{}
	}
	return b.activity(a, p.to("of"))
}

func (b *builder) sampled(s Sampling, p path) (from, to time.Time) {
	if s.Every != 0 && time.Duration(s.Every) < time.Second {
		b.wrong(p.to("every"), "at least 1s", "the sampling period is too short")
	}
	return s.From.from(b.at, b.at.Add(-defaultAge)), s.To.from(b.at, time.Time{})
}

func (b *builder) stream(s Stream, p path) *world.Stream {
	b.require(p, "name", s.Name)
	st := &world.Stream{Group: cmp.Or(s.Group, world.StudioLogGroup), Name: s.Name, Created: s.Created.from(b.at, b.at.Add(-defaultAge))}
	if s.Events != nil {
		st.Events = b.activity(s.Events, p.to("events"))
	}
	return st
}
