package kinds

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Hand is what an action works with.
type Hand struct {
	SageMaker  *sagemaker.Client
	Scaling    *applicationautoscaling.Client
	CloudWatch *cloudwatch.Client
	// Resource is the resource as it was looked at right before.
	Resource estate.Resource
	Ask      estate.Ask
	// Open is a call of which nobody knows whether it was done; nil for none. Of several that may come next it comes first, where it is still to be sent,
	// so that another one proves that it was.
	Open *Made
	// Seen is when that look began: what belongs to the resource and was made later is not touched. Zero does not ask.
	Seen time.Time
}

// A Move is what comes next on the way to what was asked for: one call, a wait, or nothing more.
//
// An action is a function from what is there now to the next move, so that it goes on after a crash at any point by being asked again, and a
// saga (stop, wait, delete) is nothing but that. Working a move out reads only.
type Move struct {
	State MoveState
	// Operation is the call that comes next, as IAM names it, and Resource the ARN of what it changes, which may belong to the resource: a
	// space's app.
	Operation string
	Resource  string
	// Saved is what the resource of the call is now, as far as undoing the call takes. A move that is Done may have it, too: then it is what
	// was asked for, to be kept, and Operation is what it was read with.
	Saved json.RawMessage
	// Send sends the call, once.
	Send func(context.Context) error
	// Why says what is waited for, or what has happened, in one line.
	Why string
}

// A MoveState says what a move is.
type MoveState string

// The states of a move.
const (
	// Send: a call is to be sent.
	Send MoveState = "send"
	// Wait: AWS is at it; ask again later.
	Wait MoveState = "wait"
	// Done: what was asked for is so.
	Done MoveState = "done"
	// Refuse: it cannot be done, and Why says for what reason. Nothing is tried.
	Refuse MoveState = "refuse"
)

// A Made is a call that was sent, as the ledger keeps it for undoing.
type Made struct {
	Operation string          `json:"operation"`
	Resource  string          `json:"resource"`
	Saved     json.RawMessage `json:"saved,omitempty"`
}

// of reports whether a move is the call.
func (m *Made) of(next Move) bool {
	return next.Operation == m.Operation && next.Resource == m.Resource
}
