package access

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/pulse"
)

func everything() Options {
	return Options{Purposes: Purposes(), Role: "SagewardenReader", BillBucket: "acme-billing", Heartbeats: []pulse.Source{{Bucket: "beats", Prefix: "hb/", SigningKey: "arn:aws:kms:eu-west-1:111122223333:key/1"}, {Bucket: "others"}},
		State: &ledger.Place{Bucket: "ledgers", Key: "team/state"}, Channels: []config.Channel{{SES: &config.SES{Region: "eu-west-1", From: "Sagewarden <sagewarden@example.com>"}},
			{SES: &config.SES{Region: "eu-west-1", From: "ops@example.com"}}, {SNS: "arn:aws:sns:eu-west-1:111122223333:ml-platform"}, {Slack: "HOOK"}}}
}

// writes are verbs of operations that change something.
var writes = regexp.MustCompile(`:(Add|Create|Delete|Deregister|Import|Pass|Put|Remove|Start|Stop|Tag|Untag|Update)`)

func TestReadingAllowsNoChange(t *testing.T) {
	for _, purposes := range [][]Purpose{{Scan}, {Doctor}, {Cost}, {Scan, Doctor, Cost}} {
		for _, s := range Statements(Options{Purposes: purposes}) {
			for _, a := range s.Actions {
				if strings.HasPrefix(a, "athena:") || s.Sid == "KeepQueryResults" && s.Condition["ForAnyValue:StringEquals"]["aws:CalledVia"] != nil {
					continue // a query reads, as far as the catalog lets it, and Athena puts its answer where answers are kept
				}
				if writes.MatchString(a) || strings.Contains(a, "*") {
					t.Errorf("%v allows %s", purposes, a)
				}
			}
		}
	}
	if !writes.MatchString("sagemaker:DeleteApp") {
		t.Error("the test does not know what changes something")
	}
}

// TestChangesAreScoped: what changes something is allowed on types of resources, or only as far as a condition reaches.
func TestChangesAreScoped(t *testing.T) {
	changes := 0
	for _, s := range Statements(everything()) {
		for _, a := range s.Actions {
			if !writes.MatchString(a) || a == "tag:TagResources" || strings.HasPrefix(a, "ce:") { // IAM cannot restrict the tagging API, nor tags of the bill
				continue
			}
			if s.Sid == "KeepQueryResults" || s.Sid == "MakeBillViews" { // bounded by whom they go through
				continue
			}
			changes++
			for _, r := range s.Resources {
				if !regexp.MustCompile(`^arn:\$\{Partition\}:[a-z-]+:\*?:(\$\{Account\}|\*):[a-z-]+[/:].*\*?$`).MatchString(r) && !strings.HasPrefix(r, "arn:${Partition}:s3:::ledgers/team/state") && r != "arn:${Partition}:s3:::acme-billing" {
					t.Errorf("%s is allowed on %s", a, r)
				}
			}
			if a == "iam:CreateServiceLinkedRole" && s.Condition["StringEquals"]["iam:AWSServiceName"] == nil {
				t.Error("roles can be made for any service")
			}
			if a == "iam:PassRole" && s.Condition["StringEquals"]["iam:PassedToService"] == nil {
				t.Error("roles can be passed to any service")
			}
		}
	}
	if changes < 50 {
		t.Errorf("only %d changes: the test proves nothing", changes)
	}
}

// TestActionsOfFamilies: each action that a family declares, and its undoing, is allowed on the family's resources.
func TestActionsOfFamilies(t *testing.T) {
	for _, k := range kinds.All() {
		f := k.Family()
		statements := Statements(Options{Purposes: []Purpose{Enforce}, Kinds: []kinds.Kind{k}})
		for _, a := range f.Actions {
			for _, op := range slices.Concat(a.Operations, a.UndoOperations) {
				if !slices.ContainsFunc(statements, func(s Statement) bool {
					return slices.Contains(s.Actions, op) && (!strings.HasPrefix(op, "sagemaker:") || slices.Contains(s.Resources, ofType(typeOf(op, f))))
				}) {
					t.Errorf("%s %s: %s is not allowed", f.Name, a.Name, op)
				}
			}
		}
	}
}

// TestPolicies: the printed policies are IAM's language, within its limits, and hold every statement once.
func TestPolicies(t *testing.T) {
	b := New(everything())
	if len(b.Policies) < 2 {
		t.Error("everything fits one policy: the test proves nothing about more")
	}
	place := Place{Partition: "aws-us-gov", Account: "111122223333"}
	var text bytes.Buffer
	if err := b.JSON(&text, place); err != nil {
		t.Fatal(err)
	}
	sid := regexp.MustCompile(`^[A-Za-z0-9]+$`)
	var sids []string
	d := json.NewDecoder(&text)
	for n := 0; d.More(); n++ {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			t.Fatal(err)
		}
		var small bytes.Buffer
		if err := json.Compact(&small, raw); err != nil {
			t.Fatal(err)
		}
		if small.Len() > MaxSize {
			t.Errorf("policy %d has %d characters", n+1, small.Len())
		}
		var p iamPolicy
		if err := json.Unmarshal(raw, &p); err != nil {
			t.Fatal(err)
		}
		if p.Version != "2012-10-17" {
			t.Errorf("version %q", p.Version)
		}
		for _, s := range p.Statement {
			if !sid.MatchString(s.Sid) || s.Effect != "Allow" || len(s.Action) == 0 || len(s.Resource) == 0 || strings.Contains(strings.Join(s.Resource, ""), "$") {
				t.Errorf("statement %+v", s)
			}
			sids = append(sids, s.Sid)
		}
	}
	var want []string
	for _, s := range Statements(everything()) {
		want = append(want, s.Sid)
	}
	if diff := cmp.Diff(want, sids); diff != "" {
		t.Errorf("(- statements, + printed)\n%s", diff)
	}
}

func TestKindsNarrow(t *testing.T) {
	k, err := kinds.Get("endpoint")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range Statements(Options{Purposes: []Purpose{Scan, Enforce}, Kinds: []kinds.Kind{k}}) {
		all = append(all, s.Actions...)
	}
	for op, want := range map[string]bool{"sagemaker:ListEndpoints": true, "sagemaker:DeleteEndpoint": true, "cloudwatch:GetMetricData": true,
		"sagemaker:ListClusters": false, "sagemaker:DeleteApp": false} {
		if slices.Contains(all, op) != want {
			t.Errorf("%s allowed: %t", op, !want)
		}
	}
}

func TestParsePurposes(t *testing.T) {
	for _, tt := range []struct {
		names []string
		want  []Purpose
	}{
		{[]string{"cost", "scan", "cost"}, []Purpose{Scan, Cost}},
		{[]string{"scan", "all"}, Purposes()},
	} {
		if got, err := ParsePurposes(tt.names); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%v: %v, %v", tt.names, got, err)
		}
	}
	if _, err := ParsePurposes(nil); err == nil || !strings.Contains(err.Error(), "organization") {
		t.Errorf("no purpose: %v", err)
	}
	if _, err := ParsePurposes([]string{"everything"}); err == nil || !strings.Contains(err.Error(), "organization") {
		t.Errorf("an unknown purpose: %v", err)
	}
}
