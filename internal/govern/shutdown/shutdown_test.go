package shutdown_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/shutdown"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

var (
	at     = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	made   = at.Add(-24 * time.Hour)
	target = estate.Target{Partition: "aws", Account: "111111111111", Region: "eu-west-1"}
)

// app is one of ana's, unless the options say otherwise.
func app(name string, options ...func(*estate.Resource)) *estate.Observation {
	r := estate.Resource{Kind: shutdown.KindApp, Target: target, ARN: target.SageMakerARN("app/d-1/ana/kernelgateway/" + name), Status: "InService", Created: made, Domain: "d-1", User: "ana",
		Attributes: map[string]string{"appName": name, "appType": "KernelGateway"},
		Meters:     []estate.Meter{{InstanceType: "ml.t3.medium", Count: 1, Rate: estate.Rate{Known: true, Hourly: decimal.RequireFromString("0.05")}}}}
	for _, o := range options {
		o(&r)
	}
	return &estate.Observation{Resource: r, Verdict: estate.Verdict{State: estate.Idle}}
}

// judged gives an app another verdict.
func judged(o *estate.Observation, s estate.State) *estate.Observation {
	o.Verdict.State = s
	return o
}

func snapshot(all ...*estate.Observation) *estate.Snapshot {
	return &estate.Snapshot{At: at, Observations: all}
}

// TestNew: what is meant, what is left alone and why, and what it saves.
func TestNew(t *testing.T) {
	in := func(space string) func(*estate.Resource) {
		return func(r *estate.Resource) { r.User, r.Space = "", space }
	}
	status := func(s string) func(*estate.Resource) { return func(r *estate.Resource) { r.Status = s } }
	shared := func(r *estate.Resource) { r.Meters[0].Share = "one instance" }
	unpriced := func(r *estate.Resource) { r.Meters[0].Rate.Known = false }
	space := func(name, owner, sharing string) *estate.Observation {
		return &estate.Observation{Resource: estate.Resource{Kind: shutdown.KindSpace, Target: target, Domain: "d-1", Space: name, User: owner, Attributes: map[string]string{"sharingType": sharing}}}
	}
	for _, tt := range []struct {
		name        string
		apps        []*estate.Observation
		filter      shutdown.Filter
		steps, left []string
		hourly      string
		unpriced    bool
	}{
		{name: "all", apps: []*estate.Observation{app("a"), app("b")}, steps: []string{"a", "b"}, hourly: "0.1"},
		{name: "another domain", apps: []*estate.Observation{app("a", func(r *estate.Resource) { r.Domain = "d-2" })}, hourly: "0"},
		{name: "by name", apps: []*estate.Observation{app("a"), app("b")}, filter: shutdown.Filter{App: []string{"b"}}, steps: []string{"b"}, hourly: "0.05"},
		{name: "by type", apps: []*estate.Observation{app("a")}, filter: shutdown.Filter{Types: []string{"jupyterlab"}}, hourly: "0"},
		{name: "by space", apps: []*estate.Observation{app("a"), app("b", in("lab"))}, filter: shutdown.Filter{Space: []string{"lab"}}, steps: []string{"b"}, hourly: "0.05"},
		{name: "by user: with private spaces, without shared ones", filter: shutdown.Filter{User: []string{"ana"}}, steps: []string{"a", "b"}, hourly: "0.1",
			apps: []*estate.Observation{app("a"), app("b", in("lab")), app("c", in("team")), app("d", in("bens")), space("lab", "ana", "Private"), space("team", "ana", "Shared"), space("bens", "ben", "Private")}},
		{name: "not in service", apps: []*estate.Observation{app("a", status("Pending")), app("b", status("Deleting"))}, left: []string{"a", "b"}, hourly: "0"},
		{name: "the domain's own", apps: []*estate.Observation{app("a", in(""))}, left: []string{"a"}, hourly: "0"},
		{name: "in use, or nobody knows", apps: []*estate.Observation{judged(app("a"), estate.Active), judged(app("b"), estate.Unknown), judged(app("c"), "")}, left: []string{"a", "b", "c"}, hourly: "0"},
		{name: "in use all the same", apps: []*estate.Observation{judged(app("a"), estate.Active), judged(app("b"), estate.Unknown)}, filter: shutdown.Filter{InUse: true}, steps: []string{"a", "b"}, hourly: "0.1"},
		{name: "of no known birth", apps: []*estate.Observation{app("a", func(r *estate.Resource) { r.Created = time.Time{} })}, left: []string{"a"}, hourly: "0"},
		{name: "one instance is billed once", apps: []*estate.Observation{app("a", shared), app("b", shared)}, steps: []string{"a", "b"}, hourly: "0.05"},
		{name: "an instance that another uses goes on", apps: []*estate.Observation{app("a", shared), app("b", shared)}, filter: shutdown.Filter{App: []string{"a"}}, steps: []string{"a"}, hourly: "0"},
		{name: "an unknown price is said", apps: []*estate.Observation{app("a", unpriced), app("b")}, steps: []string{"a", "b"}, hourly: "0.05", unpriced: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.filter.Domain = "d-1"
			p := shutdown.New(snapshot(tt.apps...), tt.filter)
			var steps, left []string
			for _, s := range p.Steps {
				steps = append(steps, s.App)
			}
			for _, l := range p.Left {
				left = append(left, l.App)
			}
			if diff := cmp.Diff([][]string{tt.steps, tt.left}, [][]string{steps, left}); diff != "" {
				t.Error(diff)
			}
			if p.Hourly != tt.hourly || p.Known == tt.unpriced {
				t.Errorf("$%s/h, known %t", p.Hourly, p.Known)
			}
		})
	}
}

