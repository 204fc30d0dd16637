package bench

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/studio/process"
)

// poller is how the agents of old ask, without what they import besides: theirs is no less.
const poller = `
import json, sys, time, urllib.request
from datetime import datetime, timezone
while True:
    for what in ("terminals", "kernels", "sessions"):
        with urllib.request.urlopen(sys.argv[1] + "api/" + what + "?no_track_activity=1", timeout=15) as answer:
            for one in json.load(answer):
                if "last_activity" in one:
                    datetime.now(timezone.utc) - datetime.fromisoformat(one["last_activity"].replace("Z", "+00:00"))
    time.sleep(1)
`

// A guest is a program that looks at a Jupyter Server, and what it takes of the machine that people work on.
type guest struct {
	who string
	// size is of what has to be brought along, in bytes, by architecture.
	size map[string]int64
	// peak is its resident memory, cpu what one look computes.
	peak int64
	cpu  time.Duration
}

// guests are compared.
type guests []guest

// BenchmarkAgent has the agent look at a Jupyter Server thirty times, with five kernels and three terminals, and a process in Python.
func BenchmarkAgent(b *testing.B) {
	var looks atomic.Int64
	var kernels, terminals []string
	for i := range 5 {
		kernels = append(kernels, fmt.Sprintf(`{"id":"k-%d","name":"python3","execution_state":"busy","last_activity":"2026-03-02T09:00:00.123456Z","connections":1}`, i))
	}
	for i := range 3 {
		terminals = append(terminals, fmt.Sprintf(`{"name":"%d","last_activity":"2026-03-02T09:00:00.123456Z"}`, i))
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch what := strings.TrimPrefix(r.URL.Path, "/lab/api/"); what {
		case "kernels":
			looks.Add(1)
			_, _ = fmt.Fprintf(w, "[%s]", strings.Join(kernels, ","))
		case "terminals":
			_, _ = fmt.Fprintf(w, "[%s]", strings.Join(terminals, ","))
		default:
			_, _ = w.Write([]byte("[]"))
		}
	}))
	defer s.Close()
	dir := b.TempDir()
	sizes := map[string]int64{}
	for _, arch := range []string{"arm64", "amd64"} {
		sizes[arch] = buildAgent(b, filepath.Join(dir, arch), arch)
	}
	own := filepath.Join(dir, "own")
	buildAgent(b, own, "")
	for b.Loop() {
		results.guests = nil
		for _, g := range []struct {
			guest
			cmd []string
		}{
			{guest{who: "sagewarden-agent", size: sizes}, []string{own, "--no-heartbeat", "--interval", "1s", "--server", s.URL + "/lab/", "--home", dir, "--log", filepath.Join(dir, "log"), "--lock", filepath.Join(dir, "lock"), "--metadata", filepath.Join(dir, "none")}},
			{guest{who: "python3"}, []string{"python3", "-c", poller, s.URL + "/lab/"}},
		} {
			looks.Store(0)
			g.peak, g.cpu = watch(b, exec.CommandContext(b.Context(), g.cmd[0], g.cmd[1:]...), &looks, 30)
			results.guests = append(results.guests, g.guest)
		}
	}
	b.ReportMetric(float64(results.guests[0].peak)/(1<<20), "MB")
	b.ReportMetric(float64(results.guests[0].cpu.Milliseconds()), "ms/look")
}

// buildAgent builds the agent as it is shipped, and returns its size.
func buildAgent(b *testing.B, file, arch string) int64 {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", file, "../../cmd/sagewarden-agent")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if arch != "" {
		cmd.Env = append(cmd.Env, "GOOS=linux", "GOARCH="+arch)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("build the agent: %v\n%s", err, out)
	}
	info, err := os.Stat(file)
	if err != nil {
		b.Fatal(err)
	}
	return info.Size()
}

// watch runs a program until it has looked so often, and returns its memory, and what each of its looks but the first computed.
func watch(b *testing.B, cmd *exec.Cmd, looks *atomic.Int64, enough int64) (peak int64, cpu time.Duration) {
	b.Helper()
	if err := cmd.Start(); err != nil {
		b.Skipf("%s: %v", cmd.Path, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	defer func() {
		_ = cmd.Process.Kill()
		<-ended
	}()
	until := func(n int64) process.Process {
		deadline := time.After(2 * time.Minute)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for looks.Load() < n {
			select {
			case <-tick.C:
			case <-deadline:
				b.Fatalf("%s looked %d times", cmd.Path, looks.Load())
			case err := <-ended:
				ended <- err
				b.Fatalf("%s ended: %v", cmd.Path, err)
			}
		}
		sample, err := process.Read("/proc")
		if err != nil {
			b.Fatal(err)
		}
		return sample[cmd.Process.Pid]
	}
	first, last := until(2), until(2+enough)
	return peakOf(b, cmd.Process.Pid), (last.CPU - first.CPU) / time.Duration(enough)
}

// peakOf is the largest resident memory of a process.
func peakOf(b *testing.B, pid int) int64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var kilobytes int64
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kilobytes); n == 1 {
			return kilobytes << 10
		}
	}
	b.Fatalf("process %d says nothing of its memory", pid)
	return 0
}

// String is what each takes, as a table.
func (gs guests) String() string {
	if len(gs) == 0 {
		return ""
	}
	var b strings.Builder
	row(&b, "\nLooking at a Jupyter Server", each(gs, func(g guest) string { return g.who })...)
	for _, arch := range []string{"amd64", "arm64"} {
		row(&b, "program for "+arch+", MB", each(gs, func(g guest) string {
			if g.size == nil {
				return "-"
			}
			return fmt.Sprintf("%.1f", float64(g.size[arch])/(1<<20))
		})...)
	}
	row(&b, "resident memory at most, MB", each(gs, func(g guest) string { return fmt.Sprintf("%.1f", float64(g.peak)/(1<<20)) })...)
	row(&b, "computed per look, ms", each(gs, func(g guest) string { return fmt.Sprintf("%.1f", float64(g.cpu.Microseconds())/1000) })...)
	row(&b, "share of a core, one look a minute", each(gs, func(g guest) string { return fmt.Sprintf("%.3f %%", 100*g.cpu.Seconds()/60) })...)
	return b.String()
}
