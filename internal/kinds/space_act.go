package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

const describesSpace = "sagemaker:DescribeSpace"

func (h *Hand) spaceNow(ctx context.Context, domain, name *string) (*sagemaker.DescribeSpaceOutput, bool, error) {
	return look(ctx, h, describesSpace, h.SageMaker.DescribeSpace, &sagemaker.DescribeSpaceInput{DomainId: domain, SpaceName: name})
}

// studioStatus is what the status of a domain, a profile or a space says to whoever wants to change it: a move where that cannot be now.
func studioStatus[S ~string](what string, status S) (Move, bool) {
	switch string(status) {
	case "InService", "Failed", "Update_Failed", "Delete_Failed":
		return Move{}, false
	case "Pending", "Updating", "Deleting":
		return wait("%s is %s", what, status), true
	}
	return refuse("the status of %s is not known: %q", what, status), true
}

// deleteSpace is the next move on the way to a space that is gone: its apps go first. Its volume goes with it
// (https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-running-stop.html).
func deleteSpace(ctx context.Context, h *Hand) (Move, error) {
	d, gone, err := h.spaceNow(ctx, &h.Resource.Domain, &h.Resource.Name)
	if err != nil || gone {
		return done("it is gone"), err
	}
	if m, other := h.another(d.CreationTime); other {
		return m, nil
	}
	return h.endSpace(ctx, d)
}

// endSpace is the next move on the way to the end of a space.
func (h *Hand) endSpace(ctx context.Context, d *sagemaker.DescribeSpaceOutput) (Move, error) {
	name := aws.ToString(d.SpaceName)
	if m, busy := studioStatus(name, d.Status); busy {
		return m, nil
	}
	if !h.Ask.Data {
		return refuse("the volume of %s would be deleted with all files on it, and the policy does not say that its data may go", name), nil
	}
	if m, left, err := h.endApps(ctx, &sagemaker.ListAppsInput{DomainIdEquals: d.DomainId, SpaceNameEquals: d.SpaceName}); left || err != nil {
		return m, err
	}
	tags, err := h.tagsOf(ctx, d.SpaceArn)
	if err != nil {
		return Move{}, err
	}
	was, err := saved{Tags: tags}.of(d)
	return sending("sagemaker:DeleteSpace", aws.ToString(d.SpaceArn), was, h.SageMaker.DeleteSpace, onceSageMaker,
		&sagemaker.DeleteSpaceInput{DomainId: d.DomainId, SpaceName: d.SpaceName}), err
}

// endSpaces is the next move on the way to the end of the spaces of a domain that are meant.
func (h *Hand) endSpaces(ctx context.Context, domain *string, meant func(types.SpaceDetails) bool) (Move, bool, error) {
	all, err := gather(ctx, h, "sagemaker:ListSpaces", sagemaker.NewListSpacesPaginator(h.SageMaker, &sagemaker.ListSpacesInput{DomainIdEquals: domain, MaxResults: aws.Int32(100)}),
		func(o *sagemaker.ListSpacesOutput) []types.SpaceDetails { return o.Spaces })
	if err != nil {
		return Move{}, true, err
	}
	return foremost(h, all, func(s types.SpaceDetails) (Move, error) {
		if !meant(s) {
			return done("it is another's"), nil
		}
		d, gone, err := h.spaceNow(ctx, s.DomainId, s.SpaceName)
		if err != nil || gone {
			return done("it is gone"), err
		}
		if m, later := h.unlooked("its space "+aws.ToString(s.SpaceName), d.CreationTime); later {
			return m, nil
		}
		return h.endSpace(ctx, d)
	})
}

// spaceAgain is the call that makes a space as it was described.
func spaceAgain(d *sagemaker.DescribeSpaceOutput) *sagemaker.CreateSpaceInput {
	return &sagemaker.CreateSpaceInput{
		DomainId: d.DomainId, SpaceName: d.SpaceName, SpaceDisplayName: d.SpaceDisplayName, OwnershipSettings: d.OwnershipSettings,
		SpaceSettings: d.SpaceSettings, SpaceSharingSettings: d.SpaceSharingSettings,
	}
}

// spaceBack undoes a call to a space or to an app.
func spaceBack(ctx context.Context, h *Hand, made Made) (Move, error) {
	switch made.Operation {
	case "sagemaker:DeleteSpace":
	case "sagemaker:DeleteApp":
		return startAppAgain(ctx, h, made)
	default:
		return idleBack(ctx, h, made)
	}
	was := &sagemaker.DescribeSpaceOutput{}
	s, err := restore(made.Saved, was)
	if err != nil {
		return Move{}, err
	}
	d, gone, err := h.spaceNow(ctx, was.DomainId, was.SpaceName)
	if err != nil {
		return Move{}, err
	}
	var now *sagemaker.CreateSpaceInput
	var status types.SpaceStatus
	if !gone {
		now, status = spaceAgain(d), d.Status
	}
	in := spaceAgain(was)
	return again(in, now, string(status), func() Move {
		made := *in
		made.Tags = asTags(s.Tags)
		return sending("sagemaker:CreateSpace", aws.ToString(was.SpaceArn), nil, h.SageMaker.CreateSpace, onceSageMaker, &made)
	}), nil
}
