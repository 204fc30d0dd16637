package kinds

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func init() { register(pipelineExecution{jobs{&pipelineExecutionFamily}}) }

// pipelineExecution is the family of pipeline executions under way. They bill through the jobs of their steps, which are resources of
// their own.
//
// ListPipelineExecutions takes one pipeline and no status: it would walk every pipeline's history. Search takes a status. Its index
// lags, which matters little for what is looked at because it has lasted for days.
type pipelineExecution struct{ jobs }

var pipelineExecutionLook = looks((*sagemaker.Client).DescribePipelineExecution)

// The limit is three days: an execution may have long jobs in a row, or a step that waits for a person.
var pipelineExecutionFamily = Family{
	Name: "pipeline-execution", ARNType: "pipeline", TagsByARN: true, IdleFor: 3 * 24 * time.Hour,
	Summary:   "pipeline executions under way",
	Reads:     []Operation{{"sagemaker:Search", "every pipeline execution"}},
	CreatedBy: "StartPipelineExecution",
	Look:      pipelineExecutionLook,
	Actions: []Action{deed{look: pipelineExecutionLook, call: on((*sagemaker.Client).StopPipelineExecution), from: []string{"Executing"}, while: jobStops,
		over: []string{"Succeeded", "Failed", "Stopped", "CompletedWithFailures"}, ends: true}.action("stop",
		"the work of its running steps; those that are done stay")},
}

func (k pipelineExecution) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	statuses := []types.PipelineExecutionStatus{types.PipelineExecutionStatusExecuting, types.PipelineExecutionStatusStopping}
	yield = among(yield, statuses...)
	return search(ctx, s, types.ResourceTypePipelineExecution, "PipelineExecutionStatus", statuses, func(_ context.Context, found types.SearchRecord) {
		e := found.PipelineExecution
		if e == nil {
			return
		}
		_, name, _ := strings.Cut(aws.ToString(e.PipelineExecutionArn), ":pipeline/")
		name = strings.Replace(name, "/execution/", "/", 1)
		o, ok := k.summary(s, e.PipelineExecutionArn, &name, string(e.PipelineExecutionStatus), e.CreationTime, e.LastModifiedTime)
		if !ok {
			return
		}
		o.Resource.Attributes = attributes("pipelineArn", aws.ToString(e.PipelineArn), "pipelineExecutionDisplayName", aws.ToString(e.PipelineExecutionDisplayName))
		if by := e.CreatedBy; by != nil && aws.ToString(by.UserProfileName) != "" {
			o.Resource.Owner, o.Resource.OwnerFrom = *by.UserProfileName, ownerFromProfile
		}
		started(o, "sagemaker:Search CreationTime", e.CreationTime)
		yield(*o)
	})
}
