package install

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// Studio is what install asks of SageMaker. The SDK's client is one.
type Studio interface {
	DescribeDomain(context.Context, *sagemaker.DescribeDomainInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeDomainOutput, error)
	DescribeUserProfile(context.Context, *sagemaker.DescribeUserProfileInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeUserProfileOutput, error)
	DescribeStudioLifecycleConfig(context.Context, *sagemaker.DescribeStudioLifecycleConfigInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeStudioLifecycleConfigOutput, error)
	CreateStudioLifecycleConfig(context.Context, *sagemaker.CreateStudioLifecycleConfigInput, ...func(*sagemaker.Options)) (*sagemaker.CreateStudioLifecycleConfigOutput, error)
	UpdateDomain(context.Context, *sagemaker.UpdateDomainInput, ...func(*sagemaker.Options)) (*sagemaker.UpdateDomainOutput, error)
	UpdateUserProfile(context.Context, *sagemaker.UpdateUserProfileInput, ...func(*sagemaker.Options)) (*sagemaker.UpdateUserProfileOutput, error)
}

// Types are the app types for which install has a script.
var Types = []types.StudioLifecycleConfigAppType{types.StudioLifecycleConfigAppTypeJupyterLab, types.StudioLifecycleConfigAppTypeCodeEditor}

// A Wish is what an administrator wants.
type Wish struct {
	Domain string
	// Users are user profiles; without any, the domain's own settings are meant.
	Users []string
	Types []types.StudioLifecycleConfigAppType
	// Script is what is to run, nil to remove what was installed.
	Script []byte
	// Default makes it the default also where another one is.
	Default bool
}

// A Step is one change.
type Step struct {
	Action   string `json:"action"` // "create", "attach" or "detach"
	Resource string `json:"resource"`
	// Before and After are, by app type, the lifecycle configurations that are attached.
	Before map[string]Attached `json:"before,omitempty"`
	After  map[string]Attached `json:"after,omitempty"`

	appType types.StudioLifecycleConfigAppType
	user    string
	now     settings
}

// Attached are the lifecycle configurations of an app type.
type Attached struct {
	ARNs    []string `json:"lifecycleConfigArns"`
	Default string   `json:"default,omitempty"`
}

// A Plan is what would be changed, in order.
type Plan struct {
	Domain string `json:"domain"`
	Steps  []Step `json:"steps"`
	// Notes say what an administrator should know besides.
	Notes []string `json:"notes,omitempty"`

	wish Wish
	arns map[types.StudioLifecycleConfigAppType]string
}

// New reads what is there, and plans what is missing.
func New(ctx context.Context, s Studio, t estate.Target, w Wish) (*Plan, error) {
	p := &Plan{Domain: w.Domain, Steps: []Step{}, wish: w, arns: map[types.StudioLifecycleConfigAppType]string{}}
	if w.Script != nil {
		for _, kind := range w.Types {
			n := name(string(kind), w.Script)
			p.arns[kind] = t.SageMakerARN("studio-lifecycle-config/" + n)
			found, err := s.DescribeStudioLifecycleConfig(ctx, &sagemaker.DescribeStudioLifecycleConfigInput{StudioLifecycleConfigName: &n})
			switch {
			case cloud.Classify(err) == cloud.NotFound:
				p.Steps = append(p.Steps, Step{Action: "create", Resource: p.arns[kind], appType: kind})
			case err != nil:
				return nil, failed("sagemaker:DescribeStudioLifecycleConfig", n, err)
			case aws.ToString(found.StudioLifecycleConfigContent) != base64.StdEncoding.EncodeToString(w.Script) || found.StudioLifecycleConfigAppType != kind:
				return nil, &estate.Error{Op: "plan", On: aws.ToString(found.StudioLifecycleConfigArn), Err: errors.New("it is there, and holds something else"),
					Hint: "somebody else made it: look at it, and delete it"}
			}
		}
	}
	places := w.Users
	if len(places) == 0 {
		places = []string{""}
		if w.Script != nil {
			p.note("user profiles and spaces with settings of their own do not follow the domain's: sagewarden studio compliance tells which are not covered")
		}
	}
	for _, user := range places {
		step, err := p.attachment(ctx, s, user)
		if err != nil {
			return nil, err
		}
		if len(step.After) > 0 {
			p.Steps = append(p.Steps, step)
		}
	}
	return p, nil
}

// attachment reads the settings of a domain or user profile, and says what they are to be. After is empty where they are so already.
func (p *Plan) attachment(ctx context.Context, s Studio, user string) (step Step, err error) {
	now, arn, err := read(ctx, s, p.wish.Domain, user)
	if err != nil {
		return Step{}, err
	}
	step = Step{Action: "attach", Resource: arn, user: user, now: now, Before: map[string]Attached{}, After: map[string]Attached{}}
	if p.wish.Script == nil {
		step.Action = "detach"
	}
	inherited := settings{}
	defer func() { step.now = step.now.over(inherited) }()
	if user != "" && p.wish.Script != nil {
		if inherited, _, err = read(ctx, s, p.wish.Domain, ""); err != nil {
			return Step{}, err
		}
	}
	for _, kind := range p.wish.Types {
		before := now.attached(kind)
		base, far := before, inherited.attached(kind)
		if len(base.ARNs) == 0 { // a profile that names some no longer has those of the domain
			base.ARNs = far.ARNs
		}
		base.Default = cmp.Or(base.Default, far.Default)
		after := next(base, p.arns[kind], p.wish.Default)
		if after.Default != before.Default || !slices.Equal(after.ARNs, before.ARNs) {
			step.Before[string(kind)], step.After[string(kind)] = before, after
		}
		if p.wish.Script != nil && after.Default != p.arns[kind] {
			p.note(fmt.Sprintf("%s: %s stays the default of %s, so that the agent starts only where a person chooses it: --default changes that", arn, after.Default, kind))
		}
	}
	return step, nil
}

