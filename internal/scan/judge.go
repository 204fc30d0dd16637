package scan

import (
	"fmt"
	"maps"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// Judge judges a snapshot anew, at its own instant, by other limits. A kind without a limit in l keeps the limit that it was
// scanned with; the traffic that counts as warmers is l's. It makes no call: the evidence is what was saved, so a limit that the evidence cannot carry ends in unknown.
func Judge(snap *estate.Snapshot, l Limits) error {
	snap.IdleFor = maps.Clone(snap.IdleFor)
	snap.MinDailyInvocations = l.MinDailyInvocations
	for i := range snap.Observations {
		o := &snap.Observations[i]
		k, err := kinds.Get(o.Resource.Kind)
		if err != nil {
			return fmt.Errorf("%s: %w", o.Resource.ARN, err)
		}
		c := l.Criteria(k, snap.At)
		if _, named := l.IdleFor[k.Name()]; !named && l.IdleFor[""] == 0 && snap.IdleFor[k.Name()] > 0 {
			c.IdleFor = time.Duration(snap.IdleFor[k.Name()])
		}
		snap.IdleFor[k.Name()] = estate.Duration(c.IdleFor)
		o.Verdict = k.Judge(o.Resource, o.Signals, c)
	}
	assess(snap)
	return nil
}
