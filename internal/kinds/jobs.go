package kinds

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// jobs is what the families of jobs have in common. A job is something that somebody asked for and that ends by itself: while it
// is in progress, it is taken for used. What has ended stays listed for ever, so that jobs are listed by status, never whole.
type jobs struct{ family *Family }

// Signals of a job.
const (
	// signalStarted is when it began on its instances, from which it bills; Absent while it waits for them.
	signalStarted = "started"
	// signalDeadline is when AWS ends it at the latest.
	signalDeadline = "deadline"
)

// overlongLimits is how many limits a job may run before somebody should ask whether it still gets anywhere.
const overlongLimits = 3

func (j jobs) Family() *Family { return j.family }

// inEach lists each of the statuses in turn. A job that moves on to the next meanwhile is in both listings, and yielded once; one
// that was found to have ended is left out.
func inEach[S ~string](yield func(estate.Observation), listed func(S, func(estate.Observation)) error, statuses ...S) error {
	yield = among(yield, statuses...)
	for _, status := range statuses {
		if err := listed(status, yield); err != nil {
			return err
		}
	}
	return nil
}

// among yields what has one of the statuses by now, once.
func among[S ~string](yield func(estate.Observation), statuses ...S) func(estate.Observation) {
	var seen sync.Map
	return func(o estate.Observation) {
		if !slices.Contains(statuses, S(o.Resource.Status)) {
			return
		}
		if _, twice := seen.LoadOrStore(o.Resource.ARN, true); !twice {
			yield(o)
		}
	}
}

// summary is a job as its listing has it, and whether it is within the scope.
func (j jobs) summary(s *Scope, arn, name *string, status string, created, modified *time.Time) (*estate.Observation, bool) {
	r := estate.Resource{
		ARN: aws.ToString(arn), Kind: j.family.Name, Target: s.Target(), Name: aws.ToString(name), Status: status, Ends: true,
		Created: aws.ToTime(created).UTC(), Modified: aws.ToTime(modified).UTC(),
	}
	return &estate.Observation{Resource: r}, s.wants(j.family, r.ARN, r.Name)
}

// described reads what the listing lacks: instance types, counts and the bound of the run time. It reports whether the job is still there.
func described[D any](ctx context.Context, s *Scope, o *estate.Observation, op, component string, ask func(context.Context) (D, error), has func(D) bool, read func(*estate.Observation, D)) bool {
	d, gone, err := Describe(ctx, s, op, ask, has)
	switch {
	case gone:
		return false
	case err != nil:
		o.Signals = append(o.Signals, brokenSignal(signalDescription, "", op, err))
		o.Resource.Meters = []estate.Meter{{Component: component, Count: 1, Rate: estate.Rate{Why: op + " was not answered, so that its instances are not known"}}}
	default:
		read(o, d)
	}
	return true
}

func stopping(r estate.Resource) bool { return strings.EqualFold(r.Status, "Stopping") }

// started adds when the job began, nil for not yet.
func started(o *estate.Observation, source string, at *time.Time) {
	sig := estate.Signal{Name: signalStarted, Source: source, Quality: estate.Absent}
	if at != nil {
		sig.Quality, sig.At = estate.Good, at.UTC()
	}
	o.Signals = append(o.Signals, sig)
}

// deadline adds when AWS ends the job that began at from, unless there is no bound.
func deadline(o *estate.Observation, source string, from *time.Time, seconds *int32) {
	if from == nil || aws.ToInt32(seconds) == 0 {
		return
	}
	bound := time.Duration(*seconds) * time.Second
	o.Signals = append(o.Signals, estate.Signal{Name: signalDeadline, Source: source, Quality: estate.Good, At: from.Add(bound).UTC(), Value: bound.Seconds(), Unit: "s"})
}

func (j jobs) rule(name string) string { return string(j.family.Name) + "/" + name }

// Judge takes a job in progress for used: somebody asked for it.
func (j jobs) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	if stopping(r) {
		return inTransit(j.rule("stopping"), r.Status, r.Modified, c)
	}
	if s, ok := sigs.Find(signalDescription, ""); ok {
		return unreadable(j.rule("unreadable"), s)
	}
	begun, ok := sigs.Find(signalStarted, "")
	switch {
	case !ok:
		return estate.Verdict{State: estate.Unknown, Rule: j.rule("unread"), Why: "nothing that was read says whether it runs"}
	case begun.Quality == estate.Absent:
		return estate.Verdict{State: estate.Active, Confidence: estate.Medium, Rule: j.rule("waiting"),
			Why: "it was asked for " + ago(c.Now, r.Created) + " ago, and has yet to begin"}
	case begun.Quality != estate.Good:
		return unreadable(j.rule("unreadable"), begun)
	}
	return estate.Verdict{State: estate.Active, Confidence: estate.Medium, Rule: j.rule("running"),
		Why: "somebody asked for it, and it has been in progress for " + ago(c.Now, begun.At), Conditions: overlong(begun.At, sigs, c)}
}

// overlong is what is wrong, by its age alone, with a job that began at from.
func overlong(from time.Time, sigs estate.Signals, c estate.Criteria) []estate.Condition {
	end, bounded := bound(sigs)
	left := end.Sub(c.Now)
	if bounded && -left > stuckAfter {
		return []estate.Condition{overdue(end, c)}
	}
	if c.Now.Sub(from) < overlongLimits*c.IdleFor {
		return nil
	}
	why := "it has been in progress for " + ago(c.Now, from)
	switch {
	case !bounded:
		why += ", and no bound is known at which AWS would end it"
	case left > 0:
		why += "; AWS ends it in " + span(left) + " at the latest"
	default:
		why += "; AWS is to end it now"
	}
	return []estate.Condition{{Type: estate.Overlong, Since: from.Add(overlongLimits * c.IdleFor), Why: why, Remedy: "ask its owner whether it still gets anywhere"}}
}

// bound is when AWS ends what the signals speak of, and whether that is known.
func bound(sigs estate.Signals) (time.Time, bool) {
	s, ok := sigs.Find(signalDeadline, "")
	return s.At, ok && s.Quality == estate.Good
}

// overdue is what AWS should have ended and has not.
func overdue(end time.Time, c estate.Criteria) estate.Condition {
	return estate.Condition{Type: estate.Stuck, Since: end, Why: "its time was up " + ago(c.Now, end) + " ago, and it has not ended",
		Remedy: "stop it; where that fails, AWS Support can end it"}
}
