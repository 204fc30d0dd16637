package kinds

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
)

func init() {
	register(transformJob{work{jobs: jobs{&transformJobFamily}, namespace: "/aws/sagemaker/TransformJobs"}})
}

// transformJob is the family of batch transform jobs in progress. AWS sets no bound of its own that the API would tell.
type transformJob struct{ work }

var transformJobLook = looks((*sagemaker.Client).DescribeTransformJob)

// The limit is a day, as of training jobs.
var transformJobFamily = Family{
	Name: "transform-job", ARNType: "transform-job", TagsByARN: true, IdleFor: 24 * time.Hour,
	Summary: "batch transform jobs in progress",
	Reads: []Operation{
		{"sagemaker:ListTransformJobs", "every batch transform job"},
		{"sagemaker:DescribeTransformJob", "a batch transform job's instances, and with them its price"},
		{"cloudwatch:ListMetrics", "whether the instances of a batch transform job do anything"},
	},
	CreatedBy: "CreateTransformJob",
	Look:      transformJobLook,
	Actions: []Action{stopsJob(transformJobLook, on((*sagemaker.Client).StopTransformJob),
		"the results of the input that it has not finished")},
}

func (k transformJob) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	return inEach(yield, func(status types.TransformJobStatus, yield func(estate.Observation)) error {
		in := &sagemaker.ListTransformJobsInput{StatusEquals: status, MaxResults: aws.Int32(100)}
		return list(ctx, s, "sagemaker:ListTransformJobs", sagemaker.NewListTransformJobsPaginator(s.SageMaker(), in),
			func(o *sagemaker.ListTransformJobsOutput) []types.TransformJobSummary { return o.TransformJobSummaries },
			func(ctx context.Context, sum types.TransformJobSummary) {
				o, ok := k.summary(s, sum.TransformJobArn, sum.TransformJobName, string(sum.TransformJobStatus), sum.CreationTime, sum.LastModifiedTime)
				if ok && described(ctx, s, o, "sagemaker:DescribeTransformJob", pricing.ComponentBatchTransform, func(ctx context.Context) (*sagemaker.DescribeTransformJobOutput, error) {
					return s.SageMaker().DescribeTransformJob(ctx, &sagemaker.DescribeTransformJobInput{TransformJobName: sum.TransformJobName})
				}, func(d *sagemaker.DescribeTransformJobOutput) bool { return d.TransformJobStatus != "" }, readTransformJob) {
					yield(*o)
				}
			})
	}, types.TransformJobStatusInProgress, types.TransformJobStatusStopping)
}

func readTransformJob(o *estate.Observation, d *sagemaker.DescribeTransformJobOutput) {
	r := &o.Resource
	r.Status = string(d.TransformJobStatus)
	r.Attributes = attributes("modelName", aws.ToString(d.ModelName), "autoMLJobArn", aws.ToString(d.AutoMLJobArn), "labelingJobArn", aws.ToString(d.LabelingJobArn))
	started(o, "sagemaker:DescribeTransformJob TransformStartTime", d.TransformStartTime)
	free := ""
	if d.TransformStartTime == nil {
		free = "it waits for its instances: it bills from TransformStartTime"
	}
	c := cmp.Or(d.TransformResources, &types.TransformResources{})
	r.Meters = instanceMeters(pricing.ComponentBatchTransform, "", string(c.InstanceType), int(max(aws.ToInt32(c.InstanceCount), 1)), 0, free)
}