func (p *Plan) note(text string) {
	if !slices.Contains(p.Notes, text) {
		p.Notes = append(p.Notes, text)
	}
}

// next is what is to be attached: all others as before, ours in place of an earlier one of ours, or none where arn is empty. It is pure.
func next(now Attached, arn string, force bool) Attached {
	after := Attached{Default: now.Default}
	for _, a := range now.ARNs {
		if !ours(a) || a == arn {
			after.ARNs = append(after.ARNs, a)
		}
	}
	if ours(after.Default) {
		after.Default = ""
	}
	if arn == "" {
		return after
	}
	if !slices.Contains(after.ARNs, arn) {
		after.ARNs = append(after.ARNs, arn)
	}
	if after.Default == "" || force {
		after.Default = arn
	}
	return after
}

// settings are those of a domain or user profile that name lifecycle configurations.
type settings struct {
	lab    *types.JupyterLabAppSettings
	editor *types.CodeEditorAppSettings
}

// read describes a domain, or a user profile in it.
func read(ctx context.Context, s Studio, domain, user string) (settings, string, error) {
	if user == "" {
		d, err := s.DescribeDomain(ctx, &sagemaker.DescribeDomainInput{DomainId: &domain})
		if err != nil {
			return settings{}, "", failed("sagemaker:DescribeDomain", domain, err)
		}
		return of(d.DefaultUserSettings), aws.ToString(d.DomainArn), nil
	}
	u, err := s.DescribeUserProfile(ctx, &sagemaker.DescribeUserProfileInput{DomainId: &domain, UserProfileName: &user})
	if err != nil {
		return settings{}, "", failed("sagemaker:DescribeUserProfile", user+" in "+domain, err)
	}
	return of(u.UserSettings), aws.ToString(u.UserProfileArn), nil
}

func of(u *types.UserSettings) settings {
	if u == nil {
		return settings{}
	}
	return settings{u.JupyterLabAppSettings, u.CodeEditorAppSettings}
}

func (s settings) attached(kind types.StudioLifecycleConfigAppType) (a Attached) {
	var spec *types.ResourceSpec
	switch {
	case kind == types.StudioLifecycleConfigAppTypeJupyterLab && s.lab != nil:
		a.ARNs, spec = s.lab.LifecycleConfigArns, s.lab.DefaultResourceSpec
	case kind == types.StudioLifecycleConfigAppTypeCodeEditor && s.editor != nil:
		a.ARNs, spec = s.editor.LifecycleConfigArns, s.editor.DefaultResourceSpec
	}
	if spec != nil {
		a.Default = aws.ToString(spec.LifecycleConfigArn)
	}
	return a
}

// over fills in the default instance and image of a farther level, where there are none: a profile that names a lifecycle configuration names a whole
// resource spec.
func (s settings) over(far settings) settings {
	if far.lab != nil && (s.lab == nil || s.lab.DefaultResourceSpec == nil) {
		lab := types.JupyterLabAppSettings{}
		if s.lab != nil {
			lab = *s.lab
		}
		lab.DefaultResourceSpec = far.lab.DefaultResourceSpec
		s.lab = &lab
	}
	if far.editor != nil && (s.editor == nil || s.editor.DefaultResourceSpec == nil) {
		editor := types.CodeEditorAppSettings{}
		if s.editor != nil {
			editor = *s.editor
		}
		editor.DefaultResourceSpec = far.editor.DefaultResourceSpec
		s.editor = &editor
	}
	return s
}

// with are the settings with other lifecycle configurations, and everything else as it was: AWS replaces the settings of an app type whole.
func (s settings) with(after map[string]Attached) *types.UserSettings {
	out := &types.UserSettings{}
	if a, changes := after[string(types.StudioLifecycleConfigAppTypeJupyterLab)]; changes {
		lab := types.JupyterLabAppSettings{}
		if s.lab != nil {
			lab = *s.lab
		}
		lab.LifecycleConfigArns, lab.DefaultResourceSpec = list(a.ARNs), spec(lab.DefaultResourceSpec, a.Default)
		out.JupyterLabAppSettings = &lab
	}
	if a, changes := after[string(types.StudioLifecycleConfigAppTypeCodeEditor)]; changes {
		editor := types.CodeEditorAppSettings{}
		if s.editor != nil {
			editor = *s.editor
		}
		editor.LifecycleConfigArns, editor.DefaultResourceSpec = list(a.ARNs), spec(editor.DefaultResourceSpec, a.Default)
		out.CodeEditorAppSettings = &editor
	}
	return out
}

// list is never nil: a list that is not sent stays as it was.
func list(arns []string) []string { return append([]string{}, arns...) }

func spec(s *types.ResourceSpec, arn string) *types.ResourceSpec {
	out := types.ResourceSpec{}
	if s != nil {
		out = *s
	}
	out.LifecycleConfigArn = nil
	if arn != "" {
		out.LifecycleConfigArn = &arn
	}
	return &out
}

// briefly shows the cause of an error in place of its text.
type briefly struct{ error }

func (b briefly) Error() string { return cloud.Brief(b.error) }
func (b briefly) Unwrap() error { return b.error }

func failed(op, on string, err error) error {
	e := &estate.Error{Op: op, On: on, Err: briefly{err}}
	if cloud.Classify(err) == cloud.Denied {
		e.Hint = "allow " + op + " to the caller"
	}
	return e
}
