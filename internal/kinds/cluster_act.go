package kinds

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

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

// A group is an instance group of either sort, as far as scaling goes.
type group struct {
	name            string
	current, target int32
	controller      bool
	spec            *types.ClusterInstanceGroupSpecification
	restricted      *types.ClusterRestrictedInstanceGroupSpecification
}

func groupsOf(s *sight) (all []group) {
	out := s.out.(*sagemaker.DescribeClusterOutput)
	for _, d := range out.InstanceGroups {
		all = append(all, group{name: aws.ToString(d.InstanceGroupName), current: aws.ToInt32(d.CurrentCount), target: aws.ToInt32(d.TargetCount),
			controller: d.SlurmConfig != nil && d.SlurmConfig.NodeType == types.ClusterSlurmNodeTypeController, spec: groupSpec(&d)})
	}
	for _, d := range out.RestrictedInstanceGroups {
		spec := new(types.ClusterRestrictedInstanceGroupSpecification)
		restore(spec, &d)
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
	restore(spec, d)
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

// A scaled is what was done to the groups of a cluster: the counts that were set, and those before, with the least that a group was to have.
type scaled struct {
	Scaled  map[string]int32 `json:"scaledTo"`
	Former  map[string]int32 `json:"scaledFrom"`
	Minimum map[string]int32 `json:"scaledFromMinimum"`
}

// scaleCluster takes instances from the groups, or from the one that is asked for, down to the count; it never adds any. Slurm's controller stays
// unless it is named.
func scaleCluster(ctx context.Context, h *Hand) (Move, error) {
	s, m, err := clusterScaling.ready(ctx, h, h.Resource.Created)
	if err != nil || m.State != "" {
		return m, err
	}
	count, known := int32(h.Ask.Count), false
	if h.Ask.ToZero {
		count = 0
	}
	did := scaled{map[string]int32{}, map[string]int32{}, map[string]int32{}}
	shrinking := false
	for _, g := range groupsOf(s) {
		if h.Ask.Part != "" && h.Ask.Part != g.name || h.Ask.Part == "" && g.controller {
			continue
		}
		known, shrinking = true, shrinking || g.current > count
		if g.target > count {
			did.Scaled[g.name], did.Former[g.name] = count, g.target
			if g.spec != nil && g.spec.MinInstanceCount != nil {
				did.Minimum[g.name] = *g.spec.MinInstanceCount
			}
		}
	}
	switch {
	case !known:
		return Move{State: Refuse, Why: "it has no instance group " + strings.TrimSpace(h.Ask.Part+" to scale")}, nil
	case len(did.Scaled) > 0:
		return settingGroups(h, s, did.Scaled, did)
	case shrinking:
		return Move{State: Wait, Why: "its instances are going"}, nil
	}
	return Move{State: Done, Why: fmt.Sprintf("none of these groups has more than %d instances", count)}, nil
}

// unscaleCluster gives the groups their former counts, but where somebody has set others since.
func unscaleCluster(ctx context.Context, h *Hand, made Made) (Move, error) {
	var did scaled
	created, err := savedCreation(h, made)
	if err == nil {
		err = unread(h, made, json.Unmarshal(made.Saved, &did))
	}
	if err != nil {
		return Move{}, err
	}
	s, m, err := clusterScaling.ready(ctx, h, created)
	if err != nil || m.State != "" {
		return m, err
	}
	counts := map[string]int32{}
	restored := map[string]bool{}
	for _, g := range groupsOf(s) {
		switch to, ours := did.Scaled[g.name]; {
		case !ours:
		case g.target == to:
			counts[g.name] = did.Former[g.name]
		default:
			restored[g.name] = g.target == did.Former[g.name]
		}
	}
	if len(counts) > 0 {
		return settingGroups(h, s, counts, did)
	}
	for _, name := range slices.Sorted(maps.Keys(did.Scaled)) {
		if !restored[name] {
			return Move{State: Done, Why: "somebody has changed its instance group " + name + " since, which is left as it is"}, nil
		}
	}
	return Move{State: Done, Why: "its instance groups have their former counts"}, nil
}

// settingGroups is the move that sets the instance counts of groups.
func settingGroups(h *Hand, s *sight, counts map[string]int32, did scaled) (Move, error) {
	in := &sagemaker.UpdateClusterInput{ClusterName: &h.Resource.Name}
	for _, g := range groupsOf(s) {
		count, ours := counts[g.name]
		switch {
		case !ours:
		case g.restricted != nil:
			g.restricted.InstanceCount = &count
			in.RestrictedInstanceGroups = append(in.RestrictedInstanceGroups, *g.restricted)
		default:
			g.spec.InstanceCount = &count
			if least, has := did.Minimum[g.name]; has {
				g.spec.MinInstanceCount = aws.Int32(min(least, count))
			}
			in.InstanceGroups = append(in.InstanceGroups, *g.spec)
		}
	}
	config, err := s.config(h.Resource.Tags)
	if err == nil {
		config, err = withMembers(config, did)
	}
	return Move{State: Send, Operation: updateCluster, Resource: h.Resource.ARN, Saved: config, Send: func(ctx context.Context) error {
		_, err := h.SageMaker.UpdateCluster(ctx, in)
		return failed(updateCluster, h, err)
	}}, failed("save the configuration", h, err)
}
