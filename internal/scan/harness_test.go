package scan_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/pricing"
	"github.com/sagewarden/sagewarden/internal/pulse"
	"github.com/sagewarden/sagewarden/internal/scan"
	"github.com/sagewarden/sagewarden/internal/simulate/prices"
	"github.com/sagewarden/sagewarden/internal/simulate/resend"
	"github.com/sagewarden/sagewarden/internal/simulate/shelf"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

const (
	account = "111111111111"
	east    = "us-east-1"
	west    = "us-west-2"
	day     = 24 * time.Hour
	group   = "/aws/sagemaker/studio"
)

var at = time.Date(2026, 3, 2, 15, 7, 30, 0, time.UTC)

func ago(d time.Duration) time.Time { return at.Add(-d) }

// A lab is a world of one account, to be filled by a test.
type lab struct {
	*world.World
	east, west *world.Region
	server     *wire.Server
	limits     scan.Limits
	domain     string
	// kinds are those scanned: Studio apps and hosting unless a test says otherwise, nil for all.
	kinds     []kinds.Kind
	owners    scan.Owners
	only      string
	inventory bool
	packed    bool
	// attempts of a call; zero means as many as usual.
	attempts int
	// rewrite changes SageMaker's answers on their way.
	rewrite answers
	// shelf is where agents report, where a test has them do so, and source how a scan finds it.
	shelf  *shelf.Shelf
	source pulse.Source
	// seen is the file that keeps which heartbeats were seen from one scan to the next, empty for none.
	seen string
	// called is told of every call, where it is set.
	called atomic.Pointer[func(wire.Call)]
}

// ownerTags are the keys that name an owner.
var ownerTags = []string{"owner", "team", "contact", "created-by"}

func newLab() *lab {
	l := &lab{owners: scan.Owners{Tags: ownerTags}, east: &world.Region{Name: east}, west: &world.Region{Name: west}, kinds: named("studio-app", "endpoint", "inference-component")}
	l.World = &world.World{At: at, Prices: prices.List([]string{east, west}),
		Accounts: []*world.Account{{ID: account, Name: "lab", Regions: []*world.Region{l.east, l.west}}}}
	return l
}

// named are the families of the names.
func named(names ...estate.Kind) (ks []kinds.Kind) {
	for _, n := range names {
		k, err := kinds.Get(n)
		if err != nil {
			panic(err)
		}
		ks = append(ks, k)
	}
	return ks
}

// sessions serves the world on loopback and opens it with the real SDK.
func (l *lab) sessions(t testing.TB, regions ...string) []*cloud.Session {
	t.Helper()
	if len(regions) == 0 {
		regions = []string{east}
	}
	var err error
	if l.server, err = wire.New(wire.Options{World: l.World, OnCall: func(c wire.Call) {
		if f := l.called.Load(); f != nil {
			(*f)(c)
		}
	}}); err != nil {
		t.Fatal(err)
	}
	var handler http.Handler = l.server
	if l.rewrite != nil {
		handler = l.rewrite.between(handler)
	}
	if l.shelf != nil {
		handler = l.shelf.In(handler)
	}
	srv := httptest.NewServer(resend.Lost(handler))
	t.Cleanup(srv.Close)
	c := cloud.New(cloud.Options{MaxAttempts: l.attempts, MaxBackoff: time.Millisecond, Limits: cloud.NoLimits(),
		Load: func(context.Context, ...func(*config.LoadOptions) error) (aws.Config, error) {
			return aws.Config{Region: east, BaseEndpoint: &srv.URL,
				Credentials: credentials.NewStaticCredentialsProvider("AKIASIM"+account, "simulated", "")}, nil
		}})
	sessions, err := c.Open(t.Context(), "", regions)
	if err != nil {
		t.Fatal(err)
	}
	return sessions
}

