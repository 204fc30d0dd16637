package scan

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// judge relates the resources of one target to each other and judges them, those that others are judged by first. It is pure.
func judge(obs []*estate.Observation, coverage []estate.Coverage, criteria func(kinds.Kind) estate.Criteria) {
	peers := kinds.NewPeers(obs, coverage)
	byKind := map[estate.Kind][]*estate.Observation{}
	for _, o := range obs {
		byKind[o.Resource.Kind] = append(byKind[o.Resource.Kind], o)
	}
	for _, k := range kinds.WithNeeds(kinds.All()) {
		related, ok := k.(kinds.Related)
		c := criteria(k)
		for _, o := range byKind[k.Family().Name] {
			if ok {
				observed := slices.DeleteFunc(o.Signals, func(s estate.Signal) bool { return s.Source == kinds.SourceRelation })
				o.Signals = slices.Concat(observed, related.Relate(o.Resource, peers))
			}
			o.Verdict = k.Judge(o.Resource, o.Signals, c)
		}
	}
}

// Judge judges a snapshot anew, at its own instant, by other limits. A kind without a limit in l keeps the limit that it was
// scanned with; the traffic that counts as warmers is l's. It makes no call: the evidence is what was saved, so a limit that the evidence cannot carry ends in unknown.
func Judge(snap *estate.Snapshot, l Limits) error {
	limits := maps.Clone(snap.IdleFor)
	if limits == nil {
		limits = map[estate.Kind]estate.Duration{}
	}
	snap.IdleFor, snap.MinDailyInvocations = limits, l.MinDailyInvocations
	byTarget := map[string][]*estate.Observation{}
	for _, o := range snap.Observations {
		if _, err := kinds.Get(o.Resource.Kind); err != nil {
			return fmt.Errorf("%s: %w", o.Resource.ARN, err)
		}
		key := o.Resource.Target.Key()
		byTarget[key] = append(byTarget[key], o)
	}
	coverage := map[string][]estate.Coverage{}
	for _, c := range snap.Coverage {
		coverage[c.Target.Key()] = append(coverage[c.Target.Key()], c)
	}
	criteria := func(k kinds.Kind) estate.Criteria {
		c, name := l.Criteria(k, snap.At), k.Family().Name
		if _, named := l.IdleFor[name]; !named && l.IdleFor[""] == 0 && limits[name] > 0 {
			c.IdleFor = time.Duration(limits[name])
		}
		limits[name] = estate.Duration(c.IdleFor)
		return c
	}
	for key, obs := range byTarget {
		judge(obs, coverage[key], criteria)
		assess(snap, obs)
	}
	return nil
}
