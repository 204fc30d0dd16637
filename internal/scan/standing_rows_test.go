package scan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// What bills by standing there: notebook instances, clusters, tracking servers, partner apps, feature groups and training plans.

// standing adds one of each family to the region.
func standing(r *world.Region) {
	life := world.Life{Created: ago(90 * day)}
	r.Records = append(r.Records,
		&world.Record{Life: life, Family: world.NotebookInstance, Name: "nb-running", Output: &sagemaker.DescribeNotebookInstanceOutput{
			InstanceType: types.InstanceTypeMlT3Medium, VolumeSizeInGB: aws.Int32(50), RootAccess: types.RootAccessEnabled}},
		&world.Record{Life: life, Family: world.NotebookInstance, Name: "nb-stopped", Ended: ago(40 * day), Output: &sagemaker.DescribeNotebookInstanceOutput{
			InstanceType: types.InstanceTypeMlT3Medium, VolumeSizeInGB: aws.Int32(100)}},
		&world.Record{Life: world.Life{Created: ago(90 * day), Modified: ago(5 * time.Hour)}, Family: world.NotebookInstance, Name: "nb-stuck", Status: "Stopping",
			Output: &sagemaker.DescribeNotebookInstanceOutput{InstanceType: types.InstanceTypeMlT3Medium, VolumeSizeInGB: aws.Int32(5)}},
		&world.Record{Life: life, Family: world.Cluster, Name: "pod", Output: &sagemaker.DescribeClusterOutput{InstanceGroups: []types.ClusterInstanceGroupDetails{
			{InstanceGroupName: aws.String("gpu"), Status: types.InstanceGroupStatusInservice, CurrentCount: aws.Int32(2), InstanceType: types.ClusterInstanceTypeMlP548xlarge},
			{InstanceGroupName: aws.String("spare"), Status: types.InstanceGroupStatusInservice, CurrentCount: aws.Int32(0), InstanceType: types.ClusterInstanceTypeMlG5Xlarge}}}},
		&world.Record{Life: life, Family: world.TrackingServer, Name: "flow", Output: &sagemaker.DescribeMlflowTrackingServerOutput{TrackingServerSize: types.TrackingServerSizeS}},
		&world.Record{Life: life, Family: world.TrackingServer, Name: "flow-stopped", Status: "Stopped", Output: &sagemaker.DescribeMlflowTrackingServerOutput{TrackingServerSize: types.TrackingServerSizeL}},
		&world.Record{Life: life, Family: world.MlflowApp, Name: "flow-app"},
		&world.Record{Life: life, Family: world.PartnerApp, Name: "comet", Output: &sagemaker.DescribePartnerAppOutput{Type: types.PartnerAppTypeComet, Tier: aws.String("small")}},
		&world.Record{Life: life, Family: world.FeatureGroup, Name: "clicks", Output: &sagemaker.DescribeFeatureGroupOutput{
			OnlineStoreConfig: &types.OnlineStoreConfig{EnableOnlineStore: aws.Bool(true)}, OnlineStoreTotalSizeBytes: aws.Int64(20 << 30)}},
		&world.Record{Life: life, Family: world.FeatureGroup, Name: "archive"},
		&world.Record{Life: life, Family: world.TrainingPlan, Name: "spring", Ended: ago(-9 * day), Output: &sagemaker.DescribeTrainingPlanOutput{
			StartTime: aws.Time(ago(20 * day)), UpfrontFee: aws.String("3000.00"), CurrencyCode: aws.String("USD"), TotalInstanceCount: aws.Int32(4), InUseInstanceCount: aws.Int32(0),
			ReservedCapacitySummaries: []types.ReservedCapacitySummary{{InstanceType: types.ReservedCapacityInstanceTypeMlP548xlarge, TotalInstanceCount: aws.Int32(4),
				Status: types.ReservedCapacityStatusActive, ReservedCapacityArn: aws.String("arn:aws:sagemaker:us-east-1:" + account + ":reserved-capacity/spring-1")}}}},
		&world.Record{Life: life, Family: world.TrainingPlan, Name: "winter", Ended: ago(day)})
}

