package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
)

var at = time.Date(2026, 3, 16, 9, 0, 0, 0, time.UTC)

func before(d time.Duration) time.Time { return at.Add(-d) }

func usd(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func listed(hourly string) estate.Rate {
	return estate.Rate{Known: true, Hourly: usd(hourly), SKU: "SKU" + hourly, Source: "AmazonSageMaker price list of 2026-03-01"}
}

var (
	prod  = estate.Target{Partition: "aws", Account: "111111111111", AccountName: "ml-prod", Region: "us-east-1"}
	dev   = estate.Target{Partition: "aws", Account: "222222222222", Region: "eu-west-1"}
	china = estate.Target{Partition: "aws-cn", Account: "333333333333", AccountName: "北京平台", Region: "cn-north-1"}
)

// hostile is what a stranger may call a thing: a colour, a bell, a line of its own, a title, a reversed tail, and markup.
const hostile = "=evil\x1b[31mred\x07\nnew|line\u202etxt.exe\u009b2J\x1b]0;t<b>`_x_`"

// rich is a snapshot with one of everything that is hard to print.
func rich() *estate.Snapshot {
	ranker := &estate.Observation{
		Resource: estate.Resource{
			ARN: prod.SageMakerARN("endpoint/recsys-ranker-production-blue-2026-02"), Kind: "endpoint", Target: prod, Name: "recsys-ranker-production-blue-2026-02",
			Type: "real-time", Status: "InService", Created: before(400 * day), Modified: before(40 * day), Owner: "recsys@example.com", OwnerFrom: "tag owner",
			Tags:       map[string]string{"owner": "recsys@example.com", "cost-center": "4711"},
			Attributes: map[string]string{"EndpointConfigName": "recsys-ranker-2026-02"},
			Parts:      []estate.Part{{Name: "AllTraffic", Role: "production", Mode: "instances", Count: 2}},
			Meters:     []estate.Meter{{Part: "AllTraffic", Component: "Hosting", InstanceType: "ml.p4d.24xlarge", Count: 2, Rate: listed("37.688")}},
		},
		Signals: estate.Signals{
			{Name: "invocations", Part: "AllTraffic", Source: "cloudwatch AWS/SageMaker Invocations Sum", Quality: estate.Good, Unit: "calls",
				Value: 1234567, At: before(12*day + 4*time.Hour), Window: estate.Window{From: before(33 * day), To: at, Period: estate.Duration(time.Hour)},
				Spans: []estate.Span{{From: before(20 * day), To: before(19 * day), Sum: 1e6}, {From: before(13 * day), To: before(12*day + 4*time.Hour), Sum: 234567}}},
			{Name: "cpu", Part: "AllTraffic", Source: "cloudwatch /aws/sagemaker/Endpoints CPUUtilization SampleCount", Quality: estate.Good, Value: 47520,
				At: before(5 * time.Minute), Window: estate.Window{From: before(33 * day), To: at, Period: estate.Duration(time.Hour)},
				Spans: []estate.Span{{From: before(33 * day), To: before(5 * time.Minute), Sum: 47520}}},
		},
		Verdict: estate.Verdict{State: estate.Idle, Confidence: estate.High, Since: before(12*day + 4*time.Hour), LastUse: before(12*day + 4*time.Hour),
			Rule: "traffic/silent", Why: "last invocation 12d 4h ago, while its metrics prove that it runs",
			Parts: []estate.PartVerdict{{Part: "AllTraffic", Verdict: estate.Verdict{State: estate.Idle, Confidence: estate.High, Since: before(12*day + 4*time.Hour), Why: "no invocation"}}}},
		Waste: estate.Waste{Known: true, Hourly: usd("75.376"), SoFar: usd("22009.792")},
	}
	search := &estate.Observation{
		Resource: estate.Resource{
			ARN: prod.SageMakerARN("endpoint/search"), Kind: "endpoint", Target: prod, Name: "search", Type: "real-time", Status: "InService", Created: before(90 * day),
			Owner: "search-team", OwnerFrom: "tag owner", Tags: map[string]string{},
			Parts: []estate.Part{
				{Name: "main", Role: "production", Mode: "instances", Count: 1},
				{Name: "canary", Role: "shadow", Mode: "instances", Count: 3, Members: []string{"ic-a", "ic-b"}}},
			Meters: []estate.Meter{
				{Part: "main", Component: "Hosting", InstanceType: "ml.g5.xlarge", Count: 1, Rate: listed("1.408")},
				{Part: "canary", Component: "Hosting", InstanceType: "ml.g6e.xlarge", Count: 3, Rate: estate.Rate{Why: "not in the price list"}}},
		},
		Verdict: estate.Verdict{State: estate.Active, Confidence: estate.High, LastUse: before(3 * time.Minute), Rule: "traffic/used", Why: "last used 3m ago",
			Parts: []estate.PartVerdict{
				{Part: "main", Verdict: estate.Verdict{State: estate.Active, Confidence: estate.High, LastUse: before(3 * time.Minute), Why: "last used 3m ago"}},
				{Part: "canary", Verdict: estate.Verdict{State: estate.Idle, Confidence: estate.High, Since: before(33 * day), Open: true, Why: "no invocation in 33d, while its metrics prove that it runs"}}}},
		Waste: estate.Waste{Parts: []estate.PartWaste{{Part: "canary"}}},
	}
	notebook := &estate.Observation{
		Resource: estate.Resource{
			ARN: dev.SageMakerARN("app/d-1/alice/kernelgateway/pandas"), Kind: "studio-app", Target: dev, Name: "alice/pandas", Type: "KernelGateway", Status: "InService",
			Created: before(50 * time.Hour), Domain: "d-1", User: "alice", Owner: "alice", OwnerFrom: "user profile", Tags: nil,
			Meters: []estate.Meter{{Component: "Studio-KernelGateway", InstanceType: "ml.t3.medium", Count: 1, Share: "alice/ml.t3.medium", Rate: listed("0.05")}},
		},
		Signals: estate.Signals{
			{Name: "log", Source: "logs /aws/sagemaker/studio d-1/alice/KernelGateway/pandas", Quality: estate.Good, At: before(29 * time.Hour)},
			{Name: "heartbeat", Source: "agent", Quality: estate.Absent},
			{Name: "kernels", Source: "sagemaker:DescribeApp", Quality: estate.Denied, Note: "not authorized to perform sagemaker:DescribeApp"}},
		Verdict: estate.Verdict{State: estate.Idle, Confidence: estate.Medium, Since: before(29*time.Hour + 7*time.Minute), LastUse: before(29*time.Hour + 7*time.Minute),
			Rule: "app/log-silent", Why: "its kernel has written no log for 29h", Remedy: "a silent training cell looks the same: ask before stopping"},
		Waste: estate.Waste{Known: true, Hourly: usd("0.05"), SoFar: usd("1.455"), Note: "the instance is shared with 2 idle apps"},
	}
	twin := *notebook
	twin.Resource.ARN, twin.Resource.Domain = dev.SageMakerARN("app/d-2/alice/kernelgateway/pandas"), "d-2"
	twin.Resource.Meters = []estate.Meter{{Component: "Studio-KernelGateway", InstanceType: "ml.m5.large", Count: 1, Rate: listed("0.115")}}
	twin.Waste = estate.Waste{Known: true, Hourly: usd("0.115"), SoFar: usd("3.34")}
	free := &estate.Observation{
		Resource: estate.Resource{
			ARN: dev.SageMakerARN("app/d-1/bob/jupyterserver/default"), Kind: "studio-app", Target: dev, Name: "bob/default", Type: "JupyterServer", Status: "InService",
			Created: before(9 * day), Domain: "d-1", User: "bob", Tags: map[string]string{},
			Meters: []estate.Meter{{Component: "Studio-JupyterServer", InstanceType: "system", Count: 1, Free: "JupyterServer on system is free"}},
		},
		Verdict: estate.Verdict{State: estate.Idle, Confidence: estate.Low, Since: before(9 * day), Open: true, Rule: "app/age", Why: "open for 9d"},
		Waste:   estate.Waste{Known: true},
	}
	wide := &estate.Observation{
		Resource: estate.Resource{
			ARN: china.SageMakerARN("endpoint/zh"), Kind: "endpoint", Target: china, Name: "推荐系统-模型-🚀-👩‍🔬-生产环境-端点", Type: "asynchronous", Status: "InService",
			Created: before(80 * day), Owner: "王小明", OwnerFrom: "tag 负责人", Tags: map[string]string{"负责人": "王小明"},
			Meters: []estate.Meter{
				{Part: "a", Component: "Hosting", InstanceType: "ml.c5.xlarge", Count: 1, Rate: listed("1.2345")},
				{Part: "b", Component: "Hosting", InstanceType: "ml.inf2.xlarge", Count: 1, Rate: estate.Rate{Why: "cn-north-1 has no price list here"}}},
		},
		Verdict: estate.Verdict{State: estate.Idle, Confidence: estate.High, Since: before(33 * day), Open: true, Rule: "traffic/silent", Why: "没有调用 — no invocation in 33d"},
		Waste:   estate.Waste{Hourly: usd("1.2345"), SoFar: usd("977.724")},
	}
	evil := &estate.Observation{
		Resource: estate.Resource{
			ARN: dev.SageMakerARN("endpoint/evil"), Kind: "endpoint", Target: dev, Name: hostile, Type: "serverless", Status: "InService", Created: before(30 * day),
			Owner: "\t@SUM(A1)", OwnerFrom: "tag \x1b]8;;http://x\x07owner", Tags: map[string]string{hostile: hostile, "k\u2066": "v"},
		},
		Verdict: estate.Verdict{State: estate.Idle, Confidence: estate.High, Since: before(8 * day), Rule: "traffic/silent", Why: "no invocation\r\nin 8d \x1b[2J"},
		Waste:   estate.Waste{Known: true, Hourly: usd("0.00004"), SoFar: usd("0.00768")},
	}
	denied := &estate.Observation{
		Resource: estate.Resource{
			ARN: dev.SageMakerARN("endpoint/fraud"), Kind: "endpoint", Target: dev, Name: "fraud", Type: "real-time", Status: "InService", Created: before(60 * day), Tags: map[string]string{"team": "risk"},
			Meters: []estate.Meter{{Part: "AllTraffic", Component: "Hosting", InstanceType: "ml.m5.4xlarge", Count: 3, Rate: listed("1.03")}},
		},
		Signals: estate.Signals{{Name: "invocations", Part: "AllTraffic", Source: "cloudwatch AWS/SageMaker Invocations Sum", Quality: estate.Denied, Note: "AccessDenied"}},
		Verdict: estate.Verdict{State: estate.Unknown, Rule: "traffic/unreadable", Why: "invocations could not be read: denied", Remedy: "allow cloudwatch:GetMetricData"},
	}
	stuck := &estate.Observation{
		Resource: estate.Resource{
			ARN: prod.SageMakerARN("inference-component/llm"), Kind: "inference-component", Target: prod, Name: "llm", Status: "Updating", Created: before(time.Hour), Tags: map[string]string{},
			Meters: []estate.Meter{{Component: "Hosting", InstanceType: "ml.g6e.xlarge", Count: 1, Rate: estate.Rate{Why: "not in the price list"}}},
		},
		Verdict: estate.Verdict{State: estate.Unknown, Rule: "component/status", Why: "its status is Updating", Remedy: "scan again when it is InService"},
	}
	return &estate.Snapshot{
		Version: estate.SnapshotVersion, At: at,
		IdleFor: map[estate.Kind]estate.Duration{"endpoint": estate.Duration(7 * day), "studio-app": estate.Duration(2 * time.Hour)},
		Targets: []estate.Target{prod, dev, china},
		Coverage: []estate.Coverage{
			{Target: prod, Operation: "sagemaker:ListEndpoints", Outcome: estate.OutcomeSeen},
			{Target: dev, Operation: "sagemaker:ListEndpoints", Outcome: estate.OutcomeSeen},
			{Target: dev, Operation: "cloudwatch:GetMetricData", Outcome: estate.OutcomeDenied, Error: "AccessDenied: no\x1b[0m", Hides: "whether anything is used", Hint: "allow cloudwatch:GetMetricData on *"},
			{Target: china, Operation: "sagemaker:ListApps", Outcome: estate.OutcomeThrottled, Hides: "Studio apps", Hint: "scan again with a lower rate"},
		},
		Observations: []*estate.Observation{notebook, denied, wide, search, free, evil, ranker, stuck, &twin},
	}
}

// tidy is a snapshot in which nothing is idle and nothing is hidden.
func tidy() *estate.Snapshot {
	s := rich()
	s.Observations = s.Observations[3:4]
	s.Observations[0].Verdict.Parts = nil
	s.Observations[0].Resource.Meters = s.Observations[0].Resource.Meters[:1]
	s.Coverage = s.Coverage[:2]
	return s
}

// broad is a snapshot of many families: some of it wrong, much of it free, more of it not judged, and five accounts that refuse everything.
func broad() *estate.Snapshot {
	s := &estate.Snapshot{Version: estate.SnapshotVersion, At: at, Targets: []estate.Target{prod}}
	west := prod
	west.Region = "us-west-2"
	add := func(target estate.Target, kind estate.Kind, name string, v estate.Verdict, meters ...estate.Meter) *estate.Observation {
		r := estate.Resource{ARN: target.SageMakerARN(string(kind) + "/" + name), Kind: kind, Target: target, Name: name, Status: "InService",
			Created: before(50 * day), Owner: "platform", OwnerFrom: "tag team", Tags: map[string]string{"team": "platform"}, Meters: meters}
		ob := &estate.Observation{Resource: r, Verdict: v}
		if v.State == estate.Idle {
			hourly, known := r.Hourly()
			ob.Waste = estate.Waste{Known: known, Hourly: hourly, SoFar: hourly.Mul(decimal.NewFromInt(10))}
		}
		s.Observations = append(s.Observations, ob)
		return s.Observations[len(s.Observations)-1]
	}
	unknown := func(rule, why string) estate.Verdict {
		return estate.Verdict{State: estate.Unknown, Rule: rule, Why: why, Remedy: "look again"}
	}
	instance := func(component, hourly string) estate.Meter {
		return estate.Meter{Component: component, InstanceType: "ml.g5.xlarge", Count: 1, Rate: listed(hourly)}
	}
	volume := func(component string, gb float64) estate.Meter {
		// A tenth of a dollar a month, by the hour.
		return estate.Meter{Component: component, GB: gb, Rate: estate.Rate{Known: true, Hourly: usd("0.1").Div(hoursPerMonth), SKU: "GB7", Source: "AmazonSageMaker price list of 2026-03-01"}}
	}

	idle := estate.Verdict{State: estate.Idle, Confidence: estate.Medium, Since: before(40 * day), Rule: "space/empty", Why: "nothing runs in it, and its log ended 40d ago"}
	add(prod, "studio-space", "atlas", idle, volume("Studio:VolumeUsage.gp3", 250))
	orphaned := idle
	orphaned.Why, orphaned.Conditions = "nobody has mounted its file system for 40d", []estate.Condition{{Type: estate.Orphaned, Since: before(40 * day),
		Why: "it has neither people nor spaces", Remedy: "delete it; what its file system holds stays, and bills, until that is deleted too"}}
	add(prod, "studio-domain", "sandbox", orphaned, volume("EFS:TimedStorage-ByteHrs", 1234.56))

	spare := estate.Verdict{State: estate.Idle, Confidence: estate.Low, Since: before(50 * day), Rule: "model/orphaned", Why: "no endpoint names it now",
		Conditions: []estate.Condition{{Type: estate.Orphaned, Why: "no endpoint names it now", Remedy: "ask its owner"}}}
	for kind, n := range map[estate.Kind]int{"model": 21, "endpoint-config": 12, "user-profile": 4} {
		for i := range n {
			add(prod, kind, fmt.Sprintf("%s-%02d", kind, i), spare)
		}
	}

	failed := unknown("endpoint/broken", "it is Failed: the container did not pass its ping")
	failed.Conditions = []estate.Condition{{Type: estate.Broken, Since: before(6 * day), Why: failed.Why, Remedy: "repair it or delete it: it serves nobody as it is"}}
	add(prod, "endpoint", "translate", failed, instance("Hosting", "1.408")).Resource.Status = "Failed"
	stuck := unknown("notebook/changing", "it is Stopping since 9d")
	stuck.Conditions = []estate.Condition{{Type: estate.Stuck, Since: before(9 * day), Why: "it has been Stopping for 9d", Remedy: "try its deletion again; where that fails, AWS Support can end it"}}
	add(west, "notebook-instance", "etl", stuck, instance("Notebook", "1.6"), volume("Notebk:VolumeUsage.gp2", 50)).Resource.Status = "Stopping"
	long := estate.Verdict{State: estate.Active, Confidence: estate.High, LastUse: before(time.Minute), Rule: "training/busy", Why: "its GPUs are busy",
		Conditions: []estate.Condition{{Type: estate.Overlong, Why: "it has run for 30d, which is six times as long as any of its kind", Remedy: "ask its owner whether it still learns"}}}
	add(prod, "training-job", "pretrain", long, instance("Training", "37.688")).Resource.Ends = true
	unused := idle
	unused.Why = "no training job has taken it up since its own ended 50m ago; it is retained for 10m more"
	add(prod, "warm-pool", "tuned", unused, instance("Training-WarmPool", "1.408")).Resource.Ends = true
	paid := func(component, how string) estate.Meter {
		return estate.Meter{Component: component, Count: 1, Free: how, Elsewhere: true}
	}
	reserved := idle
	reserved.Why = "none of its 4 instances has been in use for 40d"
	add(prod, "training-plan", "spring", reserved, paid("Cluster-Reserved", "paid for upfront (3000.00 USD)"))
	watching := spare
	watching.Why = "the endpoint churn that it watches is gone now, and it has not been changed for 50d"
	watching.Conditions = []estate.Condition{{Type: estate.Orphaned, Why: watching.Why, Remedy: "stop it: each of its jobs bills, and has nothing to watch"}}
	add(prod, "monitoring-schedule", "drift", watching, paid("Processing", "each of the jobs that it starts bills"))

	for i, kind := range []estate.Kind{"auto-ml-job", "feature-group", "hub-content", "hyperpod-cluster", "labeling-job", "mlflow-app", "partner-app", "pipeline-execution", "training-plan", "workteam"} {
		for n := range i + 1 {
			rule, why := "one", "nothing that was read speaks of its use"
			if n > 1 {
				rule, why = fmt.Sprint(n%3), "its cause number "+fmt.Sprint(n%3)+" is not known"
			}
			add(prod, kind, fmt.Sprintf("%s-%d", kind, n), unknown(rule, why), estate.Meter{Component: "Component-" + string(kind), InstanceType: fmt.Sprintf("size-%d", n), Count: 1,
				Rate: estate.Rate{Why: "the price list does not name it"}})
		}
	}

	for i := range 40 {
		op := fmt.Sprintf("sagemaker:List%c%c", 'A'+i/26, 'a'+i%26)
		s.Coverage = append(s.Coverage, estate.Coverage{Target: prod, Operation: op, Outcome: estate.OutcomeSeen})
		for account := range 5 {
			for _, region := range []string{"eu-west-1", "us-east-1"} {
				denied := estate.Target{Partition: "aws", Account: fmt.Sprintf("%012d", 900+account), Region: region}
				s.Coverage = append(s.Coverage, estate.Coverage{Target: denied, Operation: op, Outcome: estate.OutcomeDenied,
					Error: "AccessDenied: no", Hides: "every " + op, Hint: "allow " + op + " to the caller"})
				if i == 0 {
					s.Targets = append(s.Targets, denied)
				}
			}
		}
		c := estate.Coverage{Target: west, Operation: op, Outcome: estate.OutcomeSeen}
		if i > 34 {
			c.Outcome, c.Hides, c.Hint = estate.OutcomeThrottled, "every "+op, "others use up the account's rate: run again later, or with a lower limit for "+op
		}
		s.Coverage = append(s.Coverage, c)
	}
	s.Targets = append(s.Targets, west)
	estate.SortCoverage(s.Coverage)
	slices.SortFunc(s.Observations, func(a, b *estate.Observation) int { return strings.Compare(a.Resource.ARN, b.Resource.ARN) })
	return s
}

// named is the observation of the name.
func named(s *estate.Snapshot, name string) *estate.Observation {
	return s.Observations[slices.IndexFunc(s.Observations, func(ob *estate.Observation) bool { return ob.Resource.Name == name })]
}

// unjudged is a snapshot in which nobody asked about use: two apps share an instance, one of them has tags that could not be read.
func unjudged() *estate.Snapshot {
	s := rich()
	first := s.Observations[0]
	copied := *first
	second := &copied
	second.Resource.ARN, second.Resource.Name, second.Resource.Tags = first.Resource.ARN+"-2", "alice/torch", map[string]string{}
	s.Observations = []*estate.Observation{second, s.Observations[7], first, s.Observations[3]}
	for i := range s.Observations {
		s.Observations[i].Verdict, s.Observations[i].Waste, s.Observations[i].Signals = estate.Verdict{}, estate.Waste{}, nil
	}
	return s
}
