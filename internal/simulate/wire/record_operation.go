package wire

import (
	"context"
	"reflect"
	"strings"

	api "github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/smithy-go"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A method is an operation of the SDK's client. None is called here: their types say which input goes with which output.
type method[I, O any] = func(*api.Client, context.Context, *I, ...func(*api.Options)) (*O, error)

// An offered operation goes with its name as IAM has it.
type offered struct {
	name string
	operation
}

// with adds operations to those that there are.
func with(more []offered, all map[string]operation) map[string]operation {
	for _, o := range more {
		all[o.name] = o.operation
	}
	return all
}

// listsOf is the List operation of a family.
func listsOf[I, O any](f world.Family, _ method[I, O], name, output *smithy.Schema) offered {
	summaries := summariesOf(reflect.TypeFor[O]())
	serve := func(v *view, in *I) (smithy.Serializable, error) {
		faces := func(r *world.Record) []reflect.Value { return v.faces(r, summaries.Type.Elem()) }
		l, err := listingOf(f, in, faces(&world.Record{Family: f}))
		if err != nil {
			return nil, err
		}
		if l.parent, err = v.within(f, l.parent); err != nil {
			return nil, err
		}
		l.faces = faces
		shown, next, err := v.page(l)
		if err != nil {
			return nil, err
		}
		out := new(O)
		fields := reflect.ValueOf(out).Elem()
		// An empty list is answered as one, so it is never nil.
		list := reflect.MakeSlice(summaries.Type, 0, len(shown))
		fields.FieldByIndex(summaries.Index).Set(reflect.Append(list, shown...))
		fields.FieldByName("NextToken").Set(reflect.ValueOf(next))
		return any(out).(smithy.Serializable), nil
	}
	return offered{"sagemaker:" + name.ID().Name, modeled(name, output, serve, func(v *view, in *I) string { return v.container(f, in) })}
}

// container is what IAM is asked about by a list of what is within something: that. The versions of models are an exception.
func (v *view) container(f world.Family, in any) string {
	parent, _ := wanted(f, in)
	if parent == "" || f == world.ModelPackage {
		return "*"
	}
	if record, found := v.record(f.Parent(), "", parent); found {
		return *v.arn(record.Resource())
	}
	return *v.arn((&world.Record{Family: f.Parent(), Name: parent}).Resource())
}

// summariesOf is the one member of a List output that holds what is listed.
func summariesOf(output reflect.Type) reflect.StructField {
	for field := range output.Fields() {
		if field.Type.Kind() == reflect.Slice {
			return field
		}
	}
	panic(output.String() + " lists nothing")
}

// describesOf is the Describe operation of a family.
func describesOf[I, O any](f world.Family, _ method[I, O], name, output *smithy.Schema) offered {
	serve := func(v *view, in *I) (smithy.Serializable, error) {
		record, err := v.sought(f, in)
		if err != nil {
			return nil, err
		}
		return v.describe(record).(smithy.Serializable), nil
	}
	resource := func(v *view, in *I) string {
		// What does not exist is asked about all the same: IAM decides before SageMaker looks.
		record, err := v.sought(f, in)
		if err != nil && strings.HasPrefix(record.Name, "arn:") {
			return record.Name
		}
		return *v.arn(record.Resource())
	}
	return offered{"sagemaker:" + name.ID().Name, modeled(name, output, serve, resource)}
}
