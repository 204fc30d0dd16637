package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

func (h *Hand) domainNow(ctx context.Context, id *string) (*sagemaker.DescribeDomainOutput, bool, error) {
	return look(ctx, h, "sagemaker:DescribeDomain", h.SageMaker.DescribeDomain, &sagemaker.DescribeDomainInput{DomainId: id})
}

// deleteDomain is the next move on the way to a domain that is gone: apps first, then spaces, then profiles. Its file system stays, unless the
// policy gives its data up.
func deleteDomain(ctx context.Context, h *Hand) (Move, error) {
	d, gone, err := h.domainNow(ctx, &h.Resource.Domain)
	if err != nil || gone {
		return done("it is gone"), err
	}
	if m, other := h.another(d.CreationTime); other {
		return m, nil
	}
	if m, busy := studioStatus("it", d.Status); busy {
		return m, nil
	}
	if m, left, err := h.endSpaces(ctx, d.DomainId, func(types.SpaceDetails) bool { return true }); left || err != nil {
		return m, err
	}
	if m, left, err := h.endProfiles(ctx, d.DomainId); left || err != nil {
		return m, err
	}
	tags, err := h.tagsOf(ctx, d.DomainArn)
	if err != nil {
		return Move{}, err
	}
	files := types.RetentionTypeRetain
	if h.Ask.Data {
		files = types.RetentionTypeDelete
	}
	was, err := saved{Tags: tags}.of(d)
	return sending("sagemaker:DeleteDomain", aws.ToString(d.DomainArn), was, h.SageMaker.DeleteDomain, onceSageMaker,
		&sagemaker.DeleteDomainInput{DomainId: d.DomainId, RetentionPolicy: &types.RetentionPolicy{HomeEfsFileSystem: files}}), err
}

// domainBack undoes what was done on the way to the deletion of a domain. The deletion itself cannot be: nobody can make a domain with its id.
func domainBack(ctx context.Context, h *Hand, made Made) (Move, error) {
	if made.Operation == "sagemaker:DeleteDomain" {
		return refuse("a domain cannot be made again with its id; its settings are kept in the receipt"), nil
	}
	return profileBack(ctx, h, made)
}
