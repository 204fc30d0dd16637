package kinds

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func init() { register(labelingJob{jobs{&labelingJobFamily}}) }

// labelingJob is the family of labeling jobs in progress. They bill by the object, and through the jobs that automated labeling
// starts; while people pause, they bill nothing.
type labelingJob struct{ jobs }

var labelingJobLook = looks((*sagemaker.Client).DescribeLabelingJob)

// The limit is two weeks: people label, and people have weekends and holidays.
var labelingJobFamily = Family{
	Name: "labeling-job", ARNType: "labeling-job", TagsByARN: true, IdleFor: 14 * 24 * time.Hour,
	Summary:   "labeling (Ground Truth) jobs in progress",
	Reads:     []Operation{{"sagemaker:ListLabelingJobs", "every labeling job"}},
	CreatedBy: "CreateLabelingJob",
	Look:      labelingJobLook,
	Actions: []Action{deed{look: labelingJobLook, call: on((*sagemaker.Client).StopLabelingJob), from: []string{"Initializing", "InProgress"}, while: jobStops, over: jobEnded, ends: true}.action("stop",
		"the labels that its workers have begun; those that are done stay")},
}

// signalLabels is how many objects of a labeling job are labeled, at its last change.
const signalLabels = "labels"

func (k labelingJob) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	const op = "sagemaker:ListLabelingJobs"
	return inEach(yield, func(status types.LabelingJobStatus, yield func(estate.Observation)) error {
		in := &sagemaker.ListLabelingJobsInput{StatusEquals: status, MaxResults: aws.Int32(100)}
		return list(ctx, s, op, sagemaker.NewListLabelingJobsPaginator(s.SageMaker(), in),
			func(o *sagemaker.ListLabelingJobsOutput) []types.LabelingJobSummary { return o.LabelingJobSummaryList },
			func(_ context.Context, sum types.LabelingJobSummary) {
				o, ok := k.summary(s, sum.LabelingJobArn, sum.LabelingJobName, string(sum.LabelingJobStatus), sum.CreationTime, sum.LastModifiedTime)
				if !ok {
					return
				}
				o.Resource.Attributes = attributes("workteamArn", aws.ToString(sum.WorkteamArn))
				started(o, op+" CreationTime", sum.CreationTime)
				if n := sum.LabelCounters; n != nil {
					o.Signals = append(o.Signals, estate.Signal{Name: signalLabels, Source: op + " LabelCounters", Quality: estate.Good,
						Value: float64(aws.ToInt32(n.TotalLabeled)), At: later(o.Resource.Created, o.Resource.Modified), Note: fmt.Sprintf("%d are not labeled", aws.ToInt32(n.Unlabeled))})
				}
				yield(*o)
			})
	}, types.LabelingJobStatusInitializing, types.LabelingJobStatusInProgress, types.LabelingJobStatusStopping)
}

// Judge finds a labeling job that does not move. Whether anybody still means to label, only its team knows.
func (k labelingJob) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	v := k.jobs.Judge(r, sigs, c)
	labels, ok := sigs.Find(signalLabels, "")
	if v.Rule != k.rule("running") || !ok || labels.Quality != estate.Good || c.Now.Sub(labels.At) < c.IdleFor {
		return v
	}
	v.State, v.Confidence, v.Rule = estate.Unknown, "", k.rule("no-progress")
	v.Why = fmt.Sprintf("it has not changed for %s, with %.0f objects labeled; %s", ago(c.Now, labels.At), labels.Value, labels.Note)
	v.Remedy = "ask its work team whether the labels are still to come"
	v.Conditions = []estate.Condition{{Type: estate.Stuck, Since: labels.At, Why: v.Why, Remedy: v.Remedy}}
	return v
}
