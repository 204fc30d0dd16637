package remediate

import (
	"context"
	"time"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/pulse"
	"github.com/sagewarden/sagewarden/internal/scan"
)

// A Place is a site over a session.
type Place struct {
	*cloud.Session
	// Options are those of the scan that found what is to be done: by them it is judged again.
	Options scan.Options
	// Hear opens the places where agents report anew, so that each look hears what they say now; nil where none report.
	Hear func(context.Context) ([]*pulse.Reader, error)
}

// Look scans one resource.
func (p Place) Look(ctx context.Context, s ledger.Subject) (*estate.Snapshot, error) {
	k, err := kinds.Get(s.Kind)
	if err != nil {
		return nil, err
	}
	o := p.Options
	o.Kinds, o.Only, o.Holes, o.Progress, o.Inventory = []kinds.Kind{k}, s.ARN, nil, nil, false
	o.Limits.Acting = true
	if p.Hear != nil {
		if o.Heartbeats, err = p.Hear(ctx); err != nil {
			return nil, err
		}
	}
	return scan.Run(ctx, []*cloud.Session{p.Session}, o)
}

// Hand is what an action on a resource works with.
func (p Place) Hand(r estate.Resource, ask estate.Ask, seen time.Time) *kinds.Hand {
	h := kinds.NewHand(p.Session, r, ask)
	h.Seen = seen
	return h
}
