package settings

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sagewarden/sagewarden/internal/estate"
)

const (
	mine  = "arn:aws:sagemaker:eu-west-1:111122223333:studio-lifecycle-config/mine"
	other = "arn:aws:sagemaker:eu-west-1:111122223333:studio-lifecycle-config/other"
)

// TestAttach: what others have attached stays, in its order, and so does their default and what is built in, unless somebody says otherwise.
func TestAttach(t *testing.T) {
	for _, tt := range []struct {
		name     string
		own, far App
		how      Attachment
		want     App
	}{
		{name: "nothing there", how: Attachment{ARN: mine}, want: App{Scripts: []string{mine}, Script: mine}},
		{name: "beside another", own: App{Scripts: []string{other}, Script: other}, how: Attachment{ARN: mine}, want: App{Scripts: []string{other, mine}, Script: other}},
		{name: "before another", own: App{Scripts: []string{other}, Script: other}, how: Attachment{ARN: mine, Replace: true}, want: App{Scripts: []string{other, mine}, Script: mine}},
		{name: "another without a default", own: App{Scripts: []string{other}}, how: Attachment{ARN: mine}, want: App{Scripts: []string{other, mine}, Script: mine}},
		{name: "again", own: App{Scripts: []string{mine, other}, Script: mine}, how: Attachment{ARN: mine}, want: App{Scripts: []string{mine, other}, Script: mine}},
		{name: "what was inherited comes along", far: App{Scripts: []string{other}, Script: other, Instance: "ml.m5.large", Image: Image{ARN: "i"}}, how: Attachment{ARN: mine},
			want: App{Scripts: []string{other, mine}, Script: other, Instance: "ml.m5.large", Image: Image{ARN: "i"}}},
		{name: "built in leaves the default", own: App{Scripts: []string{other}, Script: other}, how: Attachment{ARN: mine, BuiltIn: true},
			want: App{Scripts: []string{other, mine}, Script: other, BuiltIn: mine}},
		{name: "built in already", own: App{BuiltIn: other}, how: Attachment{ARN: mine, BuiltIn: true}, want: App{Scripts: []string{mine}, BuiltIn: other}},
		{name: "built in, replaced", own: App{BuiltIn: other}, how: Attachment{ARN: mine, BuiltIn: true, Replace: true}, want: App{Scripts: []string{mine}, BuiltIn: mine}},
	} {
		if diff := cmp.Diff(tt.want, tt.own.Attach(tt.far, tt.how)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
	own := App{Scripts: []string{other, mine}, Script: mine, BuiltIn: mine}
	if got := own.Detach(func(a string) bool { return a == mine }); !got.Equal(App{Scripts: []string{other}}) || len(own.Scripts) != 2 {
		t.Errorf("detached: %+v of %+v", got, own)
	}
	if got := (App{}).Choose(App{Scripts: []string{other, mine}, Script: other}, Attachment{ARN: mine, Replace: true}); got.Script != mine || len(got.Scripts) > 0 {
		t.Errorf("a space chooses, and attaches nothing: %+v", got)
	}
}

// A house is a domain with one of everything, which answers what it was told. It remembers what it was sent.
type house struct {
	Studio
	domain types.UserSettings
	shared types.DefaultSpaceSettings
	space  types.SpaceSettings
	status types.DomainStatus
	sent   []any
	// become is what an update does, nil for what it says; updating is how many looks it takes.
	become   func(*sagemaker.UpdateDomainInput) error
	updating int
	gone     bool
	// tags is whether the domain hands its tags on.
	tags types.TagPropagation
}

func (h *house) DescribeDomain(context.Context, *sagemaker.DescribeDomainInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeDomainOutput, error) {
	if h.gone {
		return nil, &types.ResourceNotFound{}
	}
	status := h.status
	if h.updating > 0 && len(h.sent) > 0 {
		h.updating--
		status = types.DomainStatusUpdating
	}
	return &sagemaker.DescribeDomainOutput{DomainArn: aws.String("domain"), Status: status, DefaultUserSettings: &h.domain, DefaultSpaceSettings: &h.shared, TagPropagation: h.tags,
		FailureReason: aws.String("for a reason")}, nil
}

func (h *house) DescribeUserProfile(context.Context, *sagemaker.DescribeUserProfileInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeUserProfileOutput, error) {
	return &sagemaker.DescribeUserProfileOutput{UserProfileArn: aws.String("user"), Status: types.UserProfileStatusInService, UserSettings: &h.domain}, nil
}

func (h *house) DescribeSpace(context.Context, *sagemaker.DescribeSpaceInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeSpaceOutput, error) {
	return &sagemaker.DescribeSpaceOutput{SpaceArn: aws.String("space"), Status: types.SpaceStatusInService, SpaceSettings: &h.space}, nil
}

func (h *house) UpdateDomain(_ context.Context, in *sagemaker.UpdateDomainInput, _ ...func(*sagemaker.Options)) (*sagemaker.UpdateDomainOutput, error) {
	h.sent = append(h.sent, in)
	if h.become != nil {
		return nil, h.become(in)
	}
	if in.TagPropagation != "" {
		h.tags = in.TagPropagation
	}
	if in.DefaultUserSettings != nil {
		h.domain.JupyterLabAppSettings = in.DefaultUserSettings.JupyterLabAppSettings
	}
	return &sagemaker.UpdateDomainOutput{}, nil
}

func (h *house) UpdateUserProfile(_ context.Context, in *sagemaker.UpdateUserProfileInput, _ ...func(*sagemaker.Options)) (*sagemaker.UpdateUserProfileOutput, error) {
	h.sent = append(h.sent, in)
	return &sagemaker.UpdateUserProfileOutput{}, nil
}

func (h *house) UpdateSpace(_ context.Context, in *sagemaker.UpdateSpaceInput, _ ...func(*sagemaker.Options)) (*sagemaker.UpdateSpaceOutput, error) {
	h.sent = append(h.sent, in)
	return &sagemaker.UpdateSpaceOutput{}, nil
}

// TestSiblingsStay: of an app type that changes, everything else is sent as it was, and of no other app type anything; an ARN is cleared in so many words,
// since what is left out may stay.
func TestSiblingsStay(t *testing.T) {
	spec := func(script string) *types.ResourceSpec {
		return &types.ResourceSpec{InstanceType: "ml.m5.large", SageMakerImageArn: aws.String("image"), TrainingPlanArn: aws.String("plan"), LifecycleConfigArn: aws.String(script)}
	}
	idle := func(minutes int32, management types.LifecycleManagement) *types.AppLifecycleManagement {
		return &types.AppLifecycleManagement{IdleSettings: &types.IdleSettings{LifecycleManagement: management, IdleTimeoutInMinutes: &minutes}}
	}
	limit := func(minutes int32) *types.SpaceAppLifecycleManagement {
		return &types.SpaceAppLifecycleManagement{IdleSettings: &types.SpaceIdleSettings{IdleTimeoutInMinutes: &minutes}}
	}
	repositories, images := []types.CodeRepository{{RepositoryUrl: aws.String("r")}}, []types.CustomImage{{ImageName: aws.String("i")}}
	lab := func(script string, scripts []string, m *types.AppLifecycleManagement) *types.JupyterLabAppSettings {
		return &types.JupyterLabAppSettings{AppLifecycleManagement: m, BuiltInLifecycleConfigArn: aws.String(other), CodeRepositories: repositories, CustomImages: images,
			EmrSettings: &types.EmrSettings{AssumableRoleArns: []string{"role"}}, DefaultResourceSpec: spec(script), LifecycleConfigArns: scripts}
	}
	h := &house{
		become: func(*sagemaker.UpdateDomainInput) error { return nil }, // it forgets
		domain: types.UserSettings{ExecutionRole: aws.String("role"), JupyterLabAppSettings: lab(other, []string{other}, idle(120, "DISABLED")),
			CodeEditorAppSettings:    &types.CodeEditorAppSettings{CustomImages: images},
			KernelGatewayAppSettings: &types.KernelGatewayAppSettings{CustomImages: images, DefaultResourceSpec: spec(other), LifecycleConfigArns: []string{other}}},
		shared: types.DefaultSpaceSettings{ExecutionRole: aws.String("role"), JupyterLabAppSettings: lab(other, []string{other}, nil)},
		space: types.SpaceSettings{AppType: "JupyterLab", SpaceStorageSettings: &types.SpaceStorageSettings{}, JupyterLabAppSettings: &types.SpaceJupyterLabAppSettings{
			CodeRepositories: repositories, DefaultResourceSpec: spec(other), AppLifecycleManagement: limit(600)}},
	}
	domain, user := aws.String("d-1"), aws.String("ana")
	for _, tt := range []struct {
		name  string
		place Place
		app   string
		to    func(App) App
		want  any
	}{
		{"a domain's idle shutdown", Place{Level: LevelDomain, Domain: "d-1"}, JupyterLab, func(a App) App { a.Idle.Management = "ENABLED"; return a },
			&sagemaker.UpdateDomainInput{DomainId: domain, DefaultUserSettings: &types.UserSettings{JupyterLabAppSettings: lab(other, []string{other}, idle(120, "ENABLED"))}}},
		{"a profile's lifecycle configuration", Place{LevelProfile, "d-1", "ana"}, JupyterLab, func(a App) App { a.Script, a.Scripts = mine, []string{other, mine}; return a },
			&sagemaker.UpdateUserProfileInput{DomainId: domain, UserProfileName: user, UserSettings: &types.UserSettings{JupyterLabAppSettings: lab(mine, []string{other, mine}, idle(120, "DISABLED"))}}},
		{"cleared", Place{LevelProfile, "d-1", "ana"}, JupyterLab, func(a App) App { a.Script, a.Scripts = "", nil; return a },
			&sagemaker.UpdateUserProfileInput{DomainId: domain, UserProfileName: user, UserSettings: &types.UserSettings{JupyterLabAppSettings: lab("None", []string{}, idle(120, "DISABLED"))}}},
		{"classic", Place{LevelProfile, "d-1", "ana"}, KernelGateway, func(a App) App { a.Script, a.Scripts = mine, []string{mine}; return a },
			&sagemaker.UpdateUserProfileInput{DomainId: domain, UserProfileName: user, UserSettings: &types.UserSettings{KernelGatewayAppSettings: &types.KernelGatewayAppSettings{CustomImages: images,
				DefaultResourceSpec: spec(mine), LifecycleConfigArns: []string{mine}}}}},
		{"shared spaces", Place{Level: LevelShared, Domain: "d-1"}, JupyterLab, func(a App) App { a.Idle = Idle{"ENABLED", 120, 0, 0}; return a },
			&sagemaker.UpdateDomainInput{DomainId: domain, DefaultSpaceSettings: &types.DefaultSpaceSettings{JupyterLabAppSettings: lab(other, []string{other}, idle(120, "ENABLED"))}}},
		{"a space, whose app type must not be named", Place{LevelSpace, "d-1", "lab"}, JupyterLab, func(a App) App { a.Idle.Minutes = 120; return a },
			&sagemaker.UpdateSpaceInput{DomainId: domain, SpaceName: aws.String("lab"), SpaceSettings: &types.SpaceSettings{JupyterLabAppSettings: &types.SpaceJupyterLabAppSettings{
				CodeRepositories: repositories, DefaultResourceSpec: spec(other), AppLifecycleManagement: limit(120)}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h.sent = nil
			now, err := Read(t.Context(), h, tt.place)
			if err != nil {
				t.Fatal(err)
			}
			before := now.Apps[tt.app]
			if err := write(t.Context(), h, tt.place, now, Apps{tt.app: tt.to(before)}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]any{tt.want}, h.sent, cmpopts.IgnoreUnexported(sagemaker.UpdateDomainInput{}, sagemaker.UpdateUserProfileInput{}, sagemaker.UpdateSpaceInput{}, types.UserSettings{},
				types.DefaultSpaceSettings{}, types.SpaceSettings{}, types.JupyterLabAppSettings{}, types.KernelGatewayAppSettings{}, types.SpaceJupyterLabAppSettings{}, types.ResourceSpec{},
				types.AppLifecycleManagement{}, types.SpaceAppLifecycleManagement{}, types.IdleSettings{}, types.SpaceIdleSettings{}, types.CodeRepository{}, types.CustomImage{}, types.EmrSettings{})); diff != "" {
				t.Error(diff)
			}
			if again, _ := Read(t.Context(), h, tt.place); !again.Apps[tt.app].Equal(before) {
				t.Error("what was read has been written over")
			}
		})
	}
}

// A diary is a journal that remembers, and is full where it has an error.
type diary struct {
	h       *house
	full    error
	lines   []string
	settled []Outcome
}

func (d *diary) Intend(operation, resource string, _ any) (string, error) {
	if d.full == nil {
		d.lines = append(d.lines, operation+" "+resource)
		if len(d.h.sent) > 0 {
			d.lines = append(d.lines, "too late")
		}
	}
	return "1", d.full
}

func (d *diary) Settle(_ string, o Outcome, _ string) error {
	d.settled = append(d.settled, o)
	return nil
}

func lost() error {
	return &smithy.OperationError{Err: &smithyhttp.RequestSendError{Err: errors.New("connection reset")}}
}

func on(minutes int32) *types.JupyterLabAppSettings {
	return &types.JupyterLabAppSettings{AppLifecycleManagement: &types.AppLifecycleManagement{IdleSettings: &types.IdleSettings{LifecycleManagement: "ENABLED", IdleTimeoutInMinutes: &minutes}}}
}

// TestApply: the intent is written first; what has changed or is about to is left alone; and what is told of the end is what was seen.
func TestApply(t *testing.T) {
	refused := func(err error) func(*sagemaker.UpdateDomainInput) error {
		return func(*sagemaker.UpdateDomainInput) error { return err }
	}
	for _, tt := range []struct {
		name   string
		change func(*house, *diary)
		want   Outcome
		why    string
		calls  int
	}{
		{name: "done", want: Done, calls: 1},
		{name: "done in time", change: func(h *house, _ *diary) { h.updating = 3 }, want: Done, calls: 1},
		{name: "AWS says more than it was told", change: func(h *house, _ *diary) {
			h.become = func(*sagemaker.UpdateDomainInput) error {
				h.domain.JupyterLabAppSettings = on(120)
				h.domain.JupyterLabAppSettings.AppLifecycleManagement.IdleSettings.MinIdleTimeoutInMinutes = aws.Int32(60)
				return nil
			}
		}, want: Done, calls: 1},
		{name: "never still", change: func(h *house, _ *diary) { h.updating = 1000 }, want: Unsettled, why: "it is Updating", calls: 1},
		{name: "taken, and nothing came of it", change: func(h *house, _ *diary) { h.become = refused(nil) }, want: Unsettled, why: "does not say what was written of JupyterLab", calls: 1},
		{name: "failed after it was taken", change: func(h *house, _ *diary) {
			h.become = func(*sagemaker.UpdateDomainInput) error { h.status = "Update_Failed"; return nil }
		}, want: Refused, why: "for a reason", calls: 1},
		{name: "so already", change: func(h *house, _ *diary) { h.domain.JupyterLabAppSettings = on(120) }, want: Done, why: "so already"},
		{name: "changed meanwhile", change: func(h *house, _ *diary) { h.domain.JupyterLabAppSettings = on(600) }, want: Changed, why: "plan again"},
		{name: "a sibling changed meanwhile", change: func(h *house, _ *diary) {
			h.domain.JupyterLabAppSettings = &types.JupyterLabAppSettings{LifecycleConfigArns: []string{other}}
		}, want: Changed, why: "plan again"},
		{name: "another app type changed meanwhile", change: func(h *house, _ *diary) {
			h.domain.CodeEditorAppSettings = &types.CodeEditorAppSettings{LifecycleConfigArns: []string{other}}
		}, want: Done, calls: 1},
		{name: "gone", change: func(h *house, _ *diary) { h.gone = true }, want: Changed, why: "it is gone"},
		{name: "being changed by another", change: func(h *house, _ *diary) { h.status = "Updating" }, want: Changed, why: "it is Updating"},
		{name: "no journal", change: func(_ *house, d *diary) { d.full = errors.New("disk full") }, want: Untried, why: "disk full"},
		{name: "denied", change: func(h *house, _ *diary) { h.become = refused(&smithy.GenericAPIError{Code: "AccessDeniedException"}) }, want: Refused, why: "sagemaker:UpdateDomain", calls: 1},
		{name: "an answer lost, and done", change: func(h *house, _ *diary) {
			h.become = func(in *sagemaker.UpdateDomainInput) error {
				h.domain.JupyterLabAppSettings = in.DefaultUserSettings.JupyterLabAppSettings
				return lost()
			}
		}, want: Done, calls: 1},
		{name: "an answer lost, and not done", change: func(h *house, _ *diary) { h.become = refused(lost()) }, want: Unsettled, calls: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := &house{status: types.DomainStatusInService}
			d := &diary{h: h}
			if tt.change != nil {
				tt.change(h, d)
			}
			e := Engine{Studio: func(estate.Target) Studio { return h }, Journal: d, Wait: func(context.Context, time.Duration) error { return nil }}
			r := e.Apply(t.Context(), Change{Place: Place{Level: LevelDomain, Domain: "d-1"}, Resource: "domain", Before: Apps{JupyterLab: {}}, After: Apps{JupyterLab: {Idle: Idle{Management: "ENABLED", Minutes: 120}}}})
			if r.Outcome != tt.want || !strings.Contains(r.Why, tt.why) || len(h.sent) != tt.calls {
				t.Errorf("%s after %d calls", r, len(h.sent))
			}
			if d.full == nil && (!slices.Equal(d.lines, []string{"sagemaker:UpdateDomain domain"}) || !slices.Equal(d.settled, []Outcome{tt.want})) {
				t.Errorf("the journal has %q, settled %q", d.lines, d.settled)
			}
		})
	}
}

// TestInterrupted: where the run is interrupted, nothing is begun, and what was begun is not said to be done.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h := &house{status: types.DomainStatusInService, updating: 1000}
	e := Engine{Studio: func(estate.Target) Studio { return h }, Journal: &diary{h: h}, Wait: func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }}
	c := Change{Place: Place{Level: LevelDomain, Domain: "d-1"}, Before: Apps{JupyterLab: {}}, After: Apps{JupyterLab: {Script: mine}}}
	if r := e.Apply(ctx, c); r.Outcome != Unsettled || len(h.sent) != 1 {
		t.Errorf("%s after %d calls", r, len(h.sent))
	}
	if r := e.Apply(ctx, c); r.Outcome != Untried || len(h.sent) != 1 {
		t.Errorf("%s after %d calls", r, len(h.sent))
	}
}

