package pulse_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/heartbeat"
	"github.com/sagewarden/sagewarden/internal/pulse"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// beat is the heartbeat of that number, a minute after another.
func beat(number int) heartbeat.Seen {
	at := noon.Add(time.Duration(number) * time.Minute)
	return heartbeat.Seen{Boot: "b", Sequence: uint64(number), At: at, Said: at}
}

func open(t *testing.T, file string) *pulse.Memory {
	t.Helper()
	m, err := pulse.OpenMemory(file)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func commit(t *testing.T, m *pulse.Memory) {
	t.Helper()
	if err := m.Commit(); err != nil {
		t.Fatal(err)
	}
}

// What one run has seen, the next one knows; of two that overlap, what the later one saw stays.
func TestMemoryLasts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "seen.json")
	first, second := open(t, file), open(t, file)
	second.Put("a", beat(2))
	second.Put("b", beat(2))
	commit(t, second)
	first.Put("a", beat(1))
	first.Put("c", beat(1))
	commit(t, first)
	third := open(t, file)
	for place, want := range map[string]int{"a": 2, "b": 2, "c": 1} {
		if got := third.Get(place); got != beat(want) {
			t.Errorf("%s: %+v", place, got)
		}
	}
	third.Put("a", beat(1))
	if got := third.Get("a"); got != beat(2) {
		t.Errorf("an older one is kept: %+v", got)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// Scans that end together lose nothing of each other's.
func TestMemoriesThatEndTogether(t *testing.T) {
	file := filepath.Join(t.TempDir(), "seen.json")
	var all sync.WaitGroup
	for i := range 20 {
		m := open(t, file)
		m.Put(fmt.Sprint(i), beat(1))
		all.Go(func() {
			if err := m.Commit(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	m := open(t, file)
	for i := range 20 {
		if m.Get(fmt.Sprint(i)) == (heartbeat.Seen{}) {
			t.Errorf("%d is lost", i)
		}
	}
}

// The file does not grow by what is gone: a heartbeat that could be put again is stale by then, whatever its interval.
func TestMemoryForgetsTheDead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "seen.json")
	m := open(t, file)
	m.Put("dead", beat(0))
	m.Put("quiet", beat(10))
	m.Put("alive", beat(3*60+11))
	commit(t, m)
	m = open(t, file)
	if m.Get("dead") != (heartbeat.Seen{}) || m.Get("quiet") != beat(10) || m.Get("alive") == (heartbeat.Seen{}) {
		t.Errorf("%+v, %+v, %+v", m.Get("dead"), m.Get("quiet"), m.Get("alive"))
	}
}

// To go on without a file that cannot be read would believe what it refuses.
func TestMemoryThatCannotBeRead(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "cut off": `{"version": 1, "seen": {"a": {"bo`, "of somebody else": `{"apps": 3}`, "of another version": `{"version": 2, "seen": {}}`, "null": "null", "of nothing": `{"version": 1}`,
		"with a tail": `{"version": 1, "seen": {}} {"version": 1, "seen": {}}`,
	} {
		file := filepath.Join(t.TempDir(), "seen.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := pulse.OpenMemory(file); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", name, err)
		}
		if got, err := os.ReadFile(file); string(got) != text || err != nil {
			t.Errorf("%s: now it is %q, %v", name, got, err)
		}
	}
	if _, err := pulse.OpenMemory(filepath.Join(t.TempDir(), "nowhere", "seen.json")); err == nil {
		t.Error("a folder that is not there")
	}
}

func TestMemoryWithoutAFile(t *testing.T) {
	m := pulse.NewMemory()
	m.Put("a", beat(1))
	if commit(t, m); m.Get("a") != beat(1) {
		t.Error("it forgets")
	}
}