// A journal is kept in memory: how each intent ended, empty while it has not.
type journal struct {
	order []string
	ends  map[string]shutdown.Outcome
	full  error
}

func (j *journal) Intend(s shutdown.Step) (string, error) {
	if j.full != nil {
		return "", j.full
	}
	j.order, j.ends[s.App] = append(j.order, s.App), ""
	return s.App, nil
}

func (j *journal) Settle(id string, r shutdown.Result) error {
	j.ends[id] = r.Outcome
	return nil
}

// fake is an app as AWS tells of it, with what its deletion answers.
type fake struct {
	seen    sagemaker.DescribeAppOutput
	unread  error
	refused error
	// after is its status after a call to delete it, empty for gone.
	after   types.AppStatus
	deleted int
	during  func()
}

func (f *fake) DescribeApp(context.Context, *sagemaker.DescribeAppInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeAppOutput, error) {
	out := f.seen
	if f.deleted > 0 {
		if out.Status = f.after; f.after == "" {
			return nil, &types.ResourceNotFound{}
		}
	}
	return &out, f.unread
}

func (f *fake) DeleteApp(ctx context.Context, _ *sagemaker.DeleteAppInput, _ ...func(*sagemaker.Options)) (*sagemaker.DeleteAppOutput, error) {
	f.deleted++
	if f.during != nil {
		f.during()
	}
	return &sagemaker.DeleteAppOutput{}, errors.Join(f.refused, ctx.Err())
}

func same() sagemaker.DescribeAppOutput {
	return sagemaker.DescribeAppOutput{Status: types.AppStatusInService, CreationTime: &made, ResourceSpec: &types.ResourceSpec{InstanceType: "ml.t3.medium"}}
}

func apply(ctx context.Context, apps shutdown.Apps, j shutdown.Journal, names ...string) []shutdown.Result {
	var all []*estate.Observation
	for _, n := range names {
		all = append(all, app(n))
	}
	e := shutdown.Engine{Apps: func(estate.Target) shutdown.Apps { return apps }, Journal: j, Tell: func(shutdown.Result) {},
		Now: func() time.Time { return at.Add(14 * time.Minute) }}
	return e.Apply(ctx, shutdown.New(snapshot(all...), shutdown.Filter{Domain: "d-1"}))
}

