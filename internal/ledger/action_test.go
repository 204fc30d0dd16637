package ledger_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/ledger"
)

const (
	ana   = "arn:aws:iam::111122223333:user/ana"
	ben   = "arn:aws:iam::111122223333:user/ben"
	churn = "arn:aws:sagemaker:us-east-1:111122223333:endpoint/churn"
)

var stop = ledger.Action{Resource: churn, On: churn, Operation: "sagemaker:DeleteEndpoint", By: ana, Finding: "f1", Saved: json.RawMessage(`{"EndpointConfigName":"c"}`), Hourly: decimal.RequireFromString("1.5"), Known: true}

// clocked opens a ledger in memory with a clock that can be set.
func clocked(t *testing.T) (*ledger.Ledger, *time.Time) {
	t.Helper()
	now := at
	l, err := ledger.Open(t.Context(), "memory:", ledger.Environment{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return l, &now
}

func begin(t *testing.T, l *ledger.Ledger, a ledger.Action) string {
	t.Helper()
	id, err := l.Begin(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func end(t *testing.T, l *ledger.Ledger, id string, o ledger.Outcome, why string) {
	t.Helper()
	if err := l.End(t.Context(), id, o, why); err != nil {
		t.Fatal(err)
	}
}

func receipt(t *testing.T, l *ledger.Ledger, id string) ledger.Receipt {
	t.Helper()
	r, err := ledger.Get[ledger.Receipt](t.Context(), l, ledger.SortReceipt, id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func events(t *testing.T, l *ledger.Ledger) string {
	t.Helper()
	var all []string
	for _, e := range entries(t, l, 0) {
		all = append(all, e.Event)
	}
	return strings.Join(all, " ")
}

// TestBeginIsALock: of those who act on a resource at the same time one does, and the others are told who and since when.
func TestBeginIsALock(t *testing.T) {
	everywhere(t, func(t *testing.T, address string, shared bool) {
		l := open(t, address)
		other := l
		if shared {
			other = open(t, address)
		}
		var won atomic.Int32
		var id string
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				got, err := []*ledger.Ledger{l, other}[i%2].Begin(t.Context(), stop)
				if err == nil {
					won.Add(1)
					id = got
					return
				}
				busy, ok := errors.AsType[*ledger.BusyError](err)
				if !ok || !errors.Is(err, ledger.ErrConflict) || busy.By != ana || !busy.Began.Equal(at) || !strings.Contains(err.Error(), "sagemaker:DeleteEndpoint by "+ana+" has been under way since 2026-03-02T15:00:00Z") {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d have begun", won.Load())
		}
		elsewhere := stop
		elsewhere.Resource += "2"
		begin(t, l, elsewhere)
		end(t, l, id, ledger.Done, "")
		if again := begin(t, l, stop); again == id || len(id) != 13 || strings.ToLower(id) != id {
			t.Errorf("%s after %s", again, id)
		}
		if err := l.End(t.Context(), "none", ledger.Done, ""); err == nil || !strings.Contains(err.Error(), `no action has the id "none"`) {
			t.Error(err)
		}
	})
}

// TestReceipt: what was begun without an end is known to whoever opens the ledger next, and has a receipt once it has ended.
func TestReceipt(t *testing.T) {
	everywhere(t, func(t *testing.T, address string, shared bool) {
		l := open(t, address)
		id := begin(t, l, stop)
		if shared {
			l = open(t, address)
		}
		left, err := l.Unsettled(t.Context())
		want := ledger.Begun{ID: id, Began: at, Action: stop}
		if diff := cmp.Diff([]ledger.Begun{want}, left, cmp.Comparer(decimal.Decimal.Equal)); err != nil || diff != "" {
			t.Error(err, diff)
		}
		end(t, l, id, ledger.Failed, "AWS refused")
		end(t, l, id, ledger.Failed, "AWS refused") // an answer may have been lost
		if err := l.End(t.Context(), id, ledger.Done, ""); err == nil || !strings.Contains(err.Error(), "has ended already: failed") {
			t.Error(err)
		}
		if left, err := l.Unsettled(t.Context()); err != nil || len(left) != 0 {
			t.Error(left, err)
		}
		if diff := cmp.Diff(ledger.Receipt{Begun: want, At: at, Outcome: ledger.Failed, Why: "AWS refused"}, receipt(t, l, id), cmp.Comparer(decimal.Decimal.Equal)); diff != "" {
			t.Error(diff)
		}
		if got := events(t, l); got != "begun failed" {
			t.Error(got)
		}
	})
}

// TestSettleIsAPersonsWord: a call that nobody else will end ends by it, with who said so and why, but not while whoever has begun it may be at it.
func TestSettleIsAPersonsWord(t *testing.T) {
	policy, journal := stop, stop
	policy.Ask.Action = "delete"
	for name, tt := range map[string]struct {
		action ledger.Action
		held   time.Duration
	}{"of a step": {policy, 5 * time.Minute}, "of a journal": {journal, 15 * time.Minute}} {
		t.Run(name, func(t *testing.T) {
			l, now := clocked(t)
			id := begin(t, l, tt.action)
			*now = at.Add(tt.held - time.Second)
			_, err := l.Settle(t.Context(), id, ledger.Failed, ben, "no such call")
			if busy, ok := errors.AsType[*ledger.BusyError](err); !ok || busy.By != ana {
				t.Fatalf("settled while it is under way: %v", err)
			}
			*now = at.Add(tt.held)
			if _, err := l.Settle(t.Context(), "none", ledger.Failed, ben, ""); err == nil {
				t.Error("something that is not under way was settled")
			}
			r, err := l.Settle(t.Context(), churn, ledger.Failed, ben, "no such call")
			if err != nil || r.ID != id {
				t.Fatal(r, err)
			}
			kept := receipt(t, l, id)
			if kept.Outcome != ledger.Failed || kept.SettledBy != ben || kept.Why != "no such call" || kept.By != ana || !kept.At.Equal(*now) {
				t.Errorf("%+v", kept)
			}
			all := entries(t, l, 0)
			if last := all[len(all)-1]; last.By != ben || last.Event != "failed" || !strings.Contains(string(last.Body), "no such call") {
				t.Errorf("%+v", last)
			}
			if _, err := l.Settle(t.Context(), id, ledger.Done, ben, ""); err == nil {
				t.Error("settled twice")
			}
			begin(t, l, tt.action)
		})
	}
}

// TestBeginWithRecords: an action begins only if what it rests on is still what was read, and changes it in the same commit.
func TestBeginWithRecords(t *testing.T) {
	l, _ := clocked(t)
	commit(t, l, record(ledger.SortFinding, "f1", 0, `{"next":1}`))
	read, err := l.Get(t.Context(), ledger.SortFinding, "f1")
	if err != nil {
		t.Fatal(err)
	}
	read.Body = json.RawMessage(`{"next":2}`)
	if _, err := l.Begin(t.Context(), stop, read); err != nil {
		t.Fatal(err)
	}
	if f, err := ledger.Get[ledger.Finding](t.Context(), l, ledger.SortFinding, "f1"); err != nil || f.Next != 2 {
		t.Error(f, err)
	}
	elsewhere := stop
	elsewhere.Resource += "2"
	if _, err := l.Begin(t.Context(), elsewhere, read); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("on an old finding: %v", err)
	}
	if left, err := l.Unsettled(t.Context()); err != nil || len(left) != 1 {
		t.Error(left, err)
	}
}

func TestReceiptsByTime(t *testing.T) {
	l, now := clocked(t)
	var ids []string
	for i := range 5 {
		*now = at.Add(time.Duration(i) * 31 * 24 * time.Hour)
		id := begin(t, l, stop)
		end(t, l, id, ledger.Done, "")
		ids = append(ids, id)
	}
	day := 24 * time.Hour
	for _, c := range []struct {
		from, to time.Time
		want     []string
	}{
		{time.Time{}, now.Add(time.Second), ids},
		{at, at.Add(time.Second), ids[:1]},
		{at.Add(day), at.Add(63 * day), ids[1:3]},
		{at.Add(day), at.Add(31 * day), nil},
		{now.Add(time.Second), now.Add(day), nil},
	} {
		var got []string
		for r, err := range l.Receipts(t.Context(), c.from, c.to) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, r.ID)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s to %s: %s", c.from, c.to, diff)
		}
	}
}

// TestUndone: the receipt of what was taken back names what did it, but only once that is done.
func TestUndone(t *testing.T) {
	l, _ := clocked(t)
	id := begin(t, l, stop)
	end(t, l, id, ledger.Done, "")
	back := stop
	back.Operation, back.Undoes = "sagemaker:CreateEndpoint", id
	failed := begin(t, l, back)
	end(t, l, failed, ledger.Failed, "")
	if r := receipt(t, l, id); r.Undone != "" {
		t.Errorf("%+v", r)
	}
	done := begin(t, l, back)
	end(t, l, done, ledger.Done, "")
	if r := receipt(t, l, id); r.Undone != done {
		t.Errorf("%+v", r)
	}
}

func TestHalt(t *testing.T) {
	everywhere(t, func(t *testing.T, address string, shared bool) {
		l := open(t, address)
		if h, err := l.Halted(t.Context()); err != nil || h != nil {
			t.Fatal(h, err)
		}
		if err := l.Halt(t.Context(), ben, "an incident"); err != nil {
			t.Fatal(err)
		}
		if err := l.Halt(t.Context(), ana, ""); err != nil {
			t.Fatal(err)
		}
		if shared {
			l = open(t, address) // every node knows
		}
		if h, err := l.Halted(t.Context()); err != nil || *h != (ledger.Halt{At: at, By: ben, Why: "an incident"}) {
			t.Error(h, err)
		}
		_, err := l.Begin(t.Context(), stop)
		if halted, ok := errors.AsType[*ledger.HaltedError](err); !ok || halted.By != ben || !strings.HasSuffix(err.Error(), "ben at 2026-03-02T15:00:00Z: an incident") {
			t.Error(err)
		}
		back := stop
		back.Undoes = "x"
		if _, err := l.Begin(t.Context(), back); err != nil {
			t.Errorf("nothing can be taken back: %v", err)
		}
		if was, err := l.Resume(t.Context(), ana); !was || err != nil {
			t.Error(was, err)
		}
		if was, err := l.Resume(t.Context(), ana); was || err != nil {
			t.Error(was, err)
		}
		if got := events(t, l); got != "halted begun resumed" {
			t.Error(got)
		}
	})
}

// TestJournal: commands that a person runs are not held up for ever by what a crash has left behind.
func TestJournal(t *testing.T) {
	l, now := clocked(t)
	j := l.Journal()
	in := ledger.Intent{Action: "sagemaker:DeleteApp", Resource: churn, By: ana, Before: json.RawMessage(`{"instanceType":"ml.t3.medium"}`)}
	id, err := j.Intend(in)
	if err != nil {
		t.Fatal(err)
	}
	in.ID, in.At = id, at
	if left, err := j.Unsettled(t.Context()); err != nil || cmp.Diff([]ledger.Intent{in}, left) != "" {
		t.Error(left, err)
	}
	*now = now.Add(14 * time.Minute)
	if _, err := j.Intend(in); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("while one may be under way: %v", err)
	}
	*now = now.Add(time.Minute)
	next, err := j.Intend(in)
	if err != nil || next == id {
		t.Fatal(next, err)
	}
	if r := receipt(t, l, id); r.Outcome != ledger.Unsettled || r.Why == "" {
		t.Errorf("%+v", r)
	}
	if err := j.Settle(next, ledger.Done, "it is gone"); err != nil {
		t.Error(err)
	}
	if left, err := j.Unsettled(t.Context()); err != nil || len(left) != 0 {
		t.Error(left, err)
	}
	*now = now.Add(time.Minute)
	last, err := j.Intend(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Settle(last, ledger.Done, ""); err != nil {
		t.Error(err)
	}
	// What was done is told newest first; what is not known to have been done, or was done to another, is not.
	if done, err := j.Done(t.Context(), churn); err != nil || len(done) != 2 || done[0].ID != last || done[1].ID != next || string(done[0].Before) != string(in.Before) {
		t.Error(done, err)
	}
	if done, err := j.Done(t.Context(), "another"); err != nil || len(done) > 0 {
		t.Error(done, err)
	}
}

// TestNoSecretInTheHistory: whatever is saved, and whatever AWS says, no entry has a secret.
func TestNoSecretInTheHistory(t *testing.T) {
	l, _ := clocked(t)
	token := strings.Repeat("FwoGZXIvYXdzE/", 10)
	secrets := []string{
		"AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE", token, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "fe5f80f77d5fa3beca038a248ff027", "hunter2", "T000/B000/XXXX", "xoxb-12-34-ab",
	}
	text := "key AKIAIOSFODNN7EXAMPLE or ASIAIOSFODNN7EXAMPLE with " + token + " aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" +
		" https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F2026&X-Amz-Signature=fe5f80f77d5fa3beca038a248ff027&x=1 " +
		`{"password": "hunter2"} https://hooks.slack.com/services/T000/B000/XXXX xoxb-12-34-ab`
	a := stop
	saved, err := json.Marshal(map[string]string{"env": text})
	if err != nil {
		t.Fatal(err)
	}
	a.Saved, a.Evidence.Why = saved, text
	id := begin(t, l, a)
	end(t, l, id, ledger.Failed, text)
	if err := l.Update(t.Context(), func(tx *ledger.Tx) error { return tx.Log(ana, "said", churn, map[string]string{"text": text}) }); err != nil {
		t.Fatal(err)
	}
	if string(receipt(t, l, id).Saved) != string(saved) {
		t.Error("what undoing takes was spoilt")
	}
	for _, e := range entries(t, l, 0) {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range secrets {
			if strings.Contains(string(line), secret) {
				t.Errorf("%s has %s: %s", e.Event, secret, line)
			}
		}
		if !strings.Contains(string(line), churn) {
			t.Errorf("too much is hidden: %s", line)
		}
	}
	if why := receipt(t, l, id).Why; strings.Contains(why, "AKIA") {
		t.Error(why)
	}
}
