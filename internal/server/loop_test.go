package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/notify"
	"github.com/sagewarden/sagewarden/internal/policy"
	"github.com/sagewarden/sagewarden/internal/remediate"
)

const (
	always  = "  - {name: always, kind: endpoint, when: 'verdict.idle', steps: [{notify: {to: owner}}]}\n"
	evening = "  - {name: evening, kind: endpoint, when: 'verdict.idle', schedule: '0 19 * * *', timeZone: Europe/Berlin, steps: [{notify: {to: owner}}]}\n"
)

// A node is a loop that looks at nothing, and tells when it did.
type node struct {
	*testing.T
	*Loop
	text string // of its policies
	log  strings.Builder
	mu   sync.Mutex
	// ran are the runs, as their instants and policies.
	ran []string
	// looks is what a run does.
	looks func(context.Context) (*estate.Snapshot, error)
}

func newNode(t *testing.T, name string, l *ledger.Ledger, text string) *node {
	n := &node{T: t, text: text}
	n.Loop = &Loop{Ledger: l, Node: name, Every: 15 * time.Minute, Wait: wait, Watch: NewWatch(l.Now), Log: slog.New(slog.NewTextHandler(&n.log, nil)),
		Load: func(context.Context) (*policy.Set, error) { return policy.Parse("test.yaml", "policies:\n"+n.text) }, Open: n.open}
	n.looks = func(context.Context) (*estate.Snapshot, error) { return &estate.Snapshot{At: l.Now()}, nil }
	return n
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (n *node) open(_ context.Context, o Order) (*Bench, error) {
	ts, err := notify.ReadTemplates("")
	if err != nil {
		return nil, err
	}
	office, err := notify.NewOffice(config.Notify{}, ts)
	if err != nil {
		return nil, err
	}
	if len(o.Set.Policies) > 0 {
		n.mu.Lock()
		n.ran = append(n.ran, n.Ledger.Now().Format("02 15:04 ")+strings.Join(o.names(), "+"))
		n.mu.Unlock()
	}
	return &Bench{Engine: &remediate.Engine{Ledger: n.Ledger, Set: o.Set, Follow: o.Follow, Now: n.Ledger.Now, Guard: remediate.Guard{Limits: remediate.DefaultLimits}}, Office: office,
		Post: &notify.Post{Ledger: n.Ledger, Directory: office.Directory(), Jitter: func() float64 { return 0 }, By: n.Node}, Scan: n.looks}, nil
}

// serve runs the loop for a while of the test's clock.
func (n *node) serve(d time.Duration) {
	ctx, cancel := context.WithTimeout(n.Context(), d)
	defer cancel()
	if err := n.Serve(ctx); err != nil {
		n.Error(err)
	}
}

func (n *node) want(ran ...string) {
	n.Helper()
	if !slices.Equal(n.ran, ran) {
		n.Errorf("ran %q, want %q", n.ran, ran)
	}
}

func memory(t *testing.T) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(t.Context(), "memory:", ledger.Environment{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// until lets the test's clock, which begins in 2000, come to an instant.
func until(t *testing.T, at string) {
	t.Helper()
	when, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	if err := wait(t.Context(), time.Until(when)); err != nil {
		t.Fatal(err)
	}
}

func TestPoliciesLookInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		until(t, "2000-01-03T17:35:00Z")
		n := newNode(t, "a", memory(t), always+evening)
		n.serve(59 * time.Minute)
		n.want("03 17:35 always", "03 17:50 always", "03 18:00 evening", "03 18:05 always", "03 18:20 always")
	})
}

// TestSchedulesChangeWithTheClocks: in Berlin the clocks go on at 01:00 UTC of 26 March 2000, and in New York at 07:00 UTC of 2 April.
func TestSchedulesChangeWithTheClocks(t *testing.T) {
	for _, tt := range []struct {
		zone, from string
		want       []string
	}{
		{"Europe/Berlin", "2000-03-25T00:00:00Z", []string{"25 01:30 night", "26 01:00 night", "27 00:30 night"}},
		{"America/New_York", "2000-04-01T00:00:00Z", []string{"01 07:30 night", "02 07:00 night", "03 06:30 night"}},
		{"Europe/Berlin", "2000-10-28T00:00:00Z", []string{"28 00:30 night", "29 00:30 night", "30 01:30 night"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			until(t, tt.from)
			n := newNode(t, "a", memory(t), "  - {name: night, kind: endpoint, when: 'verdict.idle', schedule: '30 2 * * *', timeZone: "+tt.zone+", steps: [{notify: {to: owner}}]}\n")
			n.serve(3 * 24 * time.Hour)
			n.want(tt.want...)
		})
	}
}

func TestWhatWasMissedIsCaughtUpOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		until(t, "2000-01-03T12:00:00Z")
		l := memory(t)
		n := newNode(t, "a", l, evening)
		n.serve(time.Hour)
		n.want()
		until(t, "2000-01-06T12:00:00Z")
		n = newNode(t, "a", l, evening)
		n.serve(7 * time.Hour)
		n.want("06 12:00 evening", "06 18:00 evening")
	})
}

// TestALongRunDelaysTheNext, and none is doubled to make up for it.
func TestALongRunDelaysTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNode(t, "a", memory(t), always)
		n.looks = func(ctx context.Context) (*estate.Snapshot, error) {
			return &estate.Snapshot{At: time.Now()}, wait(ctx, 40*time.Minute)
		}
		n.serve(119 * time.Minute)
		n.want("01 00:00 always", "01 00:40 always", "01 01:20 always")
	})
}

// TestOneRunAtATime: of two nodes one runs, and the other takes its turn, also where the first has ended without a word.
func TestOneRunAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := memory(t)
		var mu sync.Mutex
		working, runs := 0, 0
		var nodes []*node
		for _, name := range []string{"a", "b"} {
			n := newNode(t, name, l, always)
			n.looks = func(ctx context.Context) (*estate.Snapshot, error) {
				mu.Lock()
				working, runs = working+1, runs+1
				if working > 1 {
					t.Error("two nodes run together")
				}
				mu.Unlock()
				err := wait(ctx, 20*time.Minute) // longer than a turn that nobody renews
				mu.Lock()
				working--
				mu.Unlock()
				return &estate.Snapshot{At: time.Now()}, err
			}
			nodes = append(nodes, n)
		}
		var wg sync.WaitGroup
		for i, n := range nodes {
			wg.Go(func() { n.serve(time.Duration(1+2*i)*time.Hour + time.Minute) })
		}
		wg.Wait()
		if runs < 9 || len(nodes[1].ran) == 0 {
			t.Errorf("%d runs, %d of them of a and %d of b", runs, len(nodes[0].ran), len(nodes[1].ran))
		}
		// A node dies in the middle of its turn.
		if mine, err := take(t.Context(), l, "dead"); err != nil || !mine {
			t.Fatal(mine, err)
		}
		c := newNode(t, "c", l, always)
		if _, err := c.Once(t.Context()); !errors.Is(err, ErrBusy) {
			t.Errorf("beside another one: %v", err)
		}
		if err := wait(t.Context(), lease); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Once(t.Context()); err != nil || len(c.ran) != 1 {
			t.Errorf("after the other one's turn: %v, %q", err, c.ran)
		}
	})
}

