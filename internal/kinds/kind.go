// Package kinds knows the SageMaker families: how to list each, how to know that it is used, and what it bills.
//
// Adding a family is adding one file: a type that implements Kind, registered by that file.
package kinds

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Kind is one family of SageMaker resources.
type Kind interface {
	// Name is the family's name, as in a policy file and in --kind.
	Name() estate.Kind
	// Summary is one line for people: shells show it when they complete --kind.
	Summary() string
	// Operations are the AWS operations that the family reads with, and what is hidden where one is denied. The first is the
	// one that lists the family's resources.
	Operations() []Operation
	// TagType is the family's resource type in the tagging API, such as "sagemaker:endpoint".
	TagType() string
	// InDomain reports whether the family's resources belong to a Studio domain.
	InDomain() bool
	// IdleFor is the default limit of time without use.
	IdleFor() time.Duration
	// List yields every resource of the scope, page by page, with what the listing itself says of its use.
	// Yield may be called from several goroutines. A resource that vanishes while it is being described is left out.
	List(ctx context.Context, s *Scope, yield func(estate.Observation)) error
	// Series are the metric series that speak of the resource's use. Pure.
	Series(r estate.Resource, c estate.Criteria) []Series
	// Inspect adds the signals that are not metrics, where those leave a doubt. It reports failures through s.Cover and as signals.
	Inspect(ctx context.Context, s *Scope, obs []*estate.Observation, c estate.Criteria)
	// Judge is pure: the same resource, signals and criteria give the same verdict.
	Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict
}

// An Operation is an AWS operation, as IAM names it, with what remains unseen without it.
type Operation struct {
	Action string
	Hides  string
}

var registry = map[estate.Kind]Kind{}

func register(k Kind) {
	if _, twice := registry[k.Name()]; twice {
		panic("kinds: " + string(k.Name()) + " is registered twice")
	}
	registry[k.Name()] = k
}

// All returns every family, by name.
func All() []Kind {
	all := make([]Kind, 0, len(registry))
	for _, k := range registry {
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b Kind) int { return cmp.Compare(a.Name(), b.Name()) })
	return all
}

// Get returns the family of the name.
func Get(name estate.Kind) (Kind, error) {
	if k, ok := registry[name]; ok {
		return k, nil
	}
	var names []string
	for _, k := range All() {
		names = append(names, string(k.Name()))
	}
	return nil, fmt.Errorf("unknown kind %q: the kinds are %s", name, strings.Join(names, ", "))
}

// Hides says what stays unseen when the operation is refused, by every family that needs it.
func Hides(action string) string {
	var hidden []string
	for _, ops := range append([][]Operation{Common}, operations()...) {
		for _, op := range ops {
			if op.Action == action && !slices.Contains(hidden, op.Hides) {
				hidden = append(hidden, op.Hides)
			}
		}
	}
	return strings.Join(hidden, "; ")
}

func operations() (all [][]Operation) {
	for _, k := range All() {
		all = append(all, k.Operations())
	}
	return all
}

// Common are the operations that a scan asks whatever the family.
var Common = []Operation{
	{"sts:GetCallerIdentity", "everything"},
	{"cloudwatch:GetMetricData", "whether anything is used"},
	{"tag:GetResources", "tags, and with them the owners of endpoints"},
	{"pricing:GetProducts", "prices"},
	{"sagemaker:DescribeDomain", "whether the domain asked for exists"},
}
