package install

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
)

// Studio is what install asks of SageMaker. The SDK's client is one.
type Studio interface {
	settings.Studio
	DescribeStudioLifecycleConfig(context.Context, *sagemaker.DescribeStudioLifecycleConfigInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeStudioLifecycleConfigOutput, error)
	CreateStudioLifecycleConfig(context.Context, *sagemaker.CreateStudioLifecycleConfigInput, ...func(*sagemaker.Options)) (*sagemaker.CreateStudioLifecycleConfigOutput, error)
	DeleteStudioLifecycleConfig(context.Context, *sagemaker.DeleteStudioLifecycleConfigInput, ...func(*sagemaker.Options)) (*sagemaker.DeleteStudioLifecycleConfigOutput, error)
	DescribeNotebookInstanceLifecycleConfig(context.Context, *sagemaker.DescribeNotebookInstanceLifecycleConfigInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeNotebookInstanceLifecycleConfigOutput, error)
	CreateNotebookInstanceLifecycleConfig(context.Context, *sagemaker.CreateNotebookInstanceLifecycleConfigInput, ...func(*sagemaker.Options)) (*sagemaker.CreateNotebookInstanceLifecycleConfigOutput, error)
	DeleteNotebookInstanceLifecycleConfig(context.Context, *sagemaker.DeleteNotebookInstanceLifecycleConfigInput, ...func(*sagemaker.Options)) (*sagemaker.DeleteNotebookInstanceLifecycleConfigOutput, error)

	sagemaker.ListDomainsAPIClient
	sagemaker.ListUserProfilesAPIClient
	sagemaker.ListSpacesAPIClient
	sagemaker.ListAppsAPIClient
	sagemaker.ListStudioLifecycleConfigsAPIClient
	sagemaker.ListNotebookInstancesAPIClient
	sagemaker.ListNotebookInstanceLifecycleConfigsAPIClient
}

// Types are the app types for which install has a script, and Usual those that are meant where none is named.
var (
	Types = []string{settings.JupyterLab, settings.CodeEditor, settings.JupyterServer}
	Usual = Types[:2]
)

// A Wish is what an administrator wants.
type Wish struct {
	// Places are where the agent is to be attached, or taken off.
	Places []settings.Place
	Types  []string
	// Script is what is to run in an app, and OnStart with a notebook instance; nil to remove what was installed.
	Script, OnStart []byte
	// Uploads are files that have to lie in S3 before.
	Uploads []Upload
	// BuiltIn attaches it in the slot that runs before the default, and Default makes it the default, or puts it in the slot, also where another is.
	BuiltIn, Default bool
	// Past are earlier changes of a resource, newest first: Remove finds in them what it puts back.
	Past func(resource string) ([]settings.Change, error)
}

// The actions of steps.
const (
	actUpload = "upload"
	actCreate = "create"
	actAttach = "attach"
	actDetach = "detach"
	actDelete = "delete"
)

// A Step is one change.
type Step struct {
	Action string `json:"action"`
	// Resource is the ARN of what is changed.
	Resource string `json:"resource"`
	// Change is that of the settings, where they change.
	Change *settings.Change `json:"change,omitempty"`
	// Type is the app type of a lifecycle configuration, and Content what it runs, in base64.
	Type    string  `json:"type,omitempty"`
	Content string  `json:"content,omitempty"`
	Upload  *Upload `json:"upload,omitempty"`
}

// A Plan is what would be changed, in order.
type Plan struct {
	Steps []Step `json:"steps"`
	// Notes say what an administrator should know besides.
	Notes []string `json:"notes,omitempty"`

	wish   Wish
	target estate.Target
	// said is what places say after the steps that are planned so far, and needed the app types whose lifecycle configuration they name.
	said   map[settings.Place]settings.Apps
	needed map[string]bool
}

// New reads what is there, and plans what is missing.
func New(ctx context.Context, s Studio, b Bucket, t estate.Target, w Wish) (*Plan, error) {
	p := &Plan{Steps: []Step{}, wish: w, target: t, said: map[settings.Place]settings.Apps{}, needed: map[string]bool{}}
	if w.Script == nil {
		return p, p.remove(ctx, s)
	}
	for _, u := range w.Uploads {
		there, err := u.There(ctx, b)
		if err != nil {
			return nil, err
		}
		if !there {
			p.Steps = append(p.Steps, Step{Action: actUpload, Resource: u.ARN(t.Partition), Upload: &u})
		}
	}
	var attach []Step
	for _, place := range w.Places {
		change, err := p.attachment(ctx, s, place)
		if err != nil {
			return nil, err
		}
		if len(change.After) > 0 {
			attach = append(attach, Step{Action: actAttach, Resource: change.Resource, Change: &change})
		}
		if place.Level == settings.LevelDomain {
			p.note("user profiles and spaces with settings of their own do not follow the domain's: sagewarden studio compliance tells which are not covered")
		}
	}
	if err := p.missing(ctx, s); err != nil {
		return nil, err
	}
	p.Steps = append(p.Steps, attach...)
	return p, nil
}

