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
	register(trainingJob{work{jobs: jobs{&trainingJobFamily}, namespace: "/aws/sagemaker/TrainingJobs", numbered: true}})
}

// trainingJob is the family of training jobs in progress.
//
// They are searched for, not listed: ListTrainingJobs takes a page of jobs of any status first and drops those of others then, so that
// an account with half a million finished jobs would cost thousands of calls. The index of Search lags by nobody says how much,
// and of an instance type that SageMaker chose, only DescribeTrainingJob is documented to tell: what is found is described. Those
// that run are few, since quotas bound their instances.
type trainingJob struct{ work }

var trainingJobLook = looks((*sagemaker.Client).DescribeTrainingJob)

// The limit is a day: AWS's own default bound of the run time.
var trainingJobFamily = Family{
	Name: "training-job", ARNType: "training-job", TagsByARN: true, IdleFor: 24 * time.Hour,
	Summary: "training jobs in progress",
	Reads: []Operation{
		{"sagemaker:Search", "every training job"},
		{"sagemaker:DescribeTrainingJob", "a training job's instances, and with them its price"},
	},
	CreatedBy: "CreateTrainingJob",
	Look:      trainingJobLook,
	Actions: []Action{stopsJob(trainingJobLook, on((*sagemaker.Client).StopTrainingJob),
		"the work since its last checkpoint")},
}

func (k trainingJob) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	statuses := []types.TrainingJobStatus{types.TrainingJobStatusInProgress, types.TrainingJobStatusStopping}
	yield = among(yield, statuses...)
	return search(ctx, s, types.ResourceTypeTrainingJob, "TrainingJobStatus", statuses, func(ctx context.Context, found types.SearchRecord) {
		job := found.TrainingJob
		if job == nil {
			return
		}
		o, ok := k.summary(s, job.TrainingJobArn, job.TrainingJobName, string(job.TrainingJobStatus), job.CreationTime, job.LastModifiedTime)
		if ok && describeTrainingJob(ctx, s, o, pricing.ComponentTraining, readTrainingJob) {
			yield(*o)
		}
	})
}

// search runs f for every resource of the type whose property has one of the values.
func search[S ~string](ctx context.Context, s *Scope, of types.ResourceType, property string, values []S, f func(context.Context, types.SearchRecord)) error {
	either := &types.SearchExpression{Operator: types.BooleanOperatorOr}
	for _, v := range values {
		either.Filters = append(either.Filters, types.Filter{Name: &property, Operator: types.OperatorEquals, Value: aws.String(string(v))})
	}
	in := &sagemaker.SearchInput{Resource: of, MaxResults: aws.Int32(100), SearchExpression: either}
	return list(ctx, s, "sagemaker:Search", sagemaker.NewSearchPaginator(s.SageMaker(), in), func(o *sagemaker.SearchOutput) []types.SearchRecord { return o.Results }, f)
}

func describeTrainingJob(ctx context.Context, s *Scope, o *estate.Observation, component string, read func(*estate.Observation, *sagemaker.DescribeTrainingJobOutput)) bool {
	return described(ctx, s, o, "sagemaker:DescribeTrainingJob", component, func(ctx context.Context) (*sagemaker.DescribeTrainingJobOutput, error) {
		return s.SageMaker().DescribeTrainingJob(ctx, &sagemaker.DescribeTrainingJobInput{TrainingJobName: &o.Resource.Name})
	}, func(d *sagemaker.DescribeTrainingJobOutput) bool { return d.TrainingJobStatus != "" }, read)
}

