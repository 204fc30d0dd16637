package compliance

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
)

// A Verdict says whether something would stop what idles.
type Verdict string

// The verdicts. What could not be read is Unknown, never Uncovered and never Covered.
const (
	Uncovered Verdict = "uncovered"
	Unknown   Verdict = "unknown"
	Covered   Verdict = "covered"
)

// The ways to be covered.
const (
	ByNative = "native idle shutdown"
	ByScript = "lifecycle configuration"
	ByAgent  = "agent heartbeat"
)

// A Finding is the verdict on one app type of one domain, profile or space, or on a notebook instance.
type Finding struct {
	Target  estate.Target  `json:"target"`
	Level   settings.Level `json:"level"`
	ARN     string         `json:"arn"`
	Domain  string         `json:"domain,omitempty"`
	Name    string         `json:"name"`
	User    string         `json:"user,omitempty"`
	AppType string         `json:"appType,omitempty"`
	// App is the app that decided, where several of the type run.
	App     string  `json:"app,omitempty"`
	Verdict Verdict `json:"verdict"`
	// By is what covers it.
	By string `json:"by,omitempty"`
	// Minutes is the native idle limit where that covers it, 0 where it is not told.
	Minutes int32 `json:"idleMinutes,omitempty"`
	// Running says that something runs in it now.
	Running bool `json:"running"`
	// Reasons say what was found of each way, in plain words.
	Reasons []string `json:"reasons"`
}

var order = map[Verdict]int{Uncovered: 0, Unknown: 1, Covered: 2}

// Sort puts what is not covered first, and of that what runs.
func Sort(fs []Finding) {
	running := map[bool]int{true: 0, false: 1}
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(order[a.Verdict], order[b.Verdict]), cmp.Compare(running[a.Running], running[b.Running]),
			strings.Compare(a.ARN, b.ARN), strings.Compare(a.AppType, b.AppType))
	})
}
