package wire

import (
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// faces are what is told of a record: its summary in a list, of the given type, and its description.
func (v *view) faces(record *world.Record, summary reflect.Type) []reflect.Value {
	answer := v.describe(record)
	body, short := world.Members(answer), reflect.New(summary)
	share(short.Elem(), body)
	v.abridge(record, short.Interface(), answer)
	return []reflect.Value{short.Elem(), body}
}

// abridge fills in what a summary names otherwise than the description.
func (v *view) abridge(record *world.Record, summary, description any) {
	switch s := summary.(type) {
	case *types.TrainingJobSummary:
		if c := description.(*sagemaker.DescribeTrainingJobOutput).ResourceConfig; c != nil {
			s.TrainingPlanArn = c.TrainingPlanArn
		}
	case *types.TransformJobSummary:
		s.LastModifiedTime = new(record.ModifiedAt(v.now))
	case *types.HyperParameterTuningJobSummary:
		if c := description.(*sagemaker.DescribeHyperParameterTuningJobOutput).HyperParameterTuningJobConfig; c != nil {
			s.Strategy, s.ResourceLimits = c.Strategy, c.ResourceLimits
		}
	case *types.LabelingJobSummary:
		if c := description.(*sagemaker.DescribeLabelingJobOutput).HumanTaskConfig; c != nil {
			s.WorkteamArn, s.PreHumanTaskLambdaArn = c.WorkteamArn, c.PreHumanTaskLambdaArn
			if c.AnnotationConsolidationConfig != nil {
				s.AnnotationConsolidationLambdaArn = c.AnnotationConsolidationConfig.AnnotationConsolidationLambdaArn
			}
		}
	case *types.CompilationJobSummary:
		if c := description.(*sagemaker.DescribeCompilationJobOutput).OutputConfig; c != nil {
			s.CompilationTargetDevice = c.TargetDevice
			if p := c.TargetPlatform; p != nil {
				s.CompilationTargetPlatformAccelerator, s.CompilationTargetPlatformArch, s.CompilationTargetPlatformOs = p.Accelerator, p.Arch, p.Os
			}
		}
	case *types.OptimizationJobSummary:
		s.OptimizationTypes = optimizations(description.(*sagemaker.DescribeOptimizationJobOutput).OptimizationConfigs)
	case *types.ClusterSummary:
		for _, g := range description.(*sagemaker.DescribeClusterOutput).InstanceGroups {
			if g.TrainingPlanArn != nil {
				s.TrainingPlanArns = append(s.TrainingPlanArns, *g.TrainingPlanArn)
			}
		}
	case *types.PipelineSummary:
		s.LastExecutionTime = description.(*sagemaker.DescribePipelineOutput).LastRunTime
	case *types.PipelineExecutionSummary:
		s.StartTime, s.PipelineExecutionFailureReason = &record.Created, description.(*sagemaker.DescribePipelineExecutionOutput).FailureReason
	case *types.MonitoringScheduleSummary:
		if c := description.(*sagemaker.DescribeMonitoringScheduleOutput).MonitoringScheduleConfig; c != nil {
			s.MonitoringJobDefinitionName = c.MonitoringJobDefinitionName
		}
	}
}

// optimizations are the sorts of the configurations: Compilation, Quantization.
func optimizations(configs []types.OptimizationConfig) []string {
	var sorts []string
	for _, c := range configs {
		name := strings.TrimPrefix(reflect.TypeOf(c).Elem().Name(), "OptimizationConfigMemberModel")
		sorts = append(sorts, strings.TrimSuffix(name, "Config"))
	}
	return sorts
}

// share copies the members that two structures have in common.
func share(to, from reflect.Value) {
	for field, member := range to.Fields() {
		if source := from.FieldByName(field.Name); field.IsExported() && source.IsValid() && source.Type() == field.Type {
			member.Set(source)
		}
	}
}
