package wire

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	api "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A stage is a writable world with a clock that the test sets.
type stage struct {
	*Server
	*api.Client
	cfg aws.Config
	now time.Time
}

func onStage(t *testing.T, w *world.World) *stage {
	t.Helper()
	s := &stage{now: at}
	s.Server, s.cfg = serve(t, w, func(o *Options) { o.Writable, o.Now = true, func() time.Time { return s.now } })
	s.Client = api.NewFromConfig(s.cfg)
	return s
}

// furnished is the studio with what can be deleted or started.
func furnished() *world.World {
	w := studio()
	spare(w)
	return w
}

var lab = &api.DescribeAppInput{DomainId: aws.String("d-1"), SpaceName: aws.String("lab"), AppType: types.AppTypeJupyterLab, AppName: aws.String("default")}

// app is the status of the lab's app, or the code of the error.
func (s *stage) app(ctx context.Context) string {
	out, err := s.DescribeApp(ctx, lab)
	if err != nil {
		return code(err)
	}
	return string(out.Status)
}

func (s *stage) deleteLab(ctx context.Context) error {
	_, err := s.DeleteApp(ctx, &api.DeleteAppInput{DomainId: lab.DomainId, SpaceName: lab.SpaceName, AppType: lab.AppType, AppName: lab.AppName})
	return err
}

func (s *stage) createLab(ctx context.Context) error {
	_, err := s.CreateApp(ctx, &api.CreateAppInput{DomainId: lab.DomainId, SpaceName: lab.SpaceName, AppType: lab.AppType, AppName: lab.AppName,
		ResourceSpec: &types.ResourceSpec{InstanceType: types.AppInstanceTypeMlG5Xlarge}})
	return err
}

func (s *stage) notebook(ctx context.Context, name string) string {
	out, err := s.DescribeNotebookInstance(ctx, &api.DescribeNotebookInstanceInput{NotebookInstanceName: &name})
	if err != nil {
		return code(err)
	}
	return string(out.NotebookInstanceStatus)
}

func want(t *testing.T, what, got, wanted string) {
	t.Helper()
	if got != wanted {
		t.Errorf("%s: %q, want %q", what, got, wanted)
	}
}

func TestAnAppGoesAndComes(t *testing.T) {
	ctx, s := t.Context(), onStage(t, furnished())
	want(t, "at first", s.app(ctx), "InService")
	want(t, "creation of what runs", code(s.createLab(ctx)), "ResourceInUse")
	want(t, "deletion", code(s.deleteLab(ctx)), "")
	want(t, "then", s.app(ctx), "Deleting")
	want(t, "deletion of what goes", code(s.deleteLab(ctx)), "ResourceInUse")
	s.now = at.Add(appStops)
	want(t, "after a while", s.app(ctx), "Deleted")
	want(t, "deletion of what is gone", code(s.deleteLab(ctx)), "ResourceNotFound")
	s.now = at.Add(23 * time.Hour)
	want(t, "within the day it is listed", s.app(ctx), "Deleted")
	want(t, "creation", code(s.createLab(ctx)), "")
	want(t, "at once", s.app(ctx), "Pending")
	s.now = s.now.Add(appStarts)
	out, err := s.DescribeApp(ctx, lab)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "soon", string(out.Status), "InService")
	if !out.CreationTime.Equal(ago(50 * day)) {
		t.Errorf("restarted within a day it has another creation time: %v", out.CreationTime)
	}
	want(t, "deletion", code(s.deleteLab(ctx)), "")
	s.now = s.now.Add(2 * day)
	want(t, "after a day", s.app(ctx), "ResourceNotFound")
	want(t, "creation", code(s.createLab(ctx)), "")
	if out, err = s.DescribeApp(ctx, lab); err != nil || !out.CreationTime.Equal(s.now) {
		t.Errorf("made anew: %v, %v", out, err)
	}
	// Any instant can be looked at, whatever was written since.
	s.now = at
	want(t, "back then", s.app(ctx), "Deleting")
	s.now = at.Add(-time.Second)
	want(t, "before all that", s.app(ctx), "InService")
}

