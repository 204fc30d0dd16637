package wire

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func TestSearch(t *testing.T) {
	const sm = "arn:aws:sagemaker:us-east-1:" + research + ":"
	w := archive()
	r := w.Accounts[0].Regions[0]
	r.Histories[0].Count = 4_600
	r.Records = append(r.Records,
		&world.Record{Life: life(day), Family: world.Pipeline, Name: "nightly"},
		&world.Record{Life: life(day), Family: world.PipelineExecution, Parent: "nightly", Name: "a"},
		&world.Record{Life: life(2 * day), Family: world.PipelineExecution, Parent: "nightly", Name: "b", Ended: ago(day)},
		&world.Record{Life: life(day), Family: world.FeatureGroup, Name: "clicks", Output: &api.DescribeFeatureGroupOutput{OnlineStoreConfig: &types.OnlineStoreConfig{EnableOnlineStore: aws.Bool(true)}}},
		&world.Record{Life: life(2 * day), Family: world.FeatureGroup, Name: "views", Status: "CreateFailed"},
	)
	r.Tags = map[string]map[string]string{sm + "training-job/running": {"team": "growth"}, sm + "feature-group/clicks": {"team": "ads"}}
	_, cfg := serve(t, w)
	filter := func(name string, operator types.Operator, value string) types.Filter {
		f := types.Filter{Name: &name, Operator: operator}
		if value != "" {
			f.Value = &value
		}
		return f
	}
	all := func(filters ...types.Filter) *types.SearchExpression {
		return &types.SearchExpression{Filters: filters}
	}
	tests := []struct {
		name string
		in   api.SearchInput
		want string
		code string
	}{
		{name: "training jobs that run", in: api.SearchInput{Resource: "TrainingJob", SearchExpression: all(filter("TrainingJobStatus", "Equals", "InProgress"))}, want: "running:growth stuck:"},
		{name: "newest change first", in: api.SearchInput{Resource: "TrainingJob", MaxResults: aws.Int32(2)}, want: "running:growth etl-00004599:"},
		{name: "oldest first", in: api.SearchInput{Resource: "TrainingJob", MaxResults: aws.Int32(1), SortBy: aws.String("CreationTime"), SortOrder: "Ascending"}, want: "etl-00000000:"},
		{name: "one of a long history", in: api.SearchInput{Resource: "TrainingJob", SearchExpression: all(filter("TrainingJobName", "Equals", "etl-00000007"))}, want: "etl-00000007:"},
		{name: "of a tag that no old job has", in: api.SearchInput{Resource: "TrainingJob", SearchExpression: all(filter("Tags.team", "Equals", "growth"))}, want: "running:growth"},
		{name: "not completed", in: api.SearchInput{Resource: "FeatureGroup", SearchExpression: all(filter("FeatureGroupStatus", "NotEquals", "Created"))}, want: "views:"},
		{name: "of some statuses", in: api.SearchInput{Resource: "FeatureGroup", SearchExpression: all(filter("FeatureGroupStatus", "In", "Created,Creating"))}, want: "clicks:ads"},
		{name: "of a tag", in: api.SearchInput{Resource: "FeatureGroup", SearchExpression: all(filter("Tags.team", "Equals", "ads"))}, want: "clicks:ads"},
		{name: "without a tag", in: api.SearchInput{Resource: "FeatureGroup", SearchExpression: all(filter("Tags.team", "NotExists", ""))}, want: "views:"},
		{name: "of an inner member", in: api.SearchInput{Resource: "FeatureGroup", SearchExpression: all(filter("OnlineStoreConfig.EnableOnlineStore", "Equals", "true"))}, want: "clicks:ads"},
		{name: "of an instant", in: api.SearchInput{Resource: "FeatureGroup", SearchExpression: all(filter("CreationTime", "GreaterThan", ago(25*time.Hour).Format(time.RFC3339)))}, want: "clicks:ads"},
		{name: "of either", in: api.SearchInput{Resource: "FeatureGroup", SearchExpression: &types.SearchExpression{Operator: "Or", Filters: []types.Filter{
			filter("FeatureGroupStatus", "Equals", "CreateFailed"), filter("FeatureGroupStatus", "Equals", "Created")}}}, want: "clicks:ads views:"},
		{name: "executions that run", in: api.SearchInput{Resource: "PipelineExecution", SearchExpression: all(filter("PipelineExecutionStatus", "Equals", "Executing"))}, want: "a"},
		{name: "executions that are over", in: api.SearchInput{Resource: "PipelineExecution", SearchExpression: all(filter("PipelineExecutionStatus", "Equals", "Succeeded"))}, want: "b"},
		{name: "an unknown property", in: api.SearchInput{Resource: "FeatureGroup", SearchExpression: all(filter("Status", "Equals", "Created"))}, code: "ValidationException"},
		{name: "another resource", in: api.SearchInput{Resource: "Model"}, code: "ValidationException"},
		{name: "too many to a page", in: api.SearchInput{Resource: "TrainingJob", MaxResults: aws.Int32(101)}, code: "ValidationException"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out, err := api.NewFromConfig(cfg).Search(t.Context(), &test.in)
			if code(err) != test.code || (err == nil) != (test.code == "") {
				t.Fatal(err)
			}
			if err != nil {
				return
			}
			var got []string
			for _, r := range out.Results {
				switch {
				case r.TrainingJob != nil:
					got = append(got, *r.TrainingJob.TrainingJobName+":"+team(r.TrainingJob.Tags))
				case r.FeatureGroup != nil:
					got = append(got, *r.FeatureGroup.FeatureGroupName+":"+team(r.FeatureGroup.Tags))
				case r.PipelineExecution != nil:
					got = append(got, strings.TrimPrefix(*r.PipelineExecution.PipelineExecutionArn, sm+"pipeline/nightly/execution/"))
				}
			}
			if got := strings.Join(got, " "); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func team(tags []types.Tag) string {
	for _, t := range tags {
		if *t.Key == "team" {
			return *t.Value
		}
	}
	return ""
}

// Pages of a search go on where the last one ended, through records and history alike.
func TestSearchInPages(t *testing.T) {
	w := archive()
	w.Accounts[0].Regions[0].Histories[0].Count = 350
	s, cfg := serve(t, w)
	pages := api.NewSearchPaginator(api.NewFromConfig(cfg), &api.SearchInput{Resource: types.ResourceTypeTrainingJob, MaxResults: aws.Int32(100)})
	seen := map[string]bool{}
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range out.Results {
			seen[*r.TrainingJob.TrainingJobName] = true
		}
	}
	if calls := s.Calls()["sagemaker:Search"]; len(seen) != 353 || calls != 4 {
		t.Errorf("%d jobs in %d calls", len(seen), calls)
	}
}
