package kinds

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
)

var limit = estate.Criteria{Now: now, IdleFor: day}

func training() trainingJob { return registry["training-job"].(trainingJob) }

// fact is a signal that says when something was or will be.
func fact(name string, at time.Time) estate.Signal {
	return estate.Signal{Name: name, Source: "test", Quality: estate.Good, At: at}
}

// jobOn is a training job in progress on n instances of the type.
func jobOn(instanceType string, n int) estate.Resource {
	return estate.Resource{Name: "job", Status: "InProgress", Created: before(60 * day), Attributes: map[string]string{attributeSecondary: "Training"},
		Meters: []estate.Meter{{Component: "c", InstanceType: instanceType, Count: n}, {Component: "volume", GB: 30}}}
}

// instance is what an instance of a job published since it began, with its work as pairs of ages.
func instance(part string, gpu bool, work ...time.Duration) estate.Signals {
	level := func(name string) estate.Signal {
		s := used(name, part, 80, work...)
		s.Quality, s.Window = estate.Good, useWindow(limit) // a level is published even where it is below the floor
		return s
	}
	lately := arriving
	lately.Part = part
	sigs := estate.Signals{level(signalCPU), used(signalRunning, part, 60, 50*day, 0), lately}
	if gpu {
		sigs = append(sigs, level(signalGPU))
	}
	return sigs
}

func TestJob(t *testing.T) {
	ran := func(d time.Duration, more ...estate.Signal) estate.Signals {
		return append(estate.Signals{fact(signalStarted, before(d))}, more...)
	}
	in := func(status string, modified time.Duration) estate.Resource {
		return estate.Resource{Status: status, Created: before(60 * day), Modified: before(modified)}
	}
	running := in("InProgress", 50*day)
	for _, tc := range []struct {
		name  string
		r     estate.Resource
		s     estate.Signals
		state estate.State
		rule  string
		cond  estate.ConditionType
	}{
		{"for an hour", running, ran(time.Hour), estate.Active, "training-job/running", ""},
		{"waits for its instances", running, estate.Signals{{Name: signalStarted, Quality: estate.Absent}}, estate.Active, "training-job/waiting", ""},
		{"for just under three limits", running, ran(3*day - time.Second), estate.Active, "training-job/running", ""},
		{"for three limits", running, ran(3 * day), estate.Active, "training-job/running", estate.Overlong},
		{"for three limits, with a bound to come", running, ran(3*day, fact(signalDeadline, now.Add(day))), estate.Active, "training-job/running", estate.Overlong},
		{"past its bound", running, ran(time.Hour, fact(signalDeadline, before(stuckAfter))), estate.Active, "training-job/running", ""},
		{"long past its bound", running, ran(time.Hour, fact(signalDeadline, before(stuckAfter+time.Second))), estate.Active, "training-job/running", estate.Stuck},
		{"stopping", in("Stopping", time.Hour), ran(2 * day), estate.Unknown, "training-job/stopping", ""},
		{"stopping for hours", in("Stopping", 4*time.Hour), ran(9 * day), estate.Unknown, "training-job/stopping", estate.Stuck},
		{"stopping for hours, as other families spell it, not described", in("STOPPING", 4*time.Hour), estate.Signals{{Name: signalDescription, Quality: estate.Denied}}, estate.Unknown, "training-job/stopping", estate.Stuck},
		{"not described", running, estate.Signals{{Name: signalDescription, Quality: estate.Throttled}}, estate.Unknown, "training-job/unreadable", ""},
		{"nothing read", running, nil, estate.Unknown, "training-job/unread", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			check(t, training().jobs.Judge(tc.r, tc.s, limit), tc.state, estate.Medium, tc.rule, tc.cond)
		})
	}
}

// check compares a verdict that is active or idle at the confidence with what is wanted, conditions included.
func check(t *testing.T, v estate.Verdict, state estate.State, conf estate.Confidence, rule string, cond estate.ConditionType) {
	t.Helper()
	if state == estate.Unknown {
		conf = ""
	}
	var got estate.ConditionType
	for _, c := range v.Conditions {
		got += c.Type
	}
	if v.State != state || v.Confidence != conf || v.Rule != rule || got != cond {
		t.Errorf("got %s/%s by %s with %q (%s)\nwant %s/%s by %s with %q", v.State, v.Confidence, v.Rule, got, v.Why, state, conf, rule, cond)
	}
}

