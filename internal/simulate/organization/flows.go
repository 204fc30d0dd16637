package organization

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A flow is a pipeline with an execution.
type flow struct {
	// age is how long before At the execution began, ends how long after At it ends, zero for never.
	age, ends, changed span
	status             string
}

// A watch is a schedule that watches an endpoint.
type watch struct {
	// orphaned says that the endpoint is gone, batch that it is transform jobs that are watched.
	orphaned, batch bool
	status          string
}

// A reserve is a training plan.
type reserve struct {
	used int32
	// measured says that its metrics are published.
	measured bool
	status   string
}

var flows = []holding{
	{"pipeline", 30, flow{age: today, ends: soon}},
	{"pipeline for long", 6, flow{age: forDays, ends: nextWeek}},
	{"pipeline without an end", 2, flow{age: span{12 * day, 25 * day}}},
	{"pipeline stuck stopping", 0, flow{age: forDays, changed: hanging, status: "Stopping"}},

	{"schedule", 30, watch{}},
	{"schedule of an endpoint that is gone", 6, watch{orphaned: true}},
	{"schedule of transform jobs", 6, watch{batch: true}},
	{"schedule stopped", 6, watch{status: "Stopped"}},
	{"schedule failed", 1, watch{status: "Failed"}},

	{"training plan", 2, reserve{used: 4}},
	{"training plan without use", 1, reserve{measured: true}},
	{"training plan of which nothing speaks", 1, reserve{}},
	{"training plan to come", 1, reserve{status: "Scheduled"}},
}

func (p flow) make(k *keeper) string {
	line := k.record(recordPlan{family: world.Pipeline, stem: "pipeline", output: func(k *keeper, _ *world.Record) any {
		return &sagemaker.DescribePipelineOutput{RoleArn: k.executionRole(), CreatedBy: k.user(), PipelineDefinition: aws.String(`{"Version":"2020-12-01","Steps":[]}`)}
	}})
	r := &world.Record{Life: world.Life{Created: k.At.Add(-k.within(p.age))}, Family: world.PipelineExecution, Parent: line.Name, Name: k.text(lowercase, 12), Status: p.status,
		Output: &sagemaker.DescribePipelineExecutionOutput{CreatedBy: k.user()}}
	if p.ends != (span{}) {
		r.Ended = k.At.Add(k.within(p.ends))
		r.Use = world.NewSessions(world.Interval{From: r.Created, To: r.Ended})
	}
	if p.changed != (span{}) {
		r.Modified = k.At.Add(-k.within(p.changed))
	}
	k.add(r)
	return k.site.arn(r.Resource())
}

func (p watch) make(k *keeper) string {
	r := k.record(recordPlan{family: world.MonitoringSchedule, stem: "drift", status: p.status, output: func(k *keeper, r *world.Record) any {
		out := &sagemaker.DescribeMonitoringScheduleOutput{MonitoringType: types.MonitoringTypeDataQuality, MonitoringScheduleConfig: &types.MonitoringScheduleConfig{
			MonitoringType:              types.MonitoringTypeDataQuality,
			MonitoringJobDefinitionName: aws.String(r.Name + "-job"), ScheduleConfig: &types.ScheduleConfig{ScheduleExpression: aws.String("cron(0 * ? * * *)")}}}
		switch watched := k.standing(); {
		case p.batch:
			out.MonitoringScheduleConfig.MonitoringJobDefinitionName = nil
			out.MonitoringScheduleConfig.MonitoringJobDefinition = &types.MonitoringJobDefinition{RoleArn: k.executionRole(),
				MonitoringAppSpecification: &types.MonitoringAppSpecification{ImageUri: aws.String("monitor:latest")},
				MonitoringInputs: []types.MonitoringInput{{BatchTransformInput: &types.BatchTransformInput{DataCapturedDestinationS3Uri: k.bucket("captured"), LocalPath: aws.String("/opt/ml/processing/input"),
					DatasetFormat: &types.MonitoringDatasetFormat{Json: &types.MonitoringJsonDatasetFormat{}}}}},
				MonitoringOutputConfig: &types.MonitoringOutputConfig{MonitoringOutputs: []types.MonitoringOutput{{S3Output: &types.MonitoringS3Output{LocalPath: aws.String("/opt/ml/processing/output"), S3Uri: k.bucket("drift")}}}},
				MonitoringResources:    &types.MonitoringResources{ClusterConfig: &types.MonitoringClusterConfig{InstanceCount: aws.Int32(1), InstanceType: types.ProcessingInstanceTypeMlM5Large, VolumeSizeInGB: aws.Int32(20)}}}
		case p.orphaned || watched == nil:
			out.EndpointName = aws.String(r.Name + "-retired")
		default:
			out.EndpointName = &watched.Name
		}
		return out
	}})
	return k.site.arn(r.Resource())
}

// standing is one of the site's endpoints at At, nil where there is none.
func (k *keeper) standing() *world.Endpoint {
	for _, i := range k.Perm(len(k.site.Endpoints)) {
		if e := k.site.Endpoints[i]; e.At(k.At) && !e.Vanishes {
			return e
		}
	}
	return nil
}

func (p reserve) make(k *keeper) string {
	const total = 4
	r := &world.Record{Life: world.Life{Created: k.At.Add(-k.between(40*day, 60*day))}, Family: world.TrainingPlan, Status: p.status, Ended: k.At.Add(k.between(20*day, 90*day)),
		Name: k.site.unique(k.owner.team.name + "-capacity")}
	out := &sagemaker.DescribeTrainingPlanOutput{TotalInstanceCount: aws.Int32(total), InUseInstanceCount: aws.Int32(p.used), AvailableInstanceCount: aws.Int32(total - p.used),
		UpfrontFee: aws.String("48211.20"), CurrencyCode: aws.String("USD"), TargetResources: []types.SageMakerResourceName{types.SageMakerResourceNameTrainingJob},
		ReservedCapacitySummaries: []types.ReservedCapacitySummary{{InstanceType: types.ReservedCapacityInstanceTypeMlP4d24xlarge, TotalInstanceCount: aws.Int32(total),
			Status: types.ReservedCapacityStatusActive, ReservedCapacityArn: aws.String(k.site.arn("reserved-capacity/" + r.Name))}}}
	if p.status != "" {
		out.ReservedCapacitySummaries[0].Status = types.ReservedCapacityStatusScheduled
		out.StartTime = aws.Time(k.At.Add(k.between(16*day, 19*day)))
	}
	used := world.NewSessions(world.Interval{From: r.Created, To: k.At.Add(-k.between(18*day, 30*day))})
	if p.used > 0 {
		used = world.NewSessions(world.Interval{From: r.Created, To: r.Ended})
	}
	if p.status == "" {
		r.Use = used
	}
	r.Output = out
	k.add(r)
	if p.measured {
		k.publish(&world.Metric{Namespace: "aws/sagemaker/CapacityReservations", Name: "UsedInstanceCount", Unit: "Count",
			Dimensions: map[string]string{"ReservationName": r.Name, "ReservationType": "TrainingPlan", "InstanceType": string(types.ReservedCapacityInstanceTypeMlP4d24xlarge)},
			Pattern:    world.Level{Of: used, Busy: total, From: r.Created, To: r.Ended, Every: 5 * time.Minute}})
	}
	return k.site.arn(r.Resource())
}
