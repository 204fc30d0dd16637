package wire

import (
	"strings"

	"github.com/aws/smithy-go"
)

// An operation is one that the simulator answers.
type operation struct {
	// output is nil where the SDK has no schema of the operation.
	output *smithy.Schema
	decode func(arguments map[string]any) (any, error)
	// resource is what IAM is asked about: an ARN, or * where the operation knows no resources.
	resource func(v *view, in any) string
	serve    func(v *view, in any) (any, error)
	encode   func(p protocol, out any) (reply, error)
}

// modeled is an operation whose answer the SDK's schemas describe.
func modeled[I any, O smithy.Serializable](
	name, output *smithy.Schema, serve func(*view, *I) (O, error), resource func(*view, *I) string,
) operation {
	op := custom(serve, resource, func(p protocol, out O) ([]byte, error) { return encode(p, name, output, out) })
	op.output = output
	return op
}

// custom is an operation that writes its answer itself.
func custom[I, O any](
	serve func(*view, *I) (O, error), resource func(*view, *I) string, encode func(protocol, O) ([]byte, error),
) operation {
	return operation{
		decode: func(arguments map[string]any) (any, error) {
			in := new(I)
			return in, decode(in, arguments)
		},
		resource: func(v *view, in any) string { return resource(v, in.(*I)) },
		serve:    func(v *view, in any) (any, error) { return serve(v, in.(*I)) },
		encode: func(p protocol, out any) (reply, error) {
			body, err := encode(p, out.(O))
			return reply{body: body}, err
		},
	}
}

// anything is the resource of an operation that IAM cannot restrict to resources.
func anything[I any](*view, *I) string { return "*" }

// readers are the verbs of the operations that change nothing.
var readers = []string{"Get", "List", "Describe", "BatchGet", "BatchDescribe", "Search", "Query", "Lookup", "Filter", "Test", "Simulate", "AssumeRole"}

// Mutating reports whether an operation, as IAM names it, would change something. What is not known to read, changes.
func Mutating(operation string) bool {
	_, name, _ := strings.Cut(operation, ":")
	switch operation {
	case "kms:Sign", "athena:StartQueryExecution", "athena:StopQueryExecution": // what is asked of Athena here only reads
		return false
	}
	for _, verb := range readers {
		if strings.HasPrefix(name, verb) {
			return false
		}
	}
	return name != ""
}
