package kinds

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func init() { register(profile{}) }

// profile is the family of Studio user profiles. A profile bills nothing; one that nobody uses is somebody who left.
type profile struct{}

var profileFamily = Family{
	Name: "user-profile", ARNType: "user-profile", InDomain: true, IdleFor: 90 * 24 * time.Hour,
	Summary: "Studio user profiles",
	Look: looksFor((*sagemaker.Client).DescribeUserProfile, "UserProfile", func(r estate.Resource) *sagemaker.DescribeUserProfileInput {
		return &sagemaker.DescribeUserProfileInput{DomainId: &r.Domain, UserProfileName: &r.User}
	}),
	Reads:     []Operation{{"sagemaker:ListUserProfiles", "every user profile"}},
	Needs:     []estate.Kind{appFamily.Name, spaceFamily.Name},
	CreatedBy: "CreateUserProfile",
	Actions: []Action{
		{Name: "delete", Operations: []string{"sagemaker:DeleteApp", "sagemaker:DeleteSpace", "sagemaker:DeleteUserProfile", "sagemaker:ListTags", describesApp, describesSpace, describesProfile},
			Undo:           "create it again with the saved settings, and its spaces and apps",
			UndoOperations: []string{"sagemaker:CreateUserProfile", "sagemaker:CreateSpace", "sagemaker:CreateApp", describesApp, describesSpace, describesProfile},
			Loses: "its place on the domain's file system, where its files stay: a profile that is made again gets another directory; and the volumes of its spaces, " +
				"which is refused unless the policy gives its data up",
			Next: deleteProfile, Back: profileBack},
		{Name: "set-idle-shutdown", Operations: []string{"sagemaker:UpdateUserProfile", describesProfile}, Undo: "put the former idle shutdown back",
			UndoOperations: []string{"sagemaker:UpdateUserProfile", describesProfile}, Next: idleProfile, Back: idleBack},
	},
}

func (profile) Family() *Family { return &profileFamily }

func (profile) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	in := &sagemaker.ListUserProfilesInput{MaxResults: aws.Int32(100)}
	if s.Domain != "" {
		in.DomainIdEquals = &s.Domain
	}
	return list(ctx, s, "sagemaker:ListUserProfiles", sagemaker.NewListUserProfilesPaginator(s.SageMaker(), in),
		func(o *sagemaker.ListUserProfilesOutput) []types.UserProfileDetails { return o.UserProfiles },
		func(_ context.Context, d types.UserProfileDetails) {
			r := estate.Resource{
				Kind: profileFamily.Name, Target: s.Target(), Name: aws.ToString(d.UserProfileName), User: aws.ToString(d.UserProfileName), Domain: aws.ToString(d.DomainId),
				Status: string(d.Status), Created: aws.ToTime(d.CreationTime).UTC(), Modified: aws.ToTime(d.LastModifiedTime).UTC(),
			}
			r.ARN = r.Target.SageMakerARN("user-profile/" + r.Domain + "/" + r.Name)
			r.Owner, r.OwnerFrom = r.User, ownerFromProfile
			if s.wants(&profileFamily, r.ARN, r.Name) {
				yield(estate.Observation{Resource: r, Signals: estate.Signals{{Name: signalStamps, Source: "sagemaker:ListUserProfiles CreationTime and LastModifiedTime",
					Quality: estate.Good, At: later(r.Created, r.Modified)}}})
			}
		})
}

// SignInName is the name with which a person signs in through IAM Identity Center, asked for once; empty where it could not be found.
func SignInName(ctx context.Context, s *Scope, domain, profile string) string {
	name, _ := once(s, "sign-in-name/"+domain+"/"+profile, func() (string, error) { // recorded in the coverage
		d, gone, err := Describe(ctx, s, "sagemaker:DescribeUserProfile", func(ctx context.Context) (*sagemaker.DescribeUserProfileOutput, error) {
			return s.SageMaker().DescribeUserProfile(ctx, &sagemaker.DescribeUserProfileInput{DomainId: &domain, UserProfileName: &profile})
		}, func(o *sagemaker.DescribeUserProfileOutput) bool { return o.UserProfileName != nil })
		if gone || err != nil {
			return "", err
		}
		return aws.ToString(d.SingleSignOnUserValue), nil
	})
	return name
}

// Relate finds the person's apps and spaces.
func (profile) Relate(r estate.Resource, p *Peers) estate.Signals {
	ofUser := func(o estate.Resource) []string {
		if o.User == "" {
			return nil
		}
		return []string{o.Domain + "/" + o.User}
	}
	key := r.Domain + "/" + r.Name
	sigs := append(uses(p.Of(appFamily.Name, "domain/user", key, ofUser)), uses(p.Of(spaceFamily.Name, "domain/user", key, ofUser))...)
	// Every profile of the domain may work in a shared space, and nothing tells which of them does.
	for _, s := range uses(p.Of(spaceFamily.Name, "shared in domain", r.Domain, sharedIn)) {
		if s.Name == signalPeerActive {
			s.Name, s.Note = signalPeerUnknown, "somebody works in it"
		}
		sigs = append(sigs, s)
	}
	if hole, ok := p.unseen(signalPeerUnseen, appFamily.Name, spaceFamily.Name); ok {
		sigs = append(sigs, hole)
	}
	return sigs
}

func sharedIn(space estate.Resource) []string {
	if space.Attributes[attributeSharing] == string(types.SharingTypeShared) || space.User == "" {
		return []string{space.Domain}
	}
	return nil
}

func (profile) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	switch types.UserProfileStatus(r.Status) {
	case types.UserProfileStatusInService:
	case types.UserProfileStatusFailed, types.UserProfileStatusUpdateFailed, types.UserProfileStatusDeleteFailed:
		return broken("profile/broken", r.Status, "", r.Modified)
	default:
		return inTransit("profile/changing", r.Status, later(r.Created, r.Modified), c)
	}
	if v, ok := judgePeers("profile", sigs, c); ok {
		if v.State == estate.Idle { // apps that were deleted leave no trace, and a person may use Studio or start jobs without any
			v.Confidence = estate.Low
		}
		return v
	}
	stamps, ok := sigs.Find(signalStamps, "")
	switch {
	case !ok || stamps.At.IsZero():
		return estate.Verdict{State: estate.Unknown, Rule: "profile/unread", Why: "nothing that was read speaks of its use"}
	case c.Now.Sub(stamps.At) < c.IdleFor:
		return estate.Verdict{State: estate.Unknown, Rule: "profile/too-young",
			Why: "it has neither app nor space, and was made or changed " + ago(c.Now, stamps.At) + " ago, which is less than the limit of " + span(c.IdleFor)}
	}
	return estate.Verdict{State: estate.Idle, Confidence: estate.Low, Since: stamps.At, Rule: "profile/age",
		Why: "it has neither app nor space, and has not been changed for " + ago(c.Now, stamps.At), Remedy: "ask whether the person still works here"}
}
