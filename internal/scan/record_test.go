package scan_test

import (
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/scan"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// record serves the world and records it.
func (l *lab) record(t *testing.T, back time.Duration) *scan.Recording {
	t.Helper()
	r, err := scan.Record(t.Context(), l.sessions(t), scan.Options{Kinds: l.kinds, Owners: l.owners, Limits: l.limits}, back, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (l *lab) past(t *testing.T, r *scan.Recording, back time.Duration) *estate.Snapshot {
	t.Helper()
	s, err := r.At(r.Now.At.Add(-back))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestThePastIsJudgedByWhatWasKnownThen: use that came later says nothing, and use that was before says active.
func TestThePastIsJudgedByWhatWasKnownThen(t *testing.T) {
	l := newLab()
	d := studio(l.east, "d-one")
	heartbeat(l.east, d, kernel(l.east, d, "u", "app", -1), 30*time.Hour, 0) // used from 31 to 30 hours ago
	endpointShape{name: "called", calls: called(20*day, 12*day)}.add(l.east)
	r := l.record(t, 11*day)
	for back, want := range map[time.Duration]estate.State{
		0: estate.Idle, 27*time.Hour + 30*time.Minute: estate.Idle, 29 * time.Hour: estate.Active, 30*time.Hour + 20*time.Minute: estate.Active, 32 * time.Hour: estate.Idle,
	} {
		expect(t, l.past(t, r, back), "u/app", want, "")
	}
	for back, want := range map[time.Duration]estate.State{0: estate.Idle, 4 * day: estate.Idle, 6 * day: estate.Active, 11 * day: estate.Active} {
		expect(t, l.past(t, r, back), "called", want, "")
	}
}

// TestHindsightKnowsWhatWasNotPublished: minutes after its begin use was not to be seen then, and is known today.
func TestHindsightKnowsWhatWasNotPublished(t *testing.T) {
	l := newLab()
	d := studio(l.east, "d-one")
	heartbeat(l.east, d, kernel(l.east, d, "u", "app", -1), 29*time.Hour, 0)
	r := l.record(t, 2*day)
	then := 30*time.Hour - 4*time.Minute // four minutes of use by then
	o := expect(t, l.past(t, r, then), "u/app", estate.Idle, "")
	if v := r.Judge(o.Resource.ARN, r.Now.At.Add(-then)); v.State != estate.Active {
		t.Errorf("known today: %+v", v)
	}
	if v := r.Judge("arn:aws:sagemaker:us-east-1:111111111111:app/none", r.Now.At); v.State != estate.Unknown {
		t.Errorf("what was never there: %+v", v)
	}
}

// TestWhatThePastDoesNotTell: what was made later is not there, and what was changed later, or only shows its newest event, is unknown before.
func TestWhatThePastDoesNotTell(t *testing.T) {
	l := newLab()
	d := studio(l.east, "d-one")
	kernel(l.east, d, "u", "app", 5*time.Hour)
	kernel(l.east, d, "new", "app", -1).Created = ago(10 * time.Hour)
	endpointShape{name: "changed", modified: 15 * day}.add(l.east)
	r := l.record(t, 20*day)

	expect(t, l.past(t, r, 0), "u/app", estate.Idle, "app/log-silent")
	before := l.past(t, r, 6*time.Hour)
	expect(t, before, "u/app", estate.Unknown, "") // its log may have been silent, or not
	observed(t, before, "new/app")
	if _, there := verdicts(l.past(t, r, 11*time.Hour))["new/app"]; there {
		t.Error("it is there before it was made")
	}
	expect(t, l.past(t, r, day), "changed", estate.Idle, "")
	expect(t, l.past(t, r, 16*day), "changed", estate.Unknown, "past/changed-since")
}

// TestABrokenRecordingIsUnknown: where the past cannot be read, nothing was idle then, and the coverage says so.
func TestABrokenRecordingIsUnknown(t *testing.T) {
	l := newLab()
	endpointShape{name: "silent"}.add(l.east)
	fault := &world.Fault{Operation: "nothing:Yet", Error: "AccessDeniedException", Status: 400}
	l.Faults = []*world.Fault{fault}
	r, err := scan.Record(t.Context(), l.sessions(t), scan.Options{Kinds: l.kinds}, 5*day, func(series, calls int) {
		if series == 0 || calls == 0 {
			t.Errorf("%d series by %d calls", series, calls)
		}
		fault.Operation = "cloudwatch:GetMetricData"
	})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, r.Now, "silent", estate.Idle, "")
	expect(t, l.past(t, r, 3*day), "silent", estate.Unknown, "")
	if len(r.Now.Holes()) != 1 {
		t.Errorf("coverage: %+v", r.Now.Holes())
	}
}
