package kinds

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
)

func init() {
	register(processingJob{work{jobs: jobs{&processingJobFamily}, namespace: "/aws/sagemaker/ProcessingJobs", numbered: true}})
}

// processingJob is the family of processing jobs in progress.
type processingJob struct{ work }

var processingJobLook = looks((*sagemaker.Client).DescribeProcessingJob)

// The limit is a day, as of training jobs: what prepares data is mostly done within hours.
var processingJobFamily = Family{
	Name: "processing-job", ARNType: "processing-job", TagsByARN: true, IdleFor: 24 * time.Hour,
	Summary: "processing jobs in progress",
	Reads: []Operation{
		{"sagemaker:ListProcessingJobs", "every processing job"},
		{"sagemaker:DescribeProcessingJob", "a processing job's instances, and with them its price"},
	},
	CreatedBy: "CreateProcessingJob",
	Look:      processingJobLook,
	Actions: []Action{stopsJob(processingJobLook, on((*sagemaker.Client).StopProcessingJob),
		"what it has not uploaded yet")},
}

func (k processingJob) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	return inEach(yield, func(status types.ProcessingJobStatus, yield func(estate.Observation)) error {
		in := &sagemaker.ListProcessingJobsInput{StatusEquals: status, MaxResults: aws.Int32(100)}
		return list(ctx, s, "sagemaker:ListProcessingJobs", sagemaker.NewListProcessingJobsPaginator(s.SageMaker(), in),
			func(o *sagemaker.ListProcessingJobsOutput) []types.ProcessingJobSummary {
				return o.ProcessingJobSummaries
			},
			func(ctx context.Context, sum types.ProcessingJobSummary) {
				o, ok := k.summary(s, sum.ProcessingJobArn, sum.ProcessingJobName, string(sum.ProcessingJobStatus), sum.CreationTime, sum.LastModifiedTime)
				if ok && described(ctx, s, o, "sagemaker:DescribeProcessingJob", pricing.ComponentProcessing, func(ctx context.Context) (*sagemaker.DescribeProcessingJobOutput, error) {
					return s.SageMaker().DescribeProcessingJob(ctx, &sagemaker.DescribeProcessingJobInput{ProcessingJobName: sum.ProcessingJobName})
				}, func(d *sagemaker.DescribeProcessingJobOutput) bool { return d.ProcessingJobStatus != "" }, readProcessingJob) {
					yield(*o)
				}
			})
	}, types.ProcessingJobStatusInProgress, types.ProcessingJobStatusStopping)
}

func readProcessingJob(o *estate.Observation, d *sagemaker.DescribeProcessingJobOutput) {
	const op = "sagemaker:DescribeProcessingJob "
	r := &o.Resource
	r.Status, r.Modified = string(d.ProcessingJobStatus), aws.ToTime(d.LastModifiedTime).UTC()
	r.Attributes = attributes("autoMLJobArn", aws.ToString(d.AutoMLJobArn), "monitoringScheduleArn", aws.ToString(d.MonitoringScheduleArn),
		"trainingJobArn", aws.ToString(d.TrainingJobArn))
	started(o, op+"ProcessingStartTime", d.ProcessingStartTime)
	if d.StoppingCondition != nil {
		deadline(o, op+"MaxRuntimeInSeconds", d.ProcessingStartTime, d.StoppingCondition.MaxRuntimeInSeconds)
	}
	component, free := pricing.ComponentProcessing, ""
	// Data Wrangler's container is in a repository of that name in every region.
	if d.AppSpecification != nil && strings.Contains(aws.ToString(d.AppSpecification.ImageUri), "/sagemaker-data-wrangler-container") {
		component, r.Type = pricing.ComponentDataWranglerJob, typeDataWrangler
	}
	if d.ProcessingStartTime == nil {
		free = "it waits for its instances: it bills from ProcessingStartTime"
	}
	c := &types.ProcessingClusterConfig{}
	if d.ProcessingResources != nil {
		c = cmp.Or(d.ProcessingResources.ClusterConfig, c)
	}
	r.Meters = instanceMeters(component, pricing.ComponentProcessingVolume, string(cmp.Or(c.SelectedInstanceType, c.InstanceType)),
		int(max(aws.ToInt32(cmp.Or(c.SelectedInstanceCount, c.InstanceCount)), 1)), aws.ToInt32(c.VolumeSizeInGB), free)
	if d.TrainingJobArn != nil {
		for i := range r.Meters {
			r.Meters[i].Rate.Why = "it runs a Debugger rule of a training job: those that AWS provides are free, others bill, and nothing tells which it is"
		}
	}
}
