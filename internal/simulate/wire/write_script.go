package wire

import (
	"encoding/base64"
	"regexp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// longestScript is how many characters of base64 a lifecycle script may have.
const longestScript = 16384

var scriptName = regexp.MustCompile(`^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$`)

// recordNamed makes an ARN of the record of a family that an operation's input names.
func recordNamed[I any](f world.Family, name func(*I) *string) func(*view, *I) string {
	return named(func(in *I) string { return (&world.Record{Family: f, Name: aws.ToString(name(in))}).Resource() })
}

func (v *view) createStudioScript(in *sagemaker.CreateStudioLifecycleConfigInput) (*sagemaker.CreateStudioLifecycleConfigOutput, error) {
	if !slices.Contains(types.StudioLifecycleConfigAppType("").Values(), in.StudioLifecycleConfigAppType) {
		return nil, invalid("1 validation error detected: Value '%s' at 'studioLifecycleConfigAppType' failed to satisfy constraint: Member must satisfy enum value set: %v",
			in.StudioLifecycleConfigAppType, types.StudioLifecycleConfigAppType("").Values())
	}
	if err := checkScript("studioLifecycleConfigContent", in.StudioLifecycleConfigContent); err != nil {
		return nil, err
	}
	record := &world.Record{Family: world.StudioLifecycleConfig, Name: aws.ToString(in.StudioLifecycleConfigName), Output: &sagemaker.DescribeStudioLifecycleConfigOutput{
		StudioLifecycleConfigAppType: in.StudioLifecycleConfigAppType, StudioLifecycleConfigContent: in.StudioLifecycleConfigContent,
	}}
	if err := v.createScript(record, in.Tags); err != nil {
		return nil, err
	}
	return &sagemaker.CreateStudioLifecycleConfigOutput{StudioLifecycleConfigArn: v.arn(record.Resource())}, nil
}

func (v *view) createNotebookScript(in *sagemaker.CreateNotebookInstanceLifecycleConfigInput) (*sagemaker.CreateNotebookInstanceLifecycleConfigOutput, error) {
	for _, hook := range slices.Concat(in.OnCreate, in.OnStart) {
		if err := checkScript("content", hook.Content); err != nil {
			return nil, err
		}
	}
	record := &world.Record{Family: world.NotebookInstanceLifecycleConfig, Name: aws.ToString(in.NotebookInstanceLifecycleConfigName),
		Output: &sagemaker.DescribeNotebookInstanceLifecycleConfigOutput{OnCreate: in.OnCreate, OnStart: in.OnStart}}
	if err := v.createScript(record, in.Tags); err != nil {
		return nil, err
	}
	return &sagemaker.CreateNotebookInstanceLifecycleConfigOutput{NotebookInstanceLifecycleConfigArn: v.arn(record.Resource())}, nil
}

func checkScript(member string, content *string) error {
	if nothing(content) {
		return missingMember(member)
	}
	if n := len(*content); n > longestScript {
		return invalid("1 validation error detected: Value at '%s' failed to satisfy constraint: Member must have length less than or equal to %d; it has %d", member, longestScript, n)
	}
	if _, err := base64.StdEncoding.DecodeString(*content); err != nil {
		return invalid("The value at '%s' is not base64.", member)
	}
	return nil
}

func (v *view) createScript(record *world.Record, tags []types.Tag) error {
	if !scriptName.MatchString(record.Name) {
		return invalid("1 validation error detected: Value '%s' at '%sName' failed to satisfy constraint: Member must satisfy regular expression pattern: %s",
			record.Name, lowered(record.Family.Stem()), scriptName)
	}
	if _, taken := v.record(record.Family, "", record.Name); taken {
		if record.Family == world.NotebookInstanceLifecycleConfig {
			return invalid("Cannot create a duplicate Notebook Instance Lifecycle Config (%s)", *v.arn(record.Resource()))
		}
		return inUse("%s [%s] already exists.", record.Family.Stem(), *v.arn(record.Resource()))
	}
	if err := v.label(record.Resource(), tags); err != nil {
		return err
	}
	record.Created, record.Creator = v.now, v.principal.arn
	v.put(record, v.now)
	v.wrote(recordChange(record))
	return nil
}

func (v *view) deleteStudioScript(in *sagemaker.DeleteStudioLifecycleConfigInput) error {
	record, found := v.record(world.StudioLifecycleConfig, "", aws.ToString(in.StudioLifecycleConfigName))
	if !found {
		return missing(world.StudioLifecycleConfig, aws.ToString(in.StudioLifecycleConfigName))
	}
	arn := *v.arn(record.Resource())
	if v.attached(arn) {
		return inUse("StudioLifecycleConfig [%s] is attached to a Domain, a UserProfile, a Space or a running App.", arn)
	}
	v.deleteRecord(record)
	return nil
}

// attached reports whether settings or a running app name the lifecycle configuration.
func (v *view) attached(arn string) bool {
	return len(v.domains.list(v.now, func(d *world.Domain, _ world.Life) bool {
		return mentions(d.UserSettings, arn) || mentions(d.SpaceSettings, arn)
	})) > 0 ||
		len(v.users.list(v.now, func(u user, _ world.Life) bool { return mentions(u.Settings, arn) })) > 0 ||
		len(v.spaces.list(v.now, func(s space, _ world.Life) bool { return mentions(s.Settings, arn) })) > 0 ||
		len(v.apps.list(v.now, func(a app, l world.Life) bool { return l.At(v.now) && mentions(a.Spec, arn) })) > 0
}

func (v *view) deleteNotebookScript(in *sagemaker.DeleteNotebookInstanceLifecycleConfigInput) error {
	name := aws.ToString(in.NotebookInstanceLifecycleConfigName)
	record, found := v.record(world.NotebookInstanceLifecycleConfig, "", name)
	if !found {
		return missing(world.NotebookInstanceLifecycleConfig, name)
	}
	instances := v.families[world.NotebookInstance]
	if len(instances.list(v.now, func(r *world.Record, _ world.Life) bool {
		return aws.ToString(notebook(r).NotebookInstanceLifecycleConfigName) == name
	})) > 0 {
		return invalid("Notebook Instance Lifecycle Config %s is in use.", *v.arn(record.Resource()))
	}
	v.deleteRecord(record)
	return nil
}

// put makes the record what it says from an instant on.
func (v *view) put(record *world.Record, since time.Time) {
	v.records.write(record.Resource(), since, record.Life, record)
	all := v.families[record.Family]
	all.write(called(record.Parent, record.Name), since, record.Life, record)
	v.families[record.Family] = all
}

func (v *view) deleteRecord(record *world.Record) {
	gone := *record
	gone.Deleted = v.now
	v.put(&gone, v.now)
	c := recordChange(record)
	c.silent = true
	v.wrote(c)
}

func recordChange(r *world.Record) change {
	c := recordCreation(r)
	c.family = r.Family.Stem()
	return c
}
