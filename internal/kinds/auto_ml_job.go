package kinds

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func init() { register(autoMLJob{jobs{&autoMLJobFamily}}) }

// autoMLJob is the family of AutoML (Autopilot) jobs in progress. They bill through the jobs that they start, which are resources of
// their own.
type autoMLJob struct{ jobs }

var autoMLJobLook = looks((*sagemaker.Client).DescribeAutoMLJobV2)

// The limit is a day, as of training jobs.
var autoMLJobFamily = Family{
	Name: "auto-ml-job", ARNType: "automl-job", TagsByARN: true, IdleFor: 24 * time.Hour,
	Summary:   "AutoML (Autopilot) jobs in progress",
	Reads:     []Operation{{"sagemaker:ListAutoMLJobs", "every AutoML job"}},
	CreatedBy: "CreateAutoMLJobV2",
	Look:      autoMLJobLook,
	Actions: []Action{stopsJob(autoMLJobLook, on((*sagemaker.Client).StopAutoMLJob),
		"the candidates that are not done")},
}

func (k autoMLJob) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	const op = "sagemaker:ListAutoMLJobs"
	return inEach(yield, func(status types.AutoMLJobStatus, yield func(estate.Observation)) error {
		in := &sagemaker.ListAutoMLJobsInput{StatusEquals: status, MaxResults: aws.Int32(100)}
		return list(ctx, s, op, sagemaker.NewListAutoMLJobsPaginator(s.SageMaker(), in),
			func(o *sagemaker.ListAutoMLJobsOutput) []types.AutoMLJobSummary { return o.AutoMLJobSummaries },
			func(_ context.Context, sum types.AutoMLJobSummary) {
				if o, ok := k.summary(s, sum.AutoMLJobArn, sum.AutoMLJobName, string(sum.AutoMLJobStatus), sum.CreationTime, sum.LastModifiedTime); ok {
					o.Resource.Attributes = attributes("autoMLJobSecondaryStatus", string(sum.AutoMLJobSecondaryStatus))
					started(o, op+" CreationTime", sum.CreationTime)
					yield(*o)
				}
			})
	}, types.AutoMLJobStatusInProgress, types.AutoMLJobStatusStopping)
}
