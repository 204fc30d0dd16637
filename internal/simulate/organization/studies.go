package organization

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A study is a tuning or AutoML job, which computes in training jobs of its own.
type study struct {
	family world.Family
	// children are in progress.
	children int
	// changed is how long before At anything of it was done last; zero is just now.
	changed span
	// status is InProgress when empty.
	status string
}

var studies = []holding{
	{"tuning", 16, study{family: world.TuningJob, children: 2}},
	{"tuning without children", 2, study{family: world.TuningJob, changed: hanging}},
	{"tuning stuck stopping", 0, study{family: world.TuningJob, changed: hanging, status: "Stopping"}},
	{"AutoML", 6, study{family: world.AutoMLJob, children: 1}},
	{"AutoML without children", 1, study{family: world.AutoMLJob, changed: hanging}},
}

func (p study) make(k *keeper) string {
	l := world.Life{Created: k.At.Add(-k.between(31*time.Hour, 3*day))}
	r := &world.Record{Life: l, Family: p.family, Status: p.status}
	if p.changed != (span{}) {
		r.Created = r.Created.Add(-p.changed.high)
		r.Modified = k.At.Add(-k.within(p.changed))
	}
	r.Name = k.site.unique(pick(k.dice, k.owner.team.products) + "-" + r.Created.Format("060102-1504")) // 32 letters at most
	arn := k.site.arn(r.Resource())
	var used world.Union
	for range p.children {
		child := k.job(jobPlan{family: world.TrainingJob, machines: singles, age: today, ends: soon, work: computes})
		switch out := child.Output.(*sagemaker.DescribeTrainingJobOutput); p.family {
		case world.TuningJob:
			out.TuningJobArn = &arn
		default:
			out.AutoMLJobArn = &arn
		}
		used = append(used, child.Use)
		r.Ended = world.Later(r.Ended, child.Ended)
	}
	if used != nil {
		r.Use = used
	}
	if p.family == world.TuningJob {
		r.Output = &sagemaker.DescribeHyperParameterTuningJobOutput{
			HyperParameterTuningJobConfig: &types.HyperParameterTuningJobConfig{Strategy: types.HyperParameterTuningJobStrategyTypeBayesian,
				ResourceLimits: &types.ResourceLimits{MaxParallelTrainingJobs: aws.Int32(int32(max(p.children, 1))), MaxNumberOfTrainingJobs: aws.Int32(40)}},
			TrainingJobStatusCounters: &types.TrainingJobStatusCounters{Completed: aws.Int32(k.Int32N(30)), InProgress: aws.Int32(int32(p.children))},
			ObjectiveStatusCounters:   &types.ObjectiveStatusCounters{},
		}
	} else {
		r.Output = &sagemaker.DescribeAutoMLJobV2Output{RoleArn: k.executionRole(), AutoMLProblemTypeConfigName: types.AutoMLProblemTypeConfigNameTabular}
	}
	k.add(r)
	return arn
}
