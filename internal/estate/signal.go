package estate

import "time"

// A Quality says how far a signal may be trusted.
type Quality string

// The qualities. Only Good and Absent are evidence; every other one makes a judge answer unknown rather than idle.
const (
	// Good: the source answered completely and in time.
	Good Quality = "good"
	// Absent: the source answered completely, and holds nothing under this name.
	Absent Quality = "absent"
	// Stale: the newest observation is older than the source promises.
	Stale Quality = "stale"
	// Contaminated: the value is also written by something that is not use.
	Contaminated Quality = "contaminated"
	// Partial: the source said that its answer is incomplete.
	Partial Quality = "partial"
	// Denied: the permission is missing.
	Denied Quality = "denied"
	// Throttled: the source refused for load, to the last retry.
	Throttled Quality = "throttled"
	// Failed: the source could not be read for another reason.
	Failed Quality = "failed"
)

// Broken reports whether reading the signal failed, in part or whole: an error path, which must never end in idle.
func (q Quality) Broken() bool {
	switch q {
	case Partial, Denied, Throttled, Failed:
		return true
	}
	return false
}

// A Signal is one observed fact about use.
type Signal struct {
	Name string `json:"name"`
	// Part is the part of the resource that it speaks of, empty for the whole.
	Part string `json:"part,omitempty"`
	// Source is where it was read, in a form that a person could look up: "cloudwatch AWS/SageMaker Invocations Sum".
	Source  string  `json:"source"`
	Quality Quality `json:"quality"`
	// Value is the signal's number, in Unit: the total over the window, or the newest sample.
	Value float64 `json:"value"`
	Unit  string  `json:"unit,omitempty"`
	// At is when the value was true: the newest use, the last log event, the newest sample.
	At     time.Time `json:"at,omitzero"`
	Window Window    `json:"window,omitzero"`
	// Spans are the stretches of the window in which a series held a value other than zero, oldest first.
	Spans []Span `json:"spans,omitempty"`
	Note  string `json:"note,omitempty"`
}

// A Window is the stretch of time that a signal covers, and its grain.
type Window struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Period Duration  `json:"period"`
}

// A Span is a stretch of consecutive periods that hold a value, and the sum of those values.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Sum  float64   `json:"sum"`
}

// Signals is what was observed about one resource.
type Signals []Signal

// Find returns the first signal with the name and part.
func (s Signals) Find(name, part string) (Signal, bool) {
	for _, sig := range s {
		if sig.Name == name && sig.Part == part {
			return sig, true
		}
	}
	return Signal{}, false
}
