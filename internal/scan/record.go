package scan

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// A Recording is what there is now, with the metrics of a time before: from it follows what a scan would have seen at any instant of that time.
//
// It is of the present's resources, as they are now: what was deleted since is not in it, and of what was changed since nobody knows what it was.
type Recording struct {
	// Now is the scan of the present, From the first instant that can be looked at.
	Now  *estate.Snapshot
	From time.Time
	// Series is how many were read, Calls how many calls that was at most.
	Series, Calls int

	limits Limits
	// records are by the resource's ARN and the series' key.
	records map[string]map[string]kinds.Record
	byARN   map[string]*estate.Observation
}

// Record scans the sessions, and reads the series that the scan asked for over the time before it. Begin hears how many series and calls that takes.
func Record(ctx context.Context, sessions []*cloud.Session, o Options, back time.Duration, begin func(series, calls int)) (*Recording, error) {
	type tape struct {
		arns   []string
		series []kinds.Series
	}
	var mu sync.Mutex
	tapes := map[*target]*tape{}
	o.asked = func(t *target, wanted []kinds.Want) {
		mu.Lock()
		defer mu.Unlock()
		if tapes[t] == nil {
			tapes[t] = &tape{}
		}
		for _, w := range wanted {
			tapes[t].arns, tapes[t].series = append(tapes[t].arns, w.For.Resource.ARN), append(tapes[t].series, w.Series)
		}
	}
	o.Packed, o.Inventory = false, false
	snap, err := Run(ctx, sessions, o)
	if err != nil {
		return nil, err
	}
	r := &Recording{Now: snap, From: snap.At.Add(-back), limits: o.Limits, records: map[string]map[string]kinds.Record{}, byARN: map[string]*estate.Observation{}}
	for _, obs := range snap.Observations {
		r.byARN[obs.Resource.ARN] = obs
	}
	for _, t := range tapes {
		r.Series += len(t.series)
		r.Calls += kinds.RecordCalls(t.series, r.From)
	}
	if begin != nil {
		begin(r.Series, r.Calls)
	}
	reading := semaphore.NewWeighted(seriesAtOnce)
	var g errgroup.Group
	for t, tape := range tapes {
		g.Go(func() error {
			// A report of its own: how the scan's calls went is in its coverage already.
			again := newTarget(t.Session, &o, snap, t.prices, &shared{reading: reading}, nil, t.stopped)
			read := again.Records(ctx, tape.series, r.From)
			mu.Lock()
			defer mu.Unlock()
			for i, arn := range tape.arns {
				if r.records[arn] == nil {
					r.records[arn] = map[string]kinds.Record{}
				}
				r.records[arn][tape.series[i].Key()] = read[i]
			}
			snap.Coverage = append(snap.Coverage, slices.DeleteFunc(again.coverage(), func(c estate.Coverage) bool { return !c.Hole() })...)
			return nil
		})
	}
	_ = g.Wait() // what fails is in the records and the coverage
	snap.Interrupted = snap.Interrupted || ctx.Err() != nil
	estate.SortCoverage(snap.Coverage)
	return r, nil
}

// At is what a scan would have seen at an instant, judged by the same functions. At the present it is the scan's own.
func (r *Recording) At(now time.Time) (*estate.Snapshot, error) {
	then := *r.Now
	then.At, then.Observations = now, nil
	for _, o := range r.Now.Observations {
		if o.Resource.Created.After(now) {
			continue
		}
		past := *o
		past.Signals = r.signals(o, now, r.delay(now))
		then.Observations = append(then.Observations, &past)
	}
	if err := Judge(&then, r.limits); err != nil {
		return nil, err
	}
	then.IdleFor = r.Now.IdleFor // what else there might have been was not looked for
	for _, o := range then.Observations {
		if o.Resource.Modified.After(now) {
			o.Verdict, o.Waste = changedSince, estate.Waste{}
		}
	}
	return &then, nil
}

// changedSince is the verdict on what was something else at the instant.
var changedSince = estate.Verdict{State: estate.Unknown, Rule: "past/changed-since", Why: "it was changed since: what it was then is not known"}

// Judge judges one resource at an instant by all that is known of it today, the newest datapoints of then too. It is unknown where it was not there.
func (r *Recording) Judge(arn string, now time.Time) estate.Verdict {
	o := r.byARN[arn]
	if o == nil || o.Resource.Created.After(now) || o.Resource.Modified.After(now) {
		return changedSince
	}
	k, err := kinds.Get(o.Resource.Kind)
	if err != nil {
		return changedSince
	}
	c := r.limits.Criteria(k, now)
	return k.Judge(o.Resource, r.signals(o, now, 0), c)
}

// delay is how late the datapoints of an instant are taken to have appeared. Those of the present are there, or are not.
func (r *Recording) delay(now time.Time) time.Duration {
	if now.Equal(r.Now.At) {
		return 0
	}
	return kinds.PublishingDelay
}

// signals are those of the present, as they were at an instant.
func (r *Recording) signals(o *estate.Observation, now time.Time, delay time.Duration) estate.Signals {
	out := make(estate.Signals, len(o.Signals))
	for i, s := range o.Signals {
		record, recorded := r.records[o.Resource.ARN][kinds.KeyOf(s)]
		switch {
		case recorded:
			s = record.At(now, delay)
		case s.Source == kinds.SourceRelation: // whoever judges finds it anew
		case s.Window.From.Before(now) && s.Window.To.After(now) && s.At.IsZero(): // a listing of what was so lately: of the part of it before the instant
			s.Window.To = now
		case s.At.After(now), s.Window.To.After(now):
			// Only the newest event is told, or what was so lately. That it came later says nothing of before.
			s.Quality, s.Value, s.At, s.Spans, s.Note = estate.Partial, 0, time.Time{}, nil, "only its newest event is known, and that came later"
		}
		out[i] = s
	}
	return out
}
