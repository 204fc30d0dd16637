package studio

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/studio/process"
)

// C1: a file that is missing is no idleness, asking does not make it, and what is typed in a terminal counts.
func TestC1_CodeEditor(t *testing.T) {
	dir := t.TempDir()
	e := Editor{Stamp: filepath.Join(dir, "stamp"), Terminals: filepath.Join(dir, "pts")}
	if used, err := e.Used(); err == nil {
		t.Errorf("nobody knows, and it is said to be used at %v", used)
	}
	if _, err := os.Stat(e.Stamp); err == nil {
		t.Error("looking made the file")
	}
	put(t, e.Stamp, stamp(start), start.Add(-time.Hour))
	if used, err := e.Used(); err != nil || !used.Equal(start) {
		t.Errorf("%v, %v", used, err)
	}
	put(t, e.Stamp, "unreadable", start.Add(time.Minute))
	if used, err := e.Used(); err != nil || !used.Equal(start.Add(time.Minute)) {
		t.Errorf("%v, %v", used, err)
	}
	if err := os.Mkdir(e.Terminals, 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(e.Terminals, "ptmx"), "", start.Add(time.Hour))
	put(t, filepath.Join(e.Terminals, "3"), "", start.Add(2*time.Minute))
	if err := os.Symlink("gone", filepath.Join(e.Terminals, "4")); err != nil { // closed while it is looked at
		t.Fatal(err)
	}
	if used, err := e.Used(); err != nil || !used.Equal(start.Add(2*time.Minute)) {
		t.Errorf("%v, %v", used, err)
	}
}

// C1: reading is not seen, but a terminal that trains is, and what computes.
func TestC1_AnIdleEditorIsStopped(t *testing.T) {
	r := &room{now: start}
	used := start
	sample := process.Sample{1: {PID: 1}, 7: {PID: 7, Session: 7, Terminal: true}}
	whole := &app{room: r}
	a := &Agent{Processes: func() (process.Sample, error) { return sample, nil }, Editor: func() (time.Time, error) { return used, nil },
		Limits: Default, StopWhole: true, Whole: whole, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { r.now = r.now.Add(time.Millisecond); return r.now }}
	a.Limits.Grace = 0
	sample[8] = process.Process{PID: 8, Parent: 7, Session: 7, Terminal: true}
	r.minutes(t, a, 200)
	if len(whole.stopped) > 0 {
		t.Fatal("something ran in a terminal")
	}
	delete(sample, 8)
	r.minutes(t, a, 60)
	used = r.now
	r.minutes(t, a, 119)
	if len(whole.stopped) > 0 {
		t.Fatalf("stopped %v after it was used", r.now.Sub(used))
	}
	r.minutes(t, a, 3)
	if len(whole.stopped) == 0 {
		t.Error("an idle editor goes on")
	}
}
