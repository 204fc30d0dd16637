package kinds

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

var clusterLook = looks((*sagemaker.Client).DescribeCluster)

// clusterMoves are the statuses of a cluster that is on its way.
var clusterMoves = []string{"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"}

// Nothing creates a deleted cluster again: its capacity may be another's by then.
var clusterDeletion = deed{look: clusterLook, call: on((*sagemaker.Client).DeleteCluster), from: []string{"InService", "Failed"}, while: clusterMoves, ends: true,
	data: func(s *sight) string {
		for _, g := range groupsOf(s) {
			if g.current > 0 {
				return "the disks of its instances"
			}
		}
		return ""
	},
}

var updateCluster = operation[sagemaker.UpdateClusterInput]()

// clusterScaling is when the groups of a cluster can be set; the call is made for the groups.
var clusterScaling = deed{look: clusterLook, call: call{operation: updateCluster}, from: []string{"InService"}, while: clusterMoves}

// A group is an instance group of either sort: how many instances it has, is to have, and is to have at least.
type group struct {
	name                   string
	current, target, least int32
	controller             bool
	spec                   *types.ClusterInstanceGroupSpecification
	restricted             *types.ClusterRestrictedInstanceGroupSpecification
}

func groupsOf(s *sight) (all []group) {
	out := s.out.(*sagemaker.DescribeClusterOutput)
	for _, d := range out.InstanceGroups {
		all = append(all, group{name: aws.ToString(d.InstanceGroupName), current: aws.ToInt32(d.CurrentCount), target: aws.ToInt32(d.TargetCount),
			least: aws.ToInt32(d.MinCount), controller: d.SlurmConfig != nil && d.SlurmConfig.NodeType == types.ClusterSlurmNodeTypeController, spec: groupSpec(&d)})
	}
	for _, d := range out.RestrictedInstanceGroups {
		spec := new(types.ClusterRestrictedInstanceGroupSpecification)
		transcribe(spec, &d)
		if d.EnvironmentConfig != nil {
			spec.EnvironmentConfig = &types.EnvironmentConfig{FSxLustreConfig: d.EnvironmentConfig.FSxLustreConfig}
		}
		all = append(all, group{name: aws.ToString(d.InstanceGroupName), current: aws.ToInt32(d.CurrentCount), target: aws.ToInt32(d.TargetCount), restricted: spec})
	}
	return all
}

// groupSpec is the group as UpdateCluster takes it: as it is described, in its words. What it does not name stays.
func groupSpec(d *types.ClusterInstanceGroupDetails) *types.ClusterInstanceGroupSpecification {
	spec := &types.ClusterInstanceGroupSpecification{MinInstanceCount: d.MinCount}
	transcribe(spec, d)
	if r := d.InstanceRequirements; r != nil {
		spec.InstanceRequirements = &types.ClusterInstanceRequirements{InstanceTypes: r.DesiredInstanceTypes}
	}
	if k := d.KubernetesConfig; k != nil {
		spec.KubernetesConfig = &types.ClusterKubernetesConfig{Labels: k.DesiredLabels, Taints: k.DesiredTaints}
	}
	if s := d.SlurmConfig; s != nil {
		spec.SlurmConfig = &types.ClusterSlurmConfig{NodeType: s.NodeType, PartitionNames: s.PartitionNames}
	}
	if n := d.NetworkInterface; n != nil {
		spec.NetworkInterface = &types.ClusterNetworkInterface{InterfaceType: n.InterfaceType}
	}
	return spec
}

// scaleCluster takes instances from the groups, or from the one that is asked for, down to the count; it never adds any. Slurm's controller stays
// unless it is named.
func scaleCluster(ctx context.Context, h *Hand) (Move, error) {
	s, m, err := clusterScaling.ready(ctx, h, h.Resource.Created)
	if err != nil || m.State != "" {
		return m, err
	}
	count := int32(h.Ask.Count)
	if h.Ask.ToZero {
		count = 0
	}
	var set []group
	known, shrinking := false, false
	for _, g := range groupsOf(s) {
		if h.Ask.Part != "" && h.Ask.Part != g.name || h.Ask.Part == "" && g.controller {
			continue
		}
		known, shrinking = true, shrinking || g.current > count
		if g.target > count {
			g.target, g.least = count, min(g.least, count)
			set = append(set, g)
		}
	}
	switch {
	case !known:
		return refuse("it has no instance group %s to scale", cmp.Or(h.Ask.Part, "at all")), nil
	case len(set) > 0:
		return settingGroups(h, s, set)
	case shrinking:
		return wait("its instances are going"), nil
	}
	return done("none of these groups is to have more than %d instances", count), nil
}

// unscaleCluster gives the groups their former counts, but where somebody has set others since.
func unscaleCluster(ctx context.Context, h *Hand, made Made) (Move, error) {
	var d sagemaker.DescribeClusterOutput
	call, err := restore(made.Saved, &d)
	if err != nil {
		return Move{}, unread(h, made, err)
	}
	s, m, err := clusterScaling.ready(ctx, h, aws.ToTime(d.CreationTime))
	if err != nil || m.State != "" {
		return m, err
	}
	former := map[string]group{}
	for _, g := range groupsOf(&sight{out: &d}) {
		former[g.name] = g
	}
	var set []group
	overtaken := ""
	for _, g := range groupsOf(s) {
		left, ours := call.Left[g.name]
		switch {
		case !ours || g.target == former[g.name].target:
		case g.target == left:
			g.target, g.least = former[g.name].target, former[g.name].least
			set = append(set, g)
		default:
			overtaken = g.name
		}
	}
	switch {
	case len(set) > 0:
		return settingGroups(h, s, set)
	case overtaken != "":
		return done("somebody has set its instance group %s since, which is left as it is", overtaken), nil
	}
	return done("its instance groups are to have their former counts"), nil
}

// settingGroups is the move that sets groups to their targets.
func settingGroups(h *Hand, s *sight, set []group) (Move, error) {
	in := &sagemaker.UpdateClusterInput{ClusterName: &h.Resource.Name}
	more := saved{Left: map[string]int32{}}
	for _, g := range set {
		more.Left[g.name] = g.target
		if g.restricted != nil {
			g.restricted.InstanceCount = &g.target
			in.RestrictedInstanceGroups = append(in.RestrictedInstanceGroups, *g.restricted)
			continue
		}
		g.spec.InstanceCount = &g.target
		if g.spec.MinInstanceCount != nil {
			g.spec.MinInstanceCount = &g.least
		}
		in.InstanceGroups = append(in.InstanceGroups, *g.spec)
	}
	was, _, err := s.save(more)
	return sending(updateCluster, h.Resource.ARN, was, h.SageMaker.UpdateCluster, onceSageMaker, in), err
}