// TestApply: only what is the same right before is stopped, and every end is known for what it is.
func TestApply(t *testing.T) {
	broke := &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: http.StatusInternalServerError}}, Err: errors.New("InternalFailure")}
	denied := &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"}
	lost := &smithy.OperationError{ServiceID: "SageMaker", OperationName: "DeleteApp", Err: context.DeadlineExceeded}
	with := func(change func(*sagemaker.DescribeAppOutput)) sagemaker.DescribeAppOutput {
		out := same()
		change(&out)
		return out
	}
	for _, tt := range []struct {
		name    string
		app     fake
		want    shutdown.Outcome
		deleted int
	}{
		{"the same", fake{seen: same()}, shutdown.Stopped, 1},
		{"replaced", fake{seen: with(func(o *sagemaker.DescribeAppOutput) { o.CreationTime = &at })}, shutdown.Changed, 0},
		{"another status", fake{seen: with(func(o *sagemaker.DescribeAppOutput) { o.Status = types.AppStatusPending })}, shutdown.Changed, 0},
		{"another instance", fake{seen: with(func(o *sagemaker.DescribeAppOutput) { o.ResourceSpec.InstanceType = "ml.g5.xlarge" })}, shutdown.Changed, 0},
		{"used since", fake{seen: with(func(o *sagemaker.DescribeAppOutput) { o.LastUserActivityTimestamp = aws.Time(at.Add(time.Minute)) })}, shutdown.Changed, 0},
		{"used before", fake{seen: with(func(o *sagemaker.DescribeAppOutput) { o.LastUserActivityTimestamp = aws.Time(at.Add(-time.Minute)) })}, shutdown.Stopped, 1},
		{"a health check since", fake{seen: with(func(o *sagemaker.DescribeAppOutput) {
			o.LastUserActivityTimestamp, o.LastHealthCheckTimestamp = aws.Time(at.Add(time.Minute)), aws.Time(at.Add(time.Minute))
		})}, shutdown.Stopped, 1},
		{"a hollow answer", fake{}, shutdown.Changed, 0},
		{"gone", fake{unread: &types.ResourceNotFound{}}, shutdown.Changed, 0},
		{"unreadable", fake{seen: same(), unread: denied}, shutdown.Failed, 0},
		{"refused", fake{seen: same(), refused: denied, after: types.AppStatusInService}, shutdown.Failed, 1},
		{"AWS failed, and it runs", fake{seen: same(), refused: broke, after: types.AppStatusInService}, shutdown.Unsettled, 1},
		{"the answer lost, the call heard", fake{seen: same(), refused: lost, after: types.AppStatusDeleting}, shutdown.Stopped, 1},
		{"the answer lost, and it is gone", fake{seen: same(), refused: lost}, shutdown.Stopped, 1},
		{"the answer lost, and it runs", fake{seen: same(), refused: lost, after: types.AppStatusInService}, shutdown.Unsettled, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := &journal{ends: map[string]shutdown.Outcome{}}
			got := apply(t.Context(), &tt.app, j, "a")
			if got[0].Outcome != tt.want || tt.app.deleted != tt.deleted || j.ends["a"] != tt.want {
				t.Errorf("%+v, deleted %d times, written down as %q", got[0], tt.app.deleted, j.ends["a"])
			}
		})
	}
}

// TestSettle: what an earlier run left open is settled by looking, and left open as long as the call may be on its way.
func TestSettle(t *testing.T) {
	step := shutdown.New(snapshot(app("a")), shutdown.Filter{Domain: "d-1"}).Steps[0]
	going, another := same(), same()
	going.Status, another.CreationTime = types.AppStatusDeleting, &at
	for _, tt := range []struct {
		name  string
		app   fake
		age   time.Duration
		want  shutdown.Outcome
		known bool
	}{
		{"gone", fake{unread: &types.ResourceNotFound{}}, time.Second, shutdown.Stopped, true},
		{"going", fake{seen: going}, time.Second, shutdown.Stopped, true},
		{"started anew", fake{seen: another}, time.Second, shutdown.Changed, true},
		{"it runs, and the call may be on its way", fake{seen: same()}, time.Minute, shutdown.Unsettled, false},
		{"it runs on", fake{seen: same()}, time.Hour, shutdown.Failed, true},
		{"unreadable", fake{unread: errors.New("no")}, time.Hour, shutdown.Unsettled, false},
	} {
		if r, known := shutdown.Settle(t.Context(), &tt.app, step, tt.age); r.Outcome != tt.want || known != tt.known {
			t.Errorf("%s: %+v, %v", tt.name, r, known)
		}
	}
}

