package remediate_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/notify"
	"github.com/sagewarden/sagewarden/internal/policy"
	"github.com/sagewarden/sagewarden/internal/pricing"
	"github.com/sagewarden/sagewarden/internal/remediate"
	"github.com/sagewarden/sagewarden/internal/scan"
	"github.com/sagewarden/sagewarden/internal/simulate/prices"
	"github.com/sagewarden/sagewarden/internal/simulate/resend"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

const (
	account = "111111111111"
	region  = "eu-west-1"
	day     = 24 * time.Hour
)

var began = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)

// The ARNs of who runs the engine, and of somebody else.
const (
	me = "arn:aws:iam::111111111111:user/me"
	bo = "arn:aws:iam::111111111111:user/bo"
)

// A stage is a world that can be changed, with everything that acts on it.
type stage struct {
	*testing.T
	world  *world.World
	region *world.Region
	server *wire.Server
	url    string
	// between stands between the callers and the server, where a test has it do so.
	between func(http.Handler) http.Handler
	ledger  *ledger.Ledger
	set     *policy.Set
	guard   remediate.Guard
	notify  config.Notify
	// channel is where notices go; down is what it says instead of taking them.
	channel channel
	session *cloud.Session
	kinds   []kinds.Kind
	// fault is what goes wrong; nothing does until fail names an operation.
	fault *world.Fault

	mu sync.Mutex
	at time.Time
}

// A channel keeps what it is sent.
type channel struct {
	mu   sync.Mutex
	sent []notify.Message
	down error
}

func (c *channel) Send(_ context.Context, m notify.Message) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down != nil {
		return c.down
	}
	c.sent = append(c.sent, m)
	return nil
}

func (s *stage) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// pass lets time go by.
func (s *stage) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = s.at.Add(d)
}

// newStage serves a world of one domain with one app, which ana's kernel used until two hours before the beginning, and a policy for it.
func newStage(t *testing.T, text string) *stage {
	t.Helper()
	s := &stage{T: t, at: began, region: &world.Region{Name: region}, fault: &world.Fault{Operation: "nothing:Yet"}}
	s.world = &world.World{At: began, Prices: prices.List([]string{region}), Accounts: []*world.Account{{ID: account, Name: "lab", Regions: []*world.Region{s.region}}}}
	s.world.Faults = []*world.Fault{s.fault}
	s.set = s.policies(text)
	s.guard = remediate.Guard{Enforce: true, Accounts: []string{account}, Limits: remediate.DefaultLimits}
	s.notify = config.Notify{Channels: map[string]config.Channel{"chat": {Console: &struct{}{}}}, Default: []string{"chat"},
		People: map[string]config.Person{"ana": {Owns: []string{"ana"}}}}
	var err error
	if s.ledger, err = ledger.Open(t.Context(), "memory:", ledger.Environment{Now: s.now}); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *stage) policies(text string) *policy.Set {
	s.Helper()
	set, err := policy.Parse("test.yaml", text)
	if err != nil {
		s.Fatal(err)
	}
	return set
}

// open opens the account with the clock that it has now: a session takes AWS's when it is opened.
func (s *stage) open() {
	s.Helper()
	if s.server == nil {
		s.serve()
	}
	c := cloud.New(cloud.Options{MaxBackoff: time.Millisecond, Limits: cloud.NoLimits(),
		Load: func(context.Context, ...func(*awsconfig.LoadOptions) error) (aws.Config, error) {
			return aws.Config{Region: region, BaseEndpoint: &s.url, Credentials: credentials.NewStaticCredentialsProvider("AKIASIM"+account, "simulated", "")}, nil
		}})
	sessions, err := c.Open(s.Context(), "", []string{region})
	if err != nil {
		s.Fatal(err)
	}
	s.session = sessions[0]
}

func (s *stage) serve() {
	s.Helper()
	var err error
	if s.server, err = wire.New(wire.Options{World: s.world, Now: s.now, Writable: true}); err != nil {
		s.Fatal(err)
	}
	var handler http.Handler = s.server
	if s.between != nil {
		handler = s.between(handler)
	}
	srv := httptest.NewServer(resend.Lost(handler))
	s.Cleanup(srv.Close)
	s.url = srv.URL
	for _, name := range []estate.Kind{"studio-app", "notebook-instance", "endpoint", "inference-component"} {
		k, err := kinds.Get(name)
		if err != nil {
			s.Fatal(err)
		}
		s.kinds = append(s.kinds, k)
	}
}

func (s *stage) options() scan.Options {
	s.Helper()
	book, err := pricing.Open(pricing.Options{Now: s.now, Client: func() (pricing.Client, bool) { return s.session.Pricing() }})
	if err != nil {
		s.Fatal(err)
	}
	return scan.Options{Kinds: s.kinds, Prices: book, Owners: scan.Owners{Tags: []string{"owner"}}}
}

// engine is one that acts on the stage.
func (s *stage) engine() *remediate.Engine {
	s.open()
	return &remediate.Engine{
		Ledger: s.ledger, Set: s.set, Guard: s.guard, Now: s.now,
		Site: func(t estate.Target) (remediate.Site, error) {
			if t.Account != account || t.Region != region {
				return nil, fmt.Errorf("no session for %s", t)
			}
			return remediate.Place{Session: s.session, Options: s.options()}, nil
		},
		Pause: func(context.Context) bool { s.pass(time.Minute); return true },
	}
}