func TestANotebookInstanceStopsAndStarts(t *testing.T) {
	ctx, s := t.Context(), onStage(t, furnished())
	nb := aws.String("nb")
	stop := func() error {
		_, err := s.StopNotebookInstance(ctx, &api.StopNotebookInstanceInput{NotebookInstanceName: nb})
		return err
	}
	update := func(in api.UpdateNotebookInstanceInput) error {
		in.NotebookInstanceName = nb
		_, err := s.UpdateNotebookInstance(ctx, &in)
		return err
	}
	want(t, "update of what runs", code(update(api.UpdateNotebookInstanceInput{VolumeSizeInGB: aws.Int32(60)})), "ValidationException")
	want(t, "stop", code(stop()), "")
	want(t, "then", s.notebook(ctx, "nb"), "Stopping")
	if err := stop(); !strings.Contains(message(err), "Status (Stopping) not in ([InService])") {
		t.Errorf("a second stop: %v", err)
	}
	s.now = s.now.Add(notebookStops)
	want(t, "after a while", s.notebook(ctx, "nb"), "Stopped")
	if err := update(api.UpdateNotebookInstanceInput{LifecycleConfigName: aws.String("nowhere")}); !strings.Contains(message(err), "nowhere") {
		t.Errorf("a script that is not there: %v", err)
	}
	want(t, "update", code(update(api.UpdateNotebookInstanceInput{DisassociateLifecycleConfig: aws.Bool(true), VolumeSizeInGB: aws.Int32(60)})), "")
	want(t, "then", s.notebook(ctx, "nb"), "Updating")
	s.now = s.now.Add(notebookStops)
	out, err := s.DescribeNotebookInstance(ctx, &api.DescribeNotebookInstanceInput{NotebookInstanceName: nb})
	if err != nil {
		t.Fatal(err)
	}
	if out.NotebookInstanceLifecycleConfigName != nil || *out.VolumeSizeInGB != 60 || out.InstanceType != types.InstanceTypeMlT3Medium || out.NotebookInstanceStatus != "Stopped" {
		t.Errorf("updated to %+v", out)
	}
	if _, err := s.StartNotebookInstance(ctx, &api.StartNotebookInstanceInput{NotebookInstanceName: nb}); err != nil {
		t.Fatal(err)
	}
	want(t, "started", s.notebook(ctx, "nb"), "Pending")
	s.now = s.now.Add(notebookStarts)
	want(t, "soon", s.notebook(ctx, "nb"), "InService")
	list, err := s.ListNotebookInstances(ctx, &api.ListNotebookInstancesInput{StatusEquals: types.NotebookInstanceStatusInService})
	if err != nil || len(list.NotebookInstances) != 1 {
		t.Errorf("listed %v, %v", list, err)
	}
}

func TestAnEndpointGoesAndComes(t *testing.T) {
	w := furnished()
	w.Accounts[0].Regions[0].Components = nil
	ctx, s := t.Context(), onStage(t, w)
	name := aws.String("churn")
	status := func() string {
		out, err := s.DescribeEndpoint(ctx, &api.DescribeEndpointInput{EndpointName: name})
		if err != nil {
			return code(err)
		}
		v := out.ProductionVariants[0]
		return line(string(out.EndpointStatus), strconv.Itoa(int(*v.CurrentInstanceCount)), strconv.Itoa(int(*v.DesiredInstanceCount)))
	}
	scale := func(variant string, count int32) error {
		_, err := s.UpdateEndpointWeightsAndCapacities(ctx, &api.UpdateEndpointWeightsAndCapacitiesInput{EndpointName: name,
			DesiredWeightsAndCapacities: []types.DesiredWeightAndCapacity{{VariantName: &variant, DesiredInstanceCount: &count}}})
		return err
	}
	remove := func() error {
		_, err := s.DeleteEndpoint(ctx, &api.DeleteEndpointInput{EndpointName: name})
		return err
	}
	want(t, "instances of a serverless variant", code(scale("cold", 1)), "ValidationException")
	want(t, "a variant that is not there", code(scale("hot", 1)), "ValidationException")
	want(t, "to nothing, since it is asynchronous", code(scale("AllTraffic", 0)), "")
	want(t, "then", status(), "Updating 2 0")
	if err := remove(); message(err) != `Cannot update in-progress endpoint "arn:aws:sagemaker:us-east-1:111111111111:endpoint/churn".` {
		t.Errorf("deletion in the middle: %v", err)
	}
	s.now = s.now.Add(endpointMoves)
	want(t, "after a while", status(), "InService 0 0")
	want(t, "deletion", code(remove()), "")
	want(t, "then", status(), "Deleting 0 0")
	s.now = s.now.Add(endpointMoves)
	want(t, "after a while", status(), "ValidationException")
	create := func(config string) error {
		_, err := s.CreateEndpoint(ctx, &api.CreateEndpointInput{EndpointName: name, EndpointConfigName: &config})
		return err
	}
	want(t, "without a configuration", code(create("none")), "ValidationException")
	want(t, "creation", code(create("churn-1")), "")
	want(t, "then", status(), "Creating 2 2")
	if err := create("churn-1"); !strings.HasPrefix(message(err), "Cannot create already existing endpoint") {
		t.Errorf("a second creation: %v", err)
	}
	s.now = s.now.Add(endpointMoves)
	want(t, "after a while", status(), "InService 2 2")
}

