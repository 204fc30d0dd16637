package wire

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func TestGetResources(t *testing.T) {
	const sm = "arn:aws:sagemaker:us-east-1:" + research + ":"
	_, cfg := serve(t, home(&world.Region{
		Endpoints: []*world.Endpoint{
			{Life: life(day), Name: "a"}, {Life: life(day), Name: "b"}, {Life: life(day), Name: "untagged"}, {Life: until(day, time.Hour), Name: "gone"},
		},
		Tags: map[string]map[string]string{
			sm + "endpoint/a":    {"team": "x", "owner": "ann"},
			sm + "endpoint/b":    {"team": "y"},
			sm + "endpoint/gone": {"team": "x"},
			sm + "endpoint/none": {},
			sm + "space/d-1/lab": {"team": "z"},
			"arn:aws:s3:::data":  {"team": "x"},
		},
	}))
	client := tagging.NewFromConfig(cfg)
	tag := func(key string, values ...string) types.TagFilter { return types.TagFilter{Key: &key, Values: values} }
	tests := []struct {
		name string
		in   tagging.GetResourcesInput
		want []string
		code string
	}{
		{name: "all that is tagged and stands", want: []string{"arn:aws:s3:::data", sm + "endpoint/a", sm + "endpoint/b", sm + "space/d-1/lab"}},
		{name: "of a service", in: tagging.GetResourcesInput{ResourceTypeFilters: []string{"sagemaker"}}, want: []string{sm + "endpoint/a", sm + "endpoint/b", sm + "space/d-1/lab"}},
		{name: "of a type", in: tagging.GetResourcesInput{ResourceTypeFilters: []string{"sagemaker:endpoint"}}, want: []string{sm + "endpoint/a", sm + "endpoint/b"}},
		{name: "with a key", in: tagging.GetResourcesInput{TagFilters: []types.TagFilter{tag("owner")}}, want: []string{sm + "endpoint/a"}},
		{name: "with one of the values", in: tagging.GetResourcesInput{TagFilters: []types.TagFilter{tag("team", "y", "z")}}, want: []string{sm + "endpoint/b", sm + "space/d-1/lab"}},
		{name: "with every key", in: tagging.GetResourcesInput{TagFilters: []types.TagFilter{tag("team", "x"), tag("owner")}}, want: []string{sm + "endpoint/a"}},
		{name: "by ARN", in: tagging.GetResourcesInput{ResourceARNList: []string{sm + "endpoint/b", sm + "endpoint/untagged"}}, want: []string{sm + "endpoint/b"}},
		{name: "by ARN and type", in: tagging.GetResourcesInput{ResourceARNList: []string{sm + "endpoint/b"}, ResourceTypeFilters: []string{"sagemaker"}}, code: "InvalidParameterException"},
		{name: "by ARN in pages", in: tagging.GetResourcesInput{ResourceARNList: []string{sm + "endpoint/b"}, ResourcesPerPage: aws.Int32(1)}, code: "InvalidParameterException"},
		{name: "too many ARNs", in: tagging.GetResourcesInput{ResourceARNList: make([]string, 101)}, code: "InvalidParameterException"},
		{name: "too many to a page", in: tagging.GetResourcesInput{ResourcesPerPage: aws.Int32(101)}, code: "InvalidParameterException"},
		{name: "a foreign token", in: tagging.GetResourcesInput{PaginationToken: aws.String("AAAA")}, code: "InvalidParameterException"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out, err := client.GetResources(t.Context(), &test.in)
			if code(err) != test.code || (err == nil) != (test.code == "") {
				t.Fatal(err)
			}
			if err != nil {
				return
			}
			var got []string
			for _, m := range out.ResourceTagMappingList {
				got = append(got, *m.ResourceARN)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestGetResourcesPages(t *testing.T) {
	r := &world.Region{Tags: map[string]map[string]string{}}
	for i := range 201 {
		r.Tags[fmt.Sprintf("arn:aws:s3:::b%03d", i)] = map[string]string{"k": "v"}
	}
	s, cfg := serve(t, home(r))
	pages := tagging.NewGetResourcesPaginator(tagging.NewFromConfig(cfg), &tagging.GetResourcesInput{ResourcesPerPage: aws.Int32(100)})
	seen := map[string]bool{}
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range out.ResourceTagMappingList {
			seen[*m.ResourceARN] = true
		}
	}
	if calls := s.Calls()["tag:GetResources"]; len(seen) != 201 || calls != 3 {
		t.Errorf("%d resources in %d calls", len(seen), calls)
	}
}
