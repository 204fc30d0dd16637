package estate

import (
	"fmt"
	"strings"
)

// An ARN is a parsed Amazon Resource Name.
type ARN struct {
	Partition, Service, Region, Account, Resource string
}

// ParseARN reads an ARN. The resource keeps its own colons and slashes.
func ParseARN(s string) (ARN, error) {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" {
		return ARN{}, fmt.Errorf("%q is not an ARN: want arn:partition:service:region:account:resource", s)
	}
	a := ARN{parts[1], parts[2], parts[3], parts[4], parts[5]}
	if a.Partition == "" || a.Service == "" || a.Resource == "" {
		return ARN{}, fmt.Errorf("%q is not an ARN: its partition, service or resource is empty", s)
	}
	return a, nil
}

// String is the inverse of ParseARN.
func (a ARN) String() string {
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.Account + ":" + a.Resource
}

// Type is the first word of the resource: "endpoint" of "endpoint/name".
func (a ARN) Type() string {
	t, _, _ := strings.Cut(a.Resource, "/")
	return t
}

// SageMakerARN builds the ARN of a SageMaker resource of the target. Resource is "endpoint/name" and the like.
func (t Target) SageMakerARN(resource string) string {
	return ARN{t.Partition, "sagemaker", t.Region, t.Account, resource}.String()
}
