package remediate_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/remediate"
)

// TestNothingIsSentOnOldEvidence: however long AWS lets a call wait, it is not sent when the last look is more than two minutes old. Who came back
// meanwhile is seen by the next run.
func TestNothingIsSentOnOldEvidence(t *testing.T) {
	for name, c := range map[string]struct {
		operation string
		// takes is how long each call of the operation takes.
		takes time.Duration
		// refused says that it is refused for load each time.
		refused bool
		want    remediate.Outcome
		sent    int
	}{
		"AWS answers at once":            {operation: "DeleteApp", want: remediate.Underway, sent: 1},
		"what comes next is slow to see": {operation: "ListTags", takes: 3 * time.Minute, want: remediate.Untried},
		"the call is refused for load":   {operation: "DeleteApp", takes: 35 * time.Second, refused: true, want: remediate.Failed, sent: 4},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, stopApps)
			s.app("risk", used(5*time.Hour, 3*time.Hour))
			var sent []time.Time
			s.between = func(h http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					operation := r.Header.Get("X-Amz-Target")
					if operation == "SageMaker.DeleteApp" {
						sent = append(sent, s.now())
					}
					if operation == "SageMaker."+c.operation {
						s.pass(c.takes)
						if c.refused {
							w.WriteHeader(http.StatusBadRequest)
							_, _ = io.WriteString(w, `{"__type":"ThrottlingException","message":"no"}`)
							return
						}
					}
					h.ServeHTTP(w, r)
				})
			}
			e := s.engine()
			e.Pause = nil
			results := e.Apply(t.Context(), s.plan(e).Due())
			if len(results) != 1 || results[0].Outcome != c.want {
				t.Fatalf("%+v", results)
			}
			for _, at := range sent {
				if at.Sub(began) > 2*time.Minute {
					t.Errorf("sent at %s, seen at %s", at, began)
				}
			}
			if len(sent) != c.sent {
				t.Errorf("sent %d times, want %d", len(sent), c.sent)
			}
			if open, err := s.ledger.Unsettled(t.Context()); err != nil || len(open) > 0 {
				t.Errorf("open: %+v, %v", open, err)
			}
			f, err := ledger.Get[ledger.Finding](t.Context(), s.ledger, ledger.SortFinding, results[0].Finding.ID)
			if err != nil || f.Next != 0 || f.Underway != "" != (c.want == remediate.Underway) {
				t.Errorf("%+v, %v", f, err)
			}
		})
	}
}
