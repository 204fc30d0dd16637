package acts

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func region(w *world.World) *world.Region { return w.Accounts[0].Regions[0] }

// TestWhatIsNotTouched: what is refused, is waited for or is done already sends nothing.
func TestWhatIsNotTouched(t *testing.T) {
	for _, tt := range []struct {
		name  string
		alter func(*world.World)
		kind  estate.Kind
		on    string
		ask   estate.Ask
		// seen changes what was seen.
		seen func(*kinds.Hand)
		want kinds.MoveState
		why  string
	}{
		{name: "another bearer of an app's name", kind: "studio-app", on: "app/d-1/lab/jupyterlab/default", ask: estate.Ask{Action: "stop"}, seen: older, want: kinds.Refuse, why: "another one bears its name"},
		{name: "another bearer of a space's name", kind: "studio-space", on: "space/d-1/lab", ask: estate.Ask{Action: "delete", Data: true}, seen: older, want: kinds.Refuse, why: "another one bears its name"},
		{name: "another bearer of a profile's name", kind: "user-profile", on: "user-profile/d-1/ann", ask: estate.Ask{Action: "delete", Data: true}, seen: older, want: kinds.Refuse, why: "another one"},
		{name: "another bearer of a domain's id", kind: "studio-domain", on: "domain/d-1", ask: estate.Ask{Action: "delete", Data: true}, seen: older, want: kinds.Refuse, why: "another one"},
		{name: "another domain to be limited", kind: "studio-domain", on: "domain/d-1", ask: estate.Ask{Action: "set-idle-shutdown", IdleMinutes: 90}, seen: older, want: kinds.Refuse, why: "another one"},
		{name: "another profile to be limited", kind: "user-profile", on: "user-profile/d-1/ann", ask: estate.Ask{Action: "set-idle-shutdown", IdleMinutes: 90}, seen: older, want: kinds.Refuse, why: "another one"},
		{name: "another space to be limited", kind: "studio-space", on: "space/d-1/lab", ask: estate.Ask{Action: "set-idle-shutdown", IdleMinutes: 90}, seen: older, want: kinds.Refuse, why: "another one"},
		{name: "another bearer of a notebook instance's name", kind: "notebook-instance", on: "notebook-instance/nb", ask: estate.Ask{Action: "stop"}, seen: older, want: kinds.Refuse, why: "another one"},
		{name: "another bearer of an endpoint's name, scaled", kind: "endpoint", on: "endpoint/plain", ask: estate.Ask{Action: "scale", Count: 1}, seen: older, want: kinds.Refuse, why: "another one"},
		{name: "another bearer of an endpoint's name, deleted", kind: "endpoint", on: "endpoint/plain", ask: estate.Ask{Action: "delete"}, seen: older, want: kinds.Refuse, why: "another one"},
		{name: "another bearer of a component's name, scaled", kind: "inference-component", on: "inference-component/base", ask: estate.Ask{Action: "scale", Count: 1}, seen: older, want: kinds.Refuse, why: "another one"},
		{name: "another bearer of a component's name, deleted", kind: "inference-component", on: "inference-component/base", ask: estate.Ask{Action: "delete"}, seen: older, want: kinds.Refuse, why: "another one"},
		{name: "another bearer of a configuration's name", kind: "endpoint-config", on: "endpoint-config/old", ask: estate.Ask{Action: "delete"}, seen: older, want: kinds.Refuse, why: "another one"},
		{name: "another bearer of a model's name", kind: "model", on: "model/old", ask: estate.Ask{Action: "delete"}, seen: older, want: kinds.Refuse, why: "another one"},
		{name: "one whose birth was not seen", kind: "model", on: "model/old", ask: estate.Ask{Action: "delete"}, seen: func(h *kinds.Hand) { h.Resource.Created = time.Time{} }, want: kinds.Refuse, why: "another one"},

		{name: "the volume of a space", kind: "studio-space", on: "space/d-1/lab", ask: estate.Ask{Action: "delete"}, want: kinds.Refuse, why: "the volume of lab would be deleted"},
		{name: "the volume of a profile's space", kind: "user-profile", on: "user-profile/d-1/ann", ask: estate.Ask{Action: "delete"}, want: kinds.Refuse, why: "the volume of lab would be deleted"},
		{name: "the volumes of a domain's spaces", kind: "studio-domain", on: "domain/d-1", ask: estate.Ask{Action: "delete"}, want: kinds.Refuse, why: "would be deleted with all files on it"},
		{name: "the volume of a notebook instance", kind: "notebook-instance", on: "notebook-instance/nb", ask: estate.Ask{Action: "delete"}, want: kinds.Refuse, why: "its volume would be deleted"},

		{name: "an app that is being started", alter: app(func(a *world.App) { a.Status = "Pending" }), kind: "studio-app", on: "app/d-1/lab/jupyterlab/default", ask: estate.Ask{Action: "stop"}, want: kinds.Refuse, why: "is being started"},
		{name: "an app that is being deleted", alter: app(func(a *world.App) { a.Status = "Deleting" }), kind: "studio-app", on: "app/d-1/lab/jupyterlab/default", ask: estate.Ask{Action: "stop"}, want: kinds.Wait, why: "is being deleted"},
		{name: "an app in a state that nobody knows", alter: app(func(a *world.App) { a.Status = "Dreaming" }), kind: "studio-app", on: "app/d-1/lab/jupyterlab/default", ask: estate.Ask{Action: "stop"}, want: kinds.Refuse, why: "is not known"},
		{name: "an app that is being started in a space that is to go", alter: app(func(a *world.App) { a.Status = "Pending" }), kind: "studio-space", on: "space/d-1/lab", ask: estate.Ask{Action: "delete", Data: true}, want: kinds.Refuse, why: "is being started"},
		{name: "a space with an app that was made since", kind: "studio-space", on: "space/d-1/lab", ask: estate.Ask{Action: "delete", Data: true}, seen: longAgo, want: kinds.Refuse, why: "was made after it was looked at"},
		{name: "an endpoint with a component that was made since", kind: "endpoint", on: "endpoint/packed", ask: estate.Ask{Action: "delete"}, seen: longAgo, want: kinds.Refuse, why: "was made after it was looked at"},
		{name: "an endpoint to be emptied of a component that was made since", kind: "endpoint", on: "endpoint/packed", ask: estate.Ask{Action: "scale", ToZero: true}, seen: longAgo, want: kinds.Refuse, why: "was made after it was looked at"},

		{name: "a notebook instance that is being started", alter: record("nb", "Pending"), kind: "notebook-instance", on: "notebook-instance/nb", ask: estate.Ask{Action: "stop"}, want: kinds.Refuse, why: "it is being started"},
		{name: "a notebook instance that is being updated", alter: record("nb", "Updating"), kind: "notebook-instance", on: "notebook-instance/nb", ask: estate.Ask{Action: "delete", Data: true}, want: kinds.Wait, why: "Updating"},
		{name: "a notebook instance that is stopped", kind: "notebook-instance", on: "notebook-instance/off", ask: estate.Ask{Action: "stop"}, want: kinds.Done},
		{name: "a notebook instance that failed is not started", alter: record("nb", "Failed"), kind: "notebook-instance", on: "notebook-instance/nb", ask: estate.Ask{Action: "start"}, want: kinds.Refuse, why: "Failed"},

		{name: "an endpoint that is being updated", alter: endpoint("plain", "Updating"), kind: "endpoint", on: "endpoint/plain", ask: estate.Ask{Action: "scale", Count: 1}, want: kinds.Wait, why: "Updating"},
		{name: "an endpoint that rolls back", alter: endpoint("plain", "RollingBack"), kind: "endpoint", on: "endpoint/plain", ask: estate.Ask{Action: "delete"}, want: kinds.Wait, why: "RollingBack"},
		{name: "an endpoint that failed is not scaled", alter: endpoint("plain", "Failed"), kind: "endpoint", on: "endpoint/plain", ask: estate.Ask{Action: "scale", Count: 1}, want: kinds.Refuse, why: "Failed"},
		{name: "no instances of a model's own endpoint", kind: "endpoint", on: "endpoint/plain", ask: estate.Ask{Action: "scale", ToZero: true}, want: kinds.Refuse, why: "cannot do without instances"},
		{name: "none by number", kind: "endpoint", on: "endpoint/queue", ask: estate.Ask{Action: "scale"}, want: kinds.Refuse, why: "ask for toZero"},
		{name: "no copies by number", kind: "inference-component", on: "inference-component/base", ask: estate.Ask{Action: "scale"}, want: kinds.Refuse, why: "ask for toZero"},
		{name: "more is never made of less", kind: "endpoint", on: "endpoint/plain", ask: estate.Ask{Action: "scale", Count: 5}, want: kinds.Done, why: "no variant has more than 5"},
		{name: "more copies are never made of less", kind: "inference-component", on: "inference-component/base", ask: estate.Ask{Action: "scale", Count: 5}, want: kinds.Done, why: "2 copies"},
		{name: "a variant that is not there", kind: "endpoint", on: "endpoint/plain", ask: estate.Ask{Action: "scale", Part: "z", Count: 1}, want: kinds.Refuse, why: `no variant "z"`},
		{name: "a serverless variant", alter: func(w *world.World) { region(w).Endpoints[0].Variants[0].MemoryMB = 1024 }, kind: "endpoint", on: "endpoint/plain", ask: estate.Ask{Action: "scale", Count: 1}, want: kinds.Refuse, why: "serverless"},
		{name: "instances that follow components", kind: "endpoint", on: "endpoint/packed", ask: estate.Ask{Action: "scale", Count: 1}, want: kinds.Refuse, why: "scale these"},
		{name: "instances that scaling keeps", alter: func(w *world.World) { region(w).Endpoints[1].Variants[0].MinScale = 1 }, kind: "endpoint", on: "endpoint/packed", ask: estate.Ask{Action: "scale", ToZero: true}, want: kinds.Refuse, why: "MinInstanceCount of 0"},
		{name: "components on instances that do not scale", alter: func(w *world.World) { region(w).Endpoints[1].Variants[0].MaxScale = 0 }, kind: "endpoint", on: "endpoint/packed", ask: estate.Ask{Action: "scale", ToZero: true}, want: kinds.Refuse, why: "ManagedInstanceScaling"},
		{name: "no component to wake it", alter: func(w *world.World) { region(w).Components = nil }, kind: "endpoint", on: "endpoint/packed", ask: estate.Ask{Action: "scale", ToZero: true}, want: kinds.Refuse, why: "could wake it"},
		{name: "instances below the floor of its scaling", alter: func(w *world.World) { region(w).Scalings[0].Target.MinCapacity = aws.Int32(3) }, kind: "endpoint", on: "endpoint/plain", ask: estate.Ask{Action: "scale", Count: 1}, want: kinds.Refuse, why: "at least 3"},
		{name: "copies below the floor of its scaling", alter: func(w *world.World) { region(w).Scalings[1].Target.MinCapacity = aws.Int32(2) }, kind: "inference-component", on: "inference-component/base", ask: estate.Ask{Action: "scale", Count: 1}, want: kinds.Refuse, why: "at least 2"},
		{name: "copies of an adapter", kind: "inference-component", on: "inference-component/adapter", ask: estate.Ask{Action: "scale", Count: 1}, want: kinds.Refuse, why: "no copies of its own"},
		{name: "an endpoint that could not be made again", alter: func(w *world.World) { region(w).Configs = region(w).Configs[1:] }, kind: "endpoint", on: "endpoint/plain", ask: estate.Ask{Action: "delete"}, want: kinds.Refuse, why: "its configuration plain-1 was deleted"},
		{name: "a model with a secret", alter: func(w *world.World) { region(w).Models[1].Output.PrimaryContainer.Environment["HF_TOKEN"] = "x" }, kind: "model", on: "model/old", ask: estate.Ask{Action: "delete"}, want: kinds.Refuse, why: "HF_TOKEN looks like a secret"},
		{name: "a component with a secret", alter: func(w *world.World) {
			region(w).Components[2].Output.Specification.Container.Environment["HF_TOKEN"] = "x"
		}, kind: "endpoint", on: "endpoint/packed", ask: estate.Ask{Action: "delete"}, want: kinds.Refuse, why: "HF_TOKEN looks like a secret"},

		{name: "a limit below the least", kind: "studio-domain", on: "domain/d-1", ask: estate.Ask{Action: "set-idle-shutdown", IdleMinutes: 59}, want: kinds.Refuse, why: "60 to 525600"},
		{name: "a limit above what people may choose", kind: "user-profile", on: "user-profile/d-1/ann", ask: estate.Ask{Action: "set-idle-shutdown", IdleMinutes: 601}, want: kinds.Refuse, why: "more than 600"},
		{name: "a space of another type of app", alter: func(w *world.World) { region(w).Domains[0].Spaces[0].AppType = "Canvas" }, kind: "studio-space", on: "space/d-1/lab", ask: estate.Ask{Action: "set-idle-shutdown", IdleMinutes: 90}, want: kinds.Refuse, why: "only spaces of JupyterLab"},
		{name: "a limit that is set", kind: "studio-space", on: "space/d-1/lab", ask: estate.Ask{Action: "set-idle-shutdown", IdleMinutes: 400}, want: kinds.Done, why: "it has the limit"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := furnished()
			if tt.alter != nil {
				tt.alter(w)
			}
			s := onStage(t, w)
			r, found := s.find(t, tt.kind, arn(tt.on))
			if !found {
				t.Fatal("it is not listed")
			}
			hand := s.hand(r, tt.ask, s.clock())
			if tt.seen != nil {
				tt.seen(hand)
			}
			m, err := action(t, tt.kind, tt.ask.Action).Next(t.Context(), hand)
			if err != nil || m.State != tt.want || !strings.Contains(m.Why, tt.why) || m.Send != nil {
				t.Errorf("%s: %s, %v", m.State, m.Why, err)
			}
			if n := len(s.Mutations()); n != 0 {
				t.Errorf("%d changes", n)
			}
		})
	}
}

