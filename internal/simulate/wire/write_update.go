package wire

import (
	"cmp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// updateTrainingJob sets for how long the instances of a finished job stay warm: for no longer lets them go.
func (v *view) updateTrainingJob(in *sagemaker.UpdateTrainingJobInput) (*sagemaker.UpdateTrainingJobOutput, error) {
	record, err := v.taken(world.TrainingJob, in, nil)
	if err != nil {
		return nil, err
	}
	out := v.describe(record).(*sagemaker.DescribeTrainingJobOutput)
	switch {
	case in.ResourceConfig == nil || in.ResourceConfig.KeepAlivePeriodInSeconds == nil:
		return nil, invalid("Only the retention of a warm pool is simulated.")
	case *in.ResourceConfig.KeepAlivePeriodInSeconds > 3600:
		return nil, invalid("KeepAlivePeriodInSeconds must be between 0 and 3600.")
	case out.WarmPoolStatus == nil || out.WarmPoolStatus.Status != types.WarmPoolResourceStatusAvailable:
		return nil, invalid("The warm pool of the training job %s is not Available.", *v.arn(record.Resource()))
	}
	fixed, _ := record.Output.(*sagemaker.DescribeTrainingJobOutput)
	kept, config := *fixed, *fixed.ResourceConfig
	config.KeepAlivePeriodInSeconds, kept.ResourceConfig = in.ResourceConfig.KeepAlivePeriodInSeconds, &config
	moved := *record
	moved.Output, moved.Modified = &kept, v.now
	c := recordChange(record)
	if *config.KeepAlivePeriodInSeconds > 0 {
		v.put(&moved, v.now)
		v.wrote(c)
		return respond[sagemaker.UpdateTrainingJobOutput](v, record), nil
	}
	kept.WarmPoolStatus = out.WarmPoolStatus
	v.put(&moved, v.now)
	gone, let := moved, kept
	let.WarmPoolStatus = &types.WarmPoolStatus{Status: types.WarmPoolResourceStatusTerminated,
		ResourceRetainedBillableTimeInSeconds: aws.Int32(int32(v.now.Add(poolGoes).Sub(record.Ended).Seconds()))}
	gone.Output = &let
	v.put(&gone, v.now.Add(poolGoes))
	v.stopped(c, world.Life{})
	return respond[sagemaker.UpdateTrainingJobOutput](v, record), nil
}

// updateCluster sets the instance counts of groups. The API could change more of them; that is not simulated.
func (v *view) updateCluster(in *sagemaker.UpdateClusterInput) (*sagemaker.UpdateClusterOutput, error) {
	record, err := v.taken(world.Cluster, in, []string{string(types.ClusterStatusInservice)})
	if err != nil {
		return nil, err
	}
	before := *v.describe(record).(*sagemaker.DescribeClusterOutput)
	moves, there := before, before
	moves.InstanceGroups, there.InstanceGroups = slices.Clone(before.InstanceGroups), slices.Clone(before.InstanceGroups)
	for n, g := range in.InstanceGroups {
		i := slices.IndexFunc(before.InstanceGroups, func(d types.ClusterInstanceGroupDetails) bool {
			return aws.ToString(d.InstanceGroupName) == aws.ToString(g.InstanceGroupName)
		})
		switch {
		case g.InstanceCount == nil:
			return nil, missingMember("instanceGroups." + string('1'+rune(n)) + ".member.instanceCount")
		case nothing(g.ExecutionRole):
			return nil, missingMember("instanceGroups." + string('1'+rune(n)) + ".member.executionRole")
		case v.passes(g.ExecutionRole) != nil:
			return nil, v.passes(g.ExecutionRole)
		case i < 0:
			return nil, invalid("The instance group %q does not exist. New groups are not simulated.", aws.ToString(g.InstanceGroupName))
		case g.InstanceType != before.InstanceGroups[i].InstanceType:
			return nil, invalid("The instance type of the instance group %q cannot be changed.", *g.InstanceGroupName)
		case aws.ToInt32(g.MinInstanceCount) > *g.InstanceCount:
			return nil, invalid("MinInstanceCount of the instance group %q must not be greater than its InstanceCount.", *g.InstanceGroupName)
		}
		moves.InstanceGroups[i].TargetCount, moves.InstanceGroups[i].Status = g.InstanceCount, types.InstanceGroupStatusUpdating
		there.InstanceGroups[i].TargetCount, there.InstanceGroups[i].CurrentCount = g.InstanceCount, g.InstanceCount
		if g.MinInstanceCount != nil {
			moves.InstanceGroups[i].MinCount, there.InstanceGroups[i].MinCount = g.MinInstanceCount, g.MinInstanceCount
		}
	}
	if len(in.InstanceGroups) == 0 {
		return nil, invalid("At least one instance group must be given.")
	}
	v.change(record, string(types.ClusterStatusUpdating), clusterMoves, &moves, &there)
	if instances(&before) > 0 && instances(&there) == 0 {
		v.stopped(recordChange(record), record.Life)
	} else {
		v.wrote(recordChange(record))
	}
	return respond[sagemaker.UpdateClusterOutput](v, record), nil
}

func instances(out *sagemaker.DescribeClusterOutput) (n int32) {
	for _, g := range out.InstanceGroups {
		n += aws.ToInt32(g.CurrentCount)
	}
	return n
}

// change makes a record what one output says at once, under a status, and what the other says once it is over.
func (v *view) change(record *world.Record, status string, takes time.Duration, moves, there any) {
	on := *record
	on.Output, on.Status, on.Modified = moves, cmp.Or(status, record.Status), v.now
	v.put(&on, v.now)
	over := *record
	over.Output, over.Modified = there, v.now.Add(takes)
	v.put(&over, over.Modified)
}

// updateFeatureGroup sets a group's throughput. Its online store cannot be turned off, and what else could be changed is not simulated.
func (v *view) updateFeatureGroup(in *sagemaker.UpdateFeatureGroupInput) (*sagemaker.UpdateFeatureGroupOutput, error) {
	record, err := v.taken(world.FeatureGroup, in, []string{string(types.FeatureGroupStatusCreated)})
	if err != nil {
		return nil, err
	}
	before := *v.describe(record).(*sagemaker.DescribeFeatureGroupOutput)
	c := in.ThroughputConfig
	online := before.OnlineStoreConfig != nil && aws.ToBool(before.OnlineStoreConfig.EnableOnlineStore)
	switch {
	case c == nil:
		return nil, invalid("Only the throughput of a feature group is simulated.")
	case before.LastUpdateStatus != nil && before.LastUpdateStatus.Status == types.LastUpdateStatusValueInProgress:
		return nil, invalid("The feature group %s has an update in progress.", *v.arn(record.Resource()))
	case c.ThroughputMode == types.ThroughputModeOnDemand && (c.ProvisionedReadCapacityUnits != nil || c.ProvisionedWriteCapacityUnits != nil):
		return nil, invalid("Capacity units cannot be given for the throughput mode OnDemand.")
	case c.ThroughputMode == types.ThroughputModeProvisioned && (c.ProvisionedWriteCapacityUnits == nil || online && c.ProvisionedReadCapacityUnits == nil):
		return nil, invalid("The throughput mode Provisioned takes capacity units.")
	case c.ThroughputMode == types.ThroughputModeProvisioned && online && before.OnlineStoreConfig.StorageType == types.StorageTypeInMemory:
		return nil, invalid("The throughput mode Provisioned is not for online stores of the type InMemory.")
	case c.ThroughputMode == types.ThroughputModeOnDemand && v.now.Sub(v.lastOnDemand(record)) < 24*time.Hour:
		return nil, invalid("The throughput mode can be switched to OnDemand once in 24 hours.")
	}
	moves, there := before, before
	moves.LastUpdateStatus = &types.LastUpdateStatus{Status: types.LastUpdateStatusValueInProgress}
	there.LastUpdateStatus = &types.LastUpdateStatus{Status: types.LastUpdateStatusValueSuccessful}
	there.ThroughputConfig = &types.ThroughputConfigDescription{ThroughputMode: c.ThroughputMode,
		ProvisionedReadCapacityUnits: c.ProvisionedReadCapacityUnits, ProvisionedWriteCapacityUnits: c.ProvisionedWriteCapacityUnits}
	v.change(record, "", featuresMove, &moves, &there)
	v.wrote(recordChange(record))
	return respond[sagemaker.UpdateFeatureGroupOutput](v, record), nil
}

// lastOnDemand is when a call last switched the group's throughput to on demand.
func (v *view) lastOnDemand(record *world.Record) (last time.Time) {
	all := v.families[record.Family]
	for _, e := range all.named[called(record.Parent, record.Name)] {
		out, _ := e.item.Output.(*sagemaker.DescribeFeatureGroupOutput)
		if e.written && e.life.Created.Equal(record.Created) && out != nil && out.ThroughputConfig != nil &&
			out.LastUpdateStatus != nil && out.LastUpdateStatus.Status == types.LastUpdateStatusValueSuccessful && out.ThroughputConfig.ThroughputMode == types.ThroughputModeOnDemand && e.since.After(last) {
			last = e.since
		}
	}
	return last
}

// provisioned is the throughput that a new group is given, in the words of a description, and its empty online store.
func provisioned(_ *view, in *sagemaker.CreateFeatureGroupInput, out *sagemaker.DescribeFeatureGroupOutput) error {
	if c := in.ThroughputConfig; c != nil {
		out.ThroughputConfig = &types.ThroughputConfigDescription{ThroughputMode: c.ThroughputMode,
			ProvisionedReadCapacityUnits: c.ProvisionedReadCapacityUnits, ProvisionedWriteCapacityUnits: c.ProvisionedWriteCapacityUnits}
	}
	if out.OnlineStoreConfig != nil {
		out.OnlineStoreTotalSizeBytes = aws.Int64(0)
	}
	return nil
}

// watches says what a new schedule watches. Of a definition of jobs that is not simulated, that is known from who has named it before.
func watches(v *view, in *sagemaker.CreateMonitoringScheduleInput, out *sagemaker.DescribeMonitoringScheduleOutput) error {
	c := in.MonitoringScheduleConfig
	if c == nil {
		return missingMember("monitoringScheduleConfig")
	}
	if d := c.MonitoringJobDefinition; d != nil {
		if err := v.passes(d.RoleArn); err != nil {
			return err
		}
		for _, input := range d.MonitoringInputs {
			if input.EndpointInput != nil {
				out.EndpointName = input.EndpointInput.EndpointName
			}
		}
	}
	out.MonitoringType = c.MonitoringType
	all := v.families[world.MonitoringSchedule]
	for _, e := range all.all {
		earlier, _ := e.item.Output.(*sagemaker.DescribeMonitoringScheduleOutput)
		if earlier != nil && earlier.MonitoringScheduleConfig != nil && !nothing(c.MonitoringJobDefinitionName) &&
			aws.ToString(earlier.MonitoringScheduleConfig.MonitoringJobDefinitionName) == *c.MonitoringJobDefinitionName {
			out.EndpointName, out.MonitoringType = earlier.EndpointName, earlier.MonitoringType
		}
	}
	return nil
}

// createHubReference makes what a hub offers a reference to what AWS's public hub does.
func (v *view) createHubReference(in *sagemaker.CreateHubContentReferenceInput) (*sagemaker.CreateHubContentReferenceOutput, error) {
	if nothing(in.SageMakerPublicHubContentArn) {
		return nil, missingMember("sageMakerPublicHubContentArn")
	}
	record, err := v.conceived(world.HubContent, in)
	if err != nil {
		return nil, err
	}
	out := record.Output.(*sagemaker.DescribeHubContentOutput)
	out.HubContentType, out.ReferenceMinVersion = types.HubContentTypeModelReference, in.MinVersion
	if err := v.bear(record, in.Tags, birth{}); err != nil {
		return nil, err
	}
	return &sagemaker.CreateHubContentReferenceOutput{HubArn: v.arn((&world.Record{Family: world.Hub, Name: record.Parent}).Resource()), HubContentArn: v.arn(record.Resource())}, nil
}
