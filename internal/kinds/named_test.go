package kinds

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/estate"
)

var month = estate.Criteria{Now: now, IdleFor: 30 * day}

// seen is the coverage of a scan that saw everything of the families.
func seen(kinds ...estate.Kind) (all []estate.Coverage) {
	for _, k := range kinds {
		for _, op := range registry[k].Family().Reads {
			all = append(all, estate.Coverage{Operation: op.Action, Outcome: estate.OutcomeSeen})
		}
	}
	return all
}

// without is the coverage with one operation that ended otherwise.
func without(all []estate.Coverage, operation string, o estate.Outcome) []estate.Coverage {
	for i := range all {
		if all[i].Operation == operation {
			all[i].Outcome = o
		}
	}
	return all
}

func observed(kind estate.Kind, name string, pairs ...string) *estate.Observation {
	return &estate.Observation{Resource: estate.Resource{Kind: kind, Name: name, Attributes: attributes(pairs...)},
		Verdict: estate.Verdict{State: estate.Active, Confidence: estate.High, LastUse: before(time.Hour)}}
}

func aged(kind estate.Kind, name string, age time.Duration) estate.Resource {
	return estate.Resource{Kind: kind, Name: name, Created: before(age)}
}

// TestNamed: an entry is orphaned only where everybody who could name it was seen, with all that they name.
func TestNamed(t *testing.T) {
	hosting := []estate.Kind{"endpoint", "inference-component", "transform-job"}
	lost := estate.Signal{Name: signalUserLost, Part: "endpoint", Source: "sagemaker:DescribeEndpoint", Quality: estate.Partial}
	for _, tc := range []struct {
		name     string
		k        Kind
		age      time.Duration
		peers    []*estate.Observation
		coverage []estate.Coverage
		signals  estate.Signals
		state    estate.State
		rule     string
	}{
		{"config: run by an endpoint", endpointConfigs, 90 * day, []*estate.Observation{observed("endpoint", "e", "endpointConfig", "it")}, seen("endpoint"), nil,
			estate.Active, "endpoint-config/named"},
		{"config: on its way to an endpoint", endpointConfigs, 90 * day, []*estate.Observation{observed("endpoint", "e", "endpointConfig", "old", "pendingDeployment", "it")}, seen("endpoint"), nil,
			estate.Active, "endpoint-config/named"},
		{"config: run by an endpoint, another of which is unseen", endpointConfigs, 90 * day, []*estate.Observation{observed("endpoint", "e", "endpointConfig", "it")},
			without(seen("endpoint"), "sagemaker:DescribeEndpoint", estate.OutcomeDenied), nil, estate.Active, "endpoint-config/named"},
		{"config: others are run", endpointConfigs, 90 * day, []*estate.Observation{observed("endpoint", "e", "endpointConfig", "other")}, seen("endpoint"), nil,
			estate.Idle, "endpoint-config/orphaned"},
		{"config: there are no endpoints", endpointConfigs, 90 * day, nil, seen("endpoint"), nil, estate.Idle, "endpoint-config/orphaned"},
		{"config: as old as the limit", endpointConfigs, 30 * day, nil, seen("endpoint"), nil, estate.Idle, "endpoint-config/orphaned"},
		{"config: a second younger", endpointConfigs, 30*day - time.Second, nil, seen("endpoint"), nil, estate.Unknown, "endpoint-config/too-young"},
		{"config: endpoints denied", endpointConfigs, 90 * day, nil, without(seen("endpoint"), "sagemaker:ListEndpoints", estate.OutcomeDenied), nil, estate.Unknown, "endpoint-config/unseen"},
		{"config: an endpoint's description throttled", endpointConfigs, 90 * day, nil, without(seen("endpoint"), "sagemaker:DescribeEndpoint", estate.OutcomeThrottled), nil,
			estate.Unknown, "endpoint-config/unseen"},
		{"config: interrupted", endpointConfigs, 90 * day, nil, without(seen("endpoint"), "sagemaker:ListEndpoints", estate.OutcomePartial), nil, estate.Unknown, "endpoint-config/unseen"},
		{"config: endpoints were not asked for", endpointConfigs, 90 * day, nil, nil, nil, estate.Unknown, "endpoint-config/unseen"},
		{"config: an endpoint vanished", endpointConfigs, 90 * day, nil, seen("endpoint"), estate.Signals{lost}, estate.Unknown, "endpoint-config/unseen"},

		{"model: served", models, 90 * day, []*estate.Observation{observed("endpoint", "e", "model main", "it")}, seen(hosting...), nil, estate.Active, "model/named"},
		{"model: one of several of a component", models, 90 * day, []*estate.Observation{observed("inference-component", "c", "modelName", "other,it")}, seen(hosting...), nil, estate.Active, "model/named"},
		{"model: of a transform job", models, 90 * day, []*estate.Observation{observed("transform-job", "j", "modelName", "it")}, seen(hosting...), nil, estate.Active, "model/named"},
		{"model: others are served", models, 90 * day, []*estate.Observation{observed("endpoint", "e", "model main", "other"), observed("inference-component", "c", "modelName", "another")},
			seen(hosting...), nil, estate.Idle, "model/orphaned"},
		{"model: an endpoint's configuration was deleted", models, 90 * day, []*estate.Observation{observed("endpoint", "e", "endpointConfigGone", "true")}, seen(hosting...), nil,
			estate.Unknown, "model/unseen"},
		{"model: an endpoint is changing to a configuration that was not read", models, 90 * day, []*estate.Observation{observed("endpoint", "e", "model main", "other", "pendingDeployment", "next")},
			seen(hosting...), nil, estate.Unknown, "model/unseen"},
		{"model: components denied", models, 90 * day, nil, without(seen(hosting...), "sagemaker:DescribeInferenceComponent", estate.OutcomeDenied), nil, estate.Unknown, "model/unseen"},
		{"model: components were not asked for", models, 90 * day, nil, []estate.Coverage{{Operation: "sagemaker:ListEndpoints", Outcome: estate.OutcomeSeen}}, nil, estate.Unknown, "model/unseen"},

		{"team: at work", workteams, 90 * day, []*estate.Observation{observed("labeling-job", "j", "workteamArn", "arn:aws-cn:sagemaker:cn-north-1:111111111111:workteam/private-crowd/it")},
			seen("labeling-job"), nil, estate.Active, "workteam/named"},
		{"team: without work that is seen", workteams, 90 * day, nil, seen("labeling-job"), nil, estate.Unknown, "workteam/no-signal"},

		{"script: of a notebook instance", notebookLifecycleConfigs, 90 * day, []*estate.Observation{observed("notebook-instance", "n", "notebookInstanceLifecycleConfigName", "it")},
			seen("notebook-instance"), nil, estate.Active, "notebook-lifecycle-config/named"},
		{"script: of none", notebookLifecycleConfigs, 90 * day, []*estate.Observation{observed("notebook-instance", "n")}, seen("notebook-instance"), nil,
			estate.Idle, "notebook-lifecycle-config/orphaned"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := aged(tc.k.Family().Name, "it", tc.age)
			sigs := append(tc.signals, tc.k.(Related).Relate(r, NewPeers(tc.peers, tc.coverage))...)
			v := tc.k.Judge(r, sigs, month)
			if v.State != tc.state || v.Rule != tc.rule {
				t.Fatalf("got %s by %s (%s), want %s by %s; signals %+v", v.State, v.Rule, v.Why, tc.state, tc.rule, sigs)
			}
			orphaned := len(v.Conditions) == 1 && v.Conditions[0].Type == estate.Orphaned
			if idle := v.State == estate.Idle; idle != orphaned || idle && (v.Confidence != estate.Low || !v.Since.Equal(r.Created)) {
				t.Errorf("got %s since %v with the conditions %+v", v.Confidence, v.Since, v.Conditions)
			}
		})
	}
}

