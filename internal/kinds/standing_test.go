package kinds

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Notebook instances, clusters, tracking servers, feature groups and training plans bill by standing there.

func thing(status string, created, modified time.Duration) estate.Resource {
	return estate.Resource{Status: status, Created: before(created), Modified: before(modified), Attributes: map[string]string{}}
}

// processor is the CPU of an instance that has run for as long, above the floor between the ages.
func processor(ran time.Duration, busy ...time.Duration) estate.Signals {
	cpu := used(signalCPU, "", 50, busy...)
	cpu.Quality = estate.Good
	return estate.Signals{cpu, used(signalRunning, "", 60, ran, 0), arriving}
}

func join(all ...estate.Signals) (out estate.Signals) {
	for _, s := range all {
		out = append(out, s...)
	}
	return out
}

func groups(status string, counts map[string]int) estate.Resource {
	r := thing(status, 30*day, 30*day)
	for _, name := range []string{"login", "gpu"} {
		if n, ok := counts[name]; ok {
			r.Parts = append(r.Parts, estate.Part{Name: name, Role: roleGroup, Mode: modeInstances, Count: n})
			r.Attributes[attributeGroupStatus+name] = "InService"
		}
	}
	return r
}

// requests of a feature group, with one operation in use.
func requests(op string, ages ...time.Duration) (sigs estate.Signals) {
	for _, name := range recordOperations {
		s := used(signalRequests, name, 10)
		if name == op {
			s = used(signalRequests, name, 10, ages...)
		}
		sigs = append(sigs, s)
	}
	for _, name := range batchOperations {
		s := used(signalBatchRequests, name, 10)
		if name == op {
			s = used(signalBatchRequests, name, 10, ages...)
		}
		sigs = append(sigs, s)
	}
	return sigs
}

// reservation is the use of a plan by its metrics.
func reservation(ran time.Duration, busy ...time.Duration) estate.Signals {
	inUse := used(signalUsed, "p", 4, busy...)
	fresh := arriving
	fresh.Part = "p"
	return estate.Signals{inUse, used(signalRunning, "p", 60, ran, 0), fresh}
}