func TestWork(t *testing.T) {
	long := fact(signalStarted, before(50*day))
	sigs := func(some ...estate.Signals) estate.Signals {
		return append(estate.Signals{long}, slices.Concat(some...)...)
	}
	spoil := func(of estate.Signals, name, part string, q estate.Quality) estate.Signals {
		of = slices.Clone(of)
		i := slices.IndexFunc(of, func(s estate.Signal) bool { return s.Name == name && s.Part == part })
		of[i].Quality = q
		if q != estate.Good {
			of[i].Spans, of[i].At = nil, time.Time{}
		}
		return of
	}
	quiet1, quiet2 := instance("algo-1", false), instance("algo-2", false)
	quietGPU := instance("algo-1", true)
	downloading := jobOn("ml.m5.large", 1)
	downloading.Attributes[attributeSecondary] = "Downloading"
	for _, tc := range []struct {
		name  string
		r     estate.Resource
		s     estate.Signals
		state estate.State
		rule  string
		since time.Time
	}{
		{"nothing done for fifty days", jobOn("ml.m5.large", 1), sigs(quiet1), estate.Idle, "no-progress", before(50 * day)},
		{"last worked two days ago", jobOn("ml.m5.large", 1), sigs(instance("algo-1", false, 49*day, 2*day)), estate.Idle, "no-progress", before(2 * day)},
		{"worked an hour ago", jobOn("ml.m5.large", 1), sigs(instance("algo-1", false, 2*time.Hour, time.Hour)), estate.Active, "working", time.Time{}},
		{"began an hour ago", jobOn("ml.m5.large", 1), append(estate.Signals{fact(signalStarted, before(time.Hour))}, quiet1...), estate.Active, "running", time.Time{}},
		{"the second of two works", jobOn("ml.m5.large", 2), sigs(quiet1, instance("algo-2", false, day, 0)), estate.Active, "working", time.Time{}},
		{"the second of two was not asked", jobOn("ml.m5.large", 2), sigs(quiet1), estate.Active, ruleHostsUnasked, time.Time{}},
		{"none was asked", jobOn("ml.m5.large", 2), sigs(), estate.Active, ruleHostsUnasked, time.Time{}},
		{"the second of two fell silent a day after the first", jobOn("ml.m5.large", 2), sigs(instance("algo-1", false, 9*day, 4*day), instance("algo-2", false, 9*day, 3*day)), estate.Idle, "no-progress", before(3 * day)},
		{"neither of two does anything, but the metrics of one have ended", jobOn("ml.m5.large", 2), sigs(quiet1, spoil(quiet2, signalRunning, "algo-2", estate.Absent)), estate.Active, "running", time.Time{}},
		{"no metrics at all", jobOn("ml.m5.large", 1), sigs(spoil(spoil(quiet1, signalCPU, "algo-1", estate.Absent), signalRunning, "algo-1", estate.Absent)), estate.Active, "running", time.Time{}},
		{"the newest datapoint is late", jobOn("ml.m5.large", 1), sigs(spoil(quiet1, signalRunningLately, "algo-1", estate.Stale)), estate.Active, "running", time.Time{}},
		{"CPU and GPU rest", jobOn("ml.g5.xlarge", 1), sigs(quietGPU), estate.Idle, "no-progress", before(50 * day)},
		{"the CPU rests, of the GPU nothing is published", jobOn("ml.g5.xlarge", 1), sigs(spoil(quietGPU, signalGPU, "algo-1", estate.Absent)), estate.Active, "running", time.Time{}},
		{"the CPU rests, the GPU was not asked", jobOn("ml.p4d.24xlarge", 1), sigs(quiet1), estate.Active, "running", time.Time{}},
		{"the GPU is denied", jobOn("ml.g5.xlarge", 1), sigs(spoil(quietGPU, signalGPU, "algo-1", estate.Denied)), estate.Unknown, "unreadable", time.Time{}},
		{"the instances could not be found out", jobOn("ml.m5.large", 1), sigs(estate.Signals{{Name: signalHosts, Quality: estate.Denied}}), estate.Unknown, "unreadable", time.Time{}},
		{"an accelerator of which nothing is published", jobOn("ml.trn1.32xlarge", 1), sigs(quiet1), estate.Active, "running", time.Time{}},
		{"SageMaker downloads for the container", downloading, sigs(quiet1), estate.Active, "running", time.Time{}},
		{"more instances than are asked for", jobOn("ml.m5.large", hostsPerJob+1), sigs(quiet1), estate.Active, "running", time.Time{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := training().Judge(tc.r, tc.s, limit)
			cond := estate.Overlong
			if begun, _ := tc.s.Find(signalStarted, ""); now.Sub(begun.At) < 3*day {
				cond = ""
			}
			check(t, v, tc.state, estate.Medium, "training-job/"+tc.rule, cond)
			if !v.Since.Equal(tc.since) {
				t.Errorf("since %v, want %v", v.Since, tc.since)
			}
		})
	}
}

