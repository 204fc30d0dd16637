package action

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// family is the family of a name, and the first of its samples that is let through.
func family(t *testing.T, name estate.Kind, want func(estate.Resource) bool) (kinds.Kind, sample) {
	t.Helper()
	k, err := kinds.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	all := samples(t, k)
	i := slices.IndexFunc(all, func(s sample) bool { return want(s.Resource) })
	if i < 0 {
		t.Fatalf("there is no such %s", name)
	}
	return k, all[i]
}

func is(status string) func(estate.Resource) bool {
	return func(r estate.Resource) bool { return r.Status == status }
}

func anyone(estate.Resource) bool { return true }

// TestAnotherBearerIsLeftAlone: what was made under the name since the look is never acted on.
func TestAnotherBearerIsLeftAlone(t *testing.T) {
	for _, k := range kinds.All() {
		for _, a := range covered(k) {
			r := samples(t, k)[0]
			if r.Created.IsZero() {
				continue // AWS does not tell when it was made
			}
			s := in(t, r.account, r.region)
			other := r.Resource
			other.Created = r.Created.Add(-time.Hour)
			made, last, err := s.act(t.Context(), once, a, other, asks(a))
			if err != nil || len(made) > 0 || last.State != kinds.Refuse || len(s.Mutations()) > 0 || last.Saved != nil {
				t.Errorf("%s %s: %s (%s), %v", k.Family().Name, a.Name, last.State, last.Why, err)
			}
		}
	}
}

// TestDataStaysUnlessThePolicySaysSo: what holds data is deleted only where the policy says that it may go.
func TestDataStaysUnlessThePolicySaysSo(t *testing.T) {
	for name, want := range map[estate.Kind]func(estate.Resource) bool{
		"mlflow-tracking-server": anyone, "mlflow-app": anyone, "partner-app": anyone,
		"feature-group": func(r estate.Resource) bool { return r.Type == "online" && r.Status == "Created" },
		"cluster": func(r estate.Resource) bool {
			return r.Status == "InService" && slices.ContainsFunc(r.Parts, func(p estate.Part) bool { return p.Count > 0 })
		},
	} {
		k, r := family(t, name, want)
		s := in(t, r.account, r.region)
		_, last, err := s.act(t.Context(), once, action(k, "delete"), r.Resource, estate.Ask{Action: "delete"})
		if err != nil || last.State != kinds.Refuse || !strings.Contains(last.Why, "data") || len(s.Mutations()) > 0 {
			t.Errorf("%s: %s (%s), %v", name, last.State, last.Why, err)
		}
	}
	// An offline group's data is in its bucket.
	k, r := family(t, "feature-group", func(r estate.Resource) bool { return r.Type == "offline" })
	if _, last, err := in(t, r.account, r.region).act(t.Context(), once, action(k, "delete"), r.Resource, estate.Ask{Action: "delete"}); err != nil || last.State != kinds.Done {
		t.Errorf("an offline group: %s (%s), %v", last.State, last.Why, err)
	}
}

