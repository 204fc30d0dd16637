package wire

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func until(age, deleted time.Duration) world.Life {
	return world.Life{Created: ago(age), Deleted: ago(deleted)}
}

func TestListApps(t *testing.T) {
	app := func(l world.Life, user, space, name string) *world.App {
		return &world.App{Life: l, User: user, Space: space, Type: "JupyterLab", Name: name}
	}
	_, cfg := serve(t, home(&world.Region{Domains: []*world.Domain{
		{Life: life(9 * day), ID: "d-1", Apps: []*world.App{
			app(life(3*day), "ann", "", "third"),
			app(life(5*day), "", "lab", "first"),
			app(life(4*day), "ann", "", "second"),
			app(until(3*day+time.Hour, 23*time.Hour), "bob", "", "gone today"),
			app(until(3*day, 25*time.Hour), "bob", "", "gone yesterday"),
			app(life(-time.Hour), "bob", "", "not yet"),
			app(until(6*day, 2*time.Hour), "ann", "", "second"), // its name is in use again
		}},
		{Life: life(9 * day), ID: "d-2", Apps: []*world.App{app(life(2*day), "ann", "", "other ann")}},
	}}))
	tests := []struct {
		name string
		in   sagemaker.ListAppsInput
		want []string
	}{
		{"oldest first, deleted for a day", sagemaker.ListAppsInput{}, []string{"first", "second", "gone today", "third", "other ann"}},
		{"newest first", sagemaker.ListAppsInput{SortOrder: types.SortOrderDescending}, []string{"other ann", "third", "gone today", "second", "first"}},
		{"by domain", sagemaker.ListAppsInput{DomainIdEquals: aws.String("d-2")}, []string{"other ann"}},
		{"by user, in every domain", sagemaker.ListAppsInput{UserProfileNameEquals: aws.String("ann")}, []string{"second", "third", "other ann"}},
		{"by domain and user", sagemaker.ListAppsInput{DomainIdEquals: aws.String("d-1"), UserProfileNameEquals: aws.String("ann")}, []string{"second", "third"}},
		{"by space", sagemaker.ListAppsInput{SpaceNameEquals: aws.String("lab")}, []string{"first"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out, err := sagemaker.NewFromConfig(cfg).ListApps(t.Context(), &test.in)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, a := range out.Apps {
				got = append(got, *a.AppName)
				if deleted := *a.AppName == "gone today"; deleted != (a.Status == types.AppStatusDeleted) {
					t.Errorf("%s is %s", *a.AppName, a.Status)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	_, err := sagemaker.NewFromConfig(cfg).ListApps(t.Context(), &sagemaker.ListAppsInput{
		UserProfileNameEquals: aws.String("ann"), SpaceNameEquals: aws.String("lab"),
	})
	if code(err) != "ValidationException" {
		t.Errorf("user and space together: %v", err)
	}
}

func TestDescribeApp(t *testing.T) {
	checked := ago(2 * time.Hour)
	_, cfg := serve(t, home(&world.Region{Domains: []*world.Domain{{Life: life(9 * day), ID: "d-1", Apps: []*world.App{
		{Life: life(day), User: "ann", Type: "JupyterServer", Name: "default"},
		{Life: life(day), User: "bob", Type: "JupyterServer", Name: "default", LastUserActivity: checked, LastHealthCheck: checked},
		{Life: until(4*day, 3*day), User: "cat", Type: "JupyterServer", Name: "default"},
		{Life: until(2*day, time.Hour), User: "cat", Type: "JupyterServer", Name: "default"},
		{Life: world.Life{Created: ago(day), Vanishes: true}, User: "dan", Type: "JupyterServer", Name: "default"},
	}}}}))
	describe := func(user string) (*sagemaker.DescribeAppOutput, error) {
		return sagemaker.NewFromConfig(cfg).DescribeApp(t.Context(), &sagemaker.DescribeAppInput{
			DomainId: aws.String("d-1"), UserProfileName: &user, AppType: types.AppTypeJupyterServer, AppName: aws.String("default"),
		})
	}
	ann, err := describe("ann")
	if err != nil {
		t.Fatal(err)
	}
	if !ann.LastUserActivityTimestamp.Equal(at) || !ann.LastHealthCheckTimestamp.Equal(at) {
		t.Errorf("the health check contaminates both stamps: %v, %v", ann.LastUserActivityTimestamp, ann.LastHealthCheckTimestamp)
	}
	if ann.ResourceSpec.InstanceType != types.AppInstanceTypeSystem {
		t.Errorf("a JupyterServer runs on %s", ann.ResourceSpec.InstanceType)
	}
	bob, err := describe("bob")
	if err != nil || !bob.LastUserActivityTimestamp.Equal(checked) || !bob.LastHealthCheckTimestamp.Equal(checked) {
		t.Errorf("stamps are not overridden: %+v, %v", bob, err)
	}
	cat, err := describe("cat")
	if err != nil || cat.Status != types.AppStatusDeleted || !cat.CreationTime.Equal(ago(2*day)) {
		t.Errorf("the newest bearer of the name is another: %+v, %v", cat, err)
	}
	for _, user := range []string{"dan", "eve"} {
		if _, err := describe(user); code(err) != "ResourceNotFound" {
			t.Errorf("%s: %v", user, err)
		}
	}
}

func TestListEndpoints(t *testing.T) {
	endpoint := func(name, status string, created, modified time.Duration) *world.Endpoint {
		return &world.Endpoint{Life: world.Life{Created: ago(created), Modified: ago(modified)}, Name: name, Status: status}
	}
	_, cfg := serve(t, home(&world.Region{Endpoints: []*world.Endpoint{
		endpoint("bravo", "", 3*day, day),
		endpoint("alpha", "Failed", 2*day, 2*day),
		endpoint("charlie", "Updating", 4*day, time.Hour),
		{Life: until(5*day, time.Minute), Name: "deleted"},
	}}))
	tests := []struct {
		name string
		in   sagemaker.ListEndpointsInput
		want []string
	}{
		{"newest first", sagemaker.ListEndpointsInput{}, []string{"alpha", "bravo", "charlie"}},
		{"oldest first", sagemaker.ListEndpointsInput{SortOrder: types.OrderKeyAscending}, []string{"charlie", "bravo", "alpha"}},
		{"by name", sagemaker.ListEndpointsInput{SortBy: types.EndpointSortKeyName, SortOrder: types.OrderKeyAscending}, []string{"alpha", "bravo", "charlie"}},
		{"by status", sagemaker.ListEndpointsInput{SortBy: types.EndpointSortKeyStatus, SortOrder: types.OrderKeyAscending}, []string{"alpha", "bravo", "charlie"}},
		{"of a status", sagemaker.ListEndpointsInput{StatusEquals: types.EndpointStatusInService}, []string{"bravo"}},
		{"of a name, whatever the case", sagemaker.ListEndpointsInput{NameContains: aws.String("RAV")}, []string{"bravo"}},
		{"created after", sagemaker.ListEndpointsInput{CreationTimeAfter: aws.Time(ago(3*day + time.Hour))}, []string{"alpha", "bravo"}},
		{"created before", sagemaker.ListEndpointsInput{CreationTimeBefore: aws.Time(ago(3 * day))}, []string{"charlie"}},
		{"modified after", sagemaker.ListEndpointsInput{LastModifiedTimeAfter: aws.Time(ago(2 * time.Hour))}, []string{"charlie"}},
		{"modified before", sagemaker.ListEndpointsInput{LastModifiedTimeBefore: aws.Time(ago(day))}, []string{"alpha"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out, err := sagemaker.NewFromConfig(cfg).ListEndpoints(t.Context(), &test.in)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range out.Endpoints {
				got = append(got, *e.EndpointName)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestHostingSaysCouldNotFind(t *testing.T) {
	_, cfg := serve(t, home(&world.Region{Endpoints: []*world.Endpoint{{Life: world.Life{Created: ago(day), Vanishes: true}, Name: "ghost"}}}))
	client := sagemaker.NewFromConfig(cfg)
	if out, err := client.ListEndpoints(t.Context(), nil); err != nil || len(out.Endpoints) != 1 {
		t.Errorf("a vanishing endpoint is not listed: %v, %v", out, err)
	}
	_, err := client.DescribeEndpoint(t.Context(), &sagemaker.DescribeEndpointInput{EndpointName: aws.String("ghost")})
	if got, want := message(err), `Could not find endpoint "arn:aws:sagemaker:us-east-1:111111111111:endpoint/ghost".`; code(err) != "ValidationException" || got != want {
		t.Errorf("%s: %s", code(err), got)
	}
	calls := map[string]func() error{
		"config": func() error {
			_, err := client.DescribeEndpointConfig(t.Context(), &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: aws.String("none")})
			return err
		},
		"model": func() error {
			_, err := client.DescribeModel(t.Context(), &sagemaker.DescribeModelInput{ModelName: aws.String("none")})
			return err
		},
		"component": func() error {
			_, err := client.DescribeInferenceComponent(t.Context(), &sagemaker.DescribeInferenceComponentInput{InferenceComponentName: aws.String("none")})
			return err
		},
	}
	for name, call := range calls {
		if err := call(); code(err) != "ValidationException" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestListingsOfOtherKinds(t *testing.T) {
	_, cfg := serve(t, home(&world.Region{
		Domains: []*world.Domain{
			{Life: life(9 * day), ID: "d-1", Users: []*world.User{{Life: life(day), Name: "ann"}, {Life: life(2 * day), Name: "bob"}},
				Spaces: []*world.Space{{Life: life(day), Name: "lab"}, {Life: world.Life{Created: ago(3 * day), Modified: ago(time.Hour)}, Name: "den"}}},
			{Life: life(9 * day), ID: "d-2", Users: []*world.User{{Life: life(3 * day), Name: "ann"}}},
		},
		Components: []*world.Component{
			{Life: life(day), Name: "one", Endpoint: "a", Variant: "v"},
			{Life: life(2 * day), Name: "two", Endpoint: "a", Variant: "w", Status: "Failed"},
			{Life: life(3 * day), Name: "three", Endpoint: "b", Variant: "v"},
		},
		Models: []*world.Model{{Life: life(day), Name: "m1", MultiModel: true}, {Life: life(2 * day), Name: "m2", Containers: []string{"only"}}},
	}))
	client := sagemaker.NewFromConfig(cfg)
	users := func(in *sagemaker.ListUserProfilesInput) (names []string) {
		out, err := client.ListUserProfiles(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range out.UserProfiles {
			names = append(names, *u.DomainId+"/"+*u.UserProfileName)
		}
		return names
	}
	spaces := func(in *sagemaker.ListSpacesInput) (names []string) {
		out, err := client.ListSpaces(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range out.Spaces {
			names = append(names, *s.SpaceName)
		}
		return names
	}
	components := func(in *sagemaker.ListInferenceComponentsInput) (names []string) {
		out, err := client.ListInferenceComponents(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range out.InferenceComponents {
			names = append(names, *c.InferenceComponentName)
		}
		return names
	}
	tests := []struct {
		name      string
		got, want []string
	}{
		{"users", users(&sagemaker.ListUserProfilesInput{}), []string{"d-2/ann", "d-1/bob", "d-1/ann"}},
		{"users of a domain", users(&sagemaker.ListUserProfilesInput{DomainIdEquals: aws.String("d-1")}), []string{"d-1/bob", "d-1/ann"}},
		{"users by name, newest first", users(&sagemaker.ListUserProfilesInput{UserProfileNameContains: aws.String("nn"), SortOrder: types.SortOrderDescending}), []string{"d-1/ann", "d-2/ann"}},
		{"spaces", spaces(&sagemaker.ListSpacesInput{}), []string{"den", "lab"}},
		{"spaces by change", spaces(&sagemaker.ListSpacesInput{SortBy: types.SpaceSortKeyLastModifiedTime}), []string{"lab", "den"}},
		{"components of an endpoint", components(&sagemaker.ListInferenceComponentsInput{EndpointNameEquals: aws.String("a")}), []string{"one", "two"}},
		{"components of a variant", components(&sagemaker.ListInferenceComponentsInput{VariantNameEquals: aws.String("v")}), []string{"one", "three"}},
		{"components of a status", components(&sagemaker.ListInferenceComponentsInput{StatusEquals: types.InferenceComponentStatusFailed}), []string{"two"}},
		{"components by name", components(&sagemaker.ListInferenceComponentsInput{SortBy: types.InferenceComponentSortKeyName, SortOrder: types.OrderKeyAscending}), []string{"one", "three", "two"}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	multi, err := client.DescribeModel(t.Context(), &sagemaker.DescribeModelInput{ModelName: aws.String("m1")})
	if err != nil || multi.PrimaryContainer.Mode != types.ContainerModeMultiModel {
		t.Errorf("multi-model: %+v, %v", multi, err)
	}
	single, err := client.DescribeModel(t.Context(), &sagemaker.DescribeModelInput{ModelName: aws.String("m2")})
	if err != nil || *single.PrimaryContainer.ContainerHostname != "only" || single.PrimaryContainer.Mode != types.ContainerModeSingleModel {
		t.Errorf("single model: %+v, %v", single, err)
	}
}

// Whatever the size of the pages, and whatever is created or deleted between them, what stands all the time is seen once.
func TestPagesAreStable(t *testing.T) {
	r := &world.Region{}
	for i := range 60 {
		l := life(time.Duration(i/3) * day)
		switch i % 5 {
		case 3:
			l = world.Life{Created: at.Add(time.Duration(i) * time.Second)} // appears while the pages are read
		case 4:
			l.Deleted = at.Add(time.Duration(i) * time.Second) // goes while the pages are read
		}
		r.Endpoints = append(r.Endpoints, &world.Endpoint{Life: l, Name: fmt.Sprintf("e%02d", i)})
	}
	now := at
	_, cfg := serve(t, home(r), func(o *Options) { o.Now = func() time.Time { return now } })
	client := sagemaker.NewFromConfig(cfg)
	rapid.Check(t, func(rt *rapid.T) {
		now = at
		in := &sagemaker.ListEndpointsInput{
			MaxResults: aws.Int32(int32(rapid.IntRange(1, 40).Draw(rt, "page"))),
			SortOrder:  rapid.SampledFrom(types.OrderKey("").Values()).Draw(rt, "order"),
			SortBy:     rapid.SampledFrom(types.EndpointSortKey("").Values()).Draw(rt, "by"),
		}
		var seen []string
		for {
			out, err := client.ListEndpoints(t.Context(), in)
			if err != nil {
				rt.Fatal(err)
			}
			for _, e := range out.Endpoints {
				seen = append(seen, *e.EndpointName)
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
			now = now.Add(time.Duration(rapid.IntRange(0, 9).Draw(rt, "pause")) * time.Second)
		}
		slices.Sort(seen)
		if n := len(seen); len(slices.Compact(seen)) != n {
			rt.Fatalf("an endpoint was seen twice: %v", seen)
		}
		for i := range 60 {
			if name := fmt.Sprintf("e%02d", i); i%5 < 3 && !slices.Contains(seen, name) {
				rt.Fatalf("%s was missed", name)
			}
		}
	})
}

func TestPageLimits(t *testing.T) {
	r := &world.Region{}
	for i := range 101 {
		r.Endpoints = append(r.Endpoints, &world.Endpoint{Life: life(day), Name: fmt.Sprintf("e%03d", i)})
	}
	_, cfg := serve(t, home(r))
	client := sagemaker.NewFromConfig(cfg)
	tests := []struct {
		limit *int32
		want  int
		code  string
	}{
		{nil, 10, ""},
		{aws.Int32(100), 100, ""},
		{aws.Int32(101), 0, "ValidationException"},
		{aws.Int32(0), 0, "ValidationException"},
	}
	for _, test := range tests {
		out, err := client.ListEndpoints(t.Context(), &sagemaker.ListEndpointsInput{MaxResults: test.limit})
		if got := code(err); got != test.code {
			t.Errorf("limit %v: %v", test.limit, err)
		}
		if err == nil && len(out.Endpoints) != test.want {
			t.Errorf("limit %v: %d endpoints", test.limit, len(out.Endpoints))
		}
	}
}

func TestTokensBelongToTheirQuery(t *testing.T) {
	r := &world.Region{}
	for i := range 12 {
		r.Endpoints = append(r.Endpoints, &world.Endpoint{Life: life(day), Name: fmt.Sprintf("e%02d", i)})
		r.Models = append(r.Models, &world.Model{Life: life(day), Name: fmt.Sprintf("m%02d", i)})
	}
	_, cfg := serve(t, home(r))
	client := sagemaker.NewFromConfig(cfg)
	first, err := client.ListEndpoints(t.Context(), nil)
	if err != nil || first.NextToken == nil {
		t.Fatal(first, err)
	}
	if rest, err := client.ListEndpoints(t.Context(), &sagemaker.ListEndpointsInput{NextToken: first.NextToken, MaxResults: aws.Int32(100)}); err != nil || len(rest.Endpoints) != 2 {
		t.Errorf("the page size may change: %+v, %v", rest, err)
	}
	foreign := map[string]error{}
	_, foreign["another filter"] = client.ListEndpoints(t.Context(), &sagemaker.ListEndpointsInput{NextToken: first.NextToken, NameContains: aws.String("e")})
	_, foreign["another operation"] = client.ListModels(t.Context(), &sagemaker.ListModelsInput{NextToken: first.NextToken})
	_, foreign["no token at all"] = client.ListEndpoints(t.Context(), &sagemaker.ListEndpointsInput{NextToken: aws.String("AAAA")})
	for name, err := range foreign {
		if code(err) != "ValidationException" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestListTags(t *testing.T) {
	arn := "arn:aws:sagemaker:us-east-1:" + research + ":endpoint/"
	_, cfg := serve(t, home(&world.Region{
		Endpoints: []*world.Endpoint{{Life: life(day), Name: "bare"}, {Life: until(day, time.Hour), Name: "gone"}},
		Tags:      map[string]map[string]string{arn + "gone": {"team": "x"}},
	}))
	client := sagemaker.NewFromConfig(cfg)
	if out, err := client.ListTags(t.Context(), &sagemaker.ListTagsInput{ResourceArn: aws.String(arn + "bare")}); err != nil || len(out.Tags) != 0 {
		t.Errorf("an untagged endpoint: %+v, %v", out, err)
	}
	if _, err := client.ListTags(t.Context(), &sagemaker.ListTagsInput{ResourceArn: aws.String(arn + "gone")}); code(err) != "ResourceNotFound" {
		t.Errorf("a deleted endpoint: %v", err)
	}
	if _, err := client.ListTags(t.Context(), &sagemaker.ListTagsInput{ResourceArn: aws.String(arn + "bare"), MaxResults: aws.Int32(49)}); code(err) != "ValidationException" {
		t.Errorf("less than 50 tags: %v", err)
	}
}
