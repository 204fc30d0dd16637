package organization

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A jobPlan is a job on instances: training, processing or batch transform.
type jobPlan struct {
	family   world.Family
	machines []string
	// count is the most instances that it has; none is one.
	count int32
	// age is how long before At it was asked for, ends how long after At it ends, negative for before and zero for never.
	age, ends span
	work      work
	// status is InProgress when empty; changed is how long before At it became that.
	status  string
	changed span
	// waits says that it has no instances yet. Spot runs on spare capacity, warm keeps the instances for an hour.
	waits, spot, warm bool
	// image of a processing job; empty is an ordinary one.
	image string
}

var (
	singles  = []string{"ml.g5.xlarge", "ml.g5.2xlarge", "ml.g4dn.2xlarge", "ml.p3.2xlarge"}
	fleets   = []string{"ml.g5.12xlarge", "ml.p3.8xlarge", "ml.g4dn.12xlarge"}
	crunchy  = []string{"ml.m5.2xlarge", "ml.c5.4xlarge", "ml.m5.4xlarge"}
	today    = span{2 * time.Hour, 30 * time.Hour}
	someTime = span{2 * day, 3 * day}
	forDays  = span{5 * day, 9 * day}
	hanging  = span{5 * time.Hour, 4 * day}
	soon     = span{3 * time.Hour, 3 * day}
	nextWeek = span{6 * day, 12 * day}
)

const dataWranglerImage = "663277389841.dkr.ecr.us-east-1.amazonaws.com/sagemaker-data-wrangler-container:5.x"

var jobs = []holding{
	{"training", 70, jobPlan{family: world.TrainingJob, machines: singles, age: today, ends: soon, work: computes}},
	{"training on a fleet", 20, jobPlan{family: world.TrainingJob, machines: fleets, count: 4, age: today, ends: soon, work: computes}},
	{"training with pauses", 20, jobPlan{family: world.TrainingJob, machines: singles, age: someTime, ends: nextWeek, work: pauses}},
	{"training for long", 14, jobPlan{family: world.TrainingJob, machines: singles, age: forDays, ends: nextWeek, work: computes}},
	{"training stalled", 14, jobPlan{family: world.TrainingJob, machines: singles, age: forDays, ends: nextWeek, work: stalls}},
	{"training stalled on a fleet", 4, jobPlan{family: world.TrainingJob, machines: fleets, count: 4, age: forDays, ends: nextWeek, work: stalls}},
	{"training on one of its instances", 6, jobPlan{family: world.TrainingJob, machines: singles, count: 5, age: forDays, ends: nextWeek, work: lastComputes}},
	{"training on spot instances", 16, jobPlan{family: world.TrainingJob, machines: singles, age: today, ends: soon, work: computes, spot: true}},
	{"training that waits", 4, jobPlan{family: world.TrainingJob, machines: fleets, count: 4, age: justNow, ends: soon, waits: true}},
	{"training stuck stopping", 0, jobPlan{family: world.TrainingJob, machines: singles, age: forDays, status: "Stopping", changed: hanging, work: computes}},
	{"training to come", 10, jobPlan{family: world.TrainingJob, machines: singles, age: span{-20 * day, -day}, ends: span{21 * day, 24 * day}, work: computes}},
	{"warm pool kept for nobody", 3, jobPlan{family: world.TrainingJob, machines: singles, age: today, ends: span{-50 * time.Minute, -35 * time.Minute}, work: computes, warm: true}},
	{"warm pool just left", 3, jobPlan{family: world.TrainingJob, machines: singles, age: today, ends: span{-15 * time.Minute, -5 * time.Minute}, work: computes, warm: true}},

	{"processing", 60, jobPlan{family: world.ProcessingJob, machines: crunchy, age: today, ends: soon, work: computes}},
	{"processing on several instances", 20, jobPlan{family: world.ProcessingJob, machines: crunchy, count: 4, age: today, ends: soon, work: computes}},
	{"processing for Data Wrangler", 10, jobPlan{family: world.ProcessingJob, machines: wrangler, count: 2, age: today, ends: soon, work: computes, image: dataWranglerImage}},
	{"processing stalled", 8, jobPlan{family: world.ProcessingJob, machines: crunchy, age: forDays, ends: nextWeek, work: stalls}},
	{"processing stuck stopping", 0, jobPlan{family: world.ProcessingJob, machines: crunchy, age: forDays, status: "Stopping", changed: hanging, work: computes}},

	{"transform", 30, jobPlan{family: world.TransformJob, machines: crunchy, count: 3, age: today, ends: soon, work: computes}},
	{"transform for long", 4, jobPlan{family: world.TransformJob, machines: crunchy, count: 2, age: forDays, ends: nextWeek, work: computes}},
	{"transform stalled", 5, jobPlan{family: world.TransformJob, machines: crunchy, count: 2, age: forDays, ends: nextWeek, work: stalls}},
	{"transform stuck stopping", 0, jobPlan{family: world.TransformJob, machines: crunchy, age: forDays, status: "Stopping", changed: hanging, work: computes}},
}

