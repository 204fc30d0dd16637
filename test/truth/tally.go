package truth

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/scan"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A stage is an organization on the wire whose clock can be set to any instant.
type stage struct {
	world  *world.World
	server *wire.Server
	now    atomic.Pointer[time.Time]
}

// newStage puts the world on the wire, with these faults.
func newStage(w *world.World, faults ...*world.Fault) (*stage, error) {
	faulty := *w
	faulty.Faults = faults
	st := &stage{world: &faulty}
	st.now.Store(&w.At)
	var err error
	st.server, err = wire.New(wire.Options{World: st.world, Now: func() time.Time { return *st.now.Load() }})
	return st, err
}

// Do carries a request to the server's handler: the whole of the wire but the socket.
func (st *stage) Do(r *http.Request) (*http.Response, error) {
	body := []byte{}
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	in := r.Clone(r.Context())
	in.Body, in.RequestURI = io.NopCloser(bytes.NewReader(body)), r.URL.RequestURI()
	out := httptest.NewRecorder()
	st.server.ServeHTTP(out, in)
	return out.Result(), nil
}

// scan looks at the families in the whole organization at an instant: at all of them, unless some are given.
func (st *stage) scan(ctx context.Context, at time.Time, families ...kinds.Kind) (*estate.Snapshot, error) {
	st.now.Store(&at)
	var all []*cloud.Session
	for _, a := range st.world.Accounts {
		c := cloud.New(cloud.Options{Limits: cloud.NoLimits(), HTTPClient: st, MaxBackoff: time.Millisecond,
			Load: func(context.Context, ...func(*config.LoadOptions) error) (aws.Config, error) {
				return aws.Config{Region: a.Regions[0].Name, BaseEndpoint: aws.String("http://simulated"), HTTPClient: st,
					Credentials: credentials.NewStaticCredentialsProvider("AKIASIM"+a.ID, "simulated", "")}, nil
			}})
		var regions []string
		for _, r := range a.Regions {
			regions = append(regions, r.Name)
		}
		ss, err := c.Open(ctx, "", regions)
		if err != nil {
			return nil, err
		}
		all = append(all, ss...)
	}
	return scan.Run(ctx, all, scan.Options{Kinds: families})
}

// A Tally counts verdicts by what is true.
type Tally struct {
	Verdicts int
	// Untold are verdicts on what nobody can tell the use of, which are in no other count.
	Untold int
	// Right are idle verdicts on what was idle, by confidence.
	Right map[estate.Confidence]int
	// False are idle verdicts on what was used within the limit, by confidence. Of these, those at high must be none.
	False map[estate.Confidence]int
	// Unseen are idle verdicts on what had been idle for the limit, and whose use began again after the newest evidence was
	// written: a heartbeat a minute, and the lag of metrics. No scan can know; whoever acts has to look again right before.
	Unseen int
	// Early are idle verdicts whose idleness begins before the last use.
	Early int
	// Returned are idle verdicts at high on what is idle after days at the earliest, mostly endpoints, and was used again within two weeks.
	Returned int
	// Missed are active verdicts on what had been idle for twice the limit; Unjudged are unknown ones.
	Missed, Unjudged int
	// Idle is how many verdicts were given on what had been idle for twice the limit.
	Idle int
	// Faults describe what must not be.
	Faults []string
}

// facts are what is known of a world.
type facts struct {
	// truth is by ARN. What there is and is not in it is untold: nobody knows when it is used.
	truth  map[string]world.Life
	untold map[string]bool
	// lag is how old the newest evidence may be: a heartbeat a minute, and the lag of metrics.
	lag time.Duration
}

func factsOf(w *world.World) facts {
	f := facts{truth: organization.Truth(w), untold: map[string]bool{}, lag: w.MetricLag + time.Minute}
	for arn := range w.Truth() {
		_, told := f.truth[arn]
		f.untold[arn] = !told
	}
	return f
}

