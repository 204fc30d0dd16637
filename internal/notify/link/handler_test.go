package link

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
)

// with is a ledger that holds the finding.
func with(t *testing.T, f ledger.Finding) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(t.Context(), "memory:", ledger.Environment{Now: func() time.Time { return noon }, Pause: func(context.Context, int) error { return nil }})
	if err == nil {
		err = l.Update(t.Context(), func(tx *ledger.Tx) error { return tx.Put(t.Context(), ledger.SortFinding, f.ID, f) })
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// A store has something happen before each commit.
type store struct {
	ledger.Store
	before func() error
}

func (s *store) Commit(ctx context.Context, c ledger.Change) error {
	if err := s.before(); err != nil {
		return err
	}
	return s.Store.Commit(ctx, c)
}

func finding() ledger.Finding {
	return ledger.Finding{ID: "f1", Policy: "idle-apps", Hourly: decimal.RequireFromString("1.408"), Known: true,
		Verdict:  estate.Verdict{State: estate.Idle, Why: "no kernel <script>"},
		Resource: ledger.Subject{ARN: "arn:x", Kind: "studio-app", Name: "<img src=x onerror=alert(1)>\u202e", Target: estate.Target{Account: "111122223333", Region: "eu-west-1"}}}
}

func grant(a Act) Grant {
	return Grant{Finding: "f1", Act: a, To: "ana", Until: noon.Add(time.Hour), For: 24 * time.Hour, Nonce: "n-" + string(a)}
}

func read[T any](t *testing.T, l *ledger.Ledger, sort, key string) T {
	t.Helper()
	v, err := ledger.Get[T](t.Context(), l, sort, key)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func entries(t *testing.T, l *ledger.Ledger) (all []ledger.Entry) {
	t.Helper()
	if err := l.Entries(t.Context(), 0, func(e ledger.Entry) error { all = append(all, e); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

func visit(h http.Handler, method, token string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, "/act/"+token, nil))
	return w
}

// Programs that guard mail follow links: looking changes nothing, however often. The button acts, once.
func TestOnlyTheButtonActs(t *testing.T) {
	k := keys(t, key('a'), "")
	for act, button := range map[Act]string{Snooze: "Put it off", Keep: "Keep it", Approve: "I approve"} {
		s := with(t, finding())
		h := Handler(s, k)
		token := k.Sign(grant(act))
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet} {
			w := visit(h, method, token)
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), ">"+button+"</button>") || !strings.Contains(w.Body.String(), "$1.41 an hour, $1,027.84 a month") {
				t.Errorf("%s %s: %d %s", method, act, w.Code, w.Body)
			}
		}
		if r, err := s.Get(t.Context(), ledger.SortFinding, "f1"); err != nil || r.Version != 1 || len(entries(t, s)) != 0 {
			t.Fatalf("%s: looking changed %+v, %v", act, r, err)
		}
		if w := visit(h, http.MethodPost, token); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<h1>Done</h1>") {
			t.Fatalf("%s: %d %s", act, w.Code, w.Body)
		}
		switch f := read[ledger.Finding](t, s, ledger.SortFinding, "f1"); act {
		case Snooze:
			if f.Snooze == nil || !f.Snooze.Until.Equal(noon.Add(24*time.Hour)) || f.Snooze.By != "ana" {
				t.Errorf("%+v", f.Snooze)
			}
		case Keep:
			if e := read[ledger.Exemption](t, s, ledger.SortExempt, ledger.ExemptionKey("arn:x", "idle-apps")); e.ARN != "arn:x" || e.Policy != "idle-apps" || !e.Until.Equal(noon.Add(24*time.Hour)) || e.By != "ana" {
				t.Errorf("%+v", e)
			}
		case Approve:
			if len(f.Approvals) != 1 || f.Approvals[0].By != "ana" || !f.Approvals[0].At.Equal(noon) {
				t.Errorf("%+v", f.Approvals)
			}
		}
		if all := entries(t, s); len(all) != 1 || all[0].By != "ana" || all[0].Event != string(act) || all[0].Subject != "f1" {
			t.Errorf("%s: the history says %+v", act, all)
		}
		for _, method := range []string{http.MethodPost, http.MethodGet} {
			if w := visit(h, method, token); w.Code != http.StatusConflict || strings.Contains(w.Body.String(), "<form") {
				t.Errorf("%s %s again: %d", method, act, w.Code)
			}
		}
		if len(entries(t, s)) != 1 {
			t.Errorf("%s acted twice", act)
		}
	}
}

// A page shows strangers' words as words, runs nothing, loads nothing, and leaves no trace of its address elsewhere.
func TestPageIsHarmless(t *testing.T) {
	k := keys(t, key('a'), "")
	w := visit(Handler(with(t, finding()), k), http.MethodGet, k.Sign(grant(Keep)))
	for _, bad := range []string{"<img", "<script", "\u202e", "href=", "src="} {
		if strings.Contains(strings.ReplaceAll(w.Body.String(), "&lt;img src=x", ""), bad) {
			t.Errorf("the page has %q:\n%s", bad, w.Body)
		}
	}
	for name, want := range map[string]string{"Content-Security-Policy": "default-src 'none'; style-src 'sha256-", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"} {
		if !strings.HasPrefix(w.Header().Get(name), want) {
			t.Errorf("%s: %q", name, w.Header().Get(name))
		}
	}
}