// TestWorkSeries: what is asked grows with the doubt, and an instance is asked for by its own name.
func TestWorkSeries(t *testing.T) {
	young := jobOn("ml.m5.large", 2)
	young.Created = before(day - time.Second)
	ending := jobOn("ml.m5.large", 2)
	ending.Status = "Stopping"
	for _, tc := range []struct {
		name string
		k    Measured
		r    estate.Resource
		want []string
	}{
		{"the first of two", training(), jobOn("ml.m5.large", 2), []string{"cpu", "running", "running-lately"}},
		{"with a GPU", registry["processing-job"].(processingJob), jobOn("ml.g5.xlarge", 1), []string{"cpu", "running", "running-lately", "gpu"}},
		{"younger than the limit", training(), young, nil},
		{"stopping", training(), ending, nil},
		{"too many", training(), jobOn("ml.m5.large", hostsPerJob+1), nil},
		{"instances without numbers", registry["transform-job"].(transformJob), jobOn("ml.m5.large", 1), nil},
	} {
		var got []string
		for _, s := range tc.k.Series(tc.r, limit) {
			got = append(got, s.Signal)
			if d := cmp.Diff([]Dimension{{"Host", "job/algo-1"}}, s.Dimensions); d != "" || s.Part != "algo-1" {
				t.Errorf("%s: %s %s", tc.name, s.Part, d)
			}
			if level := s.Stat == "Maximum"; level != (s.Floor > 0) {
				t.Errorf("%s: %s has the floor %g", tc.name, s.Source(), s.Floor)
			}
		}
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%s: %s", tc.name, d)
		}
	}
}

func TestWarmPool(t *testing.T) {
	pool := registry["warm-pool"]
	half := estate.Criteria{Now: now, IdleFor: 30 * time.Minute}
	since := func(d time.Duration) estate.Signal { return fact(signalRetained, before(d)) }
	for _, tc := range []struct {
		name   string
		status string
		s      estate.Signals
		state  estate.State
		rule   string
		cond   estate.ConditionType
	}{
		{"for ten minutes", "Available", estate.Signals{since(10 * time.Minute)}, estate.Active, "warm-pool/used", ""},
		{"for the limit", "Available", estate.Signals{since(30 * time.Minute), fact(signalDeadline, now.Add(30*time.Minute))}, estate.Idle, "warm-pool/retained", ""},
		{"past its end", "Available", estate.Signals{since(time.Hour), fact(signalDeadline, before(time.Minute))}, estate.Idle, "warm-pool/retained", ""},
		{"long past its end", "Available", estate.Signals{since(5 * time.Hour), fact(signalDeadline, before(4*time.Hour))}, estate.Idle, "warm-pool/retained", estate.Stuck},
		{"taken up", "Reused", estate.Signals{since(time.Hour)}, estate.Unknown, "warm-pool/changing", ""},
		{"in use", "InUse", estate.Signals{since(time.Hour)}, estate.Unknown, "warm-pool/changing", ""},
		{"let go", "Terminated", estate.Signals{since(time.Hour)}, estate.Unknown, "warm-pool/changing", ""},
		{"without an end of its job", "Available", estate.Signals{{Name: signalRetained, Quality: estate.Absent}}, estate.Unknown, "warm-pool/unread", ""},
		{"not described", "Available", estate.Signals{{Name: signalDescription, Quality: estate.Denied}}, estate.Unknown, "warm-pool/unreadable", ""},
		{"nothing read", "Available", nil, estate.Unknown, "warm-pool/unread", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			check(t, pool.Judge(estate.Resource{Status: tc.status}, tc.s, half), tc.state, estate.High, tc.rule, tc.cond)
		})
	}
}

