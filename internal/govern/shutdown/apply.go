package shutdown

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// Apps are those of one target. The SDK's client is one.
type Apps interface {
	DescribeApp(context.Context, *sagemaker.DescribeAppInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeAppOutput, error)
	DeleteApp(context.Context, *sagemaker.DeleteAppInput, ...func(*sagemaker.Options)) (*sagemaker.DeleteAppOutput, error)
}

// A Journal keeps what is about to be done and how it ended. What it was told is kept for good when it returns.
type Journal interface {
	// Intend keeps that a step is begun, and returns what settles it.
	Intend(Step) (id string, err error)
	// Settle keeps how it ended.
	Settle(id string, r Result) error
}

// An Outcome is how a step ended.
type Outcome string

// The outcomes.
const (
	// Stopped: AWS took the call, or is found to be deleting the app.
	Stopped Outcome = "stopped"
	// Changed: the app is not the one that was planned for, and was left alone.
	Changed Outcome = "changed"
	// Untried: it was left alone, for the run was interrupted or could not be written down.
	Untried Outcome = "untried"
	// Failed: it runs on.
	Failed Outcome = "failed"
	// Unsettled: the call was sent, and nobody knows whether it did anything.
	Unsettled Outcome = "unsettled"
)

// A Result is a step and how it ended.
type Result struct {
	Step
	Outcome Outcome `json:"outcome"`
	Why     string  `json:"why,omitempty"`
}

// patience is how long a call that has been sent is waited for, even where the run is interrupted: then at least it is known how it ended.
const patience = time.Minute

// fresh is how old what a plan says of an app may be: a scan, a question, and a little thought.
const fresh = 15 * time.Minute

// An Engine carries plans out.
type Engine struct {
	// Apps reaches those of a target.
	Apps    func(estate.Target) Apps
	Journal Journal
	// Now is AWS's clock, which the plan was made by.
	Now func() time.Time
	// Tell hears of every step as it ends.
	Tell func(Result)
}

// Apply stops the apps of a plan, one after the other. The failure of one does not stop the rest. Where the context ends, no other is begun.
func (e Engine) Apply(ctx context.Context, p *Plan) []Result {
	var all []Result
	for _, s := range p.Steps {
		r := e.stop(ctx, s)
		e.Tell(r)
		all = append(all, r)
	}
	return all
}

// stop writes down the intent, looks, acts, and writes down how it ended.
func (e Engine) stop(ctx context.Context, s Step) Result {
	if ctx.Err() != nil {
		return Result{s, Untried, "interrupted"}
	}
	id, err := e.Journal.Intend(s)
	if err != nil {
		return Result{s, Untried, "the intent could not be written down: " + err.Error()}
	}
	r := e.act(ctx, s)
	if err := e.Journal.Settle(id, r); err != nil {
		r.Why += fmt.Sprintf("; this could not be written down: %v", err)
		if r.Outcome == Stopped {
			r.Outcome = Unsettled
		}
	}
	return r
}

func (e Engine) act(ctx context.Context, s Step) Result {
	if age := e.Now().Sub(s.Seen); age > fresh {
		return Result{s, Untried, "it was looked at " + age.Round(time.Minute).String() + " ago: plan again"}
	}
	apps := e.Apps(s.Target)
	seen, err := apps.DescribeApp(ctx, described(s))
	switch {
	case ctx.Err() != nil:
		return Result{s, Untried, "interrupted"}
	case cloud.Classify(err) == cloud.NotFound:
		return Result{s, Changed, "it is gone"}
	case err != nil:
		return Result{s, Failed, "it could not be looked at again, and was left alone: " + cloud.Brief(err)}
	}
	if why := changed(s, seen); why != "" {
		return Result{s, Changed, why}
	}
	sent, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if _, err = apps.DeleteApp(sent, deleted(s)); err == nil {
		return Result{s, Stopped, ""}
	}
	return settle(ctx, apps, s, err)
}