func (s *stage) scan() *estate.Snapshot {
	s.Helper()
	s.open()
	snap, err := scan.Run(s.Context(), []*cloud.Session{s.session}, s.options())
	if err != nil {
		s.Fatal(err)
	}
	return snap
}

// plan scans and writes down what comes of it.
func (s *stage) plan(e *remediate.Engine) *remediate.Plan {
	s.Helper()
	p, err := e.Plan(s.Context(), s.scan(), me)
	if err != nil {
		s.Fatal(err)
	}
	return p
}

func (s *stage) announce(e *remediate.Engine, p *remediate.Plan) *remediate.Announced {
	s.Helper()
	ts, err := notify.ReadTemplates("")
	if err != nil {
		s.Fatal(err)
	}
	office, err := notify.NewOffice(s.notify, ts)
	if err != nil {
		s.Fatal(err)
	}
	a, err := e.Announce(s.Context(), p, office, &notify.Post{Ledger: s.ledger, Channels: map[string]notify.Channel{"chat": &s.channel}, Directory: office.Directory(),
		Jitter: func() float64 { return 0 }, By: me})
	if err != nil {
		s.Fatal(err)
	}
	return a
}

// run does everything once, as serve does.
func (s *stage) run() (*remediate.Plan, *remediate.Announced, []remediate.Result) {
	s.Helper()
	e := s.engine()
	if _, err := e.Settle(s.Context()); err != nil {
		s.Fatal(err)
	}
	p := s.plan(e)
	return p, s.announce(e, p), e.Apply(s.Context(), p.Due())
}

// app adds an app of ana's with the heartbeat of an agent: its uses are those intervals, and nothing is between them.
func (s *stage) app(name string, uses ...world.Interval) *world.App {
	if len(s.region.Domains) == 0 {
		d := &world.Domain{ID: "d-one", Name: "one", AuthMode: "IAM", Life: world.Life{Created: began.Add(-300 * day)}}
		d.Users = append(d.Users, &world.User{Name: "ana", Life: world.Life{Created: began.Add(-300 * day)}})
		s.region.Domains = append(s.region.Domains, d)
	}
	d := s.region.Domains[0]
	a := &world.App{User: "ana", Type: "KernelGateway", Name: name, InstanceType: "ml.t3.medium", Status: "InService",
		Life: world.Life{Created: began.Add(-20 * day), Use: world.NewSessions(uses...)}}
	d.Apps = append(d.Apps, a)
	s.region.Metrics = append(s.region.Metrics, &world.Metric{Namespace: "Sagewarden/Studio", Name: "SecondsSinceLastUse",
		Dimensions: map[string]string{"DomainId": d.ID, "AppType": a.Type, "AppName": a.Name, "UserProfileName": a.User},
		Pattern:    world.Elapsed{Of: world.NewSessions(uses...), From: began.Add(-19 * day)}})
	return a
}

// notebook adds a notebook instance with the heartbeat of an agent, as app does.
func (s *stage) notebook(name string, uses ...world.Interval) *world.Record {
	r := &world.Record{Life: world.Life{Created: began.Add(-20 * day), Use: world.NewSessions(uses...)}, Family: world.NotebookInstance, Name: name,
		Output: &sagemaker.DescribeNotebookInstanceOutput{InstanceType: types.InstanceTypeMlT3Medium, VolumeSizeInGB: aws.Int32(5),
			RoleArn: aws.String("arn:aws:iam::" + account + ":role/notebooks"), PlatformIdentifier: aws.String("notebook-al2023-v1")}}
	s.region.Records = append(s.region.Records, r)
	s.region.Metrics = append(s.region.Metrics, &world.Metric{Namespace: world.HeartbeatNamespace, Name: world.HeartbeatMetric,
		Dimensions: map[string]string{"NotebookInstanceName": name}, Pattern: world.Elapsed{Of: r.Use, From: began.Add(-19 * day)}})
	return r
}

// endpoint adds one that nobody ever called.
func (s *stage) endpoint(name string) *world.Endpoint {
	variants := []world.Variant{{Name: "main", Model: name, InstanceType: "ml.m5.large", Count: 1}}
	e := &world.Endpoint{Life: world.Life{Created: began.Add(-200 * day)}, Name: name, Config: name, Status: "InService", Variants: variants}
	s.region.Models = append(s.region.Models, &world.Model{Life: e.Life, Name: name, Containers: []string{"main"}})
	s.region.Configs = append(s.region.Configs, &world.EndpointConfig{Life: e.Life, Name: name, Variants: variants})
	s.region.Endpoints = append(s.region.Endpoints, e)
	s.region.Metrics = append(s.region.Metrics, e.VariantMetrics(variants[0], world.Calls{Of: world.Never{}})...)
	return e
}

// used is an interval from one time before the beginning to another.
func used(from, to time.Duration) world.Interval {
	return world.Interval{From: began.Add(-from), To: began.Add(-to)}
}

// mutations are the calls that changed something, as operation and the last part of the name.
func (s *stage) mutations() (all []string) {
	for _, m := range s.server.Mutations() {
		all = append(all, m.Operation+" "+m.Resource[strings.LastIndexByte(m.Resource, '/')+1:])
	}
	return all
}

// falseStops are the changes that stopped something in use.
func (s *stage) falseStops() (n int) {
	for _, m := range s.server.Mutations() {
		if m.InUse {
			n++
		}
	}
	return n
}
