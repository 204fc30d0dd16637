package notify

import (
	"context"
	"fmt"
	"io"
	"math"
)

// A console prints messages.
type console struct{ w io.Writer }

// Send prints the message.
func (c console) Send(_ context.Context, m Message) error {
	return each(m, math.MaxInt, func(part Message) error {
		if _, err := fmt.Fprintf(c.w, "to: %s\nsubject: %s\n\n%s\n", part.To.Name, part.Subject, part.Text); err != nil {
			return &SendError{Err: err, Permanent: true}
		}
		return nil
	})
}
