package remediate_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/remediate"
)

// A judge is a site whose looks come to a verdict of the test's own.
type judge struct {
	remediate.Site
	says estate.Verdict
}

func (j judge) Look(ctx context.Context, s ledger.Subject) (*estate.Snapshot, error) {
	snap, err := j.Site.Look(ctx, s)
	if err == nil {
		for _, o := range snap.Observations {
			o.Verdict = j.says
		}
	}
	return snap, err
}

// judged is an engine that acts once, and whose looks come to a verdict.
func (s *stage) judged(v estate.Verdict) *remediate.Engine {
	e := s.engine()
	site := e.Site
	e.Pause = nil
	e.Site = func(t estate.Target) (remediate.Site, error) {
		of, err := site(t)
		return judge{of, v}, err
	}
	return e
}

// TestTheLastLookJudgesAnew: what was idle for long and surely is left alone where the look before the call is less sure, or says it of a shorter time, or of one that has
// begun since.
func TestTheLastLookJudgesAnew(t *testing.T) {
	idle := func(since time.Time, c estate.Confidence) estate.Verdict {
		return estate.Verdict{State: estate.Idle, Confidence: c, Since: since, Rule: "test", Why: "of the test"}
	}
	long := began.Add(-5 * time.Hour)
	for name, tt := range map[string]struct {
		when string
		says estate.Verdict
		want remediate.Outcome
		why  string
	}{
		"as it was":                {stopApps, idle(long, estate.High), remediate.Underway, ""},
		"it is less sure":          {stopApps, idle(long, estate.Low), remediate.Canceled, "confidence is low"},
		"for a shorter time":       {stopApps, idle(began.Add(-time.Minute), estate.High), remediate.Canceled, "does not match any more"},
		"since after it was found": {strings.Replace(stopApps, ` && verdict.idleFor > duration("2h")`, "", 1), idle(began.Add(time.Minute), estate.High), remediate.Canceled, "it was used since it was found"},
		"it is unknown":            {strings.Replace(stopApps, ` && verdict.idleFor > duration("2h")`, "", 1), estate.Verdict{State: estate.Unknown, Rule: "test", Why: "of the test"}, remediate.Canceled, "it is unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, tt.when)
			s.app("risk", used(5*time.Hour, 3*time.Hour))
			p := s.plan(s.engine())
			s.pass(30 * time.Minute)
			s.open()
			r := s.judged(tt.says).Apply(t.Context(), p.Due())
			if len(r) != 1 || r[0].Outcome != tt.want || !strings.Contains(r[0].Why, tt.why) || (len(s.mutations()) > 0) != (tt.want == remediate.Underway) {
				t.Errorf("%+v, %v", r, s.mutations())
			}
		})
	}
}

// TestSagaEndsByEachSignOfSomebody: in the middle of a deletion it is enough that something says that it is in use, without a stamp of when; and without any word of that,
// that a call was reversed.
func TestSagaEndsByEachSignOfSomebody(t *testing.T) {
	for name, tt := range map[string]struct {
		says  estate.Verdict
		start bool
		why   string
	}{
		"it is in use":          {estate.Verdict{State: estate.Active, Confidence: estate.High, Rule: "test", Why: "of the test"}, false, "it is in use: of the test"},
		"its stop was reversed": {estate.Verdict{State: estate.Unknown, Rule: "test", Why: "of the test"}, true, "somebody has reversed"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, deleteNotebooks)
			s.notebook("risk", used(5*time.Hour, 3*time.Hour))
			e := s.engine()
			e.Pause = nil
			p := s.plan(e)
			if r := e.Apply(t.Context(), p.Due()); r[0].Outcome != remediate.Underway {
				t.Fatalf("%+v", r)
			}
			s.pass(5 * time.Minute)
			if tt.start {
				s.call(func(c *sagemaker.Client) error {
					_, err := c.StartNotebookInstance(t.Context(), &sagemaker.StartNotebookInstanceInput{NotebookInstanceName: aws.String("risk")})
					return err
				})
				s.pass(5 * time.Minute)
			}
			before := len(s.mutations())
			s.open()
			r := s.judged(tt.says).Apply(t.Context(), s.plan(s.engine()).Due())
			if len(r) != 1 || r[0].Outcome != remediate.Canceled || !strings.Contains(r[0].Why, tt.why) || len(s.mutations()) != before {
				t.Errorf("%+v, %v", r, s.mutations())
			}
		})
	}
}