func TestRealtimeEndpointsKeepAnInstance(t *testing.T) {
	w := furnished()
	w.Accounts[0].Regions[0].Endpoints[0].Async = false
	s := onStage(t, w)
	_, err := s.UpdateEndpointWeightsAndCapacities(t.Context(), &api.UpdateEndpointWeightsAndCapacitiesInput{EndpointName: aws.String("churn"),
		DesiredWeightsAndCapacities: []types.DesiredWeightAndCapacity{{VariantName: aws.String("AllTraffic"), DesiredInstanceCount: aws.Int32(0)}}})
	want(t, "to nothing", code(err), "ValidationException")
}

func TestSettings(t *testing.T) {
	ctx, s := t.Context(), onStage(t, furnished())
	d1 := aws.String("d-1")
	domain := func(with *types.UserSettings) error {
		_, err := s.UpdateDomain(ctx, &api.UpdateDomainInput{DomainId: d1, DefaultUserSettings: with})
		return err
	}
	script := aws.String("arn:aws:sagemaker:us-east-1:" + research + ":studio-lifecycle-config/setup")
	ghost := aws.String("arn:aws:sagemaker:us-east-1:" + research + ":studio-lifecycle-config/ghost")
	attach := func(script *string) *types.UserSettings {
		return &types.UserSettings{CodeEditorAppSettings: &types.CodeEditorAppSettings{LifecycleConfigArns: []string{*script}}}
	}
	want(t, "too short", code(domain(native(59))), "ValidationException")
	want(t, "too long", code(domain(native(525_601))), "ValidationException")
	want(t, "a script that is not there", code(domain(attach(ghost))), "ResourceNotFound")
	want(t, "idle time", code(domain(native(90))), "")
	want(t, "a script", code(domain(attach(script))), "")
	out, err := s.DescribeDomain(ctx, &api.DescribeDomainInput{DomainId: d1})
	if err != nil {
		t.Fatal(err)
	}
	// What an update does not name stays.
	if n := out.DefaultUserSettings.JupyterLabAppSettings.AppLifecycleManagement.IdleSettings.IdleTimeoutInMinutes; *n != 90 {
		t.Errorf("the idle time is %d", *n)
	}
	want(t, "attached", out.DefaultUserSettings.CodeEditorAppSettings.LifecycleConfigArns[0], *script)
	remove := func() error {
		_, err := s.DeleteStudioLifecycleConfig(ctx, &api.DeleteStudioLifecycleConfigInput{StudioLifecycleConfigName: aws.String("setup")})
		return err
	}
	want(t, "deletion of a script in use", code(remove()), "ResourceInUse")
	want(t, "detaching", code(domain(&types.UserSettings{CodeEditorAppSettings: &types.CodeEditorAppSettings{LifecycleConfigArns: []string{}}})), "")
	want(t, "deletion", code(remove()), "")
	want(t, "a second deletion", code(remove()), "ResourceNotFound")

	_, err = s.UpdateSpace(ctx, &api.UpdateSpaceInput{DomainId: d1, SpaceName: aws.String("lab"), SpaceSettings: &types.SpaceSettings{
		JupyterLabAppSettings: &types.SpaceJupyterLabAppSettings{AppLifecycleManagement: &types.SpaceAppLifecycleManagement{
			IdleSettings: &types.SpaceIdleSettings{IdleTimeoutInMinutes: aws.Int32(120)}}},
		SpaceStorageSettings: &types.SpaceStorageSettings{EbsStorageSettings: &types.EbsStorageSettings{EbsVolumeSizeInGb: aws.Int32(75)}}}})
	if err != nil {
		t.Fatal(err)
	}
	space, err := s.DescribeSpace(ctx, &api.DescribeSpaceInput{DomainId: d1, SpaceName: aws.String("lab")})
	if err != nil {
		t.Fatal(err)
	}
	got := space.SpaceSettings
	if *got.JupyterLabAppSettings.AppLifecycleManagement.IdleSettings.IdleTimeoutInMinutes != 120 || *got.SpaceStorageSettings.EbsStorageSettings.EbsVolumeSizeInGb != 75 || got.AppType != "JupyterLab" {
		t.Errorf("the space has %+v", got)
	}
	_, err = s.UpdateSpace(ctx, &api.UpdateSpaceInput{DomainId: d1, SpaceName: aws.String("lab"), SpaceSettings: &types.SpaceSettings{AppType: types.AppTypeCodeEditor}})
	want(t, "another app type", code(err), "ValidationException")
	_, err = s.UpdateSpace(ctx, &api.UpdateSpaceInput{DomainId: d1, SpaceName: aws.String("lab"), SpaceSettings: &types.SpaceSettings{AppType: types.AppTypeJupyterLab}})
	want(t, "the same app type", code(err), "ValidationException")
}

