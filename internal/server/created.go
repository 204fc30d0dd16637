package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/policy"
)

// CreateEvents are the names of the CloudTrail events that tell of a new resource, as the families declare them.
func CreateEvents() (all []string) {
	for _, k := range kinds.All() {
		if name := k.Family().CreatedBy; name != "" && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// created are the resources that a CloudTrail event tells of: one, or as many as there are families that it may be of.
func created(detail trail) ([]ledger.Subject, error) {
	var all []ledger.Subject
	known := false
	for _, k := range kinds.All() {
		f := k.Family()
		if f.CreatedBy != detail.Name {
			continue
		}
		known = true
		for _, v := range detail.Made {
			text, ok := v.(string)
			if !ok {
				continue
			}
			arn, err := estate.ParseARN(text)
			if err != nil || arn.Service != "sagemaker" || !strings.HasPrefix(arn.Resource, f.ARNType+"/") {
				continue
			}
			all = append(all, ledger.Subject{ARN: text, Kind: f.Name, Name: arn.Resource[strings.LastIndexByte(arn.Resource, '/')+1:],
				Target: estate.Target{Partition: arn.Partition, Account: arn.Account, Region: arn.Region}})
		}
	}
	switch {
	case !known:
		return nil, fmt.Errorf("%s makes nothing that policies are about: the events are %s", detail.Name, strings.Join(CreateEvents(), ", "))
	case len(all) == 0:
		return nil, fmt.Errorf("the event %s does not say what was made", detail.Name)
	}
	return all, nil
}

// Created looks at new resources at once, by the policies that look at every run: those with a schedule wait for it. Only these resources are
// judged. It does not wait for its turn: of two nodes that work on one finding the ledger lets one alone act.
func (l *Loop) Created(ctx context.Context, made []ledger.Subject) error {
	if err := l.read(ctx); err != nil {
		l.Watch.failed(ctx, err)
		return err
	}
	for _, s := range made {
		set := &policy.Set{}
		for _, p := range l.set.Policies {
			if p.Schedule == "" && slices.Contains(p.Kinds, s.Kind) {
				set.Policies = append(set.Policies, p)
			}
		}
		if len(set.Policies) == 0 {
			l.Log.Info("no policy is about it", "kind", s.Kind, "resource", s.ARN)
			continue
		}
		if err := l.look(ctx, set, s); err != nil {
			return err
		}
	}
	return nil
}

// storm is the time in which all looks at new resources count as one run: whoever makes a hundred must not have a hundred times the caps of a run.
const storm = time.Hour

func (l *Loop) look(ctx context.Context, set *policy.Set, s ledger.Subject) error {
	b, err := l.Open(ctx, Order{Set: set})
	if err != nil {
		return err
	}
	b.Stretch = storm
	b.Scan = func(ctx context.Context) (*estate.Snapshot, error) {
		site, err := b.Site(s.Target)
		if err != nil {
			return nil, &estate.Error{Op: "look at " + string(s.Kind), On: s.ARN, Err: err, Hint: "name its account and region under targets in sagewarden.yaml"}
		}
		snap, err := site.Look(ctx, s)
		if err != nil {
			return nil, err
		}
		snap.Coverage = snap.Holes() // one resource was looked for: that others were not seen says nothing of them
		return snap, nil
	}
	r, err := b.run(ctx, l.Log)
	if err = errors.Join(err, b.close()); err != nil {
		return err
	}
	l.Log.Info("looked at what was made", append([]any{"resource", s.ARN}, r.words()...)...)
	return nil
}

// trail is what of a CloudTrail event counts.
type trail struct {
	Name string `json:"eventName"`
	// Failure is why nothing was made.
	Failure string         `json:"errorCode"`
	Made    map[string]any `json:"responseElements"`
}

// An event is one of EventBridge, or of this program's own schedule in the same form.
type event struct {
	Source     string          `json:"source"`
	DetailType string          `json:"detail-type"`
	Detail     json.RawMessage `json:"detail"`
}

// Handle does what an event asks for: a run for one of a schedule, a look at one resource for that of its creation. All others are refused, batches
// too: an event that nobody understands must not look as if it were done.
func (l *Loop) Handle(ctx context.Context, payload json.RawMessage) error {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil || e.DetailType == "" {
		return refused("it is no event of EventBridge")
	}
	switch {
	case e.DetailType == "Scheduled Event":
		var order struct {
			Policies []string `json:"policies"`
		}
		if err := json.Unmarshal(e.Detail, &order); err != nil && len(e.Detail) > 0 {
			return refused("its detail does not name policies as {\"policies\": [\"name\"]}")
		}
		if len(order.Policies) > 0 {
			return l.Named(ctx, order.Policies)
		}
		_, err := l.Once(ctx)
		return err
	case e.Source == "aws.sagemaker" && e.DetailType == "AWS API Call via CloudTrail":
		var detail trail
		if err := json.Unmarshal(e.Detail, &detail); err != nil {
			return refused("its detail is no event of CloudTrail")
		}
		if detail.Failure != "" {
			l.Log.Info("nothing was made", "event", detail.Name, "error", detail.Failure)
			return nil
		}
		made, err := created(detail)
		if err != nil {
			return refused(err.Error())
		}
		return l.Created(ctx, made)
	}
	return refused(fmt.Sprintf("%q from %q is none that this function knows", e.DetailType, e.Source))
}

func refused(why string) error {
	return &estate.Error{Op: "take the event", Err: errors.New(why), Hint: "it takes those of a schedule (\"detail-type\": \"Scheduled Event\") and what CloudTrail tells of SageMaker's creations"}
}