func TestStanding(t *testing.T) {
	two, month := estate.Criteria{Now: now, IdleFor: 2 * time.Hour}, estate.Criteria{Now: now, IdleFor: 30 * day}
	running := thing("InService", 90*day, 9*day)
	failed := func(name string, q estate.Quality) estate.Signals {
		return estate.Signals{{Name: name, Source: "test", Quality: q}}
	}
	never := failed(signalHeartbeatHistory, estate.Absent)
	group := func(r estate.Resource, part string, age time.Duration) estate.Signals {
		s := stamp(signalHeartbeat, age, 0, estate.Good)
		s.Part = part
		return estate.Signals{s}
	}
	store := thing("Created", 90*day, 80*day)
	store.Meters = []estate.Meter{{Component: "c", GB: 1}}
	plan := thing("Active", 0, 0)
	plan.Attributes = map[string]string{"startTime": before(20 * day).Format(time.RFC3339), "totalInstanceCount": "8"}
	inUse := func(n float64) estate.Signals {
		return estate.Signals{{Name: signalInUse, Quality: estate.Good, Value: n}}
	}
	degraded := groups("InService", map[string]int{"gpu": 3})
	degraded.Attributes[attributeGroupStatus+"gpu"] = "Degraded"
	absent := estate.Signals{used(signalCPU, "", 0), used(signalRunning, "", 0), {Name: signalRunningLately, Quality: estate.Absent}}
	gap := join(estate.Signals{{Name: signalCPU, Quality: estate.Good, Window: useWindow(two)}, used(signalRunning, "", 60, 9*day, day), arriving}, never)
	for _, tc := range []struct {
		name      string
		k         Kind
		r         estate.Resource
		s         estate.Signals
		c         estate.Criteria
		state     estate.State
		conf      estate.Confidence
		rule      string
		since     time.Duration
		condition estate.ConditionType
	}{
		{"notebook: heartbeat, in use", notebook{}, running, estate.Signals{stamp(signalHeartbeat, 0, 0, estate.Good)}, two, estate.Active, estate.High, "notebook/heartbeat-used", 0, ""},
		{"notebook: heartbeat, idle", notebook{}, running, estate.Signals{stamp(signalHeartbeat, 3*time.Hour, 0, estate.Good)}, two, estate.Idle, estate.High, "notebook/heartbeat-idle", 3 * time.Hour, ""},
		{"notebook: a heartbeat of before it was started", notebook{}, thing("InService", 90*day, time.Hour), estate.Signals{stamp(signalHeartbeat, 30*time.Hour, 0, estate.Good)}, two, estate.Active, estate.High, "notebook/heartbeat-used", 0, ""},
		{"notebook: heartbeat denied, CPU quiet", notebook{}, running, join(failed(signalHeartbeat, estate.Denied), processor(9*day), never), two, estate.Unknown, "", "notebook/heartbeat-unreadable", 0, ""},
		{"notebook: nobody publishes anything", notebook{}, running, absent, two, estate.Unknown, "", "notebook/no-signal", 0, ""},
		{"notebook: CPU absent, but sampled", notebook{}, running, join(absent[:1], processor(9 * day)[1:], never), two, estate.Unknown, "", "notebook/no-signal", 0, ""},
		{"notebook: CPU busy an hour ago", notebook{}, running, join(processor(9*day, 2*time.Hour, time.Hour), never), two, estate.Active, estate.Medium, "notebook/cpu-busy", 0, ""},
		{"notebook: CPU quiet for a day", notebook{}, running, join(processor(9*day, 26*time.Hour, 24*time.Hour), never), two, estate.Idle, estate.Medium, "notebook/cpu-quiet", day, ""},
		{"notebook: CPU quiet, traffic floor set", notebook{}, running, join(processor(9*day, 2*time.Hour, time.Hour), never), estate.Criteria{Now: now, IdleFor: 2 * time.Hour, MinDailyInvocations: 1e6}, estate.Active, estate.Medium, "notebook/cpu-busy", 0, ""},
		{"notebook: CPU quiet, started an hour ago", notebook{}, thing("InService", 90*day, time.Hour), join(processor(time.Hour), never), two, estate.Unknown, "", "traffic/too-young", 0, ""},
		{"notebook: CPU quiet, but with a gap", notebook{}, running, gap, two, estate.Unknown, "", "notebook/cpu-gaps", 0, ""},
		{"notebook: CPU quiet, heartbeats not asked", notebook{}, running, processor(9 * day), two, estate.Unknown, "", "notebook" + historyUnasked, 0, ""},
		{"notebook: CPU quiet, and a heartbeat once", notebook{}, running, join(processor(9*day), failed(signalHeartbeatHistory, estate.Good)), two, estate.Unknown, "", "notebook/heartbeat-stale", 0, ""},
		{"notebook: in service for long, unread", notebook{}, running, estate.Signals{stamps(90 * day)}, two, estate.Unknown, "", "notebook/unasked", 0, ""},
		{"notebook: undescribed", notebook{}, running, failed(signalDescription, estate.Throttled), two, estate.Unknown, "", "notebook/unreadable", 0, ""},
		{"notebook: stopped for forty days", notebook{}, thing("Stopped", 90*day, 40*day), estate.Signals{stamps(40 * day)}, two, estate.Idle, estate.Medium, "notebook/stopped", 40 * day, ""},
		{"notebook: stopped a week ago", notebook{}, thing("Stopped", 90*day, 7*day), estate.Signals{stamps(7 * day)}, two, estate.Unknown, "", "notebook/stopped-lately", 0, ""},
		{"notebook: stopped, stamps unread", notebook{}, thing("Stopped", 90*day, 7*day), nil, two, estate.Unknown, "", "notebook/unread", 0, ""},
		{"notebook: stopped, undescribed", notebook{}, thing("Stopped", 90*day, 7*day), join(failed(signalDescription, estate.Denied), estate.Signals{stamps(7 * day)}), two, estate.Unknown, "", "notebook/unreadable", 0, ""},
		{"notebook: stopping for five hours", notebook{}, thing("Stopping", 90*day, 5*time.Hour), nil, two, estate.Unknown, "", "notebook/changing", 0, estate.Stuck},
		{"notebook: stopping", notebook{}, thing("Stopping", 90*day, 5*time.Minute), nil, two, estate.Unknown, "", "notebook/changing", 0, ""},
		{"notebook: stuck and undescribed", notebook{}, thing("Deleting", 90*day, 5*time.Hour), failed(signalDescription, estate.Denied), two, estate.Unknown, "", "notebook/changing", 0, estate.Stuck},
		{"notebook: failed", notebook{}, thing("Failed", 90*day, 7*day), nil, two, estate.Unknown, "", "notebook/broken", 0, estate.Broken},

		{"cluster: no heartbeat", cluster{}, groups("InService", map[string]int{"gpu": 2}), nil, two, estate.Unknown, "", "cluster/no-signal", 0, ""},
		{"cluster: scaled to zero", cluster{}, groups("InService", map[string]int{"gpu": 0}), nil, two, estate.Unknown, "", "cluster/scaled-to-zero", 0, ""},
		{"cluster: its only group with instances is idle", cluster{}, groups("InService", map[string]int{"login": 0, "gpu": 2}), group(running, "gpu", 5*time.Hour), two, estate.Idle, estate.Medium, "cluster/heartbeat-idle", 5 * time.Hour, ""},
		{"cluster: a group is idle, another unknown", cluster{}, groups("InService", map[string]int{"login": 1, "gpu": 2}), group(running, "gpu", 5*time.Hour), two, estate.Unknown, "", "cluster/no-signal", 0, ""},
		{"cluster: a group is idle, another in use", cluster{}, groups("InService", map[string]int{"login": 1, "gpu": 2}), join(group(running, "gpu", 5*time.Hour), group(running, "login", 0)), two, estate.Active, estate.High, "cluster/heartbeat-used", 0, ""},
		{"cluster: degraded group in use", cluster{}, degraded, group(running, "gpu", 0), two, estate.Active, estate.High, "cluster/heartbeat-used", 0, estate.Broken},
		{"cluster: undescribed", cluster{}, groups("InService", nil), failed(signalDescription, estate.Denied), two, estate.Unknown, "", "cluster/unreadable", 0, ""},
		{"cluster: creating for a month", cluster{}, groups("Creating", nil), nil, two, estate.Unknown, "", "cluster/changing", 0, estate.Stuck},
		{"cluster: updating, since nobody knows when", cluster{}, groups("SystemUpdating", nil), nil, two, estate.Unknown, "", "cluster/changing", 0, ""},
		{"cluster: failed", cluster{}, groups("Failed", nil), nil, two, estate.Unknown, "", "cluster/broken", 0, estate.Broken},

		{"mlflow: runs", mlflow{}, thing("Started", 90*day, 80*day), nil, two, estate.Unknown, "", "mlflow/no-signal", 0, ""},
		{"mlflow: undescribed", mlflow{}, thing("Created", 90*day, 80*day), failed(signalDescription, estate.Denied), two, estate.Unknown, "", "mlflow/unreadable", 0, ""},
		{"mlflow: stopped", mlflow{}, thing("Stopped", 90*day, 80*day), nil, two, estate.Unknown, "", "mlflow/stopped", 0, ""},
		{"mlflow: stop failed", mlflow{}, thing("StopFailed", 90*day, 80*day), nil, two, estate.Unknown, "", "mlflow/broken", 0, estate.Broken},
		{"mlflow: creating for a day", mlflow{}, thing("Creating", day, day), nil, two, estate.Unknown, "", "mlflow/changing", 0, estate.Stuck},
		{"mlflow: in maintenance", mlflow{}, thing("MaintenanceInProgress", 90*day, time.Hour), nil, two, estate.Unknown, "", "mlflow/changing", 0, ""},
		{"mlflow app: stands", mlflowApp{}, thing("Created", 90*day, 80*day), nil, two, estate.Unknown, "", "mlflow-app/no-signal", 0, ""},
		{"mlflow app: deleting for a day", mlflowApp{}, thing("Deleting", 90*day, day), nil, two, estate.Unknown, "", "mlflow-app/changing", 0, estate.Stuck},
		{"mlflow app: failed", mlflowApp{}, thing("DeleteFailed", 90*day, day), nil, two, estate.Unknown, "", "mlflow-app/broken", 0, estate.Broken},
		{"partner app: stands", partnerApp{}, thing("Available", 90*day, 80*day), nil, two, estate.Unknown, "", "partner-app/no-signal", 0, ""},
		{"partner app: update failed", partnerApp{}, thing("UpdateFailed", 90*day, day), nil, two, estate.Unknown, "", "partner-app/no-signal", 0, estate.Broken},
		{"partner app: failed", partnerApp{}, thing("Failed", 90*day, day), nil, two, estate.Unknown, "", "partner-app/broken", 0, estate.Broken},
		{"partner app: updating for a day", partnerApp{}, thing("Updating", 90*day, day), nil, two, estate.Unknown, "", "partner-app/changing", 0, estate.Stuck},
		{"partner app: undescribed", partnerApp{}, thing("Available", 90*day, day), failed(signalDescription, estate.Failed), two, estate.Unknown, "", "partner-app/unreadable", 0, ""},

		{"feature group: read yesterday", featureGroup{}, store, requests("GetRecord", 25*time.Hour, day), month, estate.Active, estate.High, "traffic/used", 0, ""},
		{"feature group: written forty days ago", featureGroup{}, store, requests("PutRecord", 41*day, 40*day), month, estate.Idle, estate.Medium, "feature-group/silent", 40 * day, ""},
		{"feature group: never seen", featureGroup{}, store, requests(""), month, estate.Unknown, "", "feature-group/never-seen", 0, ""},
		{"feature group: silent, but the region reads in batches", featureGroup{}, store, join(requests("PutRecord", 41*day, 40*day)[:5], requests("BatchGetRecord", 3*day, 2*day)[5:]), month, estate.Unknown, "", "feature-group/batch", 0, ""},
		{"feature group: silent, and the region read in batches once", featureGroup{}, store, join(requests("PutRecord", 61*day, 60*day)[:5], requests("BatchGetRecord", 36*day, 35*day)[5:]), month, estate.Idle, estate.Medium, "feature-group/silent", 35 * day, ""},
		{"feature group: silent, batches denied", featureGroup{}, store, append(requests("PutRecord", 41*day, 40*day), failed(signalBatchRequests, estate.Denied)...), month, estate.Unknown, "", "feature-group/unreadable", 0, ""},
		{"feature group: made lately", featureGroup{}, func() estate.Resource { r := store; r.Created, r.Modified = before(9*day), before(9*day); return r }(), requests(""), month, estate.Unknown, "", "traffic/too-young", 0, ""},
		{"feature group: offline only", featureGroup{}, thing("Created", 90*day, 80*day), nil, month, estate.Unknown, "", "feature-group/free", 0, ""},
		{"feature group: unasked", featureGroup{}, store, nil, month, estate.Unknown, "", "feature-group/unasked", 0, ""},
		{"feature group: undescribed", featureGroup{}, store, failed(signalDescription, estate.Denied), month, estate.Unknown, "", "feature-group/unreadable", 0, ""},
		{"feature group: deleting for a day", featureGroup{}, thing("Deleting", 90*day, day), nil, month, estate.Unknown, "", "feature-group/changing", 0, estate.Stuck},
		{"feature group: failed", featureGroup{}, thing("CreateFailed", 90*day, day), nil, month, estate.Unknown, "", "feature-group/broken", 0, estate.Broken},

		{"plan: in use", trainingPlan{}, plan, inUse(3), two, estate.Active, estate.High, "plan/used", 0, ""},
		{"plan: not in use now", trainingPlan{}, plan, inUse(0), two, estate.Unknown, "", rulePlanUnused, 0, ""},
		{"plan: not in use now, and by its metrics for three days", trainingPlan{}, plan, join(inUse(0), reservation(20*day, 4*day, 3*day)), two, estate.Idle, estate.Medium, "plan/unused", 3 * day, ""},
		{"plan: not in use now, but an hour ago", trainingPlan{}, plan, join(inUse(0), reservation(20*day, 4*day, time.Hour)), two, estate.Active, estate.High, "plan/used-lately", 0, ""},
		{"plan: its metrics ended", trainingPlan{}, plan, join(inUse(0), estate.Signals{used(signalUsed, "p", 0), used(signalRunning, "p", 60, 20*day, day)}), two, estate.Unknown, "", "plan/metrics-late", 0, ""},
		{"plan: its metrics could not be listed", trainingPlan{}, plan, join(inUse(0), failed(signalReservation, estate.Denied)), two, estate.Unknown, "", "plan/unreadable", 0, ""},
		{"plan: not told", trainingPlan{}, plan, failed(signalInUse, estate.Absent), two, estate.Unknown, "", "plan/untold", 0, ""},
		{"plan: not begun", trainingPlan{}, thing("Scheduled", 0, 0), inUse(0), two, estate.Unknown, "", "plan/inactive", 0, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := tc.k.Judge(tc.r, tc.s, tc.c)
			if v.State != tc.state || v.Confidence != tc.conf || v.Rule != tc.rule {
				t.Errorf("got %s/%s by %s (%s)\nwant %s/%s by %s", v.State, v.Confidence, v.Rule, v.Why, tc.state, tc.conf, tc.rule)
			}
			if v.State == estate.Idle && !v.Since.Equal(before(tc.since)) {
				t.Errorf("idle since %v, want %v", v.Since, before(tc.since))
			}
			if v.Why == "" || v.State == estate.Unknown && v.Remedy == "" && strings.HasSuffix(v.Rule, "/no-signal") {
				t.Errorf("it says neither why nor what would make it known: %+v", v)
			}
			var got estate.ConditionType
			for _, c := range v.Conditions {
				got = c.Type
			}
			if got != tc.condition {
				t.Errorf("condition %q, want %q", got, tc.condition)
			}
		})
	}
}

