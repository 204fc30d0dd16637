//go:build interop

package interop_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// An order is an endpoint to be created in moto. Its variants are in boto3's words.
type order struct {
	Name       string            `json:"name"`
	Async      bool              `json:"async"`
	ConfigGone bool              `json:"configGone"`
	Tags       map[string]string `json:"tags"`
	Variants   []map[string]any  `json:"variants"`
}

func instances(name, instanceType string, count int) map[string]any {
	return map[string]any{"VariantName": name, "InstanceType": instanceType, "InitialInstanceCount": count}
}

func serverless(config map[string]any) []map[string]any {
	return []map[string]any{{"VariantName": "AllTraffic", "ServerlessConfig": config}}
}

// orders are endpoints of the sorts that moto can keep, and so many plain ones that ListEndpoints needs two pages. Moto knows
// the instance types of 2021, and drops shadow variants.
func orders() []order {
	plain := []map[string]any{instances("AllTraffic", "ml.m5.large", 1)}
	all := []order{
		{Name: "one", Variants: plain},
		{Name: "several", Variants: []map[string]any{instances("AllTraffic", "ml.g4dn.xlarge", 3)}},
		{Name: "two-variants", Variants: []map[string]any{instances("blue", "ml.c5.xlarge", 2), instances("green", "ml.p3.2xlarge", 1)}},
		{Name: "async", Async: true, Variants: []map[string]any{instances("AllTraffic", "ml.g4dn.2xlarge", 1)}},
		{Name: "async-two", Async: true, Variants: []map[string]any{instances("a", "ml.m5.xlarge", 1), instances("b", "ml.m5.2xlarge", 4)}},
		{Name: "serverless", Variants: serverless(map[string]any{"MemorySizeInMB": 2048, "MaxConcurrency": 5})},
		{Name: "serverless-provisioned", Variants: serverless(map[string]any{"MemorySizeInMB": 6144, "MaxConcurrency": 20, "ProvisionedConcurrency": 3})},
		{Name: "owned", Tags: map[string]string{"Owner": "ranking", "cost-centre": "4711"}, Variants: plain},
		{Name: "of-a-team", Tags: map[string]string{"team": "search + ads", "env": ""}, Variants: plain},
		{Name: "both", Tags: map[string]string{"team": "second", "owner": "first"}, Variants: plain},
		{Name: "config-gone", ConfigGone: true, Variants: []map[string]any{instances("AllTraffic", "ml.m5.large", 2)}},
		{Name: "UPPER-and-lower", Tags: map[string]string{"owner": "ünïcode@example.com"}, Variants: plain},
	}
	for i := range 98 {
		all = append(all, order{Name: fmt.Sprintf("plain-%02d", i), Variants: plain})
	}
	return all
}

// A sight is an endpoint as boto3 sees it.
type sight struct {
	ARN      string    `json:"arn"`
	Status   string    `json:"status"`
	Config   string    `json:"config"`
	Created  time.Time `json:"created"`
	Modified time.Time `json:"modified"`
	Variants []struct {
		Name         string `json:"name"`
		InstanceType string `json:"instanceType"`
		Count        int    `json:"count"`
		Memory       int    `json:"memory"`
		Provisioned  int    `json:"provisioned"`
	} `json:"variants"`
}

