package ledger_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/test/postgresql"
)

var at = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)

// environment is what the ledgers of tests are given. Its clock stands still.
func environment() ledger.Environment {
	return ledger.Environment{Now: func() time.Time { return at }, S3: openS3}
}

func open(t *testing.T, address string) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(t.Context(), address, environment())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// everywhere runs a test on each sort of store, given the address of an empty one. The last word says whether other processes can open it too.
func everywhere(t *testing.T, test func(t *testing.T, address string, shared bool)) {
	for name, address := range map[string]func(*testing.T) string{
		"memory":     func(*testing.T) string { return "memory:" },
		"sqlite":     func(t *testing.T) string { return filepath.Join(t.TempDir(), "state", "a b?c#d%20.db") },
		"postgresql": postgresql.Empty,
		"s3":         emptyBucket,
	} {
		t.Run(name, func(t *testing.T) { test(t, address(t), name != "memory") })
	}
}

func record(sort, key string, version int64, body string) ledger.Record {
	r := ledger.Record{Sort: sort, Key: key, Version: version}
	if body != "" {
		r.Body = json.RawMessage(body)
	}
	return r
}

func commit(t *testing.T, s ledger.Store, records ...ledger.Record) {
	t.Helper()
	if err := s.Commit(t.Context(), ledger.Change{Records: records}); err != nil {
		t.Fatal(err)
	}
}