// wanted are the app types that are meant at a place.
func (p *Plan) wanted(place settings.Place, only string) (all []string) {
	if place.Level == settings.LevelNotebook {
		return []string{settings.Notebook}
	}
	for _, t := range p.wish.Types {
		if place.Knows(t) && (only == "" || only == t) {
			all = append(all, t)
		}
	}
	return all
}

// arn is that of the lifecycle configuration for an app type. A notebook instance knows its own by the name.
func (p *Plan) arn(appType string) string {
	if appType == settings.Notebook {
		return name(notebookType, p.wish.OnStart)
	}
	return p.target.SageMakerARN(studioConfig + name(appType, p.wish.Script))
}

const (
	studioConfig   = "studio-lifecycle-config/"
	notebookConfig = "notebook-instance-lifecycle-config/"
	// notebookType stands in the names of lifecycle configurations of notebook instances.
	notebookType = "notebook"
)

// attachment reads a place, and says what it is to say. After is empty where it says so already.
func (p *Plan) attachment(ctx context.Context, s Studio, place settings.Place) (settings.Change, error) {
	now, err := settings.Read(ctx, s, place)
	if err != nil {
		return settings.Change{}, err
	}
	far, err := p.far(ctx, s, place, now)
	if err != nil {
		return settings.Change{}, err
	}
	after := settings.Apps{}
	for _, t := range p.wanted(place, now.Type) {
		to := settings.Attachment{ARN: p.arn(t), BuiltIn: p.wish.BuiltIn && place.Slots(t), Replace: p.wish.Default}
		own := now.Apps[t].Detach(func(arn string) bool { return ours(arn) && arn != to.ARN })
		inherited := without(far[t], to.ARN)
		switch slot := own.Over(inherited).BuiltIn; {
		case place.Level == settings.LevelNotebook:
			own = p.notebook(place, now, to)
		case to.BuiltIn && slot != "" && slot != to.ARN && !to.Replace:
			p.note(fmt.Sprintf("%s: %s is built in already for %s: --default takes its place", now.Resource, slot, t))
			own = now.Apps[t]
		case place.Attaches(t):
			own = own.Attach(inherited, to)
		case !slices.Contains(far[t].Scripts, to.ARN):
			return settings.Change{}, &estate.Error{Op: "plan", On: now.Resource, Err: errors.New("a space chooses among the lifecycle configurations that its user profile, its domain or the defaults of shared spaces attach, and the agent is not among them"),
				Hint: "install it there too, with --user or --shared"}
		default:
			own = own.Choose(far[t], to)
		}
		if t == settings.JupyterServer {
			own.Instance = cmp.Or(own.Instance, "system") // it takes no other, and a lifecycle configuration takes a spec
		}
		after[t] = own
		named := own.Script == to.ARN || own.BuiltIn == to.ARN || slices.Contains(own.Scripts, to.ARN)
		p.needed[t] = p.needed[t] || named
		if taken := cmp.Or(own.Script, inherited.Script); named && taken != to.ARN && cmp.Or(own.BuiltIn, inherited.BuiltIn) != to.ARN {
			p.note(fmt.Sprintf("%s: %s stays the default of %s, so that the agent starts only where a person chooses it: --default changes that, and --built-in starts both", now.Resource, taken, t))
		}
	}
	p.said[place] = with(now.Apps, after)
	return settings.Between(p.target, place, now, after), nil
}

// with are the settings with others in the place of those of their app types.
func with(apps, other settings.Apps) settings.Apps {
	all := maps.Clone(apps)
	maps.Copy(all, other)
	return all
}

// without are the settings without earlier agents of ours.
func without(a settings.App, arn string) settings.App {
	return a.Detach(func(other string) bool { return ours(other) && other != arn })
}

// far is what the farther places say of which a place takes what it does not say itself.
func (p *Plan) far(ctx context.Context, s Studio, place settings.Place, now settings.Seen) (settings.Apps, error) {
	domain := settings.Place{Level: settings.LevelDomain, Domain: place.Domain}
	switch {
	case place.Level == settings.LevelProfile:
		return p.says(ctx, s, domain)
	case place.Level == settings.LevelSpace && now.Owner == "":
		return p.says(ctx, s, settings.Place{Level: settings.LevelShared, Domain: place.Domain})
	case place.Level == settings.LevelSpace:
		near, err := p.says(ctx, s, settings.Place{Level: settings.LevelProfile, Domain: place.Domain, Name: now.Owner})
		if err != nil {
			return nil, err
		}
		all, err := p.says(ctx, s, domain)
		return near.Over(all), err
	}
	return nil, nil
}

