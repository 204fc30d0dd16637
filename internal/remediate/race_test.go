package remediate_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/policy"
	"github.com/sagewarden/sagewarden/internal/remediate"
)

// once fails for calls that changed the same thing twice.
func (s *stage) once(want ...string) {
	s.Helper()
	got := s.mutations()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		s.Errorf("the calls were %v, want %v", got, want)
	}
	if _, err := s.ledger.Verify(s.Context()); err != nil {
		s.Error(err)
	}
}

// TestTwoEnginesDoEachStepOnce: two nodes that carry out the same plan at once send each call once.
func TestTwoEnginesDoEachStepOnce(t *testing.T) {
	for range 5 {
		s := newStage(t, stopApps+strings.TrimPrefix(deleteNotebooks, "\npolicies:\n"))
		s.guard.Limits = policy.Limits{}
		var want []string
		for i := range 4 {
			s.app(fmt.Sprintf("app-%d", i), used(5*time.Hour, 3*time.Hour))
			s.notebook(fmt.Sprintf("book-%d", i), used(5*time.Hour, 3*time.Hour))
			want = append(want, fmt.Sprintf("sagemaker:DeleteApp app-%d", i), fmt.Sprintf("sagemaker:StopNotebookInstance book-%d", i), fmt.Sprintf("sagemaker:DeleteNotebookInstance book-%d", i))
		}
		e := s.engine()
		due := s.plan(e).Due()
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				for _, r := range e.Apply(t.Context(), due) {
					if r.Outcome == remediate.Refused || r.Outcome == remediate.Unsettled {
						t.Errorf("%+v", r)
					}
				}
			})
		}
		wg.Wait()
		for range 3 { // what one of them left to the other
			s.pass(10 * time.Minute)
			s.run()
		}
		s.once(want...)
		if s.falseStops() > 0 {
			t.Error("something in use was stopped")
		}
	}
}

// TestAnotherNodeAtAnyMoment: wherever one node is with a step, another one that does the same meanwhile neither doubles a call nor breaks the step off.
func TestAnotherNodeAtAnyMoment(t *testing.T) {
	for n := range 12 {
		for _, after := range []bool{false, true} {
			s := newStage(t, deleteNotebooks)
			s.notebook("risk", used(5*time.Hour, 3*time.Hour))
			var m meanwhile
			s.between = m.in
			e := s.engine()
			due := s.plan(e).Due()
			m.at(n+1, after, func() { e.Apply(t.Context(), due) })
			e.Apply(t.Context(), due)
			for range 3 {
				s.pass(10 * time.Minute)
				s.run()
			}
			s.once("sagemaker:StopNotebookInstance risk", "sagemaker:DeleteNotebookInstance risk")
		}
	}
}

// meanwhile has something happen while a node is at work: at the nth description of a notebook instance, before AWS answers or after.
type meanwhile struct {
	n     int
	after bool
	do    func()
}

func (m *meanwhile) at(n int, after bool, do func()) { m.n, m.after, m.do = n, after, do }

func (m *meanwhile) in(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := false
		if r.Header.Get("X-Amz-Target") == "SageMaker.DescribeNotebookInstance" {
			m.n--
			now = m.n == 0
		}
		if now && !m.after {
			m.do()
		}
		h.ServeHTTP(w, r)
		if now && m.after {
			m.do()
		}
	})
}

// TestTwoEnginesShareTheCaps: what two nodes do at once is within the caps of the day.
func TestTwoEnginesShareTheCaps(t *testing.T) {
	s := newStage(t, stopApps)
	s.guard.Limits = policy.Limits{MaxPerDay: 3}
	for i := range 6 {
		s.app(fmt.Sprintf("app-%d", i), used(5*time.Hour, 3*time.Hour))
	}
	e := s.engine()
	unbound := s.engine()
	unbound.Guard.Limits = policy.Limits{}
	due := s.plan(unbound).Due() // of one plan the caps let these through, of the other those
	if len(due) != 6 {
		t.Fatalf("%d are due", len(due))
	}
	var wg sync.WaitGroup
	for _, items := range [][]remediate.Item{due[:3], due[3:]} {
		wg.Go(func() { e.Apply(t.Context(), items) })
	}
	wg.Wait()
	s.pass(time.Hour)
	s.run()
	if n := len(s.mutations()); n != 3 {
		t.Errorf("%d of 3: %v", n, s.mutations())
	}
}

