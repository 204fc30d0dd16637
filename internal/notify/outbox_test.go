package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/notify/link"
)

// A wire is a channel that remembers what it was given, and fails as it is told.
type wire struct {
	mu   sync.Mutex
	sent []Message
	fail func(Message) error
}

func (w *wire) Send(_ context.Context, m Message) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fail != nil {
		if err := w.fail(m); err != nil {
			return err
		}
	}
	w.sent = append(w.sent, m)
	return nil
}

func (w *wire) ids() (ids []string) {
	for _, m := range w.sent {
		ids = append(ids, m.ID)
	}
	return ids
}

// A clock stands until it is put forward.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

func (c *clock) add(d time.Duration) { c.Time = c.Add(d) }

func post(t testing.TB, l *ledger.Ledger, channels map[string]Channel) *Post {
	t.Helper()
	d, err := NewDirectory(staff())
	if err != nil {
		t.Fatal(err)
	}
	return &Post{Ledger: l, Channels: channels, Directory: d, Jitter: func() float64 { return 0 }, By: "arn:node"}
}

func notice(id, to, channel string) ledger.Notice {
	return ledger.Notice{ID: id, To: to, Channel: channel, Findings: []ledger.Told{{Finding: "f"}}, Subject: "s", Text: "t", Made: noon}
}

func put(t testing.TB, l *ledger.Ledger, notices ...ledger.Notice) {
	t.Helper()
	if err := l.Update(t.Context(), func(tx *ledger.Tx) error { return Put(t.Context(), tx, "arn:node", notices) }); err != nil {
		t.Fatal(err)
	}
}