func readTrainingJob(o *estate.Observation, d *sagemaker.DescribeTrainingJobOutput) {
	const op = "sagemaker:DescribeTrainingJob "
	r := &o.Resource
	r.Status, r.Modified = string(d.TrainingJobStatus), aws.ToTime(d.LastModifiedTime).UTC()
	resources := cmp.Or(d.ResourceConfig, &types.ResourceConfig{})
	r.Attributes = attributes(attributeSecondary, string(d.SecondaryStatus), "tuningJobArn", aws.ToString(d.TuningJobArn),
		"autoMLJobArn", aws.ToString(d.AutoMLJobArn), "trainingPlanArn", aws.ToString(resources.TrainingPlanArn))
	started(o, op+"TrainingStartTime", d.TrainingStartTime)

	component, free := pricing.ComponentTraining, ""
	if d.TrainingStartTime == nil {
		free = "it waits for its instances: it bills from TrainingStartTime"
	}
	bound := cmp.Or(d.StoppingCondition, &types.StoppingCondition{})
	if aws.ToBool(d.EnableManagedSpotTraining) {
		component, r.Type = pricing.ComponentSpotTraining, "managed spot"
		if d.SecondaryStatus == types.SecondaryStatusInterrupted {
			free = "its spot instances were taken back: it bills when it has others"
		}
		deadline(o, op+"MaxWaitTimeInSeconds", d.CreationTime, bound.MaxWaitTimeInSeconds) // spot pauses do not count as run time
	} else {
		deadline(o, op+"MaxRuntimeInSeconds", d.TrainingStartTime, bound.MaxRuntimeInSeconds)
	}
	if d.ServerlessJobConfig != nil {
		r.Type = "serverless"
		r.Meters = []estate.Meter{{Component: component, Count: 1, Rate: estate.Rate{Why: "a serverless job has no instances: it bills by what it processes"}}}
		return
	}
	r.Meters = trainingMeters(resources, component, pricing.ComponentTrainingVolume, free)
}

// trainingMeters are what the instances of a training job or warm pool bill, and the volumes of those that have one. Free says why
// they bill nothing at present.
func trainingMeters(c *types.ResourceConfig, component, volume, free string) []estate.Meter {
	planned := c.TrainingPlanArn != nil
	if planned {
		free = "its instances are those of a training plan, which is paid for upfront"
	}
	groups := c.InstanceGroups
	if len(groups) == 0 {
		groups = []types.InstanceGroup{{InstanceType: cmp.Or(c.SelectedInstanceType, c.InstanceType), InstanceCount: cmp.Or(c.SelectedInstanceCount, c.InstanceCount)}}
	}
	var meters []estate.Meter
	for _, g := range groups {
		meters = append(meters, instanceMeters(component, volume, string(g.InstanceType), int(max(aws.ToInt32(g.InstanceCount), 1)), aws.ToInt32(c.VolumeSizeInGB), free)...)
	}
	for i := range meters {
		meters[i].Elsewhere = planned
	}
	return meters
}

// instanceMeters are what n instances of a job bill, and their volumes.
func instanceMeters(component, volume, instanceType string, n int, gb int32, free string) []estate.Meter {
	m := estate.Meter{Component: component, InstanceType: instanceType, Count: n, Free: free}
	if instanceType == "" {
		m.Rate.Why = "SageMaker has yet to choose one of the job's instance types"
	}
	meters := []estate.Meter{m}
	if gb > 0 && !localStorage(instanceType) {
		meters = append(meters, estate.Meter{Component: volume, GB: float64(gb) * float64(n), Free: free})
	}
	return meters
}

// localStorage reports whether instances of the type have disks of their own: then they get no volume, whatever size was asked for.
// EC2 names those with a d behind the generation; of the accelerated families, all since the fourth generation have them.
func localStorage(instanceType string) bool {
	family, _, _ := strings.Cut(strings.TrimPrefix(instanceType, "ml."), ".")
	g := generation(instanceType)
	switch {
	case strings.Contains(strings.TrimPrefix(family, g), "d"):
		return true
	case g == "p2", g == "p3":
		return false
	}
	return strings.HasPrefix(g, "p") || strings.HasPrefix(g, "g") || strings.HasPrefix(g, "trn")
}
