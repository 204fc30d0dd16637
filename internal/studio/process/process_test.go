package process

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func write(t *testing.T, proc, pid, stat, cmdline string) {
	t.Helper()
	dir := filepath.Join(proc, pid)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"stat": stat, "cmdline": cmdline} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// stat is a line of /proc/PID/stat.
func stat(pid, name, state, parent, session, tty, user, began string) string {
	return pid + " (" + name + ") " + state + " " + parent + " 1 " + session + " " + tty + " -1 4194560 1 2 3 4 " + user + " 50 7 3 20 0 1 0 " + began + " 1 2 3"
}

func TestRead(t *testing.T) {
	proc := t.TempDir()
	write(t, proc, "10", stat("10", "sh (evil) 1 R 9", "S", "1", "10", "34816", "150", "777"), "/bin/sh\x00-c\x00")
	write(t, proc, "11", stat("11", "python", "Z", "10", "10", "0", "0", "778"), "")
	if err := os.MkdirAll(filepath.Join(proc, "self"), 0o755); err != nil {
		t.Fatal(err)
	}
	s, err := Read(proc)
	if err != nil {
		t.Fatal(err)
	}
	p := s[10]
	if len(s) != 2 || p.Parent != 1 || p.Session != 10 || !p.Terminal || p.CPU != 2100*time.Millisecond || p.Began != 777 || len(p.Command) != 2 || p.Zombie {
		t.Errorf("%d processes, %+v", len(s), p)
	}
	if z := s[11]; !z.Zombie || z.Terminal {
		t.Errorf("%+v", z)
	}
	if tree := s.Tree(10); len(tree) != 2 {
		t.Errorf("%v", tree)
	}
	write(t, proc, "12", "12 (cut off) S 1", "")
	if _, err := Read(proc); err == nil {
		t.Error("a line that cannot be read was taken")
	}
	if _, err := Read(filepath.Join(proc, "nowhere")); err == nil {
		t.Error("a folder that is not there was read")
	}
	if _, err := Read(t.TempDir()); err == nil {
		t.Error("a machine without a process")
	}
}

// A number that is given to another process is another process.
func TestWorked(t *testing.T) {
	before := Sample{1: {PID: 1, Began: 5, CPU: time.Minute}, 2: {PID: 2, Began: 6, CPU: time.Hour}}
	now := Sample{1: {PID: 1, Began: 5, CPU: time.Minute + time.Second}, 2: {PID: 2, Began: 9, CPU: 2 * time.Second}, 3: {PID: 3, Began: 9, CPU: 4 * time.Second}}
	if got := now.Worked(before); got != 7*time.Second {
		t.Errorf("%s", got)
	}
}

func BenchmarkRead(b *testing.B) {
	for b.Loop() {
		if _, err := Read("/proc"); err != nil {
			b.Fatal(err)
		}
	}
}
