package world

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// move fills in what only one family has, where the output does not give it.
func (r *Record) move(out any, t time.Time, arn func(resource string) string) {
	r.start(out, t)
	switch out := out.(type) {
	case *sagemaker.DescribeTrainingJobOutput:
		r.train(out, t)
	case *sagemaker.DescribeAutoMLJobV2Output:
		if r.Over(t) {
			out.AutoMLJobSecondaryStatus = types.AutoMLJobSecondaryStatus(out.AutoMLJobStatus)
		} else {
			out.AutoMLJobSecondaryStatus = cmp.Or(out.AutoMLJobSecondaryStatus, types.AutoMLJobSecondaryStatusModelTuning)
		}
	case *sagemaker.DescribeTrainingPlanOutput:
		// A plan's end is known before it comes.
		if !r.Ended.IsZero() {
			out.EndTime = aws.Time(r.Ended)
		}
	case *sagemaker.DescribeClusterNodeOutput:
		node := out.NodeDetails
		node.InstanceStatus = clone(node.InstanceStatus)
		node.InstanceStatus.Status = types.ClusterInstanceStatus(r.StatusAt(t))
	case *sagemaker.DescribeMlflowTrackingServerOutput:
		out.IsActive = types.IsTrackingServerActiveActive
		if out.TrackingServerStatus == types.TrackingServerStatusStopped {
			out.IsActive = types.IsTrackingServerActiveInactive
		}
	case *sagemaker.DescribePipelineExecutionOutput:
		out.PipelineArn = aws.String(arn(Pipeline.resource(r.Parent)))
	case *sagemaker.DescribeHubContentOutput:
		filled := content(out)
		out.HubContentType, out.HubContentVersion = filled.HubContentType, filled.HubContentVersion
		out.HubName, out.HubArn = aws.String(r.Parent), aws.String(arn(Hub.resource(r.Parent)))
	case *sagemaker.DescribeModelPackageOutput:
		if version, err := strconv.ParseInt(r.Name, 10, 32); err == nil && r.Parent != "" {
			out.ModelPackageName, out.ModelPackageGroupName = aws.String(r.Parent), aws.String(r.Parent)
			out.ModelPackageVersion = aws.Int32(int32(version))
		}
	}
}

// waits are the statuses of a job that has not got its instances yet.
var waits = []string{"Starting", "Pending", "LaunchingMLInstances", "STARTING", "Initializing"}

// start says that a job started when it was created, unless the output says otherwise or it still waits.
func (r *Record) start(out any, t time.Time) {
	body := Members(out)
	field := member(body, r.Family.started()...)
	if !field.IsValid() || !field.IsNil() || slices.Contains(waits, r.StatusAt(t)) {
		return
	}
	if secondary := body.FieldByName("SecondaryStatus"); secondary.IsValid() && !r.Over(t) && slices.Contains(waits, secondary.String()) {
		return
	}
	put(body, r.Created, r.Family.started()...)
}

// train is what moves with a training job: how far it is, what it bills, and the warm pool that it leaves behind.
func (r *Record) train(out *sagemaker.DescribeTrainingJobOutput, t time.Time) {
	if !r.Over(t) {
		out.SecondaryStatus = cmp.Or(out.SecondaryStatus, types.SecondaryStatusTraining)
		if out.WarmPoolStatus == nil && keptAlive(out) > 0 {
			out.WarmPoolStatus = &types.WarmPoolStatus{Status: types.WarmPoolResourceStatusInuse}
		}
		return
	}
	out.SecondaryStatus = types.SecondaryStatus(out.TrainingJobStatus)
	if out.TrainingTimeInSeconds == nil && out.TrainingStartTime != nil {
		out.TrainingTimeInSeconds = aws.Int32(int32(r.Ended.Sub(*out.TrainingStartTime).Seconds()))
	}
	if out.BillableTimeInSeconds == nil {
		out.BillableTimeInSeconds = out.TrainingTimeInSeconds
	}
	if keep := keptAlive(out); out.WarmPoolStatus == nil && keep > 0 {
		idle, status := t.Sub(r.Ended), types.WarmPoolResourceStatusAvailable
		if idle >= keep {
			idle, status = keep, types.WarmPoolResourceStatusTerminated
		}
		out.WarmPoolStatus = &types.WarmPoolStatus{Status: status, ResourceRetainedBillableTimeInSeconds: aws.Int32(int32(idle.Seconds()))}
	}
}

// keptAlive is how long the job's instances stay warm after its end.
func keptAlive(out *sagemaker.DescribeTrainingJobOutput) time.Duration {
	if out.ResourceConfig == nil {
		return 0
	}
	return time.Duration(aws.ToInt32(out.ResourceConfig.KeepAlivePeriodInSeconds)) * time.Second
}

// content is what tells a hub's contents apart: a type and a version, filled in where the output has none.
func content(output any) *sagemaker.DescribeHubContentOutput {
	out, _ := output.(*sagemaker.DescribeHubContentOutput)
	filled := clone(out)
	filled.HubContentType = cmp.Or(filled.HubContentType, types.HubContentTypeModel)
	if filled.HubContentVersion == nil {
		filled.HubContentVersion = aws.String("1.0.0")
	}
	return filled
}
