package wire

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// arn is the ARN of a SageMaker resource of the view's account and region.
func (v *view) arn(resource string) *string { return aws.String(v.target.SageMakerARN(resource)) }

// listPage is a page of a SageMaker listing: 10 items unless asked, at most 100.
func listPage[T any](v *view, items []T, key func(T) string, descending bool, limit *int32, token *string) ([]T, *string, error) {
	n := int32(10)
	if limit != nil {
		n = *limit
	}
	switch {
	case n > 100:
		return nil, nil, invalid("1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100", n)
	case n < 1:
		return nil, nil, invalid("1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1", n)
	}
	cut, next, err := page(v, items, key, descending, int(n), token)
	if errors.Is(err, errToken) {
		return nil, nil, invalid("Invalid pagination token: it does not belong to this request.")
	}
	return cut, next, err
}

// A sieve holds the filters that SageMaker's listings have in common.
type sieve struct {
	nameContains                  *string
	createdAfter, createdBefore   *time.Time
	modifiedAfter, modifiedBefore *time.Time
}

func (s sieve) lets(name string, l world.Life) bool {
	return strings.Contains(strings.ToLower(name), strings.ToLower(aws.ToString(s.nameContains))) &&
		between(l.Created, s.createdAfter, s.createdBefore) &&
		between(modified(l), s.modifiedAfter, s.modifiedBefore)
}

func between(t time.Time, after, before *time.Time) bool {
	return (after == nil || t.After(*after)) && (before == nil || t.Before(*before))
}

// is reports whether a filter is not given or met.
func is[S ~string](filter S, value string) bool { return filter == "" || string(filter) == value }

func modified(l world.Life) time.Time { return orElse(l.Modified, l.Created) }

func notFound(what string, name *string) error {
	return &apiError{code: "ResourceNotFound", message: what + " [" + aws.ToString(name) + "] does not exist."}
}

// couldNotFind is how SageMaker's hosting operations say that a resource does not exist: not as ResourceNotFound.
func (v *view) couldNotFind(what, resource string) error {
	return invalid("Could not find %s %q.", what, *v.arn(resource))
}

// named makes an ARN of the resource that an operation's input names.
func named[I any](resource func(*I) string) func(*view, *I) string {
	return func(v *view, in *I) string { return *v.arn(resource(in)) }
}

func taggedResource(_ *view, in *sagemaker.ListTagsInput) string { return aws.ToString(in.ResourceArn) }

func (v *view) listTags(in *sagemaker.ListTagsInput) (*sagemaker.ListTagsOutput, error) {
	if in.MaxResults != nil && *in.MaxResults < 50 {
		return nil, invalid("1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 50", *in.MaxResults)
	}
	arn := aws.ToString(in.ResourceArn)
	if exists, _ := v.stands(arn, v.now); !exists {
		return nil, notFound("Resource", in.ResourceArn)
	}
	return &sagemaker.ListTagsOutput{Tags: v.tagsOf(arn)}, nil
}

// tagsOf are the tags of an ARN by key; never nil, so that an empty list is answered as one.
func (v *view) tagsOf(arn string) []types.Tag {
	tags := []types.Tag{}
	for _, key := range slices.Sorted(maps.Keys(v.tags[arn])) {
		tags = append(tags, types.Tag{Key: aws.String(key), Value: aws.String(v.tags[arn][key])})
	}
	return tags
}
