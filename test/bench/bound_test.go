package bench

import (
	"testing"

	"github.com/sagewarden/sagewarden/internal/pricing"
	"github.com/sagewarden/sagewarden/internal/scan"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
)

// TestTheLeastIsTheLeast holds the bound to its word: a scan of everything makes no fewer calls of any operation on any target.
func TestTheLeastIsTheLeast(t *testing.T) {
	for _, seed := range []int64{1, 2, 3} {
		st := newStage(t, organization.Default(seed, at))
		sessions := st.sessions(t)
		book, err := pricing.Open(pricing.Options{Client: func() (pricing.Client, bool) { return sessions[0].Pricing() }})
		if err != nil {
			t.Fatal(err)
		}
		snap, err := scan.Run(t.Context(), sessions, scan.Options{Prices: book, Owners: scan.Owners{TrailPages: 20}})
		if err != nil {
			t.Fatal(err)
		}
		st.seen(t, snap)
		made := st.made()
		for _, line := range made.undercut(leastCalls(st.World, snap, byProfile)) {
			t.Errorf("seed %d, %s", seed, line)
		}
		if n, least := made.all()["pricing:GetProducts"], leastPriceCalls(st.World, snap); n < least {
			t.Errorf("seed %d: %d calls of pricing:GetProducts, fewer than the least of %d", seed, n, least)
		}
	}
}
