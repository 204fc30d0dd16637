package wire

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// usual is how the families are sorted that are not sorted by creation, newest first. It follows the SDK's documentation,
// training and processing jobs aside: those are documented as oldest first and, on the same page, as newest first
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobs.html).
var usual = map[world.Family]order{
	world.NotebookInstance:  {by: "Name"},
	world.TuningJob:         {by: "Name"},
	world.AutoMLJob:         {by: "Name", descending: true},
	world.LabelingJob:       {},
	world.CompilationJob:    {},
	world.OptimizationJob:   {},
	world.Cluster:           {},
	world.ClusterNode:       {},
	world.ModelPackageGroup: {},
	world.ModelPackage:      {},
	world.Workteam:          {},
}

// ignored are members of List inputs that cannot change what a simulated account answers.
var ignored = []string{"CrossAccountFilterOption", "IncludeNodeLogicalIds", "MaxSchemaVersion"}

// listingOf reads a List operation's input. The SDK has a type for each, but their members are named alike: what is not
// one of the filters that all families share is a condition on the member that the filter is named after. The faces of an
// empty record tell which members there are.
func listingOf(f world.Family, in any, faces []reflect.Value) (listing, error) {
	o, sorted := usual[f]
	if !sorted {
		o.descending = true
	}
	l := listing{family: f, order: o}
	for field, member := range reflect.ValueOf(in).Elem().Fields() {
		if !field.IsExported() || member.IsZero() || slices.Contains(ignored, field.Name) || l.shares(field.Name, member.Interface()) {
			continue
		}
		c := filtered(field.Name, member.Interface())
		if !slices.ContainsFunc(faces, func(face reflect.Value) bool { return c.on(face).IsValid() }) {
			return l, invalid("The filter %s is not simulated.", field.Name)
		}
		l.conditions = append(l.conditions, c)
	}
	if f == world.ModelPackage && l.parent == "" && l.only == nil {
		l.only = versioned(types.ModelPackageTypeUnversioned)
	}
	return l, nil
}

// shares takes a member that all families share, and reports whether it is one.
func (l *listing) shares(name string, value any) bool {
	stem, parent := l.family.Stem(), l.family.Parent()
	if parent != "" && name == parent.Stem()+"Name" {
		l.parent = *value.(*string)
		return true
	}
	switch name {
	case "MaxResults":
		l.limit = value.(*int32)
	case "NextToken":
		l.token = value.(*string)
	case "SortBy":
		l.order.by = word(value)
	case "SortOrder":
		l.order.descending = strings.EqualFold(word(value), string(types.OrderKeyDescending))
	case "NameContains":
		l.names.nameContains = value.(*string)
	case "CreationTimeAfter", "CreatedAfter":
		l.names.createdAfter = value.(*time.Time)
	case "CreationTimeBefore", "CreatedBefore":
		l.names.createdBefore = value.(*time.Time)
	case "LastModifiedTimeAfter", "ModifiedTimeAfter":
		l.names.modifiedAfter = value.(*time.Time)
	case "LastModifiedTimeBefore", "ModifiedTimeBefore":
		l.names.modifiedBefore = value.(*time.Time)
	case "StatusEquals", "Status", stem + "Status", stem + "StatusEquals":
		l.status = word(value)
	case "ModelPackageType":
		l.only = versioned(value.(types.ModelPackageType))
	case "Filters":
		// A training plan's only filter is its status.
		for _, filter := range value.([]types.TrainingPlanFilter) {
			l.status = aws.ToString(filter.Value)
		}
	default:
		return false
	}
	return true
}

// versioned tells the model packages of a group, which have versions, from those that stand alone.
func versioned(which types.ModelPackageType) func(*world.Record) bool {
	return func(r *world.Record) bool {
		return which == types.ModelPackageTypeBoth || (which == types.ModelPackageTypeVersioned) == (r.Parent != "")
	}
}

// elsewhere are the members behind filters that are not named after them.
var elsewhere = map[string]string{
	"AppType":                  "StudioLifecycleConfigAppType",
	"AdditionalCodeRepository": "AdditionalCodeRepositories",
	"Optimization":             "OptimizationTypes",
	"DefaultForDomainId":       "DefaultDomainIdList",
}

// filtered makes a condition of a filter: InstanceGroupNameContains asks InstanceGroupName.
func filtered(filter string, value any) condition {
	if t, ok := value.(*time.Time); ok {
		if name, after := strings.CutSuffix(filter, "After"); after {
			return on(name, dated(t.Before))
		}
		return on(strings.TrimSuffix(filter, "Before"), dated(t.After))
	}
	want := word(value)
	if name, part := strings.CutSuffix(filter, "Contains"); part {
		return on(name, says(func(text string) bool { return strings.Contains(strings.ToLower(text), strings.ToLower(want)) }))
	}
	if name, start := strings.CutSuffix(filter, "Prefix"); start {
		return on(name, says(func(text string) bool { return strings.HasPrefix(text, want) }))
	}
	return on(strings.TrimSuffix(filter, "Equals"), says(func(text string) bool { return text == want }))
}

// on is a condition on the member that a filter is named after. A filter by one of a list is named after its singular.
func on(name string, holds func(reflect.Value) bool) condition {
	name = cmp.Or(elsewhere[name], name)
	return condition{[]string{name, name + "s"}, holds}
}

// word is the text of a string, a pointer to one, or an enumeration.
func word(value any) string {
	v := reflect.ValueOf(value)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return v.String()
}
