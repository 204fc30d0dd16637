package cloud

import (
	"fmt"
	"math"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// A Limit is the rate of an operation, in calls per second for each account and region.
type Limit struct {
	// Operation is a name as IAM spells it, with * for any letters: "sagemaker:List*". Case does not matter.
	Operation string
	// PerSecond is the rate; zero means unlimited.
	PerSecond float64
}

var operationPattern = regexp.MustCompile(`^[A-Za-z0-9*-]+:[A-Za-z0-9*]+$`)

// ParseLimit reads a limit as String writes it: "sagemaker:List*=2".
func ParseLimit(s string) (Limit, error) {
	op, number, ok := strings.Cut(s, "=")
	if !ok {
		return Limit{}, fmt.Errorf("limit %q: want OPERATION=CALLS_PER_SECOND, such as sagemaker:List*=2", s)
	}
	if !operationPattern.MatchString(op) {
		return Limit{}, fmt.Errorf("limit %q: %q is not an operation such as sagemaker:ListApps or sagemaker:List*", s, op)
	}
	rate, err := strconv.ParseFloat(number, 64)
	if err != nil || rate < 0 || math.IsInf(rate, 0) || math.IsNaN(rate) {
		return Limit{}, fmt.Errorf("limit %q: %q is not a number of calls per second; 0 means unlimited", s, number)
	}
	return Limit{op, rate}, nil
}

// String is the inverse of ParseLimit.
func (l Limit) String() string {
	return l.Operation + "=" + strconv.FormatFloat(l.PerSecond, 'g', -1, 64)
}

// DefaultLimits are the rates kept where nobody asks for another.
func DefaultLimits() []Limit {
	return []Limit{
		// AWS does not publish the rates of SageMaker's control plane. Users report that lists bear two a second, and
		// five is commonly held to be safe for the other reads.
		{"sagemaker:List*", 2},
		{"sagemaker:Describe*", 5},
		{"sagemaker:Search", 2},
		// The default service quotas of CloudWatch and CloudWatch Logs, per account and region.
		{"cloudwatch:GetMetricData", 50},
		{"cloudwatch:ListMetrics", 25},
		{"logs:DescribeLogStreams", 25},
		// The published quotas of the Account Management API, CloudTrail and Service Quotas.
		{"account:*", 5},
		{"cloudtrail:LookupEvents", 2},
		{"servicequotas:List*", 10},
		{"servicequotas:*", 5},
		// The default quota of Athena for starting and stopping; looking bears five times that.
		{"athena:*", 20},
		// STS bears 600 a second, which the caller's account shares with all else that it does.
		{"sts:AssumeRole", 300},
		// Shared by everyone in the organization.
		{"organizations:*", 5},
		// Not published for these; a scan asks them little, and ten hurts nobody.
		{"tag:GetResources", 10},
		{"pricing:GetProducts", 10},
		{"iam:*", 10},
		{"sts:*", 10},
	}
}

// limits are searched in order: what somebody asked for, then what is usual. Within each, the most specific pattern wins,
// of equals the last.
type limits struct{ asked, usual []Limit }

// perSecond is the rate of the operation, zero for unlimited.
func (ls limits) perSecond(operation string) float64 {
	for _, some := range [][]Limit{ls.asked, ls.usual} {
		var best *Limit
		for _, l := range some {
			if l.matches(operation) && (best == nil || l.specificity() >= best.specificity()) {
				best = &l
			}
		}
		if best != nil {
			return best.PerSecond
		}
	}
	return 0
}

func (l Limit) matches(operation string) bool {
	ok, err := path.Match(strings.ToLower(l.Operation), strings.ToLower(operation))
	return ok && err == nil
}

func (l Limit) specificity() int {
	return len(l.Operation) - strings.Count(l.Operation, "*")
}

// NoLimits lifts every limit: for an endpoint that nobody else is on, such as a simulated one.
func NoLimits() []Limit { return []Limit{{Operation: "*:*"}} }
