package compliance

import (
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
	"github.com/sagewarden/sagewarden/internal/heartbeat"
	"github.com/sagewarden/sagewarden/internal/pulse"
)

// TestBothHeartbeats: an app is covered by either heartbeat, that in CloudWatch or that in S3, which is fresh and advances. One that is
// refused leaves open whether it is, and so does the first of a run.
func TestBothHeartbeats(t *testing.T) {
	inS3 := func(age time.Duration, sequence uint64) pulse.Heartbeat {
		return pulse.Heartbeat{Quality: estate.Good, Seen: heartbeat.Seen{At: now.Add(-age), Sequence: sequence}}
	}
	none, absent := Beat{Quality: estate.Absent}, pulse.Heartbeat{Quality: estate.Absent}
	for _, tt := range []struct {
		name       string
		cloudWatch Beat
		s3         pulse.Heartbeat
		want       Verdict
		why        string
	}{
		{"neither", none, absent, Uncovered, "nothing in it sends a heartbeat"},
		{"S3 alone", none, inS3(time.Minute, 2), Covered, "fresh and advances"},
		{"CloudWatch alone", beat(time.Minute, true), absent, Covered, "fresh and advances"},
		{"the first of a run", none, inS3(time.Minute, 1), Unknown, "not yet known whether it advances"},
		{"an old one", none, inS3(time.Hour, 9), Uncovered, "the last heartbeat is of"},
		{"refused", none, pulse.Heartbeat{Quality: estate.Failed, Note: "refused: forged"}, Unknown, "refused: forged"},
		{"stopped", none, pulse.Heartbeat{Quality: estate.Stale, Note: "it stopped at noon"}, Unknown, "it stopped at noon"},
		{"refused after an old one in CloudWatch", beat(time.Hour, true), pulse.Heartbeat{Quality: estate.Failed, Note: "refused: forged"}, Unknown, "refused: forged"},
		{"refused beside a good one in CloudWatch", beat(time.Minute, true), pulse.Heartbeat{Quality: estate.Failed}, Covered, "fresh and advances"},
		{"CloudWatch denied beside a good one in S3", Beat{Quality: estate.Denied}, inS3(time.Minute, 2), Covered, "fresh and advances"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := Notebook{ARN: "n", Name: "desk", Running: true, Beat: tt.cloudWatch.or(told(tt.s3), now)}
			f := find(t, Evaluate(Inventory{Notebooks: []Notebook{n}}, Policy{}, now), settings.LevelNotebook, "desk", "")
			if f.Verdict != tt.want || !strings.Contains(strings.Join(f.Reasons, "; "), tt.why) {
				t.Errorf("%+v", f)
			}
		})
	}
}
