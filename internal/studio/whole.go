package studio

import (
	"context"

	"github.com/sagewarden/sagewarden/internal/studio/remote"
)

// here is the app or the notebook instance in which the agent runs, as SageMaker's API knows it.
type here struct {
	place  Place
	caller *remote.Caller
}

// Stop deletes the app, or stops the notebook instance. The home folder stays, whichever it is.
func (h here) Stop(ctx context.Context) error {
	ctx, end := context.WithTimeout(ctx, patience)
	defer end()
	operation := "DeleteApp"
	if h.place.Notebook != "" {
		operation = "StopNotebookInstance"
	}
	return h.caller.SageMaker(ctx, operation, h.place.Key(), nil)
}

// Describe asks what it runs on.
func (h here) Describe(ctx context.Context) (string, error) {
	ctx, end := context.WithTimeout(ctx, patience)
	defer end()
	var answer struct {
		InstanceType string
		ResourceSpec struct{ InstanceType string }
	}
	operation := "DescribeApp"
	if h.place.Notebook != "" {
		operation = "DescribeNotebookInstance"
	}
	if err := h.caller.SageMaker(ctx, operation, h.place.Key(), &answer); err != nil {
		return "", err
	}
	if h.place.Notebook != "" {
		return answer.InstanceType, nil
	}
	return answer.ResourceSpec.InstanceType, nil
}
