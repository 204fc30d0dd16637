package scan

import (
	"context"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// load waits for the price list. What could not be had of it leaves rates unknown, each with the reason.
func load(ctx context.Context, snap *estate.Snapshot, prices *tariff) {
	if err := prices.loaded(); err != nil && ctx.Err() == nil && len(snap.Targets) > 0 {
		// The rates that could not be loaded say so themselves; the coverage says what to do.
		const op = "pricing:GetProducts"
		e := cloud.Fail(op, snap.Targets[0], err)
		snap.Coverage = append(snap.Coverage, estate.Coverage{Target: snap.Targets[0], Operation: op, Outcome: cloud.Lost(err),
			Error: cloud.Brief(err), Hides: kinds.Hides(op), Hint: e.Hint})
	}
}

// price fills in the rates.
func price(obs []*estate.Observation, prices *tariff) {
	for _, o := range obs {
		for _, m := range priced(&o.Resource) {
			m.Rate = prices.rate(o.Resource.Target.Region, m)
		}
	}
}

// assess works the waste of a target's resources out. It is pure: verdicts and meters in, dollars out.
func assess(snap *estate.Snapshot, obs []*estate.Observation) {
	shared := map[string][]*estate.Observation{}
	for _, o := range obs {
		o.Waste = waste(snap, o)
		for _, m := range o.Resource.Meters {
			if m.Share != "" {
				shared[m.Share] = append(shared[m.Share], o)
			}
		}
	}
	for _, group := range shared {
		if len(group) > 1 {
			share(snap, group)
		}
		if unlisted(snap, group[0].Resource) {
			for _, o := range group {
				if o.Verdict.State == estate.Idle {
					o.Waste.Known, o.Waste.Note = false, "not everything could be listed: another app may use its instance"
				}
			}
		}
	}
}

// unlisted reports whether the listing of the resource's family has a hole in its target, so that something that shares its
// bill may be out of sight.
func unlisted(snap *estate.Snapshot, r estate.Resource) bool {
	k, err := kinds.Get(r.Kind)
	return err != nil || snap.Interrupted || slices.ContainsFunc(snap.Coverage, func(c estate.Coverage) bool {
		return c.Hole() && c.Target.Key() == r.Target.Key() && c.Operation == k.Family().Reads[0].Action
	})
}

func waste(snap *estate.Snapshot, o *estate.Observation) estate.Waste {
	if o.Verdict.State == estate.Idle {
		hourly, known := o.Resource.Hourly()
		return estate.Waste{Known: known, Hourly: hourly, SoFar: hourly.Mul(hours(o.Verdict.IdleFor(snap.At).Hours()))}
	}
	w := estate.Waste{Known: true}
	if o.Verdict.State == estate.Unknown {
		_, w.Known = o.Resource.Hourly()
	}
	for _, p := range o.Verdict.Parts {
		if p.State != estate.Idle {
			continue
		}
		pw := estate.PartWaste{Part: p.Part, Known: true}
		for _, m := range o.Resource.Meters {
			if m.Part == p.Part {
				h, known := m.Hourly()
				pw.Hourly, pw.Known = pw.Hourly.Add(h), pw.Known && known
			}
		}
		pw.SoFar = pw.Hourly.Mul(hours(p.IdleFor(snap.At).Hours()))
		w.Parts = append(w.Parts, pw)
	}
	return w
}

// share settles an instance that several apps run on. It bills once, and until the last of them is stopped: stopping some
// saves nothing while another is used or not known; when all are idle, the first carries the money, since the last became idle.
func share(snap *estate.Snapshot, group []*estate.Observation) {
	slices.SortFunc(group, func(a, b *estate.Observation) int { return strings.Compare(a.Resource.ARN, b.Resource.ARN) })
	last := group[0]
	for _, o := range group {
		if o.Verdict.State != estate.Idle {
			for _, idle := range group {
				if idle.Verdict.State == estate.Idle {
					idle.Waste = estate.Waste{Known: true, Note: "shares its instance with " + o.Resource.Name + ", which is " + string(o.Verdict.State) + ": stopping it alone saves nothing"}
				}
			}
			return
		}
		if o.Verdict.Since.After(last.Verdict.Since) {
			last = o
		}
	}
	first := group[0]
	first.Waste = waste(snap, first)
	first.Waste.SoFar = first.Waste.Hourly.Mul(hours(last.Verdict.IdleFor(snap.At).Hours()))
	first.Waste.Note = "its instance is shared with other idle apps and counted here, once"
	for _, o := range group[1:] {
		o.Waste = estate.Waste{Known: true, Note: "its instance is counted with " + first.Resource.Name}
	}
}

// hours keeps the fourth decimal, a third of a second: enough for money, and the same on every machine.
func hours(h float64) decimal.Decimal { return decimal.NewFromFloat(h).Round(4) }
