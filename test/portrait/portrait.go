// Package portrait describes what there is in a simulated account, so that what was can be compared with what has become of it.
package portrait

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/cloud"
)

// volatile are the members that must differ between what was and what was made again.
var volatile = regexp.MustCompile(`(Time|Timestamp|Url|Reason|StateValue|ResolvedImage|ScalableTargetARN|RoleARN|ScheduledActionARN)$`)

// policyID is what tells policies of one name apart.
var policyID = regexp.MustCompile(`scalingPolicy:[^"]*policyName`)

// told is a description without what must differ, and without what holds nothing.
func told(t testing.TB, out any) any {
	t.Helper()
	text, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(policyID.ReplaceAll(text, []byte("scalingPolicy:policyName")), &tree); err != nil {
		t.Fatal(err)
	}
	return pruned(tree)
}

func pruned(tree any) any {
	switch tree := tree.(type) {
	case map[string]any:
		rest := map[string]any{}
		for name, member := range tree {
			if member = pruned(member); member != nil && !volatile.MatchString(name) && name != "ResultMetadata" {
				rest[name] = member
			}
		}
		if len(rest) == 0 {
			return nil
		}
		return rest
	case []any:
		var rest []any
		for _, item := range tree {
			rest = append(rest, pruned(item))
		}
		if len(rest) == 0 {
			return nil
		}
		return rest
	case string:
		if tree == "" {
			return nil
		}
	}
	return tree
}

// Of describes everything that there is in the session's target, with its tags, by what it is called.
func Of(t testing.TB, s *cloud.Session) map[string]any {
	t.Helper()
	all := map[string]any{}
	c, ctx := s.SageMaker(), t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	add := func(arn *string, out any) {
		tags, err := c.ListTags(ctx, &sagemaker.ListTagsInput{ResourceArn: arn})
		must(err)
		tags.Tags = slices.DeleteFunc(tags.Tags, func(tag types.Tag) bool { return strings.HasPrefix(*tag.Key, "aws:") }) // which nobody else can give
		all[*arn] = told(t, map[string]any{"Described": out, "Tags": tags.Tags})
	}
	domains, err := c.ListDomains(ctx, nil)
	must(err)
	for _, d := range domains.Domains {
		out, err := c.DescribeDomain(ctx, &sagemaker.DescribeDomainInput{DomainId: d.DomainId})
		must(err)
		add(out.DomainArn, out)
	}
	profiles, err := c.ListUserProfiles(ctx, nil)
	must(err)
	for _, p := range profiles.UserProfiles {
		out, err := c.DescribeUserProfile(ctx, &sagemaker.DescribeUserProfileInput{DomainId: p.DomainId, UserProfileName: p.UserProfileName})
		must(err)
		add(out.UserProfileArn, out)
	}
	spaces, err := c.ListSpaces(ctx, nil)
	must(err)
	for _, p := range spaces.Spaces {
		out, err := c.DescribeSpace(ctx, &sagemaker.DescribeSpaceInput{DomainId: p.DomainId, SpaceName: p.SpaceName})
		must(err)
		add(out.SpaceArn, out)
	}
	apps, err := c.ListApps(ctx, &sagemaker.ListAppsInput{MaxResults: aws.Int32(100)})
	must(err)
	for _, a := range apps.Apps {
		if a.Status == types.AppStatusDeleted || a.Status == types.AppStatusFailed {
			continue
		}
		out, err := c.DescribeApp(ctx, &sagemaker.DescribeAppInput{DomainId: a.DomainId, AppType: a.AppType, AppName: a.AppName, SpaceName: a.SpaceName, UserProfileName: a.UserProfileName})
		must(err)
		add(out.AppArn, out)
	}
	notebooks, err := c.ListNotebookInstances(ctx, nil)
	must(err)
	for _, n := range notebooks.NotebookInstances {
		out, err := c.DescribeNotebookInstance(ctx, &sagemaker.DescribeNotebookInstanceInput{NotebookInstanceName: n.NotebookInstanceName})
		must(err)
		add(out.NotebookInstanceArn, out)
	}
	endpoints, err := c.ListEndpoints(ctx, nil)
	must(err)
	for _, e := range endpoints.Endpoints {
		out, err := c.DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: e.EndpointName})
		must(err)
		add(out.EndpointArn, out)
	}
	configs, err := c.ListEndpointConfigs(ctx, nil)
	must(err)
	for _, e := range configs.EndpointConfigs {
		out, err := c.DescribeEndpointConfig(ctx, &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: e.EndpointConfigName})
		must(err)
		add(out.EndpointConfigArn, out)
	}
	models, err := c.ListModels(ctx, nil)
	must(err)
	for _, m := range models.Models {
		out, err := c.DescribeModel(ctx, &sagemaker.DescribeModelInput{ModelName: m.ModelName})
		must(err)
		add(out.ModelArn, out)
	}
	components, err := c.ListInferenceComponents(ctx, nil)
	must(err)
	for _, i := range components.InferenceComponents {
		out, err := c.DescribeInferenceComponent(ctx, &sagemaker.DescribeInferenceComponentInput{InferenceComponentName: i.InferenceComponentName})
		must(err)
		add(out.InferenceComponentArn, out)
	}
	const namespace = "sagemaker"
	targets, err := s.Scaling().DescribeScalableTargets(ctx, &applicationautoscaling.DescribeScalableTargetsInput{ServiceNamespace: namespace})
	must(err)
	policies, err := s.Scaling().DescribeScalingPolicies(ctx, &applicationautoscaling.DescribeScalingPoliciesInput{ServiceNamespace: namespace})
	must(err)
	schedules, err := s.Scaling().DescribeScheduledActions(ctx, &applicationautoscaling.DescribeScheduledActionsInput{ServiceNamespace: namespace})
	must(err)
	rings, err := s.CloudWatch().DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
	must(err)
	all["scaling"] = told(t, []any{targets.ScalableTargets, policies.ScalingPolicies, schedules.ScheduledActions, rings.MetricAlarms})
	return all
}