func TestRefusals(t *testing.T) {
	k := keys(t, key('a'), "")
	closed := finding()
	closed.Closed = noon.Add(-time.Minute)
	other := grant(Keep)
	other.Finding = "gone"
	broken := with(t, finding())
	broken.Store = &store{broken.Store, func() error { return errors.New("hush: postgres://u:p@h") }}
	for name, tt := range map[string]struct {
		store  *ledger.Ledger
		token  string
		method string
		status int
	}{
		"forged":         {with(t, finding()), "x" + k.Sign(grant(Keep)), http.MethodPost, http.StatusNotFound},
		"nothing":        {with(t, finding()), "", http.MethodGet, http.StatusNotFound},
		"ended":          {with(t, finding()), k.Sign(Grant{Finding: "f1", Act: Keep, To: "ana", Until: noon, Nonce: "n"}), http.MethodPost, http.StatusGone},
		"over":           {with(t, closed), k.Sign(grant(Keep)), http.MethodPost, http.StatusGone},
		"over, seen":     {with(t, closed), k.Sign(grant(Keep)), http.MethodGet, http.StatusGone},
		"gone":           {with(t, finding()), k.Sign(other), http.MethodPost, http.StatusGone},
		"no act of ours": {with(t, finding()), k.Sign(grant("delete")), http.MethodPost, http.StatusNotFound},
		"other methods":  {with(t, finding()), k.Sign(grant(Keep)), http.MethodPut, http.StatusMethodNotAllowed},
		"ledger down":    {broken, k.Sign(grant(Keep)), http.MethodPost, http.StatusServiceUnavailable},
	} {
		w := visit(Handler(tt.store, k), tt.method, tt.token)
		if w.Code != tt.status || strings.Contains(w.Body.String(), "hush") || strings.Contains(w.Body.String(), "<form") {
			t.Errorf("%s: %d, want %d: %s", name, w.Code, tt.status, w.Body)
		}
		if len(entries(t, tt.store)) != 0 {
			t.Errorf("%s changed something", name)
		}
	}
}

// Two clicks in the same moment act once, and a change of the finding by somebody else in between is not lost.
func TestTwoClicksActOnce(t *testing.T) {
	s := with(t, finding())
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = Use(context.Background(), s, grant(Approve)) })
	}
	wg.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		} else if !errors.Is(err, ErrSpent) && !errors.Is(err, ledger.ErrConflict) {
			t.Error(err)
		}
	}
	if f := read[ledger.Finding](t, s, ledger.SortFinding, "f1"); done != 1 || len(f.Approvals) != 1 || len(entries(t, s)) != 1 {
		t.Errorf("%d acted: %+v", done, f.Approvals)
	}

	s = with(t, finding())
	inner, raced := s.Store, false
	s.Store = &store{inner, func() error { // somebody else is faster
		if raced {
			return nil
		}
		raced = true
		f := finding()
		f.Trouble = "theirs"
		body, err := json.Marshal(f)
		if err != nil {
			return err
		}
		return inner.Commit(t.Context(), ledger.Change{Records: []ledger.Record{{Sort: ledger.SortFinding, Key: f.ID, Version: 1, Body: body}}})
	}}
	if err := Use(t.Context(), s, grant(Snooze)); err != nil {
		t.Fatal(err)
	}
	if f := read[ledger.Finding](t, s, ledger.SortFinding, "f1"); f.Trouble != "theirs" || f.Snooze == nil {
		t.Errorf("%+v", f)
	}
}

// A click takes nothing away: a longer snooze or exemption stands, and who approves twice is still one.
func TestNothingIsShortened(t *testing.T) {
	f := finding()
	f.Snooze = &ledger.Snooze{Until: noon.Add(72 * time.Hour), By: "ben"}
	f.Approvals = []ledger.Approval{{By: "ana", At: noon.Add(-time.Hour)}}
	s := with(t, f)
	if err := s.Update(t.Context(), func(tx *ledger.Tx) error {
		return tx.Put(t.Context(), ledger.SortExempt, ledger.ExemptionKey("arn:x", "idle-apps"), ledger.Exemption{ARN: "arn:x", By: "ben", Why: "for ever"})
	}); err != nil {
		t.Fatal(err)
	}
	for _, a := range []Act{Snooze, Keep, Approve} {
		if err := Use(t.Context(), s, grant(a)); err != nil {
			t.Fatal(err)
		}
	}
	got := read[ledger.Finding](t, s, ledger.SortFinding, "f1")
	if got.Snooze.By != "ben" || len(got.Approvals) != 1 || read[ledger.Exemption](t, s, ledger.SortExempt, ledger.ExemptionKey("arn:x", "idle-apps")).Why != "for ever" {
		t.Errorf("%+v", got)
	}
}

// Records of links that were used go once the links themselves are refused, and not before: a link works once.
func TestRecordsOfEndedLinksAreCleared(t *testing.T) {
	s := with(t, finding())
	old, good := grant(Snooze), grant(Keep)
	old.Until, good.Until = noon.Add(-2*time.Hour), noon.Add(-30*time.Minute) // by the clock of another node it may be good still
	for _, g := range []Grant{old, good} {
		if err := Use(t.Context(), s, g); err != nil {
			t.Fatal(err)
		}
	}
	if err := Clear(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	for g, there := range map[Grant]bool{old: false, good: true} {
		if _, err := s.Get(t.Context(), ledger.SortLink, g.Nonce); (err == nil) != there {
			t.Errorf("%s: %v", g.Act, err)
		}
	}
}