// resource is what a scan must make of the endpoint that was ordered.
func (s sight) resource(o order) estate.Resource {
	r := estate.Resource{
		ARN: s.ARN, Kind: "endpoint", Target: estate.Target{Partition: "aws", Account: "123456789012", Region: "eu-west-1"},
		Name: o.Name, Type: "real-time", Status: s.Status, Created: s.Created.UTC(), Modified: s.Modified.UTC(),
		Tags: o.Tags, Attributes: map[string]string{"endpointConfig": s.Config},
	}
	for _, key := range []string{"team", "owner", "Owner"} {
		if v, ok := o.Tags[key]; ok {
			r.Owner, r.OwnerFrom = v, "tag "+key
		}
	}
	component := "Hosting"
	if o.Async {
		r.Type, component = "async", "AsyncInf"
	}
	if o.ConfigGone {
		// With its configuration gone, only ListInferenceComponents could say what runs on it, and that fails here.
		r.Attributes["endpointConfigGone"] = "true"
		r.Type = ""
		r.Meters = []estate.Meter{{Component: component, Count: 1}} // it bills something, and nobody knows what
		return r
	}
	for _, v := range s.Variants {
		p := estate.Part{Name: v.Name, Role: "production", Mode: "instances", Count: v.Count}
		m := estate.Meter{Part: v.Name, Component: component, InstanceType: v.InstanceType, Count: v.Count}
		if v.Memory > 0 {
			r.Type, p.Mode, p.Count = "serverless", "serverless", v.Provisioned
			m.Component, m.InstanceType, m.Count = "ProvisionedConcurrency", fmt.Sprintf("Mem-%dGB", v.Memory/1024), v.Provisioned
		}
		r.Parts, r.Meters = append(r.Parts, p), append(r.Meters, m)
		r.Attributes["model "+v.Name] = "model"
	}
	return r
}

// A report is what scan prints as JSON, as far as it is looked at here.
type report struct {
	Summary struct {
		Resources     int `json:"resources"`
		Idle          int `json:"idle"`
		UnknownPrices []struct {
			Component    string `json:"component"`
			InstanceType string `json:"instanceType"`
			Resources    int    `json:"resources"`
		} `json:"unknownPrices"`
	} `json:"summary"`
	Idle      []json.RawMessage    `json:"idle"`
	Resources []estate.Observation `json:"resources"`
	Coverage  []estate.Coverage    `json:"coverage"`
}

// unlimited lifts the limits of AWS: moto and the simulated organization bear any rate.
var unlimited = []string{"--rate", "sagemaker:*=0", "--rate", "cloudwatch:*=0", "--rate", "tag:*=0", "--rate", "pricing:*=0", "--rate", "cloudtrail:*=0",
	"--rate", "organizations:*=0"}

func scan(t *testing.T, env []string, program string, status int, flags ...string) report {
	t.Helper()
	r := try(t, env, program, slices.Concat([]string{"scan", "--all", "-o", "json"}, unlimited, flags)...)
	if r.status != status {
		t.Fatalf("scan %v: exit status %d, want %d\n%s", flags, r.status, status, r.stderr)
	}
	var rep report
	if err := json.Unmarshal(r.stdout, &rep); err != nil {
		t.Fatalf("scan %v: %v in %s", flags, err, r.stdout)
	}
	return rep
}

// serveMoto starts moto, and returns its URL.
func serveMoto(t *testing.T, v venv) string {
	t.Helper()
	moto := exec.CommandContext(t.Context(), v.program("python"), "moto_server.py", "-H", "127.0.0.1", "-p", "0")
	moto.Env = environment(t)
	return serve(t, moto, regexp.MustCompile(`Running on (http://\S+)`))
}

// age lets what was just made in moto get older than the second in which a scan begins: the tags of something younger are unknown to it.
// Moto has no clock but the machine's, and a scan reads that from its answers, to the second.
func age() { <-time.After(2 * time.Second) }

// motoEnvironment is for those who talk to moto. What fails there fails again.
func motoEnvironment(t *testing.T, url string) []string {
	t.Helper()
	return environment(t, "AWS_ENDPOINT_URL="+url, "AWS_ACCESS_KEY_ID=testing", "AWS_SECRET_ACCESS_KEY=testing",
		"AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1", "AWS_MAX_ATTEMPTS=1")
}

