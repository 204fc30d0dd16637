package scan

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/sagewarden/sagewarden/internal/kinds"
)

// hearAtOnce bounds the heartbeats of a target that are asked for together; their readers bound those of all targets.
const hearAtOnce = 16

// hear adds what agents say of the resources in which they may run. An inventory asks nobody.
func (t *target) hear(ctx context.Context, all found) {
	if len(t.options.Heartbeats) == 0 || t.options.Inventory {
		return
	}
	var g errgroup.Group
	g.SetLimit(hearAtOnce)
	for _, o := range all.all() {
		if !kinds.Reporting(o.Resource) {
			continue
		}
		g.Go(func() error {
			for _, r := range t.options.Heartbeats {
				o.Signals = append(o.Signals, r.Signal(ctx, o.Resource.ARN))
			}
			return nil
		})
	}
	_ = g.Wait() // a failure is in the signals
}
