package bench

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// latency is how long every answer takes.
const latency = 30 * time.Millisecond

// BenchmarkEstate scans every family in fifty accounts and four regions, found through AWS Organizations: at the documented rates, with the
// limits lifted, in a storm of throttling, and with five accounts that let nobody in.
func BenchmarkEstate(b *testing.B) {
	spec, slow := organization.BenchEstate(seed, at), &world.Fault{Latency: latency}
	f := &results.whole
	st := newStage(b, spec, slow)
	b.Run("rates=documented", func(b *testing.B) { st.paced(b, f, byRole, st.organization()) })
	b.Run("rates=none", func(b *testing.B) { st.free(b, f, st.organization()) })
	b.Run("storm", func(b *testing.B) {
		st := newStageOf(b, st.World, slow, &world.Fault{Error: "ThrottlingException", Every: 3})
		for b.Loop() {
			r := st.scan(b, st.organization())
			st.seen(b, r.snap)
			f.storm = r
			b.ReportMetric(float64(r.calls.all().total()), "calls")
			b.ReportMetric(float64(len(r.snap.Holes())), "holes")
		}
	})
	b.Run("denied", func(b *testing.B) {
		open := st.scan(b, st.organization(), unlimited())
		w := organization.Generate(spec)
		shut := w.Accounts[1:6]
		for _, a := range shut {
			a.Roles = nil
		}
		st := newStageOf(b, w, slow)
		for b.Loop() {
			r := st.scan(b, st.organization(), unlimited())
			st.named(b, r, shut)
			f.denied = r
			b.ReportMetric(float64(len(r.snap.Holes())), "holes")
			st.undisturbed(b, r, open, shut)
		}
	})
}

// named fails unless each of the accounts, and nothing else, is a hole, once.
func (st *stage) named(tb testing.TB, r run, shut []*world.Account) {
	tb.Helper()
	var want, got []string
	for _, a := range shut {
		want = append(want, a.ID)
	}
	for _, h := range r.snap.Holes() {
		got = append(got, h.Target.Account)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		tb.Errorf("holes in %v, want %v", got, want)
	}
}

// undisturbed fails unless the accounts that are open took the same calls as when all are. Prices are left out: they are asked for once
// for the whole organization.
func (st *stage) undisturbed(tb testing.TB, r, all run, shut []*world.Account) {
	tb.Helper()
	for t, c := range all.calls {
		if slices.ContainsFunc(shut, func(a *world.Account) bool { return a.ID == t.account }) {
			continue
		}
		before, now := maps.Clone(c), maps.Clone(r.calls[t])
		delete(before, "pricing:GetProducts")
		delete(now, "pricing:GetProducts")
		if !maps.Equal(before, now) {
			tb.Errorf("%s/%s: %v, and with closed accounts beside it %v", t.account, t.region, before, now)
		}
	}
}