// An ARN is cleared by None, and so that nothing else is.
func TestClearedSettings(t *testing.T) {
	ctx, s := t.Context(), onStage(t, furnished())
	d1 := aws.String("d-1")
	script := "arn:aws:sagemaker:us-east-1:" + research + ":studio-lifecycle-config/setup"
	for _, arn := range []string{script, "None"} {
		if _, err := s.UpdateDomain(ctx, &api.UpdateDomainInput{DomainId: d1, DefaultUserSettings: &types.UserSettings{JupyterLabAppSettings: &types.JupyterLabAppSettings{
			BuiltInLifecycleConfigArn: &arn, LifecycleConfigArns: []string{script}, DefaultResourceSpec: &types.ResourceSpec{InstanceType: "ml.t3.medium", LifecycleConfigArn: &arn}}}}); err != nil {
			t.Fatal(err)
		}
		out, err := s.DescribeDomain(ctx, &api.DescribeDomainInput{DomainId: d1})
		if err != nil {
			t.Fatal(err)
		}
		got := out.DefaultUserSettings.JupyterLabAppSettings
		said := strings.TrimSuffix(arn, "None")
		want(t, "the default", aws.ToString(got.DefaultResourceSpec.LifecycleConfigArn), said)
		want(t, "what is built in", aws.ToString(got.BuiltInLifecycleConfigArn), said)
		want(t, "the instance type", string(got.DefaultResourceSpec.InstanceType), "ml.t3.medium")
		want(t, "what is attached", strings.Join(got.LifecycleConfigArns, " "), script)
	}
}

func TestWhatHoldsSomethingStays(t *testing.T) {
	ctx, s := t.Context(), onStage(t, furnished())
	d1, ann, labs := aws.String("d-1"), aws.String("ann"), aws.String("lab")
	domain := func() error {
		_, err := s.DeleteDomain(ctx, &api.DeleteDomainInput{DomainId: d1})
		return err
	}
	person := func() error {
		_, err := s.DeleteUserProfile(ctx, &api.DeleteUserProfileInput{DomainId: d1, UserProfileName: ann})
		return err
	}
	room := func(name *string) error {
		_, err := s.DeleteSpace(ctx, &api.DeleteSpaceInput{DomainId: d1, SpaceName: name})
		return err
	}
	arn := "arn:aws:sagemaker:us-east-1:" + research + ":"
	want(t, "domain", message(domain()), "Unable to delete Domain ["+arn+"domain/d-1] because App(s) are associated with it.")
	want(t, "user", message(person()), "Unable to delete UserProfile ["+arn+"user-profile/d-1/ann] because App(s) are associated with it.")
	want(t, "space", message(room(labs)), "Unable to delete Space ["+arn+"space/d-1/lab] because App(s) are associated with it.")
	want(t, "the lab's app", code(s.deleteLab(ctx)), "")
	if _, err := s.DeleteApp(ctx, &api.DeleteAppInput{DomainId: d1, UserProfileName: ann, AppType: types.AppTypeKernelGateway, AppName: aws.String("kg")}); err != nil {
		t.Fatal(err)
	}
	want(t, "space with an app that goes", code(room(labs)), "ResourceInUse")
	s.now = s.now.Add(appStops)
	want(t, "user with spaces", message(person()), "Unable to delete UserProfile ["+arn+"user-profile/d-1/ann] because Space(s) are associated with it.")
	want(t, "the attic", code(room(aws.String("attic"))), "")
	want(t, "space", code(room(labs)), "")
	want(t, "user", code(person()), "")
	want(t, "domain", message(domain()), "Unable to delete Domain ["+arn+"domain/d-1] because UserProfile(s) are associated with it.")
	if _, err := s.DeleteUserProfile(ctx, &api.DeleteUserProfileInput{DomainId: d1, UserProfileName: aws.String("bob")}); err != nil {
		t.Fatal(err)
	}
	want(t, "domain", code(domain()), "")
	want(t, "a second deletion", code(domain()), "ResourceNotFound")
}