// TestAUserThatVanishes: what is gone when it is to be described may have named anything.
func TestAUserThatVanishes(t *testing.T) {
	var s Scope
	o := &estate.Observation{Resource: aged("model", "it", 90*day)}
	models.Inspect(t.Context(), &s, []*estate.Observation{o}, month)
	if len(o.Signals) != 0 {
		t.Fatalf("nothing vanished, yet: %+v", o.Signals)
	}
	s.lost.Store("sagemaker:DescribeInferenceComponent", true)
	models.Inspect(t.Context(), &s, []*estate.Observation{o}, month)
	if len(o.Signals) != 1 || o.Signals[0].Part != "inference-component" || !o.Signals[0].Quality.Broken() || o.Signals[0].Source == SourceRelation {
		t.Errorf("got %+v: it must outlast a later judgement, and be broken", o.Signals)
	}
}

func TestMonitoringSchedule(t *testing.T) {
	peer := func(v estate.Verdict) []*estate.Observation {
		o := observed("endpoint", "churn")
		o.Verdict = v
		return []*estate.Observation{o}
	}
	idle := estate.Verdict{State: estate.Idle, Confidence: estate.High, Since: before(20 * day)}
	for _, tc := range []struct {
		name     string
		status   string
		endpoint string
		age      time.Duration
		peers    []*estate.Observation
		coverage []estate.Coverage
		signals  estate.Signals
		state    estate.State
		conf     estate.Confidence
		rule     string
		cond     estate.ConditionType
		since    time.Time
	}{
		{"its endpoint is used", "Scheduled", "churn", 90 * day, peer(estate.Verdict{State: estate.Active, Confidence: estate.High}), seen("endpoint"), nil, estate.Active, estate.High,
			"monitoring-schedule/peer-active", "", time.Time{}},
		{"its endpoint may be used", "Scheduled", "churn", 90 * day, peer(estate.Verdict{State: estate.Unknown}), seen("endpoint"), nil, estate.Unknown, "", "monitoring-schedule/peer-unknown", "", time.Time{}},
		{"its endpoint is idle", "Scheduled", "churn", 90 * day, peer(idle), seen("endpoint"), nil, estate.Idle, estate.Low, "monitoring-schedule/peer-idle", "", before(20 * day)},
		{"its endpoint is idle for longer than there is the schedule", "Scheduled", "churn", 8 * day, peer(idle), seen("endpoint"), nil, estate.Idle, estate.Low,
			"monitoring-schedule/peer-idle", "", before(8 * day)},
		{"its endpoint is idle, the schedule new", "Scheduled", "churn", day, peer(idle), seen("endpoint"), nil, estate.Unknown, "", "monitoring-schedule/too-young", "", time.Time{}},
		{"its endpoint is gone", "Scheduled", "churn", 90 * day, nil, seen("endpoint"), nil, estate.Idle, estate.Low, "monitoring-schedule/orphaned", estate.Orphaned, before(90 * day)},
		{"its endpoint vanishes", "Scheduled", "churn", 90 * day, nil, seen("endpoint"), estate.Signals{{Name: signalUserLost, Part: "endpoint", Quality: estate.Partial}}, estate.Unknown, "",
			"monitoring-schedule/unseen", "", time.Time{}},
		{"endpoints denied", "Scheduled", "churn", 90 * day, nil, without(seen("endpoint"), "sagemaker:ListEndpoints", estate.OutcomeDenied), nil, estate.Unknown, "", "monitoring-schedule/unseen", "", time.Time{}},
		{"of a batch", "Scheduled", "", 90 * day, nil, seen("endpoint"), nil, estate.Unknown, "", "monitoring-schedule/batch", "", time.Time{}},
		{"stopped", "Stopped", "churn", 90 * day, nil, seen("endpoint"), nil, estate.Unknown, "", "monitoring-schedule/stopped", "", time.Time{}},
		{"failed", "Failed", "churn", 90 * day, nil, seen("endpoint"), nil, estate.Unknown, "", "monitoring-schedule/broken", estate.Broken, time.Time{}},
		{"pending since an hour", "Pending", "churn", time.Hour, nil, seen("endpoint"), nil, estate.Unknown, "", "monitoring-schedule/changing", "", time.Time{}},
		{"pending since a day", "Pending", "churn", day, nil, seen("endpoint"), nil, estate.Unknown, "", "monitoring-schedule/changing", estate.Stuck, time.Time{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			k, err := Get("monitoring-schedule")
			if err != nil {
				t.Fatal(err)
			}
			r := aged("monitoring-schedule", "watch", tc.age)
			r.Status, r.Attributes = tc.status, attributes(attributeWatched, tc.endpoint)
			v := k.Judge(r, append(tc.signals, k.(Related).Relate(r, NewPeers(tc.peers, tc.coverage))...), week)
			var cond estate.ConditionType
			if len(v.Conditions) > 0 {
				cond = v.Conditions[0].Type
			}
			if v.State != tc.state || v.Confidence != tc.conf || v.Rule != tc.rule || cond != tc.cond || !v.Since.Equal(tc.since) {
				t.Errorf("got %s/%s by %s since %v with %q (%s)", v.State, v.Confidence, v.Rule, v.Since, cond, v.Why)
			}
		})
	}
}

