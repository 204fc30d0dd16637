package settings

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// Studio is what is asked of SageMaker. The SDK's client is one.
type Studio interface {
	DescribeDomain(context.Context, *sagemaker.DescribeDomainInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeDomainOutput, error)
	DescribeUserProfile(context.Context, *sagemaker.DescribeUserProfileInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeUserProfileOutput, error)
	DescribeSpace(context.Context, *sagemaker.DescribeSpaceInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeSpaceOutput, error)
	DescribeNotebookInstance(context.Context, *sagemaker.DescribeNotebookInstanceInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeNotebookInstanceOutput, error)
	UpdateDomain(context.Context, *sagemaker.UpdateDomainInput, ...func(*sagemaker.Options)) (*sagemaker.UpdateDomainOutput, error)
	UpdateUserProfile(context.Context, *sagemaker.UpdateUserProfileInput, ...func(*sagemaker.Options)) (*sagemaker.UpdateUserProfileOutput, error)
	UpdateSpace(context.Context, *sagemaker.UpdateSpaceInput, ...func(*sagemaker.Options)) (*sagemaker.UpdateSpaceOutput, error)
	UpdateNotebookInstance(context.Context, *sagemaker.UpdateNotebookInstanceInput, ...func(*sagemaker.Options)) (*sagemaker.UpdateNotebookInstanceOutput, error)
}

// Seen is a place as it was read.
type Seen struct {
	// Resource is its ARN; the defaults of shared spaces have their domain's.
	Resource string
	// Status is the API's word for how it is, and Failure why, where that is a failure.
	Status, Failure string
	Apps            Apps
	// TagPropagation is whether a domain hands its tags on, ENABLED or DISABLED; empty for any other place.
	TagPropagation string
	// Owner is the user profile of a private space, and Type the app type that a space is for; empty for any other place.
	Owner, Type string

	said structures
}

// Read describes a place.
func Read(ctx context.Context, s Studio, p Place) (Seen, error) {
	switch p.Level {
	case LevelProfile:
		u, err := s.DescribeUserProfile(ctx, &sagemaker.DescribeUserProfileInput{DomainId: &p.Domain, UserProfileName: &p.Name})
		if err != nil {
			return Seen{}, Failed(describeProfile, p.Name+" in "+p.Domain, err)
		}
		return seen(u.UserProfileArn, string(u.Status), u.FailureReason, ofUsers(u.UserSettings)), nil
	case LevelSpace:
		d, err := s.DescribeSpace(ctx, &sagemaker.DescribeSpaceInput{DomainId: &p.Domain, SpaceName: &p.Name})
		if err != nil {
			return Seen{}, Failed(describeSpace, p.Name+" in "+p.Domain, err)
		}
		place := seen(d.SpaceArn, string(d.Status), d.FailureReason, ofSpace(d.SpaceSettings))
		if o := d.OwnershipSettings; o != nil && (d.SpaceSharingSettings == nil || d.SpaceSharingSettings.SharingType != types.SharingTypeShared) {
			place.Owner = aws.ToString(o.OwnerUserProfileName)
		}
		if d.SpaceSettings != nil {
			place.Type = string(d.SpaceSettings.AppType)
		}
		return place, nil
	case LevelNotebook:
		n, err := s.DescribeNotebookInstance(ctx, &sagemaker.DescribeNotebookInstanceInput{NotebookInstanceName: &p.Name})
		if err != nil {
			return Seen{}, Failed(describeNotebook, p.Name, err)
		}
		place := seen(n.NotebookInstanceArn, string(n.NotebookInstanceStatus), n.FailureReason, structures{})
		place.Apps = Apps{Notebook: {Script: aws.ToString(n.NotebookInstanceLifecycleConfigName)}}
		return place, nil
	}
	d, err := s.DescribeDomain(ctx, &sagemaker.DescribeDomainInput{DomainId: &p.Domain})
	if err != nil {
		return Seen{}, Failed(describeDomain, p.Domain, err)
	}
	said := ofUsers(d.DefaultUserSettings)
	if p.Level == LevelShared {
		said = ofShared(d.DefaultSpaceSettings)
	}
	place := seen(d.DomainArn, string(d.Status), d.FailureReason, said)
	if p.Level == LevelDomain {
		place.TagPropagation = cmp.Or(string(d.TagPropagation), string(types.TagPropagationDisabled))
	}
	return place, nil
}

func seen(resource *string, status string, failure *string, said structures) Seen {
	return Seen{Resource: aws.ToString(resource), Status: status, Failure: aws.ToString(failure), Apps: said.apps(), said: said}
}

