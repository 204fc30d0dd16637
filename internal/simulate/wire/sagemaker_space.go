package wire

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func (v *view) listSpaces(in *sagemaker.ListSpacesInput) (*sagemaker.ListSpacesOutput, error) {
	names := sieve{nameContains: in.SpaceNameContains}
	all := v.spaces.list(v.now, func(s space, l world.Life) bool {
		return is(aws.ToString(in.DomainIdEquals), s.domain) && names.lets(s.Name, l)
	})
	key := func(s space) string { return byTime(s.Created, s.domain+"/"+s.Name) }
	if in.SortBy == types.SpaceSortKeyLastModifiedTime {
		key = func(s space) string { return byTime(modified(s.Life), s.domain+"/"+s.Name) }
	}
	cut, next, err := listPage(v, all, key, in.SortOrder == types.SortOrderDescending, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &sagemaker.ListSpacesOutput{Spaces: []types.SpaceDetails{}, NextToken: next}
	for _, s := range cut {
		details := types.SpaceDetails{
			DomainId:         aws.String(s.domain),
			SpaceName:        aws.String(s.Name),
			Status:           types.SpaceStatusInService,
			CreationTime:     aws.Time(s.Created),
			LastModifiedTime: aws.Time(modified(s.Life)),
			SpaceSettingsSummary: &types.SpaceSettingsSummary{
				AppType:              types.AppType(s.AppType),
				SpaceStorageSettings: s.storage(),
			},
			SpaceSharingSettingsSummary: &types.SpaceSharingSettingsSummary{SharingType: s.sharing()},
		}
		if s.Owner != "" {
			details.OwnershipSettingsSummary = &types.OwnershipSettingsSummary{OwnerUserProfileName: aws.String(s.Owner)}
		}
		out.Spaces = append(out.Spaces, details)
	}
	return out, nil
}

func describedSpace(in *sagemaker.DescribeSpaceInput) string {
	return (&world.Space{Name: aws.ToString(in.SpaceName)}).Resource(aws.ToString(in.DomainId))
}

func (v *view) describeSpace(in *sagemaker.DescribeSpaceInput) (*sagemaker.DescribeSpaceOutput, error) {
	s, ok := v.spaces.find(describedSpace(in), v.now)
	if !ok {
		return nil, notFound("Space", in.SpaceName)
	}
	out := &sagemaker.DescribeSpaceOutput{
		SpaceArn:             v.arn(s.Resource(s.domain)),
		DomainId:             aws.String(s.domain),
		SpaceName:            aws.String(s.Name),
		SpaceDisplayName:     given(s.DisplayName),
		Status:               types.SpaceStatusInService,
		CreationTime:         aws.Time(s.Created),
		LastModifiedTime:     aws.Time(modified(s.Life)),
		SpaceSettings:        s.settings(),
		SpaceSharingSettings: &types.SpaceSharingSettings{SharingType: s.sharing()},
	}
	if s.Owner != "" {
		out.OwnershipSettings = &types.OwnershipSettings{OwnerUserProfileName: aws.String(s.Owner)}
	}
	return out, nil
}

func (s space) sharing() types.SharingType {
	return types.SharingType(cmp.Or(s.Sharing, string(types.SharingTypePrivate)))
}

func (s space) settings() *types.SpaceSettings {
	var settings types.SpaceSettings
	if s.Settings != nil {
		settings = *s.Settings
	}
	settings.AppType, settings.SpaceStorageSettings = types.AppType(s.AppType), s.storage()
	return &settings
}

func (s space) storage() *types.SpaceStorageSettings {
	if s.VolumeGB == 0 {
		return nil
	}
	return &types.SpaceStorageSettings{EbsStorageSettings: &types.EbsStorageSettings{EbsVolumeSizeInGb: aws.Int32(s.VolumeGB)}}
}