// TestTurnsInEveryLedger: a turn is one node's alone, in memory and in a file. That PostgreSQL and S3 keep records as these do is tested with the ledger.
func TestTurnsInEveryLedger(t *testing.T) {
	at := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	for _, address := range []string{"memory:", filepath.Join(t.TempDir(), "state.db")} {
		l, err := ledger.Open(t.Context(), address, ledger.Environment{Now: func() time.Time { return at }})
		if err != nil {
			t.Fatal(err)
		}
		var mine [8]bool
		var wg sync.WaitGroup
		for i := range mine {
			wg.Go(func() {
				var err error
				if mine[i], err = take(t.Context(), l, string(rune('a'+i))); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		won := slices.Index(mine[:], true)
		if won < 0 || slices.Index(mine[won+1:], true) >= 0 {
			t.Errorf("%s: turns of %v", address, mine)
			continue
		}
		if err := giveUp(t.Context(), l, "somebody else"); err != nil {
			t.Error(err)
		}
		if again, err := take(t.Context(), l, "z"); err != nil || again {
			t.Errorf("%s: a turn given up by somebody else: %v %v", address, again, err)
		}
		if err := giveUp(t.Context(), l, string(rune('a'+won))); err != nil {
			t.Error(err)
		}
		if again, err := take(t.Context(), l, "z"); err != nil || !again {
			t.Errorf("%s: a turn given up: %v %v", address, again, err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestWhoLosesTheTurnBeginsNothingMore: a node that stood still for longer than its turn finds it with another one.
func TestWhoLosesTheTurnBeginsNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := memory(t)
		n := newNode(t, "a", l, always)
		n.looks = func(ctx context.Context) (*estate.Snapshot, error) {
			if err := l.Update(ctx, func(tx *ledger.Tx) error {
				return tx.Put(ctx, ledger.SortLease, turnKey, Turn{"b", tx.Now().Add(lease)})
			}); err != nil {
				t.Error(err)
			}
			return nil, wait(ctx, time.Hour)
		}
		began := time.Now()
		if _, err := n.Once(t.Context()); !errors.Is(err, context.Canceled) || time.Since(began) > 2*renewal {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		if turn, err := ledger.Get[Turn](t.Context(), l, ledger.SortLease, turnKey); err != nil || turn.Node != "b" {
			t.Errorf("the turn is %+v, %v", turn, err)
		}
	})
}

// TestStopInTheMiddle: a run that is stopped while it looks does nothing, gives its turn up, and is caught up.
func TestStopInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := memory(t)
		n := newNode(t, "a", l, always)
		n.looks = func(ctx context.Context) (*estate.Snapshot, error) {
			_ = wait(ctx, time.Hour)
			return &estate.Snapshot{At: time.Now(), Interrupted: true}, nil
		}
		n.serve(time.Minute)
		if _, err := l.Get(t.Context(), ledger.SortLease, turnKey); !errors.Is(err, ledger.ErrNone) {
			t.Errorf("the turn: %v", err)
		}
		after := newNode(t, "b", l, always)
		after.serve(time.Second)
		after.want("01 00:01 always")
	})
}

// TestWhatIsCutShortIsStillDue: the steps that a run has not begun do not wait for the schedule to come again.
func TestWhatIsCutShortIsStillDue(t *testing.T) {
	l := memory(t)
	n := newNode(t, "a", l, always)
	ctx, cancel := context.WithCancel(t.Context())
	n.looks = func(context.Context) (*estate.Snapshot, error) {
		cancel() // after all was seen, and before anything was done
		return &estate.Snapshot{At: l.Now()}, nil
	}
	if _, err := n.Once(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Get(t.Context(), ledger.SortRun, "always"); !errors.Is(err, ledger.ErrNone) {
		t.Errorf("it is taken for done: %v", err)
	}
}

// TestLinksAreAnsweredAtTheirPath, and nothing else is.
func TestLinksAreAnsweredAtTheirPath(t *testing.T) {
	l := memory(t)
	links := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	h := NewWatch(l.Now).Handler(l, "/act/", links)
	for path, want := range map[string]int{"/act/token": http.StatusTeapot, "/other/token": http.StatusNotFound, "/healthz": http.StatusOK, "/metrics": http.StatusOK} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}

// TestBrokenPoliciesLeaveThoseFromBefore, and everybody hears of it.
func TestBrokenPoliciesLeaveThoseFromBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNode(t, "a", memory(t), always)
		if _, err := n.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, broken := range []bool{true, false} {
			n.text = always
			if broken {
				n.text = "  - {name: always, kind: endpont}\n"
			}
			if err := wait(t.Context(), time.Hour); err != nil {
				t.Fatal(err)
			}
			if _, err := n.Once(t.Context()); err != nil {
				t.Errorf("broken: %v: %v", broken, err)
			}
			status, ready := get(t, n.Loop, "/readyz")
			_, health := get(t, n.Loop, "/healthz")
			_, metrics := get(t, n.Loop, "/metrics")
			if (status == http.StatusServiceUnavailable) != broken || strings.Contains(ready, "endpont") != broken || strings.HasPrefix(health, "degraded") != broken ||
				strings.Contains(metrics, "\nsagewarden_policies_broken 1\n") != broken || !strings.Contains(n.log.String(), "those from before stay") {
				t.Errorf("broken: %v: %d %s %s\n%s", broken, status, ready, health, &n.log)
			}
		}
		if len(n.ran) != 3 {
			t.Errorf("ran %q", n.ran)
		}
		first := newNode(t, "b", memory(t), "  - {name: x}\n")
		if err := first.Serve(t.Context()); err == nil {
			t.Error("it begins with policies that nobody can read")
		}
	})
}

func get(t *testing.T, l *Loop, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	l.Watch.Handler(l.Ledger, "", nil).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

// TestFailuresShowAndAreTriedAgain soon, and what was to be done is not taken for done.
func TestFailuresShowAndAreTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNode(t, "a", memory(t), always)
		looks := n.looks
		n.looks = func(context.Context) (*estate.Snapshot, error) { return nil, errors.New("AWS is away") }
		n.serve(90 * time.Second)
		n.want("01 00:00 always", "01 00:01 always")
		if status, ready := get(t, n.Loop, "/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(ready, "AWS is away") {
			t.Errorf("%d %s", status, ready)
		}
		n.looks = looks
		n.serve(time.Second)
		if status, ready := get(t, n.Loop, "/readyz"); status != http.StatusOK {
			t.Errorf("%d %s", status, ready)
		}
		if _, metrics := get(t, n.Loop, "/metrics"); !strings.Contains(metrics, `sagewarden_runs_total{outcome="failed"} 2`) || !strings.Contains(metrics, `sagewarden_runs_total{outcome="done"} 1`) {
			t.Error(metrics)
		}
	})
}

