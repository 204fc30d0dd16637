package process

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestRealProcesses looks at a shell that computes and one that waits.
func TestRealProcesses(t *testing.T) {
	begin := func(script string) (pid int) {
		cmd := exec.Command("sh", "-c", script)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
		if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		return cmd.Process.Pid
	}
	busy, waiting := begin("echo go; while :; do :; done"), begin("echo go; sleep 1000; :")
	before, err := Read("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for {
		now, err := Read("/proc")
		if err != nil {
			t.Fatal(err)
		}
		if w := now.Tree(waiting).Worked(before); w.Computed > 100*time.Millisecond || w.Moved > 100<<10 || w.Hidden {
			t.Fatalf("who waits: %+v", w)
		}
		if now.Tree(busy).Worked(before).Computed > 200*time.Millisecond {
			return
		}
	}
}

// What the kernel counts: all that goes through read and write, and nothing of what sockets receive and send by calls of their own. That is why the
// network is looked at, too.
func TestWhatIsCounted(t *testing.T) {
	const size = 4 << 20
	moved := func(do func()) uint64 {
		before, err := read("/proc/self", os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		do()
		after, err := read("/proc/self", os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		return after.Worked(Sample{after.PID: before}).Moved
	}
	file := filepath.Join(t.TempDir(), "file")
	if n := moved(func() {
		if err := os.WriteFile(file, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}); n < size {
		t.Errorf("a file of %d bytes counted for %d", size, n)
	}
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = syscall.Close(pair[0]), syscall.Close(pair[1]) }()
	if n := moved(func() {
		packet, to := make([]byte, 32<<10), make([]byte, 32<<10)
		for range size / len(packet) {
			if err := syscall.Sendto(pair[0], packet, 0, nil); err != nil {
				t.Fatal(err)
			}
			if _, _, err := syscall.Recvfrom(pair[1], to, 0); err != nil {
				t.Fatal(err)
			}
		}
	}); n > size/2 {
		t.Errorf("the kernel counts what sockets move (%d of %d bytes): the network need not be looked at any more", n, size)
	}
	if _, err := Network("/proc"); err != nil {
		t.Error(err)
	}
	if _, err := Disks("/proc"); err != nil {
		t.Error(err)
	}
}
