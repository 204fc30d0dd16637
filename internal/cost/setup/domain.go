package setup

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
)

// domains looks which domains of a place hand their tags on.
func (p *Plan) domains(ctx context.Context, place Place) {
	off := 0
	for pages := sagemaker.NewListDomainsPaginator(place.Studio, &sagemaker.ListDomainsInput{MaxResults: aws.Int32(100)}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if !p.saw(place.Target, opListDomains, "which domains there are", err) {
			return
		}
		for _, d := range page.Domains {
			where := settings.Place{Level: settings.LevelDomain, Domain: aws.ToString(d.DomainId)}
			now, err := settings.Read(ctx, place.Studio, where)
			switch {
			case cloud.Classify(err) == cloud.NotFound:
				continue
			case !p.saw(place.Target, opDescribeDomain, "whether domains hand their tags on", err):
				continue
			case now.TagPropagation == string(types.TagPropagationEnabled):
				p.see("%s hands its tags on", now.Resource)
				continue
			}
			off++
			change := settings.Propagate(place.Target, where, now)
			p.Steps = append(p.Steps, Step{Action: actPropagate, Resource: now.Resource, Target: place.Target, Change: &change})
		}
	}
	if off > 0 {
		p.note("%s of %s: what runs in a domain that does not hand tags on is billed without the tags of its space and profile, and what runs already is billed so until it is started anew; "+
			"sagewarden cost untagged says how much that is", count(off, "domain", "domains"), place.Target)
	}
}
