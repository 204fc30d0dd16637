package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/policy"
	"github.com/sagewarden/sagewarden/internal/remediate"
)

// A Watch keeps what is told of the runs: as metrics, and as health.
type Watch struct {
	now      func() time.Time
	registry *prometheus.Registry

	runs, calls, throttles, steps, notices *prometheus.CounterVec
	took                                   prometheus.Histogram
	findings                               *prometheus.GaugeVec
	hourly, halted, holes, broken          prometheus.Gauge

	mu sync.Mutex
	// success is when a run came to its end, trouble why the last one did not, and unread why the policies cannot be read.
	success         time.Time
	trouble, unread error
	stopping        bool
	// oldest is when the oldest notice that nobody has taken was made; zero for none.
	oldest time.Time
}

// NewWatch is one of this clock.
func NewWatch(now func() time.Time) *Watch {
	w := &Watch{now: now, registry: prometheus.NewRegistry()}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sagewarden_" + name, Help: help}, labels)
		w.registry.MustRegister(v)
		return v
	}
	gauge := func(name, help string) prometheus.Gauge {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Name: "sagewarden_" + name, Help: help})
		w.registry.MustRegister(g)
		return g
	}
	w.runs = counter("runs_total", "Runs, by how they ended.", "outcome")
	for _, o := range []string{"done", "failed", "elsewhere"} {
		w.runs.WithLabelValues(o)
	}
	w.calls = counter("aws_attempts_total", "Calls that were sent to AWS, retries included.", "operation")
	w.throttles = counter("aws_throttles_total", "Calls that AWS refused for load.", "operation")
	w.steps = counter("steps_total", "Steps that change something, by how they ended.", "action", "outcome")
	w.notices = counter("notices_total", "Notices, by what became of them.", "outcome")
	w.took = prometheus.NewHistogram(prometheus.HistogramOpts{Name: "sagewarden_run_duration_seconds", Help: "How long runs took.", Buckets: prometheus.ExponentialBuckets(1, 2, 12)})
	w.findings = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "sagewarden_findings", Help: "Findings of the policies that looked last, by what becomes of their next step."}, []string{"policy", "status"})
	w.registry.MustRegister(w.took, w.findings)
	w.hourly = gauge("idle_dollars_per_hour", "What the findings that stand cost an hour, as far as prices are known.")
	w.halted = gauge("halted", "1 while all work is halted.")
	w.holes = gauge("coverage_holes", "Lines of the last run's coverage that could not be seen.")
	w.broken = gauge("policies_broken", "1 while the policy files cannot be read: those from before stay.")
	instant := func(name, help string, read func() float64) {
		w.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "sagewarden_" + name, Help: help}, func() float64 {
			w.mu.Lock()
			defer w.mu.Unlock()
			return read()
		}))
	}
	instant("last_success_timestamp_seconds", "When the last run came to its end; 0 for never.", func() float64 {
		if w.success.IsZero() {
			return 0
		}
		return float64(w.success.Unix())
	})
	instant("undelivered_age_seconds", "How long the oldest notice waits that no channel has taken; 0 for none.", func() float64 {
		if w.oldest.IsZero() {
			return 0
		}
		return w.now().Sub(w.oldest).Seconds()
	})
	return w
}