// Moto speaks awsJson and query to CloudWatch, but not Smithy RPC v2 CBOR, which is all that the Go SDK speaks: every
// GetMetricData is a page not found. It has no ListInferenceComponents and no price list, and answers both with a page of
// HTML and status 500. So this is also what an estate looks like behind a broken proxy: everything listed, nothing judged.
func TestMoto(t *testing.T) {
	v := peer(t)
	program := build(t)
	env := motoEnvironment(t, serveMoto(t, v))

	fleet := orders()
	for i := range fleet {
		if fleet[i].Tags == nil {
			fleet[i].Tags = map[string]string{}
		}
	}
	sights := map[string]sight{}
	v.script(t, env, "endpoints.py", fleet, &sights)
	if len(sights) != len(fleet) {
		t.Fatalf("boto3 sees %d endpoints, %d were created", len(sights), len(fleet))
	}

	age()
	rep := scan(t, env, program, 4, "--kind", "endpoint")

	var want []estate.Resource
	prices := map[string]int{}
	for _, o := range fleet {
		r := sights[o.Name].resource(o)
		want = append(want, r)
		for _, key := range unknownPrices(r) {
			prices[key]++
		}
	}
	var got []estate.Resource
	for _, o := range rep.Resources {
		got = append(got, o.Resource)
		if o.Verdict.State != estate.Unknown || o.Verdict.Why == "" {
			t.Errorf("%s is %s (%s), want unknown with a reason", o.Resource.Name, o.Verdict.State, o.Verdict.Why)
		}
		for _, m := range o.Resource.Meters {
			if _, known := m.Hourly(); known != (m.Count == 0) {
				t.Errorf("%s: the price of %s %s is known: %v", o.Resource.Name, m.Component, m.InstanceType, known)
			}
		}
	}
	slices.SortFunc(want, byARN)
	slices.SortFunc(got, byARN)
	if diff := gocmp.Diff(want, got, cmpopts.IgnoreFields(estate.Meter{}, "Rate", "Free")); diff != "" {
		t.Errorf("scan sees the endpoints otherwise than boto3 (-boto3 +scan):\n%s", diff)
	}

	counted := map[string]int{}
	for _, p := range rep.Summary.UnknownPrices {
		counted[p.Component+" "+p.InstanceType] = p.Resources
	}
	if diff := gocmp.Diff(prices, counted); diff != "" {
		t.Errorf("unknown prices are counted otherwise than there are (-want +got):\n%s", diff)
	}
	if rep.Summary.Resources != len(fleet) || rep.Summary.Idle != 0 || len(rep.Idle) != 0 {
		t.Errorf("the summary has %d resources, %d idle; want %d, none idle", rep.Summary.Resources, rep.Summary.Idle, len(fleet))
	}

	wantCoverage := map[string]estate.Outcome{
		"sagemaker:ListEndpoints":           estate.OutcomeSeen,
		"sagemaker:DescribeEndpoint":        estate.OutcomeSeen,
		"sagemaker:DescribeEndpointConfig":  estate.OutcomeSeen,
		"sagemaker:ListInferenceComponents": estate.OutcomeFailed,
		"tag:GetResources":                  estate.OutcomeSeen,
		"cloudtrail:LookupEvents":           estate.OutcomeFailed,
		"cloudwatch:GetMetricData":          estate.OutcomeFailed,
		"pricing:GetProducts":               estate.OutcomeFailed,
	}
	if diff := gocmp.Diff(wantCoverage, outcomes(rep)); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
}

// unknownPrices are the prices that the resource needs, each once.
func unknownPrices(r estate.Resource) []string {
	needed := map[string]bool{}
	for _, m := range r.Meters {
		if m.Count > 0 {
			needed[m.Component+" "+m.InstanceType] = true
		}
	}
	return slices.Collect(maps.Keys(needed))
}

func outcomes(r report) map[string]estate.Outcome {
	by := map[string]estate.Outcome{}
	for _, c := range r.Coverage {
		by[c.Operation] = c.Outcome
	}
	return by
}

func byARN(a, b estate.Resource) int { return cmp.Compare(a.ARN, b.ARN) }
