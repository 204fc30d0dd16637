package kinds

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// NewHand is the hand that acts through a session on what was looked at right before.
func NewHand(s *cloud.Session, r estate.Resource, ask estate.Ask) *Hand {
	return &Hand{SageMaker: s.SageMaker(), Scaling: s.Scaling(), CloudWatch: s.CloudWatch(), Resource: r, Ask: ask}
}

func wait(format string, args ...any) Move {
	return Move{State: Wait, Why: fmt.Sprintf(format, args...)}
}

func done(format string, args ...any) Move {
	return Move{State: Done, Why: fmt.Sprintf(format, args...)}
}

func refuse(format string, args ...any) Move {
	return Move{State: Refuse, Why: fmt.Sprintf(format, args...)}
}

// method is an operation of a client of the SDK.
type method[I, O, P any] = func(context.Context, *I, ...func(*P)) (*O, error)

// Whoever sends a call that changes something sends it once: a second attempt after a lost answer would be blind. What AWS refused for load did
// nothing, and is sent again.
func onceSageMaker(o *sagemaker.Options)            { o.Retryer = cloud.Once(o.Retryer) }
func onceScaling(o *applicationautoscaling.Options) { o.Retryer = cloud.Once(o.Retryer) }
func onceCloudWatch(o *cloudwatch.Options)          { o.Retryer = cloud.Once(o.Retryer) }

// sending is the move that sends a call.
func sending[I, O, P any](operation, arn string, saved json.RawMessage, f method[I, O, P], once func(*P), in *I) Move {
	return Move{State: Send, Operation: operation, Resource: arn, Saved: saved, Send: func(ctx context.Context) error {
		_, err := f(ctx, in, once)
		return err
	}}
}

// look describes something. That it is not there is an answer.
func look[I, O, P any](ctx context.Context, h *Hand, operation string, f method[I, O, P], in *I) (out *O, gone bool, err error) {
	out, err = f(ctx, in)
	switch cloud.Classify(err) {
	case cloud.Ok:
		return out, false, nil
	case cloud.NotFound:
		return nil, true, nil
	}
	return nil, false, cloud.Fail(operation, h.Resource.Target, err)
}

// A turner is a paginator of the SDK.
type turner[O, P any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*P)) (*O, error)
}

// gather lists all items of a paged operation, or none: what is listed in part is not known.
func gather[O, P, T any](ctx context.Context, h *Hand, operation string, pages turner[O, P], items func(*O) []T) (all []T, err error) {
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err == nil && items(page) == nil {
			err = cloud.ErrHollow
		}
		if err != nil {
			return nil, cloud.Fail(operation, h.Resource.Target, err)
		}
		all = append(all, items(page)...)
	}
	return all, nil
}

// another refuses where the name has another bearer by now than the one that was looked at.
func (h *Hand) another(created *time.Time) (Move, bool) {
	if at := aws.ToTime(created); h.Resource.Created.IsZero() || !sameStamp(at, h.Resource.Created) {
		return refuse("another one bears its name by now, made at %s", at.UTC().Format(time.RFC3339)), true
	}
	return Move{}, false
}

// sameStamp reports whether two stamps are of one creation: listings and descriptions may round them otherwise.
func sameStamp(a, b time.Time) bool { return a.Sub(b).Abs() < time.Second }

// unlooked refuses what belongs to the resource and was made after that was looked at: its verdict does not cover it.
func (h *Hand) unlooked(what string, created *time.Time) (Move, bool) {
	if !h.Seen.IsZero() && aws.ToTime(created).After(h.Seen) {
		return refuse("%s was made after it was looked at", what), true
	}
	return Move{}, false
}

// foremost is the first move to be sent of several that do not depend on each other, so that nothing waits that need not; a refusal ends all.
// What is done leaves nothing: ok is false where everything is. A call whose end is not known goes before the others, where it is still to be sent.
func foremost[T any](h *Hand, items []T, next func(T) (Move, error)) (m Move, ok bool, err error) {
	for _, item := range items {
		n, err := next(item)
		switch {
		case err != nil || n.State == Refuse || n.State == Send && (h.Open == nil || h.Open.of(n)):
			return n, true, err
		case n.State == Send && m.State != Send, n.State == Wait && !ok:
			m, ok = n, true
		}
	}
	return m, ok, nil
}