// gauge publishes a level once a minute since the age.
func gauge(r *world.Region, namespace, name string, dims map[string]string, value float64, since time.Duration) {
	r.Metrics = append(r.Metrics, &world.Metric{Namespace: namespace, Name: name, Dimensions: dims, Pattern: world.Gauge{Value: value, From: ago(since)}})
}

// unused publishes a heartbeat that was last zero at the age.
func unused(r *world.Region, dims map[string]string, age time.Duration) {
	r.Metrics = append(r.Metrics, &world.Metric{Namespace: "Sagewarden/Studio", Name: "SecondsSinceLastUse", Dimensions: dims,
		Pattern: world.Elapsed{Of: world.NewSessions(world.Interval{From: ago(age + time.Hour), To: ago(age)}), From: ago(15 * day)}})
}

// quiet publishes for everything that somebody can know to be idle.
func quiet(r *world.Region) {
	gauge(r, "/aws/sagemaker/NotebookInstances", "CPUUtilization", map[string]string{"NotebookInstanceName": "nb-running"}, 2, 8*day)
	unused(r, map[string]string{"ClusterName": "pod", "InstanceGroupName": "gpu"}, 5*day)
	r.Metrics = append(r.Metrics, &world.Metric{Namespace: "AWS/SageMaker", Name: "Invocations", Dimensions: map[string]string{"FeatureGroupName": "clicks", "OperationName": "PutRecord"},
		Pattern: world.Samples{Of: world.NewInstants(ago(50 * day)), Value: 1}})
	for _, zone := range []string{"use1-az1", "use1-az2"} {
		gauge(r, "aws/sagemaker/CapacityReservations", "UsedInstanceCount", map[string]string{"ReservationName": "spring", "AvailabilityZone": zone}, 0, 18*day)
	}
}

func standingLab() *lab {
	l := newLab()
	l.kinds = named("notebook-instance", "cluster", "mlflow-tracking-server", "mlflow-app", "partner-app", "feature-group", "training-plan")
	standing(l.east)
	return l
}

func TestStandingWithoutSignals(t *testing.T) {
	l := standingLab()
	s := l.scan(t)
	expectWhole(t, s)
	if n := len(s.Observations); n != 11 {
		t.Errorf("%d resources, want the eleven that are not over: %v", n, verdicts(s))
	}
	for name, want := range map[string]struct {
		state estate.State
		rule  string
		bills string
	}{
		"nb-running":   {estate.Unknown, "notebook/no-signal", "something"},
		"nb-stopped":   {estate.Idle, "notebook/stopped", "something"},
		"nb-stuck":     {estate.Unknown, "notebook/changing", "something"},
		"pod":          {estate.Unknown, "cluster/no-signal", "something"},
		"flow":         {estate.Unknown, "mlflow/no-signal", "something"},
		"flow-stopped": {estate.Unknown, "mlflow/stopped", "nothing"},
		"flow-app":     {estate.Unknown, "mlflow-app/no-signal", "nothing"},
		"comet":        {estate.Unknown, "partner-app/no-signal", "unknown"},
		"clicks":       {estate.Unknown, "feature-group/never-seen", "something"},
		"archive":      {estate.Unknown, "feature-group/free", "nothing"},
		"spring":       {estate.Unknown, "plan/unused-now", "nothing"},
	} {
		o := expect(t, s, name, want.state, want.rule)
		bills := "nothing"
		if hourly, known := o.Resource.Hourly(); !known {
			bills = "unknown"
		} else if hourly.IsPositive() {
			bills = "something"
		}
		if bills != want.bills {
			t.Errorf("%s bills %s, want %s: %+v", name, bills, want.bills, o.Resource.Meters)
		}
	}
	stuck := expect(t, s, "nb-stuck", estate.Unknown, "").Verdict.Conditions
	if len(stuck) != 1 || stuck[0].Type != estate.Stuck || !stuck[0].Since.Equal(ago(5*time.Hour)) {
		t.Errorf("the notebook instance that does not stop: %+v", stuck)
	}
	if free := expect(t, s, "spring", estate.Unknown, "").Resource.Meters; len(free) != 1 || free[0].Free != "paid for upfront (3000.00 USD)" || free[0].Count != 4 || !free[0].Elsewhere {
		t.Errorf("a plan's meters: %+v", free)
	}
	nb := expect(t, s, "nb-running", estate.Unknown, "").Resource
	if d := cmp.Diff(map[string]string{"instanceType": "ml.t3.medium", "rootAccess": "Enabled", "volumeSizeInGB": "50"}, nb.Attributes); d != "" {
		t.Error(d)
	}
	for _, op := range []string{"ListNotebookInstances", "ListClusters", "ListMlflowTrackingServers", "ListMlflowApps", "ListPartnerApps", "ListFeatureGroups", "ListTrainingPlans"} {
		if n := l.server.Calls()["sagemaker:"+op]; n != 1 {
			t.Errorf("%s was called %d times", op, n)
		}
	}
	if n := l.server.Calls()["sagemaker:DescribeMlflowTrackingServer"]; n != 1 {
		t.Errorf("%d tracking servers were described, of which one runs", n)
	}
}

