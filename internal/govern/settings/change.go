package settings

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Change is one place that is to say something else.
type Change struct {
	Place
	Target   estate.Target `json:"target"`
	Resource string        `json:"resource"`
	// Before and After are what the place says of the app types that change.
	Before Apps `json:"before"`
	After  Apps `json:"after"`
	// TagPropagation is whether a domain hands its tags on, where that changes in place of what is said of app types.
	TagPropagation *Propagation `json:"tagPropagation,omitempty"`
}

// Propagation is a domain's TagPropagation before and after, ENABLED or DISABLED as the API has it.
type Propagation struct {
	Before string `json:"before"`
	After  string `json:"after"`
}

// Propagate is the change by which a domain that was read hands its tags on.
func Propagate(t estate.Target, p Place, now Seen) Change {
	return Change{Place: p, Target: t, Resource: now.Resource, Before: Apps{}, After: Apps{}, TagPropagation: &Propagation{now.TagPropagation, string(types.TagPropagationEnabled)}}
}

// String is a line for a person.
func (c Change) String() string {
	if c.Level == LevelShared {
		return "the defaults of shared spaces of " + c.Resource
	}
	return c.Resource
}

// Between is the change of a place that was read, holding the app types alone in which it says something else.
func Between(t estate.Target, p Place, now Seen, after Apps) Change {
	c := Change{Place: p, Target: t, Resource: now.Resource, Before: Apps{}, After: Apps{}}
	for app, to := range after {
		if !to.Equal(now.Apps[app]) {
			c.Before[app], c.After[app] = now.Apps[app], to
		}
	}
	return c
}

// An Outcome is how a change ended.
type Outcome string

// The outcomes.
const (
	// Done: the place was seen to say what it is to say.
	Done Outcome = "done"
	// Changed: the place is not as it was planned for, and was left alone.
	Changed Outcome = "changed"
	// Untried: it was left alone, for the run was interrupted or could not be written down.
	Untried Outcome = "untried"
	// Refused: the place says what it said.
	Refused Outcome = "failed"
	// Unsettled: the call was sent, and it was not seen what became of it.
	Unsettled Outcome = "unsettled"
)

// A Result is a change and how it ended.
type Result struct {
	Change
	Outcome Outcome `json:"outcome"`
	Why     string  `json:"why,omitempty"`
}

// String is a line for a person.
func (r Result) String() string {
	if r.Why == "" {
		return string(r.Outcome) + ": " + r.Change.String()
	}
	return string(r.Outcome) + ": " + r.Change.String() + ": " + r.Why
}

// An Engine carries changes out.
type Engine struct {
	// Studio reaches that of a target.
	Studio  func(estate.Target) Studio
	Journal Journal
	// Wait lets time pass between two looks.
	Wait func(context.Context, time.Duration) error
}

const (
	// looks and pause are how often and in which distance a place is read back until it is still.
	looks = 40
	pause = 5 * time.Second
)

// Apply writes down the intent, looks, changes, looks what became of it, and writes that down.
func (e Engine) Apply(ctx context.Context, c Change) Result {
	if ctx.Err() != nil {
		return Result{c, Untried, "interrupted"}
	}
	id, err := e.Journal.Intend(c.update(), c.Resource, c)
	if err != nil {
		return Result{c, Untried, "the intent could not be written down: " + err.Error()}
	}
	r := e.act(ctx, c)
	if err := e.Journal.Settle(id, r.Outcome, r.Why); err != nil {
		r.Why = fmt.Sprintf("%s (%s), which could not be written down: %v", r.Outcome, r.Why, err)
		r.Outcome = Unsettled
	}
	return r
}

func (e Engine) act(ctx context.Context, c Change) Result {
	studio := e.Studio(c.Target)
	now, err := Read(ctx, studio, c.Place)
	switch {
	case ctx.Err() != nil:
		return Result{c, Untried, "interrupted"}
	case cloud.Classify(err) == cloud.NotFound:
		return Result{c, Changed, "it is gone"}
	case err != nil:
		return Result{c, Refused, "it could not be looked at again, and was left alone: " + err.Error()}
	case c.became(now):
		return Result{c, Done, "it was so already"}
	case !c.unchanged(now):
		return Result{c, Changed, "its settings have changed since they were planned for, and were left alone: plan again"}
	case !c.ready(now):
		return Result{c, Changed, "it is " + now.Status + ", and was left alone"}
	}
	sent, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	failed := c.write(sent, studio, now)
	if failed != nil {
		failed = Failed(c.update(), c.Resource, failed)
	}
	return e.await(ctx, studio, c, failed)
}

