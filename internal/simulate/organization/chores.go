package organization

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// chores are jobs of which no series speaks.
var chores = []holding{
	{"labeling", 6, recordPlan{family: world.LabelingJob, stem: "labels", age: span{3 * day, 12 * day}, changed: span{time.Hour, day}, use: worked, output: labels}},
	{"labeling that nobody goes on with", 3, recordPlan{family: world.LabelingJob, stem: "labels", age: span{60 * day, 90 * day}, changed: span{20 * day, 50 * day}, use: workedOnce, output: labels}},
	{"compilation", 2, recordPlan{family: world.CompilationJob, stem: "neo", age: justNow, ends: span{5 * time.Minute, 20 * time.Minute}, use: progresses, output: compilation}},
	{"compilation without an end", 0, recordPlan{family: world.CompilationJob, stem: "neo", age: hanging, output: compilation}},
	{"optimization", 3, recordPlan{family: world.OptimizationJob, stem: "quantized", age: span{time.Hour, 4 * time.Hour}, ends: soon, use: progresses, output: optimization}},
	{"optimization without an end", 0, recordPlan{family: world.OptimizationJob, stem: "quantized", age: someTime, output: optimization}},
}

// worked is a record's use by its owner, workedOnce until it was changed last.
func worked(k *keeper, r *world.Record) world.Activity { return k.owner.works(r.Created, time.Time{}) }

func workedOnce(k *keeper, r *world.Record) world.Activity {
	return k.owner.works(r.Created, r.Modified)
}

// progresses is the use of a job that gets somewhere.
func progresses(_ *keeper, r *world.Record) world.Activity { return world.Always(r.Created) }

// labels are asked of a team of the owner's.
func labels(k *keeper, _ *world.Record) any {
	team := &world.Record{Life: world.Life{Created: k.longAgo()}, Family: world.Workteam, Name: k.site.unique(k.owner.team.name + "-labelers"), Output: workteam(k, nil)}
	k.add(team)
	return &sagemaker.DescribeLabelingJobOutput{
		HumanTaskConfig: &types.HumanTaskConfig{WorkteamArn: aws.String(k.site.arn(team.Resource())), TaskTitle: aws.String("Is this " + k.owner.team.name + "?"),
			NumberOfHumanWorkersPerDataObject: aws.Int32(3), TaskTimeLimitInSeconds: aws.Int32(600)},
		LabelCounters: &types.LabelCounters{TotalLabeled: aws.Int32(k.Int32N(4000)), Unlabeled: aws.Int32(1 + k.Int32N(9000))},
		RoleArn:       k.executionRole(), LabelAttributeName: aws.String("label"),
	}
}

func compilation(k *keeper, _ *world.Record) any {
	return &sagemaker.DescribeCompilationJobOutput{RoleArn: k.executionRole(),
		OutputConfig:      &types.OutputConfig{S3OutputLocation: k.bucket("compiled"), TargetDevice: types.TargetDeviceMlC5},
		StoppingCondition: &types.StoppingCondition{MaxRuntimeInSeconds: aws.Int32(900)}}
}

func optimization(k *keeper, _ *world.Record) any {
	return &sagemaker.DescribeOptimizationJobOutput{RoleArn: k.executionRole(), DeploymentInstanceType: "ml.g5.12xlarge",
		OptimizationConfigs: []types.OptimizationConfig{&types.OptimizationConfigMemberModelQuantizationConfig{}},
		OutputConfig:        &types.OptimizationJobOutputConfig{S3OutputLocation: k.bucket("optimized")}}
}

// bucket is a place in the owner's bucket.
func (k *keeper) bucket(what string) *string {
	return aws.String("s3://" + k.site.account.Name + "-" + k.owner.team.name + "/" + what)
}
