package kinds

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func init() { register(compilationJob{jobs{&compilationJobFamily}}) }

// compilationJob is the family of compilation (Neo) jobs in progress. They are free.
type compilationJob struct{ jobs }

var compilationJobLook = looks((*sagemaker.Client).DescribeCompilationJob)

// The limit is an hour: AWS recommends to bound them at a quarter of that.
var compilationJobFamily = Family{
	Name: "compilation-job", ARNType: "compilation-job", TagsByARN: true, IdleFor: time.Hour,
	Summary:   "compilation (Neo) jobs in progress",
	Reads:     []Operation{{"sagemaker:ListCompilationJobs", "every compilation job"}},
	CreatedBy: "CreateCompilationJob",
	Look:      compilationJobLook,
	Actions: []Action{deed{look: compilationJobLook, call: on((*sagemaker.Client).StopCompilationJob), from: []string{"STARTING", "INPROGRESS"}, while: []string{"STOPPING"},
		over: []string{"COMPLETED", "FAILED", "STOPPED"}, ends: true}.action("stop",
		"what it has compiled so far")},
}

func (k compilationJob) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	const op = "sagemaker:ListCompilationJobs"
	return inEach(yield, func(status types.CompilationJobStatus, yield func(estate.Observation)) error {
		in := &sagemaker.ListCompilationJobsInput{StatusEquals: status, MaxResults: aws.Int32(100)}
		return list(ctx, s, op, sagemaker.NewListCompilationJobsPaginator(s.SageMaker(), in),
			func(o *sagemaker.ListCompilationJobsOutput) []types.CompilationJobSummary {
				return o.CompilationJobSummaries
			},
			func(_ context.Context, sum types.CompilationJobSummary) {
				if o, ok := k.summary(s, sum.CompilationJobArn, sum.CompilationJobName, string(sum.CompilationJobStatus), sum.CreationTime, sum.LastModifiedTime); ok {
					o.Resource.Attributes = attributes("compilationTargetDevice", string(sum.CompilationTargetDevice))
					started(o, op+" CompilationStartTime", sum.CompilationStartTime)
					yield(*o)
				}
			})
	}, types.CompilationJobStatusStarting, types.CompilationJobStatusInprogress, types.CompilationJobStatusStopping)
}