// TestSettle: what an earlier run left open is settled by looking, and left open as long as a call may be on its way.
func TestSettle(t *testing.T) {
	c := Change{Place: Place{Level: LevelDomain, Domain: "d-1"}, Before: Apps{JupyterLab: {}}, After: Apps{JupyterLab: {Idle: Idle{Management: "ENABLED", Minutes: 120}}}}
	for _, tt := range []struct {
		name  string
		house house
		age   time.Duration
		want  Outcome
		known bool
	}{
		{"it was done", house{status: "InService", domain: types.UserSettings{JupyterLabAppSettings: on(120)}}, time.Second, Done, true},
		{"it was not done", house{status: "InService"}, time.Hour, Refused, true},
		{"it may still be done", house{status: "InService"}, time.Second, Unsettled, false},
		{"it is being done", house{status: "Updating"}, time.Hour, Unsettled, false},
		{"somebody did something else", house{status: "InService", domain: types.UserSettings{JupyterLabAppSettings: on(600)}}, time.Hour, Changed, true},
		{"it is gone", house{gone: true}, time.Hour, Changed, true},
	} {
		if r, known := Settle(t.Context(), &tt.house, c, tt.age); r.Outcome != tt.want || known != tt.known {
			t.Errorf("%s: %s, %v", tt.name, r, known)
		}
	}
}