// count compares a snapshot with the facts.
func (t *Tally) count(s *estate.Snapshot, f facts) {
	if t.Right == nil {
		t.Right, t.False = map[estate.Confidence]int{}, map[estate.Confidence]int{}
	}
	for _, o := range s.Observations {
		life, told := f.truth[o.Resource.ARN]
		switch {
		case told:
		case !f.untold[o.Resource.ARN]:
			t.Faults = append(t.Faults, o.Resource.ARN+" is not of this world")
			continue
		case o.Verdict.State == estate.Idle && o.Verdict.Confidence == estate.High:
			t.fault(s, "idle at high, though nobody can tell: %s: %s", o.Resource.ARN, o.Verdict.Why)
			continue
		default:
			t.Untold++
			continue
		}
		if len(o.Resource.Meters) == 1 && o.Resource.Meters[0].Free != "" && !o.Resource.Meters[0].Elsewhere {
			continue
		}
		limit := time.Duration(s.IdleFor[o.Resource.Kind])
		t.verdict(s, o.Resource.ARN, limit, life, o.Verdict, f.lag)
		for _, p := range o.Verdict.Parts {
			if part, ok := f.truth[o.Resource.ARN+"#"+p.Part]; ok {
				t.verdict(s, o.Resource.ARN+"#"+p.Part, limit, part, p.Verdict, f.lag)
			}
		}
	}
}

func (t *Tally) verdict(s *estate.Snapshot, name string, limit time.Duration, life world.Life, v estate.Verdict, lag time.Duration) {
	t.Verdicts++
	lastUse := func(at time.Time) time.Time {
		if life.Use != nil {
			if last, ok := life.Use.Last(at); ok && last.After(life.Created) {
				return last
			}
		}
		return life.Created
	}
	used := lastUse(s.At)
	idle := s.At.Sub(used)
	if idle >= 2*limit {
		t.Idle++
		switch v.State {
		case estate.Active:
			t.Missed++
		case estate.Unknown:
			t.Unjudged++
		}
	}
	if v.State != estate.Idle {
		return
	}
	if seen := s.At.Add(-lag); idle < lag && seen.Sub(lastUse(seen)) >= limit-lag {
		t.Unseen++
		return
	}
	if idle < limit {
		t.False[v.Confidence]++
		if v.Confidence == estate.High {
			t.fault(s, "idle at high, but used %v before: %s: %s", idle, name, v.Why)
		}
		return
	}
	t.Right[v.Confidence]++
	if v.Confidence != estate.High {
		return
	}
	if v.Since.Before(used.Add(-time.Second)) {
		t.Early++
		t.fault(s, "idle since %v, but used at %v: %s", v.Since, used, name)
	}
	if limit > 24*time.Hour && life.Use != nil && life.Use.Count(s.At, s.At.Add(14*24*time.Hour)) > 0 {
		t.Returned++
	}
}

func (t *Tally) fault(s *estate.Snapshot, format string, args ...any) {
	t.Faults = append(t.Faults, s.At.Format(time.RFC3339)+": "+fmt.Sprintf(format, args...))
}

// add joins two tallies.
func (t *Tally) add(o Tally) {
	if t.Right == nil {
		t.Right, t.False = map[estate.Confidence]int{}, map[estate.Confidence]int{}
	}
	for c, n := range o.Right {
		t.Right[c] += n
	}
	for c, n := range o.False {
		t.False[c] += n
	}
	t.Untold, t.Unseen = t.Untold+o.Untold, t.Unseen+o.Unseen
	t.Verdicts, t.Early, t.Returned, t.Missed, t.Unjudged, t.Idle = t.Verdicts+o.Verdicts, t.Early+o.Early, t.Returned+o.Returned, t.Missed+o.Missed, t.Unjudged+o.Unjudged, t.Idle+o.Idle
	t.Faults = append(t.Faults, o.Faults...)
}

// String is the tally as a table.
func (t Tally) String() string {
	var b bytes.Buffer
	row := func(label string, n int) { fmt.Fprintf(&b, "%-62s %9d\n", label, n) }
	row("verdicts", t.Verdicts)
	row("more, on what nobody can tell the use of", t.Untold)
	for _, c := range []estate.Confidence{estate.High, estate.Medium, estate.Low} {
		row("idle at "+string(c)+", and idle it was", t.Right[c])
		row("idle at "+string(c)+", but used within the limit", t.False[c])
	}
	row("idle, but used again since the newest evidence was written", t.Unseen)
	row("idle at high, with idleness that begins before the last use", t.Early)
	row("endpoints idle at high that were called again within 14 days", t.Returned)
	row("idle for twice the limit or longer", t.Idle)
	row("  of these, called active (missed)", t.Missed)
	row("  of these, called unknown", t.Unjudged)
	return b.String()
}
