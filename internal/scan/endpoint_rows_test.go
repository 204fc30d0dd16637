package scan_test

import (
	"slices"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/scan"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// The rows 2-x: what a script that looked for idle endpoints by listing metrics got wrong.

func Test_2_1_NeverInvoked(t *testing.T) {
	l := newLab()
	endpointShape{name: "never", age: 30 * day}.add(l.east)
	o := expect(t, l.scan(t), "never", estate.Idle, "traffic/silent")
	if o.Verdict.Confidence != estate.High || o.Waste.Hourly.String() != "1.41" {
		t.Errorf("confidence %s, %s an hour", o.Verdict.Confidence, o.Waste.Hourly)
	}
}

func Test_2_2_SilentForLongerThanMetricsAreListed(t *testing.T) {
	l := newLab()
	endpointShape{name: "silent", calls: called(40*day, 15*day, 15*day)}.add(l.east)
	o := expect(t, l.scan(t), "silent", estate.Idle, "")
	if idle := o.Verdict.IdleFor(at); idle < 14*day || idle > 15*day {
		t.Errorf("idle for %v, want between 14 and 15 days", idle)
	}
}

func Test_2_3_EveryPageIsRead(t *testing.T) {
	l := newLab()
	for i := range 111 {
		endpointShape{name: name("ep", i), calls: called(time.Hour)}.add(l.east)
	}
	s := l.scan(t)
	if len(s.Observations) != 111 {
		t.Fatalf("saw %d endpoints of 111", len(s.Observations))
	}
	for i := range 111 {
		expect(t, s, name("ep", i), estate.Active, "traffic/used")
	}
}

func Test_2_4_OneVerdictPerEndpointAndWastePerVariant(t *testing.T) {
	l := newLab()
	endpointShape{name: "ab", variants: []world.Variant{host("a"), host("b")}, calls: map[string]world.Activity{"a": times(time.Hour)}}.add(l.east)
	o := expect(t, l.scan(t), "ab", estate.Active, "traffic/used")
	if !o.Waste.Hourly.IsZero() {
		t.Errorf("the endpoint in use wastes %s", o.Waste.Hourly)
	}
	if len(o.Waste.Parts) != 1 || o.Waste.Parts[0].Part != "b" || o.Waste.Parts[0].Hourly.String() != "1.41" {
		t.Errorf("idle parts: %+v", o.Waste.Parts)
	}
}

// component adds an inference component with its metrics.
func component(r *world.Region, endpoint, name string, copies int32, calls world.Activity) {
	r.Components = append(r.Components, &world.Component{Name: name, Endpoint: endpoint, Variant: "main", Status: "InService", Copies: copies,
		Life: world.Life{Created: ago(60 * day)}})
	dims := map[string]string{"InferenceComponentName": name}
	if copies > 0 {
		r.Metrics = append(r.Metrics, &world.Metric{Namespace: "/aws/sagemaker/InferenceComponents", Name: "CPUUtilizationNormalized", Dimensions: dims,
			Pattern: world.Gauge{From: ago(60 * day), Value: 1}})
	}
	if calls != nil {
		r.Metrics = append(r.Metrics, &world.Metric{Namespace: "AWS/SageMaker", Name: "Invocations", Dimensions: dims, Pattern: world.Samples{Of: calls, Value: 1}})
	}
}

func Test_2_5_InferenceComponentsMakeTheirEndpointUsed(t *testing.T) {
	l := newLab()
	bare := host("main")
	bare.Model = ""
	for _, e := range []string{"busy", "quiet", "empty"} {
		endpointShape{name: e, variants: []world.Variant{bare}}.add(l.east)
	}
	component(l.east, "busy", "ic1", 1, times(time.Minute))
	component(l.east, "busy", "ic2", 1, nil)
	component(l.east, "quiet", "ic3", 1, nil)
	component(l.east, "quiet", "ic4", 0, nil)
	s := l.scan(t)
	expect(t, s, "busy", estate.Active, "traffic/used")
	expect(t, s, "ic1", estate.Active, "traffic/used")
	if o := expect(t, s, "ic2", estate.Idle, "traffic/silent"); !o.Waste.Hourly.IsZero() || !o.Waste.Known {
		t.Errorf("a component bills nothing of its own, got %+v", o.Waste)
	}
	if o := expect(t, s, "quiet", estate.Idle, "traffic/silent"); o.Verdict.Confidence != estate.Medium {
		t.Errorf("quiet: %s; what was deleted from it left no trace", o.Verdict.Confidence)
	}
	expect(t, s, "ic4", estate.Unknown, "component/scaled-to-zero")
	expect(t, s, "empty", estate.Unknown, "endpoint/empty")
}

func Test_2_6_ADeletedEndpointIsSilent(t *testing.T) {
	l := newLab()
	endpointShape{name: "gone", calls: called(2 * day)}.add(l.east).Deleted = ago(day)
	endpointShape{name: "vanishing"}.add(l.east).Vanishes = true
	s := l.scan(t)
	expectWhole(t, s)
	if len(s.Observations) != 0 {
		t.Errorf("saw %v", verdicts(s))
	}
}

func Test_2_7_AsyncIsJudgedByItsQueue(t *testing.T) {
	l := newLab()
	backlog := func(e string, queued world.Activity) {
		l.east.Metrics = append(l.east.Metrics, &world.Metric{Namespace: "AWS/SageMaker", Name: "ApproximateBacklogSize",
			Dimensions: map[string]string{"EndpointName": e}, Pattern: world.Backlog{Of: queued, Stay: 10 * time.Minute, From: ago(90 * day)}})
	}
	for _, e := range []string{"drained", "queued", "processed", "unpublished"} {
		endpointShape{name: e, async: true}.add(l.east)
	}
	backlog("drained", world.Never{})
	backlog("queued", times(time.Hour))
	backlog("processed", world.Never{})
	l.east.Metrics = append(l.east.Metrics, &world.Metric{Namespace: "AWS/SageMaker", Name: "InvocationsProcessed",
		Dimensions: map[string]string{"EndpointName": "processed", "VariantName": "main"}, Pattern: world.Samples{Of: times(time.Hour), Value: 1}})
	s := l.scan(t)
	if o := expect(t, s, "drained", estate.Idle, "traffic/silent"); o.Verdict.Confidence != estate.High || o.Resource.Meters[0].Component != "AsyncInf" {
		t.Errorf("drained: %s, %s", o.Verdict.Confidence, o.Resource.Meters[0].Component)
	}
	expect(t, s, "queued", estate.Active, "traffic/used")
	expect(t, s, "processed", estate.Active, "traffic/used")
	if o := expect(t, s, "unpublished", estate.Idle, "async/no-backlog-series"); o.Verdict.Confidence != estate.Medium {
		t.Errorf("unpublished: %s", o.Verdict.Confidence)
	}
}

func Test_2_8_ServerlessAndScaledToZeroAreNoWaste(t *testing.T) {
	l := newLab()
	serverless := world.Variant{Name: "main", Model: "m", MemoryMB: 4096, MaxConcurrency: 5}
	endpointShape{name: "pay-per-use", variants: []world.Variant{serverless}}.add(l.east)
	serverless.Provisioned = 2
	endpointShape{name: "provisioned", variants: []world.Variant{serverless}}.add(l.east)
	zero := host("main")
	zero.Count = 0
	endpointShape{name: "zero", variants: []world.Variant{zero}, async: true}.add(l.east)
	s := l.scan(t)
	for _, o := range s.Observations {
		hourly, known := o.Resource.Hourly()
		switch o.Resource.Name {
		case "provisioned":
			if o.Verdict.State != estate.Idle || o.Verdict.Confidence != estate.Medium || !known || !hourly.IsPositive() || o.Resource.Meters[0].Count != 2 {
				t.Errorf("provisioned: %+v, %s known %v, %+v", o.Verdict, hourly, known, o.Resource.Meters)
			}
		default:
			if !o.Waste.Hourly.IsZero() || !known || !hourly.IsZero() || o.Verdict.State == estate.Idle {
				t.Errorf("%s is %s and wastes %s", o.Resource.Name, o.Verdict.State, o.Waste.Hourly)
			}
		}
	}
}

func Test_2_9_FreshAndJustUpdated(t *testing.T) {
	l := newLab()
	endpointShape{name: "fresh", age: time.Hour}.add(l.east)
	endpointShape{name: "updated", modified: 23 * time.Hour}.add(l.east)
	s := l.scan(t)
	expect(t, s, "fresh", estate.Unknown, "traffic/too-young")
	expect(t, s, "updated", estate.Unknown, "traffic/too-young")
}

func Test_2_10_StatusCounts(t *testing.T) {
	l := newLab()
	for status, rule := range map[string]string{"Failed": "endpoint/broken", "OutOfService": "endpoint/broken", "UpdateRollbackFailed": "endpoint/broken",
		"Creating": "endpoint/changing", "Updating": "endpoint/changing", "SystemUpdating": "endpoint/changing", "RollingBack": "endpoint/changing", "Deleting": "endpoint/changing"} {
		endpointShape{name: status, status: status}.add(l.east)
		t.Run(status, func(t *testing.T) { expect(t, l.scan(t), status, estate.Unknown, rule) })
	}
}

func Test_2_11_ShadowVariants(t *testing.T) {
	l := newLab()
	endpointShape{name: "mirrored", shadow: []world.Variant{host("next")}, calls: map[string]world.Activity{"next": times(time.Minute)}}.add(l.east)
	endpointShape{name: "both", shadow: []world.Variant{host("next")}, calls: map[string]world.Activity{"main": times(time.Hour), "next": times(time.Hour)}}.add(l.east)
	s := l.scan(t)
	o := expect(t, s, "mirrored", estate.Idle, "traffic/silent")
	if o.Waste.Hourly.String() != "2.82" {
		t.Errorf("mirrored wastes %s, want both variants' price", o.Waste.Hourly)
	}
	if o := expect(t, s, "both", estate.Active, ""); len(o.Waste.Parts) != 0 {
		t.Errorf("both: %+v", o.Waste)
	}
}

func Test_2_12_MetricsAreBatched(t *testing.T) {
	l := newLab()
	for i := range 600 {
		endpointShape{name: name("ep", i), variants: []world.Variant{host("a"), host("b")}, calls: map[string]world.Activity{"a": times(time.Hour), "b": times(time.Hour)}}.add(l.east)
	}
	s := l.scan(t)
	// Three series a variant over a hundred days (invocations, errors and CPU) and one over three hours (CPU). 1,200 variants
	// are 3,600 and 1,200 series, 500 to a call.
	if calls := l.server.Calls()["cloudwatch:GetMetricData"]; calls != 8+3 {
		t.Errorf("%d calls for 4,800 series in two windows, want 11", calls)
	}
	if n := l.server.Calls()["sagemaker:ListEndpoints"]; n != 6 {
		t.Errorf("%d pages of 600 endpoints, want 6", n)
	}
	if len(s.Observations) != 600 {
		t.Errorf("saw %d", len(s.Observations))
	}
}

func Test_2_13_StatusCodesAreRead(t *testing.T) {
	for _, code := range []string{"PartialData", "InternalError", "Forbidden"} {
		for _, metric := range []string{"Invocations", "CPUUtilization"} {
			t.Run(code+"/"+metric, func(t *testing.T) {
				l := newLab()
				endpointShape{name: "ep"}.add(l.east)
				l.Faults = []*world.Fault{{Operation: "cloudwatch:GetMetricData", StatusCode: code, Metric: metric}}
				s := l.scan(t)
				expect(t, s, "ep", estate.Unknown, "traffic/unreadable")
				if len(s.Holes()) != 1 {
					t.Errorf("holes: %+v", s.Holes())
				}
			})
		}
	}
}

func Test_2_14_NoUnitIsAskedFor(t *testing.T) {
	l := newLab()
	endpointShape{name: "counted"}.add(l.east)
	l.east.Metrics = append(l.east.Metrics, &world.Metric{Namespace: "AWS/SageMaker", Name: "Invocations", Unit: "Count",
		Dimensions: map[string]string{"EndpointName": "counted", "VariantName": "main"}, Pattern: world.Samples{Of: times(time.Hour), Value: 1}})
	expect(t, l.scan(t), "counted", estate.Active, "traffic/used")
}

func Test_2_15_LongWindowsAreReadWhole(t *testing.T) {
	l := newLab()
	l.limits.IdleFor = map[estate.Kind]time.Duration{"endpoint": 20 * day}
	// The only use is at the far end of the window; 400 endpoints fill the pages of one answer.
	for i := range 400 {
		endpointShape{name: name("ep", i), age: 99 * day, calls: called(97 * day)}.add(l.east)
	}
	s := l.scan(t)
	for i := range 400 {
		if o := expect(t, s, name("ep", i), estate.Idle, ""); o.Verdict.LastUse.IsZero() {
			t.Fatalf("%s: the use 97 days ago was not seen", o.Resource.Name)
		}
	}
}

func Test_2_16_AnEmptyAnswerIsNotSilence(t *testing.T) {
	l := newLab()
	endpointShape{name: "ep"}.add(l.east)
	l.Faults = []*world.Fault{{Operation: "cloudwatch:GetMetricData", Body: "\xa1\x71MetricDataResults\x80"}} // CBOR: {"MetricDataResults": []}
	expect(t, l.scan(t), "ep", estate.Unknown, "traffic/unreadable")
}

func Test_2_17_WindowsAreAligned(t *testing.T) {
	for _, age := range []time.Duration{time.Second, time.Minute, 14 * time.Hour, 23 * time.Hour, 6*day + 20*time.Hour} {
		l := newLab()
		endpointShape{name: "ep", calls: called(age)}.add(l.east)
		t.Run(age.String(), func(t *testing.T) { expect(t, l.scan(t), "ep", estate.Active, "traffic/used") })
	}
}

func Test_2_18_WarmersAndFailingCallers(t *testing.T) {
	l := newLab()
	endpointShape{name: "warmed", calls: map[string]world.Activity{"main": world.Every{Period: 5 * time.Minute, From: ago(90 * day)}}}.add(l.east)
	endpointShape{name: "refused", calls: map[string]world.Activity{"main": world.Every{Period: 5 * time.Minute, From: ago(90 * day)}}}.add(l.east)
	l.east.Metrics = append(l.east.Metrics, &world.Metric{Namespace: "AWS/SageMaker", Name: "Invocation4XXErrors",
		Dimensions: map[string]string{"EndpointName": "refused", "VariantName": "main"}, Pattern: world.Samples{Of: world.Every{Period: 5 * time.Minute, From: ago(90 * day)}, Value: 1}})
	s := l.scan(t)
	expect(t, s, "warmed", estate.Active, "traffic/used")
	expect(t, s, "refused", estate.Active, "traffic/errors-only")

	l.limits.MinDailyInvocations = 400
	if o := expect(t, l.scan(t), "warmed", estate.Idle, "traffic/trickle"); o.Verdict.Confidence != estate.Medium {
		t.Errorf("warmed: %s", o.Verdict.Confidence)
	}
}

func Test_2_19_MultiModelAndMultiContainer(t *testing.T) {
	l := newLab()
	endpointShape{name: "many-models", calls: called(time.Hour)}.add(l.east)
	pipeline := host("main")
	pipeline.Model = "pipeline"
	l.east.Models = append(l.east.Models, &world.Model{Name: "pipeline", Containers: []string{"tokenizer", "classifier"}, Life: world.Life{Created: ago(90 * day)}})
	endpointShape{name: "many-containers", variants: []world.Variant{pipeline}}.add(l.east)
	endpointShape{name: "idle-containers", variants: []world.Variant{pipeline}}.add(l.east)
	endpointShape{name: "monthly-containers", variants: []world.Variant{pipeline}}.add(l.east)
	for e, calls := range map[string]world.Activity{"many-containers": times(time.Hour), "idle-containers": times(9 * day), "monthly-containers": times(76*day, 46*day, 16*day)} {
		l.east.Metrics = append(l.east.Metrics, &world.Metric{Namespace: "AWS/SageMaker", Name: "Invocations",
			Dimensions: map[string]string{"EndpointName": e, "VariantName": "main", "ContainerName": "tokenizer"}, Pattern: world.Samples{Of: calls, Value: 1}})
	}
	s := l.scan(t)
	expect(t, s, "many-models", estate.Active, "traffic/used")
	expect(t, s, "many-containers", estate.Active, "traffic/used")
	if o := expect(t, s, "idle-containers", estate.Idle, "traffic/silent"); o.Verdict.IdleFor(at) > 9*day {
		t.Errorf("idle-containers is idle for %v: its container was called 9 days ago", o.Verdict.IdleFor(at))
	}

	expect(t, s, "monthly-containers", estate.Idle, "traffic/rhythm")

	l.limits.IdleFor = map[estate.Kind]time.Duration{"endpoint": 12 * day}
	expect(t, l.scan(t), "monthly-containers", estate.Idle, "traffic/rhythm")
	l.limits.IdleFor["endpoint"] = 30 * day // longer than metrics are listed
	expect(t, l.scan(t), "monthly-containers", estate.Active, "traffic/used")

	l.limits.IdleFor = nil
	l.Faults = []*world.Fault{{Operation: "sagemaker:DescribeModel", Error: "AccessDeniedException", Status: 400}}
	expect(t, l.scan(t), "idle-containers", estate.Unknown, "endpoint/unreadable")
}

func Test_2_20_EnhancedMetricsAreNotCountedTwice(t *testing.T) {
	l := newLab()
	endpointShape{name: "ep", calls: called(3*time.Hour, 2*time.Hour)}.add(l.east)
	for _, instance := range []string{"i-1", "i-2"} {
		l.east.Metrics = append(l.east.Metrics, &world.Metric{Namespace: "AWS/SageMaker", Name: "Invocations",
			Dimensions: map[string]string{"EndpointName": "ep", "VariantName": "main", "InstanceId": instance}, Pattern: world.Samples{Of: times(2 * time.Hour), Value: 1}})
	}
	o := expect(t, l.scan(t), "ep", estate.Active, "traffic/used")
	if s, _ := o.Signals.Find("invocations", "main"); s.Value != 2 {
		t.Errorf("counted %g invocations of 2", s.Value)
	}
}

func Test_2_21_BatchCallersComeBack(t *testing.T) {
	l := newLab()
	weekly := world.Every{Period: 7 * day, From: ago(85 * day), To: ago(7*day + 12*time.Hour)}
	monthly := world.Every{Period: 30 * day, From: ago(80 * day), To: ago(day)}
	endpointShape{name: "weekly", calls: map[string]world.Activity{"main": weekly}}.add(l.east)
	endpointShape{name: "monthly", calls: map[string]world.Activity{"main": monthly}}.add(l.east)
	s := l.scan(t)
	for _, e := range []string{"weekly", "monthly"} {
		i := slices.IndexFunc(s.Observations, func(o *estate.Observation) bool { return o.Resource.Name == e })
		if v := s.Observations[i].Verdict; v.State == estate.Idle && v.Confidence == estate.High {
			t.Errorf("%s is idle at high confidence: %s", e, v.Why)
		}
	}
	l.limits.IdleFor = map[estate.Kind]time.Duration{"endpoint": day}
	if o := expect(t, l.scan(t), "weekly", estate.Idle, ""); o.Verdict.Confidence == estate.High {
		t.Errorf("weekly, by a limit of a day: %s", o.Verdict.Why)
	}
}

// TestDeletedConfiguration: an endpoint outlives its configuration. What it carries is then known by its components alone.
func TestDeletedConfiguration(t *testing.T) {
	l := newLab()
	bare := host("main")
	bare.Model = ""
	endpointShape{name: "carrier", variants: []world.Variant{bare}}.add(l.east)
	component(l.east, "carrier", "ic1", 1, times(time.Minute))
	endpointShape{name: "plain"}.add(l.east)
	l.east.Configs = nil
	s := l.scan(t)
	expectWhole(t, s)
	expect(t, s, "carrier", estate.Active, "traffic/used")
	o := expect(t, s, "plain", estate.Idle, "traffic/silent")
	if _, known := o.Resource.Hourly(); known || o.Waste.Known || o.Resource.Meters[0].Rate.Why == "" {
		t.Errorf("its price was guessed: %+v", o.Resource.Meters)
	}

	l.Faults = []*world.Fault{{Operation: "sagemaker:ListInferenceComponents", Error: "AccessDeniedException", Status: 400}}
	s = l.scan(t)
	expect(t, s, "carrier", estate.Unknown, "endpoint/unreadable")
	expect(t, s, "plain", estate.Unknown, "endpoint/unreadable")
}

// TestReplacedComponent: what hosts a new component is as young as the component.
func TestReplacedComponent(t *testing.T) {
	l := newLab()
	bare := host("main")
	bare.Model = ""
	endpointShape{name: "renewed", variants: []world.Variant{bare}}.add(l.east)
	component(l.east, "renewed", "v2", 1, nil)
	l.east.Components[0].Created = ago(30 * time.Minute)
	endpointShape{name: "starting", variants: []world.Variant{bare}}.add(l.east)
	component(l.east, "starting", "v3", 1, nil)
	l.east.Components[1].Status = "Creating"
	s := l.scan(t)
	expect(t, s, "renewed", estate.Unknown, "traffic/too-young")
	expect(t, s, "starting", estate.Unknown, "endpoint/component-changing")
}

// TestJudgedAnewByAShorterLimit: a limit that was not asked for may lack evidence, and then ends in unknown.
func TestJudgedAnewByAShorterLimit(t *testing.T) {
	l := newLab()
	pipeline := host("main")
	pipeline.Model = "pipeline"
	l.east.Models = append(l.east.Models, &world.Model{Name: "pipeline", Containers: []string{"tokenizer", "classifier"}, Life: world.Life{Created: ago(90 * day)}})
	endpointShape{name: "ep", variants: []world.Variant{pipeline}, calls: called(3 * day)}.add(l.east)
	l.east.Metrics = append(l.east.Metrics, &world.Metric{Namespace: "AWS/SageMaker", Name: "Invocations",
		Dimensions: map[string]string{"EndpointName": "ep", "VariantName": "main", "ContainerName": "tokenizer"}, Pattern: world.Samples{Of: times(time.Hour), Value: 1}})
	s := l.scan(t)
	expect(t, s, "ep", estate.Active, "traffic/used")
	if err := scan.Judge(s, scan.Limits{IdleFor: map[estate.Kind]time.Duration{"": day}}); err != nil {
		t.Fatal(err)
	}
	expect(t, s, "ep", estate.Unknown, "endpoint/containers-unasked")
}

// TestJudgedAnewByALongerLimit: a listing of two weeks says nothing of a month.
func TestJudgedAnewByALongerLimit(t *testing.T) {
	l := newLab()
	endpointShape{name: "ep"}.add(l.east)
	l.east.Metrics = append(l.east.Metrics, &world.Metric{Namespace: "AWS/SageMaker", Name: "Invocations",
		Dimensions: map[string]string{"EndpointName": "ep", "VariantName": "main", "ContainerName": "main"}, Pattern: world.Samples{Of: times(20 * day), Value: 1}})
	s := l.scan(t)
	expect(t, s, "ep", estate.Idle, "traffic/silent")
	if err := scan.Judge(s, scan.Limits{IdleFor: map[estate.Kind]time.Duration{"": 30 * day}}); err != nil {
		t.Fatal(err)
	}
	expect(t, s, "ep", estate.Unknown, "endpoint/containers-unasked")
}

// TestLateMetrics: what CloudWatch has not shown yet is not silence.
func TestLateMetrics(t *testing.T) {
	busy := map[string]world.Activity{"main": world.Every{Period: 10 * time.Second, From: ago(2*time.Hour + 50*time.Minute)}}
	for lag, limit := range map[time.Duration]time.Duration{3 * time.Hour: 7 * day, 8 * time.Minute: 5 * time.Minute, 14 * time.Minute: 31 * time.Minute} {
		l := newLab()
		l.MetricLag = lag
		l.limits.IdleFor = map[estate.Kind]time.Duration{"endpoint": limit}
		endpointShape{name: "ep", calls: busy}.add(l.east)
		if o := l.scan(t).Observations[0]; o.Verdict.State == estate.Idle {
			t.Errorf("metrics %v late, limit %v: idle by %s: %s", lag, limit, o.Verdict.Rule, o.Verdict.Why)
		}
	}
}

// TestZerosAndAbsence: an endpoint that is not called may publish zeros or nothing.
func TestZerosAndAbsence(t *testing.T) {
	l := newLab()
	endpointShape{name: "ep"}.add(l.east)
	l.east.Metrics = append(l.east.Metrics, &world.Metric{Namespace: "AWS/SageMaker", Name: "Invocations", Dimensions: map[string]string{"EndpointName": "ep", "VariantName": "main"},
		Pattern: world.Gauge{From: ago(90 * day), Value: 0}})
	if o := expect(t, l.scan(t), "ep", estate.Idle, "traffic/silent"); o.Verdict.Confidence != estate.High {
		t.Errorf("zeros are %s", o.Verdict.Confidence)
	}
}

// TestTrickleSinceTrafficFell: idleness begins when the traffic fell, not before.
func TestTrickleSinceTrafficFell(t *testing.T) {
	l := newLab()
	endpointShape{name: "ep", calls: map[string]world.Activity{"main": world.Union{
		world.Every{Period: 10 * time.Second, From: ago(90 * day), To: ago(9 * day)}, world.Every{Period: 5 * time.Minute, From: ago(9 * day)}}}}.add(l.east)
	l.limits.MinDailyInvocations = 400
	if o := expect(t, l.scan(t), "ep", estate.Idle, "traffic/trickle"); o.Verdict.IdleFor(at) > 9*day {
		t.Errorf("idle for %v, but it was busy until 9 days ago", o.Verdict.IdleFor(at))
	}
}

// TestRemadeConfiguration: a configuration of the name may be another than the endpoint was made from.
func TestRemadeConfiguration(t *testing.T) {
	l := newLab()
	endpointShape{name: "ep"}.add(l.east)
	l.east.Configs[0].Created, l.east.Configs[0].Variants = ago(day), []world.Variant{{Name: "main", Model: "m-main", InstanceType: "ml.m5.xlarge", Count: 1}}
	o := expect(t, l.scan(t), "ep", estate.Idle, "")
	if h, known := o.Resource.Hourly(); known {
		t.Errorf("priced at %s by a configuration that it was not made from", h)
	}
}

// TestResourceNotFoundOfAList: an error that says "gone" of one resource says nothing of a list.
func TestResourceNotFoundOfAList(t *testing.T) {
	for _, op := range []string{"sagemaker:ListApps", "sagemaker:ListSpaces", "sagemaker:ListEndpoints", "sagemaker:ListInferenceComponents", "cloudwatch:GetMetricData", "logs:DescribeLogStreams", "tag:GetResources"} {
		l := newLab()
		d := studio(l.east, "d-one")
		kernel(l.east, d, "u", "app", 4*day)
		d.Apps = append(d.Apps, &world.App{Space: "s", Type: "JupyterLab", Name: "default", InstanceType: "ml.t3.medium", Status: "InService", Life: world.Life{Created: ago(day)}})
		endpointShape{name: "ep"}.add(l.east)
		l.Faults = []*world.Fault{{Operation: op, Error: "ResourceNotFound", Message: "the resource does not exist", Status: 400}}
		s := l.scan(t)
		if len(s.Holes()) == 0 && op != "logs:DescribeLogStreams" {
			t.Errorf("%s: not found, and no hole", op)
		}
	}
}