// says is what a place says after what is planned for it so far.
func (p *Plan) says(ctx context.Context, s Studio, place settings.Place) (settings.Apps, error) {
	if apps, planned := p.said[place]; planned {
		return apps, nil
	}
	now, err := settings.Read(ctx, s, place)
	p.said[place] = now.Apps
	return now.Apps, err
}

// notebook is what a notebook instance says with the agent. It has one lifecycle configuration, and takes another only while it is stopped.
func (p *Plan) notebook(place settings.Place, now settings.Seen, to settings.Attachment) settings.App {
	is := now.Apps[settings.Notebook]
	switch {
	case is.Script == to.ARN:
	case is.Script != "" && !ours(is.Script) && !to.Replace:
		p.note(fmt.Sprintf("%s starts with %s, and a notebook instance has one lifecycle configuration: it is left alone; --default takes its place", place.Name, is.Script))
	case now.Status != stopped:
		p.note(fmt.Sprintf(runs, place.Name, now.Status))
	default:
		is.Script = to.ARN
	}
	return is
}

// runs is said of a notebook instance that takes no change.
const runs = "%s is %s: a notebook instance takes another lifecycle configuration only while it is stopped, and is left alone"

const stopped = string(types.NotebookInstanceStatusStopped)

// missing plans to make the lifecycle configurations that places are to name and that are not there.
func (p *Plan) missing(ctx context.Context, s Studio) error {
	for _, t := range slices.Sorted(maps.Keys(p.needed)) {
		if !p.needed[t] {
			continue
		}
		there, err := p.made(ctx, s, t)
		if err != nil {
			return err
		}
		if !there {
			p.Steps = append(p.Steps, p.creation(t))
		}
	}
	return nil
}

func (p *Plan) creation(appType string) Step {
	if appType == settings.Notebook {
		return Step{Action: actCreate, Resource: p.target.SageMakerARN(notebookConfig + p.arn(appType)), Type: appType, Content: base64.StdEncoding.EncodeToString(p.wish.OnStart)}
	}
	return Step{Action: actCreate, Resource: p.arn(appType), Type: appType, Content: base64.StdEncoding.EncodeToString(p.wish.Script)}
}

// made reports whether the lifecycle configuration for an app type is there, and holds what it should.
func (p *Plan) made(ctx context.Context, s Studio, appType string) (bool, error) {
	want := p.creation(appType)
	content, is, err := look(ctx, s, want.Resource)
	switch {
	case err != nil:
		return false, err
	case content == "":
		return false, nil
	case content != want.Content || is != appType:
		return false, &estate.Error{Op: "plan", On: want.Resource, Err: errors.New("it is there, and holds something else"), Hint: "somebody else made it: look at it, and delete it"}
	}
	return true, nil
}

// look is what a lifecycle configuration runs, in base64, and the app type that it is for; both are empty where there is none.
func look(ctx context.Context, s Studio, resource string) (content, appType string, err error) {
	n := last(resource)
	if strings.Contains(resource, ":"+notebookConfig) {
		out, err := s.DescribeNotebookInstanceLifecycleConfig(ctx, &sagemaker.DescribeNotebookInstanceLifecycleConfigInput{NotebookInstanceLifecycleConfigName: &n})
		switch {
		case cloud.Classify(err) == cloud.NotFound:
			return "", "", nil
		case err != nil:
			return "", "", settings.Failed("sagemaker:DescribeNotebookInstanceLifecycleConfig", n, err)
		case len(out.OnStart) != 1 || len(out.OnCreate) > 0:
			return "-", settings.Notebook, nil
		}
		return aws.ToString(out.OnStart[0].Content), settings.Notebook, nil
	}
	out, err := s.DescribeStudioLifecycleConfig(ctx, &sagemaker.DescribeStudioLifecycleConfigInput{StudioLifecycleConfigName: &n})
	switch {
	case cloud.Classify(err) == cloud.NotFound:
		return "", "", nil
	case err != nil:
		return "", "", settings.Failed("sagemaker:DescribeStudioLifecycleConfig", n, err)
	}
	return aws.ToString(out.StudioLifecycleConfigContent), string(out.StudioLifecycleConfigAppType), nil
}

// last is the last word of an ARN.
func last(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

func (p *Plan) note(text string) {
	if !slices.Contains(p.Notes, text) {
		p.Notes = append(p.Notes, text)
	}
}
