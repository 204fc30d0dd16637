//go:build interop

package interop_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// stamping are the listings that tell when boto3's resources were made and changed.
var stamping = []string{"list_notebook_instances", "list_domains", "list_clusters", "list_models", "list_endpoint_configs", "list_model_package_groups",
	"list_training_jobs", "list_processing_jobs", "list_transform_jobs", "list_hyper_parameter_tuning_jobs", "list_auto_ml_jobs", "list_compilation_jobs"}

// stamps are those of a listing's entry.
type stamps struct {
	CreationTime     time.Time
	LastModifiedTime time.Time
}

// stock makes the assets and more with boto3, and returns what a scan must see, by ARN.
func stock(t *testing.T, v venv, env []string) map[string]estate.Resource {
	t.Helper()
	all := assets()
	var calls []call
	for _, a := range all {
		for _, c := range a.made {
			c.Region = a.region
			calls = append(calls, c)
		}
	}
	calls = append(calls, history()...)
	for _, c := range unseen() {
		c.Region = oddRegion
		calls = append(calls, c)
	}
	listed := len(calls)
	for _, region := range []string{plainRegion, oddRegion} {
		for _, op := range stamping {
			c := sageMaker(op, members{"MaxResults": 100})
			c.Region = region
			calls = append(calls, c)
		}
	}
	for i := range calls {
		calls[i].Key = "testing"
		if calls[i].Region == "" {
			calls[i].Region = plainRegion
		}
	}
	answers := v.boto3(t, env, calls)
	for i, a := range answers {
		if a.Status != 200 {
			t.Fatalf("boto3 cannot %s %v: %s %.200s", calls[i].Operation, calls[i].Arguments, a.Code, a.Message)
		}
	}
	when := map[string]stamps{}
	for _, a := range answers[listed:] {
		stamped(t, a, when)
	}
	want := map[string]estate.Resource{}
	for _, a := range all {
		r := a.want
		r.ARN = arnIn(t, answers[0])
		answers = answers[len(a.made):]
		r.Target = estate.Target{Partition: "aws", Account: motoAccount, Region: plainRegion}
		if a.region != "" {
			r.Target.Region = a.region
		}
		r.Created, r.Modified = when[r.ARN].CreationTime.UTC(), when[r.ARN].LastModifiedTime.UTC()
		for _, key := range []string{"team", "owner"} {
			if v, ok := r.Tags[key]; ok {
				r.Owner, r.OwnerFrom = v, "tag "+key
			}
		}
		want[r.ARN] = r
	}
	return want
}

// arnIn is the one ARN in the answer to a call that makes something.
func arnIn(t *testing.T, a answer) string {
	t.Helper()
	var texts map[string]string
	if err := json.Unmarshal(a.Answer, &texts); err != nil {
		t.Fatal(err)
	}
	for name, text := range texts {
		if name != "Url" {
			return text
		}
	}
	t.Fatalf("no ARN in %s", a.Answer)
	return ""
}

// stamped adds the entries of a listing by every text that they hold, their ARN among them.
func stamped(t *testing.T, a answer, by map[string]stamps) {
	t.Helper()
	var pages map[string][]json.RawMessage
	if err := json.Unmarshal(a.Answer, &pages); err != nil {
		t.Fatal(err)
	}
	for _, entries := range pages {
		for _, e := range entries {
			var s stamps
			var texts map[string]any
			if err := json.Unmarshal(e, &s); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(e, &texts); err != nil {
				t.Fatal(err)
			}
			for _, v := range texts {
				if text, ok := v.(string); ok {
					by[text] = s
				}
			}
		}
	}
}

// unlisted are the listings that moto does not have.
var unlisted = []string{"ListAppImageConfigs", "ListApps", "ListFeatureGroups", "ListHubs", "ListImages", "ListInferenceComponents", "ListLabelingJobs",
	"ListMlflowApps", "ListMlflowTrackingServers", "ListMonitoringSchedules", "ListNotebookInstanceLifecycleConfigs", "ListOptimizationJobs", "ListPartnerApps",
	"ListSpaces", "ListStudioLifecycleConfigs", "ListTrainingPlans", "ListUserProfiles", "ListWorkteams"}

// asked are the listings that moto has, with the times that a scan asks for each: jobs are asked for by status.
var asked = map[string]int{"ListClusters": 1, "ListDomains": 1, "ListEndpointConfigs": 1, "ListEndpoints": 1, "ListModelPackageGroups": 1, "ListModels": 1,
	"ListNotebookInstances": 1, "ListAutoMLJobs": 2, "ListHyperParameterTuningJobs": 2, "ListProcessingJobs": 2, "ListTransformJobs": 2, "ListCompilationJobs": 3,
	// Training jobs in progress and pipeline executions are searched for; a list has the warm pools.
	"Search": 2, "ListTrainingJobs": 1}

// described are the resources of the plain region that are asked about one by one.
var described = map[string]int{"DescribeCluster": 1, "DescribeDomain": 1, "DescribeNotebookInstance": 2, "DescribeProcessingJob": 1, "DescribeTransformJob": 1,
	// Moto knows no warm pools: asked for training jobs with one, it answers with all.
	"DescribeTrainingJob": 1 + 1 + finished}

