package wire

import (
	"errors"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func (v *view) getResources(in *tagging.GetResourcesInput) (*tagging.GetResourcesOutput, error) {
	limit := int32(50)
	if in.ResourcesPerPage != nil {
		limit = *in.ResourcesPerPage
	}
	named := len(in.ResourceARNList) > 0
	switch {
	case limit < 1 || limit > 100:
		return nil, badParameter("ResourcesPerPage must be between 1 and 100.")
	case len(in.ResourceARNList) > 100:
		return nil, badParameter("ResourceARNList has more than 100 items.")
	case named && (len(in.ResourceTypeFilters) > 0 || len(in.TagFilters) > 0):
		return nil, badParameter("ResourceARNList cannot be combined with ResourceTypeFilters or TagFilters.")
	case named && (in.ResourcesPerPage != nil || in.TagsPerPage != nil || aws.ToString(in.PaginationToken) != ""):
		return nil, badParameter("ResourceARNList cannot be combined with pagination parameters.")
	case named:
		limit = 100
	}
	arns := slices.DeleteFunc(slices.Collect(maps.Keys(v.tags)), func(arn string) bool {
		exists, known := v.stands(arn, v.now)
		return len(v.tags[arn]) == 0 || known && !exists ||
			named && !slices.Contains(in.ResourceARNList, arn) ||
			!ofType(arn, in.ResourceTypeFilters) || !tagged(v.tags[arn], in.TagFilters)
	})
	cut, next, err := page(v, arns, func(arn string) string { return arn }, false, int(limit), in.PaginationToken)
	if errors.Is(err, errToken) {
		return nil, badParameter("The PaginationToken is invalid.")
	}
	if err != nil {
		return nil, err
	}
	// The last page has an empty token, not an absent one.
	out := &tagging.GetResourcesOutput{ResourceTagMappingList: []types.ResourceTagMapping{}, PaginationToken: aws.String(aws.ToString(next))}
	for _, arn := range cut {
		m := types.ResourceTagMapping{ResourceARN: aws.String(arn)}
		for _, key := range slices.Sorted(maps.Keys(v.tags[arn])) {
			m.Tags = append(m.Tags, types.Tag{Key: aws.String(key), Value: aws.String(v.tags[arn][key])})
		}
		out.ResourceTagMappingList = append(out.ResourceTagMappingList, m)
	}
	return out, nil
}

// ofType reports whether the ARN is of one of the types: "sagemaker" or "sagemaker:endpoint".
func ofType(arn string, types []string) bool {
	if len(types) == 0 {
		return true
	}
	a, err := estate.ParseARN(arn)
	if err != nil {
		return false
	}
	return slices.Contains(types, a.Service) || slices.Contains(types, a.Service+":"+a.Type())
}

// tagged reports whether every filter is met by its key with one of its values, or with any when it has none.
func tagged(tags map[string]string, filters []types.TagFilter) bool {
	for _, f := range filters {
		value, ok := tags[aws.ToString(f.Key)]
		if !ok || len(f.Values) > 0 && !slices.Contains(f.Values, value) {
			return false
		}
	}
	return true
}
