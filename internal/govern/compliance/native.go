package compliance

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
)

// enabled is how the API says that the native idle shutdown is on.
const enabled = "ENABLED"

// AWS takes no idle limit outside of these, in minutes.
const (
	leastMinutes = 60
	mostMinutes  = 525_600
)

// native judges by the native idle shutdown.
func (e *evaluation) native(s settings.App) way {
	i := s.Idle
	minutes := i.Minutes
	if minutes != 0 && i.Max != 0 {
		minutes = min(minutes, i.Max)
	}
	if minutes != 0 {
		minutes = max(minutes, i.Min)
	}
	// Whoever may set a limit of their own may set the longest that is allowed.
	longest := max(minutes, i.Max)
	switch {
	case i.Management != enabled:
		return way{verdict: Uncovered, why: "the native idle shutdown is not on"}
	case minutes != 0 && (minutes < leastMinutes || minutes > mostMinutes):
		return way{verdict: Unknown, why: fmt.Sprintf("the native idle limit of %d minutes is none that AWS takes (%d to %d)", minutes, leastMinutes, mostMinutes)}
	case e.policy.AtMost > 0 && minutes == 0:
		return way{verdict: Unknown, why: "the native idle shutdown is on, but its limit is not told"}
	case e.policy.AtMost > 0 && minutes > e.policy.AtMost:
		return way{verdict: Uncovered, why: fmt.Sprintf("the native idle limit of %d minutes is longer than the %d allowed", minutes, e.policy.AtMost)}
	case e.policy.AtMost > 0 && longest > e.policy.AtMost:
		return way{verdict: Uncovered, why: fmt.Sprintf("people may raise the native idle limit to %d minutes, which is longer than the %d allowed", longest, e.policy.AtMost)}
	}
	if ok, why := e.image(s.Image); ok != Covered {
		return way{verdict: ok, why: why}
	}
	w := way{by: ByNative, verdict: Covered, minutes: minutes, why: "the native idle shutdown is on"}
	if minutes != 0 {
		w.why += fmt.Sprintf(", after %d minutes", minutes)
	}
	return w
}

// leastDistribution is the first version of SageMaker Distribution in which the native idle shutdown works.
const leastDistribution = 2

// image judges whether the native idle shutdown works in an image.
func (e *evaluation) image(i settings.Image) (Verdict, string) {
	if i.ARN == "" || slices.Contains(e.policy.Images, i.ARN) {
		return Covered, ""
	}
	arn, err := estate.ParseARN(i.ARN)
	if err != nil || !strings.HasPrefix(arn.Resource, "image/sagemaker-distribution-") {
		return Unknown, "it starts from an image of somebody's own, " + name(i.ARN) + ", of which it is not known whether the native idle shutdown works in it"
	}
	major, _, _ := strings.Cut(i.Version, ".")
	switch version, err := strconv.Atoi(major); {
	case i.Version == "":
		return Covered, "" // the newest
	case err != nil:
		return Unknown, "its image " + name(i.ARN) + " is of version " + i.Version + ", of which it is not known whether the native idle shutdown works in it"
	case version < leastDistribution:
		return Uncovered, fmt.Sprintf("its image %s %s is older than %d.0, and the native idle shutdown does not work in it", name(i.ARN), i.Version, leastDistribution)
	}
	return Covered, ""
}
