package kinds

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func init() {
	register(images)
	register(appImageConfigs)
}

var imageFamily = Family{
	Name: "image", ARNType: "image", IdleFor: 30 * 24 * time.Hour,
	Summary:   "custom images for Studio apps",
	Reads:     []Operation{{"sagemaker:ListImages", "every custom image"}},
	CreatedBy: "CreateImage",
	Look:      imageLook,
	Actions: []Action{{
		Name: "delete", Operations: append([]string{imageLook.Operation, imageDeletion.call.operation, listTags}, imageVersionReads...), Next: deleteImage,
		Undo: "create it again with its versions: the container images stay in ECR", Back: recreateImage,
		UndoOperations: append([]string{imageLook.Operation, imageRecreation.create.operation, versionMaker.operation}, imageVersionReads...),
		Loses:          "the numbers of its versions, by which settings may name them, where one before another was deleted or failed"}},
}

// Who uses images, their configurations and lifecycle scripts is in the settings of domains, profiles and spaces: a description
// each, of everybody there is, to judge what bills nothing. So nobody is asked.
const (
	settingsWhy    = "what uses it is in the settings of domains, user profiles and spaces, which are not read: it bills nothing"
	settingsRemedy = "look for its name in what DescribeDomain, DescribeUserProfile and DescribeSpace answer"
)

var images = &entry{of: &imageFamily, list: func(ctx context.Context, s *Scope, found func(estate.Resource)) error {
	return list(ctx, s, imageFamily.Reads[0].Action, sagemaker.NewListImagesPaginator(s.SageMaker(), &sagemaker.ListImagesInput{MaxResults: aws.Int32(100)}),
		func(o *sagemaker.ListImagesOutput) []types.Image { return o.Images },
		func(_ context.Context, i types.Image) {
			r := listed(i.ImageArn, i.ImageName, string(i.ImageStatus), i.CreationTime, i.LastModifiedTime)
			r.Attributes = attributes("displayName", aws.ToString(i.DisplayName), "failureReason", aws.ToString(i.FailureReason))
			found(r)
		})
},
	settled: []string{string(types.ImageStatusCreated)},
	failed:  []string{string(types.ImageStatusCreateFailed), string(types.ImageStatusUpdateFailed), string(types.ImageStatusDeleteFailed)},
	why:     settingsWhy, remedy: settingsRemedy,
}

var appImageConfigLook = looks((*sagemaker.Client).DescribeAppImageConfig)

var appImageConfigFamily = Family{
	Name: "app-image-config", ARNType: "app-image-config", IdleFor: 30 * 24 * time.Hour,
	Summary:   "how Studio apps run custom images",
	Reads:     []Operation{{"sagemaker:ListAppImageConfigs", "every configuration of custom images"}},
	CreatedBy: "CreateAppImageConfig",
	Look:      appImageConfigLook,
	Actions: []Action{recreation[sagemaker.DescribeAppImageConfigOutput, sagemaker.CreateAppImageConfigInput]{look: appImageConfigLook,
		create: creates((*sagemaker.Client).CreateAppImageConfig)}.undoes(deletes(appImageConfigLook, on((*sagemaker.Client).DeleteAppImageConfig)))},
}

var appImageConfigs = &entry{of: &appImageConfigFamily, list: func(ctx context.Context, s *Scope, found func(estate.Resource)) error {
	return list(ctx, s, appImageConfigFamily.Reads[0].Action,
		sagemaker.NewListAppImageConfigsPaginator(s.SageMaker(), &sagemaker.ListAppImageConfigsInput{MaxResults: aws.Int32(100)}),
		func(o *sagemaker.ListAppImageConfigsOutput) []types.AppImageConfigDetails { return o.AppImageConfigs },
		func(_ context.Context, d types.AppImageConfigDetails) {
			r := listed(d.AppImageConfigArn, d.AppImageConfigName, "", d.CreationTime, d.LastModifiedTime)
			switch {
			case d.JupyterLabAppImageConfig != nil:
				r.Type = string(types.AppTypeJupyterLab)
			case d.CodeEditorAppImageConfig != nil:
				r.Type = string(types.AppTypeCodeEditor)
			case d.KernelGatewayImageConfig != nil:
				r.Type = string(types.AppTypeKernelGateway)
			}
			found(r)
		})
},
	why: settingsWhy, remedy: settingsRemedy,
}