// TestLoserOfARaceTakesNothingAway: of two that begin the same call one is refused, and what the other has begun is still known to be under way.
func TestLoserOfARaceTakesNothingAway(t *testing.T) {
	s := newStage(t, deleteNotebooks)
	s.notebook("risk", used(5*time.Hour, 3*time.Hour))
	var m meanwhile
	s.between = m.in
	e := s.engine()
	e.Pause = nil
	due := s.plan(e).Due()
	m.at(2, true, func() { // the slower one has looked, and knows its next move
		if r := e.Apply(s.Context(), due); r[0].Outcome != remediate.Underway {
			s.Errorf("the faster one: %+v", r)
		}
	})
	if r := e.Apply(t.Context(), due); r[0].Outcome != remediate.Canceled {
		t.Errorf("the slower one: %+v", r)
	}
	f, err := ledger.Get[ledger.Finding](t.Context(), s.ledger, ledger.SortFinding, due[0].Finding.ID)
	if err != nil || f.Underway == "" || len(f.Done) > 0 {
		t.Errorf("%+v, %v", f, err)
	}
}

// TestAnOldScanOpensNothingAnew: a node whose scan is from before another one has acted does not take what is over for something new.
func TestAnOldScanOpensNothingAnew(t *testing.T) {
	s := newStage(t, strings.NewReplacer("&& verdict", `&& resource.tags["seen"] != "yes" && verdict`, "stop: {}", "tag: { seen: yes }").Replace(stopApps))
	s.app("risk", used(5*time.Hour, 3*time.Hour))
	old := s.scan()
	s.pass(time.Second)
	if _, _, results := s.run(); len(results) != 1 || results[0].Outcome != remediate.Done {
		t.Fatalf("%+v", results)
	}
	if p, err := s.engine().Plan(t.Context(), old, "me"); err != nil || len(p.Items) > 0 {
		t.Errorf("%+v, %v", p, err)
	}
	s.pass(time.Hour)
	s.tag(old.Observations[0].Resource.ARN, "seen", "no")
	if p := s.plan(s.engine()); len(p.Items) != 1 {
		t.Errorf("what is so again: %+v", p.Items)
	}
}

// TestTwoNodesTellOnce: two nodes that plan and tell at once write one notice.
func TestTwoNodesTellOnce(t *testing.T) {
	s := newStage(t, idleApps)
	s.app("risk", used(5*time.Hour, 3*time.Hour))
	e := s.engine()
	p := s.plan(e)
	s.announce(e, p)
	s.announce(e, p) // by the same plan, which is old by now
	s.run()
	if len(s.channel.sent) != 1 {
		t.Errorf("%d notices", len(s.channel.sent))
	}
}

// TestLooksAtNewThingsShareTheCapsOfARun: looks at one resource each, as events of creations are, have the caps of one run together for an hour, whether they come one
// after the other or at once.
func TestLooksAtNewThingsShareTheCapsOfARun(t *testing.T) {
	for name, tt := range map[string]struct {
		limits policy.Limits
		own    string
		atOnce bool
	}{
		"actions":              {limits: policy.Limits{MaxActions: 2}},
		"dollars":              {limits: policy.Limits{MaxHourlySavings: decimal.RequireFromString("0.12")}},
		"actions, at once":     {limits: policy.Limits{MaxActions: 2}, atOnce: true},
		"dollars, at once":     {limits: policy.Limits{MaxHourlySavings: decimal.RequireFromString("0.12")}, atOnce: true},
		"those of the policy":  {own: "    limits: {maxActions: 2}\n"},
		"of the policy, too":   {own: "    limits: {maxHourlySavings: 0.12}\n", atOnce: true},
		"and a share of a run": {limits: policy.Limits{MaxActions: 2, MaxShare: 0.5}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, stopNotebooks+tt.own)
			s.guard.Limits = tt.limits
			for i := range 5 {
				s.notebook(fmt.Sprintf("notebook-%d", i), used(5*time.Hour, 3*time.Hour))
			}
			look := func() {
				t.Helper()
				var plans []*remediate.Plan
				all := s.scan()
				apply := func(p *remediate.Plan) {
					e := s.engine()
					e.Stretch, e.Pause = time.Hour, nil
					e.Apply(t.Context(), p.Due())
				}
				for _, o := range all.Observations {
					one := *all
					one.Observations, one.Coverage = []*estate.Observation{o}, nil
					e := s.engine()
					e.Stretch = time.Hour
					p, err := e.Plan(t.Context(), &one, me)
					s.must(err)
					if plans = append(plans, p); !tt.atOnce {
						apply(p)
					}
				}
				if tt.atOnce {
					for _, p := range plans {
						apply(p)
					}
				}
			}
			look()
			if n := len(s.mutations()); n != 2 {
				t.Errorf("%d of 2 within an hour: %v", n, s.mutations())
			}
			s.pass(time.Hour)
			look()
			if n := len(s.mutations()); n != 4 {
				t.Errorf("%d of 4 in the next hour: %v", n, s.mutations())
			}
		})
	}
}
