package wire

import (
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	api "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// archive is an account with 460,000 old training jobs and three that were described by hand.
func archive() *world.World {
	return home(&world.Region{
		Records: []*world.Record{
			{Life: life(time.Hour), Family: world.TrainingJob, Name: "running"},
			{Life: life(500 * day), Family: world.TrainingJob, Name: "stuck"},
			{Life: life(400 * day), Family: world.TrainingJob, Name: "failed", Ended: ago(399 * day), EndStatus: "Failed"},
		},
		Histories: []*world.History{
			{Family: world.TrainingJob, Prefix: "etl", Count: 460_000, From: ago(3 * 365 * day), To: ago(day), Took: time.Hour,
				Output: &api.DescribeTrainingJobOutput{ResourceConfig: &types.ResourceConfig{InstanceType: types.TrainingInstanceTypeMlM5Large}}},
			{Family: world.ProcessingJob, Count: 1000, From: ago(365 * day), To: ago(day), Took: time.Minute},
		},
	})
}

func jobNames(t *testing.T, client *api.Client, in *api.ListTrainingJobsInput) (names []string, next *string) {
	t.Helper()
	out, err := client.ListTrainingJobs(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range out.TrainingJobSummaries {
		names = append(names, *j.TrainingJobName)
	}
	return names, out.NextToken
}

func TestHistory(t *testing.T) {
	_, cfg := serve(t, archive())
	client := api.NewFromConfig(cfg)
	first, token := jobNames(t, client, &api.ListTrainingJobsInput{MaxResults: aws.Int32(100)})
	second, _ := jobNames(t, client, &api.ListTrainingJobsInput{MaxResults: aws.Int32(100), NextToken: token})
	want := []string{"running"}
	for i := range 199 {
		want = append(want, fmt.Sprintf("etl-%08d", 459_999-i))
	}
	if diff := cmp.Diff(want, slices.Concat(first, second)); diff != "" {
		t.Errorf("newest first (-want +got):\n%s", diff)
	}
	tests := []struct {
		name string
		in   api.ListTrainingJobsInput
		want string
		more bool
	}{
		{"what runs", api.ListTrainingJobsInput{StatusEquals: types.TrainingJobStatusInProgress}, "running stuck", false},
		{"what failed", api.ListTrainingJobsInput{StatusEquals: types.TrainingJobStatusFailed}, "failed", false},
		{"oldest first", api.ListTrainingJobsInput{SortOrder: types.SortOrderAscending, MaxResults: aws.Int32(2)}, "etl-00000000 etl-00000001", true},
		{"what is over", api.ListTrainingJobsInput{StatusEquals: types.TrainingJobStatusCompleted, MaxResults: aws.Int32(2)}, "etl-00459999", true},
		{"by name", api.ListTrainingJobsInput{SortBy: types.SortByName, MaxResults: aws.Int32(3)}, "stuck running failed", true},
		{"of one name", api.ListTrainingJobsInput{NameContains: aws.String("etl-00123456")}, "etl-00123456", false},
		{"of a minute's creation", api.ListTrainingJobsInput{CreationTimeAfter: aws.Time(ago(365 * day)), CreationTimeBefore: aws.Time(ago(365*day - 3*time.Minute))}, "etl-00306947", false},
		{"changed since yesterday's last", api.ListTrainingJobsInput{LastModifiedTimeAfter: aws.Time(ago(day - time.Hour + 3*time.Minute))}, "running etl-00459999", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			names, next := jobNames(t, client, &test.in)
			if got := strings.Join(names, " "); got != test.want || (next != nil) != test.more {
				t.Errorf("%s, more %v; want %s, more %v", got, next != nil, test.want, test.more)
			}
		})
	}
	job, err := client.DescribeTrainingJob(t.Context(), &api.DescribeTrainingJobInput{TrainingJobName: aws.String("etl-00459999")})
	if err != nil {
		t.Fatal(err)
	}
	if ago(day).Sub(*job.CreationTime) > time.Minute || job.TrainingEndTime.Sub(*job.CreationTime) != time.Hour || *job.TrainingTimeInSeconds != 3600 || job.ResourceConfig.InstanceType != "ml.m5.large" {
		t.Errorf("the newest of the history: %+v", job)
	}
	if _, err := client.DescribeTrainingJob(t.Context(), &api.DescribeTrainingJobInput{TrainingJobName: aws.String("etl-00460000")}); message(err) != "Requested resource not found." {
		t.Errorf("a job beyond the history: %v", err)
	}
	if _, err := client.ListTags(t.Context(), &api.ListTagsInput{ResourceArn: job.TrainingJobArn}); err != nil {
		t.Error(err)
	}
}

// As AWS documents ListTrainingJobs, asking for what runs reads all that ever ran.
func TestStatusAfterPage(t *testing.T) {
	w := archive()
	w.Accounts[0].Regions[0].Histories[0].Count = 1000
	s, cfg := serve(t, w)
	running := func(in *api.ListTrainingJobsInput) (names []string) {
		s.Reset()
		in.StatusEquals = types.TrainingJobStatusInProgress
		for more := true; more; more = in.NextToken != nil {
			var page []string
			page, in.NextToken = jobNames(t, api.NewFromConfig(cfg), in)
			names = append(names, page...)
		}
		return names
	}
	if names, calls := running(&api.ListTrainingJobsInput{MaxResults: aws.Int32(100)}), s.Calls()["sagemaker:ListTrainingJobs"]; len(names) != 2 || calls != 11 {
		t.Errorf("with MaxResults: %v in %d calls", names, calls)
	}
	if names, calls := running(&api.ListTrainingJobsInput{}), s.Calls()["sagemaker:ListTrainingJobs"]; len(names) != 2 || calls != 1 {
		t.Errorf("without: %v in %d calls", names, calls)
	}
}

// A history is worked out from numbers: neither its first page, nor passing it over, costs more the longer it is, but for
// the steps of a binary search.
func TestHistoryCostsNothing(t *testing.T) {
	allocations := func(jobs int, in *api.ListTrainingJobsInput) float64 {
		w := archive()
		w.Accounts[0].Regions[0].Histories[0].Count = jobs
		s, err := New(Options{World: w})
		if err != nil {
			t.Fatal(err)
		}
		v := &view{server: s, now: at, region: newRegion(w.Accounts[0].Target(homeTown), w.Accounts[0].Regions[0]), target: w.Accounts[0].Target(homeTown)}
		return testing.AllocsPerRun(5, func() {
			if _, err := operations["sagemaker:ListTrainingJobs"].serve(v, in); err != nil {
				t.Fatal(err)
			}
		})
	}
	for _, in := range []*api.ListTrainingJobsInput{
		{MaxResults: aws.Int32(100)}, {StatusEquals: types.TrainingJobStatusInProgress}, {WarmPoolStatusEquals: types.WarmPoolResourceStatusAvailable},
	} {
		if few, many := allocations(4_600, in), allocations(460_000, in); many > few*1.5 {
			t.Errorf("%+v: a hundred times as many jobs cost %v allocations, up from %v", in, many, few)
		}
	}
}

// Whatever the order and the size of the pages, each job comes once, and in order.
func TestHistoriesInPages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(0, 60).Draw(t, "count")
		r := &world.Region{Histories: []*world.History{{Family: world.TrainingJob, Count: count, From: ago(9 * day), To: ago(time.Hour), Took: 2 * time.Hour}}}
		for i := range rapid.IntRange(0, 20).Draw(t, "records") {
			r.Records = append(r.Records, &world.Record{Life: life(time.Duration(rapid.IntRange(1, 300).Draw(t, "age")) * time.Hour), Family: world.TrainingJob, Name: fmt.Sprintf("job-%d", i)})
		}
		o := order{rapid.SampledFrom([]string{"Name", "CreationTime", "Status", "LastModifiedTime"}).Draw(t, "by"), rapid.Bool().Draw(t, "descending")}
		w := home(r)
		s, err := New(Options{World: w})
		if err != nil {
			t.Fatal(err)
		}
		endpoint := httptest.NewServer(s)
		defer endpoint.Close()
		client := api.New(api.Options{BaseEndpoint: aws.String(endpoint.URL), Region: homeTown, Credentials: credentials.NewStaticCredentialsProvider("AKIASIM"+research, "s", "")})
		in := &api.ListTrainingJobsInput{MaxResults: aws.Int32(int32(rapid.IntRange(1, 100).Draw(t, "page"))), SortBy: types.SortBy(o.by), SortOrder: types.SortOrderAscending}
		if o.descending {
			in.SortOrder = types.SortOrderDescending
		}
		var want, got []string
		for _, record := range r.Records {
			want = append(want, o.key(record, at))
		}
		for i := range r.Histories[0].Over(at) {
			want = append(want, o.key(r.Histories[0].Record(i), at))
		}
		slices.Sort(want)
		if o.descending {
			slices.Reverse(want)
		}
		v := &view{now: at, region: newRegion(w.Accounts[0].Target(homeTown), r)}
		for pages := api.NewListTrainingJobsPaginator(client, in); pages.HasMorePages(); {
			out, err := pages.NextPage(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			for _, j := range out.TrainingJobSummaries {
				record, found := v.record(world.TrainingJob, "", *j.TrainingJobName)
				if !found {
					t.Fatalf("%s is listed, and not found", *j.TrainingJobName)
				}
				got = append(got, o.key(record, at))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
