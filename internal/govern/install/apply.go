package install

import (
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Journal keeps what is about to be done and how it ended. What it was told is kept for good when it returns.
type Journal interface {
	Intend(Step) (id string, err error)
	Settle(id string, err error) error
}

// patience is how long a call that has been sent is waited for, even where the run is interrupted.
const patience = time.Minute

// Apply carries the plan out, step by step, and tells of each as it ends. The first that fails ends it: what was done stands, and to install again goes
// on from there.
func (p *Plan) Apply(ctx context.Context, s Studio, j Journal, tell func(Step)) error {
	for _, step := range p.Steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		if step.Action != "create" { // what others have attached in the meantime stays
			again, err := p.attachment(ctx, s, step.user)
			if err != nil {
				return err
			}
			if len(again.After) == 0 {
				continue // somebody has done it
			}
			if !same(step.Before, again.Before) || !same(step.After, again.After) {
				return &estate.Error{Op: "apply", On: step.Resource, Err: errors.New("its lifecycle configurations have changed since they were planned for: nothing was changed there"), Hint: "plan again"}
			}
			step = again
		}
		id, err := j.Intend(step)
		if err != nil {
			return err
		}
		err = p.act(ctx, s, step)
		if settled := j.Settle(id, err); err == nil {
			err = settled
		}
		if err != nil {
			return err
		}
		tell(step)
	}
	return nil
}

func same(a, b map[string]Attached) bool {
	return maps.EqualFunc(a, b, func(a, b Attached) bool { return a.Default == b.Default && slices.Equal(a.ARNs, b.ARNs) })
}

func (p *Plan) act(ctx context.Context, s Studio, step Step) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if step.Action == "create" {
		_, err := s.CreateStudioLifecycleConfig(ctx, &sagemaker.CreateStudioLifecycleConfigInput{StudioLifecycleConfigName: aws.String(name(string(step.appType), p.wish.Script)),
			StudioLifecycleConfigAppType: step.appType, StudioLifecycleConfigContent: aws.String(base64.StdEncoding.EncodeToString(p.wish.Script))})
		if err != nil {
			return failed("sagemaker:CreateStudioLifecycleConfig", step.Resource, err)
		}
		return nil
	}
	if step.user == "" {
		if _, err := s.UpdateDomain(ctx, &sagemaker.UpdateDomainInput{DomainId: &p.wish.Domain, DefaultUserSettings: step.now.with(step.After)}); err != nil {
			return failed("sagemaker:UpdateDomain", step.Resource, err)
		}
		return nil
	}
	if _, err := s.UpdateUserProfile(ctx, &sagemaker.UpdateUserProfileInput{DomainId: &p.wish.Domain, UserProfileName: &step.user, UserSettings: step.now.with(step.After)}); err != nil {
		return failed("sagemaker:UpdateUserProfile", step.Resource, err)
	}
	return nil
}
