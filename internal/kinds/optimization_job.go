package kinds

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func init() { register(optimizationJob{jobs{&optimizationJobFamily}}) }

// optimizationJob is the family of inference optimization jobs in progress.
type optimizationJob struct{ jobs }

var optimizationJobLook = looks((*sagemaker.Client).DescribeOptimizationJob)

// The limit is half a day: a large model takes hours to quantize or compile.
var optimizationJobFamily = Family{
	Name: "optimization-job", ARNType: "optimization-job", TagsByARN: true, IdleFor: 12 * time.Hour,
	Summary:   "inference optimization jobs in progress",
	Reads:     []Operation{{"sagemaker:ListOptimizationJobs", "every inference optimization job"}},
	CreatedBy: "CreateOptimizationJob",
	Look:      optimizationJobLook,
	Actions: []Action{deed{look: optimizationJobLook, call: on((*sagemaker.Client).StopOptimizationJob), from: []string{"STARTING", "INPROGRESS"}, while: []string{"STOPPING"},
		over: []string{"COMPLETED", "FAILED", "STOPPED"}, ends: true}.action("stop",
		"what it has optimized so far")},
}

func (k optimizationJob) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	const op = "sagemaker:ListOptimizationJobs"
	return inEach(yield, func(status types.OptimizationJobStatus, yield func(estate.Observation)) error {
		in := &sagemaker.ListOptimizationJobsInput{StatusEquals: status, MaxResults: aws.Int32(100)}
		return list(ctx, s, op, sagemaker.NewListOptimizationJobsPaginator(s.SageMaker(), in),
			func(o *sagemaker.ListOptimizationJobsOutput) []types.OptimizationJobSummary {
				return o.OptimizationJobSummaries
			},
			func(_ context.Context, sum types.OptimizationJobSummary) {
				o, ok := k.summary(s, sum.OptimizationJobArn, sum.OptimizationJobName, string(sum.OptimizationJobStatus), sum.CreationTime, sum.LastModifiedTime)
				if !ok {
					return
				}
				started(o, op+" OptimizationStartTime", sum.OptimizationStartTime)
				o.Resource.Meters = []estate.Meter{{Component: "Optimization", InstanceType: string(sum.DeploymentInstanceType), Count: 1,
					Rate: estate.Rate{Why: "nothing published says under which component of the price list an optimization job bills"}}}
				yield(*o)
			})
	}, types.OptimizationJobStatusStarting, types.OptimizationJobStatusInprogress, types.OptimizationJobStatusStopping)
}