// TestWhatOthersMadeMeanwhileStays: undoing overwrites nothing that somebody has made or set since.
func TestWhatOthersMadeMeanwhileStays(t *testing.T) {
	name := func(r estate.Resource) *string { return &r.Name }
	for _, test := range []struct {
		name   string
		kind   estate.Kind
		action string
		want   func(estate.Resource) bool
		ask    estate.Ask
		// meanwhile is what somebody does between the action and its undoing.
		meanwhile func(context.Context, *sagemaker.Client, estate.Resource) error
		ends      kinds.MoveState
		why       string
	}{
		{"an entry made otherwise", "app-image-config", "delete", func(r estate.Resource) bool { return r.Type == "JupyterLab" }, estate.Ask{},
			func(ctx context.Context, c *sagemaker.Client, r estate.Resource) error {
				_, err := c.CreateAppImageConfig(ctx, &sagemaker.CreateAppImageConfigInput{AppImageConfigName: name(r), CodeEditorAppImageConfig: &types.CodeEditorAppImageConfig{}})
				return err
			}, kinds.Refuse, "another one"},
		{"an entry made alike", "studio-lifecycle-config", "delete", anyone, estate.Ask{},
			func(ctx context.Context, c *sagemaker.Client, r estate.Resource) error {
				_, err := c.CreateStudioLifecycleConfig(ctx, &sagemaker.CreateStudioLifecycleConfigInput{StudioLifecycleConfigName: name(r),
					StudioLifecycleConfigAppType: types.StudioLifecycleConfigAppType(r.Type), StudioLifecycleConfigContent: aws.String("IyEvYmluL2Jhc2gKc2V0IC1ldQo=")})
				return err
			}, kinds.Done, "there again"},
		{"a server that was started and is started", "mlflow-tracking-server", "stop", is("Created"), estate.Ask{},
			func(ctx context.Context, c *sagemaker.Client, r estate.Resource) error {
				_, err := c.StartMlflowTrackingServer(ctx, &sagemaker.StartMlflowTrackingServerInput{TrackingServerName: name(r)})
				return err
			}, kinds.Done, "it is Started"},
		{"a server that was deleted", "mlflow-tracking-server", "stop", is("Created"), estate.Ask{},
			func(ctx context.Context, c *sagemaker.Client, r estate.Resource) error {
				_, err := c.DeleteMlflowTrackingServer(ctx, &sagemaker.DeleteMlflowTrackingServerInput{TrackingServerName: name(r)})
				return err
			}, kinds.Refuse, "gone"},
		{"throughput provisioned otherwise", "feature-group", "scale", func(r estate.Resource) bool { return r.Attributes["throughputMode"] != "" }, estate.Ask{ToZero: true},
			func(ctx context.Context, c *sagemaker.Client, r estate.Resource) error {
				_, err := c.UpdateFeatureGroup(ctx, &sagemaker.UpdateFeatureGroupInput{FeatureGroupName: name(r), ThroughputConfig: &types.ThroughputConfigUpdate{
					ThroughputMode: types.ThroughputModeProvisioned, ProvisionedReadCapacityUnits: aws.Int32(1), ProvisionedWriteCapacityUnits: aws.Int32(1)}})
				return err
			}, kinds.Refuse, "1 reads and 1 writes"},
		{"a group that was set otherwise", "cluster", "scale", func(r estate.Resource) bool { return len(r.Parts) == 4 && r.Status == "InService" }, estate.Ask{ToZero: true, Part: "workers"},
			func(ctx context.Context, c *sagemaker.Client, r estate.Resource) error {
				_, err := c.UpdateCluster(ctx, &sagemaker.UpdateClusterInput{ClusterName: name(r), InstanceGroups: []types.ClusterInstanceGroupSpecification{{
					InstanceGroupName: aws.String("workers"), InstanceCount: aws.Int32(1), InstanceType: types.ClusterInstanceTypeMlG512xlarge, ExecutionRole: aws.String("arn:aws:iam::1:role/r")}}})
				return err
			}, kinds.Done, "somebody has set its instance group workers"},
		{"a tag with another value", "workteam", "tag", anyone, estate.Ask{Tags: map[string]string{"seen-by": "us"}},
			func(ctx context.Context, c *sagemaker.Client, r estate.Resource) error {
				_, err := c.AddTags(ctx, &sagemaker.AddTagsInput{ResourceArn: &r.ARN, Tags: []types.Tag{{Key: aws.String("seen-by"), Value: aws.String("them")}}})
				return err
			}, kinds.Done, "changed since"},
		{"an image made otherwise", "image", "delete", is("CREATED"), estate.Ask{},
			func(ctx context.Context, c *sagemaker.Client, r estate.Resource) error {
				if _, err := c.CreateImage(ctx, &sagemaker.CreateImageInput{ImageName: name(r), DisplayName: aws.String(r.Attributes["displayName"]), RoleArn: aws.String("arn:aws:iam::1:role/r")}); err != nil {
					return err
				}
				return nil
			}, kinds.Refuse, "another one"},
	} {
		t.Run(test.name, func(t *testing.T) {
			k, r := family(t, test.kind, test.want)
			s, a := in(t, r.account, r.region), action(k, test.action)
			test.ask.Action = a.Name
			made, last, err := s.act(t.Context(), once, a, r.Resource, test.ask)
			if err != nil || last.State != kinds.Done || len(made) == 0 {
				t.Fatalf("%s (%s), %v", last.State, last.Why, err)
			}
			if err := test.meanwhile(t.Context(), s.SageMaker(), r.Resource); err != nil {
				t.Fatal(err)
			}
			s.now = s.now.Add(time.Hour)
			calls := len(s.Mutations())
			last, err = s.undo(t.Context(), once, a, r.Resource, test.ask, made)
			if err != nil || last.State != test.ends || !strings.Contains(last.Why, test.why) || len(s.Mutations()) != calls {
				t.Errorf("%s (%s), %v, after %d calls", last.State, last.Why, err, len(s.Mutations())-calls)
			}
		})
	}
}

