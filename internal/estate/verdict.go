package estate

import "time"

// A State is what a verdict says of a resource or of one of its parts.
type State string

// The states.
const (
	Active  State = "active"
	Idle    State = "idle"
	Unknown State = "unknown"
)

// A Confidence says what a verdict rests on. Only High may ever lead to an automatic stop, unless a policy lowers it in so many words.
type Confidence string

// The confidences.
const (
	// High: direct evidence of use or of its absence: a heartbeat, an invocation series with a positive control, a backlog.
	High Confidence = "high"
	// Medium: indirect evidence, such as the silence of a log.
	Medium Confidence = "medium"
	// Low: age alone.
	Low Confidence = "low"
)

// Rank orders confidences: higher is surer. An empty confidence ranks lowest.
func (c Confidence) Rank() int {
	switch c {
	case High:
		return 3
	case Medium:
		return 2
	case Low:
		return 1
	}
	return 0
}

// Min is the lesser of two confidences.
func (c Confidence) Min(o Confidence) Confidence {
	if o.Rank() < c.Rank() {
		return o
	}
	return c
}

// A Verdict is active, idle (since when) or unknown (why).
type Verdict struct {
	State      State      `json:"state"`
	Confidence Confidence `json:"confidence,omitempty"`
	// Since is the instant since which nothing used the resource; set when idle. Never earlier than the evidence reaches.
	Since time.Time `json:"since,omitzero"`
	// Open says that Since is where the evidence begins, so that the true idle time is longer.
	Open bool `json:"open,omitempty"`
	// LastUse is the newest use that is known of, zero when none is.
	LastUse time.Time `json:"lastUse,omitzero"`
	// Rule is the stable id of the rule that decided: "app/heartbeat-idle".
	Rule string `json:"rule"`
	// Why is one line for a person.
	Why string `json:"why"`
	// Remedy says how an unknown can be made known, or what to mind before acting.
	Remedy string `json:"remedy,omitempty"`
	// Parts are the verdicts on the parts that bill on their own, such as an endpoint's variants.
	Parts []PartVerdict `json:"parts,omitempty"`
	// Conditions are what is wrong with the resource, whether it is used or not.
	Conditions []Condition `json:"conditions,omitempty"`
}

// A Condition is something wrong with a resource that costs money or hides something until somebody repairs it.
type Condition struct {
	Type ConditionType `json:"type"`
	// Since is when it began, zero where nothing tells.
	Since time.Time `json:"since,omitzero"`
	// Why is one line for a person; Remedy says what to do.
	Why    string `json:"why"`
	Remedy string `json:"remedy,omitempty"`
}

// A ConditionType is a sort of condition.
type ConditionType string

// The conditions.
const (
	// Stuck: it is on its way to another state, for longer than that should take.
	Stuck ConditionType = "Stuck"
	// Broken: it failed, and stays there until somebody deletes or repairs it.
	Broken ConditionType = "Broken"
	// Relaunching: it was stopped, and starts itself again and again.
	Relaunching ConditionType = "Relaunching"
	// Overlong: it has run for much longer than its kind does, without a sign of an end.
	Overlong ConditionType = "Overlong"
	// Orphaned: what it was made for is gone.
	Orphaned ConditionType = "Orphaned"
)

// A PartVerdict is the verdict on one part of a resource.
type PartVerdict struct {
	Part string `json:"part"`
	Verdict
}

// IdleFor is how long the resource is known to be idle at the instant; zero unless it is idle.
func (v Verdict) IdleFor(now time.Time) time.Duration {
	if v.State != Idle || v.Since.IsZero() {
		return 0
	}
	return now.Sub(v.Since)
}

// A Criteria is what a judge is asked: is this idle, at this instant, by this limit?
type Criteria struct {
	// Now is the instant judged. A judge knows no other clock.
	Now time.Time
	// IdleFor is how long without use makes idle.
	IdleFor time.Duration
	// MinDailyInvocations is the traffic below which an endpoint's invocations count as warmers or health checks. Zero: any call is use.
	MinDailyInvocations float64
	// Acting says that something is about to be stopped by the verdict: then the newest evidence may be minutes old, and no more.
	Acting bool
}
