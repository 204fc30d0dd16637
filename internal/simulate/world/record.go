package world

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
)

// A Record is a resource of a family: what its Describe operation answers, and how that moves with time.
type Record struct {
	Life
	Family Family
	Name   string
	// Parent is the name of what it belongs to: the pipeline of an execution, the hub of a content, the group of a versioned
	// model package (whose Name is the version), the cluster of a node (whose Name is the instance's id).
	Parent string
	// Ended is when a job finished or a notebook instance was stopped; zero while it runs. What ended stands on until it is deleted.
	Ended time.Time
	// Status is what it has until it ended, and EndStatus from then on; empty means the family's usual ones.
	Status, EndStatus string
	// Output holds what does not move: a pointer to the SDK's output of the family's Describe operation. Nil is an empty one.
	Output any
}

// Over reports whether it ended by the instant.
func (r *Record) Over(t time.Time) bool { return !r.Ended.IsZero() && !t.Before(r.Ended) }

// StatusAt is its status at the instant.
func (r *Record) StatusAt(t time.Time) string {
	shape := shapes[r.Family]
	if r.Over(t) {
		return cmp.Or(r.EndStatus, shape.over, r.Status, shape.goes)
	}
	return cmp.Or(r.Status, shape.goes)
}

// ModifiedAt is the control plane's stamp at the instant: a job's end changes it.
func (r *Record) ModifiedAt(t time.Time) time.Time {
	modified := r.Modified
	if modified.IsZero() {
		modified = r.Created
	}
	if r.Over(t) {
		return Later(modified, r.Ended)
	}
	return modified
}

// Resource is the resource part of the record's ARN. A cluster's node has none in AWS; here it is kept apart by its cluster's.
func (r *Record) Resource() string {
	switch r.Family {
	case Cluster:
		return r.Family.resource(strings.ToLower(serial(r.Name)))
	case MlflowApp, PartnerApp:
		return r.Family.resource("app-" + serial(r.Name))
	case ClusterNode:
		return Cluster.resource(strings.ToLower(serial(r.Parent)), r.Name)
	case PipelineExecution:
		return Pipeline.resource(r.Parent, "execution", r.Name)
	case Workteam:
		return r.Family.resource("private-crowd", r.Name)
	case HubContent:
		out := content(r.Output)
		return r.Family.resource(r.Parent, string(out.HubContentType), r.Name, *out.HubContentVersion)
	}
	if r.Parent != "" {
		return r.Family.resource(r.Parent, r.Name)
	}
	return r.Family.resource(r.Name)
}

// serial stands for the twelve characters that AWS makes up for some ARNs in place of the name.
func serial(name string) string {
	sum := sha256.Sum256([]byte(name))
	return base32.StdEncoding.EncodeToString(sum[:])[:12]
}

// Describe is what the family's Describe operation answers at the instant: a copy of the output with what moves filled in.
// arn makes an ARN of a resource part.
func (r *Record) Describe(t time.Time, arn func(resource string) string) any {
	out := r.Family.NewOutput()
	if r.Output != nil {
		reflect.ValueOf(out).Elem().Set(reflect.ValueOf(r.Output).Elem())
	}
	body := Members(out)
	put(body, r.Name, r.Family.name()...)
	put(body, arn(r.Resource()), r.Family.arn()...)
	put(body, r.StatusAt(t), r.Family.status()...)
	put(body, r.Created, createdMembers...)
	put(body, r.ModifiedAt(t), modifiedMembers...)
	if r.Over(t) {
		put(body, r.Ended, r.Family.ended()...)
	}
	r.move(out, t, arn)
	return out
}

// Members is the structure with the members of a resource: a Describe operation's answer itself, or the one part that it
// wraps them in. That part is made anew first, since an answer shares what its pointers point to with the record.
func Members(answer any) reflect.Value {
	switch out := answer.(type) {
	case *sagemaker.DescribeWorkteamOutput:
		out.Workteam = clone(out.Workteam)
		return reflect.ValueOf(out.Workteam).Elem()
	case *sagemaker.DescribeClusterNodeOutput:
		out.NodeDetails = clone(out.NodeDetails)
		return reflect.ValueOf(out.NodeDetails).Elem()
	}
	return reflect.ValueOf(answer).Elem()
}

// clone is a copy of what p points to, or an empty one.
func clone[T any](p *T) *T {
	if p == nil {
		return new(T)
	}
	return new(*p)
}

// member is the first of the members that the structure has.
func member(of reflect.Value, names ...string) reflect.Value {
	for _, name := range names {
		if field := of.FieldByName(name); field.IsValid() {
			return field
		}
	}
	return reflect.Value{}
}

// put sets the first of the members that the structure has to a text or an instant, where it holds one.
func put[T string | time.Time](of reflect.Value, value T, names ...string) {
	field := member(of, names...)
	if !field.IsValid() {
		return
	}
	if field.Kind() == reflect.Pointer {
		if field.Type().Elem() != reflect.TypeFor[T]() {
			return
		}
		field.Set(reflect.ValueOf(&value))
		return
	}
	field.Set(reflect.ValueOf(value).Convert(field.Type()))
}