func TestStandingWithSignals(t *testing.T) {
	l := standingLab()
	quiet(l.east)
	s := l.scan(t)
	expectWhole(t, s)
	nb := expect(t, s, "nb-running", estate.Idle, "notebook/cpu-quiet")
	if nb.Verdict.Confidence != estate.Medium || nb.Verdict.Since.Before(ago(8*day+time.Hour)) || !nb.Waste.Hourly.IsPositive() {
		t.Errorf("%+v, wasting %s", nb.Verdict, nb.Waste.Hourly)
	}
	pod := expect(t, s, "pod", estate.Idle, "cluster/heartbeat-idle")
	if pod.Verdict.Confidence != estate.Medium || len(pod.Verdict.Parts) != 2 || pod.Verdict.Parts[1].Rule != "cluster/scaled-to-zero" {
		t.Errorf("%+v", pod.Verdict)
	}
	expect(t, s, "clicks", estate.Idle, "feature-group/silent")
	if plan := expect(t, s, "spring", estate.Idle, "plan/unused"); !plan.Waste.Hourly.IsZero() || !plan.Waste.Known {
		t.Errorf("a plan is paid for, yet stopping it would save %s", plan.Waste.Hourly)
	}

	// A dimension that nobody can tell to be the group's: some group of the region was read in batches.
	gauge(l.east, "AWS/SageMaker", "Invocations", map[string]string{"OperationName": "BatchGetRecord"}, 3, 10*day)
	// The heartbeat of the notebook instance ended a month ago: what reported may have died.
	l.east.Metrics = append(l.east.Metrics, &world.Metric{Namespace: "Sagewarden/Studio", Name: "SecondsSinceLastUse", Dimensions: map[string]string{"NotebookInstanceName": "nb-running"},
		Pattern: world.Elapsed{Of: world.NewSessions(world.Interval{From: ago(41 * day), To: ago(40 * day)}), From: ago(60 * day), To: ago(30 * day)}})
	s = l.scan(t)
	expect(t, s, "clicks", estate.Unknown, "feature-group/batch")
	expect(t, s, "nb-running", estate.Unknown, "notebook/heartbeat-stale")

}

// TestStandingDenied: what rests on an operation that is denied is never idle, and what could not be described never looks free.
func TestStandingDenied(t *testing.T) {
	for op, names := range map[string][]string{
		"cloudwatch:GetMetricData":               {"nb-running", "pod", "clicks", "spring"},
		"cloudwatch:ListMetrics":                 {"spring"},
		"sagemaker:DescribeNotebookInstance":     {"nb-running", "nb-stopped"},
		"sagemaker:DescribeCluster":              {"pod"},
		"sagemaker:DescribeFeatureGroup":         {"clicks"},
		"sagemaker:DescribeMlflowTrackingServer": {"flow"},
		"sagemaker:DescribePartnerApp":           {"comet"},
	} {
		l := standingLab()
		quiet(l.east)
		l.Faults = []*world.Fault{{Operation: op, Error: "AccessDeniedException", Status: 400}}
		s := l.scan(t)
		for _, name := range names {
			o := expect(t, s, name, estate.Unknown, "")
			if _, known := o.Resource.Hourly(); known && strings.Contains(op, "Describe") {
				t.Errorf("without %s, what %s bills seems known: %+v", op, name, o.Resource.Meters)
			}
		}
	}
}
