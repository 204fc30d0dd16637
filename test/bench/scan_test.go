package bench

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/scan"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// holes is the program's exit status where something could not be seen.
const holes = 4

// A run is one scan by the program, in a process of its own.
type run struct {
	footprint
	calls     tally
	wall, cpu time.Duration
	snap      *estate.Snapshot
}

// profiles are the arguments that name every account and region.
func (st *stage) profiles() (args []string) {
	for _, a := range st.Accounts {
		args = append(args, "--profile", a.Name)
	}
	for _, r := range st.regions() {
		args = append(args, "--region", r)
	}
	return args
}

// organization are the arguments that have every account and region found.
func (st *stage) organization() []string {
	return []string{"--organization", "--profile", st.Accounts[0].Name, "--region", "all"}
}

// unlimited are the arguments that lift the rate limits.
func unlimited() (args []string) {
	for _, l := range cloud.NoLimits() {
		args = append(args, "--rate", l.String())
	}
	return args
}

// scan runs `sagewarden scan`, prints its table to nowhere and saves the snapshot.
func (st *stage) scan(tb testing.TB, arguments ...[]string) run {
	tb.Helper()
	dir := tb.TempDir()
	memory, saved := filepath.Join(dir, "memory"), filepath.Join(dir, "snapshot.json")
	args := append([]string{"scan", "--save", saved}, slices.Concat(arguments...)...)
	cmd := exec.CommandContext(tb.Context(), installed(tb), args...)
	cmd.Env = append(st.environment(tb), asProgram+"="+memory)
	cmd.Stderr = os.Stderr
	st.server.Reset()
	start := time.Now()
	// What could not be seen is in the snapshot.
	if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != holes {
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
		tb.Errorf("coverage has %d holes, among them %+v", len(h), h[0])
	}
	want := map[estate.Kind]int{}
	for _, a := range st.Accounts {
		for _, r := range a.Regions {
			for kind, n := range (view{r, st.At, a}).resources() {
				want[kind] += n
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
	f := &results.hosting
	b.Run("rates=documented", func(b *testing.B) { st.paced(b, f, byProfile, st.profiles()) })
	b.Run("rates=none", func(b *testing.B) { st.free(b, f, st.profiles()) })
}

func (st *stage) paced(b *testing.B, f *figures, enter func(*world.World, tally), reach []string) {
	st.rehearse(b, reach)
	for b.Loop() {
		r := st.scan(b, reach)
		st.seen(b, r.snap)
		f.paced, f.least, f.leastPrices = r, leastCalls(st.World, r.snap, enter), leastPriceCalls(st.World, r.snap)
		for _, line := range r.calls.undercut(f.least) {
			b.Error(line)
		}
		b.ReportMetric(float64(r.calls.all().total()), "calls")
		b.ReportMetric(f.callRatio(r.calls), "calls/least")
		b.ReportMetric(f.timeRatio(), "time/least")
		b.ReportMetric(float64(r.Peak)/1e6, "MB-peak")
	}
}

// rehearse has the stage work its answers out, so that it does not share the processor with the scan that is measured more than it must:
// AWS has machines of its own.
func (st *stage) rehearse(b *testing.B, reach []string) {
	st.scan(b, reach, unlimited())
}

func (st *stage) free(b *testing.B, f *figures, reach []string) {
	for b.Loop() {
		r := st.scan(b, reach, unlimited())
		st.seen(b, r.snap)
		f.free = r
		b.ReportMetric(r.cpu.Seconds(), "cpu-s")
		b.ReportMetric(float64(r.Allocations)/float64(len(r.snap.Observations)), "allocs/resource")
		b.ReportMetric(float64(r.Allocated)/float64(len(r.snap.Observations)), "B/resource")
	}
}