// await reads the place back until it is still. After a call that failed, one look says whether it did something all the same: an answer may be lost, and
// a second attempt be refused where the first was heard.
func (e Engine) await(ctx context.Context, s Studio, c Change, failed error) Result {
	last := ""
	for look := range looks {
		if look > 0 && e.Wait(ctx, pause) != nil {
			return Result{c, Unsettled, "interrupted: " + last}
		}
		now, err := e.look(ctx, s, c.Place)
		switch {
		case err != nil:
			last = "it could not be read back: " + err.Error()
		case c.still(now) && c.became(now):
			return Result{c, Done, ""}
		case failed == nil && slices.Contains([]string{"Update_Failed", "Failed"}, now.Status) && !c.became(now):
			return Result{c, Refused, "it is " + now.Status + ": " + now.Failure}
		case c.still(now):
			last = "it does not say what was written of " + strings.Join(c.missing(now), ", ")
		default:
			last = "it is " + now.Status
		}
		if failed == nil {
			continue
		}
		if err == nil && c.unchanged(now) && !cloud.Uncertain(failed) {
			return Result{c, Refused, failed.Error()}
		}
		return Result{c, Unsettled, failed.Error() + "; and " + last}
	}
	return Result{c, Unsettled, "after " + (looks * pause).String() + " " + last}
}

func (e Engine) look(ctx context.Context, s Studio, p Place) (Seen, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return Read(ctx, s, p)
}

// Settle says how a change ended of which nobody knows, and whether that is known now. The call may be on its way for a while after it was sent.
func Settle(ctx context.Context, s Studio, c Change, age time.Duration) (r Result, known bool) {
	now, err := Read(ctx, s, c.Place)
	switch {
	case cloud.Classify(err) == cloud.NotFound:
		return Result{c, Changed, "it is gone"}, true
	case err != nil:
		return Result{c, Unsettled, err.Error()}, false
	case c.still(now) && c.became(now):
		return Result{c, Done, "found so by a later run"}, true
	case age < Underway || !c.still(now):
		return Result{c, Unsettled, "it is " + now.Status + ", and a call may be on its way"}, false
	case c.unchanged(now):
		return Result{c, Refused, "found unchanged by a later run"}, true
	}
	return Result{c, Changed, "found by a later run to say something else than it did before and was to say"}, true
}

// Underway is how long a call may do something after it was sent.
const Underway = 10 * time.Minute

// unchanged reports whether the place says what it said, and became whether it says what it is to say.
func (c Change) unchanged(now Seen) bool {
	if c.TagPropagation != nil && c.TagPropagation.Before != now.TagPropagation {
		return false
	}
	for t, a := range c.Before {
		if !a.Equal(now.Apps[t]) {
			return false
		}
	}
	return true
}

func (c Change) became(now Seen) bool { return len(c.missing(now)) == 0 }

// missing is of what the place says something else than it was told: app types, or the handing on of tags.
func (c Change) missing(now Seen) (all []string) {
	if c.TagPropagation != nil && c.TagPropagation.After != now.TagPropagation {
		all = append(all, "TagPropagation")
	}
	for _, t := range slices.Sorted(maps.Keys(c.After)) {
		if !now.Apps[t].Became(c.Before[t], c.After[t]) {
			all = append(all, t)
		}
	}
	return all
}

// ready reports whether the place takes a change, and still whether it is not about to become something else.
func (c Change) ready(now Seen) bool {
	return c.still(now) || now.Status == "Update_Failed" || c.Level == LevelNotebook && now.Status == "Failed"
}

func (c Change) still(now Seen) bool {
	if c.Level == LevelNotebook {
		return now.Status == "Stopped"
	}
	return now.Status == "InService"
}
