package loop_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/cli"
	"github.com/sagewarden/sagewarden/test/postgresql"
)

// TestTwoNodesOnPostgreSQL: two nodes that share a ledger in a real PostgreSQL, and run at the same time whenever they run, tell once, stop once, and know both that it is
// done.
func TestTwoNodesOnPostgreSQL(t *testing.T) {
	address := postgresql.Empty(t)
	s := newStage(t, true)
	t.Setenv("SAGEWARDEN_STATE", address)
	var told, logged strings.Builder
	// both runs the program on two nodes at once. One of them may find that it is the other's turn.
	both := func() {
		t.Helper()
		var out, log [2]bytes.Buffer
		var status [2]int
		var nodes sync.WaitGroup
		for n := range 2 {
			nodes.Go(func() {
				status[n] = cli.Run(t.Context(), s.env(&out[n], &log[n], "serve", "--once", "--config", s.config))
			})
		}
		nodes.Wait()
		ran := 0
		for n := range 2 {
			told.Write(out[n].Bytes())
			logged.Write(log[n].Bytes())
			switch {
			case status[n] == 0:
				ran++
			case !strings.Contains(log[n].String(), "another node is at work"):
				t.Errorf("node %d: exit status %d\n%s", n, status[n], &log[n])
			}
		}
		if ran == 0 {
			t.Errorf("neither has run:\n%s%s", &log[0], &log[1])
		}
	}
	both()
	s.pass(61 * time.Minute)
	both()
	s.pass(15 * time.Minute)
	both()
	s.pass(15 * time.Minute)
	both()
	if n := strings.Count(told.String(), "ben/default (studio-app"); n != 1 {
		t.Errorf("told %d times:\n%s", n, &told)
	}
	if got := s.mutations(); got != stopped {
		t.Errorf("done: %s", got)
	}
	if n := strings.Count(logged.String(), "outcome=done"); n != 1 {
		t.Errorf("known to be done %d times:\n%s", n, &logged)
	}
	if out, _ := s.run("history", "verify"); !strings.HasPrefix(out, "whole and unaltered\n") {
		t.Error(out)
	}
	if out, _ := s.run("findings", "list", "--kind", "studio-app"); !strings.HasPrefix(out, "0 findings") {
		t.Error(out)
	}
}