// TestRefusals: what cannot be done, or nobody knows how to, is refused with the reason, and nothing is called.
func TestRefusals(t *testing.T) {
	long := strings.Repeat("x", 129)
	many := map[string]string{}
	for i := range 51 {
		many["k"+strings.Repeat("x", i)] = ""
	}
	cluster := func(r estate.Resource) bool { return len(r.Parts) == 4 && r.Status == "InService" }
	tagged := func(tags map[string]string) estate.Ask { return estate.Ask{Action: "tag", Tags: tags} }
	for _, test := range []struct {
		kind estate.Kind
		want func(estate.Resource) bool
		ask  estate.Ask
		why  string
	}{
		{"workteam", anyone, tagged(map[string]string{"aws:team": "x"}), "AWS's own"},
		{"workteam", anyone, tagged(map[string]string{"AWS:team": "x"}), "AWS's own"},
		{"workteam", anyone, tagged(map[string]string{"": "x"}), "empty key"},
		{"workteam", anyone, tagged(map[string]string{"a,b": "x"}), "does not take"},
		{"workteam", anyone, tagged(map[string]string{"a": "off=(M-F,19)"}), "does not take"},
		{"workteam", anyone, tagged(map[string]string{long: "x"}), "129 characters"},
		{"workteam", anyone, tagged(map[string]string{"a": long + long}), "258 characters"},
		{"workteam", anyone, tagged(many), "may have 50"},
		{"feature-group", func(r estate.Resource) bool { return r.Attributes["throughputMode"] != "" }, estate.Ask{Action: "scale", Count: 3}, "two numbers"},
		{"cluster", cluster, estate.Ask{Action: "scale", Part: "nowhere", ToZero: true}, "no instance group nowhere"},
		{"cluster", is("Failed"), estate.Ask{Action: "scale", ToZero: true}, "it is Failed"},
		{"mlflow-tracking-server", is("CreateFailed"), estate.Ask{Action: "start"}, "it is CreateFailed"},
	} {
		k, r := family(t, test.kind, test.want)
		s := in(t, r.account, r.region)
		_, last, err := s.act(t.Context(), once, action(k, test.ask.Action), r.Resource, test.ask)
		if err != nil || last.State != kinds.Refuse || !strings.Contains(last.Why, test.why) || len(s.Mutations()) > 0 {
			t.Errorf("%s %+v: %s (%s), %v", test.kind, test.ask, last.State, last.Why, err)
		}
	}
}