func TestJobsOfOthersAndOfPeople(t *testing.T) {
	at := func(name string, value float64, age time.Duration) estate.Signal {
		s := fact(name, before(age))
		s.Value = value
		return s
	}
	begun := fact(signalStarted, before(2*day))
	for _, tc := range []struct {
		name  string
		kind  estate.Kind
		s     estate.Signals
		state estate.State
		rule  string
		cond  estate.ConditionType
	}{
		{"tuning: trains", "tuning-job", estate.Signals{begun, at(signalChildren, 2, day)}, estate.Active, "tuning-job/running", ""},
		{"tuning: between two", "tuning-job", estate.Signals{begun, at(signalChildren, 0, stuckAfter)}, estate.Active, "tuning-job/running", ""},
		{"tuning: trains nothing", "tuning-job", estate.Signals{begun, at(signalChildren, 0, stuckAfter+time.Second)}, estate.Active, "tuning-job/running", estate.Stuck},
		{"tuning: not told", "tuning-job", estate.Signals{begun}, estate.Active, "tuning-job/running", ""},
		{"labeling: an hour ago", "labeling-job", estate.Signals{begun, at(signalLabels, 9, time.Hour)}, estate.Active, "labeling-job/running", ""},
		{"labeling: not for the limit", "labeling-job", estate.Signals{begun, at(signalLabels, 9, day)}, estate.Unknown, "labeling-job/no-progress", estate.Stuck},
		{"labeling: not told", "labeling-job", estate.Signals{begun}, estate.Active, "labeling-job/running", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			check(t, registry[tc.kind].Judge(estate.Resource{Status: "InProgress"}, tc.s, limit), tc.state, estate.Medium, tc.rule, tc.cond)
		})
	}
}

// TestNoIdleJobFromAnErrorPath: whatever the other signals say, a job or pool is never idle by what could not be read, nor by a part
// of its instances.
func TestNoIdleJobFromAnErrorPath(t *testing.T) {
	qualities := []estate.Quality{estate.Good, estate.Absent, estate.Stale, estate.Partial, estate.Denied, estate.Throttled, estate.Failed}
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom([]Kind{registry["training-job"], registry["processing-job"], registry["transform-job"], registry["warm-pool"], registry["labeling-job"], registry["pipeline-execution"]}).Draw(t, "kind")
		c := estate.Criteria{Now: now, IdleFor: time.Duration(rapid.IntRange(1, 400).Draw(t, "hours")) * time.Hour}
		n := rapid.IntRange(1, 3).Draw(t, "instances")
		gpu := rapid.Bool().Draw(t, "gpu")
		r := jobOn(map[bool]string{false: "ml.m5.large", true: "ml.g5.xlarge"}[gpu], n)
		if k == registry["warm-pool"] {
			r.Status = available
		}
		sigs := estate.Signals{fact(signalStarted, before(50*day)), fact(signalRetained, before(50*day)), fact(signalLabels, before(50*day)), fact(signalDeadline, before(day))}
		asked := rapid.IntRange(0, n).Draw(t, "asked")
		for i := range asked {
			sigs = append(sigs, instance([]string{"algo-1", "algo-2", "algo-3"}[i], gpu)...)
		}
		spoiled := false
		for i := range sigs {
			if rapid.IntRange(0, 9).Draw(t, "spoil") == 0 {
				if sigs[i].Quality = rapid.SampledFrom(qualities).Draw(t, "quality"); sigs[i].Quality != estate.Good {
					sigs[i].Spans, sigs[i].At = nil, time.Time{}
				}
				spoiled = spoiled || sigs[i].Quality != estate.Good && sigs[i].Name != signalDeadline && sigs[i].Name != signalLabels &&
					(sigs[i].Name == signalRetained) == (k == registry["warm-pool"])
			}
		}
		v := k.Judge(r, sigs, c)
		if v.State == estate.Idle && (spoiled || k != registry["warm-pool"] && asked < n) {
			t.Fatalf("idle by %s with %d of %d instances asked: %+v", v.Rule, asked, n, sigs)
		}
	})
}

