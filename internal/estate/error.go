package estate

import "strings"

// An Error says what was tried, on which target, why it failed, and what to do.
type Error struct {
	// Op is what was tried: "sagemaker:ListApps", "read snapshot".
	Op string
	// On is the target, file or resource, empty where it adds nothing.
	On   string
	Err  error
	Hint string
}

// Error is one line; the hint is kept apart for the door to print below it.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.On != "" {
		b.WriteString(" on " + e.On)
	}
	b.WriteString(": ")
	b.WriteString(e.Err.Error())
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
