package scan_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/scan"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// declared are the operations that the families say they need, with those of the program around them.
func declared() []string {
	var ops []string
	for _, some := range append([][]kinds.Operation{kinds.Common}, operations()...) {
		for _, op := range some {
			if !slices.Contains(ops, op.Action) {
				ops = append(ops, op.Action)
			}
		}
	}
	return ops
}

func operations() (all [][]kinds.Operation) {
	for _, k := range kinds.All() {
		all = append(all, k.Family().Reads)
	}
	return all
}

// TestScanReadsOnly scans an organization that refuses and counts every operation that changes something.
func TestScanReadsOnly(t *testing.T) {
	l := newLab()
	l.kinds, l.owners = nil, scan.Owners{Tags: ownerTags, TrailPages: 20}
	l.World = organization.Generate(organization.Default(1, at))
	l.Accounts[0].Keys = []world.Key{{AccessKeyID: "AKIASIM" + account, SecretAccessKey: "simulated", Principal: "arn:aws:iam::" + l.Accounts[0].ID + ":role/scan"}}
	s := l.scan(t, "us-east-1", "eu-west-1")
	expectWhole(t, s)
	if len(s.Observations) < 20 {
		t.Fatalf("only %d resources: the test proves nothing", len(s.Observations))
	}
	for op := range l.server.Calls() {
		if wire.Mutating(op) {
			t.Errorf("the scan called %s", op)
		}
		if !slices.Contains(declared(), op) {
			t.Errorf("the scan called %s, which no family declares", op)
		}
	}
	if !wire.Mutating("sagemaker:DeleteApp") || wire.Mutating("sagemaker:ListApps") {
		t.Error("the simulated organization does not know what changes something")
	}
}

// TestDeclaredOperations: what the families declare is what a scan needs, under IAM: no less and no more.
func TestDeclaredOperations(t *testing.T) {
	l := newLab()
	l.kinds, l.owners = nil, scan.Owners{Tags: ownerTags, TrailPages: 20}
	l.World = organization.Generate(organization.Default(2, at))
	pipeline := host("main")
	pipeline.Model = "pipeline"
	home := l.Accounts[0].Regions[0]
	home.Models = append(home.Models, &world.Model{Name: "pipeline", Containers: []string{"tokenizer", "classifier"}, Life: world.Life{Created: ago(90 * day)}})
	endpointShape{name: "quiet-pipeline", variants: []world.Variant{pipeline}}.add(home)
	standing(home)
	running(home)
	books(home)
	policy, err := json.Marshal(map[string]any{"Version": "2012-10-17",
		"Statement": []any{map[string]any{"Effect": "Allow", "Action": declared(), "Resource": "*"}}})
	if err != nil {
		t.Fatal(err)
	}
	key := world.Key{AccessKeyID: "AKIASIM" + account, SecretAccessKey: "simulated", Principal: "arn:aws:iam::" + l.Accounts[0].ID + ":role/scan", Policies: []string{string(policy)}}
	l.Accounts[0].Keys = []world.Key{key}
	expectWhole(t, l.scan(t, "us-east-1", "eu-west-1"))

	// And none of them is idle: without any one of them, the scan says what it could not see.
	for _, without := range declared() {
		if without == "sts:GetCallerIdentity" || without == "sagemaker:DescribeDomain" {
			continue // needed to begin, and asked for with --domain only
		}
		ops := slices.DeleteFunc(declared(), func(op string) bool { return op == without })
		policy, err := json.Marshal(map[string]any{"Version": "2012-10-17",
			"Statement": []any{map[string]any{"Effect": "Allow", "Action": ops, "Resource": "*"}}})
		if err != nil {
			t.Fatal(err)
		}
		key.Policies = []string{string(policy)}
		l.Accounts[0].Keys = []world.Key{key}
		s := l.scan(t, "us-east-1", "eu-west-1")
		if !slices.ContainsFunc(s.Holes(), func(h estate.Coverage) bool { return h.Operation == without && h.Outcome == estate.OutcomeDenied }) {
			t.Errorf("without %s nothing is missing: holes %+v", without, s.Holes())
		}
	}

	key.Policies = []string{`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:*"],"Resource":"*"}]}`}
	l.Accounts[0].Keys = []world.Key{key}
	s := l.scan(t, "us-east-1", "eu-west-1")
	if len(s.Observations) != 0 || len(s.Holes()) == 0 {
		t.Errorf("with nothing allowed, %d resources were seen and the holes are %+v", len(s.Observations), s.Holes())
	}
	for _, h := range s.Holes() {
		if h.Outcome != estate.OutcomeDenied || h.Hides == "" || h.Hint == "" {
			t.Errorf("a hole without its story: %+v", h)
		}
	}
}
