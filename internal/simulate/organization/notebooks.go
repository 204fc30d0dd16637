package organization

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A notebookPlan is a notebook instance.
type notebookPlan struct {
	machines []string
	habit    habit
	// beats says that something in it reports its use; measured that something publishes its CPU.
	beats, measured bool
	status          string
	failure         string
	// stopped and changed are how long before At.
	stopped, changed span
}

var notebooks = []holding{
	{"notebook instance in use", 70, notebookPlan{machines: laptops, habit: daily, beats: true}},
	{"notebook instance in use on some days", 40, notebookPlan{machines: laptops, habit: someDays, beats: true}},
	{"notebook instance left running", 60, notebookPlan{machines: benches, habit: forgotten, beats: true}},
	{"notebook instance to be left", 30, notebookPlan{machines: laptops, habit: leaving, beats: true}},
	{"notebook instance, its CPU busy", 40, notebookPlan{machines: laptops, habit: daily, measured: true}},
	{"notebook instance, its CPU quiet", 40, notebookPlan{machines: benches, habit: forgotten, measured: true}},
	{"notebook instance of which nothing speaks", 140, notebookPlan{machines: laptops, habit: daily}},
	{"notebook instance that comes and goes", 30, notebookPlan{machines: laptops, habit: coming, beats: true}},
	{"notebook instance stopped for months", 120, notebookPlan{machines: benches, habit: daily, stopped: span{60 * day, 300 * day}}},
	{"notebook instance stopped lately", 20, notebookPlan{machines: laptops, habit: daily, stopped: span{10 * day, 30 * day}}},
	{"notebook instance stuck stopping", 0, notebookPlan{machines: laptops, habit: daily, status: "Stopping", changed: span{5 * time.Hour, 4 * day}}},
	{"notebook instance updating", 0, notebookPlan{machines: laptops, habit: daily, status: "Updating", changed: justNow}},
	{"notebook instance failed", 4, notebookPlan{machines: laptops, habit: never, status: "Failed", failure: "Notebook Instance Lifecycle Config failed: on-start script exited with 1"}},
}

func (p notebookPlan) make(k *keeper) string {
	r := &world.Record{Life: p.habit(k.generator, k.owner), Family: world.NotebookInstance, Status: p.status}
	r.Name = k.site.unique(k.owner.profile.Name + "-notebook")
	out := &sagemaker.DescribeNotebookInstanceOutput{
		InstanceType: types.InstanceType(pick(k.dice, p.machines)), VolumeSizeInGB: aws.Int32(pick(k.dice, []int32{5, 5, 20, 50, 100})),
		RoleArn: k.executionRole(), PlatformIdentifier: aws.String("notebook-al2023-v1"), DirectInternetAccess: types.DirectInternetAccessEnabled, RootAccess: types.RootAccessEnabled,
	}
	if p.failure != "" {
		out.FailureReason = aws.String(p.failure)
	}
	if p.stopped != (span{}) {
		r.Ended = k.At.Add(-k.within(p.stopped))
		r.Created = r.Ended.Add(-k.between(30*day, 400*day))
		r.Use = k.owner.works(r.Created, r.Ended)
		out.VolumeSizeInGB = aws.Int32(pick(k.dice, []int32{100, 250, 500, 1000}))
	}
	if p.changed != (span{}) {
		r.Modified = k.At.Add(-k.within(p.changed))
		r.Use = world.Until(r.Use, r.Modified)
	}
	if k.chance(0.3) {
		out.NotebookInstanceLifecycleConfigName = k.script()
	}
	r.Output = out
	k.add(r)
	name := map[string]string{"NotebookInstanceName": r.Name}
	if p.beats {
		k.publish(heartbeat(r.Use, r.Life, name))
	}
	if p.measured {
		k.publish(&world.Metric{Namespace: "/aws/sagemaker/NotebookInstances", Name: "CPUUtilization", Unit: "Percent", Dimensions: name,
			Pattern: world.Level{Of: r.Use, Busy: 45, Rest: 1.5, From: r.Created, To: r.Deleted}})
	}
	return k.site.arn(r.Resource())
}

// script is the lifecycle script of the site's notebook instances.
func (k *keeper) script() *string {
	const name = "stop-when-idle"
	if !k.site.taken[name] {
		k.site.taken[name] = true
		k.add(&world.Record{Life: world.Life{Created: k.longAgo()}, Family: world.NotebookInstanceLifecycleConfig, Name: name, Output: notebookScript})
	}
	return aws.String(name)
}

// heartbeat is the series that an agent publishes under a family's own dimensions as long as what it is in lives.
func heartbeat(of world.Activity, l world.Life, dimensions map[string]string) *world.Metric {
	return &world.Metric{Namespace: world.HeartbeatNamespace, Name: world.HeartbeatMetric, Unit: "Seconds", Dimensions: dimensions,
		Pattern: world.Elapsed{Of: of, From: l.Created, To: l.Deleted}}
}

// executionRole is the role that SageMaker assumes for what the owner runs.
func (k *keeper) executionRole() *string {
	return aws.String("arn:" + k.site.account.InPartition() + ":iam::" + k.site.account.ID + ":role/service-role/SageMakerExecution-" + k.owner.team.name)
}
