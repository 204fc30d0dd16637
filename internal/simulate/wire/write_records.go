package wire

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/smithy-go"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A passage is how a call moves a record from one status to another.
type passage struct {
	// from are the statuses that take the call; none means any.
	from []string
	// goes is the status on the way, and over the one at its end. Without over, the record is gone then.
	goes, over string
	takes      time.Duration
	// starts says that it runs again from then on.
	starts bool
	// also is what else the call does; nil for nothing.
	also func(*view, *world.Record)
}

// transits is an operation that moves the record which its input names. Output is nil where it answers nothing.
func transits[I, O any](f world.Family, _ method[I, O], name, output *smithy.Schema, p passage) offered {
	return changes(f, name, output, func(v *view, in *I) (*O, error) {
		record, err := v.taken(f, in, p.from)
		if err != nil {
			return nil, err
		}
		v.pass(record, p)
		if p.also != nil {
			p.also(v, record)
		}
		return respond[O](v, record), nil
	})
}

// changes is an operation on the record that its input names.
func changes[I, O any](f world.Family, name, output *smithy.Schema, serve func(*view, *I) (*O, error)) offered {
	resource := func(v *view, in *I) string { return v.subject(f, in) }
	op := "sagemaker:" + name.ID().Name
	if output == nil {
		return offered{op, silent(func(v *view, in *I) error { _, err := serve(v, in); return err }, resource)}
	}
	return offered{op, modeled(name, output, func(v *view, in *I) (smithy.Serializable, error) {
		out, err := serve(v, in)
		if err != nil {
			return nil, err
		}
		return any(out).(smithy.Serializable), nil
	}, resource)}
}

// subject is what IAM is asked about: the record that an input names, there or not.
func (v *view) subject(f world.Family, in any) string {
	record, err := v.sought(f, in)
	if err != nil && strings.HasPrefix(record.Name, "arn:") {
		return record.Name
	}
	return *v.arn(record.Resource())
}

// taken is the record that an input names, if it is in one of the statuses.
func (v *view) taken(f world.Family, in any, from []string) (*world.Record, error) {
	record, err := v.sought(f, in)
	if err != nil {
		return nil, err
	}
	if status := record.StatusAt(v.now); len(from) > 0 && !slices.Contains(from, status) {
		return nil, &apiError{code: cmp.Or(conflicts[f], "ValidationException"),
			message: "The request was rejected because the " + f.Stem() + " " + *v.arn(record.Resource()) + " is in status " + status + "."}
	}
	return record, nil
}

// conflicts are the codes with which families say that a record's status does not take a call; the others say ValidationException.
var conflicts = map[world.Family]string{
	world.Cluster: "ConflictException", world.PartnerApp: "ConflictException", world.TrackingServer: "ConflictException", world.MlflowApp: "ConflictException",
	world.Image: "ResourceInUse", world.HubContent: "ResourceInUse",
}

// pass moves the record. What would have ended by itself before ends then.
func (v *view) pass(record *world.Record, p passage) {
	end := v.now.Add(p.takes)
	moved := *record
	moved.Modified, moved.Status = v.now, p.goes
	c := recordChange(record)
	c.silent = true
	switch {
	case p.starts:
		moved.Ended, moved.EndStatus = time.Time{}, ""
		v.put(&moved, v.now)
		runs := moved
		runs.Modified, runs.Status = end, p.over
		v.put(&runs, end)
		v.wrote(c)
		return
	case p.over == "":
		moved.Deleted, moved.Ended = end, time.Time{}
	default:
		if moved.Ended.IsZero() || moved.Ended.After(end) {
			moved.Ended = end
		}
		moved.EndStatus = p.over
	}
	v.put(&moved, v.now)
	if record.Over(v.now) {
		v.wrote(c) // it did not run
		return
	}
	v.stopped(c, record.Life)
}

// respond is the answer of an operation on a record: its ARN, or that it is done.
func respond[O any](v *view, record *world.Record) *O {
	out := new(O)
	body := reflect.ValueOf(out).Elem()
	for _, name := range []string{record.Family.Stem() + "Arn", "Arn"} {
		if member := body.FieldByName(name); member.IsValid() {
			member.Set(reflect.ValueOf(v.arn(record.Resource())))
		}
	}
	if done := body.FieldByName("Success"); done.IsValid() {
		done.Set(reflect.ValueOf(aws.Bool(true)))
	}
	return out
}