// TestEntries: a family that has no signal of use is unknown, and says what would make it known; what failed or hangs is a condition.
func TestEntries(t *testing.T) {
	for _, tc := range []struct {
		kind, status string
		age          time.Duration
		rule         string
		cond         estate.ConditionType
	}{
		{"image", "CREATED", 90 * day, "image/no-signal", ""},
		{"image", "CREATE_FAILED", 90 * day, "image/broken", estate.Broken},
		{"image", "DELETING", 2 * time.Hour, "image/changing", ""},
		{"image", "DELETING", day, "image/changing", estate.Stuck},
		{"app-image-config", "", 90 * day, "app-image-config/no-signal", ""},
		{"studio-lifecycle-config", "", 90 * day, "studio-lifecycle-config/no-signal", ""},
		{"hub-content", "Available", 90 * day, "hub-content/no-signal", ""},
		{"hub-content", "ImportFailed", 90 * day, "hub-content/broken", estate.Broken},
		{"hub-content", "PendingImport", day, "hub-content/changing", estate.Stuck},
		{"model-package-group", "Completed", 90 * day, "model-package-group/no-signal", ""},
		{"model-package-group", "DeleteFailed", 90 * day, "model-package-group/broken", estate.Broken},
		{"workteam", "", 90 * day, "workteam/no-signal", ""},
	} {
		k, err := Get(estate.Kind(tc.kind))
		if err != nil {
			t.Fatal(err)
		}
		r := aged(estate.Kind(tc.kind), "it", tc.age)
		r.Status = tc.status
		v := k.Judge(r, estate.Signals{{Name: signalStamps, Quality: estate.Good, At: r.Created}}, month)
		var cond estate.ConditionType
		if len(v.Conditions) > 0 {
			cond = v.Conditions[0].Type
		}
		if v.State != estate.Unknown || v.Rule != tc.rule || cond != tc.cond || v.Remedy == "" {
			t.Errorf("%s %s: %s by %s with %q, remedy %q", tc.kind, tc.status, v.State, v.Rule, cond, v.Remedy)
		}
	}
}

