package backtest_test

import (
	"context"
	"iter"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/sagewarden/sagewarden/internal/backtest"
	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
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

var present = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)

// A past is a world whose clock a test sets.
type past struct {
	*testing.T
	region *world.Region
	url    string

	mu sync.Mutex
	at time.Time
}

func (p *past) now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at
}

func (p *past) set(at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = at
}

func newPast(t *testing.T) *past {
	p := &past{T: t, at: present, region: &world.Region{Name: region}}
	p.region.Domains = []*world.Domain{{ID: "d-one", Name: "one", AuthMode: "IAM", Life: world.Life{Created: present.Add(-300 * day)},
		Users: []*world.User{{Name: "ana", Life: world.Life{Created: present.Add(-300 * day)}}}}}
	return p
}

// app adds an app with the heartbeat of an agent, which was used in those intervals.
func (p *past) app(name string, uses ...world.Interval) {
	d := p.region.Domains[0]
	a := &world.App{User: "ana", Type: "JupyterLab", Name: name, InstanceType: "ml.t3.medium", Status: "InService",
		Life: world.Life{Created: present.Add(-100 * day), Use: world.NewSessions(uses...)}}
	d.Apps = append(d.Apps, a)
	p.region.Metrics = append(p.region.Metrics, &world.Metric{Namespace: world.HeartbeatNamespace, Name: world.HeartbeatMetric,
		Dimensions: map[string]string{"DomainId": d.ID, "AppType": a.Type, "AppName": a.Name, "UserProfileName": a.User},
		Pattern:    world.Elapsed{Of: world.NewSessions(uses...), From: present.Add(-99 * day)}})
}

// endpoint adds an endpoint that was called in those intervals.
func (p *past) endpoint(name string, uses ...world.Interval) {
	variants := []world.Variant{{Name: "main", Model: name, InstanceType: "ml.m5.large", Count: 1}}
	e := &world.Endpoint{Life: world.Life{Created: present.Add(-200 * day)}, Name: name, Config: name, Status: "InService", Variants: variants}
	p.region.Models = append(p.region.Models, &world.Model{Life: e.Life, Name: name, Containers: []string{"main"}})
	p.region.Configs = append(p.region.Configs, &world.EndpointConfig{Life: e.Life, Name: name, Variants: variants})
	p.region.Endpoints = append(p.region.Endpoints, e)
	p.region.Metrics = append(p.region.Metrics, e.VariantMetrics(variants[0], world.Calls{Of: world.NewSessions(uses...)})...)
}

// sessions opens the world as it is at the instant of its clock.
func (p *past) sessions() []*cloud.Session {
	p.Helper()
	if p.url == "" {
		w := &world.World{At: present, MetricLag: kinds.PublishingDelay, Prices: prices.List([]string{region}), Accounts: []*world.Account{{ID: account, Name: "lab", Regions: []*world.Region{p.region}}}}
		server, err := wire.New(wire.Options{World: w, Now: p.now})
		if err != nil {
			p.Fatal(err)
		}
		srv := httptest.NewServer(resend.Lost(server))
		p.Cleanup(srv.Close)
		p.url = srv.URL
	}
	c := cloud.New(cloud.Options{MaxBackoff: time.Millisecond, Limits: cloud.NoLimits(),
		Load: func(context.Context, ...func(*awsconfig.LoadOptions) error) (aws.Config, error) {
			return aws.Config{Region: region, BaseEndpoint: &p.url, Credentials: credentials.NewStaticCredentialsProvider("AKIASIM"+account, "simulated", "")}, nil
		}})
	sessions, err := c.Open(p.Context(), "", []string{region})
	if err != nil {
		p.Fatal(err)
	}
	return sessions
}

func (p *past) options(s []*cloud.Session) scan.Options {
	p.Helper()
	book, err := pricing.Open(pricing.Options{Now: p.now, Client: func() (pricing.Client, bool) { return s[0].Pricing() }})
	if err != nil {
		p.Fatal(err)
	}
	o := scan.Options{Prices: book}
	for _, name := range []estate.Kind{"studio-app", "endpoint"} {
		k, err := kinds.Get(name)
		if err != nil {
			p.Fatal(err)
		}
		o.Kinds = append(o.Kinds, k)
	}
	return o
}

func (p *past) record(back time.Duration) *scan.Recording {
	p.Helper()
	s := p.sessions()
	r, err := scan.Record(p.Context(), s, p.options(s), back, nil)
	if err != nil {
		p.Fatal(err)
	}
	return r
}

// replayed are the hours of a recording.
func (p *past) replayed(r *scan.Recording) iter.Seq2[backtest.Frame, error] {
	return func(yield func(backtest.Frame, error) bool) {
		for at := r.From; !at.After(r.Now.At); at = at.Add(time.Hour) {
			snap, err := r.At(at)
			if !yield(backtest.Frame{Snapshot: snap, Hindsight: r.Judge}, err) {
				return
			}
		}
	}
}

// options are those of a policy text.
func options(t *testing.T, text string) backtest.Options {
	t.Helper()
	set, err := policy.Parse("test.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	return backtest.Options{Set: set, Guard: remediate.Guard{Limits: policy.Limits{}}, Within: 6 * time.Hour}
}

func run(t *testing.T, frames iter.Seq2[backtest.Frame, error], o backtest.Options) *backtest.Report {
	t.Helper()
	r, err := backtest.Run(frames, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
