package scan_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/scan"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// The rows 0-x: what a script that looked for idle Studio apps by their log streams got wrong.

func Test_0_1_EveryPageIsRead(t *testing.T) {
	l := newLab()
	d := studio(l.east, "d-one")
	for i := range 11 {
		person(d, name("u", i))
		kernel(l.east, d, name("u", i), "app", 9*day)
	}
	s := l.scan(t)
	expect(t, s, "u-010/app", estate.Idle, "app/log-silent")
	if len(s.Observations) != 11 {
		t.Errorf("saw %d apps of 11", len(s.Observations))
	}
}

func Test_0_2_OneNameInTwoDomains(t *testing.T) {
	l := newLab()
	one, two := studio(l.east, "d-one"), studio(l.east, "d-two")
	person(one, "u")
	person(two, "u")
	kernel(l.east, two, "u", "app", 5*day)
	logs(l.east, "d-one/u/KernelGateway/app", time.Minute)
	o := expect(t, l.scan(t), "u/app", estate.Idle, "app/log-silent")
	if o.Resource.Domain != "d-two" {
		t.Errorf("it is in %s", o.Resource.Domain)
	}
}

func Test_0_3_LifecycleStreamIsNotTheApps(t *testing.T) {
	l := newLab()
	d := studio(l.east, "d-one")
	kernel(l.east, d, "u", "app-1", time.Minute)
	logs(l.east, "d-one/u/KernelGateway/app-1/LifecycleConfigOnStart", 3*day)
	expect(t, l.scan(t), "u/app-1", estate.Active, "app/log-alive")
}

func Test_0_4_PrefixesCollide(t *testing.T) {
	l := newLab()
	d := studio(l.east, "d-one")
	kernel(l.east, d, "u", "app-1", time.Minute)
	logs(l.east, "d-one/u/KernelGateway/app-10", 9*day)
	kernel(l.east, d, "v", "app-1", -1) // has no stream of its own
	logs(l.east, "d-one/v/KernelGateway/app-10", 9*day)
	s := l.scan(t)
	expect(t, s, "u/app-1", estate.Active, "app/log-alive")
	expect(t, s, "v/app-1", estate.Unknown, "")
}

func Test_0_5_NoStream(t *testing.T) {
	l := newLab()
	d := studio(l.east, "d-one")
	kernel(l.east, d, "new", "app", -1)
	kernel(l.east, d, "old", "app", 4*day)
	s := l.scan(t)
	expect(t, s, "new/app", estate.Unknown, "app/contaminated")
	expect(t, s, "old/app", estate.Idle, "app/log-silent")
}

func Test_0_6_StreamWithoutEvents(t *testing.T) {
	l := newLab()
	d := studio(l.east, "d-one")
	kernel(l.east, d, "u", "app", -1)
	logs(l.east, "d-one/u/KernelGateway/app")
	expect(t, l.scan(t), "u/app", estate.Unknown, "app/contaminated")
}

func Test_0_7_EveryTypeOfAppAndSpaces(t *testing.T) {
	l := newLab()
	d := studio(l.east, "d-one")
	d.Spaces = []*world.Space{{Name: "risk", Owner: "maria", AppType: "JupyterLab", Sharing: "Private", Life: world.Life{Created: ago(100 * day)}}}
	for _, typ := range []string{"JupyterLab", "CodeEditor", "RStudioServerPro", "RSessionGateway", "TensorBoard"} {
		a := &world.App{Space: "risk", Type: typ, Name: typ, InstanceType: "ml.t3.medium", Status: "InService", Life: world.Life{Created: ago(10 * day)}}
		d.Apps = append(d.Apps, a)
		heartbeat(l.east, d, a, 30*time.Hour, 0)
	}
	d.Apps = append(d.Apps, &world.App{User: "maria", Type: "Canvas", Name: "default", InstanceType: "system", Status: "InService", Life: world.Life{Created: ago(10 * day)}})
	l.east.Metrics = append(l.east.Metrics, &world.Metric{Namespace: "/aws/sagemaker/Canvas/AppActivity", Name: "TimeSinceLastActive",
		Dimensions: map[string]string{"DomainId": "d-one", "UserProfileName": "maria"}, Pattern: world.Elapsed{Of: times(26 * time.Hour), From: ago(10 * day)}})
	s := l.scan(t)
	for _, typ := range []string{"JupyterLab", "CodeEditor", "RStudioServerPro", "RSessionGateway", "TensorBoard"} {
		o := expect(t, s, "risk/"+typ, estate.Idle, "app/heartbeat-idle")
		if o.Resource.Owner != "maria" || o.Resource.OwnerFrom != "space owner" || o.Verdict.Confidence != estate.High {
			t.Errorf("%s: owner %s from %s, %s", typ, o.Resource.Owner, o.Resource.OwnerFrom, o.Verdict.Confidence)
		}
	}
	expect(t, s, "maria/default", estate.Idle, "app/canvas-activity-idle")
}