// TestNoIdleStandingFromAnErrorPath: whatever the other signals say, one that could not be read never leaves idle standing.
func TestNoIdleStandingFromAnErrorPath(t *testing.T) {
	broken := []estate.Quality{estate.Partial, estate.Denied, estate.Throttled, estate.Failed}
	idle := map[string]struct {
		k    Kind
		r    estate.Resource
		sigs estate.Signals
	}{
		"running notebook": {notebook{}, thing("InService", 90*day, 80*day), join(processor(90*day), estate.Signals{stamps(80 * day), {Name: signalHeartbeat, Quality: estate.Absent}, {Name: signalHeartbeatHistory, Quality: estate.Absent}})},
		"stopped notebook": {notebook{}, thing("Stopped", 90*day, 80*day), estate.Signals{stamps(80 * day)}},
		"cluster": {cluster{}, groups("InService", map[string]int{"login": 1, "gpu": 2}), estate.Signals{
			{Name: signalHeartbeat, Part: "gpu", Quality: estate.Good, At: now, Value: 9e6}, {Name: signalHeartbeat, Part: "login", Quality: estate.Good, At: now, Value: 9e6}}},
		"feature group": {featureGroup{}, func() estate.Resource {
			r := thing("Created", 90*day, 80*day)
			r.Meters = []estate.Meter{{GB: 1}}
			return r
		}(), requests("GetRecord", 71*day, 70*day)},
		"plan": {trainingPlan{}, thing("Active", 0, 0), join(estate.Signals{{Name: signalInUse, Quality: estate.Good}}, reservation(90*day, 60*day, 50*day))},
	}
	rapid.Check(t, func(t *rapid.T) {
		c := estate.Criteria{Now: now, IdleFor: time.Duration(rapid.IntRange(1, 24*30).Draw(t, "limit")) * time.Hour, MinDailyInvocations: float64(rapid.SampledFrom([]int{0, 100}).Draw(t, "floor"))}
		for name, x := range idle {
			if v := x.k.Judge(x.r, x.sigs, c); v.State != estate.Idle {
				t.Fatalf("%s: without a broken signal it is %s by %s (%s)", name, v.State, v.Rule, v.Why)
			}
			sigs := join(x.sigs)
			bad := &sigs[rapid.IntRange(0, len(sigs)-1).Draw(t, name+": which is broken")]
			bad.Quality = rapid.SampledFrom(broken).Draw(t, name+": how")
			if v := x.k.Judge(x.r, sigs, c); v.State == estate.Idle {
				t.Fatalf("%s: idle by %s although %s is %s", name, v.Rule, bad.Name, bad.Quality)
			}
		}
	})
}

