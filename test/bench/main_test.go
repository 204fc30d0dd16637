package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"

	"github.com/sagewarden/sagewarden/internal/cli"
)

// asProgram, in the environment, makes this binary the program: the benchmarks run it in a process of its own, so that the simulated
// organization's memory and time are not counted. The value names the file for what only that process knows of itself.
const asProgram = "SAGEWARDEN_BENCH_FOOTPRINT"

func TestMain(m *testing.M) {
	if file := os.Getenv(asProgram); file != "" {
		runtime.MemProfileRate = 0 // as in the program, which nothing profiles
		status := 0
		if script := os.Getenv(bareRun); script != "" {
			if err := runBare(context.Background(), script); err != nil {
				fmt.Fprintln(os.Stderr, err)
				status = 1
			}
		} else {
			status = cli.Run(context.Background(), cli.OS())
		}
		if err := writeFootprint(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 1
		}
		os.Exit(status)
	}
	status := m.Run()
	uninstall()
	fmt.Print(results)
	os.Exit(status)
}

// A footprint is what a run took of the process's memory.
type footprint struct {
	// Peak is the largest resident set in bytes, 0 where it cannot be read.
	Peak int64
	// Allocations and Allocated (bytes) count all heap objects ever made.
	Allocations, Allocated uint64
}

func writeFootprint(file string) error {
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	text, err := json.Marshal(footprint{Peak: peak(), Allocations: mem.Mallocs, Allocated: mem.TotalAlloc})
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}

// peak is what Linux knows as VmHWM. The ru_maxrss that a parent is told will not do: it begins at the parent's own size, because a Go
// parent forks by vfork, and Linux carries the peak of the memory that was shared until exec over to the child.
func peak() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmHWM:")); ok {
			kilobytes, _ := strconv.ParseInt(string(bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimSpace(rest), []byte("kB")))), 10, 64)
			return kilobytes * 1024
		}
	}
	return 0
}