func Test_0_8_OneFindingPerApp(t *testing.T) {
	l := newLab()
	d := studio(l.east, "d-one")
	kernel(l.east, d, "u", "pandas", 4*day)
	kernel(l.east, d, "u", "sagemaker-data-wrang-ml-m5-4xlarge-1f2e3d", 5*day).InstanceType = "ml.m5.4xlarge"
	s := l.scan(t)
	for app, want := range map[string]string{"u/pandas": "0.05", "u/sagemaker-data-wrang-ml-m5-4xlarge-1f2e3d": "0.922"} {
		o := expect(t, s, app, estate.Idle, "app/log-silent")
		if o.Waste.Hourly.String() != want || !o.Waste.Known || o.Waste.SoFar.IsZero() {
			t.Errorf("%s (%s) wastes %s an hour, %s so far, known %v; want %s", app, o.Resource.Type, o.Waste.Hourly, o.Waste.SoFar, o.Waste.Known, want)
		}
	}
}

func Test_0_9_SilentTrainingAndChattyIdleness(t *testing.T) {
	l := newLab()
	d := studio(l.east, "d-one")
	heartbeat(l.east, d, kernel(l.east, d, "training", "app", 25*time.Hour), 0, 0)
	heartbeat(l.east, d, kernel(l.east, d, "chatty", "app", time.Minute), 9*time.Hour, 0)
	s := l.scan(t)
	expect(t, s, "training/app", estate.Active, "app/heartbeat-used")
	expect(t, s, "chatty/app", estate.Idle, "app/heartbeat-idle")
}

func Test_0_10_TheLogIndexLags(t *testing.T) {
	l := newLab()
	l.LogLag = time.Hour
	d := studio(l.east, "d-one")
	kernel(l.east, d, "u", "app", -1)
	logs(l.east, "d-one/u/KernelGateway/app", 3*time.Hour, 10*time.Minute) // the second is not indexed yet
	l.limits.IdleFor = map[estate.Kind]time.Duration{"studio-app": 30 * time.Minute}
	expect(t, l.scan(t), "u/app", estate.Unknown, "app/log-lag")
}

func Test_0_11_ADeniedRegionLosesNothingElse(t *testing.T) {
	l := newLab()
	for _, r := range []*world.Region{l.east, l.west} {
		kernel(r, studio(r, "d-"+r.Name), r.Name, "app", 4*day)
	}
	l.Faults = []*world.Fault{{Region: west, Operation: "logs:DescribeLogStreams", Error: "AccessDeniedException", Status: 400}}
	s := l.scan(t, east, west)
	expect(t, s, east+"/app", estate.Idle, "app/log-silent")
	expect(t, s, west+"/app", estate.Unknown, "app/unreadable")
	h := s.Holes()
	if len(h) != 1 || h[0].Operation != "logs:DescribeLogStreams" || h[0].Target.Region != west || h[0].Outcome != estate.OutcomeDenied || h[0].Hides == "" || h[0].Hint == "" {
		t.Errorf("holes: %+v", h)
	}
}