func TestLifecycleScriptsHaveTheirLimits(t *testing.T) {
	ctx, s := t.Context(), onStage(t, furnished())
	create := func(name, content string, app types.StudioLifecycleConfigAppType) string {
		_, err := s.CreateStudioLifecycleConfig(ctx, &api.CreateStudioLifecycleConfigInput{StudioLifecycleConfigName: &name, StudioLifecycleConfigContent: &content, StudioLifecycleConfigAppType: app})
		return code(err)
	}
	lab := types.StudioLifecycleConfigAppTypeJupyterLab
	want(t, "as long as allowed", create("long", strings.Repeat("QUJD", longestScript/4), lab), "")
	want(t, "longer", create("longer", strings.Repeat("QUJD", longestScript/4+1), lab), "ValidationException")
	want(t, "no base64", create("plain", "#!/bin/bash", lab), "ValidationException")
	want(t, "nothing", create("empty", "", lab), "ValidationException")
	want(t, "for Canvas", create("canvas", script, "Canvas"), "ValidationException")
	want(t, "a name that is none", create("-x", script, lab), "ValidationException")
	want(t, "a name that is taken", create("long", script, lab), "ResourceInUse")
	_, err := s.DeleteNotebookInstanceLifecycleConfig(ctx, &api.DeleteNotebookInstanceLifecycleConfigInput{NotebookInstanceLifecycleConfigName: aws.String("stop-idle")})
	want(t, "deletion of one in use", code(err), "ValidationException")
}

func TestTagsAreWritten(t *testing.T) {
	ctx, s := t.Context(), onStage(t, furnished())
	arn := aws.String("arn:aws:sagemaker:us-east-1:" + research + ":endpoint/churn")
	add := func(key string) error {
		_, err := s.AddTags(ctx, &api.AddTagsInput{ResourceArn: arn, Tags: []types.Tag{{Key: &key, Value: aws.String("yes")}}})
		return err
	}
	want(t, "keep", code(add("keep")), "")
	want(t, "a key of AWS", code(add("aws:keep")), "ValidationException")
	if _, err := s.DeleteTags(ctx, &api.DeleteTagsInput{ResourceArn: arn, TagKeys: []string{"team", "none"}}); err != nil {
		t.Fatal(err)
	}
	out, err := s.ListTags(ctx, &api.ListTagsInput{ResourceArn: arn})
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, tag := range out.Tags {
		keys = append(keys, *tag.Key)
	}
	if diff := cmp.Diff([]string{"keep", "owner"}, keys); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
}

