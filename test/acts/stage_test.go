package acts

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/simulate/resend"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A stage is a writable world with a clock that the test sets, and a session on it.
type stage struct {
	*wire.Server
	*cloud.Session
	mu  sync.Mutex
	now time.Time
}

func onStage(t *testing.T, w *world.World) *stage {
	t.Helper()
	s := &stage{now: at}
	var err error
	if s.Server, err = wire.New(wire.Options{World: w, Writable: true, Now: s.clock}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(resend.Lost(s.Server))
	t.Cleanup(server.Close)
	c := cloud.New(cloud.Options{Limits: cloud.NoLimits(), MaxAttempts: 1, Now: s.clock, Load: func(context.Context, ...func(*config.LoadOptions) error) (aws.Config, error) {
		return aws.Config{Region: target.Region, BaseEndpoint: &server.URL,
			Credentials: credentials.NewStaticCredentialsProvider(w.Accounts[0].Signers()[0].AccessKeyID, "simulated", "")}, nil
	}})
	sessions, err := c.Open(t.Context(), "", []string{target.Region})
	if err != nil {
		t.Fatal(err)
	}
	s.Session = sessions[0]
	return s
}

func (s *stage) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *stage) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// find looks for a resource as a scan does.
func (s *stage) find(t *testing.T, kind estate.Kind, arn string) (estate.Resource, bool) {
	t.Helper()
	k, err := kinds.Get(kind)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var found []estate.Resource
	scope := &kinds.Scope{Session: s.Session, Report: func(op string, o estate.Outcome, err error) {
		if err != nil {
			t.Errorf("%s: %s: %v", op, o, err)
		}
	}}
	err = k.List(t.Context(), scope, func(o estate.Observation) {
		mu.Lock()
		defer mu.Unlock()
		if o.Resource.ARN == arn {
			found = append(found, o.Resource)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		return estate.Resource{}, false
	}
	return found[0], true
}

// hand is what an action on a resource works with, of what was seen at an instant.
func (s *stage) hand(r estate.Resource, ask estate.Ask, seen time.Time) *kinds.Hand {
	h := kinds.NewHand(s.Session, r, ask)
	h.Seen = seen
	return h
}

// action is what a family allows.
func action(t *testing.T, kind estate.Kind, name string) kinds.Action {
	t.Helper()
	k, err := kinds.Get(kind)
	if err != nil {
		t.Fatal(err)
	}
	all := k.Family().Actions
	i := slices.IndexFunc(all, func(a kinds.Action) bool { return a.Name == name })
	if i < 0 {
		t.Fatalf("a %s has no %s", kind, name)
	}
	return all[i]
}

// volatile are the members that must differ between what was and what was made again.
var volatile = regexp.MustCompile(`(Time|Timestamp|Url|Reason|StateValue|ResolvedImage|ScalableTargetARN|RoleARN|ScheduledActionARN)$`)

// policyID is what tells policies of one name apart.
var policyID = regexp.MustCompile(`scalingPolicy:[^"]*policyName`)

// told is a description without what must differ, and without what holds nothing.
func told(t *testing.T, out any) any {
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

// portrait describes everything that there is, with its tags, by what it is called.
func (s *stage) portrait(t *testing.T) map[string]any {
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

// last is the last part of an operation: DeleteApp.
func last(operation string) string { return operation[strings.LastIndex(operation, ":")+1:] }
