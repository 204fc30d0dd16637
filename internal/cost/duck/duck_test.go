package duck

import (
	"strconv"
	"testing"
)

// TestThreads: a machine of many processors does not run out of the memory that the engine may take.
func TestThreads(t *testing.T) {
	for _, tt := range []struct {
		options Options
		want    int
	}{
		{Options{Threads: 64}, 4}, {Options{Threads: 64, Memory: 448}, 4}, {Options{Threads: 64, Memory: 4096}, 36}, {Options{Threads: 1}, 1}, {Options{Threads: 2, Memory: 20}, 1},
	} {
		if got := tt.options.settings()["threads"]; got != strconv.Itoa(tt.want) {
			t.Errorf("%+v has %s threads, want %d", tt.options, got, tt.want)
		}
	}
	if n, err := strconv.Atoi(Options{}.settings()["threads"]); err != nil || n < 1 || n > defaultMemory/threadMemory {
		t.Errorf("%d threads: %v", n, err)
	}
}
