package settings

import (
	"context"
	"errors"
	"time"

	"github.com/sagewarden/sagewarden/internal/cloud"
)

// A Journal keeps what is about to be done and how it ended. What it was told is kept for good when it returns.
type Journal interface {
	// Intend keeps the operation, as IAM names it, the ARN of what it changes, and what undoing takes.
	Intend(operation, resource string, undo any) (id string, err error)
	// Settle keeps how it ended. What is Unsettled is kept as such.
	Settle(id string, o Outcome, why string) error
}

// patience is how long a call that has been sent is waited for, even where the run is interrupted.
const patience = time.Minute

// Record writes down the intent, acts, and writes down how that ended. What was begun is waited for, even where the run is interrupted.
func Record(ctx context.Context, j Journal, operation, resource string, undo any, act func(context.Context) (Outcome, string)) (Outcome, string) {
	if ctx.Err() != nil {
		return Untried, "interrupted"
	}
	id, err := j.Intend(operation, resource, undo)
	if err != nil {
		return Untried, "the intent could not be written down: " + err.Error()
	}
	sent, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	outcome, why := act(sent)
	if err := j.Settle(id, outcome, why); err != nil {
		return Unsettled, string(outcome) + ", which could not be written down: " + err.Error()
	}
	return outcome, why
}

// Ended is how a call ended, by the error that it came back with, whether a look after it found it done, and whether that look failed.
func Ended(failed error, done bool, err error) (Outcome, string) {
	switch {
	case err == nil && done:
		return Done, ""
	case failed != nil && !cloud.Uncertain(failed) && err == nil:
		return Refused, failed.Error()
	case failed != nil || err != nil:
		return Unsettled, errors.Join(failed, err).Error()
	}
	return Unsettled, "it was not seen to be so"
}
