package scan

import (
	"context"
	"hash/maphash"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// tags are those of the resources that have some, by ARN in lower case: SageMaker writes some ARNs in a letter case of its own.
type tags struct {
	of map[string]map[string]string
	// whole says that the answer was read to its end: what is not in it has no tags. It speaks of what was there at the instant from.
	whole bool
	from  time.Time
}

// untagged are the tags of what has none.
var untagged = map[string]string{}

// on are the tags of a resource, nil where they could not be read.
func (t tags) on(arn string, created time.Time) map[string]string {
	switch found := t.of[arn]; {
	case found != nil:
		return found
	case t.whole && !created.After(t.from):
		return untagged
	default:
		return nil
	}
}

// tagsByType reads the tags of the families' resources, but of those that are asked for by name.
func (t *target) tagsByType(ctx context.Context, ks []kinds.Kind) tags {
	var names []string
	for _, k := range ks {
		if f := k.Family(); !f.TagsByARN {
			names = append(names, "sagemaker:"+f.ARNType)
		}
	}
	slices.Sort(names)
	found := tags{of: map[string]map[string]string{}, from: t.snap.At}
	found.whole = t.tagsOf(ctx, found.of, &resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: slices.Compact(names), ResourcesPerPage: aws.Int32(100)})
	return found
}

// tagsByARN reads the tags of the named resources, a hundred a call.
func (t *target) tagsByARN(ctx context.Context, arns []string) tags {
	all := map[string]map[string]string{}
	for some := range slices.Chunk(arns, 100) {
		of := map[string]map[string]string{}
		if whole := t.tagsOf(ctx, of, &resourcegroupstaggingapi.GetResourcesInput{ResourceARNList: some}); whole {
			for _, arn := range some {
				all[strings.ToLower(arn)] = untagged
			}
		}
		maps.Copy(all, of)
	}
	return tags{of: all}
}

// tagsOf adds the answer's tags, and reports whether it could be read whole.
func (t *target) tagsOf(ctx context.Context, tags map[string]map[string]string, in *resourcegroupstaggingapi.GetResourcesInput) bool {
	pages := resourcegroupstaggingapi.NewGetResourcesPaginator(t.Tagging(), in)
	for pages.HasMorePages() {
		page, err := kinds.Call(ctx, t.Scope, "tag:GetResources", func(ctx context.Context) (*resourcegroupstaggingapi.GetResourcesOutput, error) {
			return pages.NextPage(ctx)
		},
			func(o *resourcegroupstaggingapi.GetResourcesOutput) bool { return o.ResourceTagMappingList != nil })
		if err != nil {
			return false
		}
		for _, m := range page.ResourceTagMappingList {
			tags[strings.ToLower(aws.ToString(m.ResourceARN))] = t.alike(m.Tags)
		}
	}
	return true
}

// alike are the tags as a map, one for all resources that are tagged alike: most are tagged as many others are.
func (t *target) alike(of []types.Tag) map[string]string {
	sum := tagSum(of)
	if same, ok := t.tagSets.Load(sum); ok && equal(of, same.(map[string]string)) {
		return same.(map[string]string)
	}
	set := make(map[string]string, len(of))
	for _, tag := range of {
		set[strings.Clone(aws.ToString(tag.Key))] = strings.Clone(aws.ToString(tag.Value)) // not a piece of the whole answer
	}
	t.tagSets.Store(sum, set)
	return set
}

var tagSeed = maphash.MakeSeed()

// tagSum is the same for the same tags in whatever order, and hardly ever for others.
func tagSum(of []types.Tag) (sum uint64) {
	for _, tag := range of {
		sum += maphash.Comparable(tagSeed, [2]string{aws.ToString(tag.Key), aws.ToString(tag.Value)})
	}
	return sum
}

// equal reports whether the tags, of which no two have one key, are those of the set.
func equal(of []types.Tag, set map[string]string) bool {
	return len(of) == len(set) && !slices.ContainsFunc(of, func(tag types.Tag) bool {
		value, ok := set[aws.ToString(tag.Key)]
		return !ok || value != aws.ToString(tag.Value)
	})
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
