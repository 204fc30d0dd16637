package notify

import (
	"errors"
	"net/textproto"
	"time"

	"github.com/sagewarden/sagewarden/internal/cloud"
)

// A SendError says of a message that did not go out whether it may go out later.
type SendError struct {
	Err error
	// Permanent says that it will not, before somebody repairs something.
	Permanent bool
	// After is how long the other side asks to be left alone.
	After time.Duration
}

// Error is the cause.
func (e *SendError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *SendError) Unwrap() error { return e.Err }

// ofMail judges what a mail server says: its replies from 500 on are final (RFC 5321, section 4.2.1).
func ofMail(err error) error {
	reply, ok := errors.AsType[*textproto.Error](err)
	return &SendError{Err: err, Permanent: ok && reply.Code >= 500}
}

// ofAWS judges what AWS says: what was understood and refused stays refused. Credentials come and go.
func ofAWS(err error) error {
	class := cloud.Classify(err)
	return &SendError{Err: err, Permanent: !cloud.Uncertain(err) && class != cloud.Throttled && class != cloud.Credentials}
}
