package wire

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// searched are the families that Search finds, each whole and with its tags.
var searched = map[types.ResourceType]world.Family{
	types.ResourceTypeTrainingJob:       world.TrainingJob,
	types.ResourceTypePipelineExecution: world.PipelineExecution,
	types.ResourceTypeFeatureGroup:      world.FeatureGroup,
}

func (v *view) search(in *sagemaker.SearchInput) (*sagemaker.SearchOutput, error) {
	family, ok := searched[in.Resource]
	if !ok {
		return nil, invalid("Search for %s is not simulated.", in.Resource)
	}
	// A search record has one member for each sort of resource, named as the sort.
	found, _ := reflect.TypeFor[types.SearchRecord]().FieldByName(string(in.Resource))
	l := listing{
		family: family,
		order:  order{aws.ToString(in.SortBy), in.SortOrder != types.SearchSortOrderAscending},
		limit:  in.MaxResults,
		token:  in.NextToken,
		faces: func(r *world.Record) []reflect.Value {
			whole := reflect.New(found.Type.Elem()).Elem()
			share(whole, world.Members(v.describe(r)))
			v.attachTags(r, whole)
			return []reflect.Value{whole}
		},
	}
	if in.SortBy == nil {
		l.order.by = "LastModifiedTime"
	}
	if len(in.VisibilityConditions) > 0 {
		return nil, invalid("VisibilityConditions are not simulated.")
	}
	if err := l.express(in.SearchExpression, found.Type.Elem()); err != nil {
		return nil, err
	}
	shown, next, err := v.page(l)
	if err != nil {
		return nil, err
	}
	out := &sagemaker.SearchOutput{Results: []types.SearchRecord{}, NextToken: next}
	for _, whole := range shown {
		var result types.SearchRecord
		reflect.ValueOf(&result).Elem().FieldByIndex(found.Index).Set(whole.Addr())
		out.Results = append(out.Results, result)
	}
	return out, nil
}

// express takes over the conditions of a search on records of a type.
func (l *listing) express(e *types.SearchExpression, record reflect.Type) error {
	if e == nil {
		return nil
	}
	if len(e.NestedFilters) > 0 || len(e.SubExpressions) > 0 {
		return invalid("Nested filters and subexpressions are not simulated.")
	}
	l.either = e.Operator == types.BooleanOperatorOr
	for _, filter := range e.Filters {
		name, value, operator := aws.ToString(filter.Name), aws.ToString(filter.Value), cmp.Or(filter.Operator, types.OperatorEquals)
		if first, _, _ := strings.Cut(name, "."); !has(record, first) {
			return invalid("%s is not a property of the resource.", name)
		}
		if name == l.family.Stem()+"Status" && operator == types.OperatorEquals && !l.either && l.status == "" {
			// As the listing's status it need not be looked up in every record.
			l.status = value
			continue
		}
		holds, err := operated(operator, value)
		if err != nil {
			return err
		}
		l.conditions = append(l.conditions, condition{[]string{name}, holds})
	}
	return nil
}

func has(t reflect.Type, member string) bool {
	_, found := t.FieldByName(member)
	return found
}

// operated is what an operator of Search asks of a member.
func operated(operator types.Operator, value string) (func(reflect.Value) bool, error) {
	exists := says(func(string) bool { return true })
	equals := says(func(text string) bool { return text == value })
	switch operator {
	case types.OperatorEquals:
		return equals, nil
	case types.OperatorNotEquals:
		return func(member reflect.Value) bool { return !equals(member) }, nil
	case types.OperatorContains:
		return says(func(text string) bool { return strings.Contains(text, value) }), nil
	case types.OperatorIn:
		wanted := strings.Split(value, ",")
		return says(func(text string) bool { return slices.Contains(wanted, text) }), nil
	case types.OperatorExists:
		return exists, nil
	case types.OperatorNotExists:
		return func(member reflect.Value) bool { return !exists(member) }, nil
	}
	// What is left compares, and the simulator compares instants only.
	bound, err := time.Parse(time.RFC3339, strings.TrimSuffix(value, "Z")+"Z")
	if err != nil {
		return nil, invalid("%s with %q is not simulated: want an instant such as 2026-03-02T12:00:00Z.", operator, value)
	}
	switch operator {
	case types.OperatorGreaterThan:
		return dated(bound.Before), nil
	case types.OperatorLessThan:
		return dated(bound.After), nil
	case types.OperatorGreaterThanOrEqualTo:
		return dated(func(t time.Time) bool { return !t.Before(bound) }), nil
	case types.OperatorLessThanOrEqualTo:
		return dated(func(t time.Time) bool { return !t.After(bound) }), nil
	}
	return nil, invalid("The operator %s is not simulated.", operator)
}
