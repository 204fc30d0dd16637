package stops

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/notify"
	"github.com/sagewarden/sagewarden/internal/policy"
	"github.com/sagewarden/sagewarden/internal/pricing"
	"github.com/sagewarden/sagewarden/internal/pulse"
	"github.com/sagewarden/sagewarden/internal/remediate"
	"github.com/sagewarden/sagewarden/internal/scan"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
	"github.com/sagewarden/sagewarden/policies"
)

// A stage is an organization that lives on, with Sagewarden at work in it.
type stage struct {
	*cast
	*adversary
	tally    *tally
	server   *wire.Server
	sessions []*cloud.Session
	ledger   *ledger.Ledger
	set      *policy.Set
	office   *notify.Office
	options  scan.Options
	memory   *pulse.Memory
	// snap is what the last scan saw.
	snap *estate.Snapshot
	// step is what is being carried out; nil while nothing is.
	step *attempt
	// looking says that a look is under way, whose calls are made side by side: it takes its time as a whole.
	looking bool

	mu sync.Mutex
	at time.Time
}

// newStage puts a world on the wire from an instant on.
func newStage(ctx context.Context, w *world.World, from time.Time, chance *rand.Rand) (s *stage, err error) {
	s = &stage{cast: newCast(w), adversary: &adversary{chance}, tally: newTally(from), at: from, memory: pulse.NewMemory()}
	if s.server, err = wire.New(wire.Options{World: w, Now: s.now, Writable: true}); err != nil {
		return nil, err
	}
	var packs []string
	for _, name := range policies.Names() {
		packs = append(packs, policy.PackPrefix+name)
	}
	if s.set, err = policy.Load(ctx, packs...); err != nil {
		return nil, err
	}
	if s.ledger, err = ledger.Open(ctx, "memory:", ledger.Environment{Now: s.now}); err != nil {
		return nil, err
	}
	templates, err := notify.ReadTemplates("")
	if err != nil {
		return nil, err
	}
	if s.office, err = notify.NewOffice(config.Notify{Channels: map[string]config.Channel{"chat": {Console: &struct{}{}}}, Default: []string{"chat"},
		Groups: map[string]config.Group{"ops": {}}, Fallback: "ops"}, templates); err != nil {
		return nil, err
	}
	return s, s.open(ctx)
}

// open opens every account in every region.
func (s *stage) open(ctx context.Context) error {
	for _, a := range s.world.Accounts {
		c := cloud.New(cloud.Options{Limits: cloud.NoLimits(), HTTPClient: s, MaxBackoff: time.Nanosecond, Now: s.now,
			Load: func(context.Context, ...func(*awsconfig.LoadOptions) error) (aws.Config, error) {
				return aws.Config{Region: a.Regions[0].Name, BaseEndpoint: aws.String("http://simulated"), HTTPClient: s,
					Credentials: credentials.NewStaticCredentialsProvider(a.Signers()[0].AccessKeyID, "simulated", "")}, nil
			}})
		var regions []string
		for _, r := range a.Regions {
			regions = append(regions, r.Name)
		}
		opened, err := c.Open(ctx, "", regions)
		if err != nil {
			return err
		}
		s.sessions = append(s.sessions, opened...)
	}
	book, err := pricing.Open(pricing.Options{Now: s.now, Client: func() (pricing.Client, bool) { return s.sessions[0].Pricing() }})
	s.options = scan.Options{Kinds: taken(s.set), Prices: book, Owners: scan.Owners{Tags: []string{"owner"}}}
	return err
}

// taken are the families of which a policy takes something away: of all others, people are told at most.
func taken(set *policy.Set) (all []kinds.Kind) {
	for _, k := range kinds.All() {
		if slices.ContainsFunc(set.Policies, func(p *policy.Policy) bool {
			return slices.Contains(p.Kinds, k.Family().Name) && slices.ContainsFunc(p.Steps, policy.Step.Takes)
		}) {
			all = append(all, k)
		}
	}
	return all
}

func (s *stage) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// until lets it become an instant, unless that is over.
func (s *stage) until(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = world.Later(s.at, at)
}

func (s *stage) pass(d time.Duration) { s.until(s.now().Add(d)) }

// Do carries a request to the server's handler: the whole of the wire but the socket. While a step is carried out, calls take their time, and
// the adversary has a hand in them.
func (s *stage) Do(r *http.Request) (*http.Response, error) {
	body := []byte{}
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "SageMaker.")
	ends := slices.Contains(endings, operation)
	if s.step != nil && !s.looking {
		s.pass(callTakes)
	}
	if ends && s.refuses(s.step, s.now()) {
		s.pass(s.step.backoff())
		return throttled(s.now()), nil
	}
	in := r.Clone(r.Context())
	in.Body, in.RequestURI = io.NopCloser(bytes.NewReader(body)), r.URL.RequestURI()
	out := httptest.NewRecorder()
	s.server.ServeHTTP(out, in)
	if ends && out.Code == http.StatusOK {
		if err := s.stopped(r.Context()); err != nil {
			return nil, err
		}
	}
	return out.Result(), nil
}

// endings are the calls by which something stops running for good.
var endings = []string{"DeleteApp", "StopNotebookInstance", "DeleteEndpoint"}

// throttled is how AWS refuses for load.
func throttled(at time.Time) *http.Response {
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("Date", at.UTC().Format(http.TimeFormat))
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.WriteString(`{"__type":"ThrottlingException","message":"Rate exceeded"}`)
	return w.Result()
}

// hear opens the place where agents report.
func (s *stage) hear(ctx context.Context) ([]*pulse.Reader, error) {
	return []*pulse.Reader{pulse.Open(ctx, s.sessions[0], s.source, s.memory)}, nil
}

// scan looks at everything that a policy may take away.
func (s *stage) scan(ctx context.Context) (*estate.Snapshot, error) {
	o := s.options
	var err error
	if o.Heartbeats, err = s.hear(ctx); err != nil {
		return nil, err
	}
	if s.snap, err = scan.Run(ctx, s.sessions, o); err != nil {
		return nil, err
	}
	if holes := s.snap.Holes(); len(holes) > 0 {
		return nil, fmt.Errorf("at %s: %+v", s.snap.At, holes)
	}
	return s.snap, nil
}

func (s *stage) engine() *remediate.Engine {
	guard := remediate.Guard{Enforce: true, Limits: remediate.DefaultLimits}
	for _, a := range s.world.Accounts {
		guard.Accounts = append(guard.Accounts, a.ID)
	}
	return &remediate.Engine{Ledger: s.ledger, Set: s.set, Guard: guard, Now: s.now, Site: s.site}
}

func (s *stage) site(t estate.Target) (remediate.Site, error) {
	for _, session := range s.sessions {
		if session.Target().Key() == t.Key() {
			return site{remediate.Place{Session: session, Options: s.options, Hear: s.hear}, s}, nil
		}
	}
	return nil, fmt.Errorf("no session for %s", t)
}

// A site is a place whose last looks the adversary waits for.
type site struct {
	remediate.Place
	stage *stage
}

// Look takes its time: what is used meanwhile is not seen.
func (p site) Look(ctx context.Context, of ledger.Subject) (*estate.Snapshot, error) {
	if err := p.stage.look(ctx, of.ARN); err != nil {
		return nil, err
	}
	p.stage.looking = true
	snap, err := p.Place.Look(ctx, of)
	p.stage.looking = false
	p.stage.pass(lookTakes)
	return snap, err
}

// How long calls and looks take.
const (
	callTakes = 300 * time.Millisecond
	lookTakes = 4 * time.Second
	scanTakes = 40 * time.Second
)
