package wire

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func imageOf(name *string) string {
	return (&world.Record{Family: world.Image, Name: aws.ToString(name)}).Resource()
}

// describedVersion is the resource of the version that a call asks for: the newest unless it says another.
func describedVersion(in *sagemaker.DescribeImageVersionInput) string {
	return (&world.ImageVersion{Image: aws.ToString(in.ImageName), Number: aws.ToInt32(in.Version)}).Resource()
}

// versionsOf are the versions of an image, oldest first.
func (v *view) versionsOf(image *string) ([]*world.ImageVersion, error) {
	if _, found := v.record(world.Image, "", aws.ToString(image)); !found {
		return nil, missing(world.Image, aws.ToString(image))
	}
	all := v.versions.list(v.now, func(i *world.ImageVersion, _ world.Life) bool { return i.Image == aws.ToString(image) })
	slices.SortFunc(all, func(a, b *world.ImageVersion) int { return cmp.Compare(a.Number, b.Number) })
	return all, nil
}

func versionStatus(i *world.ImageVersion) types.ImageVersionStatus {
	return cmp.Or(types.ImageVersionStatus(i.Status), types.ImageVersionStatusCreated)
}

func (v *view) listImageVersions(in *sagemaker.ListImageVersionsInput) (*sagemaker.ListImageVersionsOutput, error) {
	all, err := v.versionsOf(in.ImageName)
	if err != nil {
		return nil, err
	}
	key := func(i *world.ImageVersion) string {
		if in.SortBy == types.ImageVersionSortByVersion {
			return fmt.Sprintf("%010d", i.Number)
		}
		return byTime(i.Created, fmt.Sprintf("%010d", i.Number))
	}
	cut, next, err := listPage(v, all, key, in.SortOrder != types.ImageVersionSortOrderAscending, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &sagemaker.ListImageVersionsOutput{ImageVersions: []types.ImageVersion{}, NextToken: next}
	for _, i := range cut {
		out.ImageVersions = append(out.ImageVersions, types.ImageVersion{CreationTime: &i.Created, LastModifiedTime: &i.Created, ImageArn: v.arn(imageOf(&i.Image)),
			ImageVersionArn: v.arn(i.Resource()), ImageVersionStatus: versionStatus(i), Version: &i.Number})
	}
	return out, nil
}

// versionAsked is the version of a number or an alias, or the newest.
func (v *view) versionAsked(image, alias *string, number *int32) (*world.ImageVersion, error) {
	all, err := v.versionsOf(image)
	if err != nil {
		return nil, err
	}
	for _, i := range slices.Backward(all) {
		if number == nil && nothing(alias) || number != nil && i.Number == *number || number == nil && slices.Contains(i.Aliases, aws.ToString(alias)) {
			return i, nil
		}
	}
	return nil, notFound("ImageVersion", image)
}

func (v *view) describeImageVersion(in *sagemaker.DescribeImageVersionInput) (*sagemaker.DescribeImageVersionOutput, error) {
	i, err := v.versionAsked(in.ImageName, in.Alias, in.Version)
	if err != nil {
		return nil, err
	}
	out := i.Output
	out.CreationTime, out.LastModifiedTime, out.Version, out.ImageVersionStatus = &i.Created, &i.Created, &i.Number, versionStatus(i)
	out.ImageArn, out.ImageVersionArn = v.arn(imageOf(&i.Image)), v.arn(i.Resource())
	return &out, nil
}

func (v *view) listAliases(in *sagemaker.ListAliasesInput) (*sagemaker.ListAliasesOutput, error) {
	all, err := v.versionsOf(in.ImageName)
	if err != nil {
		return nil, err
	}
	aliases := []string{}
	for _, i := range all {
		for _, alias := range i.Aliases {
			if (in.Version == nil || i.Number == *in.Version) && (nothing(in.Alias) || alias == *in.Alias) {
				aliases = append(aliases, alias)
			}
		}
	}
	cut, next, err := listPage(v, aliases, func(a string) string { return a }, false, in.MaxResults, in.NextToken)
	return &sagemaker.ListAliasesOutput{SageMakerImageVersionAliases: cut, NextToken: next}, err
}
