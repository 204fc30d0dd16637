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

func init() { register(warmPool{jobs{&warmPoolFamily}}) }

// warmPool is the family of finished training jobs whose instances are retained for the next. A pool goes by the ARN of its job.
type warmPool struct{ jobs }

// warmPoolLook tells of the pool what of its job is described: one without a pool has let it go.
var warmPoolLook = Look{trainingJobLook.Operation, func(ctx context.Context, c *sagemaker.Client, r estate.Resource) (*sight, error) {
	s, err := trainingJobLook.ask(ctx, c, r)
	if err != nil {
		return nil, err
	}
	s.status = string(types.WarmPoolResourceStatusTerminated)
	if pool := s.out.(*sagemaker.DescribeTrainingJobOutput).WarmPoolStatus; pool != nil {
		s.status = string(pool.Status)
	}
	return s, nil
}}

// stopWarmPool lets the instances of a pool go. A job that has taken them up is left alone.
var stopWarmPool = deed{look: warmPoolLook, ends: true,
	call: callFor((*sagemaker.Client).UpdateTrainingJob, func(r estate.Resource) *sagemaker.UpdateTrainingJobInput {
		return &sagemaker.UpdateTrainingJobInput{TrainingJobName: &r.Name, ResourceConfig: &types.ResourceConfigForUpdate{KeepAlivePeriodInSeconds: aws.Int32(0)}}
	}),
	from: []string{available}, over: []string{string(types.WarmPoolResourceStatusTerminated)},
	more: func(s *sight) Move {
		c := s.out.(*sagemaker.DescribeTrainingJobOutput).ResourceConfig
		if c != nil && aws.ToInt32(c.KeepAlivePeriodInSeconds) == 0 {
			return wait("it is no longer kept alive")
		}
		return Move{}
	},
}

// The limit is half of the hour for which a pool may be retained at most: by then, the next job should have come.
var warmPoolFamily = Family{
	Name: "warm-pool", ARNType: "training-job", TagsByARN: true, IdleFor: 30 * time.Minute,
	Summary: "warm pools: instances retained between training jobs",
	Reads: []Operation{
		{"sagemaker:ListTrainingJobs", "every warm pool"},
		{"sagemaker:DescribeTrainingJob", "a warm pool's instances, and with them its price"},
	},
	CreatedBy: "CreateTrainingJob",
	Look:      warmPoolLook,
	Actions:   []Action{stopWarmPool.action("stop", "the quick start of the next training job that matches")},
}

// retainedAtMost is how long ago the job of a pool may have ended: a pool is retained for an hour at most, and some are slow to go.
// It keeps the listing from the history, should it be filtered page by page as by StatusEquals.
const retainedAtMost = 24 * time.Hour

// signalRetained is since when nothing has used the instances: the end of the job.
const signalRetained = "retained"

func (k warmPool) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	in := &sagemaker.ListTrainingJobsInput{WarmPoolStatusEquals: types.WarmPoolResourceStatusAvailable, MaxResults: aws.Int32(100),
		LastModifiedTimeAfter: aws.Time(s.Now().Add(-retainedAtMost))}
	jobs := func(o *sagemaker.ListTrainingJobsOutput) []types.TrainingJobSummary { return o.TrainingJobSummaries }
	return list(ctx, s, "sagemaker:ListTrainingJobs", sagemaker.NewListTrainingJobsPaginator(s.SageMaker(), in), jobs, func(ctx context.Context, sum types.TrainingJobSummary) {
		o, ok := k.summary(s, sum.TrainingJobArn, sum.TrainingJobName, available, sum.CreationTime, sum.LastModifiedTime)
		if ok && describeTrainingJob(ctx, s, o, pricing.ComponentWarmPool, readWarmPool) && o.Resource.Status == available {
			yield(*o) // and not what was taken up or let go meanwhile
		}
	})
}

const available = string(types.WarmPoolResourceStatusAvailable)

func readWarmPool(o *estate.Observation, d *sagemaker.DescribeTrainingJobOutput) {
	const op = "sagemaker:DescribeTrainingJob "
	r := &o.Resource
	pool, resources := cmp.Or(d.WarmPoolStatus, &types.WarmPoolStatus{}), cmp.Or(d.ResourceConfig, &types.ResourceConfig{})
	r.Status, r.Modified = string(pool.Status), aws.ToTime(d.LastModifiedTime).UTC()
	r.Attributes = attributes("trainingJobStatus", string(d.TrainingJobStatus))
	retained := estate.Signal{Name: signalRetained, Source: op + "TrainingEndTime", Quality: estate.Absent,
		Value: float64(aws.ToInt32(pool.ResourceRetainedBillableTimeInSeconds)), Unit: "s"}
	if d.TrainingEndTime != nil {
		retained.Quality, retained.At = estate.Good, d.TrainingEndTime.UTC()
	}
	o.Signals = append(o.Signals, retained)
	deadline(o, op+"KeepAlivePeriodInSeconds", d.TrainingEndTime, resources.KeepAlivePeriodInSeconds)
	r.Meters = trainingMeters(resources, pricing.ComponentWarmPool, pricing.ComponentWarmPoolVolume, "")
}

// Judge takes a pool for unused since its job ended: one that a job runs on is not Available.
func (k warmPool) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	if s, ok := sigs.Find(signalDescription, ""); ok {
		return unreadable(k.rule("unreadable"), s)
	}
	retained, ok := sigs.Find(signalRetained, "")
	switch {
	case r.Status != available:
		return estate.Verdict{State: estate.Unknown, Rule: k.rule("changing"), Why: "it is " + r.Status, Remedy: "look again when it is Available"}
	case !ok || retained.Quality == estate.Absent:
		return estate.Verdict{State: estate.Unknown, Rule: k.rule("unread"), Why: "nothing that was read says when its job ended"}
	case retained.Quality != estate.Good:
		return unreadable(k.rule("unreadable"), retained)
	}
	v := estate.Verdict{State: estate.Active, Confidence: estate.High, LastUse: retained.At, Rule: k.rule("used"),
		Why: "its training job ended " + ago(c.Now, retained.At) + " ago, and another may take it up"}
	if c.Now.Sub(retained.At) >= c.IdleFor {
		v.State, v.Since, v.Rule = estate.Idle, retained.At, k.rule("retained")
		v.Why = "no training job has taken it up since its own ended " + ago(c.Now, retained.At) + " ago"
	}
	if end, bounded := bound(sigs); bounded {
		late := c.Now.Sub(end)
		if late < 0 {
			v.Why += "; it is retained for " + span(-late) + " more"
		} else {
			v.Why += "; it was to be let go " + span(late) + " ago"
		}
		if late > stuckAfter {
			v.Conditions = []estate.Condition{overdue(end, c)}
		}
	}
	return v
}
