package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

const describesApp = "sagemaker:DescribeApp"

// describedApp names the app in a call.
func describedApp(r estate.Resource) *sagemaker.DescribeAppInput {
	in := &sagemaker.DescribeAppInput{DomainId: &r.Domain, AppType: types.AppType(r.Attributes["appType"]), AppName: aws.String(r.Attributes["appName"])}
	if r.Space != "" {
		in.SpaceName = &r.Space
	} else {
		in.UserProfileName = &r.User
	}
	return in
}

// stopApp is the next move on the way to an app that does not run. AWS knows no other end of an app than to delete it.
func stopApp(ctx context.Context, h *Hand) (Move, error) {
	d, gone, err := look(ctx, h, describesApp, h.SageMaker.DescribeApp, describedApp(h.Resource))
	if err != nil || gone {
		return done("it is gone"), err
	}
	if m, other := h.another(d.CreationTime); other {
		return m, nil
	}
	return h.endApp(ctx, d)
}

// endApp is the next move on the way to the end of an app.
func (h *Hand) endApp(ctx context.Context, d *sagemaker.DescribeAppOutput) (Move, error) {
	what := aws.ToString(d.AppArn)
	switch d.Status {
	case types.AppStatusDeleted, types.AppStatusFailed: // nothing runs for one that failed, and AWS refuses to delete it
		return done("it is %s", d.Status), nil
	case types.AppStatusDeleting:
		return wait("%s is being deleted", what), nil
	case types.AppStatusInService:
	case types.AppStatusPending:
		return refuse("%s is being started", what), nil
	default:
		return refuse("the status of %s is not known: %q", what, d.Status), nil
	}
	tags, err := h.tagsOf(ctx, d.AppArn)
	if err != nil {
		return Move{}, err
	}
	was, err := saved{Tags: tags}.of(d)
	return sending("sagemaker:DeleteApp", what, was, h.SageMaker.DeleteApp, onceSageMaker, &sagemaker.DeleteAppInput{
		DomainId: d.DomainId, AppType: d.AppType, AppName: d.AppName, SpaceName: d.SpaceName, UserProfileName: d.UserProfileName,
	}), err
}

// endApps is the next move on the way to the end of every app that the listing has.
func (h *Hand) endApps(ctx context.Context, in *sagemaker.ListAppsInput) (Move, bool, error) {
	in.MaxResults = aws.Int32(100)
	all, err := gather(ctx, h, "sagemaker:ListApps", sagemaker.NewListAppsPaginator(h.SageMaker, in), func(o *sagemaker.ListAppsOutput) []types.AppDetails { return o.Apps })
	if err != nil {
		return Move{}, true, err
	}
	return foremost(h, all, func(a types.AppDetails) (Move, error) {
		if a.Status == types.AppStatusDeleted { // it stays listed for a day
			return done("it is deleted"), nil
		}
		d, gone, err := look(ctx, h, describesApp, h.SageMaker.DescribeApp, &sagemaker.DescribeAppInput{
			DomainId: a.DomainId, AppType: a.AppType, AppName: a.AppName, SpaceName: a.SpaceName, UserProfileName: a.UserProfileName,
		})
		if err != nil || gone {
			return done("it is gone"), err
		}
		if m, later := h.unlooked("its app "+aws.ToString(d.AppArn), d.CreationTime); later {
			return m, nil
		}
		return h.endApp(ctx, d)
	})
}

// appAgain is the call that makes an app as it was described.
func appAgain(d *sagemaker.DescribeAppOutput) *sagemaker.CreateAppInput {
	return &sagemaker.CreateAppInput{
		DomainId: d.DomainId, AppType: d.AppType, AppName: d.AppName, SpaceName: d.SpaceName, UserProfileName: d.UserProfileName,
		ResourceSpec: d.ResourceSpec, RecoveryMode: d.RecoveryMode,
	}
}

// startAppAgain undoes the deletion of an app.
func startAppAgain(ctx context.Context, h *Hand, made Made) (Move, error) {
	was := &sagemaker.DescribeAppOutput{}
	s, err := restore(made.Saved, was)
	if err != nil {
		return Move{}, err
	}
	d, gone, err := look(ctx, h, describesApp, h.SageMaker.DescribeApp, &sagemaker.DescribeAppInput{
		DomainId: was.DomainId, AppType: was.AppType, AppName: was.AppName, SpaceName: was.SpaceName, UserProfileName: was.UserProfileName,
	})
	if err != nil {
		return Move{}, err
	}
	var now *sagemaker.CreateAppInput
	status := types.AppStatusDeleted
	if !gone && d.Status != types.AppStatusDeleted {
		now, status = appAgain(d), d.Status
	}
	in := appAgain(was)
	return again(in, now, string(status), func() Move {
		made := *in
		made.Tags = asTags(s.Tags)
		return sending("sagemaker:CreateApp", aws.ToString(was.AppArn), nil, h.SageMaker.CreateApp, onceSageMaker, &made)
	}), nil
}