// TestEventsAreTakenOrRefused: an event that nobody understands must not look as if it were done.
func TestEventsAreTakenOrRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct{ name, payload, want string }{
			{"a schedule", `{"source":"aws.scheduler","detail-type":"Scheduled Event","detail":{}}`, ""},
			{"a schedule of named policies", `{"detail-type":"Scheduled Event","detail":{"policies":["evening"]}}`, ""},
			{"a policy that is none", `{"detail-type":"Scheduled Event","detail":{"policies":["morning"]}}`, "there is no such policy"},
			{"a creation that failed", `{"source":"aws.sagemaker","detail-type":"AWS API Call via CloudTrail","detail":{"eventName":"CreateApp","errorCode":"AccessDenied"}}`, ""},
			{"a creation without a name", `{"source":"aws.sagemaker","detail-type":"AWS API Call via CloudTrail","detail":{"eventName":"CreateApp","responseElements":null}}`, "does not say what was made"},
			{"another call", `{"source":"aws.sagemaker","detail-type":"AWS API Call via CloudTrail","detail":{"eventName":"DeleteApp"}}`, "makes nothing"},
			{"a batch", `{"Records":[{}]}`, "no event of EventBridge"},
			{"a list", `[]`, "no event of EventBridge"},
			{"somebody else's", `{"source":"aws.ec2","detail-type":"EC2 Instance State-change Notification","detail":{}}`, "none that this function knows"},
		} {
			n := newNode(t, "a", memory(t), always+evening)
			err := n.Handle(t.Context(), json.RawMessage(tt.payload))
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: %v", tt.name, err)
			}
			if tt.name == "a schedule of named policies" {
				n.want("01 00:00 evening")
			}
		}
	})
}

// TestWhatFollowsKeepsItsOwnTime: a step after the first one of a policy with a schedule does not wait for the schedule to come again, and nothing new is
// found for it.
func TestWhatFollowsKeepsItsOwnTime(t *testing.T) {
	set, err := policy.Parse("test.yaml", "policies:\n  - {name: evening, kind: endpoint, when: 'verdict.idle', schedule: '0 19 * * *', steps: [{notify: {to: owner}}, {after: 1h, delete: {}}]}\n")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 20, 0, 0, 0, time.UTC)
	last := map[string]time.Time{"evening": now.Add(-time.Hour)}
	for _, tt := range []struct {
		name string
		f    ledger.Finding
		want bool
	}{
		{"its hour is over", ledger.Finding{Policy: "evening", Next: 1, Since: now.Add(-time.Hour)}, true},
		{"its hour is not over", ledger.Finding{Policy: "evening", Next: 1, Since: now.Add(-time.Minute)}, false},
		{"it was begun", ledger.Finding{Policy: "evening", Next: 1, Since: now, Underway: "x"}, true},
		{"somebody has still to be told", ledger.Finding{Policy: "evening", Since: now.Add(-time.Hour)}, true},
		{"all is done", ledger.Finding{Policy: "evening", Next: 2, Since: now.Add(-time.Hour)}, false},
		{"another policy's", ledger.Finding{Policy: "morning", Next: 1, Since: now.Add(-time.Hour)}, false},
	} {
		o, _ := due(set, last, []ledger.Finding{tt.f}, 15*time.Minute, now)
		if o.Follow["evening"] != tt.want || len(o.names()) > 0 {
			t.Errorf("%s: %+v", tt.name, o)
		}
	}
}

// TestARunClearsWhatIsOver: what a policy has begun that there is no more, and the records of links that have ended.
func TestARunClearsWhatIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := memory(t)
		err := l.Update(t.Context(), func(tx *ledger.Tx) error {
			return errors.Join(tx.Put(t.Context(), ledger.SortFinding, "f", ledger.Finding{ID: "f", Policy: "gone", Underway: "receipt"}),
				tx.Put(t.Context(), ledger.SortLink, "nonce", map[string]time.Time{"until": time.Now().Add(-24 * time.Hour)}))
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := newNode(t, "a", l, always).Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		for sort, key := range map[string]string{ledger.SortFinding: "f", ledger.SortLink: "nonce"} {
			if _, err := l.Get(t.Context(), sort, key); !errors.Is(err, ledger.ErrNone) {
				t.Errorf("the %s is still there: %v", sort, err)
			}
		}
	})
}
