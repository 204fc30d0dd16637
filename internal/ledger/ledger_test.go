package ledger_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/ledger"
)

var at = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)

func open(t *testing.T, file string) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(file, func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func intend(t *testing.T, l *ledger.Ledger, resource string) string {
	t.Helper()
	id, err := l.Intend(ledger.Intent{Action: "sagemaker:DeleteApp", Resource: resource, Before: json.RawMessage(`{"instanceType":"ml.t3.medium"}`)})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestUnsettled: what has no receipt is known to the next process, also where the one before was cut short in the middle of a line.
func TestUnsettled(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state", "ledger.ndjson")
	l := open(t, file)
	first, second := intend(t, l, "a"), intend(t, l, "b")
	if err := l.Settle(first, "stopped", ""); err != nil {
		t.Fatal(err)
	}
	if left := l.Unsettled(); len(left) != 1 || left[0].ID != second {
		t.Errorf("%+v", left)
	}
	if _, err := ledger.Open(file, time.Now); err == nil || !strings.Contains(err.Error(), "another process holds it") {
		t.Errorf("a second one: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if mode, err := os.Stat(file); err != nil || mode.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", mode, err)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"receipt":"` + second[:4]); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, file)
	left := l.Unsettled()
	if len(left) != 1 || left[0].Resource != "b" || !left[0].At.Equal(at) || string(left[0].Before) != `{"instanceType":"ml.t3.medium"}` {
		t.Errorf("%+v", left)
	}
	if err := l.Settle(second, "changed", "it is gone"); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if left := open(t, file).Unsettled(); len(left) != 0 {
		t.Errorf("after the receipt: %+v", left)
	}
}

// TestCutShort: wherever a crash cuts the last line, the ledger opens, again and again, and goes on.
func TestCutShort(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ledger.ndjson")
	l := open(t, file)
	intend(t, l, "a")
	first, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	intend(t, l, "b")
	both, err := os.ReadFile(file)
	if err != nil || l.Close() != nil {
		t.Fatal(err)
	}
	for cut := len(first); cut < len(both); cut++ {
		if err := os.WriteFile(file, both[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		for want := 1; want < 4; want++ { // one more each time
			l := open(t, file)
			if left := l.Unsettled(); len(left) != want || left[0].Resource != "a" {
				t.Fatalf("cut at %d: %+v", cut-len(first), left)
			}
			intend(t, l, "c")
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestNoLedger(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ledger.ndjson")
	if err := os.WriteFile(file, []byte("{\"intent\":\"x\"}\n{\"intent\":7}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.Open(file, time.Now); err == nil || !strings.Contains(err.Error(), "line 2 is no entry") {
		t.Errorf("%v", err)
	}
	const foreign = `{"a":1}`
	for _, text := range []string{foreign, foreign + "\n", "notes of mine"} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil { //nolint:gosec // somebody else's
			t.Fatal(err)
		}
		if _, err := ledger.Open(file, time.Now); err == nil || !strings.Contains(err.Error(), "line 1 is no entry") {
			t.Errorf("%q: %v", text, err)
		}
		if left, err := os.ReadFile(file); err != nil || string(left) != text {
			t.Errorf("%q became %q", text, left)
		}
	}
	if _, err := ledger.Open(filepath.Join(file, "below"), time.Now); err == nil || !strings.HasPrefix(err.Error(), "open the ledger on ") {
		t.Errorf("%v", err)
	}
}

// TestDone: what was done to a resource is told newest first, also while another holds the file; what failed, is open or was done to another is not.
func TestDone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ledger.ndjson")
	if all, err := ledger.Done(file, "a"); err != nil || len(all) > 0 {
		t.Errorf("no file: %v, %v", all, err)
	}
	l := open(t, file)
	var ids []string
	for _, s := range [][2]string{{"a", "done"}, {"b", "done"}, {"a", "failed"}, {"a", ""}, {"a", "done"}} {
		id := intend(t, l, s[0])
		if s[1] != "" {
			if err := l.Settle(id, s[1], ""); err != nil {
				t.Fatal(err)
			}
		}
		ids = append(ids, id)
	}
	all, err := ledger.Done(file, "a")
	if err != nil || len(all) != 2 || all[0].ID != ids[4] || all[1].ID != ids[0] {
		t.Errorf("%+v, %v", all, err)
	}
	if err := os.WriteFile(file, []byte("text\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.Done(file, "a"); err == nil {
		t.Error("a file of somebody else's was read")
	}
}
