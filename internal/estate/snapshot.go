package estate

import (
	"iter"
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// SnapshotVersion is the version of the saved form. A reader refuses a version that it does not know.
const SnapshotVersion = 1

// A Snapshot is one scan's result. Everything downstream reads a snapshot.
type Snapshot struct {
	Version int `json:"version"`
	// At is the instant that the verdicts speak of.
	At time.Time `json:"at"`
	// IdleFor is the limit that each kind was judged by.
	IdleFor map[Kind]Duration `json:"idleFor"`
	// MinDailyInvocations is the traffic that was taken for warmers; see Criteria.
	MinDailyInvocations float64        `json:"minDailyInvocations,omitempty"`
	Targets             []Target       `json:"targets"`
	Coverage            []Coverage     `json:"coverage"`
	Observations        []*Observation `json:"observations"`
	// Packed takes the place of Observations where a scan was asked to keep them packed: those of a large organization take much memory.
	Packed iter.Seq[*Observation] `json:"-"`
	// Interrupted says that the scan ended before it was through.
	Interrupted bool `json:"interrupted,omitempty"`
}

// All are the observations, by ARN, packed or not. Those that were packed are new at each walk: what is changed of them is lost.
func (s *Snapshot) All() iter.Seq[*Observation] {
	if s.Packed != nil {
		return s.Packed
	}
	return slices.Values(s.Observations)
}

// An Observation is a resource with what was seen of its use, what follows from that, and what it costs.
type Observation struct {
	Resource Resource `json:"resource"`
	Signals  Signals  `json:"signals"`
	Verdict  Verdict  `json:"verdict"`
	Waste    Waste    `json:"waste"`
}

// Waste is the money that goes to no use.
type Waste struct {
	// Known says whether every rate behind the figures is known; when not, the figures are a lower bound.
	Known bool `json:"known"`
	// Hourly is dollars per hour that would be saved by stopping what is idle.
	Hourly decimal.Decimal `json:"hourly"`
	// SoFar is dollars spent since it became idle.
	SoFar decimal.Decimal `json:"soFar"`
	// Note explains a figure that would surprise, such as an instance shared with an app in use.
	Note string `json:"note,omitempty"`
	// Parts are the figures of the idle parts of a resource that is itself in use. They are not in Hourly and SoFar.
	Parts []PartWaste `json:"parts,omitempty"`
}

// PartWaste is the waste of one idle part.
type PartWaste struct {
	Part   string          `json:"part"`
	Known  bool            `json:"known"`
	Hourly decimal.Decimal `json:"hourly"`
	SoFar  decimal.Decimal `json:"soFar"`
}

// Holes are the lines of coverage that hide something.
func (s *Snapshot) Holes() []Coverage {
	var holes []Coverage
	for _, c := range s.Coverage {
		if c.Hole() {
			holes = append(holes, c)
		}
	}
	return holes
}
