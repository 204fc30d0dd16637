package wire

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// notebook is what is described of a notebook instance besides what moves; never nil.
func notebook(r *world.Record) *sagemaker.DescribeNotebookInstanceOutput {
	if out, ok := r.Output.(*sagemaker.DescribeNotebookInstanceOutput); ok {
		return out
	}
	return &sagemaker.DescribeNotebookInstanceOutput{}
}

// notebookIn is the notebook instance of a name, if it is in one of the states.
func (v *view) notebookIn(name *string, states ...types.NotebookInstanceStatus) (*world.Record, error) {
	record, found := v.record(world.NotebookInstance, "", aws.ToString(name))
	if !found {
		return nil, missing(world.NotebookInstance, aws.ToString(name))
	}
	if status := types.NotebookInstanceStatus(record.StatusAt(v.now)); !slices.Contains(states, status) {
		var words []string
		for _, s := range states {
			words = append(words, string(s))
		}
		return nil, invalid("Status (%s) not in ([%s]). Unable to transition for Notebook Instance (%s)", status, strings.Join(words, ", "), *v.arn(record.Resource()))
	}
	return record, nil
}

func (v *view) stopNotebook(in *sagemaker.StopNotebookInstanceInput) error {
	record, err := v.notebookIn(in.NotebookInstanceName, types.NotebookInstanceStatusInService)
	if err != nil {
		return err
	}
	stops := *record
	stops.Modified, stops.Ended = v.now, v.now.Add(notebookStops)
	stops.Status, stops.EndStatus = string(types.NotebookInstanceStatusStopping), string(types.NotebookInstanceStatusStopped)
	v.put(&stops, v.now)
	c := recordChange(record)
	c.silent = true
	v.stopped(c, record.Life)
	return nil
}

func (v *view) startNotebook(in *sagemaker.StartNotebookInstanceInput) error {
	record, err := v.notebookIn(in.NotebookInstanceName, types.NotebookInstanceStatusStopped, types.NotebookInstanceStatusFailed)
	if err != nil {
		return err
	}
	starts := *record
	starts.Modified, starts.Ended, starts.Status = v.now, time.Time{}, string(types.NotebookInstanceStatusPending)
	v.put(&starts, v.now)
	runs := starts
	runs.Modified, runs.Status = v.now.Add(notebookStarts), string(types.NotebookInstanceStatusInService)
	v.put(&runs, runs.Modified)
	c := recordChange(record)
	c.silent = true
	v.wrote(c)
	return nil
}

func (v *view) updateNotebook(in *sagemaker.UpdateNotebookInstanceInput) (*sagemaker.UpdateNotebookInstanceOutput, error) {
	record, err := v.notebookIn(in.NotebookInstanceName, types.NotebookInstanceStatusStopped, types.NotebookInstanceStatusFailed)
	if err != nil {
		return nil, err
	}
	out := *notebook(record)
	merge(reflect.ValueOf(&out).Elem(), reflect.ValueOf(in).Elem())
	switch {
	case !nothing(in.LifecycleConfigName):
		if _, found := v.record(world.NotebookInstanceLifecycleConfig, "", *in.LifecycleConfigName); !found {
			return nil, invalid("Unable to find Notebook Instance Lifecycle Config %q", *in.LifecycleConfigName)
		}
		out.NotebookInstanceLifecycleConfigName = in.LifecycleConfigName
	case aws.ToBool(in.DisassociateLifecycleConfig):
		out.NotebookInstanceLifecycleConfigName = nil
	}
	changes := *record
	changes.Output, changes.Modified, changes.Ended = &out, v.now, v.now.Add(notebookStops)
	changes.Status, changes.EndStatus = string(types.NotebookInstanceStatusUpdating), string(types.NotebookInstanceStatusStopped)
	v.put(&changes, v.now)
	c := recordChange(record)
	c.silent = true
	v.wrote(c)
	return &sagemaker.UpdateNotebookInstanceOutput{}, nil
}