// Moto can list some families and not others. What it lists is seen as it was made, and what it cannot is a hole; jobs that are over are no
// resources, and cost nothing.
func TestMotoEstate(t *testing.T) {
	v := peer(t)
	program := build(t)
	way := newToll(t, serveMoto(t, v))
	env := motoEnvironment(t, way.URL)
	want := stock(t, v, env)
	age()
	regions := []string{"--region", plainRegion, "--region", oddRegion}

	t.Run("scan", func(t *testing.T) {
		way.take()
		rep := scan(t, env, program, 4, regions...)
		calls := way.take()

		got := map[string]estate.Resource{}
		for _, o := range rep.Resources {
			r := o.Resource
			got[r.ARN] = r
			state := estate.Unknown
			if strings.HasSuffix(string(r.Kind), "-job") || r.Name == "churn" { // which running-transform names
				state = estate.Active
			}
			if o.Verdict.State != state || o.Verdict.Why == "" {
				t.Errorf("%s is %s (%s), want %s with a reason", r.ARN, o.Verdict.State, o.Verdict.Why, state)
			}
		}
		if diff := gocmp.Diff(want, got, cmpopts.IgnoreFields(estate.Meter{}, "Rate", "Free")); diff != "" {
			t.Errorf("scan sees the resources otherwise than boto3 (-boto3 +scan):\n%s", diff)
		}
		if diff := gocmp.Diff(estateCoverage(), coverageByRegion(rep.Coverage)); diff != "" {
			t.Errorf("coverage (-want +got):\n%s", diff)
		}
		if diff := gocmp.Diff(estateCalls(), calls); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	})

	t.Run("inventory", func(t *testing.T) {
		r := try(t, env, program, slices.Concat([]string{"inventory", "-o", "json"}, unlimited, regions)...)
		if r.status != 4 {
			t.Fatalf("inventory: exit status %d\n%s", r.status, r.stderr)
		}
		var doc struct{ Resources []item }
		if err := json.Unmarshal(r.stdout, &doc); err != nil {
			t.Fatalf("inventory: %v in %s", err, r.stdout)
		}
		got, items := map[string]item{}, map[string]item{}
		for _, it := range doc.Resources {
			got[it.ARN] = it
		}
		for arn, r := range want {
			items[arn] = itemOf(r)
		}
		if diff := gocmp.Diff(items, got); diff != "" {
			t.Errorf("inventory sees the resources otherwise than boto3 (-boto3 +inventory):\n%s", diff)
		}
		if n := way.take()["GetMetricData"]; n != 2 {
			t.Errorf("%d calls of GetMetricData, want two: for the domain's file system alone", n)
		}
	})
}

// estateCoverage is what a scan says of the operations that it asked of moto.
func estateCoverage() map[string]map[string]estate.Outcome {
	want := map[string]map[string]estate.Outcome{
		// Nothing there has a metric or a price, and who may be named by a tag that was not read is not looked for.
		oddRegion: {"tag:GetResources": estate.OutcomeFailed},
		plainRegion: {
			"tag:GetResources": estate.OutcomeSeen, "cloudtrail:LookupEvents": estate.OutcomeFailed, "cloudwatch:GetMetricData": estate.OutcomeFailed,
			"pricing:GetProducts": estate.OutcomeFailed,
		},
	}
	for op := range described {
		want[plainRegion]["sagemaker:"+op] = estate.OutcomeSeen
	}
	for _, of := range want {
		for op := range asked {
			of["sagemaker:"+op] = estate.OutcomeSeen
		}
		for _, op := range unlisted {
			of["sagemaker:"+op] = estate.OutcomeFailed
		}
	}
	return want
}

// estateCalls are all that a scan of the two regions makes.
func estateCalls() map[string]int {
	want := map[string]int{
		"GetCallerIdentity": 1,
		"GetMetricData":     2, // over two windows
		// Once in the odd region. In the other, once by type, and by ARN, of which moto takes no notice: it tells of all, in two pages.
		"GetResources": 1 + 1 + 2,
		"LookupEvents": 1, // having failed once, it is not asked again
		"GetProducts":  5, // four sorts of instances, and all volumes at once
	}
	maps.Copy(want, described)
	for op, n := range asked {
		want[op] = 2 * n
	}
	for _, op := range unlisted {
		want[op] = 2
	}
	return want
}

func coverageByRegion(lines []estate.Coverage) map[string]map[string]estate.Outcome {
	by := map[string]map[string]estate.Outcome{}
	for _, c := range lines {
		if by[c.Target.Region] == nil {
			by[c.Target.Region] = map[string]estate.Outcome{}
		}
		by[c.Target.Region][c.Operation] = c.Outcome
	}
	return by
}

// An item is a line of the inventory.
type item struct {
	ARN       string            `json:"arn"`
	Name      string            `json:"name"`
	Kind      estate.Kind       `json:"kind"`
	Type      string            `json:"type"`
	Status    string            `json:"status"`
	Account   string            `json:"account"`
	Region    string            `json:"region"`
	Domain    string            `json:"domain"`
	Owner     string            `json:"owner"`
	OwnerFrom string            `json:"ownerFrom"`
	Created   time.Time         `json:"created"`
	Modified  time.Time         `json:"modified"`
	Instances []string          `json:"instances"`
	StorageGB float64           `json:"storageGB"`
	Tags      map[string]string `json:"tags"`
}

func itemOf(r estate.Resource) item {
	it := item{ARN: r.ARN, Name: r.Name, Kind: r.Kind, Type: r.Type, Status: r.Status, Account: r.Target.Account, Region: r.Target.Region, Domain: r.Domain,
		Owner: r.Owner, OwnerFrom: r.OwnerFrom, Created: r.Created, Modified: r.Modified, Tags: r.Tags}
	for _, m := range r.Meters {
		it.StorageGB += m.GB
		switch {
		case m.InstanceType == "":
		case m.Count == 1:
			it.Instances = append(it.Instances, m.InstanceType)
		default:
			it.Instances = append(it.Instances, fmt.Sprintf("%d × %s", m.Count, m.InstanceType))
		}
	}
	return it
}