// scan serves the world and scans it.
func (l *lab) scan(t testing.TB, regions ...string) *estate.Snapshot {
	t.Helper()
	sessions := l.sessions(t, regions...)
	book, err := pricing.Open(pricing.Options{Now: func() time.Time { return at },
		Client: func() (pricing.Client, bool) { return sessions[0].Pricing() }})
	if err != nil {
		t.Fatal(err)
	}
	var readers []*pulse.Reader
	if l.shelf != nil {
		memory := pulse.NewMemory()
		if l.seen != "" {
			if memory, err = pulse.OpenMemory(l.seen); err != nil {
				t.Fatal(err)
			}
		}
		defer func() {
			if err := memory.Commit(); err != nil {
				t.Error(err)
			}
		}()
		readers = append(readers, pulse.Open(t.Context(), sessions[0], l.source, memory))
	}
	snap, err := scan.Run(t.Context(), sessions, scan.Options{Heartbeats: readers, Kinds: l.kinds, Owners: l.owners, Only: l.only, Limits: l.limits, Prices: book, Domain: l.domain, Inventory: l.inventory, Packed: l.packed})
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

// verdicts are by resource name.
func verdicts(s *estate.Snapshot) map[string]estate.Verdict {
	out := map[string]estate.Verdict{}
	for _, o := range s.Observations {
		out[o.Resource.Name] = o.Verdict
	}
	return out
}

// observed is the one resource of the name.
func observed(t testing.TB, s *estate.Snapshot, name string) *estate.Observation {
	t.Helper()
	var found []*estate.Observation
	for _, o := range s.Observations {
		if o.Resource.Name == name {
			found = append(found, o)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d resources are named %q among %v", len(found), name, verdicts(s))
	}
	return found[0]
}

// expect fails unless the resource's verdict is the state by the rule. An empty rule is any.
func expect(t testing.TB, s *estate.Snapshot, name string, state estate.State, rule string) *estate.Observation {
	t.Helper()
	o := observed(t, s, name)
	if v := o.Verdict; v.State != state || rule != "" && v.Rule != rule {
		t.Errorf("%s is %s by %s (%s), want %s by %s; signals: %+v", name, v.State, v.Rule, v.Why, state, rule, o.Signals)
	}
	return o
}

func expectWhole(t testing.TB, s *estate.Snapshot) {
	t.Helper()
	if h := s.Holes(); len(h) > 0 {
		t.Errorf("coverage has holes: %+v", h)
	}
}

// studio adds a domain to the region.
func studio(r *world.Region, id string) *world.Domain {
	d := &world.Domain{ID: id, Name: id, AuthMode: "IAM", Life: world.Life{Created: ago(300 * day)}}
	r.Domains = append(r.Domains, d)
	return d
}

// person adds a user profile.
func person(d *world.Domain, name string) {
	d.Users = append(d.Users, &world.User{Name: name, Life: world.Life{Created: ago(300 * day)}})
}

// kernel adds a KernelGateway app whose log stream ends at the age; a negative age leaves the stream out.
func kernel(r *world.Region, d *world.Domain, user, name string, silent time.Duration) *world.App {
	a := &world.App{User: user, Type: "KernelGateway", Name: name, InstanceType: "ml.t3.medium", Status: "InService", Life: world.Life{Created: ago(20 * day)}}
	d.Apps = append(d.Apps, a)
	if silent >= 0 {
		logs(r, d.ID+"/"+user+"/KernelGateway/"+name, silent)
	}
	return a
}

// logs adds a stream of the Studio log group with events at the ages.
func logs(r *world.Region, stream string, ages ...time.Duration) {
	var events world.Activity
	if len(ages) > 0 {
		var ts []time.Time
		for _, a := range ages {
			ts = append(ts, ago(a))
		}
		events = world.NewInstants(ts...)
	}
	r.Streams = append(r.Streams, &world.Stream{Group: group, Name: stream, Created: ago(20 * day), Events: events})
}

// heartbeat adds the heartbeat of an app: last used at the age, published every minute until the second age.
func heartbeat(r *world.Region, d *world.Domain, a *world.App, used, stopped time.Duration) {
	dims := map[string]string{"DomainId": d.ID, "AppType": a.Type, "AppName": a.Name}
	if a.Space != "" {
		dims["SpaceName"] = a.Space
	} else {
		dims["UserProfileName"] = a.User
	}
	var to time.Time
	if stopped > 0 {
		to = ago(stopped)
	}
	r.Metrics = append(r.Metrics, &world.Metric{Namespace: "Sagewarden/Studio", Name: "SecondsSinceLastUse", Dimensions: dims,
		Pattern: world.Elapsed{Of: world.NewSessions(world.Interval{From: ago(used + time.Hour), To: ago(used)}), From: ago(15 * day), To: to}})
}

// An endpointShape is an endpoint to be, in the terms of a test.
type endpointShape struct {
	name     string
	age      time.Duration // 90 days if zero
	modified time.Duration // the age if zero
	status   string        // InService if empty
	variants []world.Variant
	shadow   []world.Variant
	async    bool
	// calls are the activities of the variants by name; a missing one is never called.
	calls map[string]world.Activity
	// dark publishes no CPU.
	dark bool
}

func host(name string) world.Variant {
	return world.Variant{Name: name, Model: "m-" + name, InstanceType: "ml.g5.xlarge", Count: 1}
}

// add puts the endpoint with its configuration and metrics into the region.
func (e endpointShape) add(r *world.Region) *world.Endpoint {
	if e.age == 0 {
		e.age = 90 * day
	}
	if e.modified == 0 {
		e.modified = e.age
	}
	if e.status == "" {
		e.status = "InService"
	}
	if e.variants == nil {
		e.variants = []world.Variant{host("main")}
	}
	life := world.Life{Created: ago(e.age), Modified: ago(e.modified)}
	r.Configs = append(r.Configs, &world.EndpointConfig{Name: e.name + "-config", Variants: e.variants, Shadow: e.shadow, Async: e.async, Life: life})
	ep := &world.Endpoint{Name: e.name, Config: e.name + "-config", Status: e.status, Variants: e.variants, Shadow: e.shadow, Async: e.async, Life: life}
	r.Endpoints = append(r.Endpoints, ep)
	for _, v := range append(append([]world.Variant{}, e.variants...), e.shadow...) {
		if v.Model != "" && !slices.ContainsFunc(r.Models, func(m *world.Model) bool { return m.Name == v.Model }) {
			r.Models = append(r.Models, &world.Model{Name: v.Model, Containers: []string{"main"}, Life: life})
		}
		dims := map[string]string{"EndpointName": e.name, "VariantName": v.Name}
		if !e.dark && v.MemoryMB == 0 && v.Count > 0 {
			r.Metrics = append(r.Metrics, &world.Metric{Namespace: "/aws/sagemaker/Endpoints", Name: "CPUUtilization", Dimensions: dims, Unit: "Percent",
				Pattern: world.Gauge{From: ago(e.age), Value: 1.5, Each: int(v.Count)}})
		}
		if calls := e.calls[v.Name]; calls != nil {
			r.Metrics = append(r.Metrics, &world.Metric{Namespace: "AWS/SageMaker", Name: "Invocations", Dimensions: dims, Pattern: world.Samples{Of: calls, Value: 1}})
		}
	}
	return ep
}

// called is an activity with calls at the ages.
func called(ages ...time.Duration) map[string]world.Activity {
	return map[string]world.Activity{"main": times(ages...)}
}

func times(ages ...time.Duration) world.Activity {
	var ts []time.Time
	for _, a := range ages {
		ts = append(ts, ago(a))
	}
	return world.NewInstants(ts...)
}

func name(prefix string, i int) string { return fmt.Sprintf("%s-%03d", prefix, i) }