// TestApplyWithoutJournal: what cannot be written down is not done.
func TestApplyWithoutJournal(t *testing.T) {
	f := fake{seen: same()}
	got := apply(t.Context(), &f, &journal{full: errors.New("disk full")}, "a")
	if got[0].Outcome != shutdown.Untried || f.deleted > 0 {
		t.Errorf("%+v, deleted %d times", got[0], f.deleted)
	}
}

// TestOldPlan: a plan that waited at the question for an hour stops nothing.
func TestOldPlan(t *testing.T) {
	f := fake{seen: same()}
	e := shutdown.Engine{Apps: func(estate.Target) shutdown.Apps { return &f }, Journal: &journal{ends: map[string]shutdown.Outcome{}}, Tell: func(shutdown.Result) {},
		Now: func() time.Time { return at.Add(time.Hour) }}
	got := e.Apply(t.Context(), shutdown.New(snapshot(app("a")), shutdown.Filter{Domain: "d-1"}))
	if got[0].Outcome != shutdown.Untried || f.deleted > 0 {
		t.Errorf("%+v, deleted %d times", got[0], f.deleted)
	}
}

// TestInterrupt: Ctrl-C in the middle of a stop. That one is waited for and written down, and no other is begun.
func TestInterrupt(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	f := fake{seen: same(), during: interrupt}
	j := &journal{ends: map[string]shutdown.Outcome{}}
	got := apply(ctx, &f, j, "a", "b")
	if got[0].Outcome != shutdown.Stopped || got[1].Outcome != shutdown.Untried || f.deleted != 1 {
		t.Errorf("%+v, deleted %d times", got, f.deleted)
	}
	if diff := cmp.Diff(map[string]shutdown.Outcome{"a": shutdown.Stopped}, j.ends); diff != "" {
		t.Error(diff)
	}
}

// TestRace: against the simulated organization, an app that is replaced between plan and apply is left alone, and the rest is stopped.
func TestRace(t *testing.T) {
	kernel := func(name string) *world.App {
		return &world.App{Life: world.Life{Created: made}, Name: name, User: "ana", Type: "KernelGateway", InstanceType: "ml.t3.medium"}
	}
	d := &world.Domain{Life: world.Life{Created: made}, ID: "d-1", Name: "lab", Users: []*world.User{{Life: world.Life{Created: made}, Name: "ana"}}, Apps: []*world.App{kernel("a"), kernel("b")}}
	now := at
	server, err := wire.New(wire.Options{World: &world.World{At: at, Accounts: []*world.Account{{ID: target.Account, Name: "lab", Regions: []*world.Region{{Name: target.Region, Domains: []*world.Domain{d}}}}}},
		Writable: true, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	door := httptest.NewServer(server)
	defer door.Close()
	client := sagemaker.New(sagemaker.Options{Region: target.Region, BaseEndpoint: &door.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIASIM"+target.Account, "simulated", "")})

	a := &sagemaker.DeleteAppInput{DomainId: aws.String("d-1"), UserProfileName: aws.String("ana"), AppType: types.AppTypeKernelGateway, AppName: aws.String("a")}
	if _, err := client.DeleteApp(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Minute)
	if _, err := client.CreateApp(t.Context(), &sagemaker.CreateAppInput{DomainId: a.DomainId, UserProfileName: a.UserProfileName, AppType: a.AppType, AppName: a.AppName,
		ResourceSpec: &types.ResourceSpec{InstanceType: types.AppInstanceTypeMlT3Medium}}); err != nil {
		t.Fatal(err)
	}
	before := len(server.Mutations())

	got := apply(t.Context(), client, &journal{ends: map[string]shutdown.Outcome{}}, "a", "b")
	if got[0].Outcome != shutdown.Changed || got[1].Outcome != shutdown.Stopped {
		t.Errorf("%+v", got)
	}
	var resources []string
	for _, m := range server.Mutations()[before:] {
		resources = append(resources, m.Resource)
		if m.InUse {
			t.Errorf("%s was in use", m.Resource)
		}
	}
	if diff := cmp.Diff([]string{target.SageMakerARN("app/d-1/ana/kernelgateway/b")}, resources); diff != "" {
		t.Error(diff)
	}
}
