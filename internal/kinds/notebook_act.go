package kinds

import (
	"context"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

const describesNotebook = "sagemaker:DescribeNotebookInstance"

// notebookNow describes a notebook instance. The move is what ends the action, where ok is false.
func (h *Hand) notebookNow(ctx context.Context) (d *sagemaker.DescribeNotebookInstanceOutput, m Move, ok bool, err error) {
	d, gone, err := look(ctx, h, describesNotebook, h.SageMaker.DescribeNotebookInstance, &sagemaker.DescribeNotebookInstanceInput{NotebookInstanceName: &h.Resource.Name})
	if err != nil || gone {
		return nil, done("it is gone"), false, err
	}
	if m, other := h.another(d.CreationTime); other {
		return nil, m, false, nil
	}
	return d, Move{}, true, nil
}

// stopNotebook is the next move on the way to a notebook instance that does not run.
func stopNotebook(ctx context.Context, h *Hand) (Move, error) {
	d, m, ok, err := h.notebookNow(ctx)
	if !ok {
		return m, err
	}
	return h.haltNotebook(d)
}

func (h *Hand) haltNotebook(d *sagemaker.DescribeNotebookInstanceOutput) (Move, error) {
	switch d.NotebookInstanceStatus {
	case types.NotebookInstanceStatusStopped, types.NotebookInstanceStatusFailed:
		return done("it is %s", d.NotebookInstanceStatus), nil
	case types.NotebookInstanceStatusStopping, types.NotebookInstanceStatusDeleting, types.NotebookInstanceStatusUpdating:
		return wait("it is %s", d.NotebookInstanceStatus), nil
	case types.NotebookInstanceStatusInService:
	case types.NotebookInstanceStatusPending:
		return refuse("it is being started"), nil
	default:
		return refuse("its status is not known: %q", d.NotebookInstanceStatus), nil
	}
	was, err := saved{}.of(d)
	return sending("sagemaker:StopNotebookInstance", aws.ToString(d.NotebookInstanceArn), was, h.SageMaker.StopNotebookInstance, onceSageMaker,
		&sagemaker.StopNotebookInstanceInput{NotebookInstanceName: d.NotebookInstanceName}), err
}

// startNotebook is the next move on the way to a notebook instance that runs.
func startNotebook(ctx context.Context, h *Hand) (Move, error) {
	d, m, ok, err := h.notebookNow(ctx)
	if !ok {
		if m.State == Done {
			m.State = Refuse
		}
		return m, err
	}
	return h.bootNotebook(d)
}

func (h *Hand) bootNotebook(d *sagemaker.DescribeNotebookInstanceOutput) (Move, error) {
	switch d.NotebookInstanceStatus {
	case types.NotebookInstanceStatusInService:
		return done("it runs"), nil
	case types.NotebookInstanceStatusPending, types.NotebookInstanceStatusStopping, types.NotebookInstanceStatusUpdating:
		return wait("it is %s", d.NotebookInstanceStatus), nil
	case types.NotebookInstanceStatusStopped:
	default:
		return refuse("it is %s: %s", d.NotebookInstanceStatus, aws.ToString(d.FailureReason)), nil
	}
	was, err := saved{}.of(d)
	return sending("sagemaker:StartNotebookInstance", aws.ToString(d.NotebookInstanceArn), was, h.SageMaker.StartNotebookInstance, onceSageMaker,
		&sagemaker.StartNotebookInstanceInput{NotebookInstanceName: d.NotebookInstanceName}), err
}

// deleteNotebook is the next move on the way to a notebook instance that is gone. AWS deletes none that runs, and the volume with it.
func deleteNotebook(ctx context.Context, h *Hand) (Move, error) {
	d, m, ok, err := h.notebookNow(ctx)
	switch {
	case !ok:
		return m, err
	case d.NotebookInstanceStatus == types.NotebookInstanceStatusDeleting:
		return wait("it is being deleted"), nil
	case !h.Ask.Data:
		return refuse("its volume would be deleted with all files on it, and the policy does not say that its data may go"), nil
	}
	if m, err = h.haltNotebook(d); err != nil || m.State != Done {
		return m, err
	}
	tags, err := h.tagsOf(ctx, d.NotebookInstanceArn)
	if err != nil {
		return Move{}, err
	}
	was, err := saved{Tags: tags}.of(d)
	return sending("sagemaker:DeleteNotebookInstance", aws.ToString(d.NotebookInstanceArn), was, h.SageMaker.DeleteNotebookInstance, onceSageMaker,
		&sagemaker.DeleteNotebookInstanceInput{NotebookInstanceName: d.NotebookInstanceName}), err
}

// notebookAgain is the call that makes a notebook instance as it was described.
func notebookAgain(d *sagemaker.DescribeNotebookInstanceOutput) *sagemaker.CreateNotebookInstanceInput {
	return &sagemaker.CreateNotebookInstanceInput{
		NotebookInstanceName: d.NotebookInstanceName, InstanceType: d.InstanceType, RoleArn: d.RoleArn, AcceleratorTypes: d.AcceleratorTypes,
		AdditionalCodeRepositories: d.AdditionalCodeRepositories, DefaultCodeRepository: d.DefaultCodeRepository, DirectInternetAccess: d.DirectInternetAccess,
		InstanceMetadataServiceConfiguration: d.InstanceMetadataServiceConfiguration, IpAddressType: d.IpAddressType, KmsKeyId: d.KmsKeyId,
		LifecycleConfigName: d.NotebookInstanceLifecycleConfigName, PlatformIdentifier: d.PlatformIdentifier, RootAccess: d.RootAccess,
		SecurityGroupIds: d.SecurityGroups, SubnetId: d.SubnetId, VolumeSizeInGB: d.VolumeSizeInGB,
	}
}

// notebookBack undoes a call to a notebook instance.
func notebookBack(ctx context.Context, h *Hand, made Made) (Move, error) {
	was := &sagemaker.DescribeNotebookInstanceOutput{}
	s, err := restore(made.Saved, was)
	if err != nil {
		return Move{}, err
	}
	d, gone, err := look(ctx, h, describesNotebook, h.SageMaker.DescribeNotebookInstance, &sagemaker.DescribeNotebookInstanceInput{NotebookInstanceName: was.NotebookInstanceName})
	switch {
	case err != nil:
		return Move{}, err
	case made.Operation == "sagemaker:DeleteNotebookInstance":
		return h.remakeNotebook(ctx, was, d, s.Tags)
	case gone:
		return refuse("it is gone"), nil
	case d.NotebookInstanceStatus == types.NotebookInstanceStatusDeleting:
		return refuse("it is being deleted"), nil
	case !aws.ToTime(d.CreationTime).Equal(aws.ToTime(was.CreationTime)) && !reflect.DeepEqual(notebookAgain(d), notebookAgain(was)):
		return refuse("somebody has made another one of its name since"), nil
	case made.Operation == "sagemaker:StartNotebookInstance":
		if d.NotebookInstanceStatus == types.NotebookInstanceStatusPending {
			return wait("it is still being started"), nil
		}
		return h.haltNotebook(d)
	}
	return h.bootNotebook(d)
}

// markRemade is a tag that what was made again has until it is as it was: it tells what this program has made from what others have.
const markRemade = "sagewarden:made-again"

// remakeNotebook makes a notebook instance again, and stops it, as it was when it was deleted: AWS starts what it creates.
func (h *Hand) remakeNotebook(ctx context.Context, was, d *sagemaker.DescribeNotebookInstanceOutput, tags map[string]string) (Move, error) {
	var now *sagemaker.CreateNotebookInstanceInput
	var status types.NotebookInstanceStatus
	if d != nil {
		now, status = notebookAgain(d), d.NotebookInstanceStatus
	}
	arn := aws.ToString(was.NotebookInstanceArn)
	in := notebookAgain(was)
	if status == types.NotebookInstanceStatusStopping || status == types.NotebookInstanceStatusStopped {
		status = types.NotebookInstanceStatusInService
	}
	m := again(in, now, string(status), func() Move {
		made := *in
		made.Tags = append(asTags(tags), types.Tag{Key: aws.String(markRemade), Value: aws.String("stop")})
		return sending("sagemaker:CreateNotebookInstance", arn, nil, h.SageMaker.CreateNotebookInstance, onceSageMaker, &made)
	})
	if m.State != Done {
		return m, nil
	}
	has, err := h.tagsOf(ctx, d.NotebookInstanceArn)
	if err != nil {
		return Move{}, err
	}
	if _, ours := has[markRemade]; !ours {
		return m, nil
	}
	if m, err = h.haltNotebook(d); err != nil || m.State != Done {
		return m, err
	}
	return h.unmark(arn), nil
}

// unmark takes the mark off what is as it was.
func (h *Hand) unmark(arn string) Move {
	return sending("sagemaker:DeleteTags", arn, nil, h.SageMaker.DeleteTags, onceSageMaker, &sagemaker.DeleteTagsInput{ResourceArn: &arn, TagKeys: []string{markRemade}})
}