// TestPropagate: of a domain that is to hand its tags on, nothing else is sent; and it is as careful as any other change.
func TestPropagate(t *testing.T) {
	place := Place{Level: LevelDomain, Domain: "d-1"}
	for _, tt := range []struct {
		name    string
		meant   house
		is      types.TagPropagation
		want    Outcome
		calls   int
		settled Outcome
	}{
		{name: "off, in no words", want: Done, calls: 1, settled: Refused},
		{name: "off", meant: house{tags: types.TagPropagationDisabled}, is: types.TagPropagationDisabled, want: Done, calls: 1, settled: Refused},
		{name: "on by now", is: types.TagPropagationEnabled, want: Done, settled: Done},
		{name: "off by now", meant: house{tags: types.TagPropagationEnabled}, is: types.TagPropagationDisabled, want: Changed, settled: Changed},
	} {
		h := tt.meant
		h.status = types.DomainStatusInService
		now, err := Read(t.Context(), &h, place)
		if err != nil {
			t.Fatal(err)
		}
		c := Propagate(estate.Target{}, place, now)
		h.tags = tt.is
		if r, known := Settle(t.Context(), &h, c, time.Hour); r.Outcome != tt.settled || !known {
			t.Errorf("%s: settled %s, known %t", tt.name, r, known)
		}
		e := Engine{Studio: func(estate.Target) Studio { return &h }, Journal: &diary{h: &h}, Wait: func(context.Context, time.Duration) error { return nil }}
		if r := e.Apply(t.Context(), c); r.Outcome != tt.want || len(h.sent) != tt.calls {
			t.Errorf("%s: %s after %d calls", tt.name, r, len(h.sent))
		}
		for _, sent := range h.sent {
			if in := sent.(*sagemaker.UpdateDomainInput); in.TagPropagation != types.TagPropagationEnabled || in.DefaultUserSettings != nil || in.DefaultSpaceSettings != nil {
				t.Errorf("%s: %+v was sent", tt.name, in)
			}
		}
	}
	if now, err := Read(t.Context(), &house{tags: types.TagPropagationEnabled}, Place{Level: LevelShared, Domain: "d-1"}); err != nil || now.TagPropagation != "" {
		t.Errorf("the defaults of shared spaces say %q of it, %v", now.TagPropagation, err)
	}
}