func TestTrainingJobMeters(t *testing.T) {
	start := before(day)
	job := func(change func(*sagemaker.DescribeTrainingJobOutput)) *sagemaker.DescribeTrainingJobOutput {
		d := &sagemaker.DescribeTrainingJobOutput{TrainingJobStatus: "InProgress", SecondaryStatus: "Training", CreationTime: new(before(2 * day)), TrainingStartTime: &start,
			StoppingCondition: &types.StoppingCondition{MaxRuntimeInSeconds: new(int32(172800)), MaxWaitTimeInSeconds: new(int32(259200))},
			ResourceConfig:    &types.ResourceConfig{InstanceType: "ml.m5.large", InstanceCount: new(int32(2)), VolumeSizeInGB: new(int32(30))}}
		change(d)
		return d
	}
	m := func(component, instanceType string, count int, gb float64) estate.Meter {
		return estate.Meter{Component: component, InstanceType: instanceType, Count: count, GB: gb}
	}
	type out = *sagemaker.DescribeTrainingJobOutput
	for _, tc := range []struct {
		name   string
		d      out
		want   []estate.Meter
		free   bool
		noRate bool
		end    time.Time
	}{
		{"on demand", job(func(out) {}), []estate.Meter{m(pricing.ComponentTraining, "ml.m5.large", 2, 0), m(pricing.ComponentTrainingVolume, "", 0, 60)}, false, false, now.Add(day)},
		{"spot is bounded by its waiting", job(func(d out) { d.EnableManagedSpotTraining = new(true) }),
			[]estate.Meter{m(pricing.ComponentSpotTraining, "ml.m5.large", 2, 0), m(pricing.ComponentTrainingVolume, "", 0, 60)}, false, false, now.Add(day)},
		{"spot taken back", job(func(d out) { d.EnableManagedSpotTraining, d.SecondaryStatus = new(true), "Interrupted" }),
			[]estate.Meter{m(pricing.ComponentSpotTraining, "ml.m5.large", 2, 0), m(pricing.ComponentTrainingVolume, "", 0, 60)}, true, false, now.Add(day)},
		{"not started", job(func(d out) { d.TrainingStartTime = nil }),
			[]estate.Meter{m(pricing.ComponentTraining, "ml.m5.large", 2, 0), m(pricing.ComponentTrainingVolume, "", 0, 60)}, true, false, time.Time{}},
		{"disks of its own", job(func(d out) { d.ResourceConfig.InstanceType = "ml.p4d.24xlarge" }), []estate.Meter{m(pricing.ComponentTraining, "ml.p4d.24xlarge", 2, 0)}, false, false, now.Add(day)},
		{"two groups", job(func(d out) {
			d.ResourceConfig = &types.ResourceConfig{VolumeSizeInGB: new(int32(10)), InstanceGroups: []types.InstanceGroup{
				{InstanceType: "ml.g5.xlarge", InstanceCount: new(int32(1))}, {InstanceType: "ml.c5.xlarge", InstanceCount: new(int32(3))}}}
		}), []estate.Meter{m(pricing.ComponentTraining, "ml.g5.xlarge", 1, 0), m(pricing.ComponentTraining, "ml.c5.xlarge", 3, 0), m(pricing.ComponentTrainingVolume, "", 0, 30)}, false, false, now.Add(day)},
		{"the type that SageMaker chose", job(func(d out) {
			d.ResourceConfig.InstanceType, d.ResourceConfig.SelectedInstanceType, d.ResourceConfig.SelectedInstanceCount = "", "ml.g6.xlarge", new(int32(4))
		}), []estate.Meter{m(pricing.ComponentTraining, "ml.g6.xlarge", 4, 0)}, false, false, now.Add(day)},
		{"on a training plan", job(func(d out) {
			d.ResourceConfig.TrainingPlanArn, d.ResourceConfig.InstanceType = new("arn:aws-cn:sagemaker:cn-north-1:1:training-plan/p"), "ml.p5.48xlarge"
		}), []estate.Meter{{Component: pricing.ComponentTraining, InstanceType: "ml.p5.48xlarge", Count: 2, Elsewhere: true}}, true, false, now.Add(day)},
		{"serverless", job(func(d out) { d.ServerlessJobConfig = &types.ServerlessJobConfig{} }), []estate.Meter{m(pricing.ComponentTraining, "", 1, 0)}, false, true, now.Add(day)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var o estate.Observation
			readTrainingJob(&o, tc.d)
			if d := cmp.Diff(tc.want, o.Resource.Meters, cmpopts.IgnoreFields(estate.Meter{}, "Free", "Rate")); d != "" {
				t.Error(d)
			}
			for _, m := range o.Resource.Meters {
				if (m.Free != "") != tc.free || (m.Rate.Why != "") != tc.noRate {
					t.Errorf("free %q, no rate %q", m.Free, m.Rate.Why)
				}
			}
			if end, _ := bound(o.Signals); !end.Equal(tc.end) {
				t.Errorf("ends at %v, want %v", end, tc.end)
			}
			if begun, _ := o.Signals.Find(signalStarted, ""); (begun.Quality == estate.Absent) != (tc.d.TrainingStartTime == nil) {
				t.Errorf("began: %+v", begun)
			}
		})
	}
}

