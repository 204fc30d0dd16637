package kinds

import (
	"fmt"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// stuckAfter is how long a resource may be on its way to another state. Nearly all get there within minutes; the longest that
// people report as regular are rolling updates of large fleets, at some two hours.
const stuckAfter = 3 * time.Hour

// inTransit is the verdict on a resource that is on its way to another state since an instant, zero where nothing tells. One that
// does not arrive bills on, and nobody can use it.
func inTransit(rule, status string, since time.Time, c estate.Criteria) estate.Verdict {
	v := estate.Verdict{State: estate.Unknown, Rule: rule, Why: "it is " + status, Remedy: "look again when it has settled"}
	if since.IsZero() {
		return v
	}
	v.Why = fmt.Sprintf("it has been %s for %s", status, ago(c.Now, since))
	if c.Now.Sub(since) > stuckAfter {
		v.Conditions = []estate.Condition{{Type: estate.Stuck, Since: since, Why: v.Why,
			Remedy: "ask again for what it was doing; where that fails, AWS Support can end it"}}
	}
	return v
}

// broken is the verdict on a resource that failed: it serves nobody and may bill on.
func broken(rule, status, reason string, since time.Time) estate.Verdict {
	why := "it is " + status
	if reason != "" {
		why += ": " + reason
	}
	const remedy = "repair it or delete it: it serves nobody as it is"
	return estate.Verdict{State: estate.Unknown, Rule: rule, Why: why, Remedy: remedy,
		Conditions: []estate.Condition{{Type: estate.Broken, Since: since, Why: why, Remedy: remedy}}}
}
