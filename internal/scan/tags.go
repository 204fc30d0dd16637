package scan

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// tag reads the tags of what was seen and joins them by ARN. Where they cannot be read, Tags stays nil. The API returns tagged
// resources alone, so what it does not return has no tags.
func (t *target) tag(ctx context.Context) {
	var types, arns []string
	seen := map[estate.Kind]bool{}
	for _, o := range t.seen {
		f := family(o.Resource)
		switch {
		case f.TagsByARN:
			arns = append(arns, o.Resource.ARN)
		case !seen[f.Name]:
			seen[f.Name], types = true, append(types, "sagemaker:"+f.ARNType)
		}
	}
	// SageMaker writes some ARNs in a letter case of its own.
	tags := map[string]map[string]string{}
	if len(types) > 0 && !t.tagsOf(ctx, tags, &resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: types, ResourcesPerPage: aws.Int32(100)}) {
		return
	}
	for some := range slices.Chunk(arns, 100) {
		if !t.tagsOf(ctx, tags, &resourcegroupstaggingapi.GetResourcesInput{ResourceARNList: some}) {
			return
		}
	}
	for _, o := range t.seen {
		r := &o.Resource
		if r.Tags = tags[strings.ToLower(r.ARN)]; r.Tags == nil {
			r.Tags = map[string]string{}
		}
	}
}

// family is the family that listed the resource.
func family(r estate.Resource) *kinds.Family {
	k, err := kinds.Get(r.Kind)
	if err != nil {
		panic(err)
	}
	return k.Family()
}

// tagsOf adds the answer's tags, and reports whether it could be read whole.
func (t *target) tagsOf(ctx context.Context, tags map[string]map[string]string, in *resourcegroupstaggingapi.GetResourcesInput) bool {
	pages := resourcegroupstaggingapi.NewGetResourcesPaginator(t.Tagging(), in)
	for pages.HasMorePages() {
		page, err := kinds.Call(t.Scope, "tag:GetResources", func() (*resourcegroupstaggingapi.GetResourcesOutput, error) { return pages.NextPage(ctx) },
			func(o *resourcegroupstaggingapi.GetResourcesOutput) bool { return o.ResourceTagMappingList != nil })
		if err != nil {
			return false
		}
		for _, m := range page.ResourceTagMappingList {
			of := map[string]string{}
			for _, tag := range m.Tags {
				of[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
			}
			tags[strings.ToLower(aws.ToString(m.ResourceARN))] = of
		}
	}
	return true
}

// tagged reports whether the resource carries every wanted tag. Tags that could not be read carry none.
func tagged(r estate.Resource, want map[string]string) bool {
	for k, v := range want {
		if got, ok := r.Tags[k]; !ok || got != v {
			return false
		}
	}
	return true
}
