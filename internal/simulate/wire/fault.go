package wire

import (
	"cmp"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A fault is a world's fault with the count of the calls that it matched.
type fault struct {
	*world.Fault

	mu             sync.Mutex
	matched, fired int
}

// fires counts a matching call and says whether it is one that goes wrong.
func (f *fault) fires() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.matched++
	n := f.matched - f.After
	if n <= 0 || n%max(f.Every, 1) != 0 || f.Times > 0 && f.fired >= f.Times {
		return false
	}
	f.fired++
	return true
}

func (f *fault) matches(account, region, operation string) bool {
	return (f.Account == "" || f.Account == account) &&
		(f.Region == "" || f.Region == region) &&
		(f.Operation == "" || glob(strings.ToLower(f.Operation), strings.ToLower(operation)))
}

// A firing is what goes wrong with one call: the sum of the faults that fire on it.
type firing struct {
	// failure is the answer of the first fault that has an error.
	failure *apiError
	// body is answered in place of the real one.
	body    string
	status  int
	latency time.Duration
	lag     time.Duration
	// withheld are the faults that force the status of metric data.
	withheld []*world.Fault
}

func (s *Server) firing(req *request) firing {
	var sum firing
	if len(s.faults) == 0 {
		return sum
	}
	account := ""
	if who := s.identities.who(req.credential, s.now()); who != nil {
		account = who.account.ID
	}
	for _, f := range s.faults {
		if !f.matches(account, req.credential.region, req.operation) || !f.fires() {
			continue
		}
		sum.latency += f.Latency
		sum.lag = max(sum.lag, f.Lag)
		if f.Error != "" && sum.failure == nil {
			sum.failure = &apiError{code: f.Error, message: cmp.Or(f.Message, faultMessage(f.Error)), status: f.Status}
		}
		if f.Body != "" {
			sum.body, sum.status = f.Body, f.Status
		}
		if f.StatusCode != "" {
			sum.withheld = append(sum.withheld, f.Fault)
		}
	}
	return sum
}

func faultMessage(code string) string {
	if strings.Contains(code, "Throttl") || code == "TooManyRequestsException" {
		return "Rate exceeded"
	}
	return "simulated " + code
}

func (f firing) write(w http.ResponseWriter, p protocol) {
	w.Header().Set("Content-Type", p.contentType())
	if strings.HasPrefix(strings.TrimSpace(f.body), "<") {
		w.Header().Set("Content-Type", "text/html")
	}
	w.WriteHeader(cmp.Or(f.status, http.StatusOK))
	// The client may have gone away; there is nobody left to tell.
	_, _ = w.Write([]byte(f.body))
}
