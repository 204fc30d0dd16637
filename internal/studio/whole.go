package studio

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/sagewarden/sagewarden/internal/studio/remote"
)

// here is the app or the notebook instance in which the agent runs, as SageMaker's API knows it.
type here struct {
	place  Place
	caller *remote.Caller
	// created is when it was, as it was first seen: an app of later has its name alone.
	created time.Time
}

// Check says no unless it runs and is the one that was seen first: who deleted an app and began another of the same name is not to lose it to the agent of
// the first.
func (h *here) Check(ctx context.Context) error {
	ctx, end := context.WithTimeout(ctx, patience)
	defer end()
	now, err := h.look(ctx)
	switch {
	case err != nil:
		return err
	case now.status != "InService":
		return errors.New("it is not stopped, since it is " + cmp.Or(now.status, "in no state that SageMaker names"))
	case now.created.IsZero():
		return errors.New("it is not stopped, since nothing tells when it was created")
	case !now.created.Equal(h.created):
		return errors.New("it is not stopped, since it is another of the same name: it was created at " + stamp(now.created))
	}
	return nil
}

// Stop deletes the app, or stops the notebook instance. The home folder stays, whichever it is.
func (h *here) Stop(ctx context.Context) error {
	ctx, end := context.WithTimeout(ctx, patience)
	defer end()
	operation := "DeleteApp"
	if h.place.Notebook != "" {
		operation = "StopNotebookInstance"
	}
	return h.caller.SageMaker(ctx, operation, h.place.Key(), nil)
}

// Describe asks what it runs on, and since when.
func (h *here) Describe(ctx context.Context) (instanceType string, began time.Time, err error) {
	ctx, end := context.WithTimeout(ctx, patience)
	defer end()
	now, err := h.look(ctx)
	if h.place.Notebook == "" { // a notebook instance began when it was started last, and not when it was created
		began = now.created
	}
	return now.instanceType, began, err
}

// A resource is what SageMaker says of the place.
type resource struct {
	status, instanceType string
	created              time.Time
}

// look asks SageMaker, and remembers what it saw first.
func (h *here) look(ctx context.Context) (resource, error) {
	var answer struct {
		Status, NotebookInstanceStatus string
		InstanceType                   string
		ResourceSpec                   struct{ InstanceType string }
		CreationTime                   float64 // seconds since 1970
	}
	operation := "DescribeApp"
	if h.place.Notebook != "" {
		operation = "DescribeNotebookInstance"
	}
	if err := h.caller.SageMaker(ctx, operation, h.place.Key(), &answer); err != nil {
		return resource{}, err
	}
	s := resource{status: answer.Status, instanceType: answer.ResourceSpec.InstanceType}
	if answer.CreationTime > 0 {
		s.created = time.UnixMilli(int64(answer.CreationTime * 1000))
	}
	if h.place.Notebook != "" {
		s.status, s.instanceType = answer.NotebookInstanceStatus, answer.InstanceType
	}
	if h.created.IsZero() {
		h.created = s.created
	}
	return s, nil
}
