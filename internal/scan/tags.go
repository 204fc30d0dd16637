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

// tag reads the tags of what was seen and joins them by ARN. The API returns tagged resources alone, so that what a whole answer
// lacks has no tags; what is lacking in an answer that broke off has nil.
func (t *target) tag(ctx context.Context) {
	var types []string
	var ofTypes, named []*estate.Observation
	for _, o := range t.seen {
		if f := family(o.Resource); f.TagsByARN {
			named = append(named, o)
		} else {
			ofTypes = append(ofTypes, o)
			if name := "sagemaker:" + f.ARNType; !slices.Contains(types, name) {
				types = append(types, name)
			}
		}
	}
	if len(types) > 0 {
		t.join(ctx, ofTypes, &resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: types, ResourcesPerPage: aws.Int32(100)})
	}
	for some := range slices.Chunk(named, 100) {
		in := &resourcegroupstaggingapi.GetResourcesInput{}
		for _, o := range some {
			in.ResourceARNList = append(in.ResourceARNList, o.Resource.ARN)
		}
		t.join(ctx, some, in)
	}
}

// join gives the resources the tags that the answer has for them.
func (t *target) join(ctx context.Context, obs []*estate.Observation, in *resourcegroupstaggingapi.GetResourcesInput) {
	// SageMaker writes some ARNs in a letter case of its own.
	tags := map[string]map[string]string{}
	whole := t.tagsOf(ctx, tags, in)
	for _, o := range obs {
		if o.Resource.Tags = tags[strings.ToLower(o.Resource.ARN)]; o.Resource.Tags == nil && whole {
			o.Resource.Tags = map[string]string{}
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