// spelled is how the families' names and series are.
var spelled = map[world.Family]struct{ stem, namespace string }{
	world.TrainingJob:   {"train", "/aws/sagemaker/TrainingJobs"},
	world.ProcessingJob: {"prepare", "/aws/sagemaker/ProcessingJobs"},
	world.TransformJob:  {"score", "/aws/sagemaker/TransformJobs"},
}

func (p jobPlan) make(k *keeper) string { return k.site.arn(k.job(p).Resource()) }

// job makes the job with what its instances publish.
func (k *keeper) job(p jobPlan) *world.Record {
	r := &world.Record{Life: world.Life{Created: k.At.Add(-k.within(p.age))}, Family: p.family, Status: p.status}
	if p.ends != (span{}) {
		r.Ended = k.At.Add(k.within(p.ends))
	}
	if p.changed != (span{}) {
		r.Modified = k.At.Add(-k.within(p.changed))
	}
	r.Name = k.site.unique(pick(k.dice, k.owner.team.products) + "-" + spelled[p.family].stem + r.Created.Format("-2006-01-02-15-04-05"))
	machine, n := pick(k.dice, p.machines), int32(1)
	if p.count > 1 {
		n = 2 + k.Int32N(p.count-1)
	}
	r.Output = p.output(k, r, machine, n)
	if p.work != nil {
		k.compute(r, p.work, machine, int(n))
	}
	k.add(r)
	return r
}

// output is what the job asks for: n instances, and time enough.
func (p jobPlan) output(k *keeper, r *world.Record, machine string, n int32) any {
	bound := 28 * day
	if !r.Ended.IsZero() {
		bound = r.Ended.Sub(r.Created) + k.between(0, 10*day)
	}
	seconds, gigabytes := aws.Int32(int32(bound.Seconds())), aws.Int32(pick(k.dice, []int32{30, 50, 100, 200}))
	switch p.family {
	case world.TrainingJob:
		out := &sagemaker.DescribeTrainingJobOutput{
			AlgorithmSpecification: &types.AlgorithmSpecification{TrainingInputMode: types.TrainingInputModeFile, TrainingImage: k.image("pytorch-training:2.5-gpu")},
			ResourceConfig:         &types.ResourceConfig{InstanceType: types.TrainingInstanceType(machine), InstanceCount: &n, VolumeSizeInGB: gigabytes},
			StoppingCondition:      &types.StoppingCondition{MaxRuntimeInSeconds: seconds}, RoleArn: k.executionRole(),
		}
		if p.waits {
			out.SecondaryStatus = types.SecondaryStatusPending
		}
		if p.spot {
			out.EnableManagedSpotTraining, out.StoppingCondition.MaxWaitTimeInSeconds = aws.Bool(true), seconds
		}
		if p.warm {
			out.ResourceConfig.KeepAlivePeriodInSeconds = aws.Int32(3600)
		}
		return out
	case world.ProcessingJob:
		image := k.image("sagemaker-scikit-learn:1.2-1-cpu-py3")
		if p.image != "" {
			image = &p.image
		}
		return &sagemaker.DescribeProcessingJobOutput{
			AppSpecification: &types.AppSpecification{ImageUri: image}, RoleArn: k.executionRole(),
			ProcessingResources: &types.ProcessingResources{ClusterConfig: &types.ProcessingClusterConfig{
				InstanceType: types.ProcessingInstanceType(machine), InstanceCount: &n, VolumeSizeInGB: gigabytes}},
			StoppingCondition: &types.ProcessingStoppingCondition{MaxRuntimeInSeconds: seconds},
		}
	default:
		return &sagemaker.DescribeTransformJobOutput{
			ModelName:          k.anyModel(),
			TransformResources: &types.TransformResources{InstanceType: types.TransformInstanceType(machine), InstanceCount: &n},
		}
	}
}

// image is an image in the account's registry.
func (k *keeper) image(name string) *string {
	return aws.String(k.site.account.ID + ".dkr.ecr." + k.site.Name + ".amazonaws.com/" + name)
}

// anyModel is one of the site's models, or one that is gone.
func (k *keeper) anyModel() *string {
	if len(k.site.Models) == 0 {
		return aws.String(pick(k.dice, k.owner.team.products))
	}
	return aws.String(pick(k.dice, k.site.Models).Name)
}
