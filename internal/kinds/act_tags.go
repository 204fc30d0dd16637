package kinds

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// tagsOf are the tags of what is to be deleted, but for those that only AWS can give.
func (h *Hand) tagsOf(ctx context.Context, arn *string) (map[string]string, error) {
	all, err := gather(ctx, h, "sagemaker:ListTags", sagemaker.NewListTagsPaginator(h.SageMaker, &sagemaker.ListTagsInput{ResourceArn: arn}),
		func(o *sagemaker.ListTagsOutput) []types.Tag { return o.Tags })
	tags := map[string]string{}
	for _, t := range all {
		if key := aws.ToString(t.Key); !strings.HasPrefix(key, "aws:") {
			tags[key] = aws.ToString(t.Value)
		}
	}
	return tags, err
}

// asTags are tags as a call has them, by key.
func asTags(tags map[string]string) (all []types.Tag) {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		all = append(all, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return all
}
