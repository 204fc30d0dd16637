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
	"github.com/sagewarden/sagewarden/internal/strictyaml"
)

// A Kind is one family of SageMaker resources. It may also be Measured, Inspected or Related.
type Kind interface {
	// Family is what the family says of itself. It never changes.
	Family() *Family
	// List yields every resource of the scope, page by page, with what the listing itself says of its use.
	// Yield may be called from several goroutines. A resource that vanishes while it is being described is left out.
	List(ctx context.Context, s *Scope, yield func(estate.Observation)) error
	// Judge is pure: the same resource, signals and criteria give the same verdict.
	Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict
}

// Measured is a family of whose use CloudWatch metrics speak.
type Measured interface {
	// Series are the metric series that speak of the resource's use. Pure.
	Series(r estate.Resource, c estate.Criteria) []Series
}

// Inspected is a family of whose use more can be found out where the metrics leave a doubt.
type Inspected interface {
	// Inspect adds the signals that are not metrics, and returns the series that the doubt asks for: those of all families are
	// fetched together. It reports failures through s.Cover and as signals.
	Inspect(ctx context.Context, s *Scope, obs []*estate.Observation, c estate.Criteria) []Want
}

// A Want is a series that is wanted for a resource.
type Want struct {
	For    *estate.Observation
	Series Series
}

// Related is a family whose use is the use of others: a space's is its apps'.
type Related interface {
	// Relate gives the signals that other resources of the target are for this one, from their verdicts. Pure; their source is
	// SourceRelation, and they take the place of those of an earlier call. The families asked of Peers are in Family.Needs.
	Relate(r estate.Resource, p *Peers) estate.Signals
}

// A Family is what a kind says of itself.
type Family struct {
	// Name is the family's name, as in a policy file and in --kind.
	Name estate.Kind
	// Summary is one line for people: shells show it when they complete --kind.
	Summary string
	// ARNType is what the resource part of the family's ARNs begins with: "endpoint" of "endpoint/churn".
	ARNType string
	// TagsByARN has tags asked for by name, a hundred resources a call, not by type: of a family with a long history, or one
	// that the tagging API is not known to list.
	TagsByARN bool
	// MetersMeasured says that what the resources bill is known from their series alone, so that these are read even where nobody asks
	// about use.
	MetersMeasured bool
	// InDomain says that the family's resources belong to a Studio domain.
	InDomain bool
	// IdleFor is the default limit of time without use.
	IdleFor time.Duration
	// Reads are the AWS operations that the family reads with. The first lists the family's resources.
	Reads []Operation
	// Needs are the families by whose resources this one's are judged.
	Needs []estate.Kind
	// CreatedBy is the CloudTrail event of a resource's creation, such as "CreateEndpoint"; empty where nobody's is of interest.
	CreatedBy string
	// Look reads a resource of the family whole.
	Look Look
	// Actions are the changes that the family allows: its own, and those that every family has, which register adds.
	Actions []Action
}

// An Operation is an AWS operation, as IAM names it, with what remains unseen without it.
type Operation struct {
	Action string
	Hides  string
}

// An Action is a change that a family allows.
type Action struct {
	// Name is the step of a policy file that asks for it: "stop", "delete".
	Name string
	// Operations are what it calls.
	Operations []string
	// Undo is what it takes to undo it, with the operations for that; empty means that nothing does.
	Undo string
	// UndoOperations are what undoing calls.
	UndoOperations []string
	// Loses is what is lost for good, for people; empty means nothing.
	Loses string
	// Next is the next move on the way to what is asked. An error is of reading: nothing was changed.
	Next func(ctx context.Context, h *Hand) (Move, error)
	// Back is the next move that undoes a call of this action, from what is there now; nil where nothing undoes it. A call that somebody else
	// has undone or overtaken meanwhile is Done or Refuse, never overwritten.
	Back func(ctx context.Context, h *Hand, made Made) (Move, error)
}

var registry = map[estate.Kind]Kind{}

func register(k Kind) {
	f := k.Family()
	if _, twice := registry[f.Name]; twice {
		panic("kinds: " + string(f.Name) + " is registered twice")
	}
	f.Actions = append(f.Actions, tags(f.Look), snapshotConfig(f.Look))
	registry[f.Name] = k
}

// All returns every family, by name.
func All() []Kind {
	all := make([]Kind, 0, len(registry))
	for _, k := range registry {
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b Kind) int { return cmp.Compare(a.Family().Name, b.Family().Name) })
	return all
}

// Get returns the family of the name. Its error names those that may have been meant.
func Get(name estate.Kind) (Kind, error) {
	if k, ok := registry[name]; ok {
		return k, nil
	}
	if near := meant(string(name)); len(near) > 0 {
		return nil, fmt.Errorf("unknown kind %q: did you mean %s?", name, strings.Join(near, ", "))
	}
	return nil, fmt.Errorf("unknown kind %q", name)
}

// meant are the families that a name may stand for: those that have it in their names, or the one that is spelt nearly so.
func meant(name string) []string {
	var names []string
	for _, k := range All() {
		names = append(names, string(k.Family().Name))
	}
	if stem := strings.TrimSuffix(strings.ToLower(name), "s"); len(stem) > 2 {
		if having := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !strings.Contains(n, stem) }); len(having) > 0 {
			return having
		}
	}
	if near, ok := strictyaml.Nearest(name, names); ok {
		return []string{near}
	}
	return nil
}

// WithNeeds adds to the families those by whose resources they are judged, and puts these before those.
func WithNeeds(ks []Kind) []Kind {
	var ordered []Kind
	var add func(Kind)
	add = func(k Kind) {
		if slices.Contains(ordered, k) {
			return
		}
		for _, need := range k.Family().Needs {
			add(registry[need])
		}
		ordered = append(ordered, k)
	}
	for _, k := range ks {
		add(k)
	}
	return ordered
}

// lists reports whether the operation lists the resources of a family. Where a region does not have it, there are none.
func lists(operation string) bool {
	return slices.ContainsFunc(All(), func(k Kind) bool { return k.Family().Reads[0].Action == operation })
}

// Hides says what stays unseen when the operation is refused, by every family that needs it.
func Hides(action string) string {
	var hidden []string
	hides := func(ops []Operation) {
		for _, op := range ops {
			if op.Action == action && !slices.Contains(hidden, op.Hides) {
				hidden = append(hidden, op.Hides)
			}
		}
	}
	hides(Common)
	for _, k := range All() {
		hides(k.Family().Reads)
	}
	return strings.Join(hidden, "; ")
}

// Common are the operations that a scan asks whatever the family.
var Common = []Operation{
	{"sts:GetCallerIdentity", "everything"},
	{"cloudwatch:GetMetricData", "whether anything is used"},
	{"tag:GetResources", "tags, and with them the owners of what has no other sign of one"},
	{"cloudtrail:LookupEvents", "who created what has no tag that names an owner"},
	{"pricing:GetProducts", "prices"},
	{"sagemaker:DescribeDomain", "whether the domain asked for exists"},
	{"sagemaker:DescribeUserProfile", "the names with which people sign in"},
}
