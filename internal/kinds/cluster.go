package kinds

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
)

func init() { register(cluster{}) }

// cluster is the family of HyperPod clusters. Its parts are the instance groups.
//
// Nothing that AWS publishes tells from outside whether a group is used: HyperPod's own observability goes to Prometheus, and
// Container Insights, where somebody installed it, averages over all nodes of an EKS cluster, HyperPod's or not, by
// dimensions that do not name the instance group.
type cluster struct{}

var clusterFamily = Family{
	Name: "cluster", ARNType: "cluster", IdleFor: 24 * time.Hour,
	Summary: "HyperPod clusters, by instance group",
	Reads: []Operation{
		{"sagemaker:ListClusters", "every HyperPod cluster"},
		{"sagemaker:DescribeCluster", "a HyperPod cluster's instance groups, and with them its price"},
	},
	CreatedBy: "CreateCluster",
	Look:      clusterLook,
	Actions: []Action{
		{Name: "scale", Operations: []string{clusterLook.Operation, updateCluster}, Next: scaleCluster,
			Undo: "set the groups' instance counts back", UndoOperations: []string{clusterLook.Operation, updateCluster}, Back: unscaleCluster,
			Loses: "the local disks of the instances that go, and perhaps their capacity: another may get it"},
		clusterDeletion.action("delete", "the cluster, its local disks, and perhaps its capacity"),
	},
}

// Roles of a cluster's parts.
const (
	roleGroup           = "instance-group"
	roleRestrictedGroup = "restricted-instance-group"
)

// attributeGroupStatus and the name of an instance group are the attribute that holds the group's status.
const attributeGroupStatus = "instanceGroupStatus "

func (cluster) Family() *Family { return &clusterFamily }

func (k cluster) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	return list(ctx, s, "sagemaker:ListClusters", sagemaker.NewListClustersPaginator(s.SageMaker(), &sagemaker.ListClustersInput{MaxResults: aws.Int32(100)}),
		func(o *sagemaker.ListClustersOutput) []types.ClusterSummary { return o.ClusterSummaries },
		func(ctx context.Context, sum types.ClusterSummary) {
			r := estate.Resource{ARN: aws.ToString(sum.ClusterArn), Kind: clusterFamily.Name, Target: s.Target(), Name: aws.ToString(sum.ClusterName),
				Status: string(sum.ClusterStatus), Created: aws.ToTime(sum.CreationTime).UTC()}
			if !s.wants(&clusterFamily, r.ARN, r.Name) {
				return
			}
			if o, ok := k.describe(ctx, s, r); ok {
				yield(o)
			}
		})
}

// describe asks for the instance groups, of which the listing tells nothing.
func (cluster) describe(ctx context.Context, s *Scope, r estate.Resource) (estate.Observation, bool) {
	const op = "sagemaker:DescribeCluster"
	o := estate.Observation{Resource: r}
	d, gone, err := Describe(ctx, s, op, func(ctx context.Context) (*sagemaker.DescribeClusterOutput, error) {
		return s.SageMaker().DescribeCluster(ctx, &sagemaker.DescribeClusterInput{ClusterName: &r.Name})
	}, func(o *sagemaker.DescribeClusterOutput) bool { return o.ClusterArn != nil && o.ClusterStatus != "" })
	switch {
	case gone:
		return o, false
	case err != nil:
		o.Signals = append(o.Signals, brokenSignal(signalDescription, "", op, err))
		o.Resource.Meters = []estate.Meter{{Component: pricing.ComponentHyperPodCluster, Count: 1,
			Rate: estate.Rate{Why: op + " was not answered, so that its instances are not known"}}}
		return o, true
	}
	o.Resource.Status = string(d.ClusterStatus)
	o.Resource.Attributes = attributes("failureMessage", aws.ToString(d.FailureMessage),
		"nodeRecovery", string(d.NodeRecovery), "nodeProvisioningMode", string(d.NodeProvisioningMode))
	if d.Orchestrator != nil && d.Orchestrator.Eks != nil {
		o.Resource.Type, o.Resource.Attributes["eksClusterArn"] = "eks", aws.ToString(d.Orchestrator.Eks.ClusterArn)
	} else {
		o.Resource.Type = "slurm"
	}
	for _, g := range d.InstanceGroups {
		group := instanceGroup{role: roleGroup, name: aws.ToString(g.InstanceGroupName), status: g.Status, plan: aws.ToString(g.TrainingPlanArn),
			spot: g.CapacityRequirements != nil && g.CapacityRequirements.Spot != nil, disks: g.InstanceStorageConfigs,
			count: aws.ToInt32(g.CurrentCount), instances: map[types.ClusterInstanceType]int32{}}
		for _, t := range g.InstanceTypeDetails {
			group.instances[t.InstanceType] += aws.ToInt32(t.CurrentCount)
		}
		if len(group.instances) == 0 {
			group.instances[g.InstanceType] = group.count
		}
		group.join(&o.Resource)
	}
	for _, g := range d.RestrictedInstanceGroups {
		count := aws.ToInt32(g.CurrentCount)
		instanceGroup{role: roleRestrictedGroup, name: aws.ToString(g.InstanceGroupName), status: g.Status, plan: aws.ToString(g.TrainingPlanArn),
			disks: g.InstanceStorageConfigs, count: count, instances: map[types.ClusterInstanceType]int32{g.InstanceType: count}}.join(&o.Resource)
	}
	return o, true
}