// The world that is served is a description: what is written to it is kept beside it.
func TestTheWorldIsNotAltered(t *testing.T) {
	w := furnished()
	store(w)
	bill(w)
	before, err := json.Marshal(w.Accounts[0].Regions[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range contracts {
		if Mutating(name) {
			_, cfg := serve(t, w, func(o *Options) { o.Writable = true })
			if _, err := c.call(t.Context(), cfg); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	after, err := json.Marshal(w.Accounts[0].Regions[0])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(before), string(after)); diff != "" {
		t.Errorf("the world was altered (-before +after):\n%s", diff)
	}
}

func TestMutationsTellFalseStops(t *testing.T) {
	w := furnished()
	r := w.Accounts[0].Regions[0]
	r.Domains[0].Apps[0].Use = world.NewSessions(world.Interval{From: ago(2 * time.Hour), To: ago(time.Hour)})
	r.Domains[0].Apps[1].Use = world.NewSessions(world.Interval{From: ago(time.Hour), To: at.Add(time.Hour)})
	ctx, s := t.Context(), onStage(t, w)
	if err := s.deleteLab(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := s.DeleteApp(ctx, &api.DeleteAppInput{DomainId: lab.DomainId, UserProfileName: aws.String("ann"), AppType: types.AppTypeKernelGateway, AppName: aws.String("kg")}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.UpdateDomain(ctx, &api.UpdateDomainInput{DomainId: lab.DomainId, DefaultUserSettings: native(90)}); err != nil {
		t.Fatal(err)
	}
	_ = s.deleteLab(ctx) // refused, so not counted
	me, arn := "arn:aws:iam::"+research+":user/simulated", "arn:aws:sagemaker:us-east-1:"+research+":"
	if diff := cmp.Diff([]Mutation{
		{At: at, Operation: "sagemaker:DeleteApp", Principal: me, Resource: arn + "app/d-1/lab/jupyterlab/default", Stops: true, LastUse: at, InUse: true},
		{At: at, Operation: "sagemaker:DeleteApp", Principal: me, Resource: arn + "app/d-1/ann/kernelgateway/kg", Stops: true, LastUse: ago(time.Hour)},
		{At: at, Operation: "sagemaker:UpdateDomain", Principal: me, Resource: arn + "domain/d-1"},
	}, s.Mutations()); diff != "" {
		t.Errorf("mutations (-want +got):\n%s", diff)
	}
}

func TestOneOfManyWins(t *testing.T) {
	ctx, s := t.Context(), onStage(t, furnished())
	results := make([]error, 8)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() { results[i] = s.deleteLab(ctx) })
	}
	all.Wait()
	won := 0
	for _, err := range results {
		switch code(err) {
		case "":
			won++
		case "ResourceInUse":
		default:
			t.Error(err)
		}
	}
	if won != 1 || len(s.Mutations()) != 1 {
		t.Errorf("%d callers deleted the app, %d times", won, len(s.Mutations()))
	}
}

func TestCloudTrailTellsOfWrites(t *testing.T) {
	ctx, s := t.Context(), onStage(t, furnished())
	if err := s.deleteLab(ctx); err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(time.Hour)
	if err := s.createLab(ctx); err != nil {
		t.Fatal(err)
	}
	out, err := cloudtrail.NewFromConfig(s.cfg).LookupEvents(ctx, &cloudtrail.LookupEventsInput{StartTime: aws.Time(at)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range out.Events {
		var record struct{ ResponseElements, RequestParameters map[string]string }
		if err := json.Unmarshal([]byte(*e.CloudTrailEvent), &record); err != nil {
			t.Fatal(err)
		}
		got = append(got, line(*e.EventName, *e.Username, record.RequestParameters["spaceName"], record.ResponseElements["appArn"]))
	}
	if diff := cmp.Diff([]string{
		"CreateApp simulated lab arn:aws:sagemaker:us-east-1:111111111111:app/d-1/lab/jupyterlab/default",
		"DeleteApp simulated lab ",
	}, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestWritersNeedPermission(t *testing.T) {
	w := furnished()
	w.Accounts[0].Keys = []world.Key{{AccessKeyID: "AKIASIM" + research, Policies: []string{
		`{"Version": "2012-10-17", "Statement": [
			{"Effect": "Allow", "Action": "sagemaker:DeleteApp", "Resource": "arn:aws:sagemaker:*:*:app/d-1/lab/*"},
			{"Effect": "Allow", "Action": "sagemaker:CreateStudioLifecycleConfig", "Resource": "*"}]}`}}}
	ctx, s := t.Context(), onStage(t, w)
	_, err := s.DeleteApp(ctx, &api.DeleteAppInput{DomainId: lab.DomainId, UserProfileName: aws.String("ann"), AppType: types.AppTypeKernelGateway, AppName: aws.String("kg")})
	want(t, "another's app", code(err), "AccessDeniedException")
	want(t, "the lab's", code(s.deleteLab(ctx)), "")
	create := func(tags ...types.Tag) error {
		_, err := s.CreateStudioLifecycleConfig(ctx, &api.CreateStudioLifecycleConfigInput{StudioLifecycleConfigName: aws.String("agent"), StudioLifecycleConfigContent: aws.String(script),
			StudioLifecycleConfigAppType: types.StudioLifecycleConfigAppTypeJupyterLab, Tags: tags})
		return err
	}
	// Who makes something with tags needs to be allowed to tag it, and what was refused is not there.
	want(t, "with tags", code(create(types.Tag{Key: aws.String("team"), Value: aws.String("ml")})), "AccessDeniedException")
	want(t, "without", code(create()), "")
}
