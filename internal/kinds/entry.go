package kinds

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// An entry is a family of entries in SageMaker's books: nothing runs for one, so that it bills nothing and no metric speaks of it.
// What it points to in S3 or ECR bills there.
type entry struct {
	of *Family
	// list finds every entry; the rest of a resource follows from the family.
	list func(ctx context.Context, s *Scope, found func(estate.Resource)) error
	// settled and failed are the statuses in which it stays; in any other it is on its way. A resource without a status is settled.
	settled, failed []string
	// why says that nothing tells of its use, remedy what would.
	why, remedy string
}

func (e *entry) Family() *Family { return e.of }

func (e *entry) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	return e.list(ctx, s, func(r estate.Resource) {
		if !s.wants(e.of, r.ARN, r.Name) {
			return
		}
		r.Kind, r.Target = e.of.Name, s.Target()
		yield(estate.Observation{Resource: r, Signals: estate.Signals{
			{Name: signalStamps, Source: e.of.Reads[0].Action + " CreationTime and LastModifiedTime", Quality: estate.Good, At: later(r.Created, r.Modified)}}})
	})
}

// listed is what most listings say of an entry.
func listed(arn, name *string, status string, created, modified *time.Time) estate.Resource {
	return estate.Resource{ARN: aws.ToString(arn), Name: aws.ToString(name), Status: status, Created: aws.ToTime(created).UTC(), Modified: aws.ToTime(modified).UTC()}
}

func (e *entry) rule(name string) string { return string(e.of.Name) + "/" + name }

// unsettled is the verdict on an entry whose status says more than its use, and whether that is so.
func (e *entry) unsettled(r estate.Resource, c estate.Criteria) (estate.Verdict, bool) {
	since := later(r.Created, r.Modified)
	switch {
	case r.Status == "" || slices.Contains(e.settled, r.Status):
		return estate.Verdict{}, false
	case slices.Contains(e.failed, r.Status):
		return broken(e.rule("broken"), r.Status, r.Attributes["failureReason"], since), true
	default:
		return inTransit(e.rule("changing"), r.Status, since, c), true
	}
}

func (e *entry) Judge(r estate.Resource, _ estate.Signals, c estate.Criteria) estate.Verdict {
	if v, ok := e.unsettled(r, c); ok {
		return v
	}
	return estate.Verdict{State: estate.Unknown, Rule: e.rule("no-signal"), Why: e.why, Remedy: e.remedy}
}
