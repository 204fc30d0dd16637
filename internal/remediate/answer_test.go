package remediate_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/remediate"
)

// TestAnswersToACall: however AWS answers a call, what became of it is found out by looking, and it is never sent again blindly.
func TestAnswersToACall(t *testing.T) {
	for name, c := range map[string]struct {
		// does says that the call is carried out before its answer goes wrong.
		does   bool
		status int // 0 cuts the connection
		body   string
		want   remediate.Outcome
		left   ledger.Outcome // how the receipt ends, empty for an intent without an end
	}{
		"denied":                       {status: 400, body: `{"__type":"AccessDeniedException","message":"no"}`, want: remediate.Failed, left: ledger.Failed},
		"refused":                      {status: 400, body: `{"__type":"ValidationException","message":"no"}`, want: remediate.Failed, left: ledger.Failed},
		"throttled without end":        {status: 400, body: `{"__type":"ThrottlingException","message":"no"}`, want: remediate.Failed, left: ledger.Failed},
		"failed by AWS":                {status: 500, body: `{"__type":"InternalFailure","message":"no"}`, want: remediate.Unsettled},
		"failed by AWS after it did":   {does: true, status: 500, body: `{"__type":"InternalFailure","message":"no"}`, want: remediate.Done, left: ledger.Done},
		"answer lost":                  {does: true, want: remediate.Done, left: ledger.Done},
		"call lost":                    {want: remediate.Unsettled},
		"refused, for it came twice":   {does: true, status: 400, body: `{"__type":"ResourceInUse","message":"is being deleted"}`, want: remediate.Done, left: ledger.Done},
		"an answer that is no answer":  {does: true, status: 502, body: `<html>proxy</html>`, want: remediate.Done, left: ledger.Done},
		"a proxy that let nothing by":  {status: 403, body: `<html>proxy</html>`, want: remediate.Failed, left: ledger.Failed},
		"a gateway that gave up on it": {status: 504, body: `<html>proxy</html>`, want: remediate.Unsettled},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, stopApps)
			s.app("risk", used(5*time.Hour, 3*time.Hour))
			sent, wrong := 0, true
			s.between = func(h http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if !wrong || r.Header.Get("X-Amz-Target") != "SageMaker.DeleteApp" {
						h.ServeHTTP(w, r)
						return
					}
					sent++
					if c.does {
						h.ServeHTTP(httptest.NewRecorder(), r)
					}
					if c.status == 0 {
						panic(http.ErrAbortHandler)
					}
					w.Header().Set("Content-Type", "application/x-amz-json-1.1")
					w.WriteHeader(c.status)
					_, _ = w.Write([]byte(c.body))
				})
			}
			p, _, results := s.run()
			if len(results) != 1 || results[0].Outcome != c.want {
				t.Fatalf("want %s, got %+v", c.want, results)
			}
			if sent > 1 && !strings.Contains(c.body, "Throttling") {
				t.Errorf("it was sent %d times", sent)
			}
			id := results[0].Receipt
			r, err := ledger.Get[ledger.Receipt](t.Context(), s.ledger, ledger.SortReceipt, id)
			if r.Outcome != c.left || (err == nil) != (c.left != "") {
				t.Errorf("the receipt: %+v, %v; want %q", r, err, c.left)
			}
			if c.want == remediate.Unsettled {
				// Nobody begins anything on it until that is settled, and then it goes on.
				before := sent
				if _, _, results := s.run(); len(results) != 1 || results[0].Outcome != remediate.Untried || sent != before {
					t.Errorf("while nobody knows: %+v", results)
				}
			}
			if c.left == ledger.Done {
				if s.once("sagemaker:DeleteApp risk"); p.Items[0].Finding.ID == "" {
					t.Error("no finding")
				}
				return
			}
			wrong = false
			s.pass(10 * time.Minute)
			for range 2 {
				s.run()
				s.pass(time.Minute)
			}
			s.once("sagemaker:DeleteApp risk")
			if c.want == remediate.Unsettled {
				want := map[bool]ledger.Outcome{true: ledger.Done, false: ledger.Failed}[c.does]
				if r, err := ledger.Get[ledger.Receipt](t.Context(), s.ledger, ledger.SortReceipt, id); err != nil || r.Outcome != want {
					t.Errorf("found out that it is %s, and it is %s: %v", r.Outcome, want, err)
				}
			}
		})
	}
}

// TestAHoleClosesNoFinding: a finding whose resource a scan does not show ends only where all that the family is read with was seen.
func TestAHoleClosesNoFinding(t *testing.T) {
	k, err := kinds.Get("studio-app")
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(t, stopApps)
	s.app("risk", used(5*time.Hour, 3*time.Hour))
	standing := remediate.Reconcile(s.scan(), s.set, nil, nil)
	seen := func(holes ...string) *estate.Snapshot {
		snap := &estate.Snapshot{At: began.Add(time.Hour)}
		for _, op := range k.Family().Reads {
			outcome := estate.OutcomeSeen
			if slices.Contains(holes, op.Action) {
				outcome = estate.OutcomeDenied
			}
			snap.Coverage = append(snap.Coverage, estate.Coverage{Target: standing[0].Resource.Target, Operation: op.Action, Outcome: outcome})
		}
		return snap
	}
	if all := remediate.Reconcile(seen(), s.set, standing, nil); all[0].Closed.IsZero() {
		t.Errorf("it is gone: %+v", all)
	}
	for _, op := range k.Family().Reads {
		if all := remediate.Reconcile(seen(op.Action), s.set, standing, nil); !all[0].Closed.IsZero() {
			t.Errorf("without %s it was taken for gone", op.Action)
		}
	}
}

// TestHoleInTheLastLook: a resource that the last look does not show, while it could not see all, is not gone.
func TestHoleInTheLastLook(t *testing.T) {
	s := newStage(t, stopApps)
	s.app("risk", used(5*time.Hour, 3*time.Hour))
	e := s.engine()
	p := s.plan(e)
	s.fail("sagemaker:ListApps", "AccessDeniedException", 400)
	if r := e.Apply(context.Background(), p.Due()); len(r) != 1 || r[0].Outcome != remediate.Failed {
		t.Errorf("%+v", r)
	}
	s.pass(time.Hour)
	if q := s.plan(e); len(q.Items) != 1 || q.Items[0].Status != remediate.Held {
		t.Errorf("what could not be seen: %+v", q.Items)
	}
}
