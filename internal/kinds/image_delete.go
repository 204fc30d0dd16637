package kinds

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

var imageLook = looks((*sagemaker.Client).DescribeImage)

// imageMoves are the statuses of an image that is on its way.
var imageMoves = []string{"CREATING", "UPDATING", "DELETING"}

var (
	imageDeletion = deed{look: imageLook, call: on((*sagemaker.Client).DeleteImage), while: imageMoves, ends: true,
		from: []string{"CREATED", "CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED"}}
	imageRecreation = recreation[sagemaker.DescribeImageOutput, sagemaker.CreateImageInput]{look: imageLook, while: imageMoves,
		create: creates((*sagemaker.Client).CreateImage)}
	versionMaker = creates((*sagemaker.Client).CreateImageVersion)
)

// imageVersionReads are what the versions of an image are read with.
var imageVersionReads = []string{"sagemaker:ListImageVersions", "sagemaker:DescribeImageVersion", "sagemaker:ListAliases"}

// versions are how the versions of an image are made, oldest first.
type versions struct {
	Versions []sagemaker.CreateImageVersionInput
}

// deleteImage saves the versions with the image: they go with it.
func deleteImage(ctx context.Context, h *Hand) (Move, error) {
	m, err := imageDeletion.next(ctx, h)
	if err != nil || m.State != Send {
		return m, err
	}
	all, _, err := imageVersions(ctx, h)
	if err != nil {
		return Move{}, err
	}
	m.Saved, err = withMembers(m.Saved, versions{all})
	return m, failed("save the configuration", h, err)
}

// recreateImage makes the image again, and then its versions, one after the other. Where somebody has made other versions, it stops.
func recreateImage(ctx context.Context, h *Hand, made Made) (Move, error) {
	m, err := imageRecreation.back(ctx, h, made)
	if err != nil || m.State != Done {
		return m, err
	}
	var was versions
	if err := json.Unmarshal(made.Saved, &was); err != nil {
		return Move{}, unread(h, made, err)
	}
	now, moving, err := imageVersions(ctx, h)
	switch {
	case err != nil:
		return Move{}, err
	case moving:
		return Move{State: Wait, Why: "one of its versions is being made"}, nil
	}
	for i := range min(len(now), len(was.Versions)) {
		if !alike(&now[i], &was.Versions[i]) {
			return Move{State: Refuse, Why: fmt.Sprintf("somebody has made another version %d of it", i+1)}, nil
		}
	}
	if len(now) >= len(was.Versions) {
		return m, nil
	}
	in := &was.Versions[len(now)]
	return Move{State: Send, Operation: versionMaker.operation, Resource: h.Resource.ARN, Send: func(ctx context.Context) error {
		return failed(versionMaker.operation, h, versionMaker.send(ctx, h.SageMaker, in))
	}}, nil
}

// imageVersions are how the versions of an image were made, but for those that failed, and whether any is on its way.
func imageVersions(ctx context.Context, h *Hand) (all []sagemaker.CreateImageVersionInput, moving bool, err error) {
	name := &h.Resource.Name
	pages := sagemaker.NewListImageVersionsPaginator(h.SageMaker, &sagemaker.ListImageVersionsInput{ImageName: name, MaxResults: aws.Int32(100),
		SortBy: types.ImageVersionSortByVersion, SortOrder: types.ImageVersionSortOrderAscending})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, false, failed("sagemaker:ListImageVersions", h, err)
		}
		for _, v := range page.ImageVersions {
			if slices.Contains(imageMoves, string(v.ImageVersionStatus)) {
				moving = true
			}
			if v.ImageVersionStatus != types.ImageVersionStatusCreated {
				continue
			}
			out, err := h.SageMaker.DescribeImageVersion(ctx, &sagemaker.DescribeImageVersionInput{ImageName: name, Version: v.Version})
			if err != nil {
				return nil, false, failed("sagemaker:DescribeImageVersion", h, err)
			}
			in := sagemaker.CreateImageVersionInput{ImageName: name}
			restore(&in, out)
			if in.Aliases, err = aliases(ctx, h, v.Version); err != nil {
				return nil, false, err
			}
			all = append(all, in)
		}
	}
	return all, moving, nil
}

// aliases are the other names of a version of an image.
func aliases(ctx context.Context, h *Hand, version *int32) (all []string, err error) {
	pages := sagemaker.NewListAliasesPaginator(h.SageMaker, &sagemaker.ListAliasesInput{ImageName: &h.Resource.Name, Version: version})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, failed("sagemaker:ListAliases", h, err)
		}
		all = append(all, page.SageMakerImageVersionAliases...)
	}
	return all, nil
}
