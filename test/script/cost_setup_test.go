package script

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/cost/setup"
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