// TestASecretIsNeitherWrittenNorLost: what has a secret in its settings is deleted only where its data may go, is not made again without it, and
// nobody finds it in what is saved.
func TestASecretIsNeitherWrittenNorLost(t *testing.T) {
	k, r := family(t, "monitoring-schedule", is("Scheduled"))
	s := in(t, r.account, r.region)
	if _, err := s.SageMaker().CreateMonitoringSchedule(t.Context(), &sagemaker.CreateMonitoringScheduleInput{MonitoringScheduleName: aws.String("sly"),
		MonitoringScheduleConfig: &types.MonitoringScheduleConfig{MonitoringType: types.MonitoringTypeDataQuality, MonitoringJobDefinition: &types.MonitoringJobDefinition{
			RoleArn: aws.String("arn:aws:iam::1:role/r"), Environment: map[string]string{"HF_TOKEN": "hf_hush", "LOG": "1"},
			MonitoringAppSpecification: &types.MonitoringAppSpecification{ImageUri: aws.String("i")}, MonitoringInputs: []types.MonitoringInput{},
			MonitoringOutputConfig: &types.MonitoringOutputConfig{MonitoringOutputs: []types.MonitoringOutput{}},
			MonitoringResources: &types.MonitoringResources{ClusterConfig: &types.MonitoringClusterConfig{InstanceCount: aws.Int32(1),
				InstanceType: types.ProcessingInstanceTypeMlM5Large, VolumeSizeInGB: aws.Int32(1)}}}}}); err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(time.Minute)
	all := s.list(t, k)
	sly := all[slices.IndexFunc(all, func(r estate.Resource) bool { return r.Name == "sly" })]
	for name, a := range map[string]kinds.Action{"saved": action(k, "snapshot-config"), "stopped": action(k, "stop")} {
		m, err := a.Next(t.Context(), s.hand(sly, estate.Ask{Action: a.Name}))
		if err != nil || len(m.Saved) == 0 || strings.Contains(string(m.Saved), "hush") || !strings.Contains(string(m.Saved), "HF_TOKEN") {
			t.Errorf("%s: %s, %v", name, m.Saved, err)
		}
	}
	remove := action(k, "delete")
	if _, last, err := s.act(t.Context(), once, remove, sly, estate.Ask{Action: "delete"}); err != nil || last.State != kinds.Refuse || !strings.Contains(last.Why, "HF_TOKEN") {
		t.Errorf("deleted unasked: %s (%s), %v", last.State, last.Why, err)
	}
	made, last, err := s.act(t.Context(), once, remove, sly, estate.Ask{Action: "delete", Data: true})
	if err != nil || last.State != kinds.Done || strings.Contains(string(made[0].Saved), "hush") {
		t.Fatalf("%s (%s), %v", last.State, last.Why, err)
	}
	if last, err = s.undo(t.Context(), once, remove, sly, estate.Ask{}, made); err != nil || last.State != kinds.Refuse || !strings.Contains(last.Why, "HF_TOKEN") {
		t.Errorf("made again without it: %s (%s), %v", last.State, last.Why, err)
	}
}

// TestAClusterIsScaledByTheGroup: down to a count, never up, and no other group with it.
func TestAClusterIsScaledByTheGroup(t *testing.T) {
	k, r := family(t, "cluster", func(r estate.Resource) bool { return len(r.Parts) == 4 && r.Status == "InService" })
	for _, test := range []struct {
		ask  estate.Ask
		want map[string]int
	}{
		{estate.Ask{Part: "workers", Count: 1}, map[string]int{"controller": 1, "workers": 1, "spare": 2, "burst": 0}},
		{estate.Ask{Count: 1}, map[string]int{"controller": 1, "workers": 1, "spare": 1, "burst": 0}},
		{estate.Ask{ToZero: true, Part: "spare"}, map[string]int{"controller": 1, "workers": 3, "spare": 0, "burst": 0}},
		{estate.Ask{Part: "burst", Count: 9}, map[string]int{"controller": 1, "workers": 3, "spare": 2, "burst": 0}},
	} {
		s := in(t, r.account, r.region)
		if _, last, err := s.act(t.Context(), once, action(k, "scale"), r.Resource, test.ask); err != nil || last.State != kinds.Done {
			t.Fatalf("%+v: %s (%s), %v", test.ask, last.State, last.Why, err)
		}
		for _, after := range s.list(t, k) {
			for _, p := range after.Parts {
				if after.ARN == r.ARN && p.Count != test.want[p.Name] {
					t.Errorf("%+v leaves %d instances in %s, want %d", test.ask, p.Count, p.Name, test.want[p.Name])
				}
			}
		}
	}
}
