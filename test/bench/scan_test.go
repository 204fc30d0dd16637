package bench

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/scan"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
)

// A run is one scan by the program, in a process of its own.
type run struct {
	footprint
	calls     tally
	wall, cpu time.Duration
	snap      *estate.Snapshot
}

// scan runs `sagewarden scan` over all accounts and regions, prints its table to nowhere and saves the snapshot.
func (st *stage) scan(tb testing.TB, more ...string) run {
	tb.Helper()
	dir := tb.TempDir()
	memory, saved := filepath.Join(dir, "memory"), filepath.Join(dir, "snapshot.json")
	args := append([]string{"scan", "--save", saved}, more...)
	for _, a := range st.Accounts {
		args = append(args, "--profile", a.Name)
	}
	for _, r := range st.regions() {
		args = append(args, "--region", r)
	}
	cmd := exec.CommandContext(tb.Context(), os.Args[0], args...)
	cmd.Env = append(st.environment(tb), asProgram+"="+memory)
	cmd.Stderr = os.Stderr
	st.server.Reset()
	start := time.Now()
	if err := cmd.Run(); err != nil {
		tb.Fatalf("scan: %v", err)
	}
	r := run{wall: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), calls: st.made()}
	var err error
	if r.snap, err = scan.Load(saved); err != nil {
		tb.Fatal(err)
	}
	text, err := os.ReadFile(memory)
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(text, &r.footprint); err != nil {
		tb.Fatal(err)
	}
	return r
}

// seen fails unless the scan saw everything that does not vanish before it can be looked at.
func (st *stage) seen(tb testing.TB, snap *estate.Snapshot) {
	tb.Helper()
	if h := snap.Holes(); len(h) > 0 {
		tb.Errorf("coverage has holes: %+v", h)
	}
	want := map[estate.Kind]int{}
	for _, a := range st.Accounts {
		for _, r := range a.Regions {
			for _, e := range r.Endpoints {
				if e.At(st.At) && !e.Vanishes {
					want["endpoint"]++
				}
			}
			for _, d := range r.Domains {
				for _, app := range d.Apps {
					if app.At(st.At) && !app.Vanishes {
						want["studio-app"]++
					}
				}
			}
		}
	}
	got := map[estate.Kind]int{}
	for _, o := range snap.Observations {
		got[o.Resource.Kind]++
	}
	for kind, n := range want {
		if got[kind] != n {
			tb.Errorf("saw %d of kind %s, want %d", got[kind], kind, n)
		}
	}
}

// BenchmarkScan scans the organization twice: as a user would, at the documented rates and in real time, and with the limits lifted,
// where what remains is the program's own work.
func BenchmarkScan(b *testing.B) {
	st := newStage(b, organization.Bench(seed, at))
	results.least = leastCalls(st.World)
	b.Run("rates=documented", func(b *testing.B) {
		for b.Loop() {
			r := st.scan(b)
			st.seen(b, r.snap)
			results.paced, results.leastPrices = r, leastPriceCalls(st.World, r.snap)
			b.ReportMetric(float64(r.calls.all().total()), "calls")
			b.ReportMetric(results.callRatio(r.calls), "calls/least")
			b.ReportMetric(results.timeRatio(), "time/least")
			b.ReportMetric(float64(r.Peak)/1e6, "MB-peak")
		}
	})
	b.Run("rates=none", func(b *testing.B) {
		var lifted []string
		for _, l := range cloud.NoLimits() {
			lifted = append(lifted, "--rate", l.String())
		}
		for b.Loop() {
			r := st.scan(b, lifted...)
			st.seen(b, r.snap)
			results.free = r
			b.ReportMetric(r.cpu.Seconds(), "cpu-s")
			b.ReportMetric(float64(r.Allocations)/float64(len(r.snap.Observations)), "allocs/resource")
			b.ReportMetric(float64(r.Allocated)/float64(len(r.snap.Observations)), "B/resource")
		}
	})
}
