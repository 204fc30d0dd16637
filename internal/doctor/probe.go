package doctor

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// firstPage has a family list its resources, as a scan does, but no further than the first answer.
func firstPage(ctx context.Context, s *cloud.Session, k kinds.Kind) (first estate.Coverage, asked bool) {
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	var once sync.Once
	scope := &kinds.Scope{Session: s, Only: "arn:", Report: func(op string, _ estate.Outcome, err error) {
		once.Do(func() {
			first, asked = answer(s, op, err), true
			enough()
		})
	}}
	_ = k.List(ctx, scope, func(estate.Observation) {}) // how it ended is in the answer
	return first, asked
}

// common are the questions that no family asks alone, at their smallest. An answer that something is not there is one, too.
var common = map[string]func(context.Context, *cloud.Session) error{
	"cloudwatch:GetMetricData": func(ctx context.Context, s *cloud.Session) error {
		now := s.Now()
		_, err := s.CloudWatch().GetMetricData(ctx, &cloudwatch.GetMetricDataInput{StartTime: aws.Time(now.Add(-time.Hour)), EndTime: &now,
			MetricDataQueries: []cwtypes.MetricDataQuery{{Id: aws.String("m"), MetricStat: &cwtypes.MetricStat{Period: aws.Int32(3600), Stat: aws.String("Sum"),
				Metric: &cwtypes.Metric{Namespace: aws.String("AWS/SageMaker"), MetricName: aws.String("Invocations")}}}}})
		return err
	},
	"cloudwatch:ListMetrics": func(ctx context.Context, s *cloud.Session) error {
		_, err := s.CloudWatch().ListMetrics(ctx, &cloudwatch.ListMetricsInput{Namespace: aws.String("AWS/SageMaker"), MetricName: aws.String("Invocations")})
		return err
	},
	"logs:DescribeLogStreams": func(ctx context.Context, s *cloud.Session) error {
		_, err := s.Logs().DescribeLogStreams(ctx, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: aws.String("/aws/sagemaker/studio"), Limit: aws.Int32(1)})
		return err
	},
	"tag:GetResources": func(ctx context.Context, s *cloud.Session) error {
		_, err := s.Tagging().GetResources(ctx, &resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: []string{"sagemaker:endpoint"}, ResourcesPerPage: aws.Int32(1)})
		return err
	},
}

// trail asks CloudTrail for one event.
func trail(ctx context.Context, s *cloud.Session) error {
	_, err := s.CloudTrail().LookupEvents(ctx, &cloudtrail.LookupEventsInput{MaxResults: aws.Int32(1)})
	return err
}
