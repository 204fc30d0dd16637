package wire

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func (v *view) domainURL(id string) *string {
	return aws.String("https://" + id + ".studio." + v.target.Region + ".sagemaker.aws")
}

func (v *view) listDomains(in *sagemaker.ListDomainsInput) (*sagemaker.ListDomainsOutput, error) {
	all := v.domains.list(v.now, func(*world.Domain, world.Life) bool { return true })
	cut, next, err := listPage(v, all, func(d *world.Domain) string { return byTime(d.Created, d.ID) }, false, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &sagemaker.ListDomainsOutput{Domains: []types.DomainDetails{}, NextToken: next}
	for _, d := range cut {
		out.Domains = append(out.Domains, types.DomainDetails{
			DomainArn:        v.arn(d.Resource()),
			DomainId:         aws.String(d.ID),
			DomainName:       aws.String(d.Name),
			Status:           types.DomainStatusInService,
			CreationTime:     aws.Time(d.Created),
			LastModifiedTime: aws.Time(modified(d.Life)),
			Url:              v.domainURL(d.ID),
		})
	}
	return out, nil
}

func describedDomain(in *sagemaker.DescribeDomainInput) string {
	return (&world.Domain{ID: aws.ToString(in.DomainId)}).Resource()
}

func (v *view) describeDomain(in *sagemaker.DescribeDomainInput) (*sagemaker.DescribeDomainOutput, error) {
	d, ok := v.domains.find(describedDomain(in), v.now)
	if !ok {
		return nil, notFound("Domain", in.DomainId)
	}
	return &sagemaker.DescribeDomainOutput{
		DomainArn:            v.arn(d.Resource()),
		DomainId:             aws.String(d.ID),
		DomainName:           aws.String(d.Name),
		Status:               types.DomainStatusInService,
		AuthMode:             types.AuthMode(cmp.Or(d.AuthMode, string(types.AuthModeIam))),
		AppNetworkAccessType: types.AppNetworkAccessTypePublicInternetOnly,
		CreationTime:         aws.Time(d.Created),
		LastModifiedTime:     aws.Time(modified(d.Life)),
		Url:                  v.domainURL(d.ID),
		HomeEfsFileSystemId:  aws.String(d.FileSystem()),
		DefaultUserSettings:  d.UserSettings,
		DefaultSpaceSettings: d.SpaceSettings,
		DomainSettings:       d.Settings,
		TagPropagation:       types.TagPropagation(cmp.Or(d.TagPropagation, string(types.TagPropagationDisabled))),
	}, nil
}