func Test_0_12_ThrottledEveryThirdCall(t *testing.T) {
	l := newLab()
	l.attempts = 20 // of two hundred calls at once, one may be the third eight times in a row
	d := studio(l.east, "d-one")
	for i := range 200 {
		kernel(l.east, d, name("u", i), "app", time.Duration(i)*time.Hour)
	}
	l.Faults = []*world.Fault{{Operation: "sagemaker:*", Error: "ThrottlingException", Status: 400, Every: 3}, {Operation: "logs:*", Error: "ThrottlingException", Status: 400, Every: 3}}
	s := l.scan(t)
	expectWhole(t, s)
	if len(s.Observations) != 200 {
		t.Fatalf("saw %d apps of 200", len(s.Observations))
	}
	for i := 4; i < 200; i++ {
		expect(t, s, name("u", i)+"/app", estate.Idle, "app/log-silent")
	}
}

func Test_0_13_AnAppThatVanishes(t *testing.T) {
	l := newLab()
	d := studio(l.east, "d-one")
	kernel(l.east, d, "here", "app", 4*day)
	kernel(l.east, d, "gone", "app", 4*day).Vanishes = true
	kernel(l.east, d, "deleted", "app", 4*day).Deleted = ago(time.Hour)
	s := l.scan(t)
	expectWhole(t, s)
	if len(s.Observations) != 1 {
		t.Errorf("saw %v, want the app that is there alone", verdicts(s))
	}
	expect(t, s, "here/app", estate.Idle, "app/log-silent")
}

// TestSharedInstance: kernels of one person on one instance type run on one instance, which bills once and until the last is
// stopped. A filter that hides one of them changes nothing of that.
func TestSharedInstance(t *testing.T) {
	l := newLab()
	d := studio(l.east, "d-one")
	kernel(l.east, d, "both-idle", "a", 4*day)
	kernel(l.east, d, "both-idle", "b", 2*day)
	kernel(l.east, d, "one-used", "a", 4*day)
	kernel(l.east, d, "one-used", "b", time.Minute)
	l.east.Tags = map[string]map[string]string{"arn:aws:sagemaker:us-east-1:" + account + ":app/d-one/one-used/kernelgateway/a": {"team": "red"}}
	s := l.scan(t)
	a, b := expect(t, s, "both-idle/a", estate.Idle, ""), expect(t, s, "both-idle/b", estate.Idle, "")
	if a.Waste.Hourly.String() != "0.05" || !b.Waste.Hourly.IsZero() || a.Waste.Note == "" || b.Waste.Note == "" {
		t.Errorf("the shared instance is counted as %+v and %+v", a.Waste, b.Waste)
	}
	if hours := a.Waste.SoFar.Div(a.Waste.Hourly).InexactFloat64(); hours < 47.9 || hours > 48.1 {
		t.Errorf("%.1f hours are wasted, want 48: it is idle since the last of them is", hours)
	}
	for _, tags := range []map[string]string{nil, {"team": "red"}} {
		s := l.scan(t)
		s = scan.Keep(s, nil, "", tags)
		if o := expect(t, s, "one-used/a", estate.Idle, "app/log-silent"); o.Waste.Note == "" || !o.Waste.Hourly.IsZero() || !o.Waste.Known {
			t.Errorf("with tags %v, stopping a would save %+v, while b runs on", tags, o.Waste)
		}
		if tags != nil && len(s.Observations) != 1 {
			t.Errorf("the tag leaves %v", verdicts(s))
		}
	}
}

// TestDeadHeartbeat: an app that once reported its use and fell silent is not judged by less.
func TestDeadHeartbeat(t *testing.T) {
	for _, died := range []time.Duration{2 * time.Hour, 4 * time.Hour, 30 * time.Hour, 10 * day} {
		l := newLab()
		d := studio(l.east, "d-one")
		heartbeat(l.east, d, kernel(l.east, d, "training", "app", 12*day), died+time.Hour, died)
		expect(t, l.scan(t), "training/app", estate.Unknown, "app/heartbeat-stale")
	}
	l := newLab()
	d := studio(l.east, "d-one")
	heartbeat(l.east, d, kernel(l.east, d, "u", "app", time.Minute), 13*time.Minute, 13*time.Minute)
	l.limits.IdleFor = map[estate.Kind]time.Duration{"studio-app": 10 * time.Minute}
	expect(t, l.scan(t), "u/app", estate.Unknown, "app/heartbeat-lag")
}

