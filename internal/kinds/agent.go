package kinds

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pulse"
)

// Reporting reports whether an agent may run in the resource now, so that its heartbeat is worth reading.
func Reporting(r estate.Resource) bool {
	switch r.Kind {
	case appFamily.Name:
		return r.Status == string(types.AppStatusInService) && !free(r)
	case notebookFamily.Name:
		return r.Status == string(types.NotebookInstanceStatusInService)
	}
	return false
}

// judgeAgents judges what has existed since from by the heartbeats that agents put into S3, one verdict for each. Of one that is refused, that
// stopped or could not be read, nobody knows what it would have said: no other signal may say idle in its place.
func judgeAgents(rules string, sigs estate.Signals, from time.Time, c estate.Criteria) (verdicts []estate.Verdict) {
	for _, s := range sigs {
		unsigned := s.Name == pulse.SignalUnsigned
		if s.Name != pulse.SignalSigned && !unsigned || s.Quality == estate.Absent {
			continue
		}
		if s.Quality != estate.Good {
			v := unreadable(rules+"/"+s.Name+"-refused", s)
			if s.Quality == estate.Stale || s.Quality == estate.Failed {
				v.Remedy = staleRemedy
			}
			verdicts = append(verdicts, v)
			continue
		}
		v, _ := judgeStamp(rules, estate.Signals{s}, s.Name, "", from, c)
		if unsigned && v.State != estate.Unknown {
			v.Confidence = v.Confidence.Min(estate.Medium)
			v.Remedy = "anybody who may write to the bucket may have written it: have the agents sign, see docs/heartbeat.md"
		}
		verdicts = append(verdicts, v)
	}
	return verdicts
}
