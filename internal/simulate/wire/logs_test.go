package wire

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

const studioLogs = "/aws/sagemaker/studio"

func stream(name string, events ...time.Duration) *world.Stream {
	s := &world.Stream{Group: studioLogs, Name: name, Created: ago(30 * day)}
	var when instants
	for _, age := range events {
		when = append(when, ago(age))
	}
	if len(when) > 0 {
		s.Events = when
	}
	return s
}

func TestDescribeLogStreams(t *testing.T) {
	w := home(&world.Region{Streams: []*world.Stream{
		stream("app-1", 3*day, time.Minute),
		stream("app-1/LifecycleConfigOnStart", 3*day),
		stream("app-10", 9*day),
		stream("empty"),
		{Group: studioLogs, Name: "later", Created: at.Add(time.Hour)},
	}})
	w.LogLag = 10 * time.Minute
	_, cfg := serve(t, w)
	client := cloudwatchlogs.NewFromConfig(cfg)
	tests := []struct {
		name string
		in   cloudwatchlogs.DescribeLogStreamsInput
		want string
		code string
	}{
		{name: "by name; the newest event is not visible yet", want: "app-1=72h0m0s app-1/LifecycleConfigOnStart=72h0m0s app-10=216h0m0s empty"},
		{name: "by name, descending", in: cloudwatchlogs.DescribeLogStreamsInput{Descending: aws.Bool(true)},
			want: "empty app-10=216h0m0s app-1/LifecycleConfigOnStart=72h0m0s app-1=72h0m0s"},
		{name: "a prefix collides", in: cloudwatchlogs.DescribeLogStreamsInput{LogStreamNamePrefix: aws.String("app-1")},
			want: "app-1=72h0m0s app-1/LifecycleConfigOnStart=72h0m0s app-10=216h0m0s"},
		{name: "by last event", in: cloudwatchlogs.DescribeLogStreamsInput{OrderBy: types.OrderByLastEventTime, Descending: aws.Bool(true)},
			want: "app-1/LifecycleConfigOnStart=72h0m0s app-1=72h0m0s app-10=216h0m0s empty"},
		{name: "by last event with a prefix", in: cloudwatchlogs.DescribeLogStreamsInput{OrderBy: types.OrderByLastEventTime, LogStreamNamePrefix: aws.String("a")},
			code: "InvalidParameterException"},
		{name: "by ARN", in: cloudwatchlogs.DescribeLogStreamsInput{LogGroupIdentifier: aws.String("arn:aws:logs:us-east-1:111111111111:log-group:" + studioLogs), LogStreamNamePrefix: aws.String("e")},
			want: "empty"},
		{name: "no such group", in: cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: aws.String("/nowhere")}, code: "ResourceNotFoundException"},
		{name: "too many", in: cloudwatchlogs.DescribeLogStreamsInput{Limit: aws.Int32(51)}, code: "InvalidParameterException"},
		{name: "a foreign token", in: cloudwatchlogs.DescribeLogStreamsInput{NextToken: aws.String("x")}, code: "InvalidParameterException"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.in.LogGroupName == nil && test.in.LogGroupIdentifier == nil {
				test.in.LogGroupName = aws.String(studioLogs)
			}
			out, err := client.DescribeLogStreams(t.Context(), &test.in)
			if code(err) != test.code || (err == nil) != (test.code == "") {
				t.Fatal(err)
			}
			if err != nil {
				return
			}
			got := ""
			for i, s := range out.LogStreams {
				if i > 0 {
					got += " "
				}
				got += *s.LogStreamName
				if s.LastEventTimestamp != nil {
					got += "=" + at.Sub(time.UnixMilli(*s.LastEventTimestamp)).String()
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLogStreamPages(t *testing.T) {
	r := &world.Region{}
	for i := range 101 {
		r.Streams = append(r.Streams, stream(fmt.Sprintf("s%03d", i), time.Duration(i%7)*time.Hour))
	}
	s, cfg := serve(t, home(r))
	pages := cloudwatchlogs.NewDescribeLogStreamsPaginator(cloudwatchlogs.NewFromConfig(cfg), &cloudwatchlogs.DescribeLogStreamsInput{
		LogGroupName: aws.String(studioLogs), OrderBy: types.OrderByLastEventTime, Descending: aws.Bool(true),
	})
	seen, last := map[string]bool{}, at.UnixMilli()
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range out.LogStreams {
			seen[*s.LogStreamName] = true
			if *s.LastEventTimestamp > last {
				t.Errorf("%s is out of order", *s.LogStreamName)
			}
			last = *s.LastEventTimestamp
		}
	}
	if calls := s.Calls()["logs:DescribeLogStreams"]; len(seen) != 101 || calls != 3 {
		t.Errorf("%d streams in %d calls", len(seen), calls)
	}
}

func TestDescribeLogGroups(t *testing.T) {
	_, cfg := serve(t, home(&world.Region{Streams: []*world.Stream{
		{Group: "/aws/sagemaker/Endpoints/a", Name: "x", Created: ago(day)},
		{Group: studioLogs, Name: "x", Created: ago(2 * day)},
		{Group: studioLogs, Name: "y", Created: ago(3 * day)},
		{Group: "/later", Name: "x", Created: at.Add(day)},
	}}))
	client := cloudwatchlogs.NewFromConfig(cfg)
	tests := []struct {
		name string
		in   cloudwatchlogs.DescribeLogGroupsInput
		want []string
	}{
		{"all", cloudwatchlogs.DescribeLogGroupsInput{}, []string{"/aws/sagemaker/Endpoints/a", studioLogs}},
		{"by prefix", cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String("/aws/sagemaker/s")}, []string{studioLogs}},
		{"by pattern", cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePattern: aws.String("endpoints")}, []string{"/aws/sagemaker/Endpoints/a"}},
	}
	for _, test := range tests {
		out, err := client.DescribeLogGroups(t.Context(), &test.in)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, g := range out.LogGroups {
			got = append(got, *g.LogGroupName)
			if *g.LogGroupName == studioLogs && *g.CreationTime != ago(3*day).UnixMilli() {
				t.Errorf("the group is as old as its oldest stream, not from %v", time.UnixMilli(*g.CreationTime))
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	_, err := client.DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String("a"), LogGroupNamePattern: aws.String("b")})
	if code(err) != "InvalidParameterException" {
		t.Errorf("prefix and pattern: %v", err)
	}
}