// TestInterrupted: a scan that is cut off judges nothing idle that it would not have judged idle.
func TestInterrupted(t *testing.T) {
	l := newLab()
	d := studio(l.east, "d-one")
	for i := range 40 {
		kernel(l.east, d, name("u", i), "app", 4*day).LastUserActivity = ago(time.Minute)
		d.Apps[i].LastHealthCheck = ago(5 * time.Minute)
	}
	for stop := range 12 {
		sessions := l.sessions(t)
		ctx, cancel := context.WithCancel(t.Context())
		var calls atomic.Int32
		cut := func(c wire.Call) {
			if c.Operation == "sagemaker:DescribeApp" && int(calls.Add(1)) > stop*3 {
				cancel()
			}
		}
		l.called.Store(&cut)
		s, err := scan.Run(ctx, sessions, scan.Options{})
		cancel()
		l.called.Store(nil)
		if err != nil {
			t.Fatal(err)
		}
		if !s.Interrupted {
			t.Errorf("stopped after %d calls, and not marked as interrupted", stop*3)
		}
		if !slices.ContainsFunc(s.Holes(), func(h estate.Coverage) bool {
			return h.Operation == "sagemaker:DescribeApp" && h.Outcome == estate.OutcomePartial
		}) {
			t.Errorf("stopped after %d calls, the coverage does not say what was cut off: %+v", stop*3, s.Holes())
		}
		live := map[string]estate.Verdict{}
		for _, o := range s.Observations {
			live[o.Resource.ARN] = o.Verdict
			if o.Verdict.State == estate.Idle {
				t.Fatalf("stopped after %d calls, %s is idle by %s", stop*3, o.Resource.Name, o.Verdict.Rule)
			}
		}
		if err := scan.Judge(s, scan.Limits{}); err != nil {
			t.Fatal(err)
		}
		for _, o := range s.Observations {
			if diff := cmp.Diff(live[o.Resource.ARN], o.Verdict); diff != "" {
				t.Fatalf("judged anew, %s is another: %s", o.Resource.Name, diff)
			}
		}
	}
}

// TestUnlistedSibling: who else is on a shared instance is not known when not every app could be listed.
func TestUnlistedSibling(t *testing.T) {
	l := newLab()
	d := studio(l.east, "d-one")
	for i := range 120 {
		kernel(l.east, d, name("u", i), "app", 4*day)
	}
	l.Faults = []*world.Fault{{Operation: "sagemaker:ListApps", Error: "ThrottlingException", Status: 400, After: 1}}
	s := l.scan(t)
	if len(s.Observations) != 100 || len(s.Holes()) != 1 {
		t.Fatalf("%d apps, holes %+v", len(s.Observations), s.Holes())
	}
	for _, o := range s.Observations {
		if o.Verdict.State == estate.Idle && (o.Waste.Known || o.Waste.Note == "") {
			t.Fatalf("%s is sure to save %s an hour", o.Resource.Name, o.Waste.Hourly)
		}
	}
}

// TestUserAndSpaceOfOneName do not share an instance.
func TestUserAndSpaceOfOneName(t *testing.T) {
	l := newLab()
	d := studio(l.east, "d-one")
	kernel(l.east, d, "risk", "a", 4*day)
	kernel(l.east, d, "risk", "b", time.Minute).Space, d.Apps[1].User = "risk", ""
	o := expect(t, l.scan(t), "risk/a", estate.Idle, "")
	if o.Waste.Hourly.String() != "0.05" {
		t.Errorf("wastes %s (%s)", o.Waste.Hourly, o.Waste.Note)
	}
}
