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

// ownerTags are the tag keys that name an owner, best first, whatever their case.
var ownerTags = []string{"owner", "team", "contact", "created-by"}

// tag reads the tags of the target's families in pages of a hundred and joins them by ARN. Where they cannot be read,
// Tags stays nil. The API returns tagged resources alone, so what it does not return has no tags.
func (t *target) tag(ctx context.Context) {
	if len(t.seen) == 0 {
		return
	}
	var types []string
	for _, k := range t.options.Kinds {
		types = append(types, k.TagType())
	}
	// SageMaker writes some ARNs in a letter case of its own.
	tags := map[string]map[string]string{}
	pages := resourcegroupstaggingapi.NewGetResourcesPaginator(t.Tagging(), &resourcegroupstaggingapi.GetResourcesInput{
		ResourceTypeFilters: types, ResourcesPerPage: aws.Int32(100)})
	for pages.HasMorePages() {
		page, err := kinds.Call(t.Scope, "tag:GetResources", func() (*resourcegroupstaggingapi.GetResourcesOutput, error) { return pages.NextPage(ctx) },
			func(o *resourcegroupstaggingapi.GetResourcesOutput) bool { return o.ResourceTagMappingList != nil })
		if err != nil {
			return
		}
		for _, m := range page.ResourceTagMappingList {
			of := map[string]string{}
			for _, tag := range m.Tags {
				of[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
			}
			tags[strings.ToLower(aws.ToString(m.ResourceARN))] = of
		}
	}
	for _, o := range t.seen {
		r := &o.Resource
		if r.Tags = tags[strings.ToLower(r.ARN)]; r.Tags == nil {
			r.Tags = map[string]string{}
		}
		if r.Owner == "" {
			r.Owner, r.OwnerFrom = ownerOf(r.Tags)
		}
	}
}

func ownerOf(tags map[string]string) (owner, from string) {
	best := len(ownerTags)
	for key, value := range tags {
		i := slices.Index(ownerTags, strings.ToLower(key))
		// Keys that differ in case alone are settled by the smaller key, so that every scan says the same.
		if i >= 0 && value != "" && (i < best || i == best && "tag "+key < from) {
			owner, from, best = value, "tag "+key, i
		}
	}
	return owner, from
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