// write sends what changes.
func (c Change) write(ctx context.Context, s Studio, now Seen) error {
	if c.TagPropagation == nil {
		return write(ctx, s, c.Place, now, c.After)
	}
	_, err := s.UpdateDomain(ctx, &sagemaker.UpdateDomainInput{DomainId: &c.Domain, TagPropagation: types.TagPropagation(c.TagPropagation.After)})
	return err
}

// write sends what a place is to say of the app types that change. Of each, the whole structure goes as it was read: what is left out of it might be
// lost, while structures that are not sent stay. An app type of a space may not even be named again.
func write(ctx context.Context, s Studio, p Place, now Seen, after Apps) error {
	var to structures
	for t, app := range after {
		if p.Level == LevelNotebook {
			return writeNotebook(ctx, s, p, app.Script)
		}
		one := now.said
		one.members(t, p.Level == LevelSpace).set(app)
		switch t {
		case JupyterLab:
			to.lab, to.spaceLab = one.lab, one.spaceLab
		case CodeEditor:
			to.editor, to.spaceEditor = one.editor, one.spaceEditor
		case JupyterServer:
			to.server = one.server
		case KernelGateway:
			to.kernels = one.kernels
		}
	}
	users := &types.UserSettings{JupyterLabAppSettings: to.lab, CodeEditorAppSettings: to.editor, JupyterServerAppSettings: to.server, KernelGatewayAppSettings: to.kernels}
	switch p.Level {
	case LevelProfile:
		_, err := s.UpdateUserProfile(ctx, &sagemaker.UpdateUserProfileInput{DomainId: &p.Domain, UserProfileName: &p.Name, UserSettings: users})
		return err
	case LevelSpace:
		_, err := s.UpdateSpace(ctx, &sagemaker.UpdateSpaceInput{DomainId: &p.Domain, SpaceName: &p.Name, SpaceSettings: &types.SpaceSettings{
			JupyterLabAppSettings: to.spaceLab, CodeEditorAppSettings: to.spaceEditor, JupyterServerAppSettings: to.server, KernelGatewayAppSettings: to.kernels}})
		return err
	case LevelShared:
		_, err := s.UpdateDomain(ctx, &sagemaker.UpdateDomainInput{DomainId: &p.Domain, DefaultSpaceSettings: &types.DefaultSpaceSettings{
			JupyterLabAppSettings: to.lab, JupyterServerAppSettings: to.server, KernelGatewayAppSettings: to.kernels}})
		return err
	}
	_, err := s.UpdateDomain(ctx, &sagemaker.UpdateDomainInput{DomainId: &p.Domain, DefaultUserSettings: users})
	return err
}

func writeNotebook(ctx context.Context, s Studio, p Place, script string) error {
	in := &sagemaker.UpdateNotebookInstanceInput{NotebookInstanceName: &p.Name}
	if script == "" {
		in.DisassociateLifecycleConfig = aws.Bool(true)
	} else {
		in.LifecycleConfigName = &script
	}
	_, err := s.UpdateNotebookInstance(ctx, in)
	return err
}

// The operations that change settings, as IAM names them.
const (
	updateDomain   = "sagemaker:UpdateDomain"
	updateProfile  = "sagemaker:UpdateUserProfile"
	updateSpace    = "sagemaker:UpdateSpace"
	updateNotebook = "sagemaker:UpdateNotebookInstance"
)

// Updates are all of them.
var Updates = []string{updateDomain, updateProfile, updateSpace, updateNotebook}

// The operations that read settings.
const (
	describeDomain   = "sagemaker:DescribeDomain"
	describeProfile  = "sagemaker:DescribeUserProfile"
	describeSpace    = "sagemaker:DescribeSpace"
	describeNotebook = "sagemaker:DescribeNotebookInstance"
)

// Operations are all that changing settings takes: each place is read before and after.
var Operations = append([]string{describeDomain, describeProfile, describeSpace, describeNotebook}, Updates...)

// update is the operation that changes a place.
func (p Place) update() string {
	switch p.Level {
	case LevelProfile:
		return updateProfile
	case LevelSpace:
		return updateSpace
	case LevelNotebook:
		return updateNotebook
	}
	return updateDomain
}

// briefly shows the cause of an error in place of its text.
type briefly struct{ error }

func (b briefly) Error() string { return cloud.Brief(b.error) }
func (b briefly) Unwrap() error { return b.error }

// Failed is the error of a call.
func Failed(op, on string, err error) error {
	e := &estate.Error{Op: op, On: on, Err: briefly{err}}
	if cloud.Classify(err) == cloud.Denied {
		e.Hint = "allow " + op + " to the caller"
	}
	return e
}
