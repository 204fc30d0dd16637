package scan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// Jobs: a few that run, on top of a long history of those that do not.

// job is a record of a job that was created at the age and goes on.
func job(family world.Family, name string, age time.Duration, output any) *world.Record {
	return &world.Record{Life: world.Life{Created: ago(age)}, Family: family, Name: name, Output: output}
}

// trainingOn is a training job on n instances.
func trainingOn(instanceType types.TrainingInstanceType, n int32) *sagemaker.DescribeTrainingJobOutput {
	return &sagemaker.DescribeTrainingJobOutput{StoppingCondition: &types.StoppingCondition{MaxRuntimeInSeconds: aws.Int32(10 * 86400)},
		ResourceConfig: &types.ResourceConfig{InstanceType: instanceType, InstanceCount: &n, VolumeSizeInGB: aws.Int32(30)}}
}

// running adds jobs of each family to the region.
func running(r *world.Region) {
	pool := trainingOn(types.TrainingInstanceTypeMlG5Xlarge, 2)
	pool.ResourceConfig.KeepAlivePeriodInSeconds = aws.Int32(3600)
	warm := job(world.TrainingJob, "tj-warm", 5*time.Hour, pool)
	warm.Ended = ago(45 * time.Minute)
	spot := trainingOn(types.TrainingInstanceTypeMlM5Large, 1)
	spot.EnableManagedSpotTraining = aws.Bool(true)
	hanging := job(world.TrainingJob, "tj-stopping", 9*day, trainingOn(types.TrainingInstanceTypeMlM5Large, 1))
	hanging.Status, hanging.Modified = "Stopping", ago(5*time.Hour)
	processing := func() *sagemaker.DescribeProcessingJobOutput {
		return &sagemaker.DescribeProcessingJobOutput{ProcessingResources: &types.ProcessingResources{ClusterConfig: &types.ProcessingClusterConfig{
			InstanceType: types.ProcessingInstanceTypeMlM5Xlarge, InstanceCount: aws.Int32(1), VolumeSizeInGB: aws.Int32(30)}}}
	}
	transform := &sagemaker.DescribeTransformJobOutput{ModelName: aws.String("m"),
		TransformResources: &types.TransformResources{InstanceType: types.TransformInstanceTypeMlM5Xlarge, InstanceCount: aws.Int32(1)}}
	stalled := job(world.TuningJob, "hpo-stalled", 2*day, &sagemaker.DescribeHyperParameterTuningJobOutput{TrainingJobStatusCounters: &types.TrainingJobStatusCounters{InProgress: aws.Int32(0)}})
	labels := job(world.LabelingJob, "lj-forgotten", 40*day, &sagemaker.DescribeLabelingJobOutput{LabelCounters: &types.LabelCounters{TotalLabeled: aws.Int32(70), Unlabeled: aws.Int32(30)}})
	execution := job(world.PipelineExecution, "e1", 10*day, &sagemaker.DescribePipelineExecutionOutput{CreatedBy: &types.UserContext{UserProfileName: aws.String("ana")}})
	execution.Parent = "nightly"
	r.Records = append(r.Records, warm, hanging, stalled, labels, execution,
		job(world.TrainingJob, "tj-fresh", time.Hour, spot),
		job(world.TrainingJob, "tj-busy", 3*day, trainingOn(types.TrainingInstanceTypeMlG5Xlarge, 2)),
		job(world.TrainingJob, "tj-hung", 5*day, trainingOn(types.TrainingInstanceTypeMlG5Xlarge, 2)),
		job(world.ProcessingJob, "pj-hung", 4*day, processing()),
		job(world.ProcessingJob, "pj-dark", 2*day, processing()),
		job(world.TransformJob, "tf-hung", 3*day, transform),
		job(world.AutoMLJob, "aml", day, nil), job(world.CompilationJob, "neo", time.Minute, nil), job(world.OptimizationJob, "opt", time.Hour, nil),
		job(world.Pipeline, "nightly", 90*day, nil))
}

// computing publishes what the instances of the long jobs do, one of tj-busy's two apart.
func computing(r *world.Region) {
	for host, work := range map[string]struct {
		family   string
		age      time.Duration
		cpu, gpu float64
	}{
		"tj-busy/algo-1": {"TrainingJobs", 3 * day, 2, 0}, "tj-busy/algo-2": {"TrainingJobs", 3 * day, 3, 98},
		"tj-hung/algo-1": {"TrainingJobs", 5 * day, 2, 0}, "tj-hung/algo-2": {"TrainingJobs", 5 * day, 3, 0},
		"pj-hung/algo-1": {"ProcessingJobs", 4 * day, 1, -1}, "tf-hung/i-0abc": {"TransformJobs", 3 * day, 1, -1},
	} {
		dims := map[string]string{"Host": host}
		gauge(r, "/aws/sagemaker/"+work.family, "CPUUtilization", dims, work.cpu, work.age)
		if work.gpu >= 0 {
			gauge(r, "/aws/sagemaker/"+work.family, "GPUUtilization", dims, work.gpu, work.age)
		}
	}
}

func jobLab() *lab {
	l := newLab()
	l.kinds = named("training-job", "warm-pool", "processing-job", "transform-job", "tuning-job", "auto-ml-job", "labeling-job", "compilation-job", "optimization-job", "pipeline-execution")
	running(l.east)
	computing(l.east)
	return l
}

