package scenario

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/prices"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// names of the region's series that hold anything in the last five weeks, "namespace name dimensions".
func series5w(r *world.Region) map[string]world.Stat {
	got := map[string]world.Stat{}
	for _, m := range r.Metrics {
		got[series(m)] = m.Pattern.Stat(noon.Add(-35*24*time.Hour), noon)
	}
	return got
}

func key(namespace, name string, dims ...string) string {
	d := map[string]string{}
	for i := 0; i < len(dims); i += 2 {
		d[dims[i]] = dims[i+1]
	}
	return series(&world.Metric{Namespace: namespace, Name: name, Dimensions: d})
}

func TestAwkwardSignals(t *testing.T) {
	w := load(t, "testdata/awkward.yaml")
	got := series5w(w.Accounts[0].Regions[0])
	const control, calls = "/aws/sagemaker/Endpoints", "AWS/SageMaker"
	for _, tc := range []struct {
		name, key string
		count     float64
		max       float64
	}{
		{"control of a forgotten endpoint", key(control, "CPUUtilization", "EndpointName", "forgotten", "VariantName", "AllTraffic"), 30*24*60 - 5, 2.5},
		{"warmer", key(calls, "Invocations", "EndpointName", "warmed", "VariantName", "AllTraffic"), 30 * 24 * 12, 1},
		{"monthly batch", key(calls, "Invocations", "EndpointName", "month-end", "VariantName", "AllTraffic"), 400, 1},
		{"dead variant", key(calls, "Invocations", "EndpointName", "ranker", "VariantName", "B"), 0, 0},
		{"two instances", key(control, "CPUUtilization", "EndpointName", "ranker", "VariantName", "A"), 2 * (30*24*60 - 5), 2.5},
		{"backlog", key(calls, "ApproximateBacklogSize", "EndpointName", "scored-later"), 30 * 24 * 60 / 2, 240},
		{"a metric by hand", key(calls, "Invocations", "EndpointName", "shadowed", "VariantName", "AllTraffic"), 2, 7},
		{"samples", key("Mine", "samples"), 35 * 24 * 6, 2},
		{"gauge", key("Mine", "gauge"), 2 * 24 * 12, 4},
		{"heartbeat of a training cell", key("Sagewarden/Studio", "SecondsSinceLastUse", "DomainId", "d-awkward", "AppType", "KernelGateway", "AppName", "app-1", "UserProfileName", "anna"), 5 * 24 * 60, (4*24-2)*3600 - 60},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, ok := got[tc.key]
			if !ok {
				t.Fatalf("no series %q", tc.key)
			}
			if s.Count != tc.count || s.Max != tc.max {
				t.Errorf("got %+v, want count %v and maximum %v", s, tc.count, tc.max)
			}
		})
	}
	for _, absent := range []string{
		key(calls, "Invocations", "EndpointName", "scored-later", "VariantName", "AllTraffic"),
		key(control, "CPUUtilization", "EndpointName", "on-demand", "VariantName", "AllTraffic"),
		key(control, "CPUUtilization", "EndpointName", "shadowed", "VariantName", "AllTraffic"),
		key(calls, "Invocations", "EndpointName", "ranker", "VariantName", "A"),
		key("/aws/sagemaker/InferenceComponents", "CPUUtilizationNormalized", "InferenceComponentName", "embed"),
	} {
		if _, ok := got[absent]; ok {
			t.Errorf("%q must not be published", absent)
		}
	}
	if _, ok := got[key(calls, "Invocations", "EndpointName", "ranker", "VariantName", "A", "ContainerName", "ranker")]; !ok {
		t.Error("calls that name a container are not published under it")
	}
}

