package install

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
)

// A Result is a step and how it ended.
type Result struct {
	Step
	Outcome settings.Outcome `json:"outcome"`
	Why     string           `json:"why,omitempty"`
}

// An Engine carries plans out.
type Engine struct {
	Studio  Studio
	Bucket  Bucket
	Journal settings.Journal
	// Wait lets time pass between two looks.
	Wait func(context.Context, time.Duration) error
}

// Apply carries the plan out, step by step, and tells of each as it ends. The first that is not done ends it, but for deletions: what was done stands, and
// to install again goes on from there.
func (e Engine) Apply(ctx context.Context, p *Plan, tell func(Result)) (all []Result) {
	changes := settings.Engine{Studio: func(estate.Target) settings.Studio { return e.Studio }, Journal: e.Journal, Wait: e.Wait}
	for _, step := range p.Steps {
		r := Result{Step: step}
		if step.Change != nil {
			of := changes.Apply(ctx, *step.Change)
			r.Outcome, r.Why = of.Outcome, of.Why
		} else {
			r.Outcome, r.Why = settings.Record(ctx, e.Journal, step.Operation(), step.Resource, step, func(ctx context.Context) (settings.Outcome, string) { return e.act(ctx, step) })
		}
		tell(r)
		all = append(all, r)
		if r.Outcome != settings.Done && step.Action != actDelete {
			break
		}
	}
	return all
}

// act makes a step's call, and looks what became of it.
func (e Engine) act(ctx context.Context, step Step) (settings.Outcome, string) {
	failed := e.call(ctx, step)
	done, err := step.done(ctx, e.Studio, e.Bucket)
	return settings.Ended(failed, done, err)
}

func (e Engine) call(ctx context.Context, step Step) error {
	n, op := last(step.Resource), step.Operation()
	var err error
	switch {
	case step.Upload != nil:
		return step.Upload.put(ctx, e.Bucket)
	case op == "sagemaker:CreateNotebookInstanceLifecycleConfig":
		_, err = e.Studio.CreateNotebookInstanceLifecycleConfig(ctx, &sagemaker.CreateNotebookInstanceLifecycleConfigInput{NotebookInstanceLifecycleConfigName: &n,
			OnStart: []types.NotebookInstanceLifecycleHook{{Content: aws.String(step.Content)}}})
	case op == "sagemaker:DeleteNotebookInstanceLifecycleConfig":
		_, err = e.Studio.DeleteNotebookInstanceLifecycleConfig(ctx, &sagemaker.DeleteNotebookInstanceLifecycleConfigInput{NotebookInstanceLifecycleConfigName: &n})
	case op == "sagemaker:CreateStudioLifecycleConfig":
		_, err = e.Studio.CreateStudioLifecycleConfig(ctx, &sagemaker.CreateStudioLifecycleConfigInput{StudioLifecycleConfigName: &n,
			StudioLifecycleConfigAppType: types.StudioLifecycleConfigAppType(step.Type), StudioLifecycleConfigContent: aws.String(step.Content)})
	default:
		_, err = e.Studio.DeleteStudioLifecycleConfig(ctx, &sagemaker.DeleteStudioLifecycleConfigInput{StudioLifecycleConfigName: &n})
	}
	if err != nil {
		return settings.Failed(op, step.Resource, err)
	}
	return nil
}

// Operation is what a step calls that changes no settings, as IAM names it.
func (s Step) Operation() string {
	of := "StudioLifecycleConfig"
	if s.Type == settings.Notebook {
		of = "NotebookInstanceLifecycleConfig"
	}
	return map[string]string{actUpload: "s3:PutObject", actCreate: "sagemaker:Create" + of, actDelete: "sagemaker:Delete" + of}[s.Action]
}

// done looks whether what the step is for is so.
func (s Step) done(ctx context.Context, studio Studio, b Bucket) (bool, error) {
	if s.Upload != nil {
		return s.Upload.There(ctx, b)
	}
	content, _, err := look(ctx, studio, s.Resource)
	if s.Action == actDelete {
		return content == "", err
	}
	return content == s.Content, err
}

// Settle says how a step ended of which nobody knows, and whether that is known now. It is not for steps that change settings.
func Settle(ctx context.Context, studio Studio, b Bucket, s Step, age time.Duration) (o settings.Outcome, why string, known bool) {
	switch done, err := s.done(ctx, studio, b); {
	case err != nil:
		return settings.Unsettled, err.Error(), false
	case done:
		return settings.Done, "found so by a later run", true
	case age < settings.Underway:
		return settings.Unsettled, "a call may be on its way", false
	}
	return settings.Refused, "found undone by a later run", true
}