// policies notes whether the policies can be read.
func (w *Watch) policies(err error) {
	w.broken.Set(0)
	if err != nil {
		w.broken.Set(1)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unread = err
}

// failed notes that a run has not come to its end.
func (w *Watch) failed(ctx context.Context, err error) {
	switch {
	case errors.Is(err, ErrBusy):
		w.runs.WithLabelValues("elsewhere").Inc()
		return
	case ctx.Err() != nil:
		return // it was stopped
	}
	w.runs.WithLabelValues("failed").Inc()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trouble = err
}

// ran notes what became of a run.
func (w *Watch) ran(r *Run, set *policy.Set, at time.Time, took time.Duration) {
	w.runs.WithLabelValues("done").Inc()
	w.took.Observe(took.Seconds())
	for _, s := range r.Calls {
		w.calls.WithLabelValues(s.Operation).Add(float64(s.Attempts))
		w.throttles.WithLabelValues(s.Operation).Add(float64(s.Throttles))
	}
	for _, res := range r.Results {
		w.steps.WithLabelValues(res.Ask.Action, string(res.Outcome)).Inc()
	}
	w.notices.WithLabelValues("delivered").Add(float64(r.Told.Delivered))
	w.notices.WithLabelValues("failed").Add(float64(r.Told.Failed))
	w.notices.WithLabelValues("nobody").Add(float64(len(r.Told.Gaps)))
	w.count(r, set)
	w.holes.Set(float64(len(r.Plan.Coverage)))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.success, w.trouble, w.oldest = at, nil, time.Time{}
	for _, n := range r.Notices {
		if n.Delivered.IsZero() && (w.oldest.IsZero() || n.Made.Before(w.oldest)) {
			w.oldest = n.Made
		}
	}
}

// count counts what stands: the plan's items of the policies that have looked, and the dollars of all findings.
func (w *Watch) count(r *Run, set *policy.Set) {
	for _, p := range set.Policies {
		for _, s := range []remediate.Status{remediate.Due, remediate.Held, remediate.Later, remediate.Told} {
			w.findings.WithLabelValues(p.Name, string(s)).Set(0)
		}
	}
	for _, i := range r.Plan.Items {
		w.findings.WithLabelValues(i.Finding.Policy, string(i.Status)).Inc()
	}
	hourly, once := 0.0, map[string]bool{}
	for _, f := range r.Findings {
		if !once[f.Resource.ARN] {
			once[f.Resource.ARN] = true
			hourly += f.Hourly.InexactFloat64()
		}
	}
	w.hourly.Set(hourly)
}

// Stop has the watch say that nothing begins any more.
func (w *Watch) Stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopping = true
}

// troubles are why this node does not do its work, empty where it does.
func (w *Watch) troubles() (all []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopping {
		all = append(all, "it is stopping")
	}
	if w.unread != nil {
		all = append(all, "the policies cannot be read, those from before stay: "+w.unread.Error())
	}
	if w.trouble != nil {
		all = append(all, "the last run failed: "+w.trouble.Error())
	}
	return all
}

// Handler answers for health and metrics, and for links where there are any: their path, and what answers them.
func (w *Watch) Handler(l *ledger.Ledger, path string, links http.Handler) http.Handler {
	mux := http.NewServeMux()
	metrics := promhttp.HandlerFor(w.registry, promhttp.HandlerOpts{})
	mux.HandleFunc("GET /metrics", func(rw http.ResponseWriter, r *http.Request) {
		if halt, err := l.Halted(r.Context()); err == nil { // it holds from when it is written, not from the next run
			w.halted.Set(0)
			if halt != nil {
				w.halted.Set(1)
			}
		}
		metrics.ServeHTTP(rw, r)
	})
	say := func(rw http.ResponseWriter, status int, lines ...string) {
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		rw.WriteHeader(status)
		_, _ = fmt.Fprintln(rw, strings.Join(lines, "\n"))
	}
	mux.HandleFunc("GET /healthz", func(rw http.ResponseWriter, _ *http.Request) {
		// Whoever restarts what is not healthy repairs no policy: this process is alive.
		if t := w.troubles(); len(t) > 0 {
			say(rw, http.StatusOK, append([]string{"degraded"}, t...)...)
			return
		}
		say(rw, http.StatusOK, "ok")
	})
	mux.HandleFunc("GET /readyz", func(rw http.ResponseWriter, r *http.Request) {
		t := w.troubles()
		if _, err := l.Halted(r.Context()); err != nil {
			t = append(t, "the ledger cannot be read: "+err.Error())
		}
		if len(t) > 0 {
			say(rw, http.StatusServiceUnavailable, t...)
			return
		}
		say(rw, http.StatusOK, "ready")
	})
	if links != nil {
		mux.Handle(strings.TrimSuffix(path, "/")+"/", links)
	}
	return mux
}