// An instanceGroup is what instance groups of either sort have in common.
type instanceGroup struct {
	role, name, plan string
	status           types.InstanceGroupStatus
	spot             bool
	count            int32
	// instances are counts by type: a flexible group has several types.
	instances map[types.ClusterInstanceType]int32
	disks     []types.ClusterInstanceStorageConfig
}

// join makes the group a part of the cluster.
func (g instanceGroup) join(r *estate.Resource) {
	r.Parts = append(r.Parts, estate.Part{Name: g.name, Role: g.role, Mode: modeInstances, Count: int(g.count)})
	r.Attributes[attributeGroupStatus+g.name] = string(g.status)
	for _, t := range slices.Sorted(maps.Keys(g.instances)) {
		m := estate.Meter{Part: g.name, Component: pricing.ComponentHyperPodCluster, InstanceType: string(t), Count: int(g.instances[t])}
		switch {
		case m.Count == 0:
			continue
		case g.plan != "":
			m.Component, m.Free, m.Elsewhere = pricing.ComponentReservedCluster, "paid for upfront by the training plan "+planName(g.plan), true
		case g.spot:
			m.Rate.Why = "it runs on spot capacity, which the price list does not give for clusters"
		}
		r.Meters = append(r.Meters, m)
	}
	var gigabytes int32
	for _, d := range g.disks {
		if ebs, ok := d.(*types.ClusterInstanceStorageConfigMemberEbsVolumeConfig); ok {
			gigabytes += aws.ToInt32(ebs.Value.VolumeSizeInGB)
		}
	}
	if gigabytes > 0 && g.count > 0 {
		r.Meters = append(r.Meters, estate.Meter{Part: g.name, Component: pricing.ComponentHyperPodVolume, GB: float64(gigabytes) * float64(g.count)})
	}
}

// planName is the last word of a training plan's ARN.
func planName(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

func (cluster) Series(r estate.Resource, c estate.Criteria) []Series {
	if r.Status != string(types.ClusterStatusInservice) {
		return nil
	}
	var out []Series
	for _, p := range r.Parts {
		if p.Count > 0 {
			out = append(out, heartbeatOf(signalHeartbeat, p.Name, stampWindow(c), Dimension{"ClusterName", r.Name}, Dimension{"InstanceGroupName", p.Name}))
		}
	}
	return out
}

func (cluster) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	switch types.ClusterStatus(r.Status) {
	case types.ClusterStatusInservice:
	case types.ClusterStatusFailed:
		return broken("cluster/broken", r.Status, r.Attributes["failureMessage"], time.Time{})
	case types.ClusterStatusCreating:
		return inTransit("cluster/changing", r.Status, r.Created, c)
	default:
		return inTransit("cluster/changing", r.Status, time.Time{}, c) // the API has no stamp of the last change
	}
	if s, ok := sigs.Find(signalDescription, ""); ok {
		return unreadable("cluster/unreadable", s)
	}
	empty := estate.Verdict{State: estate.Unknown, Rule: "cluster/scaled-to-zero", Why: "it has no instance now, so that it bills nothing"}
	var running []estate.Verdict
	var parts []estate.PartVerdict
	var conditions []estate.Condition
	for _, p := range r.Parts {
		v := empty
		if p.Count > 0 {
			v = judgeGroup(r, p, sigs, c)
			running = append(running, v)
		}
		parts = append(parts, estate.PartVerdict{Part: p.Name, Verdict: v})
		switch status := r.Attributes[attributeGroupStatus+p.Name]; types.InstanceGroupStatus(status) {
		case types.InstanceGroupStatusFailed, types.InstanceGroupStatusDegraded:
			conditions = append(conditions, estate.Condition{Type: estate.Broken, Why: fmt.Sprintf("its instance group %s is %s, at %d instances", p.Name, status, p.Count),
				Remedy: "replace its failed nodes, or take the group out of the cluster"})
		}
	}
	v := empty
	if len(running) > 0 {
		v = combine(running)
	}
	v.Parts, v.Conditions = parts, conditions
	return v
}

// judgeGroup judges an instance group that has instances.
func judgeGroup(r estate.Resource, p estate.Part, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	if v, ok := judgeStamp("cluster", sigs, signalHeartbeat, p.Name, r.Created, c); ok {
		if v.State == estate.Idle && p.Count > 1 {
			v.Confidence = estate.Medium // one of its nodes may have stopped reporting while it is in use: the others keep the series alive
		}
		return v
	}
	return estate.Verdict{State: estate.Unknown, Rule: "cluster/no-signal", Why: "nothing that can be read from outside speaks of the use of its instance group " + p.Name,
		Remedy: "publish a heartbeat from the group's nodes: see docs/signals.md"}
}
