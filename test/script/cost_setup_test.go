package script

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/cost/setup"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/simulate/scenario"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// bills is the world of somebody who pays for two accounts.
func bills(t *testing.T) *world.World {
	t.Helper()
	source, err := os.ReadFile("testdata/billing.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w, err := scenario.Load("billing.yaml", bytes.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// bought serves it under a policy; an empty one allows all.
func bought(t *testing.T, policy string) *wire.Server {
	t.Helper()
	w := bills(t)
	if policy != "" {
		w.Accounts[0].Keys = []world.Key{{AccessKeyID: "AKIASETUP", Policies: []string{policy}}}
	}
	var ticks atomic.Int64
	server := connectTo(t, wire.Options{World: w, Writable: true, Now: func() time.Time { return w.At.Add(time.Duration(ticks.Add(1)) * time.Second) }})
	t.Setenv("AWS_REGION", "us-east-1")
	return server
}

// TestPrintedSetupPermissions: what iam --for cost,cost-setup prints is enough to switch everything on, and none of it is granted in vain.
func TestPrintedSetupPermissions(t *testing.T) {
	const account = "111111111111"
	w := bills(t)
	granted := printed(t, w, account, "cost,cost-setup", "--bill-bucket", "acme-billing")
	set := func(action string) (text string, failed bool, calls map[string]int) {
		server := bought(t, granted.without(t, action))
		apply := []string{"--apply", "--auto-approve", "--account", account}
		for _, more := range [][]string{{"--bucket-policy", "--tag", "team", "--backfill-from", "2026-01"}, {"--split"}} {
			stdout, stderr, status := session(t, w, slices.Concat([]string{"cost", "setup", "--bucket", "acme-billing"}, more, apply, fast))
			text, failed = text+stdout+stderr, failed || status != 0
		}
		return text, failed, server.Calls()
	}
	text, failed, asked := set("")
	if failed {
		t.Fatalf("under what is printed:\n%s", text)
	}
	for _, action := range slices.Concat(setup.Reads, setup.Changes) {
		if asked[action] == 0 && action != "cur:PutReportDefinition" { // which AWS asks for itself
			t.Errorf("%s is granted and never asked\n%s", action, text)
		}
		if text, failed, _ := set(action); !failed || !strings.Contains(text, action) {
			t.Errorf("without %s:\n%s", action, text)
		}
	}
	for operation := range asked {
		if operation != "sts:GetCallerIdentity" && !slices.Contains(granted.actions(), operation) {
			t.Errorf("%s is called and not granted", operation)
		}
	}
}

// TestSetupChangesNothingByItself: a plan reads, and only reads.
func TestSetupChangesNothingByItself(t *testing.T) {
	server := bought(t, "")
	w := bills(t)
	stdout, stderr, status := session(t, w, append([]string{"cost", "setup", "--bucket", "acme-billing", "--bucket-policy", "--tag", "team", "--backfill-from", "2026-01"}, fast...))
	if status != 0 || stderr != "" || strings.Count(stdout, "\nlet ")+strings.Count(stdout, "\ncreate ")+strings.Count(stdout, "\nactivate ")+strings.Count(stdout, "\nshow ")+strings.Count(stdout, "\nhand ") != 5 {
		t.Errorf("exit status %d\n%s%s", status, stdout, stderr)
	}
	for operation := range server.Calls() {
		if wire.Mutating(operation) {
			t.Errorf("%s was called", operation)
		}
	}
	if n := len(server.Mutations()); n > 0 {
		t.Errorf("%d things were changed", n)
	}
}

// TestEarlierSetup: what an earlier run has begun and not ended is settled by looking at it, before anything is begun.
func TestEarlierSetup(t *testing.T) {
	w := bills(t)
	bought(t, "")
	place := filepath.Join(t.TempDir(), "state.db")
	l, err := ledger.Open(t.Context(), place, ledger.Environment{Now: func() time.Time { return w.At.Add(-time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	target := `"target":{"partition":"aws","account":"111111111111","region":"us-east-1"}`
	for _, in := range []ledger.Intent{
		{Action: "ce:UpdateCostAllocationTagsStatus", Resource: "arn:aws:ce::111111111111:cost-allocation-tags",
			Before: json.RawMessage(`{"action":"activate","resource":"arn:aws:ce::111111111111:cost-allocation-tags",` + target + `,"keys":["team"]}`)},
		{Action: "sagemaker:UpdateDomain", Resource: "arn:aws:sagemaker:us-east-1:111111111111:domain/d-lab",
			Before: json.RawMessage(`{"level":"domain","domain":"d-lab","resource":"arn:aws:sagemaker:us-east-1:111111111111:domain/d-lab","before":{},"after":{},"tagPropagation":{"before":"DISABLED","after":"ENABLED"}}`)},
		{Action: "s3:PutBucketPolicy", Resource: "arn:aws:s3:::acme-billing",
			Before: json.RawMessage(`{"action":"let billing deliver to","resource":"arn:aws:s3:::acme-billing",` + strings.ReplaceAll(target, "111111111111", "999999999999") + `,"bucket":{"name":"acme-billing","region":"us-east-1","before":"","after":"{}"}}`)},
	} {
		if _, err := l.Journal().Intend(in); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, status := session(t, w, append([]string{"cost", "setup", "--tag", "team", "--only", "tags", "--only", "domains", "--apply", "--auto-approve", "--account", "111111111111", "--state", place}, fast...))
	if status != 0 || strings.Count(stdout, "\ndone: ") != 2 {
		t.Errorf("exit status %d: %s", status, stdout)
	}
	for _, want := range []string{
		"cost-allocation-tags at 2026-03-02T11:00:00Z by an earlier run: failed, found undone by a later run",
		"domain/d-lab at 2026-03-02T11:00:00Z by an earlier run: failed, found unchanged by a later run",
		"s3:PutBucketPolicy of arn:aws:s3:::acme-billing at 2026-03-02T11:00:00Z has no known end: ", // another account's
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("stderr lacks %q:\n%s", want, stderr)
		}
	}
}
