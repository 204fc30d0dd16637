package wire

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// How long it takes until what was asked for is so.
const (
	appStarts      = time.Minute
	appStops       = 30 * time.Second
	notebookStarts = 2 * time.Minute
	notebookStops  = time.Minute
	endpointMoves  = 3 * time.Minute
	componentMoves = 2 * time.Minute

	jobStops      = 2 * time.Minute
	poolGoes      = 30 * time.Second
	clusterMoves  = 10 * time.Minute
	serverMoves   = 5 * time.Minute
	featuresMove  = 2 * time.Minute
	scheduleMoves = 20 * time.Second
	imageMoves    = 10 * time.Second
	contentMoves  = 15 * time.Second
)

// A Mutation is a call that changed something.
type Mutation struct {
	At time.Time
	// Operation as IAM names it, and who called.
	Operation, Principal string
	// Resource is the ARN of what was changed.
	Resource string
	// Stops says that something stopped running by it.
	Stops bool
	// LastUse is when that was last really used, zero for never.
	LastUse time.Time
	// InUse says that it was really used within the minute before: nobody should have stopped it.
	InUse bool
}

// Mutations are all calls that changed something, oldest first.
func (s *Server) Mutations() []Mutation {
	s.state.RLock()
	defer s.state.RUnlock()
	return slices.Clone(s.mutations)
}

// wrote keeps a change for CloudTrail and for Mutations.
func (v *view) wrote(c change) { v.keep(c, Mutation{Resource: v.target.SageMakerARN(c.arn)}) }

// stopped keeps a change by which something stopped running that somebody may have used.
func (v *view) stopped(c change, l world.Life) {
	m := Mutation{Resource: v.target.SageMakerARN(c.arn), Stops: true}
	if l.Use != nil {
		m.LastUse, _ = l.Use.Last(v.now)
		m.InUse = l.Use.Count(v.now.Add(-time.Minute), v.now.Add(1)) > 0
	}
	v.keep(c, m)
}

func (v *view) keep(c change, m Mutation) {
	c.at, c.by, c.number = v.now, v.principal.arn, len(v.written)+1
	_, c.event, _ = strings.Cut(v.operation, ":")
	v.written = append(v.written, c)
	v.remember(m)
}

// remember keeps a mutation. Of what is done to objects, CloudTrail's LookupEvents knows nothing.
func (v *view) remember(m Mutation) {
	m.At, m.Operation, m.Principal = v.now, v.operation, v.principal.arn
	v.server.mutations = append(v.server.mutations, m)
}

// silent is an operation that answers nothing.
func silent[I any](serve func(*view, *I) error, resource func(*view, *I) string) operation {
	return custom(
		func(v *view, in *I) (struct{}, error) { return struct{}{}, serve(v, in) },
		resource,
		func(protocol, struct{}) ([]byte, error) { return nil, nil },
	)
}

// label gives what is being made its tags, which its caller must be allowed to.
func (v *view) label(resource string, tags []types.Tag) error {
	arn := v.target.SageMakerARN(resource)
	if len(tags) == 0 {
		delete(v.tags, arn) // those of an earlier bearer of the name
		return nil
	}
	if err := v.principal.authorize("sagemaker:AddTags", arn, v.target.Region); err != nil {
		return err
	}
	all, err := withTags(nil, tags)
	if err == nil {
		v.tags[arn] = all
	}
	return err
}

// passes refuses to give a role to what is being made, unless the caller may.
func (v *view) passes(role *string) error {
	if nothing(role) {
		return nil
	}
	return v.principal.authorize("iam:PassRole", *role, v.target.Region)
}

// merge copies to a structure what another one says of the members that both have.
func merge(to, from reflect.Value) {
	for field, member := range from.Fields() {
		if target := to.FieldByName(field.Name); field.IsExported() && !member.IsZero() && target.IsValid() && target.Type() == field.Type {
			target.Set(member)
		}
	}
}

// updated is the settings with what a call says of them: of each member of the settings, all or nothing.
func updated[T, U any](settings *T, with *U) *T {
	if with == nil {
		return settings
	}
	var all T
	if settings != nil {
		all = *settings
	}
	merge(reflect.ValueOf(&all).Elem(), cleared(reflect.ValueOf(with).Elem()))
	return &all
}

// nothingSaid is what clears an ARN in settings.
const nothingSaid = "None"

// cleared is a copy of a value without the ARNs that are to be cleared.
func cleared(v reflect.Value) reflect.Value {
	to := reflect.New(v.Type()).Elem()
	to.Set(v)
	switch v.Kind() {
	case reflect.Pointer:
		switch {
		case v.IsNil():
		case v.Elem().Kind() == reflect.String && v.Elem().String() == nothingSaid:
			to.SetZero()
		default:
			c := reflect.New(v.Type().Elem())
			c.Elem().Set(cleared(v.Elem()))
			to.Set(c)
		}
	case reflect.Struct:
		for field, member := range v.Fields() {
			if field.IsExported() {
				to.FieldByIndex(field.Index).Set(cleared(member))
			}
		}
	}
	return to
}

// missingMember is how AWS says that a member must be there.
func missingMember(name string) error {
	return invalid("1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null", name)
}

// inUse is how Studio says that something exists already, or cannot go yet.
func inUse(format string, args ...any) error {
	return &apiError{code: "ResourceInUse", message: fmt.Sprintf(format, args...)}
}

// nothing is given where a call has a name that is not there.
func nothing(name *string) bool { return aws.ToString(name) == "" }
