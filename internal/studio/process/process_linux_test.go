package process

import (
	"bufio"
	"os/exec"
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
		if w := now.Tree(waiting); w.Worked(before) > 100*time.Millisecond {
			t.Fatalf("who waits computed %s", w.Worked(before))
		}
		if now.Tree(busy).Worked(before) > 200*time.Millisecond {
			return
		}
	}
}
