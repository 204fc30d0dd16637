package wire

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func (v *view) listUserProfiles(in *sagemaker.ListUserProfilesInput) (*sagemaker.ListUserProfilesOutput, error) {
	names := sieve{nameContains: in.UserProfileNameContains}
	all := v.users.list(v.now, func(u user, l world.Life) bool {
		return is(aws.ToString(in.DomainIdEquals), u.domain) && names.lets(u.Name, l)
	})
	key := func(u user) string { return byTime(u.Created, u.domain+"/"+u.Name) }
	if in.SortBy == types.UserProfileSortKeyLastModifiedTime {
		key = func(u user) string { return byTime(modified(u.Life), u.domain+"/"+u.Name) }
	}
	cut, next, err := listPage(v, all, key, in.SortOrder == types.SortOrderDescending, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &sagemaker.ListUserProfilesOutput{UserProfiles: []types.UserProfileDetails{}, NextToken: next}
	for _, u := range cut {
		out.UserProfiles = append(out.UserProfiles, types.UserProfileDetails{
			DomainId:         aws.String(u.domain),
			UserProfileName:  aws.String(u.Name),
			Status:           types.UserProfileStatusInService,
			CreationTime:     aws.Time(u.Created),
			LastModifiedTime: aws.Time(modified(u.Life)),
		})
	}
	return out, nil
}

func describedUser(in *sagemaker.DescribeUserProfileInput) string {
	return (&world.User{Name: aws.ToString(in.UserProfileName)}).Resource(aws.ToString(in.DomainId))
}

func (v *view) describeUserProfile(in *sagemaker.DescribeUserProfileInput) (*sagemaker.DescribeUserProfileOutput, error) {
	u, ok := v.users.find(describedUser(in), v.now)
	if !ok {
		return nil, notFound("UserProfile", in.UserProfileName)
	}
	out := &sagemaker.DescribeUserProfileOutput{
		UserProfileArn:   v.arn(u.Resource(u.domain)),
		DomainId:         aws.String(u.domain),
		UserProfileName:  aws.String(u.Name),
		Status:           types.UserProfileStatusInService,
		CreationTime:     aws.Time(u.Created),
		LastModifiedTime: aws.Time(modified(u.Life)),
		UserSettings:     u.Settings,
	}
	if u.SSOUser != "" {
		out.SingleSignOnUserIdentifier, out.SingleSignOnUserValue = aws.String("UserName"), aws.String(u.SSOUser)
	}
	return out, nil
}
