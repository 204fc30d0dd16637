package chaos_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"time"
)

// A place is what a process is about when it dies.
type place string

const (
	call    place = "call to AWS"   // of any sort
	change  place = "change in AWS" // which changes something there
	object  place = "write to S3"   // of the ledger
	query   place = "PostgreSQL"    // what is sent to the ledger's database
	webhook place = "webhook"
	mail    place = "mail"
	waiting place = "waiting"    // between two runs, or two looks
	instant place = "an instant" // whatever it is about then
)

// A moment is how far that has come.
type moment string

const (
	before  moment = "before it was sent"
	between moment = "taken, not answered"
	after   moment = "answered"
)

// A death is where a process dies: at the nth of its place, or after a while.
type death struct {
	place  place
	nth    int
	moment moment
	after  time.Duration
}

// sort is what deaths are counted by.
func (d death) sort() string {
	switch d.place {
	case "": // it waits for ever
		return "at " + string(waiting)
	case instant, waiting:
		return "at " + string(d.place)
	}
	return "at " + string(d.place) + ", " + string(d.moment)
}

// A reaper stands around one process, and kills it where its death is.
type reaper struct {
	death death
	// meet is called at each request of the process, and may hold it up; nil holds nothing up.
	meet func()

	mu sync.Mutex
	// seen counts what the process has been about.
	seen   map[place]int
	victim *os.Process
	gone   chan struct{}
	killed bool
}

func newReaper(d death) *reaper {
	return &reaper{death: d, seen: map[place]int{}, gone: make(chan struct{})}
}

// at counts, and returns how far this comes before the process dies of it: empty where it lives on. Without a reaper everything lives.
func (r *reaper) at(places ...place) (m moment) {
	if r == nil {
		return ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range places {
		if r.seen[p]++; p == r.death.place && r.seen[p] == r.death.nth {
			m = r.death.moment
		}
	}
	return m
}

func (r *reaper) count(p place) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen[p]
}

// kill kills the process and waits for its end, so that it sees nothing of what comes after.
func (r *reaper) kill() {
	r.mu.Lock()
	r.killed = r.victim.Kill() == nil || r.killed
	r.mu.Unlock()
	<-r.gone
}

// over has the process die at the requests that it makes.
func (r *reaper) over(next http.Handler, places func(*http.Request) []place) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if r.meet != nil {
			r.meet()
		}
		m := r.at(places(q)...)
		if m == before {
			r.kill()
			panic(http.ErrAbortHandler)
		}
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, q)
		if m == between {
			r.kill()
			panic(http.ErrAbortHandler)
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
		if m == after {
			_ = http.NewResponseController(w).Flush()
			r.kill()
		}
	})
}