func TestWarmPoolMeters(t *testing.T) {
	var o estate.Observation
	readWarmPool(&o, &sagemaker.DescribeTrainingJobOutput{TrainingEndTime: new(before(time.Hour)), WarmPoolStatus: &types.WarmPoolStatus{Status: "Available"},
		ResourceConfig: &types.ResourceConfig{InstanceType: "ml.c5.xlarge", InstanceCount: new(int32(3)), VolumeSizeInGB: new(int32(20)), KeepAlivePeriodInSeconds: new(int32(7200))}})
	want := []estate.Meter{{Component: pricing.ComponentWarmPool, InstanceType: "ml.c5.xlarge", Count: 3}, {Component: pricing.ComponentWarmPoolVolume, GB: 60}}
	if d := cmp.Diff(want, o.Resource.Meters); d != "" || o.Resource.Status != available {
		t.Error(o.Resource.Status, d)
	}
	if end, ok := bound(o.Signals); !ok || !end.Equal(now.Add(time.Hour)) {
		t.Errorf("it ends at %v", end)
	}
}

func TestProcessingJobMeters(t *testing.T) {
	d := &sagemaker.DescribeProcessingJobOutput{ProcessingJobStatus: "InProgress", ProcessingStartTime: new(before(time.Hour)),
		AppSpecification:    &types.AppSpecification{ImageUri: new("1.dkr.ecr.us-east-1.amazonaws.com/sagemaker-data-wrangler-container:3.x")},
		ProcessingResources: &types.ProcessingResources{ClusterConfig: &types.ProcessingClusterConfig{InstanceType: "ml.m5.4xlarge", InstanceCount: new(int32(2)), VolumeSizeInGB: new(int32(30))}}}
	var o estate.Observation
	readProcessingJob(&o, d)
	want := []estate.Meter{{Component: pricing.ComponentDataWranglerJob, InstanceType: "ml.m5.4xlarge", Count: 2}, {Component: pricing.ComponentProcessingVolume, GB: 60}}
	if d := cmp.Diff(want, o.Resource.Meters); d != "" {
		t.Error(d)
	}
	o = estate.Observation{}
	d.TrainingJobArn, d.AppSpecification = new("arn:aws:sagemaker:us-east-1:1:training-job/x"), nil
	if readProcessingJob(&o, d); o.Resource.Meters[0].Component != pricing.ComponentProcessing || o.Resource.Meters[0].Rate.Why == "" {
		t.Errorf("a Debugger rule may be free: %+v", o.Resource.Meters)
	}
}

func TestLocalStorage(t *testing.T) {
	for instanceType, want := range map[string]bool{"ml.m5.large": false, "ml.m5d.large": true, "ml.c6gd.xlarge": true, "ml.c5n.xlarge": false, "ml.g4dn.xlarge": true, "ml.g5.xlarge": true,
		"ml.p2.xlarge": false, "ml.p3.2xlarge": false, "ml.p3dn.24xlarge": true, "ml.p5.48xlarge": true, "ml.p6-b200.48xlarge": true, "ml.trn1.2xlarge": true, "ml.t3.medium": false, "": false} {
		if got := localStorage(instanceType); got != want {
			t.Errorf("%s: %v", instanceType, got)
		}
	}
}

// TestInEach: a job that moves from one listing to the next is yielded once, and one that ended in between not at all.
func TestInEach(t *testing.T) {
	var got []string
	err := inEach(func(o estate.Observation) { got = append(got, o.Resource.ARN) }, func(status string, yield func(estate.Observation)) error {
		yield(estate.Observation{Resource: estate.Resource{ARN: "moves", Status: "Stopping"}})
		yield(estate.Observation{Resource: estate.Resource{ARN: "ended", Status: "Completed"}})
		yield(estate.Observation{Resource: estate.Resource{ARN: status, Status: status}})
		return nil
	}, "InProgress", "Stopping")
	if d := cmp.Diff([]string{"moves", "InProgress", "Stopping"}, got); d != "" || err != nil {
		t.Error(d, err)
	}
}