// TestFloor: of a level, what is at or below the floor is no use, and the value is the highest.
func TestFloor(t *testing.T) {
	w := windowOf(now, time.Hour, 5)
	at := func(i int) time.Time { return w.From.Add(time.Duration(i) * time.Hour) }
	p := points{times: []time.Time{at(0), at(1), at(2), at(3)}, values: []float64{2, 80, 5, 5.1}, quality: estate.Good}
	got := Series{Window: w, Stat: "Maximum", Floor: 5, Unit: "%"}.signal(p)
	want := []estate.Span{{From: at(1), To: at(2), Sum: 80}, {From: at(3), To: at(4), Sum: 5.1}}
	if d := cmp.Diff(want, got.Spans); d != "" || got.Value != 80 || got.Unit != "%" || !got.At.Equal(at(4)) {
		t.Errorf("%+v\n%s", got, d)
	}
	if quiet := (Series{Window: w, Floor: 99}).signal(p); quiet.Quality != estate.Good || len(quiet.Spans) > 0 || quiet.Value != 80 {
		t.Errorf("below the floor: %+v", quiet)
	}
}

func TestNotebookBillsByItsStatus(t *testing.T) {
	for status, want := range map[types.NotebookInstanceStatus]string{
		"InService": "bills", "Stopped": "free", "Failed": "free", "Stopping": "free", "Updating": "free", "Deleting": "free", "Pending": "unknown", "InMaintenance": "unknown",
	} {
		m, bills := notebookMeter(thing(string(status), 0, 0))
		got := "free"
		if bills && m.Rate.Why != "" {
			got = "unknown"
		} else if bills {
			got = "bills"
		}
		if got != want {
			t.Errorf("%s: its instance is %s, want %s", status, got, want)
		}
	}
}

