package kinds

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

var imageLook = looks((*sagemaker.Client).DescribeImage)

// imageMoves are the statuses of an image that is on its way.
var imageMoves = []string{"CREATING", "UPDATING", "DELETING"}

var (
	imageDeletion = deed{look: imageLook, call: on((*sagemaker.Client).DeleteImage), while: imageMoves, ends: true, tagged: true,
		from: []string{"CREATED", "CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED"}}
	imageRecreation = recreation[sagemaker.DescribeImageOutput, sagemaker.CreateImageInput]{look: imageLook, while: imageMoves,
		create: creates((*sagemaker.Client).CreateImage)}
	versionMaker = creates((*sagemaker.Client).CreateImageVersion)
)

// imageVersionReads are what the versions of an image are read with.
var imageVersionReads = []string{"sagemaker:ListImageVersions", "sagemaker:DescribeImageVersion", "sagemaker:ListAliases"}

// An imageSaved is what an image was, with its versions, which go with it, oldest first.
type imageSaved struct {
	saved
	Versions []versionSaved `json:"versions"`
}

// A versionSaved is what a version of an image was.
type versionSaved struct {
	Was     json.RawMessage `json:"was"`
	Aliases []string        `json:"aliases,omitempty"`
}

// deleteImage saves the versions with the image.
func deleteImage(ctx context.Context, h *Hand) (Move, error) {
	m, err := imageDeletion.next(ctx, h)
	if err != nil || m.State != Send {
		return m, err
	}
	var all imageSaved
	if err := json.Unmarshal(m.Saved, &all.saved); err != nil {
		return Move{}, err
	}
	versions, _, err := imageVersions(ctx, h)
	if err != nil {
		return Move{}, err
	}
	for _, v := range versions {
		was, err := written(v.out)
		if err != nil {
			return Move{}, err
		}
		all.Versions = append(all.Versions, versionSaved{was, v.aliases})
	}
	m.Saved, err = json.Marshal(all)
	return m, err
}

// recreateImage makes the image again, and then its versions, one after the other. Where somebody has made other versions, it stops.
func recreateImage(ctx context.Context, h *Hand, made Made) (Move, error) {
	m, err := imageRecreation.back(ctx, h, made)
	if err != nil || m.State != Done {
		return m, err
	}
	var all imageSaved
	if err := json.Unmarshal(made.Saved, &all); err != nil {
		return Move{}, unread(h, made, err)
	}
	now, moving, err := imageVersions(ctx, h)
	switch {
	case err != nil:
		return Move{}, err
	case moving:
		return wait("one of its versions is being made"), nil
	}
	for i, s := range all.Versions {
		was := &sagemaker.DescribeImageVersionOutput{}
		if err := read(s.Was, was); err != nil {
			return Move{}, unread(h, made, err)
		}
		in := imageVersion{was, s.Aliases}.input(h)
		if i == len(now) {
			in.ClientToken = aws.String(token(made, i))
			m = versionMaker.move(h, in)
			m.Resource = fmt.Sprintf("%s/%d", strings.Replace(m.Resource, ":image/", ":image-version/", 1), i+1) // each is a call of its own
			return m, nil
		}
		if !reflect.DeepEqual(in, now[i].input(h)) {
			return refuse("somebody has made another version %d of it", i+1), nil
		}
	}
	return m, nil
}

// token has AWS make a version once, however often it is asked to.
func token(made Made, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", made.Saved, n))
	return hex.EncodeToString(sum[:16])
}

// An imageVersion is a version of an image, with its other names.
type imageVersion struct {
	out     *sagemaker.DescribeImageVersionOutput
	aliases []string
}

// input is what makes the version.
func (v imageVersion) input(h *Hand) *sagemaker.CreateImageVersionInput {
	in := &sagemaker.CreateImageVersionInput{ImageName: &h.Resource.Name, Aliases: v.aliases}
	transcribe(in, v.out)
	return in
}

// imageVersions are the versions of an image but for those that failed, oldest first, and whether any is on its way.
func imageVersions(ctx context.Context, h *Hand) (all []imageVersion, moving bool, err error) {
	name := &h.Resource.Name
	listed, err := gather(ctx, h, "sagemaker:ListImageVersions", sagemaker.NewListImageVersionsPaginator(h.SageMaker, &sagemaker.ListImageVersionsInput{
		ImageName: name, MaxResults: aws.Int32(100), SortBy: types.ImageVersionSortByVersion, SortOrder: types.ImageVersionSortOrderAscending}),
		func(o *sagemaker.ListImageVersionsOutput) []types.ImageVersion { return o.ImageVersions })
	for _, v := range listed {
		moving = moving || slices.Contains(imageMoves, string(v.ImageVersionStatus))
		if v.ImageVersionStatus != types.ImageVersionStatusCreated {
			continue
		}
		out, gone, err := look(ctx, h, "sagemaker:DescribeImageVersion", h.SageMaker.DescribeImageVersion, &sagemaker.DescribeImageVersionInput{ImageName: name, Version: v.Version})
		if err != nil || gone {
			return nil, gone, err
		}
		aliases, err := gather(ctx, h, "sagemaker:ListAliases", sagemaker.NewListAliasesPaginator(h.SageMaker, &sagemaker.ListAliasesInput{ImageName: name, Version: v.Version}),
			func(o *sagemaker.ListAliasesOutput) []string {
				return append([]string{}, o.SageMakerImageVersionAliases...)
			}) // few have any
		if err != nil {
			return nil, false, err
		}
		all = append(all, imageVersion{out, aliases})
	}
	return all, moving, err
}