// TestNoOrphanFromAnErrorPath: whatever the other signals say, one that could not be read leaves nothing idle.
func TestNoOrphanFromAnErrorPath(t *testing.T) {
	schedule, err := Get("monitoring-schedule")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom([]Kind{endpointConfigs, models, notebookLifecycleConfigs, schedule}).Draw(t, "kind")
		r := aged(k.Family().Name, "it", time.Duration(rapid.IntRange(0, 4000).Draw(t, "age"))*time.Hour)
		r.Attributes = attributes(attributeWatched, "churn")
		c := estate.Criteria{Now: now, IdleFor: time.Duration(rapid.IntRange(1, 2000).Draw(t, "hours")) * time.Hour}
		qualities := []estate.Quality{estate.Good, estate.Absent, estate.Stale, estate.Contaminated, estate.Partial, estate.Denied, estate.Throttled, estate.Failed}
		names := []string{signalNamed, signalUserLost, signalStamps, signalPeerIdle, signalPeerUnknown, signalPeerUnseen}
		parts := []string{"endpoint", "inference-component", "transform-job", "notebook-instance"}
		var sigs estate.Signals
		var broken bool
		if rapid.Bool().Draw(t, "all were seen") {
			for _, part := range parts {
				sigs = append(sigs, estate.Signal{Name: signalNamed, Part: part, Quality: estate.Absent})
			}
		}
		for range rapid.IntRange(0, 6).Draw(t, "signals") {
			s := estate.Signal{Name: rapid.SampledFrom(names).Draw(t, "name"), Part: rapid.SampledFrom(parts).Draw(t, "part"),
				Quality: rapid.SampledFrom(qualities).Draw(t, "quality"), At: before(time.Duration(rapid.IntRange(0, 4000).Draw(t, "at")) * time.Hour), Value: 3}
			sigs, broken = append(sigs, s), broken || s.Quality.Broken()
		}
		if v := k.Judge(r, sigs, c); v.State == estate.Idle && (broken || len(sigs) == 0 || c.Now.Sub(v.Since) < c.IdleFor) {
			t.Fatalf("%s is idle since %v by %s (%s) with %+v", r.Kind, v.Since, v.Rule, v.Why, sigs)
		}
	})
}
