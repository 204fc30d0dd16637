package process

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
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
	if got := now.Worked(before); got.Computed != 7*time.Second {
		t.Errorf("%+v", got)
	}
}

// What a process moves is counted by two measures, and either may be blind: a cache hides from the disk, a mapped file from the calls.
func TestMoved(t *testing.T) {
	before := Sample{1: {PID: 1, Chars: 1000, Blocks: 10}}
	for name, c := range map[string]struct {
		now  Process
		want Work
	}{
		"by calls":               {Process{PID: 1, Chars: 1500, Blocks: 10}, Work{Moved: 500}},
		"by a mapped file":       {Process{PID: 1, Chars: 1000, Blocks: 710}, Work{Moved: 700}},
		"another of this number": {Process{PID: 1, Began: 1, Chars: 300, Blocks: 10}, Work{Moved: 300}},
		"nobody may know":        {Process{PID: 1, Hidden: true}, Work{Hidden: true}},
		"it has ended":           {Process{PID: 1, Zombie: true}, Work{}},
	} {
		if got := (Sample{1: c.now}).Worked(before); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// Who started a job may end before it: it is in the session still, and ends with that.
func TestTreeWithSession(t *testing.T) {
	s := Sample{1: {PID: 1, Session: 1}, 10: {PID: 10, Parent: 1, Session: 10}, 11: {PID: 11, Parent: 10, Session: 11}, 12: {PID: 12, Parent: 1, Session: 10}, 13: {PID: 13, Parent: 12, Session: 13}, 14: {PID: 14, Parent: 1, Session: 1}}
	if tree := s.Tree(10); len(tree) != 4 {
		t.Errorf("%v", tree)
	}
	if tree := s.Tree(99); len(tree) != 0 {
		t.Errorf("of one that is not there: %v", tree)
	}
}

func TestReadIO(t *testing.T) {
	const whole = "rchar: 100\nwchar: 20\nsyscr: 1\nsyscw: 1\nread_bytes: 4096\nwrite_bytes: 0\ncancelled_write_bytes: 0\n"
	for name, c := range map[string]struct {
		io   string
		want Process
		fail bool
	}{
		"as it stands":     {io: whole, want: Process{Chars: 120, Blocks: 4096}},
		"no accounting":    {want: Process{Hidden: true}},
		"a number is none": {io: "rchar: many\n", fail: true},
		"half of a line":   {io: "rchar", fail: true},
		"nothing in it":    {io: "\n", fail: true},
	} {
		dir := t.TempDir()
		if c.io != "" {
			if err := os.WriteFile(filepath.Join(dir, "io"), []byte(c.io), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var got Process
		if err := got.readIO(dir); (err != nil) != c.fail || !c.fail && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestDevices(t *testing.T) {
	proc := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		file := filepath.Join(proc, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Network(proc); err == nil {
		t.Error("a network of which nothing is told was read")
	}
	if d, err := Disks(proc); d != nil || err != nil {
		t.Errorf("disks of which nothing is told: %v, %v", d, err)
	}
	put("net/dev", "Inter-|   Receive  |  Transmit\n face |bytes packets|bytes\n    lo: 9999 1 0 0 0 0 0 0 9999 1 0 0 0 0 0 0\n  eth0:100 1 0 0 0 0 0 0 23 1 0 0 0 0 0 0\n")
	put("diskstats", " 259 0 nvme0n1 10 0 2 0 20 0 3 0 0 1 1\n 259 1 nvme0n1p1 10 0 2 0 20 0 1 0 0 1 1\n")
	network, err := Network(proc)
	if err != nil || !maps.Equal(network, Devices{"eth0": 123}) {
		t.Errorf("%v, %v", network, err)
	}
	disks, err := Disks(proc)
	if err != nil || !maps.Equal(disks, Devices{"nvme0n1": 5 * 512, "nvme0n1p1": 3 * 512}) {
		t.Errorf("%v, %v", disks, err)
	}
	for _, c := range []struct {
		now, earlier Devices
		name         string
		carried      uint64
	}{
		{Devices{"a": 10, "b": 12}, Devices{"a": 1, "b": 10}, "a", 9},
		{Devices{"new": 7}, Devices{}, "new", 7},
		{Devices{"anew": 7}, Devices{"anew": 1 << 40}, "anew", 7},
		{Devices{"a": 1}, Devices{"a": 1}, "", 0},
		{nil, Devices{"a": 1}, "", 0},
	} {
		if name, carried := c.now.Most(c.earlier); name != c.name || carried != c.carried {
			t.Errorf("%v after %v: %s %d", c.now, c.earlier, name, carried)
		}
	}
	for name, text := range map[string]string{"net/dev": "eth0: many 1 0 0 0 0 0 0 1\n", "diskstats": "259 0 nvme0n1 10 0\n"} {
		put(name, text)
	}
	if d, err := Network(proc); err == nil {
		t.Errorf("%v", d)
	}
	if d, err := Disks(proc); err == nil {
		t.Errorf("%v", d)
	}
}

func TestHidden(t *testing.T) {
	for options, shown := range map[string]bool{
		"rw,nosuid": true, "rw,hidepid=0": true, "rw,hidepid=off": true, "rw,hidepid=1": true, // which is an error for each process
		"rw,hidepid=2": false, "rw,hidepid=invisible": false, "rw,gid=7,hidepid=invisible": true, "rw,gid=7,hidepid=ptraceable": false, "rw,gid=70,hidepid=2": false, "rw,hidepid=9": false,
	} {
		proc := t.TempDir()
		if err := os.MkdirAll(filepath.Join(proc, "self"), 0o755); err != nil {
			t.Fatal(err)
		}
		text := "proc /elsewhere proc rw,hidepid=2 0 0\nproc " + proc + " proc rw,hidepid=4 0 0\nproc " + proc + " proc " + options + " 0 0\n"
		if err := os.WriteFile(filepath.Join(proc, "self", "mounts"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Hidden(proc, []int{1000, 7}); (err == nil) != shown {
			t.Errorf("%s: %v", options, err)
		}
	}
	if Hidden(t.TempDir(), nil) == nil {
		t.Error("a /proc that does not tell how it is mounted was trusted")
	}
}

func BenchmarkRead(b *testing.B) {
	for b.Loop() {
		if _, err := Read("/proc"); err != nil {
			b.Fatal(err)
		}
	}
}
