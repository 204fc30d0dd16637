package organization

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A clusterPlan is a HyperPod cluster.
type clusterPlan struct {
	status string
	groups []groupPlan
}

// A groupPlan is an instance group.
type groupPlan struct {
	name, machine string
	count         int32
	// runs is when its nodes compute; nil is never, and shown by nothing.
	runs func(k *keeper, from time.Time) world.Activity
	// beats says that its nodes report their use.
	beats  bool
	status types.InstanceGroupStatus
}

var clusters = []holding{
	{"cluster", 8, clusterPlan{groups: []groupPlan{
		{name: "controller", machine: "ml.m5.large", count: 1, runs: alwaysRuns},
		{name: "workers", machine: "ml.g5.12xlarge", count: 3, runs: queued, beats: true},
		{name: "spare", machine: "ml.g5.2xlarge", count: 2, runs: ranDry, beats: true},
		{name: "burst", machine: "ml.p4d.24xlarge", count: 0, runs: ranDry}}}},
	{"cluster that ran dry", 4, clusterPlan{groups: []groupPlan{
		{name: "workers", machine: "ml.g5.24xlarge", count: 2, runs: ranDry, beats: true}}}},
	{"cluster of which nothing speaks", 6, clusterPlan{groups: []groupPlan{
		{name: "head", machine: "ml.m5.xlarge", count: 1, runs: alwaysRuns},
		{name: "gpu", machine: "ml.g5.8xlarge", count: 2, runs: queued}}}},
	{"cluster with a degraded group", 1, clusterPlan{groups: []groupPlan{
		{name: "workers", machine: "ml.g5.4xlarge", count: 2, runs: queued, beats: true, status: types.InstanceGroupStatusDegraded}}}},
	{"cluster failed", 0, clusterPlan{status: "Failed", groups: []groupPlan{
		{name: "workers", machine: "ml.g5.xlarge", status: types.InstanceGroupStatusFailed}}}},
}

func alwaysRuns(_ *keeper, from time.Time) world.Activity { return world.Always(from) }

// queued is job after job, with pauses of hours.
func queued(k *keeper, from time.Time) world.Activity {
	return pauses(k, 1, 1, from, k.At.Add(ahead))
}

// ranDry is job after job until days before At.
func ranDry(k *keeper, from time.Time) world.Activity {
	return pauses(k, 1, 1, from, k.At.Add(-k.between(20*time.Hour, 20*day)))
}

func (p clusterPlan) make(k *keeper) string {
	r := &world.Record{Life: world.Life{Created: k.At.Add(-k.between(30*day, 100*day))}, Family: world.Cluster, Status: p.status, Name: k.site.unique(k.owner.team.name + "-hyperpod")}
	out := &sagemaker.DescribeClusterOutput{NodeRecovery: types.ClusterNodeRecoveryAutomatic}
	if k.chance(0.5) {
		out.Orchestrator = &types.ClusterOrchestrator{Eks: &types.ClusterOrchestratorEksConfig{
			ClusterArn: aws.String("arn:" + k.site.account.InPartition() + ":eks:" + k.site.Name + ":" + k.site.account.ID + ":cluster/" + k.owner.team.name)}}
	}
	var used world.Union
	for _, g := range p.groups {
		if g.status == "" {
			g.status = types.InstanceGroupStatusInservice
		}
		out.InstanceGroups = append(out.InstanceGroups, types.ClusterInstanceGroupDetails{InstanceGroupName: aws.String(g.name), InstanceType: types.ClusterInstanceType(g.machine),
			CurrentCount: aws.Int32(g.count), TargetCount: aws.Int32(g.count), Status: g.status, ExecutionRole: k.executionRole()})
		if g.runs == nil {
			continue
		}
		runs := g.runs(k, r.Created.Add(time.Hour))
		used = append(used, runs)
		if g.beats {
			k.publish(heartbeat(runs, r.Life, map[string]string{"ClusterName": r.Name, "InstanceGroupName": g.name}))
		}
	}
	if used != nil {
		r.Use = used
	}
	r.Output = out
	k.add(r)
	return k.site.arn(r.Resource())
}
