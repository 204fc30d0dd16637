// Package process reads what runs on this machine from /proc, and what it has worked between two readings.
package process

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of time of /proc/PID/stat: USER_HZ is 100 on every machine that Linux runs on by now.
const tick = 10 * time.Millisecond

// A Process is one as it stands in /proc.
type Process struct {
	PID, Parent int
	// Session is the process that leads its session: of what runs in a terminal, the shell.
	Session int
	// Terminal says that it has a controlling terminal.
	Terminal bool
	// Began is when it was started, in ticks since the machine was: with the PID it names a process for good.
	Began uint64
	// CPU is the time that it has computed, with that of its children that have ended: what starts one short process after another computes, too.
	CPU time.Duration
	// Chars are the bytes that it has read and written by whatever call and from whatever cache, Blocks those that a disk had to do with. Both count
	// those of its children that have ended, and leave out what sockets receive and send by calls of their own. Hidden says that nobody here may know.
	Chars, Blocks uint64
	Hidden        bool
	// Zombie has ended, and waits for its parent to notice.
	Zombie  bool
	Command []string
}

// A Sample is all processes at one instant.
type Sample map[int]Process

// Read reads the processes from a file system of /proc. What ends while it is being read is left out.
func Read(proc string) (Sample, error) {
	entries, err := os.ReadDir(proc)
	if err != nil {
		return nil, err
	}
	s := Sample{}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		p, err := read(filepath.Join(proc, e.Name()), pid)
		if gone(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		s[pid] = p
	}
	if len(s) == 0 {
		return nil, fmt.Errorf("%s holds no process", proc)
	}
	return s, nil
}

// Began is when the first process of a file system of /proc began: that of a container begins with the container.
func Began(proc string) (time.Time, error) {
	first, err := read(filepath.Join(proc, "1"), 1)
	if err != nil {
		return time.Time{}, err
	}
	text, err := os.ReadFile(filepath.Join(proc, "stat"))
	if err != nil {
		return time.Time{}, err
	}
	for line := range strings.Lines(string(text)) {
		if seconds, ok := strings.CutPrefix(line, "btime "); ok {
			boot, err := strconv.ParseInt(strings.TrimSpace(seconds), 10, 64)
			return time.Unix(boot, 0).Add(time.Duration(first.Began) * tick), err
		}
	}
	return time.Time{}, fmt.Errorf("%s/stat does not say when the machine began", proc)
}

// noProcess is what reading a file of a process answers that has just ended (ESRCH).
const noProcess = "no such process"

func gone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || err != nil && strings.Contains(err.Error(), noProcess)
}

func read(dir string, pid int) (Process, error) {
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return Process{}, err
	}
	// The name in brackets may hold brackets and blanks.
	end := bytes.LastIndexByte(stat, ')')
	f := strings.Fields(string(stat[end+1:]))
	const state, parent, session, tty, user, system, childUser, childSystem, began = 0, 1, 3, 4, 11, 12, 13, 14, 19 // proc(5), counted from the state
	if end < 0 || len(f) <= began {
		return Process{}, fmt.Errorf("%s/stat: cannot be read: %q", dir, stat)
	}
	var n [began + 1]uint64
	for _, i := range []int{parent, session, user, system, childUser, childSystem, began} {
		if n[i], err = strconv.ParseUint(f[i], 10, 64); err != nil {
			return Process{}, fmt.Errorf("%s/stat: field %d: %w", dir, i+3, err)
		}
	}
	p := Process{PID: pid, Parent: int(n[parent]), Session: int(n[session]), Terminal: f[tty] != "0", Began: n[began],
		CPU: time.Duration(n[user]+n[system]+n[childUser]+n[childSystem]) * tick, Zombie: f[state] == "Z"}
	if !p.Zombie { // which moves nothing any more
		if err := p.readIO(dir); err != nil {
			return Process{}, err
		}
	}
	command, err := os.ReadFile(filepath.Join(dir, "cmdline"))
	if err != nil {
		return Process{}, err
	}
	if text := strings.TrimRight(string(command), "\x00"); text != "" {
		p.Command = strings.Split(text, "\x00")
	}
	return p, nil
}

// readIO reads what the process has moved. The kernel tells it of one's own processes, and root; a kernel without the accounting tells nobody.
func (p *Process) readIO(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "io"))
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		p.Hidden = true
		return nil
	}
	if err != nil {
		return err
	}
	n := map[string]uint64{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if n[name], err = strconv.ParseUint(value, 10, 64); err != nil {
			return fmt.Errorf("%s/io: %w", dir, err)
		}
	}
	if len(n) == 0 {
		return fmt.Errorf("%s/io is empty", dir)
	}
	p.Chars, p.Blocks = n["rchar"]+n["wchar"], n["read_bytes"]+n["write_bytes"]
	return nil
}

// Tree are the process and all that descends from it or is in the session that it leads, which outlives who started it: Jupyter begins each kernel
// in a session of its own, and ends all of it together.
func (s Sample) Tree(pid int) Sample {
	tree := Sample{}
	if p, ok := s[pid]; ok {
		tree[pid] = p
	}
	for grown := true; grown; {
		grown = false
		for _, p := range s {
			if _, in := tree[p.PID]; in {
				continue
			}
			if _, under := tree[p.Parent]; under || len(tree) > 0 && p.Session == pid {
				tree[p.PID], grown = p, true
			}
		}
	}
	return tree
}

// Work is what was done between two samples.
type Work struct {
	Computed time.Duration
	// Moved are the bytes that were read and written, as far as that is known; Hidden says that it is not known of all.
	Moved  uint64
	Hidden bool
}

// Worked is what the process has done since the earlier sample. One that was not there then has done all of it since.
func (p Process) Worked(earlier Sample) Work {
	old := earlier[p.PID]
	if old.Began != p.Began {
		old = Process{}
	}
	w := Work{Computed: p.CPU - old.CPU, Hidden: p.Hidden}
	if !p.Hidden && !p.Zombie {
		w.Moved = max(p.Chars-old.Chars, p.Blocks-old.Blocks)
	}
	return w
}

// Add is the work of two.
func (w Work) Add(other Work) Work {
	return Work{w.Computed + other.Computed, w.Moved + other.Moved, w.Hidden || other.Hidden}
}

// Worked is what all of the processes have done since the earlier sample.
func (s Sample) Worked(earlier Sample) (sum Work) {
	for _, p := range s {
		sum = sum.Add(p.Worked(earlier))
	}
	return sum
}
