package wire

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// withTags is what the tags are with more of them.
func withTags(tags map[string]string, more []types.Tag) (map[string]string, error) {
	all := map[string]string{}
	maps.Copy(all, tags)
	for _, t := range more {
		key := aws.ToString(t.Key)
		if key == "" || strings.HasPrefix(strings.ToLower(key), "aws:") {
			return nil, invalid("The tag key %q is not allowed: keys are not empty and do not begin with aws:.", key)
		}
		all[key] = aws.ToString(t.Value)
	}
	if len(all) > mostTags {
		return nil, &apiError{code: "ResourceLimitExceeded", message: "A resource cannot have more than 50 tags."}
	}
	return all, nil
}

func (v *view) addTags(in *sagemaker.AddTagsInput) (*sagemaker.AddTagsOutput, error) {
	arn := aws.ToString(in.ResourceArn)
	if exists, _ := v.stands(arn, v.now); !exists {
		return nil, notFound("Resource", in.ResourceArn)
	}
	all, err := withTags(v.tags[arn], in.Tags)
	if err != nil {
		return nil, err
	}
	v.tags[arn] = all
	v.wrote(v.tagChange(arn))
	return &sagemaker.AddTagsOutput{Tags: v.tagsOf(arn)}, nil
}

func (v *view) deleteTags(in *sagemaker.DeleteTagsInput) (*sagemaker.DeleteTagsOutput, error) {
	arn := aws.ToString(in.ResourceArn)
	if exists, _ := v.stands(arn, v.now); !exists {
		return nil, notFound("Resource", in.ResourceArn)
	}
	left := maps.Clone(v.tags[arn])
	maps.DeleteFunc(left, func(key, _ string) bool { return slices.Contains(in.TagKeys, key) })
	v.tags[arn] = left
	v.wrote(v.tagChange(arn))
	return &sagemaker.DeleteTagsOutput{}, nil
}

// tagChange is a call that is about tags, as CloudTrail has it: it does not tell the sort of the resource.
func (v *view) tagChange(arn string) change {
	resource := strings.TrimPrefix(arn, v.prefix)
	name := resource
	if a, err := estate.ParseARN(arn); err == nil {
		name = a.Resource[strings.LastIndex(a.Resource, "/")+1:]
	}
	return change{name: name, arn: resource, silent: true, request: map[string]string{"resourceArn": arn}}
}
