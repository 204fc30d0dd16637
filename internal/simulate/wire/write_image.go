package wire

import (
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// createImageVersion gives the image its next version. A name that another version had goes over to it.
func (v *view) createImageVersion(in *sagemaker.CreateImageVersionInput) (*sagemaker.CreateImageVersionOutput, error) {
	if _, err := v.taken(world.Image, &sagemaker.DescribeImageInput{ImageName: in.ImageName}, []string{string(types.ImageStatusCreated)}); err != nil {
		return nil, err
	}
	if nothing(in.BaseImage) {
		return nil, missingMember("baseImage")
	}
	all, err := v.versionsOf(in.ImageName)
	if err != nil {
		return nil, err
	}
	for _, i := range all {
		if i.Token != "" && i.Token == aws.ToString(in.ClientToken) {
			return &sagemaker.CreateImageVersionOutput{ImageVersionArn: v.arn(i.Resource())}, nil
		}
	}
	i := &world.ImageVersion{Life: world.Life{Created: v.now, Creator: v.principal.arn}, Image: *in.ImageName, Number: 1, Aliases: in.Aliases, Token: aws.ToString(in.ClientToken),
		Status: string(types.ImageVersionStatusCreating)}
	if len(all) > 0 {
		i.Number = all[len(all)-1].Number + 1
	}
	for _, other := range all {
		kept := *other
		kept.Aliases = slices.DeleteFunc(slices.Clone(other.Aliases), func(a string) bool { return slices.Contains(in.Aliases, a) })
		v.versions.write(kept.Resource(), v.now, kept.Life, &kept)
	}
	merge(reflect.ValueOf(&i.Output).Elem(), reflect.ValueOf(in).Elem())
	i.Output.ContainerImage = in.BaseImage
	v.versions.write(i.Resource(), v.now, i.Life, i)
	there := *i
	there.Status = string(types.ImageVersionStatusCreated)
	v.versions.write(i.Resource(), v.now.Add(imageMoves), there.Life, &there)
	v.wrote(change{family: "ImageVersion", name: *in.ImageName, arn: i.Resource(), request: map[string]string{"imageName": *in.ImageName, "baseImage": aws.ToString(in.BaseImage)}})
	return &sagemaker.CreateImageVersionOutput{ImageVersionArn: v.arn(i.Resource())}, nil
}

// dropVersions takes the versions of an image away with it.
func dropVersions(v *view, image *world.Record) {
	for _, i := range v.versions.list(v.now, func(i *world.ImageVersion, _ world.Life) bool { return i.Image == image.Name }) {
		gone := *i
		gone.Deleted, gone.Status = v.now.Add(imageMoves), string(types.ImageVersionStatusDeleting)
		v.versions.write(i.Resource(), v.now, gone.Life, &gone)
		v.versions.write(i.Resource(), gone.Deleted, gone.Life, &gone) // whatever was on its way
	}
}