func deliver(t testing.TB, p *Post) Report {
	t.Helper()
	r, err := p.Deliver(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func held(t testing.TB, l *ledger.Ledger, id string) ledger.Notice {
	t.Helper()
	n, err := ledger.Get[ledger.Notice](t.Context(), l, ledger.SortNotice, id)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A notice is sent once, to the one it is for, and the ledger says so.
func TestDelivery(t *testing.T) {
	c, mail, chat := &clock{noon}, &wire{}, &wire{}
	l, _ := openLedger(t, c.now)
	p := post(t, l, map[string]Channel{"mail": mail, "chat": chat})
	older := notice("z", "ben", "mail")
	older.Made = noon.Add(-time.Minute)
	put(t, l, notice("a", "ana", "mail"), older, notice("b", "ana", "chat"))
	if r := deliver(t, p); r.Delivered != 3 || r.Failed+r.Waiting != 0 {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff([]string{"z", "a"}, mail.ids()); diff != "" { // the oldest first
		t.Error(diff)
	}
	if len(chat.sent) != 1 || chat.sent[0].To.Slack != "U012AB3CD" || chat.sent[0].Subject != "s" || len(chat.sent[0].Findings) != 1 {
		t.Errorf("%+v", chat.sent)
	}
	if n := held(t, l, "a"); !n.Delivered.Equal(noon) || n.Attempts != 1 || !n.Again.IsZero() {
		t.Errorf("%+v", n)
	}
	var events []string
	if err := l.Entries(t.Context(), 0, func(e ledger.Entry) error {
		events = append(events, e.Event+" "+e.Subject+" "+e.By)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(events)
	if diff := cmp.Diff([]string{"notice delivered a arn:node", "notice delivered b arn:node", "notice delivered z arn:node", "notice made a arn:node", "notice made b arn:node",
		"notice made z arn:node"}, events); diff != "" {
		t.Error(diff)
	}
	c.add(time.Hour)
	if r := deliver(t, p); r.Delivered != 0 || len(mail.sent)+len(chat.sent) != 3 {
		t.Errorf("sent again: %+v", r)
	}
}

// A failure is tried again, later every time, when the other side asks at the soonest, and for ever; and it is said in the ledger why.
func TestFailuresAreTriedAgain(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		// wait is after the first and after the tenth attempt.
		first, tenth time.Duration
		reported     bool
	}{
		{"passing", errors.New("connection refused"), time.Minute, 6 * time.Hour, false},
		{"asked to wait", &SendError{Err: errors.New("429"), After: 10 * time.Minute}, 10 * time.Minute, 6 * time.Hour, false},
		{"asked to wait for a day", &SendError{Err: errors.New("503"), After: 24 * time.Hour}, 24 * time.Hour, 24 * time.Hour, false},
		{"refused", fmt.Errorf("post: %w", &SendError{Err: errors.New("404\x1b[2J"), Permanent: true}), 6 * time.Hour, 6 * time.Hour, true},
	} {
		c := &clock{noon}
		l, _ := openLedger(t, c.now)
		w := &wire{fail: func(Message) error { return tt.err }}
		p := post(t, l, map[string]Channel{"mail": w})
		put(t, l, notice("a", "ben", "mail"))
		for attempt := 1; attempt <= 10; attempt++ {
			r := deliver(t, p)
			n := held(t, l, "a")
			if r.Failed != 1 || n.Attempts != attempt || n.Trouble == "" || strings.Contains(n.Trouble, "\x1b") || !n.Delivered.IsZero() {
				t.Fatalf("%s, attempt %d: %+v, %+v", tt.name, attempt, r, n)
			}
			wait := n.Again.Sub(c.Time)
			if attempt == 1 && (wait != tt.first || (len(r.Undelivered) == 1) != tt.reported) || attempt == 10 && wait != tt.tenth {
				t.Errorf("%s: %s after attempt %d, reported: %+v", tt.name, wait, attempt, r.Undelivered)
			}
			c.add(wait - time.Second)
			if r := deliver(t, p); r.Waiting != 1 || r.Failed != 0 {
				t.Fatalf("%s: tried before its time: %+v", tt.name, r)
			}
			c.add(time.Second)
		}
		if late := c.Sub(noon) >= hopeless; late {
			if r := deliver(t, p); len(r.Undelivered) != 1 {
				t.Errorf("%s: after %s nobody is told: %+v", tt.name, c.Sub(noon), r)
			}
			if r := deliver(t, p); len(r.Undelivered) != 1 || r.Waiting != 1 {
				t.Errorf("%s: after %s nobody is told between attempts: %+v", tt.name, c.Sub(noon), r)
			}
			c.add(24 * time.Hour)
		}
		w.fail = nil
		if r := deliver(t, p); r.Delivered != 1 || held(t, l, "a").Trouble != "" {
			t.Errorf("%s: repaired, and not delivered: %+v", tt.name, r)
		}
	}
}

// The wait is spread, downwards, so that what failed together does not come back together.
func TestJitter(t *testing.T) {
	p := &Post{Jitter: func() float64 { return 1 }}
	if got := p.wait(3, nil); got != 3*time.Minute {
		t.Errorf("%s", got)
	}
	if got := p.wait(1, &SendError{After: time.Hour}); got != time.Hour {
		t.Errorf("%s: earlier than asked", got)
	}
}

// A channel that is down costs a run three attempts, or one where it asks to be left alone; one recipient's trouble does not stop the others, and one
// channel's not the other channels.
func TestChannelThatIsDown(t *testing.T) {
	for _, tt := range []struct {
		name         string
		fail         func(Message) error
		failed, sent int
	}{
		{"down", func(Message) error { return errors.New("connection refused") }, 3, 0},
		{"throttled", func(Message) error { return &SendError{Err: errors.New("429"), After: time.Minute} }, 1, 0},
		{"one full mailbox", func(m Message) error {
			if m.ID == "a0" {
				return errors.New("452")
			}
			return nil
		}, 1, 4},
		{"nobody there", func(Message) error { return &SendError{Err: errors.New("550"), Permanent: true} }, 5, 0},
	} {
		c, chat := &clock{noon}, &wire{}
		l, _ := openLedger(t, c.now)
		mail := &wire{fail: tt.fail}
		p := post(t, l, map[string]Channel{"mail": mail, "chat": chat})
		for i := range 5 {
			put(t, l, notice(fmt.Sprintf("a%d", i), "ben", "mail"))
		}
		put(t, l, notice("c", "ana", "chat"))
		if r := deliver(t, p); r.Failed != tt.failed || len(mail.sent) != tt.sent || r.Failed+r.Waiting+r.Delivered != 6 || len(chat.sent) != 1 {
			t.Errorf("%s: %+v, %d sent", tt.name, r, len(mail.sent))
		}
	}
}

// Nodes that deliver at once send each notice once.
func TestTwoNodesSendOnce(t *testing.T) {
	c, mail := &clock{noon}, &wire{}
	l, _ := openLedger(t, c.now)
	for i := range 40 {
		put(t, l, notice(fmt.Sprintf("n%02d", i), "ben", "mail"))
	}
	var wg sync.WaitGroup
	for range 4 {
		p := post(t, l, map[string]Channel{"mail": mail})
		wg.Go(func() {
			if _, err := p.Deliver(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	ids := mail.ids()
	slices.Sort(ids)
	if len(ids) != 40 || len(slices.Compact(ids)) != 40 {
		t.Errorf("%d sent", len(ids))
	}
}

// Wherever a process ends between claim and record, the notice is sent again, with the same id, after the lease and not before; and never not at all.
func TestNoCrashLosesANotice(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c, mail := &clock{noon}, &wire{}
		l, s := openLedger(t, c.now)
		p := post(t, l, map[string]Channel{"mail": mail})
		total := rapid.IntRange(1, 4).Draw(rt, "notices")
		for i := range total {
			put(t, l, notice(fmt.Sprintf("n%d", i), "ben", "mail"))
		}
		crashes := rapid.SliceOfN(rapid.IntRange(1, 8), 0, 6).Draw(rt, "crashes")
		for _, after := range crashes {
			commits := 0
			s.before = func() error {
				if commits++; commits >= after {
					return errors.New("the process ends")
				}
				return nil
			}
			_, _ = p.Deliver(t.Context())
			sent := len(mail.sent)
			s.before = nil
			c.add(lease - time.Second)
			if n := len(mail.sent); n != sent {
				rt.Fatalf("sent within the lease")
			}
			c.add(time.Second)
		}
		deliver(t, p)
		ids := mail.ids()
		slices.Sort(ids)
		if got := len(slices.Compact(ids)); got != total || len(mail.sent) > total+len(crashes) {
			rt.Fatalf("%d of %d notices went out, in %d messages after %d crashes", got, total, len(mail.sent), len(crashes))
		}
		for i := range total {
			if held(t, l, fmt.Sprintf("n%d", i)).Delivered.IsZero() {
				rt.Fatalf("n%d is not known to be delivered", i)
			}
		}
	})
}

// An interruption is no failure of the channel: the notice is sent by the next run, at once.
func TestInterruption(t *testing.T) {
	c := &clock{noon}
	l, _ := openLedger(t, c.now)
	ctx, cancel := context.WithCancel(t.Context())
	mail := &wire{fail: func(Message) error { cancel(); return context.Canceled }}
	p := post(t, l, map[string]Channel{"mail": mail})
	put(t, l, notice("a", "ben", "mail"), notice("b", "ben", "mail"))
	_, _ = p.Deliver(ctx)
	if n := held(t, l, "a"); n.Attempts != 0 || n.Trouble != "" || n.Again.After(noon) {
		t.Errorf("%+v", n)
	}
	mail.fail = nil
	if r := deliver(t, p); r.Delivered != 2 {
		t.Errorf("%+v", r)
	}
}

// What the configuration does not have any more waits for it, loudly.
func TestWhoOrWhatIsGone(t *testing.T) {
	c := &clock{noon}
	l, _ := openLedger(t, c.now)
	p := post(t, l, map[string]Channel{"mail": &wire{}})
	put(t, l, notice("a", "gone", "mail"), notice("b", "ben", "gone"))
	r := deliver(t, p)
	if len(r.Undelivered) != 2 || r.Undelivered[0].Trouble != "gone is not configured any more" || r.Undelivered[1].Trouble != "the channel gone is not configured any more" {
		t.Errorf("%+v", r)
	}
}

// The ledger has no link, only the place of one: the link is made for each attempt, the same every time, and for the notice's own findings alone.
func TestLinksAreMadeWhenSent(t *testing.T) {
	c, mail := &clock{noon}, &wire{}
	l, _ := openLedger(t, c.now)
	p := post(t, l, map[string]Channel{"mail": mail})
	env := environment(map[string]string{"KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="})
	var err error
	if p.Links, err = OpenLinks(&config.Links{BaseURL: "https://sw.example.com/act/", Key: "KEY", Keep: 48 * time.Hour}, env); err != nil {
		t.Fatal(err)
	}
	n := notice("a", "ben", "mail")
	n.Text = "keep: " + place(link.Keep, "f") + " other: " + place(link.Keep, "other") + " odd: " + place("delete", "f")
	put(t, l, n)
	mail.fail = func(m Message) error { mail.sent = append(mail.sent, m); return errors.New("down") }
	deliver(t, p)
	mail.fail = nil
	c.add(time.Hour)
	deliver(t, p)
	first, second := mail.sent[0], mail.sent[1]
	if first.Text != second.Text || len(first.Links) != 1 || first.Text != "keep: "+first.Links[0]+" other:  odd: " {
		t.Fatalf("%+v\n%+v", first, second)
	}
	token := strings.TrimPrefix(first.Links[0], "https://sw.example.com/act/")
	g, err := p.Links.Keys().Open(token, noon)
	if err != nil || g.Finding != "f" || g.Act != link.Keep || g.To != "ben" || g.For != 48*time.Hour || !g.Until.Equal(noon.Add(usualValid)) {
		t.Errorf("%+v, %v", g, err)
	}
	var entries []ledger.Entry
	if err := l.Entries(t.Context(), 0, func(e ledger.Entry) error { entries = append(entries, e); return nil }); err != nil {
		t.Fatal(err)
	}
	dump, err := json.Marshal([]any{held(t, l, "a"), entries})
	if err != nil || strings.Contains(string(dump), token) || strings.Contains(string(dump), "sw.example.com") {
		t.Errorf("%v: the ledger holds a link", err)
	}
	p.Links = nil
	if text, links := p.Links.fill(n); links != nil || !strings.HasPrefix(text, "keep: (there are no links now)") {
		t.Errorf("%q", text)
	}
}

func TestOpenLinks(t *testing.T) {
	for says, c := range map[string]*config.Links{
		"":               nil,
		"KEY is not set": {BaseURL: "https://sw", Key: "KEY"},
		"4 bytes":        {BaseURL: "https://sw", Key: "SHORT"},
		"OLD is not set": {BaseURL: "https://sw", Key: "GOOD", Previous: "OLD"},
	} {
		_, err := OpenLinks(c, environment(map[string]string{"SHORT": "aHVzaA==", "GOOD": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}))
		if got := errorText(err); !strings.Contains(got, says) || says == "" && got != "" || strings.Contains(got, "aHVzaA") {
			t.Errorf("want %q, got %q", says, got)
		}
	}
}
