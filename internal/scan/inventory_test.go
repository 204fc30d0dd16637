package scan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// TestInventoryHoldsWhatAScanDoes compares the two, resource by resource: with all that each bills, and with fewer calls.
func TestInventoryHoldsWhatAScanDoes(t *testing.T) {
	resources := func(inventory bool) (map[string]estate.Resource, map[string]int) {
		l := newLab()
		l.kinds, l.inventory = nil, inventory
		l.World = organization.Generate(organization.Default(1, at))
		l.Accounts[0].Keys = []world.Key{{AccessKeyID: "AKIASIM" + account, SecretAccessKey: "simulated", Principal: "arn:aws:iam::" + l.Accounts[0].ID + ":role/scan"}}
		r := l.Accounts[0].Regions[0]
		r.Metrics = append(r.Metrics, &world.Metric{Namespace: "AWS/EFS", Name: "StorageBytes", Dimensions: map[string]string{"FileSystemId": r.Domains[0].FileSystem(), "StorageClass": "Standard"},
			Pattern: world.Gauge{From: ago(20 * day), Value: 250 << 30, Each: 1}})
		s := l.scan(t, r.Name)
		expectWhole(t, s)
		out := map[string]estate.Resource{}
		for _, o := range s.Observations {
			out[o.Resource.ARN] = o.Resource
			if inventory && o.Verdict.State != "" {
				t.Errorf("%s is %s, though nobody asked about its use", o.Resource.ARN, o.Verdict.State)
			}
		}
		return out, l.server.Calls()
	}
	want, scanned := resources(false)
	got, listed := resources(true)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the inventory differs (-scan +inventory):\n%s", diff)
	}
	stored := false
	for _, r := range got {
		stored = stored || r.Kind == "studio-domain" && len(r.Meters) == 1 && r.Meters[0].GB == 250
	}
	if !stored || len(got) < 20 {
		t.Errorf("%d resources, a domain's file system among them: %v; the test proves nothing", len(got), stored)
	}
	for op := range listed {
		if strings.HasPrefix(op, "logs:") || op == "cloudwatch:ListMetrics" || op == "sagemaker:DescribeApp" {
			t.Errorf("the inventory called %s", op)
		}
	}
	if listed["cloudwatch:GetMetricData"] == 0 || listed["cloudwatch:GetMetricData"] >= scanned["cloudwatch:GetMetricData"] {
		t.Errorf("%d calls for metrics, the scan made %d", listed["cloudwatch:GetMetricData"], scanned["cloudwatch:GetMetricData"])
	}
}

// TestInventoryOfAKindAsksForNoOther: what a family is judged by is of no interest where nothing is judged.
func TestInventoryOfAKindAsksForNoOther(t *testing.T) {
	l := newLab()
	l.kinds, l.inventory = named("studio-domain"), true
	kernel(l.east, studio(l.east, "d-1"), "ana", "torch", time.Hour)
	s := l.scan(t)
	expectWhole(t, s)
	if len(s.Observations) != 1 || l.server.Calls()["sagemaker:ListApps"] > 0 {
		t.Errorf("%d resources by %v, want the domain alone", len(s.Observations), l.server.Calls())
	}
}
