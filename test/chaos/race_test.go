package chaos_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"
)

// meeting has two processes come to their nth request together.
func meeting(nth int, one, other *reaper) {
	came := map[*reaper]chan struct{}{one: make(chan struct{}), other: make(chan struct{})}
	for me, you := range map[*reaper]*reaper{one: other, other: one} {
		var mu sync.Mutex
		n := 0
		me.meet = func() {
			mu.Lock()
			n++
			now := n == nth
			mu.Unlock()
			if !now {
				return
			}
			close(came[me])
			select {
			case <-came[you]:
			case <-you.gone: // it does not come any more
			}
		}
	}
}

// TestTwoProcessesApplyOnePlan: each step of a plan that two processes carry out at once happens once, whatever they share the ledger by, and nothing is
// even tried twice.
func TestTwoProcessesApplyOnePlan(t *testing.T) {
	rounds, seed := max(setting(t, deathsVariable, sample)/25, 1), setting(t, seedVariable, 1)
	for _, kept := range []store{sqlite, postgreSQL, inS3} {
		for n := range rounds {
			t.Run(fmt.Sprintf("%s-%d", kept, seed+n), func(t *testing.T) {
				t.Parallel()
				tell := func(processes int) end {
					draw := rand.New(rand.NewPCG(seed+n, 1)) //nolint:gosec // the same at every run
					s := newStage(t, organization(draw), kept, draw)
					s.must("serve", "--once")
					s.pass(61 * time.Minute)
					s.must("plan", "--out", "now.plan")
					one, other := newReaper(death{}), newReaper(death{})
					if processes == 2 {
						meeting(1+s.drawn(40), one, other)
					}
					var all []*process
					for _, r := range []*reaper{one, other}[:processes] {
						all = append(all, s.start(r, "apply", "now.plan", "--auto-approve", "--account", account))
					}
					for _, p := range all {
						if p.end() < 0 {
							t.Errorf("%s", &p.out)
						}
					}
					l := life{stage: s, kept: kept, typical: map[string]typical{}, toll: &toll{}}
					l.act(func(left remains) bool { return left == remains{} })
					s.heeded(0)
					return s.ending()
				}
				if d := diff.Diff(tell(1), tell(2)); d != "" {
					t.Errorf("two come to another end than one (-one +two):\n%s", d)
				}
			})
		}
	}
}