func scan(t *testing.T, s ledger.Store, sort, prefix string) (all []ledger.Record) {
	t.Helper()
	if err := s.Scan(t.Context(), sort, prefix, func(r ledger.Record) error {
		r.Body = slices.Clone(r.Body)
		all = append(all, r)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func keys(records []ledger.Record) string {
	var all []string
	for _, r := range records {
		all = append(all, r.Key)
	}
	return strings.Join(all, " ")
}

func entries(t *testing.T, s ledger.Store, after int64) (all []ledger.Entry) {
	t.Helper()
	if err := s.Entries(t.Context(), after, func(e ledger.Entry) error {
		all = append(all, e)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestRecords(t *testing.T) {
	everywhere(t, func(t *testing.T, address string, _ bool) {
		l := open(t, address)
		if _, err := l.Get(t.Context(), "a", "x"); !errors.Is(err, ledger.ErrNone) {
			t.Errorf("an empty one: %v", err)
		}
		commit(t, l, record("a", "x", 0, `{"n":1}`), record("a", "y/z", 0, `"<&>\u2028ü"`), record("b", "x", 0, `[]`))
		got, err := l.Get(t.Context(), "a", "y/z")
		if err != nil || string(got.Body) != `"<&>\u2028ü"` || got.Sort != "a" || got.Key != "y/z" || got.Version == 0 {
			t.Errorf("%+v, %v", got, err)
		}
		x, err := l.Get(t.Context(), "a", "x")
		if err != nil {
			t.Fatal(err)
		}
		commit(t, l, record("a", "x", x.Version, `{"n":2}`))
		again, err := l.Get(t.Context(), "a", "x")
		if err != nil || string(again.Body) != `{"n":2}` || again.Version != x.Version+1 {
			t.Errorf("%+v after %+v, %v", again, x, err)
		}
		for name, stale := range map[string]ledger.Record{
			"an old version":     record("a", "x", x.Version, `{}`),
			"an old one's end":   record("a", "x", x.Version, ""),
			"one that is there":  record("a", "x", 0, `{}`),
			"one that is not":    record("a", "none", 7, `{}`),
			"an end of no thing": record("a", "none", 7, ""),
		} {
			if err := l.Commit(t.Context(), ledger.Change{Records: []ledger.Record{record("a", "w", 0, `{}`), stale}, Entries: []ledger.Entry{{Event: "e"}}}); !errors.Is(err, ledger.ErrConflict) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if all := scan(t, l, "a", ""); keys(all) != "x y/z" || len(entries(t, l, 0)) != 0 {
			t.Errorf("of what was refused, something was done: %v", all)
		}
		commit(t, l, record("a", "x", again.Version, ""))
		if _, err := l.Get(t.Context(), "a", "x"); !errors.Is(err, ledger.ErrNone) {
			t.Errorf("what was taken away: %v", err)
		}
		commit(t, l, record("a", "x", 0, `{"n":2}`))
		if err := l.Commit(t.Context(), ledger.Change{Records: []ledger.Record{record("a", "x", again.Version, `{}`)}}); !errors.Is(err, ledger.ErrConflict) {
			t.Errorf("one that was made anew passes for the one before: %v", err)
		}
	})
}

func TestScan(t *testing.T) {
	everywhere(t, func(t *testing.T, address string, _ bool) {
		l := open(t, address)
		var all []ledger.Record
		for _, k := range []string{"b", "a", "ab", "a%", "a_", "aB", "Z", "ä", "a/1", "é", "\U0001F600"} {
			all = append(all, record("s", k, 0, `{}`))
		}
		commit(t, l, append(all, record("r", "a", 0, `{}`), record("t", "a", 0, `{}`))...)
		for prefix, want := range map[string]string{"": "Z a a% a/1 aB a_ ab b ä é \U0001F600", "a": "a a% a/1 aB a_ ab", "a%": "a%", "ä": "ä", "x": ""} {
			if got := keys(scan(t, l, "s", prefix)); got != want {
				t.Errorf("%q: %s, want %s", prefix, got, want)
			}
		}
		enough := errors.New("enough")
		seen := 0
		if err := l.Scan(t.Context(), "s", "", func(ledger.Record) error { seen++; return enough }); !errors.Is(err, enough) || seen != 1 {
			t.Errorf("%d, %v", seen, err)
		}
	})
}

// TestScanIsOfOneInstant: what is changed while a scan goes on is not in it, and whoever scans may read and write.
func TestScanIsOfOneInstant(t *testing.T) {
	everywhere(t, func(t *testing.T, address string, _ bool) {
		l := open(t, address)
		var all []ledger.Record
		for i := range 600 { // more than a page of any store
			all = append(all, record("s", fmt.Sprintf("%03d", i), 0, `"old"`))
		}
		commit(t, l, all...)
		seen := 0
		if err := l.Scan(t.Context(), "s", "", func(r ledger.Record) error {
			if seen++; seen == 1 {
				for i := range all {
					r, err := l.Get(t.Context(), "s", all[i].Key)
					if err != nil {
						return err
					}
					all[i].Version = r.Version
					if all[i].Body = json.RawMessage(`"new"`); i%2 == 0 {
						all[i].Body = nil
					}
				}
				commit(t, l, all...)
			}
			if string(r.Body) != `"old"` {
				return fmt.Errorf("%s is %s", r.Key, r.Body)
			}
			return nil
		}); err != nil || seen != len(all) {
			t.Errorf("%d, %v", seen, err)
		}
		if left := scan(t, l, "s", ""); len(left) != len(all)/2 {
			t.Errorf("%d are left", len(left))
		}
	})
}

func TestEntriesFormAChain(t *testing.T) {
	everywhere(t, func(t *testing.T, address string, shared bool) {
		l := open(t, address)
		var want []ledger.Entry
		for i := range 700 {
			e := ledger.Entry{At: at.Add(time.Duration(i) * time.Nanosecond), By: "arn:aws:iam::111122223333:user/ana", Event: "begun", Subject: "<&>\u2028\xff", Body: json.RawMessage(`{"why": "<&>` + strconv.Itoa(i) + `"}`)}
			if i%7 == 0 {
				e.Body, e.By = nil, ""
			}
			want = append(want, e)
		}
		for i, n := range []int{1, 1, 2, 96, 500, 100} {
			if err := l.Commit(t.Context(), ledger.Change{Entries: want[:n], Records: []ledger.Record{record("r", strconv.Itoa(i), 0, "1")}}); err != nil {
				t.Fatal(err)
			}
			want = want[n:]
		}
		tip, err := l.Verify(t.Context())
		if said, also := l.Tip(t.Context()); err != nil || also != nil || tip.Number != 700 || len(tip.Hash) != 64 || said != tip {
			t.Errorf("%+v, %v; the ledger says %+v, %v", tip, err, said, also)
		}
		all := entries(t, l, 0)
		if len(all) != 700 || all[699].Number != 700 || all[699].Hash != tip.Hash || all[0].Previous != "" || all[1].Previous != all[0].Hash {
			t.Errorf("%d entries: %+v", len(all), all[len(all)-1])
		}
		if diff := cmp.Diff(all[650:], entries(t, l, 650)); diff != "" || len(entries(t, l, 700)) != 0 {
			t.Error(diff)
		}
		if shared {
			other := open(t, address)
			if again, err := other.Verify(t.Context(), ledger.Tip{Number: 3, Hash: all[2].Hash}, tip); err != nil || again != tip {
				t.Errorf("another process sees %+v, %v", again, err)
			}
		}
		for name, known := range map[string]ledger.Tip{"is missing": {Number: 701, Hash: tip.Hash}, "entry 5 is not the one that was noted": {Number: 5, Hash: tip.Hash}} {
			if _, err := l.Verify(t.Context(), known); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// increment adds one to a counter, and an entry that says so.
func increment(ctx context.Context, l *ledger.Ledger, key string) error {
	return l.Update(ctx, func(tx *ledger.Tx) error {
		n, err := ledger.Get[int](ctx, tx, "counter", key)
		if err != nil && !errors.Is(err, ledger.ErrNone) {
			return err
		}
		if err := tx.Put(ctx, "counter", key, n+1); err != nil {
			return err
		}
		return tx.Log("", "counted", key, n+1)
	})
}

// counted checks that a counter and the history tell of the same.
func counted(t *testing.T, l *ledger.Ledger, key string) int {
	t.Helper()
	n, err := ledger.Get[int](t.Context(), l, "counter", key)
	if err != nil && !errors.Is(err, ledger.ErrNone) {
		t.Fatal(err)
	}
	if tip, err := l.Verify(t.Context()); err != nil || tip.Number != int64(n) {
		t.Errorf("the counter is at %d, the history %+v, %v", n, tip, err)
	}
	return n
}

// TestNothingIsLost: however many count at once, in this process and in others, each count is there once.
func TestNothingIsLost(t *testing.T) {
	everywhere(t, func(t *testing.T, address string, shared bool) {
		l := open(t, address)
		const each = 10
		total := 0
		var wg sync.WaitGroup
		for range 4 {
			total += each
			wg.Go(func() {
				for range each {
					if err := increment(t.Context(), l, "n"); err != nil {
						t.Error(err)
					}
				}
			})
		}
		if shared {
			for range 2 {
				total += each
				cmd := child(t, address, each)
				wg.Go(func() {
					if out, err := cmd.CombinedOutput(); err != nil {
						t.Errorf("%v\n%s", err, out)
					}
				})
			}
		}
		wg.Wait()
		if n := counted(t, l, "n"); n != total {
			t.Errorf("%d of %d", n, total)
		}
	})
}

// TestKilled: a process that is killed in the midst of its commits leaves each of them whole or not begun, and the ledger to others.
func TestKilled(t *testing.T) {
	everywhere(t, func(t *testing.T, address string, shared bool) {
		if !shared {
			return // it ends with its process
		}
		l := open(t, address)
		for round := range 5 {
			before := counted(t, l, "n")
			cmd := child(t, address, 1<<30)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			// It says each count that it has made for good.
			said := 0
			for want := before + 3 + round; said < want; {
				if _, err := fmt.Fscanln(out, &said); err != nil {
					t.Fatal(err)
				}
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			if n := counted(t, l, "n"); n < said {
				t.Errorf("it said %d and there are %d", said, n)
			}
			if err := increment(t.Context(), l, "n"); err != nil {
				t.Error(err)
			}
		}
	})
}

// counting is the variable that makes this test's program count in a ledger, and say each number.
const counting = "SAGEWARDEN_TEST_COUNT"

func child(t *testing.T, address string, times int) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), counting+"="+strconv.Itoa(times)+" "+address)
	return cmd
}

func TestMain(m *testing.M) {
	if times, address, ok := strings.Cut(os.Getenv(counting), " "); ok {
		if err := count(times, address); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	postgresql.Stop()
	os.Exit(code)
}

func count(times, address string) error {
	n, err := strconv.Atoi(times)
	if err != nil {
		return err
	}
	l, err := ledger.Open(context.Background(), address, environment())
	if err != nil {
		return err
	}
	for range n {
		if err := increment(context.Background(), l, "n"); err != nil {
			return err
		}
		now, err := ledger.Get[int](context.Background(), l, "counter", "n")
		if err != nil {
			return err
		}
		fmt.Println(now)
	}
	return l.Close()
}
