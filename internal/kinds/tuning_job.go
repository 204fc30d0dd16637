package kinds

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func init() { register(tuningJob{jobs{&tuningJobFamily}}) }

// tuningJob is the family of hyperparameter tuning jobs in progress. They bill through their training jobs, which are resources of
// their own.
type tuningJob struct{ jobs }

var tuningJobLook = looks((*sagemaker.Client).DescribeHyperParameterTuningJob)

// The limit is a day, as of training jobs.
var tuningJobFamily = Family{
	Name: "tuning-job", ARNType: "hyper-parameter-tuning-job", TagsByARN: true, IdleFor: 24 * time.Hour,
	Summary:   "hyperparameter tuning jobs in progress",
	Reads:     []Operation{{"sagemaker:ListHyperParameterTuningJobs", "every hyperparameter tuning job"}},
	CreatedBy: "CreateHyperParameterTuningJob",
	Look:      tuningJobLook,
	Actions: []Action{stopsJob(tuningJobLook, on((*sagemaker.Client).StopHyperParameterTuningJob),
		"the work of its running training jobs since their last checkpoints; the results of those that are done stay")},
}

// signalChildren is how many training jobs of a tuning job are in progress.
const signalChildren = "training-jobs"

func (k tuningJob) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	const op = "sagemaker:ListHyperParameterTuningJobs"
	return inEach(yield, func(status types.HyperParameterTuningJobStatus, yield func(estate.Observation)) error {
		in := &sagemaker.ListHyperParameterTuningJobsInput{StatusEquals: status, MaxResults: aws.Int32(100)}
		return list(ctx, s, op, sagemaker.NewListHyperParameterTuningJobsPaginator(s.SageMaker(), in),
			func(o *sagemaker.ListHyperParameterTuningJobsOutput) []types.HyperParameterTuningJobSummary {
				return o.HyperParameterTuningJobSummaries
			},
			func(_ context.Context, sum types.HyperParameterTuningJobSummary) {
				o, ok := k.summary(s, sum.HyperParameterTuningJobArn, sum.HyperParameterTuningJobName, string(sum.HyperParameterTuningJobStatus), sum.CreationTime, sum.LastModifiedTime)
				if !ok {
					return
				}
				o.Resource.Attributes = attributes("strategy", string(sum.Strategy))
				started(o, op+" CreationTime", sum.CreationTime)
				if l := sum.ResourceLimits; l != nil {
					deadline(o, op+" ResourceLimits.MaxRuntimeInSeconds", sum.CreationTime, l.MaxRuntimeInSeconds)
				}
				if n := sum.TrainingJobStatusCounters; n != nil && n.InProgress != nil {
					o.Signals = append(o.Signals, estate.Signal{Name: signalChildren, Source: op + " TrainingJobStatusCounters.InProgress", Quality: estate.Good,
						Value: float64(*n.InProgress), At: later(o.Resource.Created, o.Resource.Modified)})
				}
				yield(*o)
			})
	}, types.HyperParameterTuningJobStatusInProgress, types.HyperParameterTuningJobStatusStopping)
}

// Judge finds a tuning job that trains nothing. Between two of its training jobs it does so for moments, not for hours.
func (k tuningJob) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	v := k.jobs.Judge(r, sigs, c)
	n, ok := sigs.Find(signalChildren, "")
	if v.Rule == k.rule("running") && ok && n.Quality == estate.Good && n.Value == 0 && c.Now.Sub(n.At) > stuckAfter {
		v.Conditions = append(v.Conditions, estate.Condition{Type: estate.Stuck, Since: n.At,
			Why: "none of its training jobs is in progress, and it has not changed for " + ago(c.Now, n.At), Remedy: "look at the training jobs that failed, or stop it"})
	}
	return v
}