func TestJobs(t *testing.T) {
	l := jobLab()
	l.east.Histories = []*world.History{
		{Family: world.TrainingJob, Count: 460_000, From: ago(700 * day), To: ago(time.Hour), Took: 10 * time.Minute},
		{Family: world.ProcessingJob, Count: 90_000, From: ago(700 * day), To: ago(time.Hour), Took: 10 * time.Minute},
	}
	s := l.scan(t)
	expectWhole(t, s)
	if n := len(s.Observations); n != 14 {
		t.Errorf("%d jobs, want those that run: %v", n, verdicts(s))
	}
	for _, o := range s.Observations {
		if !o.Resource.Ends {
			t.Errorf("%s does not end", o.Resource.ARN)
		}
	}
	for name, want := range map[string]struct {
		state estate.State
		conf  estate.Confidence
		rule  string
		cond  estate.ConditionType
	}{
		"tj-fresh":     {estate.Active, estate.Medium, "training-job/running", ""},
		"tj-busy":      {estate.Active, estate.Medium, "training-job/working", estate.Overlong},
		"tj-hung":      {estate.Idle, estate.Medium, "training-job/no-progress", estate.Overlong},
		"tj-stopping":  {estate.Unknown, "", "training-job/stopping", estate.Stuck},
		"tj-warm":      {estate.Idle, estate.High, "warm-pool/retained", ""},
		"pj-hung":      {estate.Idle, estate.Medium, "processing-job/no-progress", estate.Overlong},
		"pj-dark":      {estate.Active, estate.Medium, "processing-job/running", ""},
		"tf-hung":      {estate.Idle, estate.Medium, "transform-job/no-progress", estate.Overlong},
		"hpo-stalled":  {estate.Active, estate.Medium, "tuning-job/running", estate.Stuck},
		"aml":          {estate.Active, estate.Medium, "auto-ml-job/running", ""},
		"lj-forgotten": {estate.Unknown, "", "labeling-job/no-progress", estate.Stuck},
		"neo":          {estate.Active, estate.Medium, "compilation-job/running", ""},
		"opt":          {estate.Active, estate.Medium, "optimization-job/running", ""},
		"nightly/e1":   {estate.Active, estate.Medium, "pipeline-execution/running", estate.Overlong},
	} {
		v := expect(t, s, name, want.state, want.rule).Verdict
		var cond estate.ConditionType
		for _, c := range v.Conditions {
			cond += c.Type
		}
		if v.Confidence != want.conf || cond != want.cond {
			t.Errorf("%s: %s with %q, want %s with %q", name, v.Confidence, cond, want.conf, want.cond)
		}
	}
	hung := observed(t, s, "tj-hung")
	if !hung.Waste.Known || !hung.Waste.Hourly.IsPositive() || hung.Verdict.Since.Before(ago(5*day)) || hung.Verdict.Since.After(ago(4*day)) {
		t.Errorf("%+v wastes %s", hung.Verdict, hung.Waste.Hourly)
	}
	warm := observed(t, s, "tj-warm")
	if !warm.Waste.Known || !warm.Waste.Hourly.IsPositive() || !warm.Verdict.Since.Equal(ago(45*time.Minute)) || !strings.Contains(warm.Resource.ARN, ":training-job/tj-warm") {
		t.Errorf("%s since %v wastes %s", warm.Resource.ARN, warm.Verdict.Since, warm.Waste.Hourly)
	}
	if o := observed(t, s, "nightly/e1").Resource; o.Owner != "ana" {
		t.Errorf("the execution is %q's by %s", o.Owner, o.OwnerFrom)
	}

	// The history costs nothing: a page for each status, a description for each that runs, and one round of questions to CloudWatch
	// on top of that for the instances that were left over.
	want := map[string]int{
		"sagemaker:ListTrainingJobs": 1, "sagemaker:DescribeTrainingJob": 5, "sagemaker:ListProcessingJobs": 2, "sagemaker:DescribeProcessingJob": 2,
		"sagemaker:ListTransformJobs": 2, "sagemaker:DescribeTransformJob": 1, "sagemaker:ListHyperParameterTuningJobs": 2, "sagemaker:ListAutoMLJobs": 2,
		"sagemaker:ListLabelingJobs": 3, "sagemaker:ListCompilationJobs": 3, "sagemaker:ListOptimizationJobs": 3, "sagemaker:Search": 2,
		"cloudwatch:ListMetrics": 1, "cloudwatch:GetMetricData": 4, "tag:GetResources": 1,
	}
	got := l.server.Calls()
	for op := range got {
		if strings.HasPrefix(op, "pricing:") || strings.HasPrefix(op, "sts:") {
			delete(got, op)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestJobsUnread: without what a verdict rests on, nothing is idle, and what could not be described never looks free.
func TestJobsUnread(t *testing.T) {
	for op, names := range map[string][]string{
		"cloudwatch:GetMetricData":        {"tj-busy", "tj-hung", "pj-hung", "tf-hung"},
		"cloudwatch:ListMetrics":          {"tf-hung"},
		"sagemaker:DescribeTrainingJob":   {"tj-fresh", "tj-hung", "tj-warm"},
		"sagemaker:DescribeProcessingJob": {"pj-hung"},
		"sagemaker:DescribeTransformJob":  {"tf-hung"},
	} {
		for _, code := range []string{"AccessDeniedException", "ThrottlingException", "InternalFailure"} {
			l := jobLab()
			l.Faults = []*world.Fault{{Operation: op, Error: code, Status: 400}}
			s := l.scan(t)
			if len(s.Holes()) == 0 {
				t.Errorf("%s of %s leaves no hole", code, op)
			}
			for _, name := range names {
				o := expect(t, s, name, estate.Unknown, "")
				if _, known := o.Resource.Hourly(); known && strings.Contains(op, "Describe") {
					t.Errorf("without %s, what %s bills seems known: %+v", op, name, o.Resource.Meters)
				}
			}
		}
	}
}
