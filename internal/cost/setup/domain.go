package setup

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
)

// domains looks which domains of a place hand their tags on, and returns how many do not.
func (p *Plan) domains(ctx context.Context, place Place) (off int) {
	for pages := sagemaker.NewListDomainsPaginator(place.Studio, &sagemaker.ListDomainsInput{MaxResults: aws.Int32(100)}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if !p.saw(place.Target, opListDomains, "which domains there are", err) {
			return off
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
	return off
}

// Bare is what was billed for a domain without any of the tags.
type Bare struct {
	Month    string          `json:"month"`
	Currency string          `json:"currency,omitempty"`
	Cost     decimal.Decimal `json:"cost"`
}

// Domains are the ids of the domains that are to hand their tags on.
func (p *Plan) Domains() (ids []string) {
	for _, s := range p.Steps {
		if s.Change != nil {
			ids = append(ids, s.Change.Domain)
		}
	}
	return ids
}

// Bill says what was billed for a domain without any of the tags.
func (p *Plan) Bill(domain string, b Bare) {
	for i := range p.Steps {
		if c := p.Steps[i].Change; c != nil && c.Domain == domain {
			p.Steps[i].Bare = append(p.Steps[i].Bare, b)
		}
	}
}
