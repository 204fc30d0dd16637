package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

const describesProfile = "sagemaker:DescribeUserProfile"

func (h *Hand) profileNow(ctx context.Context, domain, name *string) (*sagemaker.DescribeUserProfileOutput, bool, error) {
	return look(ctx, h, describesProfile, h.SageMaker.DescribeUserProfile, &sagemaker.DescribeUserProfileInput{DomainId: domain, UserProfileName: name})
}

// deleteProfile is the next move on the way to a user profile that is gone: its apps go first, and the spaces that it owns. The home directory
// stays on the domain's file system.
func deleteProfile(ctx context.Context, h *Hand) (Move, error) {
	d, gone, err := h.profileNow(ctx, &h.Resource.Domain, &h.Resource.Name)
	if err != nil || gone {
		return done("it is gone"), err
	}
	if m, other := h.another(d.CreationTime); other {
		return m, nil
	}
	if m, busy := studioStatus("it", d.Status); busy {
		return m, nil
	}
	m, left, err := h.endSpaces(ctx, d.DomainId, func(s types.SpaceDetails) bool {
		return s.OwnershipSettingsSummary != nil && aws.ToString(s.OwnershipSettingsSummary.OwnerUserProfileName) == h.Resource.Name
	})
	if left || err != nil {
		return m, err
	}
	return h.endProfile(ctx, d)
}

// endProfile is the next move on the way to the end of a profile that owns no space.
func (h *Hand) endProfile(ctx context.Context, d *sagemaker.DescribeUserProfileOutput) (Move, error) {
	if m, busy := studioStatus(aws.ToString(d.UserProfileName), d.Status); busy {
		return m, nil
	}
	if m, left, err := h.endApps(ctx, &sagemaker.ListAppsInput{DomainIdEquals: d.DomainId, UserProfileNameEquals: d.UserProfileName}); left || err != nil {
		return m, err
	}
	tags, err := h.tagsOf(ctx, d.UserProfileArn)
	if err != nil {
		return Move{}, err
	}
	was, err := saved{Tags: tags}.of(d)
	return sending("sagemaker:DeleteUserProfile", aws.ToString(d.UserProfileArn), was, h.SageMaker.DeleteUserProfile, onceSageMaker,
		&sagemaker.DeleteUserProfileInput{DomainId: d.DomainId, UserProfileName: d.UserProfileName}), err
}

// endProfiles is the next move on the way to the end of every profile of a domain.
func (h *Hand) endProfiles(ctx context.Context, domain *string) (Move, bool, error) {
	all, err := gather(ctx, h, "sagemaker:ListUserProfiles",
		sagemaker.NewListUserProfilesPaginator(h.SageMaker, &sagemaker.ListUserProfilesInput{DomainIdEquals: domain, MaxResults: aws.Int32(100)}),
		func(o *sagemaker.ListUserProfilesOutput) []types.UserProfileDetails { return o.UserProfiles })
	if err != nil {
		return Move{}, true, err
	}
	return foremost(h, all, func(p types.UserProfileDetails) (Move, error) {
		d, gone, err := h.profileNow(ctx, p.DomainId, p.UserProfileName)
		if err != nil || gone {
			return done("it is gone"), err
		}
		if m, later := h.unlooked("its profile "+aws.ToString(p.UserProfileName), d.CreationTime); later {
			return m, nil
		}
		return h.endProfile(ctx, d)
	})
}

// profileAgain is the call that makes a user profile as it was described.
func profileAgain(d *sagemaker.DescribeUserProfileOutput) *sagemaker.CreateUserProfileInput {
	return &sagemaker.CreateUserProfileInput{
		DomainId: d.DomainId, UserProfileName: d.UserProfileName, SingleSignOnUserIdentifier: d.SingleSignOnUserIdentifier,
		SingleSignOnUserValue: d.SingleSignOnUserValue, UserSettings: d.UserSettings,
	}
}

// profileBack undoes a call to a profile, to a space or to an app.
func profileBack(ctx context.Context, h *Hand, made Made) (Move, error) {
	if made.Operation != "sagemaker:DeleteUserProfile" {
		return spaceBack(ctx, h, made)
	}
	was := &sagemaker.DescribeUserProfileOutput{}
	s, err := restore(made.Saved, was)
	if err != nil {
		return Move{}, err
	}
	d, gone, err := h.profileNow(ctx, was.DomainId, was.UserProfileName)
	if err != nil {
		return Move{}, err
	}
	var now *sagemaker.CreateUserProfileInput
	var status types.UserProfileStatus
	if !gone {
		now, status = profileAgain(d), d.Status
	}
	in := profileAgain(was)
	return again(in, now, string(status), func() Move {
		made := *in
		made.Tags = asTags(s.Tags)
		return sending("sagemaker:CreateUserProfile", aws.ToString(was.UserProfileArn), nil, h.SageMaker.CreateUserProfile, onceSageMaker, &made)
	}), nil
}
