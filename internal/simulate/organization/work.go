package organization

import (
	"fmt"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A work is when an instance of a job computes between two instants: the host-th of so many. Nil is never.
type work func(k *keeper, host, of int, from, to time.Time) *world.Sessions

func computes(_ *keeper, _, _ int, from, to time.Time) *world.Sessions {
	return world.NewSessions(world.Interval{From: from, To: to})
}

// stalls computes until days before At.
func stalls(k *keeper, _, _ int, from, _ time.Time) *world.Sessions {
	return world.NewSessions(world.Interval{From: from, To: k.At.Add(-k.between(2*day+12*time.Hour, 5*day))})
}

// pauses waits for hours, again and again, for data or for another.
func pauses(k *keeper, _, _ int, from, to time.Time) *world.Sessions {
	var stretches []world.Interval
	for start := from; start.Before(to); {
		end := world.Earlier(start.Add(k.between(time.Hour, 10*time.Hour)), to)
		stretches = append(stretches, world.Interval{From: start, To: end})
		start = end.Add(k.between(time.Hour, 11*time.Hour))
	}
	return world.NewSessions(stretches...)
}

// lastComputes leaves the work to the last instance.
func lastComputes(k *keeper, host, of int, from, to time.Time) *world.Sessions {
	if host < of {
		return world.NewSessions()
	}
	return computes(k, host, of, from, to)
}

// compute makes the instances of a job work, and publish it.
func (k *keeper) compute(r *world.Record, w work, machine string, n int) {
	from, to := r.Created.Add(k.between(4*time.Minute, 12*time.Minute)), r.Ended
	switch {
	case !r.Modified.IsZero():
		to = r.Modified
	case to.IsZero():
		to = world.Forever
	}
	var used world.Union
	for host := 1; host <= n; host++ {
		busy := w(k, host, n, from, to)
		used = append(used, busy)
		name := fmt.Sprintf("%s/algo-%d", r.Name, host)
		if r.Family == world.TransformJob {
			name = r.Name + "/i-" + k.text("0123456789abcdef", 17)
		}
		series := []string{"CPUUtilization"}
		if strings.ContainsAny(machine[3:4], "gp") {
			series = append(series, "GPUUtilization")
		}
		for _, metric := range series {
			k.publish(&world.Metric{Namespace: spelled[r.Family].namespace, Name: metric, Unit: "Percent", Dimensions: map[string]string{"Host": name},
				Pattern: world.Level{Of: busy, Busy: float64(30 + k.IntN(65)), Rest: 0.4, From: from, To: r.Ended}})
		}
	}
	r.Use = used
}