func TestAwkwardStreams(t *testing.T) {
	w := load(t, "testdata/awkward.yaml")
	got := map[string]string{}
	for _, s := range w.Accounts[0].Regions[0].Streams {
		got[s.Group+":"+s.Name] = "empty"
		if s.Events != nil {
			last, _ := s.Events.Last(noon)
			got[s.Group+":"+s.Name] = noon.Sub(last).String()
		}
	}
	want := map[string]string{
		"/aws/sagemaker/studio:d-awkward/anna/KernelGateway/app-1":                        "26h0m0s",
		"/aws/sagemaker/studio:d-awkward/anna/KernelGateway/app-1/LifecycleConfigOnStart": "120h0m0s",
		"/aws/sagemaker/studio:d-awkward/anna/KernelGateway/app-10":                       "0s",
		"/aws/sagemaker/studio:d-awkward/anna-lab/JupyterLab/default":                     "0s",
		"/aws/sagemaker/studio:d-awkward/ben/Canvas/default":                              "empty",
		"/aws/sagemaker/Endpoints/forgotten:AllTraffic/i-0abc":                            "empty",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAwkwardResources(t *testing.T) {
	w := load(t, "testdata/awkward.yaml")
	a, r := w.Accounts[0], w.Accounts[0].Regions[0]
	if w.MetricLag != 2*time.Minute || w.LogLag != 10*time.Minute || a.Partition != "aws" {
		t.Errorf("lags %v and %v, partition %s", w.MetricLag, w.LogLag, a.Partition)
	}
	for _, p := range a.Keys[0].Policies {
		if !strings.Contains(p, `"Version":"2012-10-17"`) && !strings.Contains(p, `"Version": "2012-10-17"`) {
			t.Errorf("policy %s", p)
		}
	}
	if len(a.Keys[0].Policies) != 2 || !a.Keys[1].Expired {
		t.Errorf("keys %+v", a.Keys)
	}
	configs := map[string]*world.EndpointConfig{}
	for _, c := range r.Configs {
		configs[c.Name] = c
	}
	models := map[string]bool{}
	for _, m := range r.Models {
		models[m.Name] = true
	}
	for _, e := range r.Endpoints {
		c := configs[e.Config]
		if c == nil {
			t.Errorf("endpoint %s has no configuration %s", e.Name, e.Config)
			continue
		}
		for i, v := range c.Variants {
			if v.Name != e.Variants[i].Name || !models[v.Model] {
				t.Errorf("endpoint %s: configured %+v, running %+v", e.Name, v, e.Variants[i])
			}
		}
		if e.Pending != nil && configs[e.Pending.Name] == nil {
			t.Errorf("endpoint %s: its pending configuration is missing", e.Name)
		}
	}
	if len(w.Faults) != 3 || w.Faults[0].Account != "222222222222" || w.Faults[2].Latency != 200*time.Millisecond {
		t.Errorf("faults %+v", w.Faults)
	}
	if got := r.Tags["arn:aws:sagemaker:us-east-1:111111111111:app/d-awkward/anna/kernelgateway/app-1"]["owner"]; got != "anna" {
		t.Errorf("owner of app-1: %q", got)
	}
	truth := w.Truth()
	for arn, want := range map[string]time.Duration{
		"arn:aws:sagemaker:us-east-1:111111111111:app/d-awkward/anna/kernelgateway/app-1": 0,
		"arn:aws:sagemaker:us-east-1:111111111111:app/d-awkward/ben/canvas/default":       8 * time.Hour,
		"arn:aws:sagemaker:us-east-1:111111111111:endpoint/month-end":                     0,
		"arn:aws:sagemaker:us-east-1:111111111111:endpoint/scored-later":                  10 * time.Minute,
	} {
		life, ok := truth[arn]
		if !ok {
			t.Errorf("no truth about %s", arn)
			continue
		}
		if last, _ := life.Use.Last(noon); noon.Sub(last) != want {
			t.Errorf("%s was last used %v ago, want %v", arn, noon.Sub(last), want)
		}
	}
}

func TestPrices(t *testing.T) {
	w := load(t, "testdata/awkward.yaml")
	hosting := func(instance string) (usd []string) {
		for _, p := range w.Prices {
			if (Product{"us-east-1", "Hosting", instance}).matches(p) {
				usd = append(usd, p.USD)
			}
		}
		return usd
	}
	if got := hosting("ml.g5.2xlarge"); len(got) != 1 || got[0] != "1.5150000000" {
		t.Errorf("overridden: %v", got)
	}
	if got := hosting("ml.g4dn.xlarge"); got != nil {
		t.Errorf("removed: %v", got)
	}
	if got := hosting("ml.m5.xlarge"); len(got) != 1 {
		t.Errorf("left alone: %v", got)
	}
}

// TestProductMatches: a usage type names what is no use of an instance, and a use never takes its storage along.
func TestProductMatches(t *testing.T) {
	for product, want := range map[Product]int{
		{"us-east-1", "Studio:VolumeUsage.gp3", ""}:               1,
		{"us-east-1", "EFS:TimedStorage-ByteHrs", ""}:             1,
		{"us-east-1", "MLflow:TrackingServerCompute", "Small"}:    1,
		{"us-east-1", "TrainWarmPool", "ml.m5.xlarge"}:            1,
		{"us-east-1", "Training", "ml.m5.xlarge"}:                 1,
		{"us-east-1", "Canvas", ""}:                               0,
		{"", "Notebk:VolumeUsage.gp2", ""}:                        2,
		{"eu-west-1", "Notebk:VolumeUsage.gp2", "ml.m5.xlarge"}:   0,
		{"us-east-1", "Cluster", "ml.p5.48xlarge"}:                1,
		{"us-east-1", "Cluster-Reserved", "ml.p5.48xlarge"}:       1,
		{"us-east-1", "studio-jupyterlab", "ml.g4dn.xlarge"}:      1,
		{"eu-west-1", "Studio-JupyterLab", "ml.g6.24xlarge"}:      0,
		{"us-east-1", "MLflow:TrackingServerCompute", "Enormous"}: 0,
	} {
		n := 0
		for _, p := range prices.List([]string{"us-east-1", "eu-west-1"}) {
			if product.matches(p) {
				n++
			}
		}
		if n != want {
			t.Errorf("%+v matches %d products, want %d", product, n, want)
		}
	}
}

func TestOrganizationBesideOwnAccount(t *testing.T) {
	w := load(t, "testdata/organization.yaml")
	if len(w.Accounts) != 3 || w.Accounts[2].Regions[0].Endpoints[0].Name != "my-awkward-endpoint" || !w.At.Equal(noon) {
		t.Errorf("%d accounts at %v", len(w.Accounts), w.At)
	}
	if len(w.Prices) == 0 {
		t.Error("no prices")
	}
}