// A birth is how a call makes a record.
type birth struct {
	// goes is the status that it has at first, and takes for how long.
	goes  string
	takes time.Duration
}

// makes is an operation that makes a record of what its input says. Fill sets what the description calls otherwise; nil for nothing.
func makes[I, O, D any](f world.Family, _ method[I, O], name, output *smithy.Schema, b birth, fill func(*view, *I, *D) error) offered {
	return offered{"sagemaker:" + name.ID().Name, modeled(name, output, func(v *view, in *I) (smithy.Serializable, error) {
		record, err := v.conceived(f, in)
		if err != nil {
			return nil, err
		}
		if role, ok := interfaceOf(reflect.ValueOf(in).Elem().FieldByName("RoleArn")).(*string); ok {
			if err := v.passes(role); err != nil {
				return nil, err
			}
		}
		if fill != nil {
			if err := fill(v, in, record.Output.(*D)); err != nil {
				return nil, err
			}
		}
		if err := v.bear(record, reflect.ValueOf(in).Elem().FieldByName("Tags").Interface().([]types.Tag), b); err != nil {
			return nil, err
		}
		return any(respond[O](v, record)).(smithy.Serializable), nil
	}, func(v *view, in *I) string {
		record, _ := v.conceived(f, in)
		return *v.arn(record.Resource())
	})}
}

// conceived is the record that an input describes, with the error where its name is missing or taken.
func (v *view) conceived(f world.Family, in any) (*world.Record, error) {
	parent, name := wanted(f, in)
	record := &world.Record{Family: f, Parent: parent, Name: name, Output: f.NewOutput()}
	merge(world.Members(record.Output), reflect.ValueOf(in).Elem())
	if name == "" {
		return record, missingMember(lowered(f.Stem()) + "Name")
	}
	parent, err := v.within(f, parent)
	if err != nil {
		return record, err
	}
	record.Parent = parent
	if _, taken := v.record(f, parent, name); taken {
		return record, &apiError{code: cmp.Or(conflicts[f], "ResourceInUse"), message: f.Stem() + " [" + *v.arn(record.Resource()) + "] already exists."}
	}
	return record, nil
}

// bear makes the record. Whoever used the one of that name goes on using it.
func (v *view) bear(record *world.Record, tags []types.Tag, b birth) error {
	if err := v.label(record.Resource(), tags); err != nil {
		return err
	}
	record.Created, record.Creator, record.Status = v.now, v.principal.arn, b.goes
	all := v.families[record.Family]
	if earlier := all.named[called(record.Parent, record.Name)]; len(earlier) > 0 {
		record.Use = earlier[len(earlier)-1].life.Use
	}
	v.put(record, v.now)
	if b.takes > 0 {
		there := *record
		there.Status, there.Modified = "", v.now.Add(b.takes)
		v.put(&there, there.Modified)
	}
	v.wrote(recordChange(record))
	return nil
}

// stopChildren stops the jobs that a job has launched, with it.
func stopChildren(v *view, parent *world.Record) {
	arn := *v.arn(parent.Resource())
	for _, f := range []world.Family{world.TrainingJob, world.ProcessingJob, world.TransformJob} {
		all := v.families[f]
		for _, child := range all.list(v.now, func(r *world.Record, _ world.Life) bool {
			return !r.Over(v.now) && r.Output != nil && mentions(r.Output, arn)
		}) {
			v.pass(child, jobStop)
		}
	}
}

var (
	jobStop   = passage{from: []string{"InProgress"}, goes: "Stopping", over: "Stopped", takes: jobStops}
	loudStop  = passage{from: []string{"STARTING", "INPROGRESS"}, goes: "STOPPING", over: "STOPPED", takes: jobStops}
	labelStop = passage{from: []string{"Initializing", "InProgress"}, goes: "Stopping", over: "Stopped", takes: jobStops}
	groupStop = passage{from: jobStop.from, goes: jobStop.goes, over: jobStop.over, takes: 2 * jobStops, also: stopChildren}
)
