package wire

import (
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// enter adds a record to the region, once by its ARN and once by its name.
func (r *region) enter(record *world.Record) {
	r.records.add(record.Resource(), record.Life, record)
	named := r.families[record.Family]
	named.add(called(record.Parent, record.Name), record.Life, record)
	r.families[record.Family] = named
}

// called is a name that is unique in its family: names are in what they belong to.
func called(parent, name string) string { return parent + "/" + name }

// remembers reports whether a job of a history has the resource, as stands does.
func (r *region) remembers(resource string, t time.Time) (exists, known bool) {
	family, name, _ := strings.Cut(resource, "/")
	for _, h := range r.histories[world.Family(family)] {
		if record, found := h.Find(name); found {
			return record.Over(t), true
		}
	}
	return false, false
}

// addressed are the families that are described by ARN: some by nothing else (true), some by name as well
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Operations.html).
var addressed = map[world.Family]bool{
	world.MlflowApp:         true,
	world.PartnerApp:        true,
	world.PipelineExecution: true,
	world.Cluster:           false,
	world.FeatureGroup:      false,
	world.Hub:               false,
	world.ModelPackage:      false,
	world.ModelPackageGroup: false,
	world.Pipeline:          false,
}

// record is what a Describe operation finds by the name or the ARN that it was given.
func (v *view) record(f world.Family, parent, name string) (*world.Record, bool) {
	byARN, takesARN := addressed[f]
	if resource, isARN := strings.CutPrefix(name, v.prefix); isARN || byARN {
		record, found := v.records.find(resource, v.now)
		return record, found && isARN && takesARN && record.Family == f
	}
	named := v.families[f]
	if record, found := named.find(called(parent, name), v.now); found {
		return record, true
	}
	for _, h := range v.histories[f] {
		if record, found := h.Find(name); found && record.Over(v.now) {
			return record, true
		}
	}
	return nil, false
}

// within is the name of what a call looks into, which it may have given as an ARN.
func (v *view) within(f world.Family, parent string) (string, error) {
	if parent == "" {
		return "", nil
	}
	record, found := v.record(f.Parent(), "", parent)
	if !found {
		return "", missing(f.Parent(), parent)
	}
	return record.Name, nil
}

// wanted reads from an operation's input which record it is about: the member that is called like the family's name says so, or else the first
// text that does not name the parent. What comes later narrows versions down.
func wanted(f world.Family, in any) (parent, name string) {
	input := reflect.ValueOf(in).Elem()
	if own, ok := interfaceOf(input.FieldByName(f.Stem() + "Name")).(*string); ok {
		name = aws.ToString(own)
	}
	for field, member := range input.Fields() {
		if field.Type != reflect.TypeFor[*string]() {
			continue
		}
		text := member.Interface().(*string)
		switch {
		case f.Parent() != "" && field.Name == f.Parent().Stem()+"Name":
			parent = aws.ToString(text)
		case name == "" && !strings.HasSuffix(field.Name, "Token"): // that of a request
			name = aws.ToString(text)
		}
	}
	return parent, name
}

// sought is the record that a Describe operation's input names, or with the error one that bears what names there are.
func (v *view) sought(f world.Family, in any) (*world.Record, error) {
	parent, name := wanted(f, in)
	ghost := &world.Record{Family: f, Parent: parent, Name: name}
	parent, err := v.within(f, parent)
	if err != nil {
		return ghost, err
	}
	if record, found := v.record(f, parent, name); found {
		return record, nil
	}
	return ghost, missing(f, name)
}

// describe is what the record's Describe operation answers, with its tags where they are part of that.
func (v *view) describe(record *world.Record) any {
	out := record.Describe(v.now, v.target.SageMakerARN)
	v.attachTags(record, reflect.ValueOf(out).Elem())
	return out
}

func (v *view) attachTags(record *world.Record, to reflect.Value) {
	if tags := to.FieldByName("Tags"); tags.IsValid() {
		tags.Set(reflect.ValueOf(v.tagsOf(v.target.SageMakerARN(record.Resource()))))
	}
}

// missing is how a family's operations say that a resource does not exist. A few do not know ResourceNotFound.
func missing(f world.Family, name string) error {
	switch f {
	case world.NotebookInstance, world.NotebookInstanceLifecycleConfig:
		return invalid("RecordNotFound")
	case world.TrainingJob:
		return invalid("Requested resource not found.")
	case world.ModelPackageGroup, world.ModelPackage, world.Workteam:
		return invalid("%s %s does not exist.", f.Stem(), name)
	}
	return notFound(f.Stem(), &name)
}
