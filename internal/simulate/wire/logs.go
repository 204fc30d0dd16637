package wire

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// groupARN is the ARN of a log group without the ":*" that some answers append.
func (v *view) groupARN(name string) string {
	return estate.ARN{Partition: v.target.Partition, Service: "logs", Region: v.target.Region, Account: v.target.Account, Resource: "log-group:" + name}.String()
}

// standing are the group's streams that exist. A group exists while it has a stream.
func (v *view) standing(group string) []*world.Stream {
	return slices.DeleteFunc(slices.Clone(v.streams[group]), func(s *world.Stream) bool { return v.now.Before(s.Created) })
}

func (v *view) describeLogGroups(in *cloudwatchlogs.DescribeLogGroupsInput) (*cloudwatchlogs.DescribeLogGroupsOutput, error) {
	if in.LogGroupNamePrefix != nil && in.LogGroupNamePattern != nil {
		return nil, badParameter("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
	}
	names := slices.DeleteFunc(slices.Collect(maps.Keys(v.streams)), func(name string) bool {
		return len(v.standing(name)) == 0 ||
			!strings.HasPrefix(name, aws.ToString(in.LogGroupNamePrefix)) ||
			!strings.Contains(strings.ToLower(name), strings.ToLower(aws.ToString(in.LogGroupNamePattern)))
	})
	cut, next, err := logPage(v, names, func(name string) string { return name }, false, in.Limit, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &cloudwatchlogs.DescribeLogGroupsOutput{LogGroups: []types.LogGroup{}, NextToken: next}
	for _, name := range cut {
		oldest := slices.MinFunc(v.standing(name), func(a, b *world.Stream) int { return a.Created.Compare(b.Created) })
		out.LogGroups = append(out.LogGroups, types.LogGroup{
			Arn:               aws.String(v.groupARN(name) + ":*"),
			LogGroupArn:       aws.String(v.groupARN(name)),
			LogGroupName:      aws.String(name),
			LogGroupClass:     types.LogGroupClassStandard,
			CreationTime:      millis(oldest.Created),
			MetricFilterCount: aws.Int32(0),
			StoredBytes:       aws.Int64(0),
		})
	}
	return out, nil
}

// Every log operation is about "log-group:NAME:log-stream:"; without a name, about all groups.
func (v *view) logResource(group string) string { return v.groupARN(group) + ":log-stream:" }

func anyGroup(v *view, _ *cloudwatchlogs.DescribeLogGroupsInput) string { return v.logResource("") }

func askedGroup(v *view, in *cloudwatchlogs.DescribeLogStreamsInput) string {
	return v.logResource(groupOf(in))
}

func groupOf(in *cloudwatchlogs.DescribeLogStreamsInput) string {
	name := aws.ToString(in.LogGroupName)
	if in.LogGroupIdentifier != nil {
		name = *in.LogGroupIdentifier
		if arn, err := estate.ParseARN(name); err == nil {
			name = strings.TrimSuffix(strings.TrimPrefix(arn.Resource, "log-group:"), ":*")
		}
	}
	return name
}

func (v *view) describeLogStreams(in *cloudwatchlogs.DescribeLogStreamsInput) (*cloudwatchlogs.DescribeLogStreamsOutput, error) {
	byEvent := in.OrderBy == types.OrderByLastEventTime
	switch {
	case (in.LogGroupName == nil) == (in.LogGroupIdentifier == nil):
		return nil, badParameter("Exactly one of logGroupName and logGroupIdentifier must be specified.")
	case byEvent && in.LogStreamNamePrefix != nil:
		return nil, badParameter("Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	group := groupOf(in)
	streams := v.standing(group)
	if len(streams) == 0 {
		return nil, &apiError{code: "ResourceNotFoundException", message: "The specified log group does not exist."}
	}
	streams = slices.DeleteFunc(streams, func(s *world.Stream) bool { return !strings.HasPrefix(s.Name, aws.ToString(in.LogStreamNamePrefix)) })
	key := func(s *world.Stream) string { return s.Name }
	if byEvent {
		key = func(s *world.Stream) string { return byTime(v.lastEvent(s), s.Name) }
	}
	cut, next, err := logPage(v, streams, key, aws.ToBool(in.Descending), in.Limit, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &cloudwatchlogs.DescribeLogStreamsOutput{LogStreams: []types.LogStream{}, NextToken: next}
	for _, s := range cut {
		stream := types.LogStream{
			Arn:           aws.String(v.groupARN(group) + ":log-stream:" + s.Name),
			LogStreamName: aws.String(s.Name),
			CreationTime:  millis(s.Created),
			// Since 2019 the API answers 0 whatever is stored.
			StoredBytes: aws.Int64(0), //nolint:staticcheck // deprecated, and still answered
		}
		if last := v.lastEvent(s); !last.IsZero() {
			stream.LastEventTimestamp, stream.LastIngestionTime = millis(last), millis(last)
		}
		out.LogStreams = append(out.LogStreams, stream)
	}
	return out, nil
}

// lastEvent is the newest event that is visible already, zero when there is none.
func (v *view) lastEvent(s *world.Stream) time.Time {
	if s.Events == nil {
		return time.Time{}
	}
	last, _ := s.Events.Last(v.logsUntil())
	return last
}

func logPage[T any](v *view, items []T, key func(T) string, descending bool, limit *int32, token *string) ([]T, *string, error) {
	n := int32(50)
	if limit != nil {
		n = *limit
	}
	if n < 1 || n > 50 {
		return nil, nil, badParameter(fmt.Sprintf("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value between 1 and 50", n))
	}
	cut, next, err := page(v, items, key, descending, int(n), token)
	if errors.Is(err, errToken) {
		return nil, nil, badParameter("The specified nextToken is invalid.")
	}
	return cut, next, err
}

func badParameter(message string) error {
	return &apiError{code: "InvalidParameterException", message: message}
}

func millis(t time.Time) *int64 { return aws.Int64(t.UnixMilli()) }