func older(h *kinds.Hand)   { h.Resource.Created = h.Resource.Created.Add(-time.Hour) }
func longAgo(h *kinds.Hand) { h.Seen = at.AddDate(0, 0, -60) }

func app(alter func(*world.App)) func(*world.World) {
	return func(w *world.World) { alter(region(w).Domains[0].Apps[0]) }
}

func endpoint(name, status string) func(*world.World) {
	return func(w *world.World) {
		for _, e := range region(w).Endpoints {
			if e.Name == name {
				e.Status = status
			}
		}
	}
}

func record(name, status string) func(*world.World) {
	return func(w *world.World) {
		for _, r := range region(w).Records {
			if r.Name == name && r.Family == world.NotebookInstance {
				r.Status = status
			}
		}
	}
}

// TestUndoingLeavesAloneWhatOthersDid: between the deed and its undoing somebody does something.
func TestUndoingLeavesAloneWhatOthersDid(t *testing.T) {
	s := aws.String
	for _, tt := range []struct {
		name, deed string
		do         func(*testing.T, *stage) error
		want       kinds.MoveState
		why        string
	}{
		{"another app", "an app is stopped", func(t *testing.T, st *stage) error {
			_, err := st.SageMaker().CreateApp(t.Context(), &sagemaker.CreateAppInput{DomainId: s("d-1"), SpaceName: s("lab"), AppType: types.AppTypeJupyterLab, AppName: s("default")})
			return err
		}, kinds.Refuse, "somebody has made another one"},
		{"another model", "a model is deleted", func(t *testing.T, st *stage) error {
			_, err := st.SageMaker().CreateModel(t.Context(), &sagemaker.CreateModelInput{ModelName: s("old"), PrimaryContainer: &types.ContainerDefinition{Image: s("new")}})
			return err
		}, kinds.Refuse, "somebody has made another one"},
		{"another profile", "a profile that owns nothing is deleted", func(t *testing.T, st *stage) error {
			_, err := st.SageMaker().CreateUserProfile(t.Context(), &sagemaker.CreateUserProfileInput{DomainId: s("d-2"), UserProfileName: s("cleo"), UserSettings: &types.UserSettings{ExecutionRole: s(role)}})
			return err
		}, kinds.Refuse, "somebody has made another one"},
		{"the same profile", "a profile that owns nothing is deleted", func(t *testing.T, st *stage) error {
			_, err := st.SageMaker().CreateUserProfile(t.Context(), &sagemaker.CreateUserProfileInput{DomainId: s("d-2"), UserProfileName: s("cleo")})
			return err
		}, kinds.Done, "there again"},
		{"another count", "one variant is scaled", func(t *testing.T, st *stage) error {
			_, err := st.SageMaker().UpdateEndpointWeightsAndCapacities(t.Context(), &sagemaker.UpdateEndpointWeightsAndCapacitiesInput{EndpointName: s("plain"),
				DesiredWeightsAndCapacities: []types.DesiredWeightAndCapacity{{VariantName: s("a"), DesiredInstanceCount: aws.Int32(2)}}})
			return err
		}, kinds.Refuse, "scaled to 2 instances since"},
		{"another number of copies", "a component is scaled", func(t *testing.T, st *stage) error {
			_, err := st.SageMaker().UpdateInferenceComponentRuntimeConfig(t.Context(), &sagemaker.UpdateInferenceComponentRuntimeConfigInput{
				InferenceComponentName: s("base"), DesiredRuntimeConfig: &types.InferenceComponentRuntimeConfig{CopyCount: aws.Int32(4)}})
			return err
		}, kinds.Refuse, "scaled to 4 copies since"},
		{"another configuration of the endpoint", "an endpoint that scales by itself is deleted", func(t *testing.T, st *stage) error {
			_, err := st.SageMaker().DeleteEndpointConfig(t.Context(), &sagemaker.DeleteEndpointConfigInput{EndpointConfigName: s("plain-1")})
			if err != nil {
				return err
			}
			_, err = st.SageMaker().CreateEndpointConfig(t.Context(), &sagemaker.CreateEndpointConfigInput{EndpointConfigName: s("plain-1"), ProductionVariants: []types.ProductionVariant{
				{VariantName: s("a"), ModelName: s("churn"), InstanceType: "ml.p4d.24xlarge", InitialInstanceCount: aws.Int32(8)}}})
			return err
		}, kinds.Refuse, "another configuration plain-1"},
		{"no configuration of the endpoint", "an endpoint that scales by itself is deleted", func(t *testing.T, st *stage) error {
			_, err := st.SageMaker().DeleteEndpointConfig(t.Context(), &sagemaker.DeleteEndpointConfigInput{EndpointConfigName: s("plain-1")})
			return err
		}, kinds.Refuse, "its configuration plain-1 is gone"},
		{"another limit", "a space gets a limit", func(t *testing.T, st *stage) error {
			_, err := st.SageMaker().UpdateSpace(t.Context(), &sagemaker.UpdateSpaceInput{DomainId: s("d-1"), SpaceName: s("lab"), SpaceSettings: &types.SpaceSettings{
				JupyterLabAppSettings: &types.SpaceJupyterLabAppSettings{AppLifecycleManagement: &types.SpaceAppLifecycleManagement{IdleSettings: &types.SpaceIdleSettings{IdleTimeoutInMinutes: aws.Int32(240)}}}}})
			return err
		}, kinds.Refuse, "somebody has changed the idle shutdown"},
		{"a notebook instance that was started meanwhile", "a notebook instance is stopped", func(t *testing.T, st *stage) error {
			_, err := st.SageMaker().StartNotebookInstance(t.Context(), &sagemaker.StartNotebookInstanceInput{NotebookInstanceName: s("nb")})
			return err
		}, kinds.Wait, "Pending"},
		{"a notebook instance that somebody has made again and uses", "a notebook instance that was stopped is deleted", func(t *testing.T, st *stage) error {
			_, err := st.SageMaker().CreateNotebookInstance(t.Context(), &sagemaker.CreateNotebookInstanceInput{NotebookInstanceName: s("off"), InstanceType: types.InstanceTypeMlT3Medium, RoleArn: s(role),
				VolumeSizeInGB: aws.Int32(30), LifecycleConfigName: s("setup"), SecurityGroupIds: []string{"sg-1"}, SubnetId: s("subnet-1"), RootAccess: types.RootAccessDisabled})
			st.pass(time.Hour)
			return err
		}, kinds.Done, "there again"},
		{"what wakes it was given other limits", "a component is scaled to nothing", func(t *testing.T, st *stage) error {
			_, err := st.Scaling().RegisterScalableTarget(t.Context(), &applicationautoscaling.RegisterScalableTargetInput{ServiceNamespace: "sagemaker", ResourceId: s("inference-component/small"),
				ScalableDimension: "sagemaker:inference-component:DesiredCopyCount", MinCapacity: aws.Int32(1)})
			return err
		}, kinds.Refuse, "changed its limits since"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, d := range deeds {
				if d.name != tt.deed {
					continue
				}
				st := onStage(t, furnished())
				made := st.carry(t, d, plainly(t))
				st.pass(time.Hour)
				if err := tt.do(t, st); err != nil {
					t.Fatal(err)
				}
				before := len(st.Mutations())
				call := made[len(made)-1]
				if last(made[0].Operation) == "RegisterScalableTarget" {
					call = made[0]
				}
				var m kinds.Move
				for range most {
					if m = st.back(t, d, call); m.State != kinds.Wait || tt.want == kinds.Wait {
						break
					}
					st.pass(30 * time.Second)
				}
				if m.State != tt.want || !strings.Contains(m.Why, tt.why) {
					t.Errorf("%s: %s", m.State, m.Why)
				}
				if n := len(st.Mutations()); n != before {
					t.Errorf("%d changes", n-before)
				}
				return
			}
			t.Fatalf("there is no deed %q", tt.deed)
		})
	}
}