// settle looks whether a call that ended in an error did something all the same: an answer may be lost, and a second attempt is refused
// where the first was heard.
func settle(ctx context.Context, apps Apps, s Step, failed error) Result {
	look, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	seen, err := apps.DescribeApp(look, described(s))
	switch {
	case cloud.Classify(err) == cloud.NotFound:
		return Result{s, Stopped, "it is gone"}
	case err != nil:
		return Result{s, Unsettled, cloud.Brief(failed) + "; and it could not be looked at: " + cloud.Brief(err)}
	case seen.Status == types.AppStatusDeleting, seen.Status == types.AppStatusDeleted:
		return Result{s, Stopped, "it is " + string(seen.Status)}
	case changed(s, seen) != "":
		return Result{s, Unsettled, cloud.Brief(failed) + "; and now " + changed(s, seen)}
	case cloud.Uncertain(failed):
		return Result{s, Unsettled, cloud.Brief(failed) + "; it still runs, but the call may be on its way"}
	}
	return Result{s, Failed, cloud.Brief(failed)}
}

// Settle says how a step ended of which nobody knows, and whether that is known now. The call may be on its way for a while after it was sent.
func Settle(ctx context.Context, apps Apps, s Step, age time.Duration) (r Result, known bool) {
	seen, err := apps.DescribeApp(ctx, described(s))
	switch {
	case cloud.Classify(err) == cloud.NotFound:
		return Result{s, Stopped, "found gone by a later run"}, true
	case err != nil:
		return Result{s, Unsettled, cloud.Brief(err)}, false
	case seen.Status == types.AppStatusDeleting, seen.Status == types.AppStatusDeleted:
		return Result{s, Stopped, "found " + string(seen.Status) + " by a later run"}, true
	case !aws.ToTime(seen.CreationTime).Equal(s.Created):
		return Result{s, Changed, "found by a later run that another app of the same name has taken its place"}, true
	case age < underway:
		return Result{s, Unsettled, "it runs, and the call may be on its way"}, false
	}
	return Result{s, Failed, "found running by a later run"}, true
}

// underway is how long a call may do something after it was sent.
const underway = 10 * time.Minute

// changed is what an app has become since it was planned for, empty where it is the same. AWS gives an app that is started again within a
// day the creation time of the one before, so that its use is looked at besides: whoever started it has come back.
func changed(s Step, now *sagemaker.DescribeAppOutput) string {
	var instance string
	if now.ResourceSpec != nil {
		instance = string(now.ResourceSpec.InstanceType)
	}
	used := aws.ToTime(now.LastUserActivityTimestamp)
	switch {
	case string(now.Status) != s.Status:
		return "it was " + s.Status + " and is " + string(now.Status)
	case !aws.ToTime(now.CreationTime).Equal(s.Created):
		return "another app of the same name has taken its place"
	case instance != "" && s.InstanceType != "" && instance != s.InstanceType:
		return "it ran on " + s.InstanceType + " and runs on " + instance
	case s.State != estate.Active && used.After(s.Seen) && !used.Equal(aws.ToTime(now.LastHealthCheckTimestamp)): // which writes the stamp of use, too
		return "its user has come back at " + used.UTC().Format("15:04:05 MST")
	}
	return ""
}

func described(s Step) *sagemaker.DescribeAppInput {
	in := &sagemaker.DescribeAppInput{DomainId: &s.Domain, AppType: types.AppType(s.Type), AppName: &s.App}
	if s.Space != "" {
		in.SpaceName = &s.Space
	} else {
		in.UserProfileName = &s.User
	}
	return in
}

func deleted(s Step) *sagemaker.DeleteAppInput {
	in := described(s)
	return &sagemaker.DeleteAppInput{DomainId: in.DomainId, AppType: in.AppType, AppName: in.AppName, SpaceName: in.SpaceName, UserProfileName: in.UserProfileName}
}