func TestFeatureGroupMeters(t *testing.T) {
	online := func(storage types.StorageType) *types.OnlineStoreConfig {
		return &types.OnlineStoreConfig{EnableOnlineStore: aws.Bool(true), StorageType: storage}
	}
	for name, tc := range map[string]struct {
		d    sagemaker.DescribeFeatureGroupOutput
		want string
	}{
		"offline":                  {sagemaker.DescribeFeatureGroupOutput{}, ""},
		"standard":                 {sagemaker.DescribeFeatureGroupOutput{OnlineStoreConfig: online(""), OnlineStoreTotalSizeBytes: aws.Int64(3 << 30)}, "FeatureStore:TimedAndPITRStorage 3 GB"},
		"in memory":                {sagemaker.DescribeFeatureGroupOutput{OnlineStoreConfig: online("InMemory"), OnlineStoreTotalSizeBytes: aws.Int64(1 << 29)}, "FeatureStore:InMemory 0.5 GB"},
		"empty":                    {sagemaker.DescribeFeatureGroupOutput{OnlineStoreConfig: online("Standard"), OnlineStoreTotalSizeBytes: aws.Int64(0)}, ""},
		"of a size that is untold": {sagemaker.DescribeFeatureGroupOutput{OnlineStoreConfig: online("Standard")}, "FeatureStore:TimedAndPITRStorage ×1 ?"},
		"of a new type":            {sagemaker.DescribeFeatureGroupOutput{OnlineStoreConfig: online("Standard_V2"), OnlineStoreTotalSizeBytes: aws.Int64(1 << 30)}, "FeatureStore:TimedAndPITRStorage 1 GB ?"},
		"provisioned": {sagemaker.DescribeFeatureGroupOutput{ThroughputConfig: &types.ThroughputConfigDescription{ThroughputMode: types.ThroughputModeProvisioned,
			ProvisionedReadCapacityUnits: aws.Int32(100), ProvisionedWriteCapacityUnits: aws.Int32(5)}}, "FeatureStore:ProvisionedReads ×100; FeatureStore:ProvisionedWrites ×5"},
	} {
		r := thing("Created", 0, 0)
		meterFeatures(&r, &tc.d)
		if got := meters(r); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

func TestClusterMeters(t *testing.T) {
	disk := []types.ClusterInstanceStorageConfig{&types.ClusterInstanceStorageConfigMemberEbsVolumeConfig{Value: types.ClusterEbsVolumeConfig{VolumeSizeInGB: aws.Int32(500)}}}
	for name, tc := range map[string]struct {
		g    instanceGroup
		want string
	}{
		"on demand": {instanceGroup{count: 2, instances: map[types.ClusterInstanceType]int32{"ml.p5.48xlarge": 2}, disks: disk}, "Cluster ml.p5.48xlarge ×2; Cluster:VolumeUsage.gp2 1000 GB"},
		"empty":     {instanceGroup{instances: map[types.ClusterInstanceType]int32{"ml.p5.48xlarge": 0}, disks: disk}, ""},
		"flexible": {instanceGroup{count: 3, instances: map[types.ClusterInstanceType]int32{"ml.g5.xlarge": 1, "ml.g6.xlarge": 2, "ml.p5.48xlarge": 0}},
			"Cluster ml.g5.xlarge ×1; Cluster ml.g6.xlarge ×2"},
		"of a plan": {instanceGroup{count: 1, plan: "arn:aws-cn:sagemaker:cn-north-1:1:training-plan/spring", instances: map[types.ClusterInstanceType]int32{"ml.p5.48xlarge": 1}},
			"Cluster-Reserved ml.p5.48xlarge ×1 free: paid for upfront by the training plan spring"},
		"spot": {instanceGroup{count: 1, spot: true, instances: map[types.ClusterInstanceType]int32{"ml.g5.xlarge": 1}}, "Cluster ml.g5.xlarge ×1 ?"},
	} {
		r := thing("InService", 0, 0)
		tc.g.join(&r)
		if got := meters(r); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// meters are a resource's meters in words; a question mark is a rate that nobody can know.
func meters(r estate.Resource) string {
	var all []string
	for _, m := range r.Meters {
		words := []string{m.Component}
		if m.InstanceType != "" {
			words = append(words, m.InstanceType)
		}
		if m.GB > 0 {
			words = append(words, strconv.FormatFloat(m.GB, 'g', -1, 64), "GB")
		} else {
			words = append(words, "×"+strconv.Itoa(m.Count))
		}
		if m.Free != "" {
			words = append(words, "free: "+m.Free)
		}
		if m.Rate.Why != "" {
			words = append(words, "?")
		}
		all = append(all, strings.Join(words, " "))
	}
	return strings.Join(all, "; ")
}

// TestAgesOfSeveral: of several that report, the one in use counts, heard of lately or not, and the whole is not surer than that.
func TestAgesOfSeveral(t *testing.T) {
	at := now.Add(20 * time.Second)
	c := estate.Criteria{Now: at, IdleFor: day}
	r := estate.Resource{Name: "pod", Status: "InService", Created: at.Add(-90 * day), Parts: []estate.Part{{Name: "gpu", Count: 2}}}
	s := cluster{}.Series(r, c)[0]
	// One node has been idle for two days; the other was in use until the age, and has not been heard of since.
	judged := func(silent time.Duration) estate.Verdict {
		p := points{quality: estate.Good}
		for b := s.Window.From; b.Before(at); b = b.Add(5 * time.Minute) {
			v := 0.0
			if at.Sub(b) < silent {
				v = (2 * day).Seconds()
			}
			p.times, p.values = append(p.times, b), append(p.values, v)
		}
		return cluster{}.Judge(r, estate.Signals{s.signal(p)}, c)
	}
	for _, silent := range []time.Duration{5 * time.Minute, 20 * time.Minute} {
		if v := judged(silent); v.State != estate.Active {
			t.Errorf("a node was in use %s ago: %s by %s", silent, v.State, v.Rule)
		}
	}
	if v := judged(90 * day); v.State != estate.Idle || v.Confidence != estate.Medium {
		t.Errorf("both idle for two days: %s at %s by %s", v.State, v.Confidence, v.Rule)
	}
}

// TestOutOfOrder: datapoints that are not in the order asked for are no evidence.
func TestOutOfOrder(t *testing.T) {
	r := estate.Resource{Name: "e", Type: typeServerless, Status: "InService", Created: before(90 * day), Parts: []estate.Part{{Name: "v", Role: roleProduction, Mode: modeServerless, Count: 1}}}
	var sigs estate.Signals
	for _, s := range (endpoint{}).Series(r, week) {
		p := points{quality: estate.Good}
		if s.Signal == signalInvocations {
			p.times, p.values = []time.Time{before(time.Hour), before(40 * day)}, []float64{1, 1}
		}
		sigs = append(sigs, s.signal(p))
	}
	if v := (endpoint{}).Judge(r, sigs, week); v.State != estate.Unknown {
		t.Errorf("invoked an hour ago: %s by %s", v.State, v.Rule)
	}
}
